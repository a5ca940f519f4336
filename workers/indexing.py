"""The index as a whole: built anew from the rows, or compared with them and healed.

The index is a cache. Every function here may be ended at any point and called again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from sqlalchemy import func, select

import search.current
from search.documents import PostingDocument, tombstone
from search.engine import Writer
from webapp.db import reading, session
from webapp.postings import indexing
from webapp.postings.models import Posting, PostingState

AT_ONCE = 1000
log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
"""Told (done, total) now and then."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a comparison found: `missing` and `stale` documents, `ghosts` without a row, and documents `ahead` of their row.

    The last two happen when the database was restored from a backup. Ghosts are hidden at once, but an engine keeps the highest version it
    was ever told, so only a rebuild heals both.
    """

    missing: int
    stale: int
    ghosts: int
    ahead: int

    @property
    def beyond_rows(self) -> int:
        return self.ghosts + self.ahead

    @property
    def total(self) -> int:
        return self.missing + self.stale + self.ghosts + self.ahead


def chunked(documents: Iterable[PostingDocument], size: int = AT_ONCE) -> Iterator[list[PostingDocument]]:
    rest = iter(documents)
    while chunk := list(islice(rest, size)):
        yield chunk


def rebuild(progress: Progress | None = None) -> int:
    """Builds the index anew from the open postings and swaps it in. Raises search.WriterBusy where a worker holds the writer."""
    with reading():
        total = session().scalar(select(func.count()).where(Posting.state == PostingState.OPEN)) or 0
    return search.current.engine().rebuild(_counted(indexing.every_open(), total, progress))


def _counted(documents: Iterable[PostingDocument], total: int, progress: Progress | None) -> Iterator[PostingDocument]:
    done = 0
    for done, document in enumerate(documents, 1):
        yield document
        if progress is not None and done % AT_ONCE == 0:
            progress(done, total)
    if progress is not None:
        progress(done, total)


def reconcile(writer: Writer, pause: Callable[[], None] = lambda: None) -> Difference:
    """Compares (key, version) of rows and documents and puts what differs; `pause` is called between chunks.

    The index is read first: a row changed meanwhile is newer than what was read, and putting it twice is harmless.
    """
    known = {UUID(key).bytes: version for key, version in search.current.engine().versions()}
    missing: list[UUID] = []
    stale: list[UUID] = []
    ahead = 0
    for key, version, state in _rows():
        indexed = known.pop(key.bytes, None)
        if indexed is None:
            missing += [key] if state is PostingState.OPEN else []
        elif indexed < version:
            stale.append(key)
        else:
            ahead += indexed > version
    _put(writer, missing + stale, pause)
    writer.put(tombstone(str(UUID(bytes=key)), 0, version + 1) for key, version in known.items())
    writer.flush()
    return Difference(len(missing), len(stale), len(known), ahead)


def _rows() -> Iterator[tuple[UUID, int, PostingState]]:
    last = -1
    while True:
        with reading():
            wanted = select(Posting.seq, Posting.id, Posting.version, Posting.state).where(Posting.seq > last)
            rows = session().execute(wanted.order_by(Posting.seq).limit(AT_ONCE)).all()
        for _, key, version, state in rows:
            yield key, version, state
        if len(rows) < AT_ONCE:
            return
        last = rows[-1][0]


def _put(writer: Writer, keys: list[UUID], pause: Callable[[], None]) -> None:
    for start in range(0, len(keys), AT_ONCE):
        with reading():
            documents = indexing.documents(keys[start : start + AT_ONCE])
        writer.put(documents)
        pause()
