"""The facts of the room `demand`."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class OfficerAssigned(Event):
    """From now on this officer is responsible for the employer."""

    employer_id: str
    officer_id: str


@dataclass(frozen=True, slots=True)
class EmployersHandedOver(Event):
    """All employers of one officer, with their open needs and dates, went to another."""

    officer_id: str
    to_id: str
    count: int


@dataclass(frozen=True, slots=True)
class KeyEmployerMarked(Event):
    employer_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class KeyEmployerUnmarked(Event):
    employer_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class VisitLogged(Event):
    visit_id: str
    employer_id: str


@dataclass(frozen=True, slots=True)
class VisitCorrected(Event):
    """A wrong visit was superseded by this one."""

    visit_id: str
    employer_id: str


@dataclass(frozen=True, slots=True)
class VisitNotesShown(Event):
    """Somebody read what was written down on visits to an employer, and whom the officer met."""

    employer_id: str


@dataclass(frozen=True, slots=True)
class NeedOpened(Event):
    need_id: str


@dataclass(frozen=True, slots=True)
class NeedAnnounced(Event):
    """The employer itself wrote it."""

    need_id: str


@dataclass(frozen=True, slots=True)
class NeedChanged(Event):
    """Its content, how many were hired, or only that it still stands."""

    need_id: str


@dataclass(frozen=True, slots=True)
class NeedPosted(Event):
    """A posting was made for it, or one that was there was found to be about it."""

    need_id: str
    posting_id: str


@dataclass(frozen=True, slots=True)
class NeedReturned(Event):
    """None of its postings is left: it waits for one again."""

    need_id: str


@dataclass(frozen=True, slots=True)
class NeedClosed(Event):
    need_id: str
    state: str


@dataclass(frozen=True, slots=True)
class NeedReopened(Event):
    """A wrong ending was superseded: this need goes on in the place of the one that was closed."""

    need_id: str


@dataclass(frozen=True, slots=True)
class NeedsExported(Event):
    """Rows of the ledger left the house as a file."""

    queue: str
    count: int


@dataclass(frozen=True, slots=True)
class NeedFileSent(Event):
    """A file of needs waits to be read."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class NeedsImported(Event):
    batch_id: str
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class RosterImported(Event):
    """Employers of a list were marked as 重点企业."""

    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class CatalogueAsked(Event):
    """The 急需紧缺目录 of a place and period is to be computed."""

    catalogue_id: str


@dataclass(frozen=True, slots=True)
class CatalogueComputed(Event):
    catalogue_id: str
    rows: int


@dataclass(frozen=True, slots=True)
class CatalogueRecheckAsked(Event):
    """It is to be computed again from what was frozen with it, and compared."""

    catalogue_id: str


@dataclass(frozen=True, slots=True)
class CataloguePublished(Event):
    catalogue_id: str
