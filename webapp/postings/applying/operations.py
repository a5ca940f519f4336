"""The life of an application. The caller has read the row for change (locked); what is said to whom, `telling` says."""

import secrets
from uuid import UUID

from sqlalchemy import exists, select

from webapp import events
from webapp.access import Actor
from webapp.db import new_key, now, session, today
from webapp.ledger import record
from webapp.postings import queries as postings
from webapp.postings.applying import queries, telling
from webapp.postings.applying.models import LIVE, REFUSALS, SHOWING, Application, ApplicationState, Reason, Side
from webapp.postings.applying.moves import IllegalStep, move, note_step
from webapp.postings.models import Posting
from webapp.postings.refusals import Refusal

_S = ApplicationState


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


class NoSuchReason(Refusal):
    says = "请选一个原因，求职者会看到它"


class NotLive(Refusal):
    says = "这次应聘已经结束，不能再改"


def apply(posting: Posting, person_id: UUID, *, message: str, shares_phone: bool, by: Actor) -> Application:
    """Sends an application; one that was withdrawn is sent again under its number.

    The caller has locked the posting, so two at once are one after the other. Raises NotOpen, AppliesElsewhere, OwnEmployer, AlreadyApplied.
    """
    members = _require_open_for(posting, person_id)
    application = session().scalar(select(Application).where(Application.posting_id == posting.id, Application.person_id == person_id))
    if application is None:
        application = Application(id=new_key(), number=_new_number(), posting_id=posting.id, person_id=person_id, state=_S.SENT)
        session().add(application)
        note_step(application.id, before=None, after=_S.SENT, side=Side.SEEKER)
    elif application.state is not _S.WITHDRAWN:
        raise AlreadyApplied(application.id)
    else:
        move(application, _S.SENT, side=Side.SEEKER, by=by)
    application.sent_at = now()
    application.wait_anew()
    application.withdrawn_at = application.seen_at = application.answered_at = None
    application.message, application.shares_phone = message.strip(), shares_phone
    record(events.ApplicationSent(str(application.id), shares_phone), by=by)
    telling.tell_members(members, posting, application)
    return application


def withdraw(application: Application, *, by: Actor) -> None:
    """From now on the employer sees neither name nor phone number nor message. Raises IllegalStep: hired, ended or taken back before."""
    appointed = queries.interview_of(application)
    expected = appointed is not None and appointed.is_ahead
    move(application, _S.WITHDRAWN, side=Side.SEEKER, by=by)
    application.withdrawn_at = now()
    record(events.ApplicationWithdrawn(str(application.id)), by=by)
    if expected:
        telling.tell_of_a_missing_guest(application)


def consent(application: Application, *, given: bool, by: Actor) -> None:
    """The seeker lets this employer see name and phone, or no longer: as easily taken back as given (个人信息保护法 §15), also once hired.

    Raises NotLive.
    """
    if application.state not in (LIVE if given else SHOWING):
        raise NotLive
    if application.shares_phone is not given:
        application.shares_phone = given
        record(events.ApplicationConsentChanged(str(application.id), given=given), by=by)
        if given:
            telling.tell_of_a_number(application)


def open_(application: Application, *, by: Actor) -> None:
    """A member of the employer opens it: that is on the ledger before anything personal is shown. Raises IllegalStep; seen before is no fault."""
    if application.state not in LIVE:
        raise IllegalStep(application.state, _S.SEEN)
    if application.state is _S.SENT:
        move(application, _S.SEEN, side=Side.EMPLOYER, by=by)


def contact(application: Application, *, by: Actor) -> None:
    """The employer says that it reached the person. Raises IllegalStep."""
    _answer(application, _S.CONTACTED, by=by)


def offer(application: Application, *, by: Actor) -> None:
    """Raises IllegalStep."""
    _answer(application, _S.OFFER, by=by)


def refuse(application: Application, reason: Reason, *, remark: str = "", by: Actor) -> None:
    """A word of thanks, the reason and what the employer adds reach the seeker. Raises NoSuchReason, IllegalStep."""
    if reason not in REFUSALS:
        raise NoSuchReason
    _answer(application, _S.REFUSED, reason=reason, remark=remark, by=by)


def decline(application: Application, *, by: Actor) -> None:
    """The seeker does not take the offer. Raises IllegalStep."""
    move(application, _S.DECLINED, side=Side.SEEKER, by=by)
    record(events.ApplicationDeclined(str(application.id)), by=by)
    telling.tell_of_a_decline(application)


def lapse(application: Application, reason: Reason, *, by: Actor) -> None:
    """The clock ends what nobody answered, or what a posting that was taken down leaves behind. Raises IllegalStep."""
    step = move(application, _S.LAPSED, side=Side.HOUSE, reason=reason, by=by)
    record(events.ApplicationLapsed(str(application.id), reason.value), by=by)
    telling.tell_seeker(application, step)
    if reason is Reason.NO_ANSWER:
        telling.tell_of_a_lapse(application)


def _answer(application: Application, state: ApplicationState, *, reason: Reason | None = None, remark: str = "", by: Actor) -> None:
    step = move(application, state, side=Side.EMPLOYER, reason=reason, remark=remark, by=by)
    record(events.ApplicationAnswered(str(application.id), state.value, reason.value if reason else ""), by=by)
    telling.tell_seeker(application, step)


def _require_open_for(posting: Posting, person_id: UUID) -> list[UUID]:
    """The members of its employer, who receive the application."""
    if not postings.is_open(posting):
        raise NotOpen
    if posting.employer_id is None:
        raise AppliesElsewhere
    members = queries.members_of(posting.employer_id)
    if person_id in members:
        raise OwnEmployer
    return members


def _new_number() -> str:
    """The day and eight random digits: easy to say on the phone, and it does not tell how many there are."""
    while True:
        number = f"{today():%Y%m%d}{secrets.randbelow(10**8):08d}"
        if not session().scalar(select(exists().where(Application.number == number))):
            return number
