"""Taking batches in: a file is received once for each key of its node, waits, and is carried out after those that came before it.

Of one node one batch is carried out at a time, in the order of arrival: an older snapshot must not undo a newer one. Whoever carries them
out holds the node for a minute and renews that with the rows; a worker that was killed lets go of it by itself.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from webapp.access import Actor
from webapp.db import new_key, now, reading, session, today, transaction
from webapp.events import BatchDecided, BatchReceived
from webapp.ledger import LeaseLost, NotYet, record
from webapp.reference.queries import whole
from webapp.sources import operations, storing
from webapp.sources.described import KEYS, as_csv
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, RowFormat, Source
from webapp.sources.operations import Overtaken
from webapp.sources.storing import Stored
from webapp.sources.writing import Validity

HELD_FOR = timedelta(seconds=90)
TRIES_AT_MOST = 4
"""A batch that was begun so often and came no further is given up: those behind it wait no longer than the first pauses of a delivery."""
_HOUR = timedelta(hours=1)
_WAITING = (BatchState.WAITING, BatchState.RUNNING)
_A_MOMENT = timedelta(seconds=1)
log = logging.getLogger(__name__)


class Refusal(Exception):
    """What is not taken; `says` tells the node or the person why and what to do."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class KeyReused(Refusal):
    says = "这个 Idempotency-Key 已经用于另一份内容。内容不同请换一个新的键；重发同一份内容请保持内容不变"


class TooManyBatches(Refusal):
    says = "这个节点一小时内推送的批次太多。请把岗位合并到较少的批次里，稍后再推送"


class Suspended(Refusal):
    says = "这个节点已停用，不能接收岗位。请联系平台管理员"


class NotHeld(Refusal):
    says = "这个批次已经有人处理过，或者不需要放行"


class Superseded(Refusal):
    says = "这个批次之后又收到了新的批次，不能再按它撤下。请处理最新的批次"


def receive(
    source_id: UUID, stored: Stored, *, mode: BatchMode, origin: BatchOrigin, key: str | None, file_name: str = "", by: Actor
) -> tuple[Batch, bool]:
    """The batch of this file, and whether it is new: the same key with the same content is the batch it was.

    Raises Suspended, KeyReused, TooManyBatches.
    """
    source = session().get_one(Source, source_id, with_for_update=True)
    known = session().scalar(select(Batch).where(Batch.source_id == source_id, Batch.idempotency_key == key)) if key else None
    if known is not None:
        if known.body_digest != stored.digest:
            raise KeyReused
        return known, False
    if not source.is_active:
        raise Suspended
    if origin is BatchOrigin.PUSH:
        _keep_within_limit(source_id)
    batch = Batch(
        id=new_key(),
        source_id=source_id,
        file_name=file_name[:200],
        as_of=today(),
        state=BatchState.WAITING,
        mode=mode,
        origin=origin,
        format=stored.format,
        idempotency_key=key,
        body_digest=stored.digest,
        started_at=now(),
    )
    session().add(batch)
    record(BatchReceived(str(batch.id)), by=by)
    storing.give_to(batch.id, stored)
    return batch, True


def says_nothing_new(source_id: UUID, stored: Stored, mode: BatchMode) -> bool:
    """It is the file that came last, and no row would be renewed by it. One that is held stays the last, so that a person can decide about it."""
    with reading():
        last = session().scalar(select(Batch).where(Batch.source_id == source_id).order_by(Batch.id.desc()).limit(1))
    if last is None or (last.body_digest, last.mode) != (stored.digest, mode) or last.state is BatchState.FAILED:
        return False
    return today() < Validity.of(last.as_of).changes_nothing_before


def _keep_within_limit(source_id: UUID) -> None:
    lately = select(func.count()).where(Batch.source_id == source_id, Batch.origin == BatchOrigin.PUSH, Batch.started_at > now() - _HOUR)
    if (session().scalar(lately) or 0) >= whole("node_batches_per_hour"):
        raise TooManyBatches


def clear(source: Source, reason: str, *, by: Actor) -> Batch:
    """Withdraws everything this source offers: an empty snapshot that is let through beforehand, by whoever asks for it."""
    batch = Batch(
        id=new_key(),
        source_id=source.id,
        file_name="",
        as_of=today(),
        state=BatchState.WAITING,
        mode=BatchMode.SNAPSHOT,
        origin=BatchOrigin.CLEARING,
        format=RowFormat.CSV,
        trouble=f"整体撤下，理由：{reason.strip()}"[:300],
        started_at=now(),
        decided_by=by.person_id,
        decided_at=now(),
    )
    session().add(batch)
    path = storing.path_of(batch.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_csv([KEYS]))
    record(BatchReceived(str(batch.id)), by=by)
    return batch


def release(batch: Batch, *, by: Actor) -> None:
    """Lets a held snapshot through: what it lacks is withdrawn. Raises NotHeld, Superseded."""
    _decide(batch, by=by)
    batch.state = BatchState.WAITING
    record(BatchDecided(str(batch.id), released=True), by=by)
    record(BatchReceived(str(batch.id)), by=by)


def discard(batch: Batch, *, by: Actor) -> None:
    """What a held snapshot lacks stays. Raises NotHeld."""
    _decide(batch, by=by, also_late=True)
    batch.state = BatchState.DISCARDED
    record(BatchDecided(str(batch.id), released=False), by=by)


def _decide(batch: Batch, *, by: Actor, also_late: bool = False) -> None:
    if batch.state is not BatchState.HELD:
        raise NotHeld
    later = select(Batch.id).where(Batch.source_id == batch.source_id, Batch.id > batch.id)
    if not also_late and session().scalar(later.limit(1)) is not None:
        raise Superseded
    batch.decided_by, batch.decided_at = by.person_id, now()


def carry_out(batch_id: UUID, renew: Callable[[], None]) -> None:
    """Carries out what waits of this batch's node, one after the other.

    Raises NotYet where another worker is at it: that one will come to this batch too, unless it was killed, and then nobody else would.
    """
    with reading():
        batch = session().get(Batch, batch_id)
        source_id = None if batch is None or batch.state not in _WAITING else batch.source_id
    if source_id is None:
        return
    _take(source_id)
    try:
        while (waiting := _next(source_id)) is not None:
            _try(waiting, source_id, renew)
    except Overtaken:
        return
    except BaseException:
        with transaction():
            _hold(source_id, None)
        raise


def _take(source_id: UUID) -> None:
    with transaction():
        source, at = session().get_one(Source, source_id, with_for_update=True), now()
        if source.busy_until is not None and source.busy_until > at:
            raise NotYet(source.busy_until - at + _A_MOMENT)
        source.busy_until = at + HELD_FOR


def _next(source_id: UUID) -> UUID | None:
    """The first that waits, or the node is let go of: both under the lock under which whoever comes next looks."""
    with transaction():
        source = session().get_one(Source, source_id, with_for_update=True)
        waiting = select(Batch).where(Batch.source_id == source_id, Batch.state.in_(_WAITING)).order_by(Batch.id).limit(1).with_for_update()
        batch = session().scalar(waiting.where(Batch.origin != BatchOrigin.COMMAND))
        if batch is None:
            source.busy_until = None
            return None
        if batch.attempts >= TRIES_AT_MOST:  # each of them ended with its worker: no error was ever seen
            operations.give_up(batch, by=Actor.source(source.name))
            return batch.id
        batch.state, batch.attempts = BatchState.RUNNING, batch.attempts + 1
        return batch.id


def _try(batch_id: UUID, source_id: UUID, renew: Callable[[], None]) -> None:
    """What goes wrong is tried again later, so often; then the batch is given up, and those behind it go on."""
    try:
        _run(batch_id, source_id, renew)
    except (Overtaken, LeaseLost):
        raise
    except Exception:
        with transaction():
            batch = session().get_one(Batch, batch_id, with_for_update=True)
            if batch.attempts < TRIES_AT_MOST or batch.is_ended:
                raise
            operations.give_up(batch, by=Actor.source(session().get_one(Source, source_id).name))
        log.exception("batch=%s given up", batch_id)


def _run(batch_id: UUID, source_id: UUID, renew: Callable[[], None]) -> None:
    with reading():
        batch, source = session().get_one(Batch, batch_id), session().get_one(Source, source_id)
    if batch.is_ended:
        return

    def progress(done: int, size: int, rows: int) -> None:
        renew()
        with transaction():
            _hold(source_id, now() + HELD_FOR)

    operations.run(batch, source, storing.path_of(batch_id), storing.refusals_of(batch_id), by=Actor.source(source.name), progress=progress)


def _hold(source_id: UUID, until: datetime | None) -> None:
    session().get_one(Source, source_id).busy_until = until
