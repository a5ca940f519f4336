"""What the house tells itself: notices, deliveries, its own clock, the demo."""

from dataclasses import dataclass

from webapp.events.event import Event

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
