"""The index queue: the process that holds the index's only writer, and gathers what is due into one flush.

The writer is opened after the start of the process (a writer carried over a fork is refused) and kept: opening it for every posting would
cost more than the posting. Single postings go first, also between the chunks of a long import, so that an approved posting is findable
within a second whatever else is being indexed. A busy writer is no failure: the deliveries are given back for whoever holds it.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import search.current
from search.documents import PostingDocument
from search.engine import SearchError, Unavailable, Writer, WriterBusy
from webapp import ledger
from webapp.access import Actor
from webapp.db import reading, transaction
from webapp.events import IndexRebuildAsked
from webapp.ledger import Claim
from webapp.postings import indexing as documents_of
from workers import indexing, logs
from workers.carrying import LeaseLost, failed, renewer
from workers.handlers import HANDLERS, INDEX, Indexed, IndexedRange, Whole

GATHERED = 200
SHORT_LEASE = timedelta(seconds=10)
BUSY_SECONDS = 1.0
FLUSH_SECONDS = 1.0
SINGLE = tuple(name for name, handler in HANDLERS.items() if isinstance(handler, Indexed))
log = logging.getLogger(__name__)


class IndexQueue:
    """One per process; `close` lets go of the writer."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        self._held = ExitStack()
        self._writer: Writer | None = None
        self._built = False
        """The index was built anew to open the writer for the work at hand: whatever rows that work names are in it already."""

    def drain(self) -> int:
        """Carries out what is due until nothing is left, and answers how many deliveries were finished; 0 also when the writer is busy."""
        done = 0
        try:
            while not self._stopping():
                carried = self._carry_singles() or self._carry_long()
                if not carried:
                    break
                done += carried
        except WriterBusy:
            log.info("the index is being written by another process: ring again")
            time.sleep(BUSY_SECONDS)
        return done

    def close(self) -> None:
        self._writer = None
        self._held.close()

    def _open(self) -> Writer:
        """The writer, opened once. An index that is not there yet, or is another version's, is built first."""
        if self._writer is None:
            engine = search.current.engine()
            if engine.needs_rebuild():
                log.info("the index is built anew documents=%d", indexing.rebuild())
                self._built = True
            self._writer = self._held.enter_context(engine.writer())
        return self._writer

    def _writing(self, claims: list[Claim], work: Callable[[Writer], None]) -> int:
        """Runs `work` and closes the claims as it ended; a writer that failed is opened anew next time."""
        self._built = False
        try:
            writer = self._open()
        except (WriterBusy, Unavailable) as reason:
            with transaction():
                for claim in claims:
                    ledger.give_back(claim)
            raise WriterBusy(str(reason)) from reason
        try:
            work(writer)
        except LeaseLost:
            return 0
        except Exception as error:
            self._abandon()
            with transaction():
                for claim in claims:
                    failed(claim, error)
            return len(claims)
        with transaction():
            return sum(ledger.finish(claim) for claim in claims)

    def _abandon(self) -> None:
        """Drops a writer in an unknown state; what it held and did not flush is due again."""
        self._writer = None
        try:
            self._held.close()
        except SearchError as error:
            log.warning("closing the writer: %s", logs.told(error))

    # one posting each

    def _carry_singles(self) -> int:
        with transaction():
            claims = [claim for name in SINGLE for claim in ledger.claim(INDEX, limit=GATHERED, lease=SHORT_LEASE, listener=name)]
        return self._index(claims) if claims else 0

    def _index(self, claims: list[Claim]) -> int:
        good, fresh = _documents(claims)
        return self._writing(good, lambda writer: _put(writer, fresh)) + len(claims) - len(good)

    # many

    def _carry_long(self) -> int:
        with transaction():
            claims = ledger.claim(INDEX, limit=1)
        if not claims:
            return 0
        claim = claims[0]
        handler = HANDLERS.get(claim.listener)
        if isinstance(handler, Indexed):  # it came between our two looks
            return self._index(claims)
        if isinstance(handler, Whole) and handler.rebuild:
            return self._rebuild(claim)
        return self._writing(claims, lambda writer: self._work(writer, claim, handler))

    def _work(self, writer: Writer, claim: Claim, handler: object) -> None:
        renew = renewer(claim)
        renew()
        if isinstance(handler, IndexedRange):
            if not self._built:
                self._put_range(writer, handler.documents(claim.event), renew)
        elif isinstance(handler, Whole):
            self._compare(writer, renew)
        else:
            raise LookupError(claim.listener)  # noqa: TRY004 - what is unknown is the listener, not a type

    def _put_range(self, writer: Writer, documents: Iterable[PostingDocument], renew: Callable[[], None]) -> None:
        flushed = time.monotonic()
        for chunk in indexing.chunked(documents):
            writer.put(chunk)
            if time.monotonic() - flushed > FLUSH_SECONDS:
                writer.flush()
                renew()
                self._carry_singles()
                if self._writer is not writer:
                    raise Unavailable("the writer was given up in between")
                flushed = time.monotonic()
        writer.flush()

    def _compare(self, writer: Writer, renew: Callable[[], None]) -> None:
        found = indexing.reconcile(writer, pause=renew)
        if found.total:
            log.warning("index healed missing=%d stale=%d ghosts=%d ahead=%d", found.missing, found.stale, found.ghosts, found.ahead)
        if found.beyond_rows:
            with transaction():
                ledger.record(IndexRebuildAsked("documents beyond their rows"), by=Actor.SYSTEM)

    def _rebuild(self, claim: Claim) -> int:
        """The writer is let go for it: the engine takes the same lock."""
        self._abandon()
        renew = renewer(claim)
        try:
            renew()
            taken = indexing.rebuild(lambda done, total: renew())
            log.info("the index was built anew documents=%d", taken)
        except WriterBusy:
            with transaction():
                ledger.give_back(claim)
            raise
        except LeaseLost:
            return 0
        except Exception as error:
            with transaction():
                failed(claim, error)
            return 1
        with transaction():
            return int(ledger.finish(claim))


def _put(writer: Writer, fresh: list[PostingDocument]) -> None:
    writer.put(fresh)
    writer.flush()


def _documents(claims: list[Claim]) -> tuple[list[Claim], list[PostingDocument]]:
    """The rows as they are now, one document per posting. A row no document can be made of fails alone."""
    try:
        with reading():
            return claims, documents_of.documents({_posting_id(claim) for claim in claims})
    except (ValueError, LookupError):
        return _documents_singly(claims)


def _documents_singly(claims: list[Claim]) -> tuple[list[Claim], list[PostingDocument]]:
    good: list[Claim] = []
    fresh: list[PostingDocument] = []
    for claim in claims:
        try:
            with reading():
                fresh += documents_of.documents([_posting_id(claim)])
            good.append(claim)
        except (ValueError, LookupError) as error:
            with transaction():
                failed(claim, error)
    return good, fresh


def _posting_id(claim: Claim) -> UUID:
    handler = HANDLERS[claim.listener]
    assert isinstance(handler, Indexed)
    return UUID(handler.posting_id(claim.event))
