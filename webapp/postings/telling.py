"""Who hears of what happens to a posting: a line in their inbox, written in the transaction of the change itself."""

from uuid import UUID

from sqlalchemy import select

from webapp.db import session
from webapp.employers.models import Membership
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings.models import Posting, PostingReview


def tell_author(posting: Posting, review: PostingReview, subject: str = "") -> None:
    """Whoever wrote it; where that is nobody of the employer (an officer began the draft, a member left), everybody who acts for it.

    `subject` says what of the posting was decided about; empty: the posting itself.
    """
    for person_id in concerned(posting):
        tell(
            person_id,
            NoticeKind.REVIEW,
            str(review.id),
            title=f"岗位“{posting.title}”{subject}审核结果：{review.decision.label}",
            body="；".join(text for text in (review.reason, *review.remarks.values()) if text),
            path=f"/employer/postings/{posting.id}",
        )


def concerned(posting: Posting) -> list[UUID]:
    wanted = select(Membership.person_id).where(Membership.employer_id == posting.employer_id, Membership.removed_at.is_(None))
    members = list(session().scalars(wanted.order_by(Membership.added_at)))
    return [posting.author_id] if posting.author_id in members else members
