"""Who hears of checks and reports: a line in an inbox, or the text message a reporter asked for, in the transaction of the change itself."""

from collections.abc import Mapping
from uuid import UUID

from webapp.access import Actor, Permission
from webapp.accounts.queries import colleagues, narrowest
from webapp.db import now
from webapp.inspection import nearness
from webapp.inspection.models import UPHELD, Campaign, Check, Decision, Effect, PublicReport
from webapp.notices.models import Channel, NoticeKind
from webapp.notices.operations import queue_message, tell
from webapp.postings.models import Posting

MY_CHECKS = "/inspection/checks"
TOLD: Mapping[Decision, str] = {
    Decision.UNFOUNDED: "经核查，没有发现您反映的问题。",
    Decision.TRANSFER: "已转交有权处理的部门。",
}
"""What a reporter is told of a decision, before the handler's own words; of one that was upheld, by how the posting stands."""
_UPHELD: Mapping[Effect, str] = {
    Effect.TAKEN_DOWN: "经核查属实，岗位已下架。",
    Effect.STOPPED: "经核查属实，岗位已停止发布，用人单位整改并重新通过审核后才能再发布。",
    Effect.ALREADY_CLOSED: "经核查属实。这个岗位在办结以前已经不再发布。",
}


def tell_inspectors(campaign: Campaign, loads: Mapping[UUID, int]) -> None:
    for person_id, count in loads.items():
        tell(
            person_id,
            NoticeKind.CHECK,
            f"{campaign.id}:drawn",
            title=f"您有 {count} 个岗位要抽查：{campaign.title}",
            body=f"请在 {campaign.due_on} 之前逐个打电话核实。",
            path=MY_CHECKS,
        )


def tell_new_inspector(campaign: Campaign, person_id: UUID, check_id: UUID) -> None:
    tell(person_id, NoticeKind.CHECK, f"{check_id}", title=f"有 1 个岗位改由您抽查：{campaign.title}", path=MY_CHECKS)


def tell_reopened(campaign: Campaign, check: Check) -> None:
    """Each time it comes back."""
    tell(
        check.inspector_id,
        NoticeKind.CHECK,
        f"{check.id}:again:{now():%Y%m%d%H%M%S%f}",
        title=f"有 1 个岗位退回重查：{campaign.title}",
        body=f"“{check.evidence['title']}”：{check.reopen_reason}",
        path=f"{MY_CHECKS}/{check.id}",
    )


def remind(campaign: Campaign, person_id: UUID, left: int) -> bool:
    """Once before and once after the last day; answers whether anything was told now."""
    when, word = ("late", "已过期限") if campaign.is_late else ("soon", f"{campaign.due_on} 到期")
    told = tell(person_id, NoticeKind.CHECK, f"{campaign.id}:{when}", title=f"还有 {left} 个岗位没有查完，{word}：{campaign.title}", path=MY_CHECKS)
    return told is not None


def propose(person_id: UUID, region: str, area: str, month: str) -> bool:
    told = tell(
        person_id,
        NoticeKind.CHECK,
        f"propose:{region}:{month}",
        title=f"{area}本月还没有开展岗位抽查",
        body="可以按建议的比例新建一次抽查。",
        path=f"/inspection/campaigns/new?region={region}",
    )
    return told is not None


def tell_handlers(report: PublicReport, posting: Posting) -> None:
    """To those who are responsible for the posting's place, and may decide about it."""
    people = colleagues(Permission.REPORT_HANDLE, report.region)
    near = nearness.near([posting], [one.id for one in people])
    for one in narrowest((one for one in people if (posting.id, one.id) not in near), report.region):
        tell(
            one.id,
            NoticeKind.REPORT,
            f"{report.id}",
            title=f"收到一件举报（{report.kind.short}），编号 {report.number}",
            path=f"/inspection/reports/{report.id}",
        )


def tell_offered(report: PublicReport, person_id: UUID) -> None:
    tell(
        person_id,
        NoticeKind.REPORT,
        f"{report.id}:o:{report.handler_id}",
        title=f"同事请您接手举报 {report.number}",
        path=f"/inspection/reports/{report.id}",
    )


def tell_reporter(report: PublicReport, *, by: Actor) -> None:
    """In the inbox of a signed-in reporter, and to the phone where that was agreed to."""
    words = outcome_words(report)
    if report.reporter_id is not None:
        tell(
            report.reporter_id,
            NoticeKind.REPORT,
            f"{report.id}:outcome",
            title=f"您的举报（编号 {report.number}）已办结",
            body=words,
            path="/my-reports",
        )
    phone = report.phone
    if report.by_sms and phone:
        body = f"您的举报（编号 {report.number}）已办结：{words}"
        queue_message(channel=Channel.SMS, dedupe_key=f"report:{report.id}", address=phone, title="举报处理结果", body=body, by=by)


def outcome_words(report: PublicReport) -> str:
    if report.decision is None:
        return ""
    return f"{_UPHELD[report.effect] if report.decision in UPHELD else TOLD[report.decision]}{report.outcome}"
