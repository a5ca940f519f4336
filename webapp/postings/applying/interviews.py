"""Appointments between an employer and a seeker who applied. The caller has locked the application, and with it its interviews."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp import events
from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.ledger import record
from webapp.postings.applying import queries, telling
from webapp.postings.applying.models import NEXT, Application, ApplicationState, Interview, InterviewState, Side
from webapp.postings.applying.moves import IllegalStep, InterviewOver, move, turn
from webapp.postings.refusals import Refusal
from webapp.reference import queries as reference

_I = InterviewState
MEETING = frozenset({ApplicationState.INTERVIEW, ApplicationState.OFFER})
"""An appointment made before an offer stands: both sides may still answer, move or cancel it."""


class NotAhead(Refusal):
    says = "面试时间要晚于现在，请重新选"


class TooFarAhead(Refusal):
    def __init__(self, days: int) -> None:
        super().__init__(days)
        self.days = days

    def __str__(self) -> str:
        return f"面试要在 {self.days} 天以内，让求职者等得太久了。请选近一些的日子"


class NoInterview(Refusal):
    says = "这份应聘没有约好的面试"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What the employer says about it; the contact is somebody of the employer."""

    starts_at: datetime
    minutes: int
    place: str
    contact_name: str
    contact_phone: str
    note: str = ""


def arrange(application: Application, appointment: Appointment, *, by: Actor) -> Interview:
    """Invites the seeker; one that is still ahead is changed instead, and the seeker is asked again.

    Raises NotAhead, TooFarAhead, IllegalStep: what was offered, hired or ended is not invited any more; what was arranged before an offer may
    still be moved.
    """
    _require_a_good_time(appointment.starts_at)
    known = queries.interview_of(application)
    if not may_arrange(application, known):
        raise IllegalStep(application.state, ApplicationState.INTERVIEW)
    if application.state not in MEETING:
        move(application, ApplicationState.INTERVIEW, side=Side.EMPLOYER, by=by)
        record(events.ApplicationAnswered(str(application.id), ApplicationState.INTERVIEW.value, ""), by=by)
    if known is not None and known.is_ahead:
        turn(known, _I.ARRANGED)
        interview = known
    else:
        interview = Interview(id=new_key(), application_id=application.id, state=_I.ARRANGED, sequence=0, made_at=now(), changed_at=now())
        session().add(interview)
    _write(interview, appointment)
    interview.arranged_by = by.person_id
    application.wait_anew()
    record(events.InterviewArranged(str(interview.id), interview.sequence), by=by)
    telling.tell_of_interview(application, interview)
    return interview


def may_arrange(application: Application, known: Interview | None) -> bool:
    """Whoever was offered the post is not invited again; an appointment that is still ahead may be moved."""
    if application.state is ApplicationState.OFFER:
        return known is not None and known.is_ahead
    return application.state is ApplicationState.INTERVIEW or ApplicationState.INTERVIEW in NEXT[application.state]


def cancel(application: Application, *, by: Actor) -> None:
    """The employer calls it off; the application goes on. Raises NoInterview, InterviewOver."""
    interview = _standing(application)
    turn(interview, _I.CANCELLED)
    application.wait_anew()
    record(events.InterviewCancelled(str(interview.id)), by=by)
    telling.tell_of_interview(application, interview)


def confirm(application: Application, *, by: Actor) -> None:
    """The seeker will come. Raises NoInterview, InterviewOver."""
    interview = _standing(application)
    if interview.state is not _I.CONFIRMED:
        turn(interview, _I.CONFIRMED)
        record(events.InterviewAnswered(str(interview.id), _I.CONFIRMED.value), by=by)
        telling.tell_host(application, interview)


def ask_other_time(application: Application, wish: str, *, by: Actor) -> None:
    """The seeker cannot come then and says when instead; until the employer answers the appointment stands. Raises NoInterview, InterviewOver."""
    interview = _standing(application)
    if interview.state is not _I.CHANGE_ASKED:
        turn(interview, _I.CHANGE_ASKED)
    interview.wish = wish.strip() or None
    record(events.InterviewAnswered(str(interview.id), _I.CHANGE_ASKED.value), by=by)
    telling.tell_host(application, interview)


def _standing(application: Application) -> Interview:
    interview = queries.interview_of(application)
    if interview is None or application.state not in MEETING:
        raise NoInterview
    if not interview.is_ahead:
        raise InterviewOver
    return interview


def _write(interview: Interview, appointment: Appointment) -> None:
    interview.starts_at, interview.minutes = appointment.starts_at, appointment.minutes
    interview.place, interview.note = appointment.place, appointment.note or None
    interview.contact_name, interview.contact_phone = appointment.contact_name, appointment.contact_phone
    interview.wish = None


def _require_a_good_time(starts_at: datetime) -> None:
    days = reference.whole("interview_ahead_days_max")
    if starts_at <= now():
        raise NotAhead
    if starts_at > now() + timedelta(days=days):
        raise TooFarAhead(days)
