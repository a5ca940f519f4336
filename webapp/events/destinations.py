"""The facts of the rooms `casework.destinations` and `casework.traineeships`."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class DestinationRegistered(Event):
    destination_id: str
    case_id: str
    code: str
    told_by: str


@dataclass(frozen=True, slots=True)
class DestinationAsked(Event):
    """The graduate was sent a link."""

    destination_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class DestinationConfirmed(Event):
    destination_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class DestinationDisputed(Event):
    destination_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class DestinationWithdrawn(Event):
    destination_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class DestinationShown(Event):
    """Somebody read the unit or the evidence of a destination."""

    destination_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class DestinationCheckOpened(Event):
    destination_check_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class DestinationCheckRuled(Event):
    destination_check_id: str
    decision: str


@dataclass(frozen=True, slots=True)
class PlacementFigureKept(Event):
    figure_id: str


@dataclass(frozen=True, slots=True)
class ComparisonSent(Event):
    comparison_id: str
    department: str
    purpose: str


@dataclass(frozen=True, slots=True)
class ComparisonDone(Event):
    comparison_id: str
    count: int


@dataclass(frozen=True, slots=True)
class ConflictsDecided(Event):
    comparison_id: str
    decision: str
    count: int


@dataclass(frozen=True, slots=True)
class ComparisonForgotten(Event):
    comparison_id: str


@dataclass(frozen=True, slots=True)
class TraineePostOpened(Event):
    post_id: str
    region: str


@dataclass(frozen=True, slots=True)
class TraineePostFiled(Event):
    post_id: str


@dataclass(frozen=True, slots=True)
class TraineePostClosed(Event):
    post_id: str


@dataclass(frozen=True, slots=True)
class TraineeshipBegun(Event):
    traineeship_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class TraineeshipEnded(Event):
    traineeship_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TraineeAllowancePaid(Event):
    traineeship_id: str
