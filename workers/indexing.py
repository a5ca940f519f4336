"""The index as a whole: built anew from the rows, or compared with them and healed.

The index is a cache. Every function here may be ended at any point and called again; what it found is kept for the operator's page.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

import search.current
from search.documents import PostingDocument, tombstone
from search.engine import Meanwhile, Refused, Shrunk, Writer
from webapp.db import LOCAL_ZONE, now, reading, session, transaction
from webapp.ledger import Delivery, DeliveryState, Entry
from webapp.postings import index_care, indexing
from webapp.postings.models import IndexRunKind, Posting, PostingState
from workers.versions import Versions

AT_ONCE = 1000
EXAMPLES = 20
PAUSE_SECONDS = 5.0
log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
"""Told (done, total) now and then."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a comparison found: `missing` and `stale` documents, `ghosts` without a row, and documents `ahead` of their row.

    The last two happen when the database was restored from a backup. Ghosts are hidden at once, but an engine keeps the highest version it
    was ever told, so only a rebuild heals both. `waiting` documents differ because their delivery is under way: they are no fault.
    """

    rows: int
    missing: int
    stale: int
    ghosts: int
    ahead: int
    waiting: int

    @property
    def beyond_rows(self) -> int:
        return self.ghosts + self.ahead

    @property
    def total(self) -> int:
        return self.missing + self.stale + self.ghosts + self.ahead


class _Row(NamedTuple):
    seq: int
    id: UUID
    version: int
    state: PostingState
    batch_id: UUID | None
    closed_at: datetime | None
    card_id: UUID | None
    grouped_at: datetime | None

    def subjects(self) -> set[str]:
        """Of what the ledger's facts about this row are: itself, its batch, the day on which it expired with others, the instant at which
        it was withdrawn or changed its card with others."""
        expired = {self.closed_at.astimezone(LOCAL_ZONE).date().isoformat()} if self.state is PostingState.EXPIRED and self.closed_at else set()
        shared = {at.isoformat() for at in (self.closed_at, self.grouped_at) if at is not None}
        return {str(self.id), *({str(self.batch_id)} if self.batch_id else ()), *expired, *shared}


@dataclass(slots=True)
class _Found:
    began: datetime
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, key: UUID) -> None:
        self.counts[kind] += 1
        some = self.examples.setdefault(kind, [])
        if len(some) < EXAMPLES:
            some.append(str(key))

    def difference(self) -> Difference:
        return Difference(self.rows, *(self.counts[kind] for kind in ("missing", "stale", "ghosts", "ahead", "waiting")))


def chunked(documents: Iterable[PostingDocument], size: int = AT_ONCE) -> Iterator[list[PostingDocument]]:
    rest = iter(documents)
    while chunk := list(islice(rest, size)):
        yield chunk


def rebuild(progress: Progress | None = None, *, meanwhile: Meanwhile | None = None, may_shrink: bool = False) -> int:
    """Builds the index anew from the open postings and swaps it in.

    Raises search.WriterBusy where a worker holds the writer, search.Shrunk where much less than before would be found.
    """
    began = now()
    with reading():
        total = index_care.open_postings()
    documents = _counted(indexing.every_open(), total, progress)
    try:
        taken = search.current.engine().rebuild(documents, meanwhile=meanwhile, may_shrink=may_shrink)
    except Shrunk as refusal:
        _keep(IndexRunKind.REBUILD, began, postings=refusal.after, refused=told_shrunk(refusal))
        raise
    _keep(IndexRunKind.REBUILD, began, postings=taken)
    return taken


def told_shrunk(refusal: Shrunk) -> str:
    return f"新索引只有 {refusal.after} 个岗位，现在的索引有 {refusal.before} 个，减少太多，没有替换"


def _keep(kind: IndexRunKind, began: datetime, **figures: object) -> None:
    with transaction():
        index_care.keep_run(kind, began=began, **figures)


def _counted(documents: Iterable[PostingDocument], total: int, progress: Progress | None) -> Iterator[PostingDocument]:
    done = 0
    for done, document in enumerate(documents, 1):
        yield document
        if progress is not None and done % AT_ONCE == 0:
            progress(done, total)
    if progress is not None:
        progress(done, total)


def reconcile(writer: Writer, pause: Callable[[], None] = lambda: None) -> Difference:
    """Compares (key, version) of rows and documents and puts what differs; `pause` is called now and then, with no transaction open.

    The index is read first: a row changed meanwhile is newer than what was read, and putting it twice is harmless. Memory does not grow
    with the number of rows.
    """
    found, rest = _Found(now()), _seldom(pause)
    with closing(Versions()) as documents:
        _read_index(documents, rest)
        for rows in _rows():
            _heal(writer, _compared(rows, documents.take(row.id for row in rows), found))
            rest()
        for chunk in documents.left():
            for key, _ in chunk:
                found.note("ghosts", key)
            writer.put(tombstone(str(key), 0, version + 1) for key, version in chunk)
            rest()
    writer.flush()
    _keep(IndexRunKind.CHECK, found.began, postings=found.rows, examples=found.examples, **found.counts)
    return found.difference()


def _seldom(pause: Callable[[], None]) -> Callable[[], None]:
    paused = time.monotonic()

    def rest() -> None:
        nonlocal paused
        if time.monotonic() - paused > PAUSE_SECONDS:
            pause()
            paused = time.monotonic()

    return rest


def _read_index(documents: Versions, rest: Callable[[], None]) -> None:
    pairs = iter(search.current.engine().versions())
    while chunk := list(islice(pairs, AT_ONCE)):
        documents.add(chunk)
        rest()


def _rows() -> Iterator[list[_Row]]:
    last = -1
    while True:
        with reading():
            wanted = select(*(getattr(Posting, name) for name in _Row._fields)).where(Posting.seq > last)
            rows = [_Row(*row) for row in session().execute(wanted.order_by(Posting.seq).limit(AT_ONCE))]
        yield rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].seq


def _compared(rows: list[_Row], indexed: dict[UUID, int], found: _Found) -> list[UUID]:
    """Notes what differs and answers which documents have to be put."""
    found.rows += len(rows)
    differing = [(row, kind) for row in rows if (kind := _kind(row, indexed.get(row.id)))]
    waiting = _waiting([row for row, kind in differing if kind != "ahead"], found.began) if differing else set()
    for row, kind in differing:
        found.note("waiting" if row.id in waiting else kind, row.id)
    return [row.id for row, kind in differing if kind != "ahead"]


def _kind(row: _Row, indexed: int | None) -> str:
    if indexed is None:
        return "missing" if row.state is PostingState.OPEN and row.card_id is None else ""
    return "stale" if indexed < row.version else "ahead" if indexed > row.version else ""


def _waiting(rows: list[_Row], began: datetime) -> set[UUID]:
    """Those of which the index queue was still to hear when the comparison began."""
    subjects = set().union(*(row.subjects() for row in rows))
    late = or_(Delivery.state == DeliveryState.DUE, Delivery.finished_at >= began)
    with reading():
        told = select(Entry.subject).join(Delivery, Delivery.entry_id == Entry.id).where(Delivery.queue == index_care.QUEUE, late)
        heard = set(session().scalars(told.where(Entry.subject.in_(subjects))))
    return {row.id for row in rows if not heard.isdisjoint(row.subjects())}


def _heal(writer: Writer, keys: list[UUID]) -> None:
    if keys:
        put_all_that_can_be(writer, indexing.stream(Posting.id.in_(keys)))


def put_all_that_can_be(writer: Writer, documents: Iterable[PostingDocument]) -> None:
    """A document the engine refuses is said in the log and left out; it must not keep thousands of others away."""
    try:
        writer.put(documents)
    except Refused as refusal:
        log.warning("documents refused count=%d first=%s", len(refusal.reasons), next(iter(refusal.reasons.items())))
