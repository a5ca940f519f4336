"""Who is too near to a posting to check it or to decide about it (回避, 四眼原则): one rule for checks and reports."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from webapp.db import session
from webapp.employers import queries as employers
from webapp.postings.models import Posting, PostingReview, ReviewDecision


def near(postings: Iterable[Posting], people: Iterable[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """(posting, person): its author, whoever belongs or once belonged to its employer, and who approved it last: what one let through is looked
    at by another."""
    rows, keys = list(postings), list(people)
    ties = employers.ever_members({row.employer_id for row in rows if row.employer_id}, keys)
    approvers = _approvers(row.id for row in rows)

    def is_near(row: Posting, person_id: UUID) -> bool:
        return person_id in {row.author_id, approvers.get(row.id)} or (row.employer_id, person_id) in ties

    return frozenset((row.id, person_id) for row in rows for person_id in keys if is_near(row, person_id))


def is_too_near(posting: Posting, person_id: UUID) -> bool:
    return bool(near([posting], [person_id]))


def _approvers(postings: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Posting -> who approved it last."""
    wanted = select(PostingReview.posting_id, PostingReview.by_id)
    wanted = wanted.where(PostingReview.posting_id.in_(list(postings)), PostingReview.decision == ReviewDecision.APPROVED)
    return dict(session().execute(wanted.order_by(PostingReview.at, PostingReview.id)).all())
