"""The facts of the room `outlets`."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class OutletAdded(Event):
    """A place beside our own pages where postings are published."""

    outlet_id: str


@dataclass(frozen=True, slots=True)
class OutletChanged(Event):
    outlet_id: str


@dataclass(frozen=True, slots=True)
class OutletSuspended(Event):
    """Nothing more is published there until it is resumed; removals go on."""

    outlet_id: str


@dataclass(frozen=True, slots=True)
class OutletResumed(Event):
    outlet_id: str


@dataclass(frozen=True, slots=True)
class OutletKeyMade(Event):
    """A new key with which the outlet fetches; the one before opens nothing any more."""

    outlet_id: str


@dataclass(frozen=True, slots=True)
class DispatchRetried(Event):
    """An operator had a refused or parked word about a posting told anew."""

    dispatch_id: str


@dataclass(frozen=True, slots=True)
class DispatchGivenUp(Event):
    """An operator gave a refused or parked word about a posting up; why stands beside it."""

    dispatch_id: str


@dataclass(frozen=True, slots=True)
class PublicationPlanned(Event):
    """A publication at fixed times was planned, or planned otherwise."""

    publication_id: str


@dataclass(frozen=True, slots=True)
class PublicationStopped(Event):
    publication_id: str


@dataclass(frozen=True, slots=True)
class PublicationResumed(Event):
    publication_id: str


@dataclass(frozen=True, slots=True)
class PublicationMade(Event):
    """One of its times was carried out; `minute` (ISO) is the one it was planned for."""

    publication_id: str
    minute: str
    postings: int
