"""What a person does on the platform, and what employers answer, becomes the timeline of every case that looks after them.

Only codes and the posting's title are written. That somebody applied is no service; that a referred person applied is their answer.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor
from webapp.casework import operations as cases
from webapp.casework.models import Case, Client, Stage, StepKind, Waiting
from webapp.casework.serving import referring
from webapp.casework.serving.models import Answer, Referral
from webapp.db import session, today
from webapp.postings.applying.models import Application, ApplicationState, Interview
from webapp.postings.models import Posting

_NEXT = "核实就业去向"
_TITLE = 60


def follow_sent(application_id: UUID) -> None:
    application = session().get(Application, application_id)
    if application is None:
        return
    _tell(application, "应聘岗位")
    for case in _cases_of(application.person_id):
        _answer(case, application)


def follow_answered(application_id: UUID, state: str) -> None:
    application = session().get(Application, application_id)
    if application is not None:
        label = next((one.label for one in ApplicationState if one.value == state), state)
        _tell(application, f"单位答复“{label}”")


def follow_interview(interview_id: UUID) -> None:
    interview = session().get(Interview, interview_id)
    application = session().get(Application, interview.application_id) if interview is not None else None
    if application is not None:
        _tell(application, "单位约了面试")


def follow_withdrawn(application_id: UUID) -> None:
    application = session().get(Application, application_id)
    if application is not None:
        _tell(application, "撤回应聘")


def follow_hired(application_id: UUID) -> None:
    """It is our turn: where the person went has to be learnt from them, with its proof."""
    application = session().get(Application, application_id)
    if application is None:
        return
    _tell(application, "单位登记录用")
    for case in _cases_of(application.person_id):
        case.waiting, case.next_on, case.next_what = Waiting.FOR_US, today(), _NEXT


def _cases_of(person_id: UUID) -> Sequence[Case]:
    own = select(Client.id).where(Client.person_id == person_id)
    return session().scalars(select(Case).where(Case.client_id.in_(own), Case.stage == Stage.OPEN).with_for_update()).all()


def _tell(application: Application, what: str) -> None:
    posting = session().get_one(Posting, application.posting_id)
    for case in _cases_of(application.person_id):
        said = f"{what}：{posting.title[:_TITLE]}"
        cases.step(case, StepKind.PLATFORM, said, by=Actor.SYSTEM, on=today(), about=application.id, data={"state": application.state.value})


def _answer(case: Case, application: Application) -> None:
    referral = session().scalar(select(Referral).where(Referral.case_id == case.id, Referral.posting_id == application.posting_id))
    if referral is not None and referral.answer is not Answer.ACCEPTED:
        referring.answer(referral, case, Answer.ACCEPTED, by=Actor.SYSTEM, on=today())
