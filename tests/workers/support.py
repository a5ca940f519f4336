"""What the workers' tests ask of the ledger."""

from datetime import timedelta

from sqlalchemy import select, update

from webapp import ledger
from webapp.access import Actor
from webapp.db import now, reading, transaction
from webapp.events import Event
from webapp.ledger import Delivery, DeliveryState


def told(event: Event) -> None:
    with transaction():
        ledger.record(event, by=Actor.SYSTEM)


def deliveries(listener: str) -> list[Delivery]:
    with reading() as session:
        return list(session.scalars(select(Delivery).where(Delivery.listener == listener).order_by(Delivery.id)))


def states(listener: str) -> list[DeliveryState]:
    return [delivery.state for delivery in deliveries(listener)]


def let_time_pass(span: timedelta) -> None:
    """What waits and what is leased comes `span` nearer."""
    with transaction() as session:
        for column in (Delivery.available_at, Delivery.lease_until):
            for row in session.scalars(select(Delivery).where(column.is_not(None), Delivery.state == DeliveryState.DUE)):
                setattr(row, column.key, getattr(row, column.key) - span)


def taken_by_a_worker_that_died(queue: str) -> None:
    """Claims what is due, commits the lease, and never comes back; the lease is over by now."""
    with transaction() as session:
        ledger.claim(queue)
        session.flush()
        session.execute(update(Delivery).where(Delivery.lease_token.is_not(None)).values(lease_until=now() - timedelta(seconds=1)))
