"""What of the desk's address means what: one reader for the list, its bulk pages, its saved filters and its way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from webapp.casework import queries
from webapp.casework.desk.filters import FACETS, Filters, Order, Shelf
from webapp.casework.models import Case
from webapp.casework.views.room import keeping, leading, me, reading
from webapp.web import NUL

GRADUATES = "graduates"
_WORDS = ("programme", "whose", "shelf", "order", "q", *FACETS)
_MOST = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """`words` are those of the address that mean something, as they were written."""

    filters: Filters
    is_mine: bool
    words: Mapping[str, str]

    @property
    def text(self) -> str:
        """As a query string, for a form that comes back to this choice."""
        return urlencode(self.words)

    def url(self, endpoint: str = "casework.desk", **more: Any) -> str:
        return url_for(endpoint, **dict[str, Any]({**self.words, **more}))


def asked(words: Mapping[str, str] | None = None) -> Asked:
    """From this address, or from the words of a saved filter. Whatever they say, the scope is the visitor's own."""
    given: Mapping[str, str] = MultiDict(words) if words is not None else request.args
    told = {name: given.get(name, "").replace(NUL, "").strip()[:_MOST] for name in _WORDS}
    told = {name: value for name, value in told.items() if value}
    is_mine = told.get("whose", "all" if leading() else "mine") == "mine"
    filters = Filters(
        scope=_scope(is_mine=is_mine),
        programme=told.get("programme", GRADUATES),
        shelf=next((one for one in Shelf if one.value == told.get("shelf")), Shelf.ALL),
        order=next((one for one in Order if one.value == told.get("order")), Order.NEXT),
        text=told.get("q", ""),
        chosen={name: value for name, value in told.items() if name in FACETS},
    )
    return Asked(filters, is_mine, told)


def from_text(query: str) -> dict[str, str]:
    """The words of a query string that mean something."""
    return {name: value[:_MOST] for name, value in parse_qsl(query) if name in _WORDS and value}


def _scope(*, is_mine: bool) -> queries.Scope:
    if is_mine:
        return (Case.caseworker_id == me()) & queries.area(keeping())
    return queries.area(reading())
