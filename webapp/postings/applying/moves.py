"""The one place where the state of an application changes: the step is written down, and what can no longer happen is called off with it.

The caller has locked the application; its interviews are locked with it.
"""

from uuid import UUID

from sqlalchemy import select

from webapp import events
from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.ledger import record
from webapp.postings.applying.models import (
    INTERVIEW_NEXT,
    LIVE,
    NEXT,
    UNANSWERED,
    Application,
    ApplicationState,
    ApplicationStep,
    Interview,
    InterviewState,
    Reason,
    Side,
)
from webapp.postings.refusals import Refusal

_S = ApplicationState


class IllegalStep(Refusal):
    def __init__(self, state: ApplicationState, wanted: ApplicationState) -> None:
        super().__init__(state, wanted)
        self.state, self.wanted = state, wanted

    def __str__(self) -> str:
        return f"这份应聘现在是“{self.state.label}”，不能再改为“{self.wanted.label}”。可能刚刚有人处理过，请看最新状态"


class InterviewOver(Refusal):
    says = "这次面试已经取消或已经开始，不能再改"


def move(
    application: Application, state: ApplicationState, *, side: Side, by: Actor, reason: Reason | None = None, remark: str = ""
) -> ApplicationStep:
    """Raises IllegalStep for what the table does not allow. An employer that goes on with a person it never opened has seen them by that."""
    if state not in NEXT[application.state]:
        raise IllegalStep(application.state, state)
    step = note_step(application.id, before=application.state, after=state, side=side, reason=reason, remark=remark)
    application.state = state
    if side is Side.EMPLOYER:
        _said(application, state, by=by)
    if state not in LIVE:
        _call_off(application.id, by=by)
    return step


def note_step(
    application_id: UUID, *, before: ApplicationState | None, after: ApplicationState, side: Side, reason: Reason | None = None, remark: str = ""
) -> ApplicationStep:
    step = ApplicationStep(id=new_key(), application_id=application_id, side=side, before=before, after=after, reason=reason, at=now())
    step.remark = remark.strip() or None
    session().add(step)
    return step


def _said(application: Application, state: ApplicationState, *, by: Actor) -> None:
    if state is not _S.REFUSED and application.seen_at is None:
        application.seen_at = now()
        record(events.ApplicationOpened(str(application.id)), by=by)
    if state not in UNANSWERED:
        application.answered_at = application.answered_at or now()
        application.wait_anew()


def _call_off(application_id: UUID, *, by: Actor) -> None:
    """An interview that nobody needs any more: calendars that hold it must learn so."""
    standing = select(Interview).where(Interview.application_id == application_id, Interview.state != InterviewState.CANCELLED)
    for interview in session().scalars(standing.where(Interview.starts_at > now())):
        turn(interview, InterviewState.CANCELLED)
        record(events.InterviewCancelled(str(interview.id)), by=by)


def turn(interview: Interview, state: InterviewState) -> None:
    """The only change of an interview's state. Raises InterviewOver."""
    if state not in INTERVIEW_NEXT[interview.state] or not interview.is_ahead:
        raise InterviewOver
    interview.state, interview.changed_at = state, now()
    if state in {InterviewState.ARRANGED, InterviewState.CANCELLED}:
        interview.sequence += 1
