"""Who hears of what happens to an application: a line in their inbox, written in the transaction of the change itself."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from webapp.db import session
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.models import Posting


def tell_members(members: Iterable[UUID], posting: Posting, application: Application) -> None:
    subject = f"{application.id}:{application.sent_at:%Y%m%d%H%M%S}"
    for person_id in members:
        tell(
            person_id,
            NoticeKind.APPLICATION,
            subject,
            title=f"岗位“{posting.title}”收到新的应聘",
            path=f"/employer/postings/{posting.id}/applications",
        )


def tell_applicants(posting: Posting) -> None:
    """To whoever applied and did not withdraw: the posting was taken down. Why, only its employer learns."""
    live = select(Application).where(Application.posting_id == posting.id, Application.state == ApplicationState.SENT)
    for application in session().scalars(live):
        tell(
            application.person_id,
            NoticeKind.TAKEN_DOWN,
            str(application.id),
            title=f"您应聘的岗位“{posting.title}”已下架",
            body="岗位已下架，应聘到此结束。不要交任何费用，不要交出证件；已经交了的，请拨打 12333。",
            path=f"/applications/{application.id}",
        )
