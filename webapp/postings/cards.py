"""One job, one card: of postings that are the same job one leads, and stands in lists, searches and the index; the others stand behind it.

Which postings are the same job a higher room finds (`sources.duplicates`); here is what it means, and what happens when the one in front
closes: in the same transaction the next one comes forward, so that a job somebody still offers is never without a card; unless it closes
because the job itself is over: then what others forward of it is held until a person has looked.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from webapp.access import Actor
from webapp.db import now, session
from webapp.events import CardsChanged
from webapp.ledger import record
from webapp.postings.models import Posting, PostingState

_ORDER = (Posting.card_rank, Posting.seq)
"""Who leads: a direct posting before every forwarded one, then the rank of the source, then the oldest."""


def leads() -> ColumnElement[bool]:
    """It has a card of its own."""
    return Posting.card_id.is_(None)


def behind(keys: Iterable[UUID]) -> Sequence[Posting]:
    """The open postings that stand behind these, in the order in which they would lead; locked."""
    wanted = select(Posting).where(Posting.card_id.in_(list(keys)), Posting.state == PostingState.OPEN)
    return session().scalars(wanted.order_by(*_ORDER).with_for_update()).all()


def lead_next(closed: Iterable[UUID], *, by: Actor) -> None:
    """What stood behind these, which have just closed, gets a card: its first in front, the others behind that one."""
    leaders: dict[UUID, UUID] = {}
    changed: dict[UUID, UUID | None] = {}
    for posting in behind(closed):
        assert posting.card_id is not None, "whoever stands behind names whom"
        leader = leaders.setdefault(posting.card_id, posting.id)
        changed[posting.id] = None if leader == posting.id else leader
    regroup(changed, by=by)


def hold_behind(closed: Iterable[UUID], *, by: Actor) -> list[Posting]:
    """Whoever is responsible for the job said that it is over: what sources still forward of it waits for a reviewer instead of coming forward.

    A direct posting behind has an employer of its own who answers for it, and gets the card. Answers what is held.
    """
    keys = list(closed)
    held = [posting for posting in behind(keys) if posting.is_forwarded]
    at = now()
    for posting in held:
        posting.state, posting.card_id = PostingState.IN_REVIEW, None
        posting.submitted_at = posting.closed_at = posting.grouped_at = at
    if held:
        record(CardsChanged(at.isoformat(), len(held)), by=by)
    lead_next(keys, by=by)
    return held


def same_job(posting: Posting) -> list[Posting]:
    """All that show this job, wherever on its card the posting stands: itself and the open others, the leader last; locked."""
    leader = posting.card_id or posting.id
    keys = or_(Posting.card_id == leader, Posting.id == leader)
    wanted = select(Posting).where(keys, Posting.id != posting.id, Posting.state == PostingState.OPEN)
    others = session().scalars(wanted.order_by(Posting.card_id.is_(None), *_ORDER).with_for_update()).all()
    return [*others, posting] if posting.card_id is None else [posting, *others]


def regroup(changed: Mapping[UUID, UUID | None], *, by: Actor) -> None:
    """Puts each posting behind the named one, or in front (None). Told as one fact for those that came forward or stood back."""
    at = now()
    shown = dict(session().execute(select(Posting.id, Posting.card_id.is_(None)).where(Posting.id.in_(changed))).all())
    moved = [key for key, leader in changed.items() if shown[key] is not (leader is None)]
    for key, leader in changed.items():
        _write(key, leader, at if key in moved else None)
    if moved:
        record(CardsChanged(at.isoformat(), len(moved)), by=by)


def _write(key: UUID, leader: UUID | None, at: datetime | None) -> None:
    """A posting that goes from behind one to behind another says the same to the index, and keeps its version."""
    seen = {} if at is None else {"grouped_at": at, "version": Posting.version + 1}
    wanted = update(Posting).where(Posting.id == key).values(card_id=leader, **seen)
    session().execute(wanted.execution_options(synchronize_session=False))


def names_behind(keys: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Leader -> the names of the sources that offer the same behind it, each once."""
    wanted = select(Posting.card_id, Posting.source_title).where(Posting.card_id.in_(list(keys)), Posting.state == PostingState.OPEN)
    found: dict[UUID, list[str]] = {}
    for leader, name in session().execute(wanted.order_by(*_ORDER)):
        names = found.setdefault(leader, []) if leader is not None else []
        if name not in names:
            names.append(name)
    return found


def standing_behind(key: UUID) -> Sequence[Posting]:
    """For its page: the open postings that are the same job."""
    wanted = select(Posting).where(Posting.card_id == key, Posting.state == PostingState.OPEN)
    return session().scalars(wanted.order_by(*_ORDER)).all()
