"""An inspector's work: each call is written down, a verdict ends the check and has its effect on the posting in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from webapp import events
from webapp.access import Actor, Permission
from webapp.accounts.queries import colleagues
from webapp.db import LOCAL_ZONE, new_key, now, session
from webapp.inspection import drawing, nearness, queries, telling
from webapp.inspection.models import ANSWERED, STALE, Call, CallOutcome, Campaign, CampaignState, Check, Effect, Verdict
from webapp.inspection.operations.refusals import NoReason, Refusal, TooNear
from webapp.ledger import record
from webapp.postings import operations as postings
from webapp.postings import queries as posting_queries
from webapp.postings.models import Posting
from webapp.reference import queries as reference

_WORDS = {Verdict.FILLED: "岗位抽查：用人单位表示已经招满", Verdict.STOPPED: "岗位抽查：用人单位表示已经停止招聘"}


class NotRunning(Refusal):
    says = "这次抽查已经结束或作废，不能再记录"


class AlreadyJudged(Refusal):
    says = "这个岗位已经有结论，没有再改动。要更正，请抽查负责人退回重查"


class NotYours(Refusal):
    says = "这个岗位现在由别的检查人员抽查"


class NotAnswered(Refusal):
    says = "有效、失效要先问到用人单位：通话结果选“接通，问到了”或“上门或凭资料核实”"


class WasAnswered(Refusal):
    says = "已经问到了用人单位，结论不能是“联系不上”"


class TooFewAttempts(Refusal):
    def __init__(self, days: int, wanted: int) -> None:
        super().__init__(days, wanted)
        self.days, self.wanted = days, wanted

    def __str__(self) -> str:
        return f"“联系不上”要在 {self.wanted} 个不同的日子里都打过电话，现在算上这次是 {self.days} 天。先记下这次通话，改天再打"


class NothingToReopen(Refusal):
    says = "这个岗位还没有结论，不用退回"


class NobodyElse(Refusal):
    says = "没有别的检查人员可以派给这个岗位"


def log(
    check: Check,
    outcome: CallOutcome,
    verdict: Verdict | None = None,
    *,
    reason: str = "",
    remark: str = "",
    by: Actor,
    at: datetime | None = None,
) -> Call:
    """Writes the attempt down; with a verdict the check ends and the posting is dealt with at once.

    `reason` goes to the employer and is a must for 虚假; `remark` stays in the file. Raises NotYours, NotRunning, AlreadyJudged, NotAnswered,
    WasAnswered, TooFewAttempts, NoReason, TooNear.
    """
    _require_open(check, by)
    _require_distance(check, by)
    call = Call(id=new_key(), check_id=check.id, by_id=by.person_id, at=at or now(), outcome=outcome, verdict=verdict)
    call.remark = remark.strip() or None
    if verdict is not None:
        _require_grounds(check, call, reason)
    session().add(call)
    record(events.CallLogged(str(check.id), outcome.value), by=by)
    if verdict is not None:
        _judge(check, verdict, reason.strip(), by=by, at=call.at)
    return call


def _require_open(check: Check, by: Actor) -> None:
    if check.inspector_id != by.person_id:
        raise NotYours
    if _campaign(check).state is not CampaignState.RUNNING:
        raise NotRunning
    if check.verdict is not None:
        raise AlreadyJudged


def _require_distance(check: Check, by: Actor) -> None:
    if by.person_id is None or nearness.is_too_near(_posting(check), by.person_id):
        raise TooNear


def _require_grounds(check: Check, call: Call, reason: str) -> None:
    """Whether what is known carries the verdict."""
    if call.verdict is Verdict.FALSE and not reason.strip():
        raise NoReason
    if (call.verdict is Verdict.VALID or call.verdict in STALE) and call.outcome not in ANSWERED:
        raise NotAnswered
    if call.verdict is Verdict.UNREACHABLE:
        _require_attempts([*queries.calls_of([check])[check.id], call], check.region)


def _require_attempts(calls: Iterable[Call], region: str) -> None:
    tried = list(calls)
    if any(call.outcome in ANSWERED for call in tried):
        raise WasAnswered
    days = len({call.at.astimezone(LOCAL_ZONE).date() for call in tried})
    wanted = reference.whole("spot_check_attempt_days", region=region)
    if days < wanted:
        raise TooFewAttempts(days, wanted)


def _judge(check: Check, verdict: Verdict, reason: str, *, by: Actor, at: datetime) -> None:
    check.verdict, check.judged_at = verdict, at
    check.reason = reason or _WORDS.get(verdict, "")
    effect = _take_effect(check, verdict, by=by)
    if check.effect in {Effect.NONE, Effect.ALREADY_CLOSED}:  # what an earlier verdict did to the posting stays true
        check.effect = effect
    record(events.CheckJudged(str(check.id), str(check.posting_id), verdict.value), by=by)


def _take_effect(check: Check, verdict: Verdict, *, by: Actor) -> Effect:
    """虚假 leaves at once and for good, also where it had left by itself; what nobody is wanted for any more leaves the same day."""
    if verdict is not Verdict.FALSE and verdict not in STALE:
        return Effect.NONE
    posting = posting_queries.locked(check.posting_id)
    if posting is None:
        return Effect.ALREADY_CLOSED
    before = posting.state
    try:
        if verdict is Verdict.FALSE:
            postings.take_down(posting, f"岗位抽查发现虚假：{check.reason}", by=by)
        else:
            postings.stop(posting, check.reason, by=by, filled=verdict is Verdict.FILLED)
    except postings.OwnPosting as near:  # of another posting of the same card
        raise TooNear from near
    except postings.IllegalMove:  # a draft, or what is down already: nothing of it is shown
        return Effect.ALREADY_CLOSED
    if posting.state is before:
        return Effect.ALREADY_CLOSED
    return Effect.TAKEN_DOWN if verdict is Verdict.FALSE else Effect.STOPPED


def reopen(check: Check, reason: str, *, by: Actor) -> None:
    """Whoever leads the campaign has it checked again, and tells its inspector why; the posting does not come back by itself.

    Raises NothingToReopen, NotRunning, NoReason.
    """
    if not reason.strip():
        raise NoReason
    campaign = _campaign(check)
    if campaign.state is not CampaignState.RUNNING:
        raise NotRunning
    if check.verdict is None:
        raise NothingToReopen
    check.verdict = check.judged_at = None
    check.reason, check.reopen_reason = "", reason.strip()
    telling.tell_reopened(campaign, check)
    record(events.CheckReopened(str(check.id)), by=by)


def reassign(check: Check, *, by: Actor) -> UUID:
    """Another inspector by the rule of the draw, among those who could have been drawn and are still here. Raises NotRunning, AlreadyJudged,
    NobodyElse."""
    campaign = _campaign(check)
    if campaign.state is not CampaignState.RUNNING:
        raise NotRunning
    if check.verdict is not None:
        raise AlreadyJudged
    here = {one.id for one in colleagues(Permission.CHECK_RUN, campaign.region) if one.covers(check.region)}
    could = [UUID(campaign.roster[place]) for place in check.eligible]
    near = nearness.near([_posting(check)], could)
    others = [person for person in could if person in here - {check.inspector_id} and (check.posting_id, person) not in near]
    if not others:
        raise NobodyElse
    loads = {one.inspector_id: one.checks for one in queries.progress(campaign)}
    check.inspector_id = drawing.pick(campaign.seed or "", check.posting_id, others, loads)
    telling.tell_new_inspector(campaign, check.inspector_id, check.id)
    record(events.CheckReassigned(str(check.id), str(check.inspector_id)), by=by)
    return check.inspector_id


def _campaign(check: Check) -> Campaign:
    """Held as it is until the end of the transaction: nothing is written once it is finished."""
    return session().get_one(Campaign, check.campaign_id, with_for_update={"read": True})


def _posting(check: Check) -> Posting:
    return session().get_one(Posting, check.posting_id)
