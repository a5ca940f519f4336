"""Questions about nodes, batches and contradictions; each is scoped by the grants of who asks, or by the node a key proved."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from webapp.access import Grant
from webapp.db import session
from webapp.events import BatchImported
from webapp.ledger import Delivery, DeliveryState, Entry
from webapp.postings.models import Posting, PostingState
from webapp.postings.queries import reach, within
from webapp.sources import storing
from webapp.sources.models import Batch, BatchState, NodeKey, PostingConflict, RefusalReason, Source

LINES_SHOWN = 50


class Carrying(NamedTuple):
    """How far a batch's delivery to one listener is; `trouble` is the last failure, empty when there was none."""

    state: DeliveryState
    trouble: str


@dataclass(frozen=True, slots=True)
class Health:
    """How a node is: its last batch, and how many of its postings are open (`cards`: have a card of their own)."""

    last: Batch | None
    open: int
    cards: int

    @property
    def refused_share(self) -> int | None:
        """Per cent of the last batch's rows; None where there were none."""
        if self.last is None or not self.last.rows:
            return None
        return round(self.last.refused_rows * 100 / self.last.rows)


class Refused(NamedTuple):
    """Rows of a batch refused for one reason: how many, and the first of their lines."""

    reason: RefusalReason
    rows: int
    lines: list[int]


def carrying_of(batch_id: UUID) -> list[Carrying]:
    """Whether what the batch brought has reached its listeners (the search index)."""
    wanted = (
        select(Delivery.state, Delivery.last_error)
        .join(Entry, Entry.id == Delivery.entry_id)
        .where(Entry.subject == str(batch_id), Entry.event == BatchImported.__name__, Delivery.queue == "index")
    )
    return [Carrying(state, trouble or "") for state, trouble in session().execute(wanted)]


def _reached_by(grants: Iterable[Grant]) -> ColumnElement[bool]:
    """No grant, or a grant without a region, reaches nothing."""
    return or_(false(), *(within(grant.region, Source.region) for grant in grants if grant.region))


def nodes(grants: Iterable[Grant]) -> Select[Source]:
    return select(Source).where(_reached_by(grants)).order_by(Source.suspended_at.is_not(None), Source.priority, Source.name)


def node_of(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Source | None:
    wanted = select(Source).where(Source.id == key, _reached_by(grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def health_of(sources: Iterable[Source]) -> dict[UUID, Health]:
    keys = [source.id for source in sources]
    last = select(Batch.source_id, func.max(Batch.started_at).label("at")).where(Batch.source_id.in_(keys)).group_by(Batch.source_id).subquery()
    wanted = select(Batch).join(last, and_(Batch.source_id == last.c.source_id, Batch.started_at == last.c.at))
    batches = {batch.source_id: batch for batch in session().scalars(wanted)}
    counted = select(Posting.source_id, func.count(), func.count(Posting.card_id)).where(Posting.state == PostingState.OPEN)
    counts = {
        key: (count, behind) for key, count, behind in session().execute(counted.where(Posting.source_id.in_(keys)).group_by(Posting.source_id))
    }
    return {key: Health(batches.get(key), counts.get(key, (0, 0))[0], counts.get(key, (0, 0))[0] - counts.get(key, (0, 0))[1]) for key in keys}


def keys_of(source: Source) -> Sequence[NodeKey]:
    """The newest first, revoked ones behind."""
    wanted = select(NodeKey).where(NodeKey.source_id == source.id)
    return session().scalars(wanted.order_by(NodeKey.revoked_at.is_not(None), NodeKey.id.desc())).all()


def key_of(key: UUID, source: Source) -> NodeKey | None:
    return session().scalar(select(NodeKey).where(NodeKey.id == key, NodeKey.source_id == source.id).with_for_update())


def batches_of(source: Source) -> Select[Batch]:
    return select(Batch).where(Batch.source_id == source.id).order_by(Batch.id.desc())


def batch_of(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Batch | None:
    """Of a node in reach. What was imported of several sources at once is nobody's here: it stands in the audit."""
    wanted = select(Batch).join(Source, Source.id == Batch.source_id).where(Batch.id == key, _reached_by(grants))
    return session().scalar(wanted.with_for_update(of=Batch) if for_change else wanted)


def batch_of_node(key: UUID, source_id: UUID) -> Batch | None:
    return session().scalar(select(Batch).where(Batch.id == key, Batch.source_id == source_id))


def held(grants: Iterable[Grant]) -> Sequence[Batch]:
    """Snapshots that wait for a decision, the latest first."""
    wanted = select(Batch).join(Source, Source.id == Batch.source_id).where(Batch.state == BatchState.HELD, _reached_by(grants))
    return session().scalars(wanted.order_by(Batch.id.desc()).limit(50)).all()


def refused_of(batch: Batch) -> list[Refused]:
    """By reason, the most frequent first; the lines as long as the file of refused rows is kept."""
    lines: dict[str, list[int]] = {}
    path = storing.refusals_of(batch.id)
    if batch.refused and path.exists():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                some = lines.setdefault(row[1] if len(row) > 1 else "", [])
                if len(some) < LINES_SHOWN and row[0].isdigit():
                    some.append(int(row[0]))
    found = [Refused(reason, batch.refused[reason.value], lines.get(reason.label, [])) for reason in RefusalReason if reason.value in batch.refused]
    return sorted(found, key=lambda one: -one.rows)


# contradictions and cards


def _pairs(grants: Iterable[Grant]) -> Select[PostingConflict]:
    """Both postings lie in reach."""
    first, second = aliased(Posting), aliased(Posting)
    areas = [grant.region for grant in grants if grant.region]
    reached = [or_(false(), *(within(area, side.region) for area in areas)) for side in (first, second)]
    wanted = select(PostingConflict).join(first, first.id == PostingConflict.first_id).join(second, second.id == PostingConflict.second_id)
    return wanted.where(*reached)


def conflicts(grants: Iterable[Grant], *, settled: bool) -> Select[PostingConflict]:
    """What waits for a decision, the oldest first, as long as both are offered; or what was decided, the latest first."""
    wanted = _pairs(list(grants))
    if settled:
        return wanted.where(PostingConflict.decision.is_not(None)).order_by(PostingConflict.decided_at.desc(), PostingConflict.id)
    offered = select(Posting.id).where(Posting.state == PostingState.OPEN)
    still = (PostingConflict.first_id.in_(offered), PostingConflict.second_id.in_(offered))
    return wanted.where(PostingConflict.decision.is_(None), *still).order_by(PostingConflict.found_at, PostingConflict.id)


def conflict_of(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> PostingConflict | None:
    wanted = _pairs(list(grants)).where(PostingConflict.id == key)
    return session().scalar(wanted.with_for_update(of=PostingConflict) if for_change else wanted)


def postings_of(keys: Iterable[UUID]) -> dict[UUID, Posting]:
    return {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(list(keys))))}


def names_of(postings: Iterable[Posting]) -> dict[UUID, str]:
    """Source -> its name."""
    keys = {posting.source_id for posting in postings if posting.source_id}
    return dict(session().execute(select(Source.id, Source.name).where(Source.id.in_(keys))).all())


def as_of(postings: Iterable[Posting]) -> dict[UUID, Batch]:
    """Posting -> the batch that last said it."""
    rows = [posting for posting in postings if posting.batch_id]
    batches = {batch.id: batch for batch in session().scalars(select(Batch).where(Batch.id.in_({row.batch_id for row in rows})))}
    return {row.id: batches[row.batch_id] for row in rows if row.batch_id in batches}


def posting_in_reach(key: UUID, grants: Iterable[Grant]) -> Posting | None:
    """An open posting with a card."""
    return session().scalar(select(Posting).where(Posting.id == key, Posting.state == PostingState.OPEN, reach(grants)))


def cards_with_several(grants: Iterable[Grant]) -> Select[Posting]:
    """Leaders of cards that others stand behind, the latest first."""
    behind = select(Posting.card_id).where(Posting.card_id.is_not(None), Posting.state == PostingState.OPEN)
    return select(Posting).where(Posting.id.in_(behind), Posting.state == PostingState.OPEN, reach(grants)).order_by(Posting.seq.desc())
