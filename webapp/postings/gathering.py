"""Counts that are added up in the memory of a process and written now and then, beside the pages and never in their way.

A thread of its own writes them in one short transaction: no visitor waits for it, and no failure of it is a failure of a page. A process that
is killed loses what it had gathered and nothing else. What is gathered belongs to the database that was open, and memory is bounded: beyond
that something new goes uncounted.
"""

import logging
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import Any, Generic, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, ref

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from webapp import db

Key = TypeVar("Key", bound=Hashable)
_SWEPT_EVERY = 1.0
"""Seconds: looking through a full memory for every single note would keep the pages waiting."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Gathered(Generic[Key]):
    lock: Lock = field(default_factory=Lock)
    counts: dict[Key, list[int]] = field(default_factory=dict)
    seen: dict[Any, float] = field(default_factory=dict)
    swept: float = float("-inf")
    timer: Timer | None = None

    def add(self, key: Key, counts: list[int], most: int) -> None:
        if key in self.counts or len(self.counts) < most:
            known = self.counts.get(key)
            self.counts[key] = counts if known is None else [one + more for one, more in zip(known, counts, strict=True)]

    def is_repeated(self, asked: Any, within: float, most: int) -> bool:
        at = time.monotonic()
        if at - self.seen.get(asked, float("-inf")) < within:
            return True
        if len(self.seen) >= most and at - self.swept >= _SWEPT_EVERY:
            self.swept = at
            self.seen = {one: when for one, when in self.seen.items() if at - when < within}
        if len(self.seen) < most:
            self.seen[asked] = at
        return asked not in self.seen

    def taken(self) -> dict[Key, list[int]]:
        with self.lock:
            counts, self.counts = self.counts, {}
        return counts


class Gatherer(Generic[Key]):
    """`write` adds counts by key to what stands in the database; `every` seconds at most lie between two writings, `most` keys are held, and
    the same thing within `once_within` seconds of one process counts once."""

    def __init__(self, write: Callable[[Mapping[Key, list[int]]], None], *, what: str, once_within: float, most: int = 2000) -> None:
        self.every = 30.0
        self.most = most
        self.once_within = once_within
        self._write = write
        self._what = what
        self._gathered: WeakKeyDictionary[Engine, _Gathered[Key]] = WeakKeyDictionary()
        self._opening = Lock()

    def note(self, asked: Any, key: Key, counts: list[int]) -> None:
        """Counts once. Never waits for the database, never raises."""
        gathered = self._of(db.engine())
        with gathered.lock:
            if not gathered.is_repeated(asked, self.once_within, self.most):
                gathered.add(key, counts, self.most)
                self._wind(gathered, db.engine())

    def keep(self) -> int:
        """Writes what this process has gathered; answers how many rows. What could not be written is gathered still."""
        for engine, gathered in list(self._gathered.items()):
            if engine is db.engine():
                return self._keep(engine, gathered)
        return 0

    def forget(self) -> None:
        """As if the process had just begun."""
        self._gathered.clear()

    def _of(self, engine: Engine) -> _Gathered[Key]:
        with self._opening:
            return self._gathered.setdefault(engine, _Gathered())

    def _wind(self, gathered: _Gathered[Key], engine: Engine) -> None:
        """Starts the clock, unless it runs. It holds no database open that everybody else has let go of."""
        if gathered.timer is None:
            gathered.timer = Timer(self.every, self._ring, (ref(engine),))
            gathered.timer.daemon = True
            gathered.timer.start()

    def _ring(self, held: "ReferenceType[Engine]") -> None:
        engine = held()
        gathered = self._gathered.get(engine) if engine is not None else None
        if engine is None or gathered is None:
            return
        with gathered.lock:
            gathered.timer = None
        if engine is db.engine():
            self._keep(engine, gathered)

    def _keep(self, engine: Engine, gathered: _Gathered[Key]) -> int:
        counts = gathered.taken()
        if not counts:
            return 0
        try:
            self._write(counts)
        except OperationalError as error:
            _log.warning("%d counts of %s wait for the database: %s", len(counts), self._what, type(error).__name__)
            with gathered.lock:
                for key, more in counts.items():
                    gathered.add(key, more, self.most)
                self._wind(gathered, engine)
            return 0
        return len(counts)
