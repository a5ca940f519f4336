"""The contract of every engine. tests/search/test_engine_contract.py is the same contract, executable."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from search.documents import PostingDocument
from search.query import BadQuery, PostingQuery

__all__ = ["SHRINKS_TO", "BadQuery", "Engine", "Hits", "Refused", "SearchError", "Shrunk", "State", "Unavailable", "Writer", "WriterBusy"]

SHRINKS_TO = 0.8
"""A new index with less than this share of the old one's documents is refused: more likely half a database than a real loss."""


class SearchError(Exception):
    """Whatever an engine may refuse."""


class Unavailable(SearchError):
    """The engine is away, not built yet, or unreadable: answer from the database and say so."""


class WriterBusy(SearchError):
    """Another process (or another writer of this one) holds the only writer: ring again, nothing has failed."""


class Shrunk(SearchError):
    """A rebuild was refused, and the old index stays: the new one would have had too few documents."""

    def __init__(self, after: int, before: int) -> None:
        super().__init__(f"the new index would have {after} documents, the old one has {before}")
        self.after, self.before = after, before


class Refused(SearchError):
    """Some documents can never be taken as they are; all others of the same `put` are. `reasons`: key -> why."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {reason}" for key, reason in reasons.items())[:1000])
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Hits:
    """One answer: `keys` and `scores` are the asked page in order, `total` and `facets` are exact over all matches.

    `facets` is empty unless the query asked for it; the names and values are those of `search.facets`. A score is the
    sum of the levels of `search.compiling`; under a sort by date or wage it is 0. `cursor` continues such an order
    (`PostingQuery.after`); None: nothing follows, or another order.
    """

    keys: tuple[str, ...]
    scores: tuple[int, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """For the operator's page. `documents` counts what can be found, `size` is in bytes (0: unknown)."""

    path: str
    documents: int
    fingerprint: str
    size: int


class Writer(Protocol):
    """Takes documents; they become findable, in every process, with the next flush."""

    def put(self, documents: Iterable[PostingDocument]) -> int:
        """Take what is newer than what is stored (tombstones too); answer how many were. The rest is ignored.

        Raise Refused after all others were taken, Unavailable when it is not known how many were: put them again.
        """

    def flush(self) -> None:
        """Make everything put so far durable and findable: one commit (embedded) or refresh (Elasticsearch)."""


Meanwhile = Callable[[Writer], None]


class Engine(Protocol):
    """Where postings are found."""

    def find(self, query: PostingQuery) -> Hits:
        """Raise BadQuery for what may not be asked, Unavailable when there is no answer."""

    def writer(self) -> AbstractContextManager[Writer]:
        """The only writer; leaving the block without an exception flushes. Raise WriterBusy, Unavailable."""

    def versions(self) -> Iterator[tuple[str, int]]:
        """Every key ever put and its highest version, tombstones included, in no order: what reconciling compares."""

    def count(self) -> int:
        """How many documents can be found (no tombstones)."""

    def rebuild(self, documents: Iterable[PostingDocument], *, meanwhile: Meanwhile | None = None, may_shrink: bool = False) -> int:
        """Build anew beside the old index, then swap: no reader ever sees half of it. Answer how many were taken.

        `meanwhile` is called now and then with a writer of both indexes, so that changes go on and none is lost in the
        swap. Raise Shrunk (unless `may_shrink`), WriterBusy, Unavailable; the old index is then as it was.
        """

    def needs_rebuild(self) -> bool:
        """True when there is no index, or one made by another analysis or layout than this code's."""

    def state(self) -> State:
        """What the operator wants to know."""
