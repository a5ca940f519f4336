"""The address of this very page with an argument changed: what every link of a narrowed, ordered or turned list leads to.

A page holds a hundred of them, so the arguments are quoted once per request. The page number never stays: another list begins at its
first page. Empty arguments, as a form leaves them, are dropped.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import quote_plus

from flask import Flask, g, request

_PAGE = "page"


class _Argument(NamedTuple):
    name: str
    value: str
    quoted: str


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        address_set=address_set,
        address_with=address_with,
        address_without=address_without,
        address_keeping=address_keeping,
        address_changed=address_changed,
    )


def address_set(name: str, value: object) -> str:
    """With this one value of the argument; None or "" drops it."""
    return address_changed({name: value})


def address_changed(values: Mapping[str, object]) -> str:
    """With each of these arguments set."""
    kept = [argument.quoted for argument in _arguments() if argument.name not in values]
    return _address([*kept, *(_quoted(name, value) for name, value in values.items() if value is not None and value != "")])


def address_with(name: str, value: object) -> str:
    """With this value beside those the argument has."""
    return _address([*(argument.quoted for argument in _arguments()), _quoted(name, value)])


def address_without(name: str, value: object) -> str:
    """Without this value; the argument's other values stay."""
    text = str(value)
    return _address([argument.quoted for argument in _arguments() if argument.name != name or argument.value != text])


def address_keeping(names: Collection[str]) -> str:
    """With nothing but these arguments."""
    return _address([argument.quoted for argument in _arguments() if argument.name in names])


def _arguments() -> list[_Argument]:
    if "arguments" not in g:
        g.arguments = [_Argument(name, value, _quoted(name, value)) for name, value in request.args.items(multi=True) if value and name != _PAGE]
    arguments: list[_Argument] = g.arguments
    return arguments


def _quoted(name: str, value: object) -> str:
    return f"{quote_plus(name)}={quote_plus(str(value))}"


def _address(quoted: list[str]) -> str:
    return "?" + "&".join(quoted)
