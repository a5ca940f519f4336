"""Counts what is searched and how often it was not found; `gathering` says how that stays out of the way."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from search.query import PostingQuery, Sort
from search.understanding import Understood
from webapp.db import is_sqlite, today, transaction
from webapp.postings.criteria import Criteria
from webapp.postings.discretion import storable
from webapp.postings.gathering import Gatherer
from webapp.postings.models import SearchTally
from webapp.postings.queries import Found
from webapp.postings.widening import Widened

_Key = tuple[date, str, str]
_COUNTS = ("searches", "unmet", "widened", "empty")


def note(criteria: Criteria, wide: Widened, answer: Found) -> None:
    """Counts the search that a page was just made for, if it says something about words; see `_says_something`."""
    if _says_something(criteria, answer) and (wide.steps or bool(wide.strict) == bool(answer.total)):  # else the engine was away for one of them
        regions = criteria.query.regions
        region = regions[0] if len(regions) == 1 else ""
        tally(asked(criteria.understood), region, strict=wide.strict, total=answer.total, widened=bool(wide.steps))


def asked(understood: Understood) -> str:
    """The words that somebody wants work for: no place, wage or other condition, nothing unwanted, nothing that only orders."""
    return " ".join(wish.text for wish in understood.wishes if not (wish.unwanted or wish.optional))


def tally(text: str, region: str, *, strict: int, total: int, widened: bool) -> None:
    """Counts one search: `strict` postings fitted as asked, `total` were found in all. Never waits for the database, never raises."""
    kept = storable(text)
    if kept is not None:
        gatherer.note((kept, region), (today(), kept, region), [1, int(strict == 0), int(widened), int(total == 0)])


def keep() -> int:
    """Writes what this process has gathered; answers how many rows."""
    return gatherer.keep()


def _says_something(criteria: Criteria, answer: Found) -> bool:
    """A first page in the usual order, answered by the engine, narrowed by words and place alone: with a wage or a shift beside them
    nobody could tell what was not found."""
    query = criteria.query
    is_first = criteria.page == 1 and query.after is None and not criteria.strict and "literal" not in criteria.chosen
    return is_first and query.sort is Sort.RELEVANCE and not (answer.fallback or answer.refused or _is_narrowed(query))


def _is_narrowed(query: PostingQuery) -> bool:
    wages = query.wage_at_least is not None or query.wage_at_most is not None
    chosen = (query.employment_types, query.educations, query.shifts, query.benefits, query.occupations, query.industries, query.sources)
    return wages or any(chosen) or bool(query.outside or query.near or query.posted_since or query.experience_none)


def _write(counts: Mapping[_Key, list[int]]) -> None:
    """Adds to what stands there. In the order of keys, so that two processes never wait for each other in a circle."""
    table = SearchTally.__table__
    assert isinstance(table, Table)
    insert = sqlite.insert(table) if is_sqlite() else postgresql.insert(table)
    sums = {name: table.c[name] + insert.excluded[name] for name in _COUNTS}
    rows = [dict(zip(("day", "text", "region", *_COUNTS), (*key, *counts[key]), strict=True)) for key in sorted(counts)]
    with transaction() as session:
        session.execute(insert.on_conflict_do_update(index_elements=["day", "text", "region"], set_=sums), rows)


gatherer: Gatherer[_Key] = Gatherer(_write, what="searches", once_within=60.0)
"""A page that is read again, or a machine that asks and asks, counts once within the minute."""
