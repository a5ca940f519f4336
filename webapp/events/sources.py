"""Facts about source nodes, their batches, and postings that several of them offer."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class CardsChanged(Event):
    """Of postings that are one job others are in front now: `count` came forward or stood back; their `grouped_at` is `at` (ISO instant)."""

    at: str
    count: int


@dataclass(frozen=True, slots=True)
class SourceChanged(Event):
    """What is kept about a source; `opens`: whether what it forwards is opened without a reviewer."""

    source_id: str
    opens: bool


@dataclass(frozen=True, slots=True)
class SourceSuspended(Event):
    """Nothing is taken from it any more; what it forwarded before stays."""

    source_id: str


@dataclass(frozen=True, slots=True)
class SourceResumed(Event):
    source_id: str


@dataclass(frozen=True, slots=True)
class SourceContactShown(Event):
    """Staff had the contact of a source shown in full."""

    source_id: str


@dataclass(frozen=True, slots=True)
class NodeKeyMade(Event):
    source_id: str
    key_id: str


@dataclass(frozen=True, slots=True)
class NodeKeyRevoked(Event):
    source_id: str
    key_id: str


@dataclass(frozen=True, slots=True)
class BatchReceived(Event):
    """A file of rows waits to be taken; a held one was let through."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class BatchHeld(Event):
    """A snapshot lacks so many of the open postings of its source that a person has to say whether they are withdrawn."""

    batch_id: str
    missing: int


@dataclass(frozen=True, slots=True)
class BatchDecided(Event):
    """A held snapshot was let through (its lacking postings are withdrawn), or was not."""

    batch_id: str
    released: bool


@dataclass(frozen=True, slots=True)
class PostingsWithdrawn(Event):
    """A source no longer offers these: at most 1,000 as one fact; their `closed_at` is `at` (ISO instant)."""

    at: str
    batch_id: str
    count: int


@dataclass(frozen=True, slots=True)
class ConflictsFound(Event):
    """Sources say different things about the same jobs."""

    purpose: str
    count: int


@dataclass(frozen=True, slots=True)
class ConflictSettled(Event):
    """Staff decided between two postings of one job that say different things; `purpose` is what the comparison is for."""

    conflict_id: str
    decision: str
    purpose: str
