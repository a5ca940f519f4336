"""What is deleted when nobody needs it any more. How long each kind is kept is a dated parameter, not a constant.

The audit (ledger entries) is never deleted here; a finished delivery only says that a listener has heard.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp import files
from webapp.accounts.models import EmailConfirmation, FailedAttempt, LoginCode, Session
from webapp.bulk.models import BulkRow, BulkUpload
from webapp.db import Base, now, reading, transaction
from webapp.files import StoredFile
from webapp.ledger import Delivery, DeliveryState, Heartbeat, ScheduleRun
from webapp.outlets.models import Dispatch
from webapp.postings.models import IndexRun, SearchTally
from webapp.reference import queries as reference

AT_ONCE = 1000
PROCESS_FORGOTTEN = timedelta(hours=1)
Renew = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows go when `since` lies further back than the days of the parameter; a row without that instant stays."""

    model: type[Base]
    key: InstrumentedAttribute[Any]
    since: InstrumentedAttribute[Any]
    parameter: str
    only: tuple[ColumnElement[bool], ...] = ()


KEPT: tuple[Kept, ...] = (
    Kept(Session, Session.id, Session.ended_at, "sign_in_kept_days"),
    Kept(Session, Session.id, Session.expires_at, "sign_in_kept_days"),
    Kept(LoginCode, LoginCode.id, LoginCode.created_at, "sign_in_kept_days"),
    Kept(EmailConfirmation, EmailConfirmation.id, EmailConfirmation.created_at, "sign_in_kept_days"),
    Kept(FailedAttempt, FailedAttempt.id, FailedAttempt.at, "sign_in_kept_days"),
    Kept(Delivery, Delivery.id, Delivery.finished_at, "delivery_kept_days", (Delivery.state == DeliveryState.DONE,)),
    Kept(ScheduleRun, ScheduleRun.minute, ScheduleRun.at, "delivery_kept_days"),
    Kept(IndexRun, IndexRun.id, IndexRun.began_at, "delivery_kept_days"),
    Kept(Dispatch, Dispatch.id, Dispatch.created_at, "dispatch_kept_days", (Dispatch.is_latest.is_(False),)),
    Kept(BulkRow, BulkRow.id, BulkRow.at, "bulk_kept_days"),
    Kept(BulkUpload, BulkUpload.id, BulkUpload.at, "bulk_kept_days"),
    Kept(SearchTally, SearchTally.day, SearchTally.day, "search_tally_kept_days"),
)
"""Deliveries in trouble stay until an operator has decided. Of planned runs only the last is ever asked for."""


def purge(renew: Renew) -> int:
    """Deletes what is past its time, at most AT_ONCE rows a transaction; answers how many rows went."""
    return sum(_purge(kept, renew) for kept in KEPT)


def _purge(kept: Kept, renew: Renew) -> int:
    days = timedelta(days=reference.whole(kept.parameter))
    rows = 0
    while gone := _purge_some(kept, days):
        rows += gone
        renew()
    return rows


def _purge_some(kept: Kept, days: timedelta) -> int:
    past = (kept.since < now() - days, *kept.only)
    with transaction() as session:
        keys = list(session.scalars(select(kept.key).where(*past).limit(AT_ONCE)))
        if keys:
            session.execute(delete(kept.model).where(kept.key.in_(keys), *past))
    return len(keys)


def purge_files(renew: Renew) -> int:
    """Stored files past their day, contents whose row was never written, and half-written ones; answers how many contents went."""
    gone = 0
    while keys := _lapsed_files():
        files.remove(keys)
        gone += len(keys)
        renew()
    with reading():
        left = files.orphans()
    files.remove(left)
    return gone + len(left) + files.sweep_partials()


def _lapsed_files() -> list[UUID]:
    """The rows go first, and that is committed: a content without a row is an orphan, a row without a content a lie."""
    with transaction() as session:
        keys = [row.id for row in files.lapsed()]
        session.execute(delete(StoredFile).where(StoredFile.id.in_(keys)))
    return keys


def forget_processes(renew: Renew) -> None:
    """Takes heartbeats of workers that were ended without a farewell off the operator's page; the relay's row stays, its age is asked for."""
    with transaction() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.at < now() - PROCESS_FORGOTTEN, Heartbeat.name.like("worker:%")))
