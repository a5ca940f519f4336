"""What is deleted when nobody needs it any more. How long each kind is kept is a dated parameter, not a constant.

The audit (ledger entries) is never deleted here; a finished delivery only says that a listener has heard.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select

from webapp.access import Actor
from webapp.accounts import operations as accounts
from webapp.db import now, transaction
from webapp.ledger import Delivery, DeliveryState, Heartbeat, ScheduleRun
from webapp.reference import queries as reference

AT_ONCE = 1000
PROCESS_FORGOTTEN = timedelta(hours=1)
Renew = Callable[[], None]


def purge(renew: Renew) -> None:
    """Deletes what is past its time, at most AT_ONCE deliveries a transaction."""
    with transaction():
        accounts.forget_attempts(before_days=reference.whole("sign_in_kept_days"), by=Actor.SYSTEM)
    kept = timedelta(days=reference.whole("delivery_kept_days"))
    while _purge_deliveries(kept) == AT_ONCE:
        renew()
    with transaction() as session:
        session.execute(delete(ScheduleRun).where(ScheduleRun.at < now() - kept))


def _purge_deliveries(kept: timedelta) -> int:
    """Those in trouble stay until an operator has decided."""
    old = select(Delivery.id).where(Delivery.state == DeliveryState.DONE, Delivery.finished_at < now() - kept).limit(AT_ONCE)
    with transaction() as session:
        keys = list(session.scalars(old))
        if keys:
            session.execute(delete(Delivery).where(Delivery.id.in_(keys)))
    return len(keys)


def forget_processes(renew: Renew) -> None:
    """Takes heartbeats of workers that were ended without a farewell off the operator's page; the relay's row stays, its age is asked for."""
    with transaction() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.at < now() - PROCESS_FORGOTTEN, Heartbeat.name.like("worker:%")))
