from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from webapp.access import Grant
from webapp.db import LOCAL_ZONE, session, today
from webapp.postings.applying.models import Application
from webapp.postings.life.models import PostingOutcome, PostingTemplate, PostingView
from webapp.postings.models import Posting
from webapp.postings.queries import employer_keys

SHOWN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    views: int
    applications: int


def days_of(posting: Posting) -> list[Day]:
    """The last SHOWN_DAYS days on which something happened, the latest first; of a posting the caller has found in its own scope."""
    since = today() - timedelta(days=SHOWN_DAYS - 1)
    viewed = select(PostingView.day, PostingView.views).where(PostingView.posting_id == posting.id, PostingView.day >= since)
    views = dict(session().execute(viewed).all())
    sent: dict[date, int] = {}
    for at in session().scalars(select(Application.sent_at).where(Application.posting_id == posting.id)):
        on = at.astimezone(LOCAL_ZONE).date()
        if on >= since:
            sent[on] = sent.get(on, 0) + 1
    return [Day(on, views.get(on, 0), sent.get(on, 0)) for on in sorted({*views, *sent}, reverse=True)]


def views_of(postings: Iterable[Posting]) -> dict[UUID, int]:
    """Posting -> how often it was read in all."""
    keys = [posting.id for posting in postings]
    counted = select(PostingView.posting_id, func.sum(PostingView.views)).where(PostingView.posting_id.in_(keys))
    return {key: int(views) for key, views in session().execute(counted.group_by(PostingView.posting_id))}


def outcome_of(posting: Posting) -> PostingOutcome | None:
    return session().get(PostingOutcome, posting.id)


def templates_of(grants: Iterable[Grant]) -> Sequence[PostingTemplate]:
    wanted = select(PostingTemplate).where(PostingTemplate.employer_id.in_(employer_keys(grants)))
    return session().scalars(wanted.order_by(PostingTemplate.name, PostingTemplate.id)).all()


def template(key: UUID, grants: Iterable[Grant]) -> PostingTemplate | None:
    return session().scalar(select(PostingTemplate).where(PostingTemplate.id == key, PostingTemplate.employer_id.in_(employer_keys(grants))))
