"""Every fact this house can announce, in the past tense.

A fact carries keys, codes and counts only: what it says ends up in the audit and in the queue, where no personal data may be. It is
told once with `ledger.record`; `workers.handlers.LISTENERS` says who listens. A room with many facts has a module of its own here; all of
them are known by this package's name.
"""

from dataclasses import dataclass

from webapp.events.base import Event as Event
from webapp.events.inspection import CallLogged as CallLogged
from webapp.events.inspection import CampaignCancelled as CampaignCancelled
from webapp.events.inspection import CampaignDrawn as CampaignDrawn
from webapp.events.inspection import CampaignFinished as CampaignFinished
from webapp.events.inspection import CampaignPrepared as CampaignPrepared
from webapp.events.inspection import CampaignPublished as CampaignPublished
from webapp.events.inspection import CheckJudged as CheckJudged
from webapp.events.inspection import CheckReassigned as CheckReassigned
from webapp.events.inspection import CheckReopened as CheckReopened
from webapp.events.inspection import InspectionForgotten as InspectionForgotten
from webapp.events.inspection import PhoneBookChanged as PhoneBookChanged
from webapp.events.inspection import ReportDecided as ReportDecided
from webapp.events.inspection import ReporterShown as ReporterShown
from webapp.events.inspection import ReportOffered as ReportOffered
from webapp.events.inspection import ReportPackMade as ReportPackMade
from webapp.events.inspection import ReportReceived as ReportReceived
from webapp.events.inspection import ReportTaken as ReportTaken
from webapp.events.inspection import ReportTransferred as ReportTransferred

# accounts


@dataclass(frozen=True, slots=True)
class PersonRegistered(Event):
    person_id: str
    role: str


@dataclass(frozen=True, slots=True)
class CodeRequested(Event):
    code_id: str


@dataclass(frozen=True, slots=True)
class SignedIn(Event):
    person_id: str
    method: str


@dataclass(frozen=True, slots=True)
class SignedOut(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class OtherSessionsEnded(Event):
    """Somebody ended all their sessions but the one they used."""

    person_id: str


@dataclass(frozen=True, slots=True)
class PersonChanged(Event):
    """Name, e-mail or ID number."""

    person_id: str


@dataclass(frozen=True, slots=True)
class EmailConfirmationRequested(Event):
    """A link is to be sent to an address that a person gave."""

    confirmation_id: str


@dataclass(frozen=True, slots=True)
class EmailConfirmed(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class AccountLocked(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class StaffInvited(Event):
    person_id: str
    role: str
    region: str


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    person_id: str
    role: str
    region: str


@dataclass(frozen=True, slots=True)
class RoleRevoked(Event):
    person_id: str
    role: str
    region: str


@dataclass(frozen=True, slots=True)
class PersonDisabled(Event):
    person_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonEnabled(Event):
    person_id: str


# reference


@dataclass(frozen=True, slots=True)
class ReferenceImported(Event):
    kind: str
    rows: int


@dataclass(frozen=True, slots=True)
class WordingAdded(Event):
    """Staff said what a word means, or said it anew; a word of the vocabulary is shown to everybody."""

    word: str
    words: int
    occupations: int


@dataclass(frozen=True, slots=True)
class WordingRemoved(Event):
    word: str


# employers


@dataclass(frozen=True, slots=True)
class EmployerRegistered(Event):
    employer_id: str


@dataclass(frozen=True, slots=True)
class EmployerChanged(Event):
    employer_id: str


@dataclass(frozen=True, slots=True)
class EmployerVerified(Event):
    employer_id: str


@dataclass(frozen=True, slots=True)
class EmployerRefused(Event):
    employer_id: str


@dataclass(frozen=True, slots=True)
class EmployerContactShown(Event):
    """A reviewer had the contact's phone shown in full."""

    employer_id: str


@dataclass(frozen=True, slots=True)
class MemberAdded(Event):
    employer_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class MemberRemoved(Event):
    employer_id: str
    person_id: str


# seekers


@dataclass(frozen=True, slots=True)
class SeekerProfileChanged(Event):
    person_id: str


@dataclass(frozen=True, slots=True)
class SearchSaved(Event):
    saved_search_id: str


@dataclass(frozen=True, slots=True)
class SavedSearchChanged(Event):
    """Its owner chose whether e-mails are sent for it."""

    saved_search_id: str


@dataclass(frozen=True, slots=True)
class SavedSearchRemoved(Event):
    saved_search_id: str


# postings


@dataclass(frozen=True, slots=True)
class PostingDrafted(Event):
    """It is a draft: written anew, taken back before review, or opened again for changes."""

    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingSubmitted(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingApproved(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingReturned(Event):
    """The reviewer sent it back to draft with a reason."""

    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingClosed(Event):
    """Paused, filled, expired, withdrawn or taken down: `state` says which."""

    posting_id: str
    state: str


@dataclass(frozen=True, slots=True)
class PostingReopened(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingsExpired(Event):
    """Postings whose validity ended before `on` (ISO date), at most 1,000 as one fact; their `closed_at` is `at` (ISO instant)."""

    on: str
    at: str
    count: int


@dataclass(frozen=True, slots=True)
class ApplicationSent(Event):
    application_id: str


@dataclass(frozen=True, slots=True)
class ApplicationOpened(Event):
    """A member of the employer opened it: from now on it shows what the seeker consented to show."""

    application_id: str


@dataclass(frozen=True, slots=True)
class ApplicationWithdrawn(Event):
    application_id: str


@dataclass(frozen=True, slots=True)
class SearchIgnored(Event):
    """Staff took a word that many searched off the report of what was not found, for their area."""

    word: str
    region: str


@dataclass(frozen=True, slots=True)
class SearchRestored(Event):
    word: str
    region: str


# sources


@dataclass(frozen=True, slots=True)
class SourceOpened(Event):
    """A source's standing decision: what it forwards is opened without a reviewer, from this fact on."""

    source_id: str


@dataclass(frozen=True, slots=True)
class BatchImported(Event):
    """The rows a batch added or changed, as one fact; their postings carry `batch_id`."""

    batch_id: str
    taken: int
    refused: int


# matching and notices


@dataclass(frozen=True, slots=True)
class MatchesFound(Event):
    posting_id: str
    count: int


@dataclass(frozen=True, slots=True)
class MessageQueued(Event):
    """A message for a channel outside the house (e-mail, SMS) is ready to be sent."""

    message_id: str


@dataclass(frozen=True, slots=True)
class DeliveryRetried(Event):
    """An operator had a parked or doubtful delivery tried again."""

    delivery_id: str


@dataclass(frozen=True, slots=True)
class DeliveryClosed(Event):
    """An operator gave a parked or doubtful delivery up."""

    delivery_id: str


# the house's own clock


@dataclass(frozen=True, slots=True)
class UpkeepDue(Event):
    """A periodic job is due; `minute` (ISO, UTC) is the one it was planned for."""

    job: str
    minute: str


@dataclass(frozen=True, slots=True)
class IndexCheckDue(Event):
    """Rows and documents are to be compared."""

    minute: str


@dataclass(frozen=True, slots=True)
class IndexCheckAsked(Event):
    """Somebody wants rows and documents compared now."""

    reason: str


@dataclass(frozen=True, slots=True)
class IndexRebuildAsked(Event):
    """The index is to be built anew by the process that holds its writer. `may_shrink`: also where it becomes much smaller."""

    reason: str
    may_shrink: bool = False


# the demo


@dataclass(frozen=True, slots=True)
class DemoLoaded(Event):
    """Made-up people, employers and postings were laid into this database; a second load finds this fact and changes nothing."""

    on: str
    postings: int
