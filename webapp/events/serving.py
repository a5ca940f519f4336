"""What is done for people looked after by name, and the rules it is counted by."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class ServiceLogged(Event):
    """Something was done for a person (`kind`: a code of the table of service types)."""

    service_id: str
    case_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class ServiceCorrected(Event):
    """A record was a mistake: `instead` holds in its place, or nothing where it is empty."""

    service_id: str
    case_id: str
    instead: str


@dataclass(frozen=True, slots=True)
class PlanMade(Event):
    plan_id: str
    case_id: str
    version: int


@dataclass(frozen=True, slots=True)
class PlanStepDone(Event):
    plan_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class PostingsReferred(Event):
    """So many pairs of a person and a posting were tied in one step."""

    first_case_id: str
    count: int


@dataclass(frozen=True, slots=True)
class ReferralAnswered(Event):
    referral_id: str
    case_id: str
    answer: str


@dataclass(frozen=True, slots=True)
class WillingnessTold(Event):
    case_id: str
    willingness: str


@dataclass(frozen=True, slots=True)
class AskAgainDue(Event):
    """So many who were not looking for work are to be asked again."""

    count: int


@dataclass(frozen=True, slots=True)
class UnemploymentNoted(Event):
    """A span without work began, or ended, for a person looked after."""

    client_id: str
    ended: bool


@dataclass(frozen=True, slots=True)
class StandardChangeAsked(Event):
    """Somebody asks whom another standard would change."""

    change_id: str


@dataclass(frozen=True, slots=True)
class StandardChanged(Event):
    """Another standard holds: everybody it concerns is counted again."""

    change_id: str


@dataclass(frozen=True, slots=True)
class StandardCounted(Event):
    """A change of the standard was carried out; so many people's state changed."""

    change_id: str
    count: int


@dataclass(frozen=True, slots=True)
class StandardChangeDropped(Event):
    change_id: str


@dataclass(frozen=True, slots=True)
class ProgrammeRunAsked(Event):
    run_id: str


@dataclass(frozen=True, slots=True)
class ProgrammeEvaluated(Event):
    run_id: str
    entering: int
    leaving: int


@dataclass(frozen=True, slots=True)
class ProgrammeMoveDecided(Event):
    move_id: str
    done: bool


@dataclass(frozen=True, slots=True)
class ServicesShown(Event):
    """Somebody read what was written about a person's services."""

    case_id: str
