"""One job, one card: of postings that are the same job one leads, and stands in lists, searches and the index; the others stand behind it.

Which postings are the same job a higher room finds (`sources.duplicates`); here is what it means, and what happens when the one in front
closes: in the same transaction the next one comes forward, so that a job somebody still offers is never without a card.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

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
