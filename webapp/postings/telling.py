"""Who hears of what happens to a posting: a line in their inbox, written in the transaction of the change itself."""

from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings.models import Posting, PostingReview


def tell_author(posting: Posting, review: PostingReview, subject: str = "") -> None:
    """`subject` says what of the posting was decided about; empty: the posting itself."""
    if posting.author_id is not None:
        tell(
            posting.author_id,
            NoticeKind.REVIEW,
            str(review.id),
            title=f"岗位“{posting.title}”{subject}审核结果：{review.decision.label}",
            body="；".join(text for text in (review.reason, *review.remarks.values()) if text),
            path=f"/employer/postings/{posting.id}",
        )
