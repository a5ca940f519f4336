"""What the tests of the outlets ask, and the passing of time."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from webapp.access import Actor
from webapp.config import Settings
from webapp.db import now, reading, session, transaction
from webapp.ledger import Delivery
from webapp.outlets import tending
from webapp.outlets.models import Dispatch, Outlet, Shipment
from webapp.postings import operations as postings
from webapp.postings.models import Posting
from workers.carrying import carry_one
from workers.handlers import BATCH

AGES = timedelta(days=2)


def cycle() -> None:
    """One cycle of the worker, as if the last were long ago."""
    with transaction():
        session().execute(update(Outlet).values(checked_at=None))
    tending.serve(lambda: None)


def hear(settings: Settings) -> None:
    """The workers carry out what the facts of this test left to do."""
    while carry_one(BATCH, settings):
        pass


def let_time_pass(span: timedelta = AGES) -> None:
    """Whatever waits or is leased comes nearer."""
    with transaction() as writing:
        for column in (Dispatch.available_at, Outlet.wait_until, Outlet.checked_at, Shipment.lease_until, Delivery.available_at):
            for row in writing.scalars(select(column.class_).where(column.is_not(None))):
                setattr(row, column.key, getattr(row, column.key) - span)


def words(outlet: Outlet, posting: Posting | None = None) -> list[Dispatch]:
    """Everything told to the outlet, in order."""
    with reading() as read:
        wanted = select(Dispatch).where(Dispatch.outlet_id == outlet.id).order_by(Dispatch.number)
        return list(read.scalars(wanted if posting is None else wanted.where(Dispatch.posting_id == posting.id)))


def said(outlet: Outlet, posting: Posting | None = None) -> list[tuple[str, str]]:
    return [(word.kind.value, word.state.value) for word in words(outlet, posting)]


def withdraw(posting: Posting) -> None:
    with transaction():
        postings.withdraw(session().get_one(Posting, posting.id, with_for_update=True), by=Actor.SYSTEM)


def touch(key: UUID) -> None:
    """It says something else from now on, as after a source sent it again."""
    with transaction():
        row = session().get_one(Posting, key)
        row.title = f"{row.title}（改）"


__all__ = ["AGES", "cycle", "hear", "let_time_pass", "now", "said", "touch", "withdraw", "words"]
