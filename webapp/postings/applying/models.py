from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.sealing import Sealed


class ApplicationState(Labelled):
    SENT = "sent", "已投递"
    SEEN = "seen", "已查看"
    CONTACTED = "contacted", "已联系"
    INTERVIEW = "interview", "约面试"
    OFFER = "offer", "拟录用"
    HIRED = "hired", "已录用"
    REFUSED = "refused", "不合适"
    DECLINED = "declined", "已谢绝"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已结束"


_S = ApplicationState
_ENDS = frozenset({_S.REFUSED, _S.WITHDRAWN, _S.LAPSED})
NEXT: dict[ApplicationState, frozenset[ApplicationState]] = {
    _S.SENT: frozenset({_S.SEEN, _S.CONTACTED, _S.INTERVIEW, _S.OFFER, _S.HIRED}) | _ENDS,
    _S.SEEN: frozenset({_S.CONTACTED, _S.INTERVIEW, _S.OFFER, _S.HIRED}) | _ENDS,
    _S.CONTACTED: frozenset({_S.INTERVIEW, _S.OFFER, _S.HIRED}) | _ENDS,
    _S.INTERVIEW: frozenset({_S.OFFER, _S.HIRED}) | _ENDS,
    _S.OFFER: frozenset({_S.HIRED, _S.DECLINED}) | _ENDS,
    _S.HIRED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.WITHDRAWN: frozenset({_S.SENT}),
    _S.LAPSED: frozenset(),
}
"""The one table of moves. An employer may skip steps, never go back; what a seeker took back may be sent again while the posting is open."""

UNANSWERED = frozenset({_S.SENT, _S.SEEN})
"""The employer has said nothing yet: having looked is no answer."""
LIVE = UNANSWERED | {_S.CONTACTED, _S.INTERVIEW, _S.OFFER}
"""It goes on: somebody owes somebody a word."""
LAPSING = LIVE - {_S.OFFER}
"""Ends when nothing follows for too long. An offer stands until one of the two sides says what became of it."""
SHOWING = LIVE | {_S.HIRED}
"""Name, phone and message serve one recruitment: with its end the employer no longer sees them, unless it hired the person."""


class Reason(Labelled):
    """Why it ended. About the posting, the work and the appointment; none about what a person is (人力资源市场暂行条例 §24)."""

    FILLED = "filled", "岗位已招满"
    CHOSEN = "chosen", "已有更合适的人选"
    SKILLS = "skills", "技能或证书与岗位要求还有差距"
    EXPERIENCE = "experience", "工作经验与岗位要求还有差距"
    HOURS = "hours", "上班时间没有对上"
    PLACE = "place", "上班地点没有对上"
    PAY = "pay", "工资待遇没有谈拢"
    UNREACHED = "unreached", "几次联系都没有联系上"
    ABSENT = "absent", "没有来参加约好的面试"
    DROPPED = "dropped", "岗位取消或有调整"
    NO_ANSWER = "no_answer", "单位在期限内没有答复"
    TAKEN_DOWN = "taken_down", "岗位已下架"


REFUSALS = tuple(reason for reason in Reason if reason not in {Reason.NO_ANSWER, Reason.TAKEN_DOWN})
"""What an employer chooses from; the others are said by the clock."""


class Side(Labelled):
    SEEKER = "seeker", "求职者"
    EMPLOYER = "employer", "用人单位"
    HOUSE = "house", "平台"


class Application(Base):
    """A seeker's application: what the employer may see of a person begins and ends with it."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("posting_id", "person_id"),
        Index("ix_application_posting", "posting_id"),
        Index("ix_application_person", "person_id"),
        Index("ix_application_state_waits_since", "state", "waits_since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    """The number on the confirmation page, for the phone: digits only, no personal data in it."""
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    state: Mapped[ApplicationState] = mapped_column(default=ApplicationState.SENT)
    message_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A letter to one employer, often with a phone number in it."""
    shares_phone: Mapped[bool] = mapped_column(default=False)
    """The seeker's separate consent that this employer sees the phone number (个人信息保护法 §23)."""
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The employer's first word: contacted, invited, offered, hired or refused."""
    waits_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """Since when the seeker has waited for the employer's next word; looking at it does not count as one."""
    reminders: Mapped[int] = mapped_column(Integer, default=0)
    """Of how many of `application_remind_days` the employer was reminded."""

    message = Sealed("message_sealed")

    def wait_anew(self) -> None:
        """The employer said something, or is asked anew: from now on the seeker waits for the next word, and reminders count from here."""
        self.waits_since, self.reminders = now(), 0


class ApplicationStep(Base):
    """One move of an application, kept as it happened: rows are added, never changed (the database refuses it)."""

    __tablename__ = "application_step"
    __table_args__ = (Index("ix_application_step_application", "application_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id))
    side: Mapped[Side]
    before: Mapped[ApplicationState | None]
    after: Mapped[ApplicationState]
    reason: Mapped[Reason | None]
    remark_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the employer adds for the seeker."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    remark = Sealed("remark_sealed")


class InterviewState(Labelled):
    ARRANGED = "arranged", "等求职者确认"
    CONFIRMED = "confirmed", "求职者会来"
    CHANGE_ASKED = "change_asked", "求职者想改时间"
    CANCELLED = "cancelled", "已取消"


_I = InterviewState
INTERVIEW_NEXT: dict[InterviewState, frozenset[InterviewState]] = {
    _I.ARRANGED: frozenset({_I.ARRANGED, _I.CONFIRMED, _I.CHANGE_ASKED, _I.CANCELLED}),
    _I.CONFIRMED: frozenset({_I.ARRANGED, _I.CHANGE_ASKED, _I.CANCELLED}),
    _I.CHANGE_ASKED: frozenset({_I.ARRANGED, _I.CONFIRMED, _I.CANCELLED}),
    _I.CANCELLED: frozenset(),
}
"""To ARRANGED: the employer set another time. A cancelled one stays so; another interview is another row."""


class Interview(Base):
    """One appointment. Its key is the calendar's UID and its sequence grows with each change, so that calendars replace what they hold."""

    __tablename__ = "interview"
    __table_args__ = (Index("ix_interview_application", "application_id"), Index("ix_interview_starts_at", "starts_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id))
    state: Mapped[InterviewState] = mapped_column(default=InterviewState.ARRANGED)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Whom of the employer to ask for; shown to this seeker alone."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    wish_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """When the seeker could come instead, in own words."""
    arranged_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    place = Sealed("place_sealed")
    contact_name = Sealed("contact_name_sealed")
    contact_phone = Sealed("contact_phone_sealed")
    note = Sealed("note_sealed")
    wish = Sealed("wish_sealed")

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def stands(self) -> bool:
        return self.state is not InterviewState.CANCELLED

    @property
    def is_ahead(self) -> bool:
        """It can still be changed, answered and attended."""
        return self.stands and self.starts_at > now()


class HireState(Labelled):
    WAITING = "waiting", "待办就业登记"
    REGISTERED = "registered", "已办就业登记"
    NEVER_CAME = "never_came", "没有到岗"


_H = HireState
HIRE_NEXT: dict[HireState, frozenset[HireState]] = {
    _H.WAITING: frozenset({_H.REGISTERED, _H.NEVER_CAME}),
    _H.REGISTERED: frozenset(),
    _H.NEVER_CAME: frozenset(),
}


class Hire(Base):
    """A person who was taken on, until the employment is registered (山东省就业促进条例 §39)."""

    __tablename__ = "hire"
    __table_args__ = (Index("ix_hire_posting", "posting_id"), Index("ix_hire_state_due_on", "state", "due_on"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), unique=True)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    state: Mapped[HireState] = mapped_column(default=HireState.WAITING)
    hired_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    """The last day for the registration; None where no term is known for the place of work."""
    registered_on: Mapped[date | None] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    reminders: Mapped[int] = mapped_column(Integer, default=0)
    """1: the employer was told that the day is near, 2: that it is over."""
