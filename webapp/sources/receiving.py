"""Taking batches in: a file is received once for each key of its node, waits, and is carried out after those that came before it.

Of one node one batch is carried out at a time, in the order of arrival: an older snapshot must not undo a newer one. Whoever carries them
out holds the node for a minute and renews that with the rows; a worker that was killed lets go of it by itself.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from webapp.access import Actor
from webapp.db import new_key, now, reading, session, today, transaction
from webapp.events import BatchDecided, BatchReceived
from webapp.ledger import record
from webapp.reference.queries import whole
from webapp.sources import operations, storing
from webapp.sources.described import KEYS, as_csv
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, RowFormat, Source
from webapp.sources.operations import Overtaken
from webapp.sources.storing import Stored

HELD_FOR = timedelta(seconds=90)
_HOUR = timedelta(hours=1)
_WAITING = (BatchState.WAITING, BatchState.RUNNING)


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
        id=stored.batch_id,
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
    return batch, True


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
    """Carries out what waits of this batch's node, one after the other; nothing where another worker is at it, who will come to this one too."""
    with reading():
        batch = session().get(Batch, batch_id)
        source_id = None if batch is None else batch.source_id
    if source_id is None or not _take(source_id):
        return
    try:
        while (waiting := _next(source_id)) is not None:
            _run(waiting, source_id, renew)
    except Overtaken:
        return
    except BaseException:
        with transaction():
            _hold(source_id, None)
        raise


def _take(source_id: UUID) -> bool:
    with transaction():
        source = session().get_one(Source, source_id, with_for_update=True)
        if source.busy_until is not None and source.busy_until > now():
            return False
        source.busy_until = now() + HELD_FOR
        return True


def _next(source_id: UUID) -> UUID | None:
    """The first that waits, or the node is let go of: both under the lock under which whoever comes next looks."""
    with transaction():
        source = session().get_one(Source, source_id, with_for_update=True)
        waiting = select(Batch).where(Batch.source_id == source_id, Batch.state.in_(_WAITING)).order_by(Batch.id).limit(1).with_for_update()
        batch = session().scalar(waiting.where(Batch.origin != BatchOrigin.COMMAND))
        if batch is None:
            source.busy_until = None
            return None
        batch.state = BatchState.RUNNING
        return batch.id


def _run(batch_id: UUID, source_id: UUID, renew: Callable[[], None]) -> None:
    with reading():
        batch, source = session().get_one(Batch, batch_id), session().get_one(Source, source_id)

    def progress(done: int, size: int, rows: int) -> None:
        renew()
        with transaction():
            _hold(source_id, now() + HELD_FOR)

    operations.run(batch, source, storing.path_of(batch_id), storing.refusals_of(batch_id), by=Actor.source(source.name), progress=progress)


def _hold(source_id: UUID, until: datetime | None) -> None:
    session().get_one(Source, source_id).busy_until = until
