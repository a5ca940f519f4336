"""The facts of the room `casework`."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class CaseEntered(Event):
    """A person is looked after in this programme from now on."""

    case_id: str
    programme: str
    region: str


@dataclass(frozen=True, slots=True)
class CaseReturned(Event):
    """Somebody who had left the programme is looked after again."""

    case_id: str


@dataclass(frozen=True, slots=True)
class CaseAssigned(Event):
    case_id: str
    caseworker_id: str


@dataclass(frozen=True, slots=True)
class CasesHandedOver(Event):
    """So many cases went to this caseworker in one step."""

    caseworker_id: str
    count: int


@dataclass(frozen=True, slots=True)
class CaseTagged(Event):
    case_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class CaseUntagged(Event):
    case_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class CaseLeft(Event):
    case_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseCallLogged(Event):
    """A caseworker wrote down what came of a call."""

    case_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class CaseCallUndone(Event):
    case_id: str


@dataclass(frozen=True, slots=True)
class CaseShown(Event):
    """Somebody read the ID number and the phones of a person in full; `purpose` is a code."""

    case_id: str
    purpose: str


@dataclass(frozen=True, slots=True)
class CasesMessaged(Event):
    """So many people were sent one message."""

    count: int


@dataclass(frozen=True, slots=True)
class RosterSent(Event):
    """A list waits to be read."""

    roster_id: str


@dataclass(frozen=True, slots=True)
class RosterRead(Event):
    roster_id: str
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class RosterConfirmed(Event):
    """Somebody looked at the preview: the good rows may be imported."""

    roster_id: str


@dataclass(frozen=True, slots=True)
class RosterDropped(Event):
    roster_id: str


@dataclass(frozen=True, slots=True)
class RosterTaken(Event):
    """Everybody the list entered is a case now, without a fact of each: so many new people, so many rows that changed something."""

    roster_id: str
    entered: int
    changed: int
    refused: int
