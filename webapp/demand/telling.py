"""Who hears of what happens to employers and needs: a line in their inbox, written in the transaction of the change itself."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from webapp.access import Permission
from webapp.accounts.models import Person
from webapp.accounts.queries import colleagues, narrowest
from webapp.db import session
from webapp.demand import queries
from webapp.demand.models import Care, Need
from webapp.demand.values import title_of
from webapp.employers.models import Employer, Membership
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings.models import Posting, PostingState


def tell_assigned(officer_id: UUID, employer: Employer, care: Care) -> None:
    asked = f"请在 {care.next_on} 前联系一次，登记用工需求。" if care.next_on and care.contacted_on is None else ""
    tell(
        officer_id,
        NoticeKind.DEMAND,
        f"care:{care.id}",
        title=f"{employer.name} 由您负责联系",
        body=" ".join(part for part in (f"原因：{care.reason}。" if care.reason else "", asked) if part),
        path=f"/demand/employers/{employer.id}",
    )


def tell_handed_over(officer_id: UUID, cares: Sequence[Care]) -> None:
    tell(
        officer_id,
        NoticeKind.DEMAND,
        f"handed:{cares[0].id}:{len(cares)}",
        title=f"有 {len(cares)} 家单位移交给您负责",
        body="它们的在办需求和下次联系日期一并转来。",
        path="/demand",
    )


def tell_drafted(need: Need, posting: Posting) -> None:
    """To everybody who acts for the employer: a draft waits for them, and they hand it in."""
    for person_id in _members(need.employer_id):
        tell(
            person_id,
            NoticeKind.DEMAND,
            f"draft:{posting.id}",
            title=f"企业服务专员为您起草了岗位“{posting.title}”",
            body="请补充工作内容和有效期，核对后提交审核。不需要的话可以删除草稿。",
            path=f"/employer/postings/{posting.id}",
        )


def tell_announced(need: Need) -> None:
    """Its officer; where nobody is responsible who may work there, those who say who is."""
    title = f"企业自报用工需求：{title_of(need)} {need.headcount} 人"
    if not _tell_officer(need, f"announced:{need.id}", title, "请核实后生成岗位草稿。"):
        _tell_leads(need, f"announced:{need.id}", title)


def _tell_leads(need: Need, subject: str, title: str) -> None:
    """The narrowest that reach the employer's place: the county's own before the city's."""
    employer = session().get_one(Employer, need.employer_id)
    people = [one for one in colleagues(Permission.CARE_ASSIGN, employer.region) if queries.leading(one.grants)]
    for one in narrowest((replace(one, grants=queries.leading(one.grants)) for one in people), employer.region):
        body = f"{employer.name} 还没有企业服务专员，请先分派。"
        tell(one.id, NoticeKind.DEMAND, subject, title=title, body=body, path=f"/demand/team/employers/{employer.id}")


def tell_withdrawn(need: Need) -> None:
    _tell_officer(need, f"withdrawn:{need.id}", f"企业撤销了用工需求：{title_of(need)}", "")


def tell_all_hired(need: Need) -> None:
    _tell_officer(
        need, f"hired:{need.id}:{need.headcount}", f"需求已全部录用：{title_of(need)} {need.hired} 人", "请向单位核实到岗人数，再关闭这条需求。"
    )


_MOVED = {
    PostingState.IN_REVIEW: ("已提交审核", ""),
    PostingState.OPEN: ("已开始招聘", ""),
    PostingState.DRAFT: ("被退回修改", "请提醒用人单位按审核意见修改。"),
    PostingState.FILLED: ("已招满", "请向单位核实到岗人数，再关闭这条需求。"),
    PostingState.EXPIRED: ("已过期", "单位还要招人的话，请再生成一个岗位。"),
    PostingState.WITHDRAWN: ("已撤回", "请向单位核实是否还要招人。"),
    PostingState.TAKEN_DOWN: ("已下架", "请向单位核实。"),
}


def tell_moved(need: Need, posting: Posting) -> None:
    """The officer hears what became of the posting of a need; a pause is nothing to act on."""
    if posting.state in _MOVED:
        word, body = _MOVED[posting.state]
        _tell_officer(need, f"posting:{posting.id}:{posting.version}", f"需求的岗位“{posting.title}”{word}", body)


def tell_digest(officer_id: UUID, subject: str, body: str) -> bool:
    """One a day at most; False where today's was told before."""
    return tell(officer_id, NoticeKind.DEMAND, subject, title="今天要处理的用工需求和联系", body=body, path="/demand") is not None


def _tell_officer(need: Need, subject: str, title: str, body: str) -> bool:
    """False where nobody is responsible who may work there today."""
    care = queries.open_care(need.employer_id)
    employer = session().get_one(Employer, need.employer_id)
    if care is None or not queries.is_active_officer(session().get_one(Person, care.officer_id), employer.region):
        return False
    tell(care.officer_id, NoticeKind.DEMAND, subject, title=title, body=body, path=f"/demand/needs/{need.id}")
    return True


def _members(employer_id: UUID) -> list[UUID]:
    wanted = select(Membership.person_id).where(Membership.employer_id == employer_id, Membership.removed_at.is_(None))
    return list(session().scalars(wanted.order_by(Membership.added_at)))
