"""Who listens to which fact, and what each listener does about it.

A handler is one of four kinds, by what it may touch:
- Inside: an effect in our database, in the transaction that closes the delivery: exactly once.
- Outside: a message to somebody else's server: prepared and leased in one transaction, called with none open, settled in another.
- Long: work that opens transactions of its own and renews its lease between them; doing a part of it again must be harmless.
- Indexed: the rows a search document must be made of; carried out by the process that holds the index's writer (`index_queue.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from search.documents import PostingDocument
from webapp import events
from webapp.access import Actor
from webapp.bulk import operations as bulk
from webapp.db import today
from webapp.demand import cataloguing, importing
from webapp.demand import operations as demand
from webapp.events import Event
from webapp.ledger import Listener
from webapp.matching import operations as matching
from webapp.notices import operations as notices
from webapp.notices.channels import Parcel, Report
from webapp.outlets import offering, tending
from webapp.postings import indexing
from webapp.postings.applying import clock as applying
from webapp.postings.applying import queries as applications
from webapp.postings.life import operations as life
from webapp.postings.models import Posting, PostingState
from webapp.sources import duplicates, receiving
from workers import casework, rosters, schedule, serving

INDEX, NOTIFY, BATCH = "index", "notify", "batch"

_INDEX_POSTING = Listener("index_posting", INDEX)
_INDEX_EXPIRED = Listener("index_expired", INDEX)
_INDEX_BATCH = Listener("index_batch", INDEX)
_INDEX_WITHDRAWN = Listener("index_withdrawn", INDEX)
_INDEX_CARDS = Listener("index_cards", INDEX)
_CHECK_INDEX = Listener("check_index", INDEX)
_REBUILD_INDEX = Listener("rebuild_index", INDEX)
_MATCH_POSTING = Listener("match_posting", NOTIFY)
_NOTIFY_SEEKERS = Listener("notify_seekers", NOTIFY)
_DELIVER_MESSAGE = Listener("deliver_message", NOTIFY)
_SEND_CODE = Listener("send_code", NOTIFY)
_WRITE_CONFIRMATION = Listener("write_confirmation", NOTIFY)
_TELL_INVITED = Listener("tell_invited", NOTIFY)
_TOUCH_NEED = Listener("touch_need", BATCH)
_TOUCH_NEEDS = Listener("touch_needs", BATCH)
_COUNT_HIRE = Listener("count_hire", BATCH)
_UNCOUNT_HIRE = Listener("uncount_hire", BATCH)
_TELL_APPLICANTS = Listener("tell_applicants", BATCH)
_TELL_APPLICANTS_OF_EXPIRED = Listener("tell_applicants_of_expired", BATCH)
_CLOSE_WHEN_FLOODED = Listener("close_when_flooded", BATCH)
_RUN_UPKEEP = Listener("run_upkeep", BATCH)
_READ_NEED_FILE = Listener("read_need_file", BATCH)
_MAKE_POSTINGS = Listener("make_postings", BATCH)
_COMPUTE_CATALOGUE = Listener("compute_catalogue", BATCH)
_RECHECK_CATALOGUE = Listener("recheck_catalogue", BATCH)
_OFFER_POSTING = Listener("offer_posting", BATCH)
_CATCH_UP_OUTLETS = Listener("catch_up_outlets", BATCH)
_TAKE_BATCH = Listener("take_batch", BATCH)
_GROUP_BATCH = Listener("group_batch", BATCH)
_GROUP_POSTING = Listener("group_posting", BATCH)

_OWN: dict[type[Event], tuple[Listener, ...]] = {
    events.CodeRequested: (_SEND_CODE,),
    events.EmailConfirmationRequested: (_WRITE_CONFIRMATION,),
    events.ApplicationSent: (_CLOSE_WHEN_FLOODED,),  # the operation itself tells the employer's members
    events.ApplicationHired: (_COUNT_HIRE,),
    events.HireFellThrough: (_UNCOUNT_HIRE,),
    events.PostingSubmitted: (_TOUCH_NEED,),
    events.PostingApproved: (_INDEX_POSTING, _MATCH_POSTING, _GROUP_POSTING, _TOUCH_NEED, _OFFER_POSTING),
    events.PostingChanged: (_INDEX_POSTING, _GROUP_POSTING, _OFFER_POSTING),
    events.PostingReturned: (_TOUCH_NEED,),  # its author is told by the operation itself
    events.PostingReopened: (_INDEX_POSTING, _GROUP_POSTING, _TOUCH_NEED, _OFFER_POSTING),
    events.PostingClosed: (_INDEX_POSTING, _TELL_APPLICANTS, _TOUCH_NEED, _OFFER_POSTING),
    events.PostingsExpired: (_INDEX_EXPIRED, _TELL_APPLICANTS_OF_EXPIRED, _TOUCH_NEEDS, _CATCH_UP_OUTLETS),
    events.NeedFileSent: (_READ_NEED_FILE,),
    events.PostingTableConfirmed: (_MAKE_POSTINGS,),
    events.CatalogueAsked: (_COMPUTE_CATALOGUE,),
    events.CatalogueRecheckAsked: (_RECHECK_CATALOGUE,),
    events.BatchImported: (_INDEX_BATCH, _GROUP_BATCH, _CATCH_UP_OUTLETS),
    events.PostingsWithdrawn: (_INDEX_WITHDRAWN, _CATCH_UP_OUTLETS),
    events.CardsChanged: (_INDEX_CARDS, _CATCH_UP_OUTLETS),
    events.BatchReceived: (_TAKE_BATCH,),
    events.MatchesFound: (_NOTIFY_SEEKERS,),
    events.MessageQueued: (_DELIVER_MESSAGE,),
    events.StaffInvited: (_TELL_INVITED,),
    events.UpkeepDue: (_RUN_UPKEEP,),
    events.IndexCheckDue: (_CHECK_INDEX,),
    events.IndexCheckAsked: (_CHECK_INDEX,),
    events.IndexRebuildAsked: (_REBUILD_INDEX,),
    **casework.LISTENERS,
    **rosters.LISTENERS,
}
LISTENERS = _OWN | {kind: _OWN.get(kind, ()) + more for kind, more in serving.LISTENERS.items()}


FIRST: Mapping[str, tuple[str, ...]] = {NOTIFY: (_SEND_CODE.name, _MATCH_POSTING.name, _NOTIFY_SEEKERS.name)}
"""Served before everything else of its queue, in this order: somebody looks at the phone and waits for the code, and an inbox does not
wait for a slow mail server."""


@dataclass(frozen=True, slots=True)
class Inside:
    act: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Outside:
    """`prepare(event, doubtful)` answers None when nothing is left to send."""

    prepare: Callable[[Any, bool], Parcel | None]
    settle: Callable[[Any, Report], None]


@dataclass(frozen=True, slots=True)
class Long:
    """`run(event, renew)`: `renew` keeps the lease and raises LeaseLost when another worker has taken over."""

    run: Callable[[Any, Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class Indexed:
    """One posting, whose deliveries are gathered into one flush."""

    posting_id: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class IndexedRange:
    """Many postings, read and written a chunk at a time."""

    documents: Callable[[Any], Iterator[PostingDocument]]


@dataclass(frozen=True, slots=True)
class Whole:
    """The index as a whole: compared or rebuilt by its only writer."""

    rebuild: bool


Handler = Inside | Outside | Long | Indexed | IndexedRange | Whole
_AboutPosting = events.PostingSubmitted | events.PostingApproved | events.PostingReturned | events.PostingReopened | events.PostingClosed


def _prepare_message(event: events.MessageQueued, doubtful: bool) -> Parcel | None:  # noqa: FBT001 - the shape of Outside.prepare
    return notices.prepare_message(UUID(event.message_id), doubtful=doubtful)


def _settle_message(event: events.MessageQueued, report: Report) -> None:
    notices.settle_message(UUID(event.message_id), report)


def _prepare_code(event: events.CodeRequested, doubtful: bool) -> Parcel | None:  # noqa: FBT001 - the shape of Outside.prepare
    return notices.prepare_code(UUID(event.code_id), doubtful=doubtful)


def _settle_code(event: events.CodeRequested, report: Report) -> None:
    notices.settle_code(UUID(event.code_id), report)


def _match_posting(event: events.PostingApproved) -> None:
    matching.match_posting(UUID(event.posting_id), by=Actor.SYSTEM)


def _notify_seekers(event: events.MatchesFound) -> None:
    matching.notify_seekers(UUID(event.posting_id), by=Actor.SYSTEM)


def _write_confirmation(event: events.EmailConfirmationRequested) -> None:
    notices.write_confirmation(UUID(event.confirmation_id), by=Actor.SYSTEM)


def _tell_invited(event: events.StaffInvited) -> None:
    notices.tell_invited(UUID(event.person_id), event.role, event.region)


def _tell_applicants(event: events.PostingClosed, renew: Callable[[], None]) -> None:
    applying.hear_of_closing(UUID(event.posting_id), next(state for state in PostingState if state.value == event.state), renew)


def _tell_applicants_of_expired(event: events.PostingsExpired, renew: Callable[[], None]) -> None:
    applying.hear_of_expiry(datetime.fromisoformat(event.at), renew)


def _close_when_flooded(event: events.ApplicationSent) -> None:
    application = applications.posting_of(UUID(event.application_id))
    if application is not None:
        life.close_when_flooded(application, by=Actor.SYSTEM)


def _touch_need(event: _AboutPosting) -> None:
    demand.follow_posting(UUID(event.posting_id), by=Actor.SYSTEM, on=today())


def _touch_needs(event: events.PostingsExpired) -> None:
    demand.follow_expired(datetime.fromisoformat(event.at), by=Actor.SYSTEM)


def _read_need_file(event: events.NeedFileSent, renew: Callable[[], None]) -> None:
    importing.take_file(UUID(event.batch_id), renew, on=today())


def _compute_catalogue(event: events.CatalogueAsked, renew: Callable[[], None]) -> None:
    cataloguing.compute_catalogue(UUID(event.catalogue_id), renew, by=Actor.SYSTEM)


def _recheck_catalogue(event: events.CatalogueRecheckAsked, renew: Callable[[], None]) -> None:
    cataloguing.recheck(UUID(event.catalogue_id), renew)


def _offer_posting(event: _AboutPosting | events.PostingChanged) -> None:
    offering.follow_posting(UUID(event.posting_id))


def _expired(event: events.PostingsExpired) -> Iterator[PostingDocument]:
    return indexing.stream(Posting.closed_at == datetime.fromisoformat(event.at))


def _closed_at(event: events.PostingsWithdrawn) -> Iterator[PostingDocument]:
    return indexing.stream(Posting.closed_at == datetime.fromisoformat(event.at))


def _grouped_at(event: events.CardsChanged) -> Iterator[PostingDocument]:
    return indexing.stream(Posting.grouped_at == datetime.fromisoformat(event.at))


def _take_batch(event: events.BatchReceived, renew: Callable[[], None]) -> None:
    receiving.carry_out(UUID(event.batch_id), renew)


def _group_batch(event: events.BatchImported, renew: Callable[[], None]) -> None:
    duplicates.group_batch(UUID(event.batch_id), by=Actor.SYSTEM, renew=renew)


def _group_posting(event: events.PostingApproved | events.PostingChanged | events.PostingReopened) -> None:
    duplicates.regroup([UUID(event.posting_id)], by=Actor.SYSTEM)


def _of_batch(event: events.BatchImported) -> Iterator[PostingDocument]:
    return indexing.of_batch(UUID(event.batch_id))


HANDLERS: Mapping[str, Handler] = {
    _INDEX_POSTING.name: Indexed(lambda event: event.posting_id),
    _INDEX_EXPIRED.name: IndexedRange(_expired),
    _INDEX_BATCH.name: IndexedRange(_of_batch),
    _INDEX_WITHDRAWN.name: IndexedRange(_closed_at),
    _INDEX_CARDS.name: IndexedRange(_grouped_at),
    _CHECK_INDEX.name: Whole(rebuild=False),
    _REBUILD_INDEX.name: Whole(rebuild=True),
    _MATCH_POSTING.name: Inside(_match_posting),
    _NOTIFY_SEEKERS.name: Inside(_notify_seekers),
    _DELIVER_MESSAGE.name: Outside(_prepare_message, _settle_message),
    _SEND_CODE.name: Outside(_prepare_code, _settle_code),
    _WRITE_CONFIRMATION.name: Inside(_write_confirmation),
    _TELL_INVITED.name: Inside(_tell_invited),
    _TOUCH_NEED.name: Inside(_touch_need),
    _TOUCH_NEEDS.name: Inside(_touch_needs),
    _COUNT_HIRE.name: Inside(lambda event: demand.count_hire(UUID(event.posting_id), 1, by=Actor.SYSTEM, on=today())),
    _UNCOUNT_HIRE.name: Inside(lambda event: demand.count_no_show(UUID(event.hire_id), by=Actor.SYSTEM, on=today())),
    _TELL_APPLICANTS.name: Long(_tell_applicants),
    _TELL_APPLICANTS_OF_EXPIRED.name: Long(_tell_applicants_of_expired),
    _CLOSE_WHEN_FLOODED.name: Inside(_close_when_flooded),
    _RUN_UPKEEP.name: Long(schedule.run),
    _READ_NEED_FILE.name: Long(_read_need_file),
    _MAKE_POSTINGS.name: Long(lambda event, renew: bulk.carry_out(UUID(event.upload_id), renew, on=today())),
    _COMPUTE_CATALOGUE.name: Long(_compute_catalogue),
    _RECHECK_CATALOGUE.name: Long(_recheck_catalogue),
    _OFFER_POSTING.name: Inside(_offer_posting),
    _CATCH_UP_OUTLETS.name: Long(tending.catch_up_all),
    _TAKE_BATCH.name: Long(_take_batch),
    _GROUP_BATCH.name: Long(_group_batch),
    _GROUP_POSTING.name: Inside(_group_posting),
    **{name: Inside(act) for name, act in serving.INSIDE.items()},
    **{name: Long(run) for name, run in serving.RUNS.items()},
    **{name: Long(run) for name, run in casework.RUNS.items()},
    **{name: Long(run) for name, run in rosters.RUNS.items()},
}
