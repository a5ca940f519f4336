"""Whether the index says what the database says, once everything has settled."""

from dataclasses import dataclass

from sqlalchemy import func, select

import search.current
from search.query import PostingQuery, Sort
from webapp.db import reading, session
from webapp.ledger import Delivery, DeliveryState
from webapp.postings.models import Posting, PostingState
from workers import indexing


@dataclass(frozen=True, slots=True)
class Truth:
    """`differences`: what `reconcile` finds; `not_found`, `found_wrongly`: open postings no search finds, and found ones that are not open."""

    open: int
    parked: int
    differences: int
    not_found: int
    found_wrongly: int

    @property
    def wrong(self) -> int:
        return self.parked + self.differences + self.not_found + self.found_wrongly


def told() -> Truth:
    with reading():
        parked = session().scalar(select(func.count()).where(Delivery.queue == "index", Delivery.state == DeliveryState.PARKED)) or 0
        open_ = {str(key) for key in session().scalars(select(Posting.id).where(Posting.state == PostingState.OPEN))}
    found = _found()
    with search.current.engine().writer() as writer:
        difference = indexing.reconcile(writer)
    return Truth(len(open_), parked, difference.total + difference.waiting, len(open_ - found), len(found - open_))


def left_to_index() -> int:
    """Deliveries that the index queue still has to make."""
    with reading():
        return session().scalar(select(func.count()).where(Delivery.queue == "index", Delivery.state == DeliveryState.DUE)) or 0


def _found() -> set[str]:
    """Every posting a search finds, page after page."""
    keys: set[str] = set()
    after = None
    while True:
        hits = search.current.engine().find(PostingQuery(sort=Sort.DATE, limit=500, after=after, facets=False))
        keys |= set(hits.keys)
        after = hits.cursor
        if after is None:
            return keys
