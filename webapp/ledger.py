"""The audit and the outbox in one: `record` writes what happened and who must hear of it, in the business transaction.

Entry is append-only (the migration adds triggers that refuse UPDATE and DELETE). Delivery is the queue of record: an RQ job is only a
doorbell. A delivery is claimed with a lease; whoever holds its token may finish it, so a worker that was declared dead and comes back
cannot finish what another took over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from webapp import events
from webapp.access import Actor
from webapp.db import Base, UtcDateTime, new_key, now, session

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 12
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))


class Entry(Base):
    __tablename__ = "ledger_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    event: Mapped[str] = mapped_column(String(60), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
    """The first key of the fact: what the entry is about."""
    by_person: Mapped[UUID | None]
    by_role: Mapped[str] = mapped_column(String(40))
    by_origin: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class DeliveryState(StrEnum):
    DUE = "due"
    DONE = "done"
    UNKNOWN = "unknown"
    """An outside call was made and its answer never came: shown to the operator, not tried again."""
    PARKED = "parked"

    @property
    def label(self) -> str:
        return {"due": "待处理", "done": "已完成", "unknown": "结果不明", "parked": "已搁置"}[self.value]


class Delivery(Base):
    __tablename__ = "ledger_delivery"
    __table_args__ = (
        UniqueConstraint("entry_id", "listener"),
        Index("ix_ledger_delivery_due", "queue", "state", "available_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id))
    listener: Mapped[str] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(20))
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.DUE)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[UUID | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(500))


class Heartbeat(Base):
    """A process says that it lives: the relay, each worker. The web reads the relay's age, the operator's page all."""

    __tablename__ = "ledger_heartbeat"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    detail: Mapped[str] = mapped_column(String(200), default="")


class ScheduleRun(Base):
    """One row per (schedule, due minute): whoever inserts it runs it, so two relays do not run a job twice."""

    __tablename__ = "ledger_schedule_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


@dataclass(frozen=True, slots=True)
class Listener:
    name: str
    queue: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worker needs to carry out one delivery; `token` proves the lease."""

    id: UUID
    entry_id: UUID
    listener: str
    event: events.Event
    attempts: int
    token: UUID
    doubtful: bool
    """An earlier attempt was begun and never finished: an outside call may have been made."""


class LeaseLost(Exception):
    """Another worker took the delivery over: stop, it is theirs now."""


class NotYet(Exception):
    """Raised by long work that cannot be done now though nothing failed: it is given back, and due again `after` a while."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(after)
        self.after = after


_listeners: dict[type[events.Event], tuple[Listener, ...]] = {}


def subscribe(listeners: Mapping[type[events.Event], Sequence[Listener]]) -> None:
    """Hands the table of listeners to this process. Called once, at its start."""
    _listeners.clear()
    _listeners.update({event: tuple(who) for event, who in listeners.items()})


def record(event: events.Event, *, by: Actor) -> Entry:
    entry = entry_of(event, by=by, key=new_key(), at=now())
    session().add(entry)
    for listener in _listeners.get(type(event), ()):
        session().add(Delivery(id=new_key(), entry_id=entry.id, listener=listener.name, queue=listener.queue, available_at=entry.at))
    return entry


def entry_of(event: events.Event, *, by: Actor, key: UUID, at: datetime) -> Entry:
    """The line of the audit that `record` writes; nobody is told of it."""
    payload = asdict(event)
    first = next(iter(payload.values()), None)
    return Entry(
        id=key,
        event=type(event).__name__,
        payload=payload,
        subject=str(first) if first is not None else None,
        by_person=by.person_id,
        by_role=by.role,
        by_origin=by.origin,
        at=at,
    )


def decode(name: str, payload: Mapping[str, Any]) -> events.Event:
    kind = getattr(events, name)
    known = {field.name for field in fields(kind)}
    found: events.Event = kind(**{key: value for key, value in payload.items() if key in known})
    return found


def claim(queue: str, *, limit: int = 20, lease: timedelta = LEASE, listener: str | None = None) -> list[Claim]:
    """Takes up to `limit` due deliveries of one queue, oldest first. Runs inside a transaction that the caller commits at once."""
    at = now()
    wanted = (
        select(Delivery, Entry)
        .join(Entry, Entry.id == Delivery.entry_id)
        .where(Delivery.queue == queue, Delivery.state == DeliveryState.DUE, Delivery.available_at <= at)
        .where(or_(Delivery.lease_until.is_(None), Delivery.lease_until < at))
        .order_by(Delivery.available_at, Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    if listener is not None:
        wanted = wanted.where(Delivery.listener == listener)
    claims = []
    for delivery, entry in session().execute(wanted):
        doubtful = delivery.lease_token is not None
        delivery.lease_token, delivery.lease_until = new_key(), at + lease
        delivery.attempts += 1
        claims.append(
            Claim(
                id=delivery.id,
                entry_id=entry.id,
                listener=delivery.listener,
                event=decode(entry.event, entry.payload),
                attempts=delivery.attempts,
                token=delivery.lease_token,
                doubtful=doubtful,
            )
        )
    return claims


def _close(claim: Claim, **values: Any) -> bool:
    """Only the holder of the lease may close it; False says that another took over meanwhile."""
    closed = session().execute(
        update(Delivery)
        .where(Delivery.id == claim.id, Delivery.lease_token == claim.token, Delivery.state == DeliveryState.DUE)
        .values(lease_until=None, lease_token=None, **values)
    )
    return bool(closed.rowcount)  # type: ignore[attr-defined]  # Result is typed without rowcount; an UPDATE always has it


def finish(claim: Claim) -> bool:
    return _close(claim, state=DeliveryState.DONE, finished_at=now(), last_error=None)


def finish_unknown(claim: Claim, reason: str) -> bool:
    return _close(claim, state=DeliveryState.UNKNOWN, finished_at=now(), last_error=reason[:500])


def give_back(claim: Claim, *, after: timedelta | None = None) -> bool:
    """Not failed, not done: it could not even be tried (the index's writer is held by another process, the index is away). Due again
    at once, or `after` a while."""
    later = {} if after is None else {"available_at": now() + after}
    return _close(claim, attempts=Delivery.attempts - 1, **later)


def park(claim: Claim, reason: str) -> bool:
    """Trying again would end in the same way: an operator decides."""
    return _close(claim, state=DeliveryState.PARKED, finished_at=now(), last_error=reason[:500])


def fail(claim: Claim, error: str) -> bool:
    """Backs off, and parks after MAX_ATTEMPTS. `error` names the kind of failure; it may hold no personal data."""
    if claim.attempts >= MAX_ATTEMPTS:
        return park(claim, error)
    pause = BACKOFF[min(claim.attempts, len(BACKOFF)) - 1]
    return _close(claim, available_at=now() + pause, last_error=error[:500])


def renew(claim: Claim, lease: timedelta = LEASE) -> bool:
    """Long work keeps its lease; False says that it was lost and the work must stop."""
    kept = session().execute(update(Delivery).where(Delivery.id == claim.id, Delivery.lease_token == claim.token).values(lease_until=now() + lease))
    return bool(kept.rowcount)  # type: ignore[attr-defined]  # see _close


def due_counts(queues: Sequence[str] = ()) -> dict[str, int]:
    """How many deliveries could be claimed now, by queue: what the relay rings for, ten times a second.

    Naming the queues (none: all) lets the index be searched instead of read from end to end, past everything that was ever done.
    """
    at = now()
    counted = (
        select(Delivery.queue, func.count())
        .where(Delivery.state == DeliveryState.DUE, Delivery.available_at <= at)
        .where(or_(Delivery.lease_until.is_(None), Delivery.lease_until < at))
        .group_by(Delivery.queue)
    )
    if queues:
        counted = counted.where(Delivery.queue.in_(queues))
    return {queue: int(count) for queue, count in session().execute(counted)}


def beat(name: str, detail: str = "") -> None:
    session().merge(Heartbeat(name=name, at=now(), detail=detail[:200]))


def age_of(name: str) -> timedelta | None:
    at = session().scalar(select(Heartbeat.at).where(Heartbeat.name == name))
    return None if at is None else now() - at


def entries_about(subject: str) -> list[Entry]:
    return list(session().scalars(select(Entry).where(Entry.subject == subject).order_by(Entry.id)))
