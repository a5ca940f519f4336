"""The life of an application. The caller has read the row for change (locked)."""

import secrets
from uuid import UUID

from sqlalchemy import exists, select

from webapp import events
from webapp.access import Actor
from webapp.db import new_key, now, session, today
from webapp.employers.models import Membership
from webapp.ledger import record
from webapp.postings.applying import telling
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.models import Posting, PostingState
from webapp.postings.operations import Refusal


class NotOpen(Refusal):
    says = "这个岗位已经停止招聘，不能再投递。可以看看其他相近的岗位"


class AppliesElsewhere(Refusal):
    says = "这个岗位由其他平台转载，没有在线投递，请到来源平台联系用人单位"


class OwnEmployer(Refusal):
    says = "这是您所在单位的岗位，不能投递"


class AlreadyApplied(Refusal):
    says = "您已经投递过这个岗位"

    def __init__(self, application_id: UUID) -> None:
        super().__init__(application_id)
        self.application_id = application_id


class NotSent(Refusal):
    says = "这次投递已经撤回"


def apply(posting: Posting, person_id: UUID, *, message: str, shares_phone: bool, by: Actor) -> Application:
    """Sends an application; one that was withdrawn is sent again under its number.

    The caller has locked the posting, so two at once are one after the other. Raises NotOpen, AppliesElsewhere, OwnEmployer, AlreadyApplied.
    """
    members = _require_open_for(posting, person_id)
    known = select(Application).where(Application.posting_id == posting.id, Application.person_id == person_id)
    application = session().scalar(known)
    if application is not None and application.state is ApplicationState.SENT:
        raise AlreadyApplied(application.id)
    if application is None:
        application = Application(id=new_key(), number=_new_number(), posting_id=posting.id, person_id=person_id)
        session().add(application)
    application.state, application.sent_at = ApplicationState.SENT, now()
    application.withdrawn_at = application.seen_at = None
    application.message, application.shares_phone = message.strip(), shares_phone
    record(events.ApplicationSent(str(application.id)), by=by)
    telling.tell_members(members, posting, application)
    return application


def withdraw_application(application: Application, *, by: Actor) -> None:
    """From now on the employer sees neither name nor phone number nor message. Raises NotSent when it was withdrawn before."""
    if application.state is not ApplicationState.SENT:
        raise NotSent
    application.state, application.withdrawn_at = ApplicationState.WITHDRAWN, now()
    record(events.ApplicationWithdrawn(str(application.id)), by=by)


def open_application(application: Application, *, by: Actor) -> None:
    """A member of the employer opens it: that is on the ledger before anything personal is shown. Raises NotSent."""
    if application.state is not ApplicationState.SENT:
        raise NotSent
    application.seen_at = application.seen_at or now()
    record(events.ApplicationOpened(str(application.id)), by=by)


def _require_open_for(posting: Posting, person_id: UUID) -> list[UUID]:
    """The members of its employer, who receive the application."""
    if posting.state is not PostingState.OPEN or (posting.valid_through is not None and posting.valid_through < today()):
        raise NotOpen
    if posting.employer_id is None:
        raise AppliesElsewhere
    members = _members(posting.employer_id)
    if person_id in members:
        raise OwnEmployer
    return members


def _members(employer_id: UUID) -> list[UUID]:
    wanted = select(Membership.person_id).where(Membership.employer_id == employer_id, Membership.removed_at.is_(None))
    return list(session().scalars(wanted))


def _new_number() -> str:
    """The day and eight random digits: easy to say on the phone, and it does not tell how many there are."""
    while True:
        number = f"{today():%Y%m%d}{secrets.randbelow(10**8):08d}"
        if not session().scalar(select(exists().where(Application.number == number))):
            return number


def hear_of_closing(posting_id: UUID) -> None:
    """A posting closed: whoever applied to one that was taken down is warned."""
    posting = session().get(Posting, posting_id)
    if posting is not None and posting.state is PostingState.TAKEN_DOWN:
        telling.tell_applicants(posting)
