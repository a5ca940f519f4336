"""Facts about accounts, tables of codes, employers and seekers."""

from dataclasses import dataclass

from webapp.events.event import Event

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
class EmployerEndorsed(Event):
    """The first of two reviewers found it right."""

    employer_id: str


@dataclass(frozen=True, slots=True)
class EmployerRefused(Event):
    employer_id: str


@dataclass(frozen=True, slots=True)
class EmployerPaperAdded(Event):
    """A licence or a letter of authority was uploaded."""

    employer_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class EmployerPaperShown(Event):
    """A reviewer had one of them shown."""

    employer_id: str
    kind: str


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
