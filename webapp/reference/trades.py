"""The occupations as words, for whoever has to tell what a text means: see `search.resolver`."""

from collections.abc import Iterator

from search.resolver import Trade
from webapp.reference.queries import Occupations

_UNIT_DASHES = 3  # 6-18-02-04 is an occupation, anything shorter a class


def trades(occupations: Occupations) -> Iterator[Trade]:
    """Every occupation that a posting may be coded with; classes are none."""
    waiting = list(occupations.children(None))
    while waiting:
        row = waiting.pop()
        waiting += occupations.children(row.code)
        if row.code.count("-") == _UNIT_DASHES:
            yield Trade(row.code, row.name, tuple(row.synonyms))
