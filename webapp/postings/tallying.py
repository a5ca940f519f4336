"""Counts what is searched and how often it was not found, beside the searches and never in their way.

Searches are added up in the memory of the process and written at most every KEPT_EVERY seconds by a thread of its own, in one short
transaction: no visitor waits for it, no failure of it is a failure of a search. A process that is killed loses what it had gathered and
nothing else. What is gathered belongs to the database that was open, and memory is bounded: beyond that a text goes uncounted.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock, Timer
from weakref import ReferenceType, WeakKeyDictionary, ref

from sqlalchemy import Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from search.query import PostingQuery, Sort
from search.understanding import Understood
from webapp import db
from webapp.db import is_sqlite, today, transaction
from webapp.postings.criteria import Criteria
from webapp.postings.discretion import storable
from webapp.postings.models import SearchTally
from webapp.postings.queries import Found
from webapp.postings.widening import Widened

KEPT_EVERY = 30.0
ONCE_WITHIN = 60.0
"""Seconds in which the same search of one process counts once: a page that is read again, or a machine that asks and asks."""
TEXTS_AT_MOST = 2000
"""What is held between two writings; above it a text that is new is not counted."""
_log = logging.getLogger(__name__)
_Key = tuple[date, str, str]
_COUNTS = ("searches", "unmet", "widened", "empty")


@dataclass(slots=True)
class _Gathered:
    lock: Lock = field(default_factory=Lock)
    counts: dict[_Key, list[int]] = field(default_factory=dict)
    """By day, text and region: the four counts of a row."""
    seen: dict[tuple[str, str], float] = field(default_factory=dict)
    timer: Timer | None = None

    def add(self, key: _Key, counts: list[int]) -> None:
        if key in self.counts or len(self.counts) < TEXTS_AT_MOST:
            self.counts[key] = [one + more for one, more in zip(self.counts.get(key, [0, 0, 0, 0]), counts, strict=True)]

    def is_repeated(self, asked: tuple[str, str]) -> bool:
        """Whether it was asked within the minute; memory is kept for as many searches as are counted."""
        at = time.monotonic()
        if at - self.seen.get(asked, float("-inf")) < ONCE_WITHIN:
            return True
        if len(self.seen) >= TEXTS_AT_MOST:
            self.seen = {one: when for one, when in self.seen.items() if at - when < ONCE_WITHIN}
        if len(self.seen) < TEXTS_AT_MOST:
            self.seen[asked] = at
        return asked not in self.seen

    def taken(self) -> dict[_Key, list[int]]:
        with self.lock:
            counts, self.counts = self.counts, {}
        return counts


_gathered: "WeakKeyDictionary[Engine, _Gathered]" = WeakKeyDictionary()
_opening = Lock()


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
    if kept is None:
        return
    gathered = _of(db.engine())
    with gathered.lock:
        if not gathered.is_repeated((kept, region)):
            gathered.add((today(), kept, region), [1, int(strict == 0), int(widened), int(total == 0)])
            _wind(gathered, db.engine())


def keep() -> int:
    """Writes what this process has gathered; answers how many rows. What could not be written is gathered still."""
    for engine, gathered in list(_gathered.items()):
        if engine is db.engine():
            return _keep(engine, gathered)
    return 0


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


def _of(engine: Engine) -> _Gathered:
    with _opening:
        return _gathered.setdefault(engine, _Gathered())


def _wind(gathered: _Gathered, engine: Engine) -> None:
    """Starts the clock, unless it runs. It holds no database open that everybody else has let go."""
    if gathered.timer is None:
        gathered.timer = Timer(KEPT_EVERY, _ring, (ref(engine),))
        gathered.timer.daemon = True
        gathered.timer.start()


def _ring(held: "ReferenceType[Engine]") -> None:
    engine = held()
    gathered = _gathered.get(engine) if engine is not None else None
    if engine is None or gathered is None:
        return
    with gathered.lock:
        gathered.timer = None
    if engine is db.engine():
        _keep(engine, gathered)


def _keep(engine: Engine, gathered: _Gathered) -> int:
    counts = gathered.taken()
    if not counts:
        return 0
    try:
        _write(counts)
    except OperationalError as error:
        _log.warning("%d counts of searches wait for the database: %s", len(counts), type(error).__name__)
        with gathered.lock:
            for key, more in counts.items():
                gathered.add(key, more)
            _wind(gathered, engine)
        return 0
    return len(counts)


def _write(counts: Mapping[_Key, list[int]]) -> None:
    """Adds to what stands there. In the order of keys, so that two processes never wait for each other in a circle."""
    table = SearchTally.__table__
    assert isinstance(table, Table)
    insert = sqlite.insert(table) if is_sqlite() else postgresql.insert(table)
    sums = {name: table.c[name] + insert.excluded[name] for name in _COUNTS}
    rows = [dict(zip(("day", "text", "region", *_COUNTS), (*key, *counts[key]), strict=True)) for key in sorted(counts)]
    with transaction() as session:
        session.execute(insert.on_conflict_do_update(index_elements=["day", "text", "region"], set_=sums), rows)
