"""An application in the words of a screen, and what of a person may stand there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from webapp.accounts.models import Person
from webapp.notices.links import link
from webapp.postings.applying import queries
from webapp.postings.applying.ics import Event
from webapp.postings.applying.models import (
    SHOWING,
    Application,
    ApplicationState,
    ApplicationStep,
    Interview,
    InterviewState,
    Reason,
    Side,
)
from webapp.postings.models import Posting
from webapp.reference import queries as reference
from webapp.sealing import mask_name

_S = ApplicationState
TONES = {
    _S.SENT: "info",
    _S.SEEN: "info",
    _S.CONTACTED: "info",
    _S.INTERVIEW: "info",
    _S.OFFER: "good",
    _S.HIRED: "good",
}
"""State -> tone of its badge; the ends are neutral: a refusal is no fault that shouts in red."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """What an employer may see of who applied, as far as the seeker consents and the application stands."""

    name: str
    phone: str
    message: str


def applicants(applications: Iterable[Application]) -> dict[UUID, Applicant]:
    """By application, of those the caller has found in its own scope: see `applicant`."""
    rows = list(applications)
    people, gone = queries.people(rows), queries.never_came(rows)
    return {row.id: applicant(row, people[row.person_id], came=row.id not in gone) for row in rows}


def applicant(application: Application, person: Person, *, came: bool = True) -> Applicant:
    """Nothing but a family name before it was opened (and so is on the ledger) and after it ended, also by a hire who never came (not `came`);
    name and phone in full only with consent."""
    name = mask_name(person.name) if person.name else "未填姓名"
    if application.seen_at is None or application.state not in SHOWING or not came:
        return Applicant(name, "", "")
    if not application.shares_phone:
        return Applicant(name, "", application.message or "")
    return Applicant(person.name or name, person.phone or "", application.message or "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an application's history."""

    at: datetime
    who: str
    what: str
    more: str = ""


def history(steps: Sequence[ApplicationStep], interview: Interview | None, *, for_seeker: bool) -> list[Line]:
    """In the order of time. What the employer added for the seeker is read by both; the latest interview says where it stands."""
    lines = [Line(step.at, _who(step.side, for_seeker=for_seeker), _what(step), step.remark or "") for step in steps]
    if interview is not None:
        lines += _of_interview(interview, for_seeker=for_seeker)
    return sorted(lines, key=lambda line: line.at)


def _who(side: Side, *, for_seeker: bool) -> str:
    mine = Side.SEEKER if for_seeker else Side.EMPLOYER
    return "您" if for_seeker and side is mine else "本单位" if side is mine else side.label


def _what(step: ApplicationStep) -> str:
    if step.after is _S.SENT:
        return "投递了应聘" if step.before is None else "重新投递了应聘"
    if step.after is _S.LAPSED:
        return f"应聘结束：{step.reason.label}" if step.reason else "应聘结束"
    return f"{step.after.label}：{step.reason.label}" if step.reason else step.after.label


def _of_interview(interview: Interview, *, for_seeker: bool) -> Iterable[Line]:
    """What the steps do not say: the answers to it, and that it was changed or called off."""
    if interview.state is InterviewState.CANCELLED:
        yield Line(interview.changed_at, "平台", "面试取消")
    elif interview.state is InterviewState.CONFIRMED:
        yield Line(interview.changed_at, _who(Side.SEEKER, for_seeker=for_seeker), "确认参加面试")
    elif interview.state is InterviewState.CHANGE_ASKED:
        yield Line(interview.changed_at, _who(Side.SEEKER, for_seeker=for_seeker), "想改面试时间", interview.wish or "")
    elif interview.sequence:
        yield Line(interview.changed_at, _who(Side.EMPLOYER, for_seeker=for_seeker), "改了面试安排")


def next_step(application: Application, interview: Interview | None) -> tuple[str, str]:
    """What the seeker can expect or do now: a title and a sentence."""
    days = reference.whole("application_lapse_days")
    if application.state is _S.INTERVIEW:
        return _next_of_interview(interview)
    return {
        _S.SENT: ("等单位查看", f"单位查看后这里会写明。最晚 {days} 天会有结果，到期没有答复我们替您结束，不用一直等。"),
        _S.SEEN: ("等单位答复", f"单位已经看过，还没有答复。最晚 {days} 天会有结果。"),
        _S.CONTACTED: ("单位说已经联系了您", "没有接到电话的话，看看下面是否同意了提供电话、号码能不能打通。"),
        _S.OFFER: ("单位想录用您", "请和单位说好上班的日子。不想去，可以在下面谢绝。"),
        _S.HIRED: ("已被录用", "入职要签书面劳动合同，不交押金、不扣证件。单位还要为您办理就业登记和社会保险。"),
        _S.REFUSED: ("这次没有合适", "谢谢您的投递。下面有相近的岗位，可以再试试。"),
        _S.DECLINED: ("您谢绝了录用", "谢谢您告诉单位。下面有相近的岗位。"),
        _S.WITHDRAWN: ("您撤回了投递", "单位看不到您的姓名、电话和留言。岗位还在招人时可以重新投递。"),
        _S.LAPSED: ("应聘已结束，不用再等", "下面有相近的岗位，可以再试试。"),
    }[application.state]


def _next_of_interview(interview: Interview | None) -> tuple[str, str]:
    if interview is None or not interview.stands:
        return "面试取消了，等单位的下一步", "不用去了。单位可能另约时间，也会给您答复。"
    if not interview.is_ahead:
        return "等单位答复", "面试时间已过，单位应当给您一个结果。"
    if interview.state is InterviewState.CHANGE_ASKED:
        return "等单位另约时间", "单位没有改之前，原来的时间仍然有效。"
    if interview.state is InterviewState.CONFIRMED:
        return "按时去面试", "来不了请早一点在下面告诉单位。面试不收任何费用。"
    return "请告诉单位您来不来", "看好时间和地点，在下面点一下。面试不收任何费用。"


def reason_of(steps: Sequence[ApplicationStep]) -> Reason | None:
    """Why it ended, if somebody said so."""
    return steps[-1].reason if steps else None


def seekers_event(interview: Interview, application: Application, posting: Posting) -> Event:
    """For the seeker's own calendar, which may be copied to anybody's server: whom to ask for stays on the page."""
    return _event(interview, posting, path=f"/applications/{application.id}", words=f"面试：{posting.title}（{posting.employer_name}）")


def employers_event(interview: Interview, application: Application, posting: Posting) -> Event:
    """For a calendar that colleagues share: the seeker is a number there."""
    path = f"/employer/postings/{posting.id}/applications/{application.id}"
    return _event(interview, posting, path=path, words=f"面试：{posting.title}（应聘编号 {application.number}）")


def _event(interview: Interview, posting: Posting, *, path: str, words: str) -> Event:
    return Event(
        uid=f"interview-{interview.id}@zhilu",
        sequence=interview.sequence,
        changed_at=interview.changed_at,
        starts_at=interview.starts_at,
        ends_at=interview.ends_at,
        summary=words,
        location=interview.place or "",
        description=f"联系人和说明：{link(path)}\n面试不收任何费用；收费、扣证件的，请拨打 12333。",
        url=link(path),
        organizer=posting.employer_name,
        is_cancelled=not interview.stands,
        alarm=timedelta(hours=reference.whole("interview_remind_hours")),
    )
