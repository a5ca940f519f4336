"""Who hears of what happens to a posting: a line in their inbox, written in the transaction of the change itself."""

from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings.models import Posting, PostingReview


def tell_author(posting: Posting, review: PostingReview) -> None:
    if posting.author_id is not None:
        tell(
            posting.author_id,
            NoticeKind.REVIEW,
            str(review.id),
            title=f"岗位“{posting.title}”审核结果：{review.decision.label}",
            body=review.reason,
            path=f"/employer/postings/{posting.id}",
        )
