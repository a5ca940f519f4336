"""What is deleted when nobody needs it any more. How long each kind is kept is a dated parameter, not a constant.

The audit (ledger entries) is never deleted here; a finished delivery only says that a listener has heard.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import FailedAttempt, LoginCode, Session
from webapp.db import now, transaction
from webapp.ledger import Delivery, DeliveryState, Heartbeat, ScheduleRun
from webapp.reference import queries as reference

AT_ONCE = 1000
PROCESS_FORGOTTEN = timedelta(hours=1)
Renew = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows whose `since` lies further back than the days of `parameter` go; `key` names them, `also` narrows."""

    key: InstrumentedAttribute[Any]
    since: InstrumentedAttribute[Any]
    parameter: str
    also: tuple[ColumnElement[bool], ...] = ()


KEPT: tuple[Kept, ...] = (
    Kept(Session.id, Session.ended_at, "session_kept_days"),
    Kept(Session.id, Session.expires_at, "session_kept_days"),
    Kept(LoginCode.id, LoginCode.created_at, "code_kept_days"),
    Kept(FailedAttempt.id, FailedAttempt.at, "attempt_kept_days"),
    Kept(Delivery.id, Delivery.finished_at, "delivery_kept_days", (Delivery.state == DeliveryState.DONE,)),
)


def purge(renew: Renew) -> int:
    """Deletes what is past its time, at most AT_ONCE rows a transaction; answers how many rows went."""
    rows = sum(_purge(kept, renew) for kept in KEPT)
    return rows + _purge_runs()


def _purge(kept: Kept, renew: Renew) -> int:
    before = now() - timedelta(days=reference.whole(kept.parameter))
    rows = 0
    while True:
        renew()
        gone = _delete_some(kept, before)
        rows += gone
        if gone < AT_ONCE:
            return rows


def _delete_some(kept: Kept, before: datetime) -> int:
    old = select(kept.key).where(kept.since < before, *kept.also).limit(AT_ONCE)
    with transaction() as session:
        keys = list(session.scalars(old))
        if keys:
            session.execute(delete(kept.key.class_).where(kept.key.in_(keys)))
    return len(keys)


def _purge_runs() -> int:
    """A planned minute is remembered for as long as its delivery: only the last one is ever asked for."""
    before = now() - timedelta(days=reference.whole("delivery_kept_days"))
    with transaction() as session:
        return int(session.execute(delete(ScheduleRun).where(ScheduleRun.at < before)).rowcount)  # type: ignore[attr-defined]  # a DELETE always has it


def forget_processes(renew: Renew) -> None:
    """Takes heartbeats of workers that were ended without a farewell off the operator's page; the relay's row stays, its age is asked for."""
    with transaction() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.at < now() - PROCESS_FORGOTTEN, Heartbeat.name.like("worker:%")))
