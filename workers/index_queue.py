"""The index queue: what is due is gathered into one flush, and whatever else is being indexed, an approved posting is found within a second.

The writer is opened after the start of the process (a writer carried over a fork is refused) and kept: opening it for every posting would
cost more than the posting. Single postings go first, also between the chunks of a long import and while the index is built anew. An index
that is away, or whose writer somebody else holds, is no failure: the deliveries are given back, and due again within seconds.

Nothing here assumes the only writer: with the embedded engine the engine itself refuses a second one, with Elasticsearch several of these
queues work at once, and the version of a document decides.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from uuid import UUID

import search.current
from search.documents import PostingDocument
from search.engine import Refused, SearchError, Shrunk, Unavailable, Writer, WriterBusy
from webapp import ledger
from webapp.access import Actor
from webapp.db import reading, transaction
from webapp.events import IndexRebuildAsked
from webapp.ledger import Claim, DeliveryState, LeaseLost
from webapp.postings import index_care
from webapp.postings import indexing as documents_of
from workers import indexing, logs
from workers.carrying import failed, renewer
from workers.handlers import HANDLERS, INDEX, Indexed, IndexedRange, Whole

GATHERED = 200
GATHERED_CAREFULLY = 10
SHORT_LEASE = timedelta(seconds=10)
REBUILD_LEASE = timedelta(seconds=120)
"""Longer than the steps of a rebuild that cannot be interrupted: the last merge, the copies on other nodes."""
BUSY_SECONDS = 1.0
FLUSH_SECONDS = 1.0
BREATH_SECONDS = 0.25
"""At least so long from one flush of singles to the next claim: a busy hour is then four flushes a second, which searches hardly feel,
instead of as many as fit."""
AWAY = timedelta(seconds=3)
"""When work on an index that was away is due again; with the breaker's 30 s it has caught up within a minute of its return."""
AWAY_LONG = timedelta(seconds=10)
"""The same of work that begins from the start."""
REFUSED_SECONDS = 600.0
"""An index made by another version, whose rebuild was refused, is not built again for so long."""
SINGLE = tuple(name for name, handler in HANDLERS.items() if isinstance(handler, Indexed))
log = logging.getLogger(__name__)


class _NotNow(Exception):
    """Nothing can be written at present, and what was claimed was given back: ring again."""


class IndexQueue:
    """One per process; `close` lets go of the writer."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        self._held = ExitStack()
        self._writer: Writer | None = None
        self._built = False
        """The index was built anew to open the writer for the work at hand: whatever rows that work names are in it already."""
        self._careful = False
        """The index was away, or did not take a gathering: a few at a time and one by one, until that goes well."""
        self._refused_until = float("-inf")
        self._flushed_at = float("-inf")

    def drain(self) -> int:
        """Carries out what is due until nothing is left, and answers how many deliveries were finished; 0 also when nothing can be written."""
        done = 0
        try:
            while not self._stopping():
                carried = self._carry_singles() or self._carry_long()
                if not carried:
                    break
                done += carried
        except _NotNow as reason:
            log.info("the index cannot be written now, ring again: %s", reason)
            time.sleep(BUSY_SECONDS)
        return done

    def close(self) -> None:
        self._writer = None
        self._held.close()

    def _open(self) -> Writer:
        """The writer, opened once. An index that is not there yet, or is another version's, is built first."""
        if self._writer is None:
            engine = search.current.engine()
            if time.monotonic() >= self._refused_until and engine.needs_rebuild():
                self._build()
            self._writer = self._held.enter_context(engine.writer())
        return self._writer

    def _build(self) -> None:
        """Where it is refused the old index may still be written; an operator sees the refusal."""
        try:
            log.info("the index is built anew documents=%d", indexing.rebuild(meanwhile=self._meanwhile))
            self._built = True
        except Shrunk as refusal:
            log.error("the index of another version stays: %s", refusal)  # noqa: TRY400 - the reason says all
            self._refused_until = time.monotonic() + REFUSED_SECONDS

    def _meanwhile(self, writer: Writer) -> None:
        """Singles go on while an index is built; what cannot be put now is due again, and the building goes on."""
        self._writer = writer
        try:
            self._carry_singles()
        except _NotNow as reason:
            log.info("a single posting waits for the rebuild: %s", reason)
        finally:
            self._abandon()

    def _tried(self, claims: list[Claim], work: Callable[[Writer], None]) -> int:
        """Runs `work` and closes the claims; whatever stands in the way of all of them is raised, and they are still leased."""
        self._built = False
        try:
            work(self._open())
        except LeaseLost:
            return 0
        except Refused as refusal:
            return _finished_but(claims, refusal)
        with transaction():
            return sum(ledger.finish(claim) for claim in claims)

    def _writing(self, claims: list[Claim], work: Callable[[Writer], None]) -> int:
        """Closes the claims however it ends; a writer that failed is opened anew next time. Raises _NotNow."""
        try:
            return self._tried(claims, work)
        except (Unavailable, WriterBusy, _NotNow) as reason:
            raise self._given_back(claims, reason, AWAY_LONG) from reason
        except Exception as error:
            self._abandon()
            return _failed(claims, error)

    def _given_back(self, claims: list[Claim], reason: Exception, after: timedelta | None = None) -> _NotNow:
        self._abandon()
        with transaction():
            for claim in claims:
                ledger.give_back(claim, after=after)
        return _NotNow(logs.told(reason))

    def _abandon(self) -> None:
        """Drops a writer in an unknown state; what it held and did not flush is due again."""
        self._writer = None
        try:
            self._held.close()
        except SearchError as error:
            log.warning("closing the writer: %s", logs.told(error))

    # one posting each

    def _carry_singles(self) -> int:
        limit = GATHERED_CAREFULLY if self._careful else GATHERED
        time.sleep(max(0.0, self._flushed_at + BREATH_SECONDS - time.monotonic()))
        with transaction():
            claims = [claim for name in SINGLE for claim in ledger.claim(INDEX, limit=limit, lease=SHORT_LEASE, listener=name)]
        if not claims:
            return 0
        try:
            return self._index(claims)
        finally:
            self._flushed_at = time.monotonic()

    def _index(self, claims: list[Claim]) -> int:
        good, fresh = _documents(claims)
        broken = len(claims) - len(good)
        if len(good) > 1 and not self._careful:
            try:
                return self._tried(good, lambda writer: _put(writer, fresh)) + broken
            except WriterBusy as reason:
                raise self._given_back(good, reason) from reason
            except Exception as error:
                log.warning("a gathering of %d was not taken, each by itself: %s", len(good), logs.told(error))
                self._abandon()
                self._careful = True
        return self._one_by_one(good) + broken

    def _one_by_one(self, claims: list[Claim]) -> int:
        """A posting that is not taken while one after it is, is at fault itself; where two in a row are not, the index is away."""
        done, suspects = 0, list[tuple[Claim, Exception]]()
        for place, claim in enumerate(claims, 1):
            try:
                done += self._tried([claim], partial(_put_now, claim))
            except WriterBusy as reason:
                raise self._given_back(_claims_of(suspects) + claims[place - 1 :], reason) from reason
            except Unavailable as reason:
                self._abandon()
                suspects.append((claim, reason))
                if len(suspects) > 1 or len(claims) == 1:
                    raise self._away(suspects, claims[place:]) from reason
            except Exception as error:
                self._abandon()
                done += _failed([claim], error)
            else:
                done += sum(_failed([suspect], reason) for suspect, reason in suspects)
                suspects.clear()
        if suspects:
            raise self._away(suspects, [])
        self._careful = False
        return done

    def _away(self, suspects: list[tuple[Claim, Exception]], rest: list[Claim]) -> _NotNow:
        """What was tried is due later than what was not: one that can never be taken does not stand before all others."""
        self._careful = True
        self._given_back(rest, suspects[-1][1])
        return self._given_back(_claims_of(suspects), suspects[-1][1], AWAY)

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
        return self._writing(claims, lambda _: self._work(claim, handler))

    def _work(self, claim: Claim, handler: object) -> None:
        renew = renewer(claim)
        renew()
        if isinstance(handler, IndexedRange):
            if not self._built:
                self._put_range(handler.documents(claim.event), renew)
        elif isinstance(handler, Whole):
            self._compare(renew)
        else:
            raise LookupError(claim.listener)  # noqa: TRY004 - what is unknown is the listener, not a type

    def _put_range(self, documents: Iterable[PostingDocument], renew: Callable[[], None]) -> None:
        """Every chunk is flushed before single postings are looked for: they may have to open the writer anew."""
        flushed = time.monotonic()
        for chunk in indexing.chunked(documents):
            indexing.put_all_that_can_be(self._open(), chunk)
            if time.monotonic() - flushed > FLUSH_SECONDS:
                self._between(renew)
                flushed = time.monotonic()
        self._open().flush()

    def _between(self, renew: Callable[[], None]) -> None:
        self._open().flush()
        renew()
        self._carry_singles()

    def _compare(self, renew: Callable[[], None]) -> None:
        found = indexing.reconcile(_Present(self._open), pause=lambda: self._between(renew))
        if found.total:
            log.warning("index healed missing=%d stale=%d ghosts=%d ahead=%d", found.missing, found.stale, found.ghosts, found.ahead)
        if found.beyond_rows:
            with transaction():
                if not index_care.is_open(index_care.REBUILD, DeliveryState.DUE, DeliveryState.PARKED):
                    ledger.record(IndexRebuildAsked("documents beyond their rows"), by=Actor.SYSTEM)

    def _rebuild(self, claim: Claim) -> int:
        """The writer is let go for it: the embedded engine takes the same lock. A refused one is tried again by an operator alone."""
        self._abandon()
        renew = renewer(claim, REBUILD_LEASE)
        may_shrink = isinstance(claim.event, IndexRebuildAsked) and claim.event.may_shrink
        try:
            renew()
            taken = indexing.rebuild(lambda done, total: renew(), meanwhile=self._meanwhile, may_shrink=may_shrink)
            log.info("the index was built anew documents=%d", taken)
        except LeaseLost:
            return 0
        except Shrunk as refusal:
            with transaction():
                return int(ledger.park(claim, indexing.told_shrunk(refusal)))
        except (Unavailable, WriterBusy) as reason:
            raise self._given_back([claim], reason, AWAY_LONG) from reason
        except Exception as error:
            return _failed([claim], error)
        self._refused_until = float("-inf")
        with transaction():
            return int(ledger.finish(claim))


class _Present:
    """The queue's writer of the moment, for work that goes on while single postings may have it opened anew."""

    def __init__(self, opened: Callable[[], Writer]) -> None:
        self._opened = opened

    def put(self, documents: Iterable[PostingDocument]) -> int:
        return self._opened().put(documents)

    def flush(self) -> None:
        self._opened().flush()


def _claims_of(suspects: list[tuple[Claim, Exception]]) -> list[Claim]:
    return [claim for claim, _ in suspects]


def _failed(claims: list[Claim], error: Exception) -> int:
    with transaction():
        for claim in claims:
            failed(claim, error)
    return len(claims)


def _put(writer: Writer, fresh: list[PostingDocument]) -> None:
    try:
        writer.put(fresh)
    except Refused:
        writer.flush()  # all others were taken
        raise
    writer.flush()


def _put_now(claim: Claim, writer: Writer) -> None:
    with reading():
        fresh = documents_of.documents([_posting_id(claim)])
    _put(writer, fresh)


def _finished_but(claims: list[Claim], refusal: Refused) -> int:
    """A document no engine can take fails alone."""
    with transaction():
        for claim in claims:
            reason = refusal.reasons.get(str(_posting_id(claim)))
            if reason is None:
                ledger.finish(claim)
            else:
                failed(claim, ValueError(reason))
    return len(claims)


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
            _failed([claim], error)
    return good, fresh


def _posting_id(claim: Claim) -> UUID:
    handler = HANDLERS[claim.listener]
    assert isinstance(handler, Indexed)
    return UUID(handler.posting_id(claim.event))
