"""The published schema: what may leave the house, and what the page of the feeds says of each field.

The file is the only place where the fields are written down; the page is read from it, every item is held to it. A change that breaks a
reader is a new file with a new number, and the old one stays where it is.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

Item = Mapping[str, Any]
_FILE = "posting-1.json"


@cache
def text() -> str:
    return files("webapp.outlets").joinpath("data", _FILE).read_text(encoding="utf-8")


@cache
def _parts() -> dict[str, Any]:
    parts: dict[str, Any] = json.loads(text())["$defs"]
    return parts


@cache
def _validator(part: str) -> Any:
    """Of one half of the schema: an error then names the field and not that neither half fits."""
    whole = {"$defs": _parts(), "$ref": f"#/$defs/{part}"}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def fault(item: Item) -> str:
    """What is wrong with it first, in words; empty: it may leave. No value is repeated."""
    error = next(_validator("removed" if item.get("removed") else "posting").iter_errors(item), None)
    if error is None:
        return ""
    place = "/".join(str(step) for step in error.absolute_path) or "岗位"
    return f"不符合数据规范：{place}（{error.validator}）"


class Field(NamedTuple):
    path: str
    title: str
    description: str
    is_required: bool


def fields(part: str) -> list[Field]:
    """Every field of one half, in the order of the file; those inside others by their path."""
    return list(_fields(_parts()[part], ""))


def _fields(shape: Mapping[str, Any], before: str) -> Iterator[Field]:
    for name, own in shape.get("properties", {}).items():
        said = _parts()[own["$ref"].rpartition("/")[2]] if "$ref" in own else own
        yield Field(f"{before}{name}", said.get("title", name), said.get("description", ""), name in shape.get("required", ()))
        yield from _fields(said, f"{before}{name}.")
