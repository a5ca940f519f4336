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
from webapp.db import today
from webapp.demand import cataloguing, importing
from webapp.demand import operations as demand
from webapp.events import Event
from webapp.ledger import Listener
from webapp.matching import operations as matching
from webapp.notices import operations as notices
from webapp.notices.channels import Parcel, Report
from webapp.postings import indexing
from webapp.postings.models import Posting
from workers import schedule

INDEX, NOTIFY, BATCH = "index", "notify", "batch"

_INDEX_POSTING = Listener("index_posting", INDEX)
_INDEX_EXPIRED = Listener("index_expired", INDEX)
_INDEX_BATCH = Listener("index_batch", INDEX)
_CHECK_INDEX = Listener("check_index", INDEX)
_REBUILD_INDEX = Listener("rebuild_index", INDEX)
_MATCH_POSTING = Listener("match_posting", NOTIFY)
_NOTIFY_SEEKERS = Listener("notify_seekers", NOTIFY)
_DELIVER_MESSAGE = Listener("deliver_message", NOTIFY)
_SEND_CODE = Listener("send_code", NOTIFY)
_WRITE_CONFIRMATION = Listener("write_confirmation", NOTIFY)
_TELL_INVITED = Listener("tell_invited", NOTIFY)
_FOLLOW_POSTING = Listener("follow_posting", BATCH)
_FOLLOW_EXPIRED = Listener("follow_expired", BATCH)
_RUN_UPKEEP = Listener("run_upkeep", BATCH)
_READ_NEED_FILE = Listener("read_need_file", BATCH)
_COMPUTE_CATALOGUE = Listener("compute_catalogue", BATCH)
_RECHECK_CATALOGUE = Listener("recheck_catalogue", BATCH)

LISTENERS: dict[type[Event], tuple[Listener, ...]] = {
    events.CodeRequested: (_SEND_CODE,),
    events.EmailConfirmationRequested: (_WRITE_CONFIRMATION,),
    events.PostingSubmitted: (_FOLLOW_POSTING,),
    events.PostingApproved: (_INDEX_POSTING, _MATCH_POSTING, _FOLLOW_POSTING),
    events.PostingReturned: (_FOLLOW_POSTING,),  # its author is told by the operation itself
    events.PostingReopened: (_INDEX_POSTING, _FOLLOW_POSTING),
    events.PostingClosed: (_INDEX_POSTING, _FOLLOW_POSTING),
    events.PostingsExpired: (_INDEX_EXPIRED, _FOLLOW_EXPIRED),
    events.NeedFileSent: (_READ_NEED_FILE,),
    events.CatalogueAsked: (_COMPUTE_CATALOGUE,),
    events.CatalogueRecheckAsked: (_RECHECK_CATALOGUE,),
    events.BatchImported: (_INDEX_BATCH,),
    events.MatchesFound: (_NOTIFY_SEEKERS,),
    events.MessageQueued: (_DELIVER_MESSAGE,),
    events.StaffInvited: (_TELL_INVITED,),
    events.UpkeepDue: (_RUN_UPKEEP,),
    events.IndexCheckDue: (_CHECK_INDEX,),
    events.IndexCheckAsked: (_CHECK_INDEX,),
    events.IndexRebuildAsked: (_REBUILD_INDEX,),
}

SILENT: frozenset[type[Event]] = frozenset(
    {
        events.AccountLocked,
        events.ApplicationOpened,
        events.ApplicationSent,  # the operation itself tells the employer's members, in the same transaction
        events.ApplicationWithdrawn,
        events.CatalogueComputed,
        events.CataloguePublished,
        events.DeliveryClosed,
        events.DeliveryRetried,
        events.DemoLoaded,
        events.EmailConfirmed,
        events.EmployerChanged,
        events.EmployerRefused,
        events.EmployerRegistered,
        events.EmployerVerified,
        events.EmployerContactShown,
        events.EmployersHandedOver,
        events.KeyEmployerMarked,
        events.KeyEmployerUnmarked,
        events.MemberAdded,
        events.MemberRemoved,
        events.NeedAnnounced,  # who hears of a need is told by its operation
        events.NeedChanged,
        events.NeedClosed,
        events.NeedOpened,
        events.NeedPosted,
        events.NeedReopened,
        events.NeedReturned,
        events.NeedsExported,
        events.NeedsImported,
        events.OfficerAssigned,
        events.OtherSessionsEnded,
        events.PasswordChanged,
        events.PersonChanged,
        events.PersonDisabled,
        events.PersonEnabled,
        events.PersonRegistered,
        events.PostingDrafted,
        events.ReferenceImported,
        events.RoleGranted,
        events.RoleRevoked,
        events.RosterImported,
        events.SavedSearchChanged,
        events.SavedSearchRemoved,
        events.SearchIgnored,
        events.SearchRestored,
        events.SearchSaved,
        events.SeekerProfileChanged,
        events.SignedIn,
        events.SignedOut,
        events.SourceOpened,
        events.VisitCorrected,
        events.VisitLogged,
        events.VisitNotesShown,
        events.WordingAdded,  # every process sees the new version by itself
        events.WordingRemoved,
    }
)
"""Facts that are only written down. A house test wants every fact here or in LISTENERS."""

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


def _follow_posting(event: _AboutPosting) -> None:
    demand.follow_posting(UUID(event.posting_id), by=Actor.SYSTEM, on=today())


def _follow_expired(event: events.PostingsExpired) -> None:
    demand.follow_expired(datetime.fromisoformat(event.at), by=Actor.SYSTEM)


def _read_need_file(event: events.NeedFileSent, renew: Callable[[], None]) -> None:
    importing.take_file(UUID(event.batch_id), renew, on=today())


def _compute_catalogue(event: events.CatalogueAsked, renew: Callable[[], None]) -> None:
    cataloguing.compute_catalogue(UUID(event.catalogue_id), renew, by=Actor.SYSTEM)


def _recheck_catalogue(event: events.CatalogueRecheckAsked, renew: Callable[[], None]) -> None:
    cataloguing.recheck(UUID(event.catalogue_id), renew)


def _expired(event: events.PostingsExpired) -> Iterator[PostingDocument]:
    return indexing.stream(Posting.closed_at == datetime.fromisoformat(event.at))


def _of_batch(event: events.BatchImported) -> Iterator[PostingDocument]:
    return indexing.of_batch(UUID(event.batch_id))


HANDLERS: Mapping[str, Handler] = {
    _INDEX_POSTING.name: Indexed(lambda event: event.posting_id),
    _INDEX_EXPIRED.name: IndexedRange(_expired),
    _INDEX_BATCH.name: IndexedRange(_of_batch),
    _CHECK_INDEX.name: Whole(rebuild=False),
    _REBUILD_INDEX.name: Whole(rebuild=True),
    _MATCH_POSTING.name: Inside(_match_posting),
    _NOTIFY_SEEKERS.name: Inside(_notify_seekers),
    _DELIVER_MESSAGE.name: Outside(_prepare_message, _settle_message),
    _SEND_CODE.name: Outside(_prepare_code, _settle_code),
    _WRITE_CONFIRMATION.name: Inside(_write_confirmation),
    _TELL_INVITED.name: Inside(_tell_invited),
    _FOLLOW_POSTING.name: Inside(_follow_posting),
    _FOLLOW_EXPIRED.name: Inside(_follow_expired),
    _RUN_UPKEEP.name: Long(schedule.run),
    _READ_NEED_FILE.name: Long(_read_need_file),
    _COMPUTE_CATALOGUE.name: Long(_compute_catalogue),
    _RECHECK_CATALOGUE.name: Long(_recheck_catalogue),
}
