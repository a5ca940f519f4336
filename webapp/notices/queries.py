"""Questions about one person's inbox, about what waits to be done, and about what happened."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from webapp.db import LOCAL_ZONE, now, session, today
from webapp.ledger import Delivery, DeliveryState, Entry, Heartbeat
from webapp.notices.models import Notice
from webapp.reference import queries as reference

_TROUBLED = (DeliveryState.UNKNOWN, DeliveryState.PARKED)
_WORKER_STALE = timedelta(minutes=2)
"""A worker in a long batch says seldom that it lives; the relay's limit is the parameter the sign-in page goes by."""
_FORGOTTEN = timedelta(days=1)
"""Names of processes that were ended long ago are no news."""


def inbox(person_id: UUID) -> Select[Notice]:
    """One person's notices, unread first, the newest first in each."""
    return select(Notice).where(Notice.person_id == person_id).order_by(Notice.read_at.is_not(None), Notice.created_at.desc(), Notice.id.desc())


def unread_count(person_id: UUID) -> int:
    return session().scalar(select(func.count()).where(Notice.person_id == person_id, Notice.read_at.is_(None))) or 0


def notice_of(person_id: UUID, notice_id: UUID, *, locked: bool = False) -> Notice | None:
    """None also where the notice is another person's."""
    wanted = select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id)
    return session().scalar(wanted.with_for_update() if locked else wanted)


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Of one queue: `due` can be claimed now, `taken` is in a worker's hands, `later` waits after a failure.

    `oldest` is the longest wait of what is due.
    """

    queue: str
    due: int
    taken: int
    later: int
    oldest: timedelta | None


def queue_figures() -> list[QueueFigures]:
    at = now()
    open_ = Delivery.state == DeliveryState.DUE
    taken = Delivery.lease_until >= at
    due = and_(Delivery.available_at <= at, or_(Delivery.lease_until.is_(None), Delivery.lease_until < at))
    counted = (
        select(
            Delivery.queue,
            func.count().filter(due),
            func.count().filter(taken),
            func.count().filter(and_(Delivery.available_at > at, Delivery.lease_until.is_(None))),
            func.min(Delivery.available_at).filter(due),
        )
        .where(open_)
        .group_by(Delivery.queue)
        .order_by(Delivery.queue)
    )
    return [
        QueueFigures(queue, due_now, in_hand, later, None if oldest is None else at - oldest)
        for queue, due_now, in_hand, later, oldest in session().execute(counted)
    ]


@dataclass(frozen=True, slots=True)
class Pulse:
    name: str
    detail: str
    age: timedelta
    stale: bool


def pulses() -> list[Pulse]:
    """Every process that said within the last day that it lives."""
    at = now()
    beats = session().scalars(select(Heartbeat).where(Heartbeat.at >= at - _FORGOTTEN).order_by(Heartbeat.name))
    relay_stale = timedelta(seconds=reference.whole("relay_stale_seconds", on=today()))
    return [Pulse(beat.name, beat.detail, at - beat.at, at - beat.at > (relay_stale if beat.name == "relay" else _WORKER_STALE)) for beat in beats]


def troubled() -> Select[Delivery]:
    """What was parked or is in doubt, the newest first: an operator decides about each."""
    return select(Delivery).where(Delivery.state.in_(_TROUBLED)).order_by(Delivery.finished_at.desc(), Delivery.id.desc())


def entries_of(deliveries: list[Delivery]) -> dict[UUID, Entry]:
    keys = {delivery.entry_id for delivery in deliveries}
    return {entry.id: entry for entry in session().scalars(select(Entry).where(Entry.id.in_(keys)))} if keys else {}


def entries(*, day: date | None = None, event: str | None = None, subject: str | None = None) -> Select[Entry]:
    """The audit, the newest first; `day` is a day of the wall calendar here."""
    wanted = select(Entry).order_by(Entry.at.desc(), Entry.id.desc())
    if day is not None:
        start = datetime.combine(day, clock(), LOCAL_ZONE)
        wanted = wanted.where(Entry.at >= start, Entry.at < start + timedelta(days=1))
    if event:
        wanted = wanted.where(Entry.event == event)
    if subject:
        wanted = wanted.where(_about(subject))
    return wanted


def _about(subject: str) -> ColumnElement[bool]:
    """What happened to the thing of this key; where it is a person's key, also what this person did."""
    try:
        person = UUID(subject)
    except ValueError:
        return Entry.subject == subject
    return or_(Entry.subject == subject, Entry.by_person == person)
