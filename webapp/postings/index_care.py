"""What an operator sees of the search index, and asks of the process that writes it.

Figures come from the rows, from the deliveries of the index queue and from the kept runs; the engine's own state is asked for by the view,
with no transaction open, because the engine may be away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from webapp import ledger
from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.events import IndexCheckAsked, IndexRebuildAsked
from webapp.ledger import Delivery, DeliveryState, Entry
from webapp.notices.operations import close_delivery
from webapp.postings import cards
from webapp.postings.models import IndexRun, IndexRunKind, Posting, PostingState

QUEUE, SINGLE, CHECK, REBUILD = "index", "index_posting", "check_index", "rebuild_index"
"""The queue and its listeners as `workers.handlers` names them; a test there holds them the same."""
MEASURED = timedelta(hours=1)
MEASURED_AT_MOST = 5000
RUNS_SHOWN = 10


class AlreadyAsked(Exception):
    """The same waits to be done, or is being done."""


@dataclass(frozen=True, slots=True)
class Lag:
    """`waiting`: index deliveries not done yet, `oldest`: since when the first of them was a fact.

    `p95`: of the `measured` single postings that became due within the last hour and are done, from the fact to being findable.
    """

    waiting: int
    oldest: timedelta | None
    measured: int
    p95: timedelta | None


def open_postings() -> int:
    """What the index should hold: every card once."""
    return session().scalar(select(func.count()).where(Posting.state == PostingState.OPEN, cards.leads())) or 0


def lag() -> Lag:
    at = now()
    due = select(func.count(), func.min(Entry.at)).select_from(Delivery).join(Entry, Entry.id == Delivery.entry_id)
    count, oldest = session().execute(due.where(Delivery.queue == QUEUE, Delivery.state == DeliveryState.DUE)).one()
    took = _durations(at - MEASURED)
    p95 = took[-(-len(took) * 95 // 100) - 1] if took else None
    return Lag(count, None if oldest is None else at - oldest, len(took), p95)


def _durations(since: datetime) -> list[timedelta]:
    """Shortest first."""
    done = select(Entry.at, Delivery.finished_at).join(Entry, Entry.id == Delivery.entry_id)
    done = done.where(Delivery.queue == QUEUE, Delivery.state == DeliveryState.DONE, Delivery.available_at >= since)
    newest = done.where(Delivery.listener == SINGLE).order_by(Delivery.available_at.desc()).limit(MEASURED_AT_MOST)
    return sorted(finished - at for at, finished in session().execute(newest) if finished is not None)


def parked() -> list[Delivery]:
    """Index work that waits for an operator's decision, the newest first."""
    wanted = select(Delivery).where(Delivery.queue == QUEUE, Delivery.state == DeliveryState.PARKED)
    return list(session().scalars(wanted.order_by(Delivery.finished_at.desc(), Delivery.id.desc()).limit(50)))


def last_run(kind: IndexRunKind) -> IndexRun | None:
    return session().scalar(select(IndexRun).where(IndexRun.kind == kind).order_by(IndexRun.began_at.desc(), IndexRun.id.desc()).limit(1))


def last_runs() -> list[IndexRun]:
    """The newest first, of both kinds."""
    return list(session().scalars(select(IndexRun).order_by(IndexRun.began_at.desc(), IndexRun.id.desc()).limit(RUNS_SHOWN)))


def refused_rebuild() -> IndexRun | None:
    """The last rebuild, where it was refused: only then may an operator allow the index to become smaller."""
    run = last_run(IndexRunKind.REBUILD)
    return run if run is not None and run.refused else None


def is_open(listener: str, *states: DeliveryState) -> bool:
    """Whether a delivery of this listener is in one of these states (none named: due)."""
    wanted = select(Delivery.id).where(Delivery.queue == QUEUE, Delivery.state.in_(states or (DeliveryState.DUE,)), Delivery.listener == listener)
    return session().scalar(wanted.limit(1)) is not None


def keep_run(kind: IndexRunKind, *, began: datetime, **figures: Any) -> IndexRun:
    """Writes down what a check or a rebuild found; `figures` are columns of IndexRun."""
    run = IndexRun(id=new_key(), kind=kind, began_at=began, seconds=(now() - began).total_seconds(), **figures)
    session().add(run)
    return run


def ask_check(*, by: Actor) -> None:
    """Raises AlreadyAsked."""
    if is_open(CHECK):
        raise AlreadyAsked(CHECK)
    ledger.record(IndexCheckAsked("operator"), by=by)


def ask_rebuild(*, may_shrink: bool = False, by: Actor) -> None:
    """What was asked before and refused is closed by it. Raises AlreadyAsked."""
    if is_open(REBUILD):
        raise AlreadyAsked(REBUILD)
    for delivery in parked():
        if delivery.listener == REBUILD:
            close_delivery(delivery.id, by=by)
    ledger.record(IndexRebuildAsked("operator", may_shrink=may_shrink), by=by)
