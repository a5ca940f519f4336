"""Questions about the queue. Each says its scope: the areas a reviewer's grants reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from webapp.access import Grant
from webapp.db import now, session
from webapp.employers.models import Membership
from webapp.postings.models import Posting, PostingState, ReviewDecision
from webapp.postings.queries import LONG, reach
from webapp.postings.reviewing.models import LIVE, PostingChange, ReviewItem
from webapp.reference import queries as reference

SHOWN_DAYS = 30
"""The span of the figures about decisions."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly the area decides: `decided` items of the last SHOWN_DAYS days, their median time; what waits, and what waits too long."""

    waiting: int
    overdue: int
    decided: int
    typical: timedelta | None
    limit: timedelta


def waiting(grants: Iterable[Grant]) -> Select[Posting]:
    """Postings that wait for a decision, about themselves or a change: first what waits too long, the longest first; then the more risks the
    earlier; among equals first come, first served."""
    since, late = _since(), now() - limit()
    is_late = since < late
    order = (case((is_late, 0), else_=1), case((is_late, 0), else_=-func.coalesce(ReviewItem.risk, 0)), since, Posting.seq)
    joined = select(Posting).outerjoin(ReviewItem, and_(ReviewItem.posting_id == Posting.id, ReviewItem.closed_at.is_(None)))
    return joined.where(reach(grants), _waits()).options(*LONG).order_by(*order)


def next_free(grants: Iterable[Grant], person_id: UUID) -> Posting | None:
    """The first that nobody else holds, and that is not the reviewer's own (`postings.operations.is_too_near`)."""
    free = or_(ReviewItem.holder_id.is_(None), ReviewItem.holder_id == person_id, ReviewItem.held_until <= now())
    belongs = exists().where(Membership.employer_id == Posting.employer_id, Membership.person_id == person_id)
    is_near = or_(belongs, Posting.author_id.is_not_distinct_from(person_id))
    return session().scalar(waiting(grants).where(free, ~is_near).limit(1))


def items(postings: Iterable[Posting]) -> dict[UUID, ReviewItem]:
    """Posting -> what of it waits."""
    keys = [posting.id for posting in postings]
    wanted = select(ReviewItem).where(ReviewItem.posting_id.in_(keys), ReviewItem.closed_at.is_(None)).order_by(ReviewItem.id)
    return {item.posting_id: item for item in session().scalars(wanted)}


def live_changes(postings: Iterable[Posting]) -> dict[UUID, PostingChange]:
    """Posting -> what its employer wants it to say instead."""
    keys = [posting.id for posting in postings]
    wanted = select(PostingChange).where(PostingChange.posting_id.in_(keys), PostingChange.state.in_(LIVE))
    return {change.posting_id: change for change in session().scalars(wanted)}


def change_of(item: ReviewItem | None) -> PostingChange | None:
    return session().get(PostingChange, item.change_id) if item is not None and item.change_id is not None else None


def decided(grants: Iterable[Grant]) -> Select[ReviewItem]:
    """The decisions behind the figures of `pace`, the latest first."""
    inside = select(Posting.id).where(reach(grants))
    since = now() - timedelta(days=SHOWN_DAYS)
    wanted = select(ReviewItem).where(ReviewItem.posting_id.in_(inside), ReviewItem.closed_at >= since, ReviewItem.decision.is_not(None))
    return wanted.order_by(ReviewItem.closed_at.desc(), ReviewItem.id.desc())


def pace(grants: Sequence[Grant]) -> Pace:
    queue = waiting(grants).order_by(None).with_only_columns(_since(), maintain_column_froms=True)
    since = [value for value in session().scalars(queue) if value is not None]
    times = [(row.closed_at - row.submitted_at).total_seconds() for row in session().scalars(decided(grants)) if row.closed_at is not None]
    late = now() - limit()
    return Pace(len(since), sum(value < late for value in since), len(times), timedelta(seconds=median(times)) if times else None, limit())


def limit() -> timedelta:
    return timedelta(hours=reference.whole("review_due_hours"))


def returned_before(employer_id: UUID, *, since: datetime) -> int:
    """How many of the employer's items were sent back or taken down since then."""
    bad = (ReviewDecision.RETURNED, ReviewDecision.TAKEN_DOWN)
    counted = select(func.count()).select_from(ReviewItem).join(Posting, Posting.id == ReviewItem.posting_id)
    return session().scalar(counted.where(Posting.employer_id == employer_id, ReviewItem.decision.in_(bad), ReviewItem.closed_at >= since)) or 0


def _since() -> ColumnElement[datetime]:
    return func.coalesce(ReviewItem.submitted_at, Posting.submitted_at, Posting.created_at)


def _waits() -> ColumnElement[bool]:
    changes = and_(ReviewItem.change_id.is_not(None), Posting.state.in_((PostingState.OPEN, PostingState.PAUSED)))
    return or_(Posting.state == PostingState.IN_REVIEW, changes)
