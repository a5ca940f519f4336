"""Who hears of what happens to an application: a line in their inbox, written in the transaction of the change itself.

A line holds no name, no phone and nothing that an employer or a seeker wrote by hand: it leads to the page that shows it. It is kind, and says
what can be done next.
"""

from collections.abc import Iterable
from uuid import UUID

from webapp.db import session, today
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings.applying import queries
from webapp.postings.applying.models import (
    Application,
    ApplicationState,
    ApplicationStep,
    Hire,
    HireState,
    Interview,
    InterviewState,
    Reason,
)
from webapp.postings.applying.wording import how_many_at_once, moment
from webapp.postings.models import Posting
from webapp.reference import queries as reference

_S = ApplicationState
_TITLES = {
    _S.CONTACTED: "单位说已经联系了您",
    _S.OFFER: "单位想录用您",
    _S.HIRED: "祝贺您，已被录用",
    _S.REFUSED: "这次没有合适，谢谢您的投递",
    _S.LAPSED: "应聘已结束，不用再等",
}
_BODIES = {
    _S.CONTACTED: "没有接到电话的话，请看看是否同意了提供电话、号码能不能打通。",
    _S.OFFER: "请和单位说好上班的日子。入职不收任何费用，不扣证件；不想去也没关系，可以谢绝。",
    _S.HIRED: "入职要签书面劳动合同；单位还要为您办理就业登记和社会保险。没有办的，请拨打 12333。",
}
_HOPE = "相近的岗位已经替您找好，请打开看看。"


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


def tell_applicant(application: Application, posting: Posting) -> None:
    """The posting was taken down. Why, only its employer learns."""
    tell(
        application.person_id,
        NoticeKind.TAKEN_DOWN,
        str(application.id),
        title=f"您应聘的岗位“{posting.title}”已下架",
        body="岗位已下架，应聘到此结束。不要交任何费用，不要交出证件；已经交了的，请拨打 12333。",
        path=_seekers_page(application),
    )


def tell_of_closing(application: Application, posting: Posting) -> None:
    """The posting closed and the employer still owes an answer."""
    tell(
        application.person_id,
        NoticeKind.PROGRESS,
        f"{application.id}:{posting.state.value}",
        title=f"“{posting.title}”{posting.state.label}，您的应聘还在",
        body=f"我们已请单位答复您；最晚 {reference.whole('application_lapse_days')} 天会有结果。等的时候可以看看别的岗位。",
        path=_seekers_page(application),
    )


def ask_to_answer(posting: Posting, waiting: int) -> None:
    """The employer of a posting that closed has people waiting."""
    for person_id in _members(posting):
        tell(
            person_id,
            NoticeKind.WAITING,
            f"{posting.id}:{posting.state.value}",
            title=f"“{posting.title}”{posting.state.label}，还有 {waiting} 份应聘没有答复",
            body=f"{how_many_at_once(waiting)}求职者会收到一句客气的话和原因。",
            path=f"/employer/postings/{posting.id}/applications",
        )


def tell_seeker(application: Application, step: ApplicationStep) -> None:
    """Of every move of the employer and of the clock that is news; that a posting was taken down has a line of its own."""
    words = words_of(step, _posting(application))
    if words is not None:
        tell(application.person_id, NoticeKind.PROGRESS, str(step.id), title=words[0], body=words[1], path=_seekers_page(application))


def words_of(step: ApplicationStep, posting: Posting) -> tuple[str, str] | None:
    """Title and body of what a seeker is told of a step; None where it is no news."""
    title = _TITLES.get(step.after)
    if title is None or step.reason is Reason.TAKEN_DOWN:
        return None
    return f"“{posting.title}”：{title}", _body(step)


def _body(step: ApplicationStep) -> str:
    if step.after is _S.REFUSED and step.reason is not None:
        more = "单位还给您留了话。" if step.remark else ""
        return f"单位的答复：{step.reason.label}。{more}别灰心，{_HOPE}"
    if step.after is _S.LAPSED:
        days = reference.whole("application_lapse_days")
        return f"单位 {days} 天没有下文，我们替您结束了这次应聘，对不起让您久等。{_HOPE}"
    return _BODIES.get(step.after, "")


def tell_of_interview(application: Application, interview: Interview) -> None:
    if interview.state is InterviewState.CANCELLED:
        title, body = "面试取消了", "不用去了。应聘还在，请等单位的下一步，也可以看看别的岗位。"
    else:
        title = "请您去面试" if interview.sequence == 0 else "面试改了时间或地点"
        body = f"{moment(interview.starts_at)}。地点和联系人请打开查看，并告诉单位您来不来。面试不收任何费用。"
    tell(
        application.person_id,
        NoticeKind.INTERVIEW,
        f"{interview.id}:{interview.sequence}",
        title=f"“{_posting(application).title}”：{title}",
        body=body,
        path=_seekers_page(application),
    )


def tell_host(application: Application, interview: Interview) -> None:
    """The seeker answered: to whoever arranged it, or to all when they left."""
    title = "求职者会来面试" if interview.state is InterviewState.CONFIRMED else "求职者想改面试时间"
    _tell_hosts(application, interview, f"{interview.state.value}:{interview.changed_at:%Y%m%d%H%M%S}", title, moment(interview.starts_at))


def remind_seeker(application: Application, interview: Interview, mark: str) -> None:
    tell(
        application.person_id,
        NoticeKind.INTERVIEW,
        f"{interview.id}:{interview.sequence}:{mark}",
        title=f"“{_posting(application).title}”：面试快到了",
        body=f"{moment(interview.starts_at)}。地点和联系人请打开查看；来不了请早一点说。",
        path=_seekers_page(application),
    )


def remind_host(application: Application, interview: Interview, mark: str) -> None:
    _tell_hosts(application, interview, mark, "有人来面试", f"{moment(interview.starts_at)}。来不了请早一点改时间，别让求职者白跑。")


def _tell_hosts(application: Application, interview: Interview, mark: str, title: str, body: str) -> None:
    posting = _posting(application)
    members = _members(posting)
    for person_id in [interview.arranged_by] if interview.arranged_by in members else members:
        assert person_id is not None, "a member is a person"
        tell(
            person_id,
            NoticeKind.INTERVIEW,
            f"{interview.id}:{interview.sequence}:{mark}",
            title=f"“{posting.title}”：{title}",
            body=body,
            path=_employers_page(application, posting),
        )


def tell_of_a_missing_guest(application: Application) -> None:
    """The seeker took the application back although an interview was ahead."""
    _tell_about(application, NoticeKind.INTERVIEW, "withdrawn", "求职者撤回了应聘", "约好的面试已取消。")


def tell_of_a_number(application: Application) -> None:
    _tell_about(application, NoticeKind.APPLICATION, "number", "求职者同意提供电话", "现在可以打电话联系。")


def tell_of_a_decline(application: Application) -> None:
    _tell_about(application, NoticeKind.APPLICATION, "declined", "求职者谢绝了录用", "可以看看其他应聘者。")


def tell_of_a_lapse(application: Application) -> None:
    """One line a day and posting, however many ended."""
    posting = _posting(application)
    for person_id in _members(posting):
        tell(
            person_id,
            NoticeKind.WAITING,
            f"{posting.id}:lapsed:{today()}",
            title=f"“{posting.title}”有应聘因为没有下文，已自动结束",
            body=f"超过 {reference.whole('application_lapse_days')} 天没有下文，已替您结束并告诉求职者。需要的，请看结束的应聘。",
            path=f"/employer/postings/{posting.id}/applications?show=ended",
        )


def _tell_about(application: Application, kind: NoticeKind, mark: str, title: str, body: str) -> None:
    posting = _posting(application)
    for person_id in _members(posting):
        tell(
            person_id,
            kind,
            f"{application.id}:{mark}:{application.sent_at:%m%d%H%M%S}",
            title=f"“{posting.title}”：{title}",
            body=body,
            path=_employers_page(application, posting),
        )


def remind_of_waiting(employer_id: UUID, on: str, *, waiting: int, longest: int) -> None:
    """One line a day for each member, whatever the number of postings."""
    for person_id in queries.members_of(employer_id):
        tell(
            person_id,
            NoticeKind.WAITING,
            f"{employer_id}:{on}",
            title=f"有 {waiting} 份应聘在等您的下一句话，最久的等了 {longest} 天",
            body=f"合适不合适，都请给一句话。{reference.whole('application_lapse_days')} 天没有下文的会自动结束；一直没有答复的计入应答率。",
            path="/employer/applications",
        )


def tell_of_registration(hired: Hire, posting: Posting) -> None:
    until = f"，最晚 {hired.due_on}" if hired.due_on else ""
    for person_id in _members(posting):
        tell(
            person_id,
            NoticeKind.HIRE,
            f"{hired.id}:due",
            title=f"“{posting.title}”录用了 1 人，请办就业登记{until}",
            body="录用后要在规定期限内办理就业登记（山东省就业促进条例 §39）和社会保险登记（社会保险法 §58），办好了请回来勾上。",
            path="/employer/hires",
        )


def remind_of_registration(employer_id: UUID, on: str, *, near: int, over: int) -> None:
    said = [f"{near} 人的期限快到了" if near else "", f"{over} 人已经过期" if over else ""]
    for person_id in queries.members_of(employer_id):
        tell(
            person_id,
            NoticeKind.HIRE,
            f"{employer_id}:{on}",
            title=f"就业登记还没有办：{'，'.join(words for words in said if words)}",
            body="录用后要在规定期限内办理就业登记（山东省就业促进条例 §39）。已经办过的，请勾上日期。",
            path="/employer/hires",
        )


def tell_that_all_are_found(posting: Posting) -> None:
    for person_id in _members(posting):
        tell(
            person_id,
            NoticeKind.HIRE,
            f"{posting.id}:{posting.headcount}:{queries.hired_count(posting)}",
            title=f"“{posting.title}”要招的 {posting.headcount} 人都找到了，招满了吗？",
            body="招满了请停止招聘，别让求职者白投；还要人，可以不管它。",
            path=f"/employer/postings/{posting.id}/applications",
        )


def tell_hired(hired: Hire) -> None:
    """What the employer wrote down about the start: who knows better can say so."""
    application = session().get_one(Application, hired.application_id)
    title = f"“{_posting(application).title}”：单位"
    if hired.state is HireState.REGISTERED:
        title, body = f"{title}已为您办理就业登记", f"办理日期 {hired.registered_on}。可以在人社部门查到；查不到的，请拨打 12333。"
    else:
        title, body = f"{title}登记您没有到岗", "事情不是这样的，请和单位说清楚，或者拨打 12333。"
    tell(application.person_id, NoticeKind.PROGRESS, f"{hired.id}:{hired.state.value}", title=title, body=body, path=_seekers_page(application))


def _posting(application: Application) -> Posting:
    return session().get_one(Posting, application.posting_id)


def _members(posting: Posting) -> list[UUID]:
    return queries.members_of(posting.employer_id) if posting.employer_id else []


def _seekers_page(application: Application) -> str:
    return f"/applications/{application.id}"


def _employers_page(application: Application, posting: Posting) -> str:
    return f"/employer/postings/{posting.id}/applications/{application.id}"
