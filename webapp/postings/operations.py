"""The life of a posting. The caller has read the row for change (locked); two that did not are told apart by the row's version."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select, update

from webapp import events
from webapp.access import Actor, Grant
from webapp.db import new_key, now, session, take_numbers, today, transaction
from webapp.employers.models import Employer, EmployerState, Membership
from webapp.gate.checking import Verdict
from webapp.gate.findings import Finding
from webapp.ledger import record
from webapp.postings import cards, gating, queries, telling
from webapp.postings.models import (
    NEXT,
    Posting,
    PostingReview,
    PostingState,
    ReviewDecision,
)
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing import queries as desk
from webapp.postings.reviewing.risks import risks_of
from webapp.postings.values import NAMES, PostingValues, monthly, values_of
from webapp.reference import queries as reference
from webapp.reference import wages

EXPIRED_AT_ONCE = 1000
_S = PostingState
WITHDRAWABLE = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.OPEN, _S.PAUSED})
"""What its employer may take back."""


class IllegalMove(Refusal):
    def __init__(self, state: PostingState, wanted: PostingState) -> None:
        super().__init__(state, wanted)
        self.state, self.wanted = state, wanted

    def __str__(self) -> str:
        return f"岗位现在是“{self.state.label}”，不能改为“{self.wanted.label}”。可能别人刚刚处理过，请看最新状态"


class NotADraft(Refusal):
    says = "只有草稿可以修改。已发布的岗位请先撤回，再修改并重新提交审核"


class NotVerified(Refusal):
    says = "单位还没有通过核验（或核验已到期），不能提交岗位。草稿已经保存，核验通过后就可以提交"


class OwnPosting(Refusal):
    says = "这是您本人或您所在单位的岗位，按回避要求不能由您审核，请交给其他审核员"


class ChangedMeanwhile(Refusal):
    says = "您打开之后，单位改过这个岗位。下面是现在的内容，请重新看过再决定"


class NoReason(Refusal):
    says = "请写明理由，用人单位要据此修改"


class Lapsed(Refusal):
    says = "有效期已过，不能直接恢复。请改好有效期后重新提交审核"


class Stopped(Refusal):
    says = "这个岗位经检查停止招聘，不能直接恢复。还要招的，请转为草稿，改好后重新提交审核"


class Incomplete(Refusal):
    """`findings` name each field, what to do and the rule."""

    says = "还有内容没有填好，请按提示补充后再提交"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(*self.findings)


def draft(employer: Employer, values: PostingValues, *, by: Actor) -> Posting:
    """A new draft of the employer. Anybody of the employer may begin one, also before the employer is verified."""
    posting = Posting(
        id=new_key(),
        seq=take_numbers("posting_seq", "posting", "seq")[0],
        state=_S.DRAFT,
        employer_id=employer.id,
        employer_name=employer.name,
        industry=employer.industry,
        author_id=by.person_id,
        created_at=now(),
    )
    write(posting, values)
    session().add(posting)
    record(events.PostingDrafted(str(posting.id)), by=by)
    return posting


def copy(posting: Posting, employer: Employer, *, by: Actor) -> Posting:
    """A new draft that says the same, but for the validity: that is decided anew."""
    values = {name: getattr(values_of(posting), name) for name in NAMES}
    return draft(employer, PostingValues(**values | {"valid_through": None}), by=by)


def change(posting: Posting, values: PostingValues, *, by: Actor) -> Posting:
    """Only a draft changes: what is shown was reviewed as it is. Raises NotADraft."""
    if posting.state is not _S.DRAFT:
        raise NotADraft
    write(posting, values)
    record(events.PostingDrafted(str(posting.id)), by=by)
    return posting


def submit(posting: Posting, *, by: Actor, on: date, remark: str = "") -> None:
    """Hands the draft to the reviewers, who read the remark; it may also say why the post needs what the gate found.

    Raises NotVerified, Incomplete.
    """
    employer = require_verified(posting, on)
    found = require_passable(gating.verdict(posting, employer, on=on, remark=remark))
    move(posting, _S.IN_REVIEW)
    posting.submitted_at = now()
    posting.employer_name, posting.employer_about, posting.industry = employer.name, employer.about, employer.industry
    reviewing.hand_in(posting, risks=risks_of(posting, values_of(posting), employer, found.flags, on=on), remark=remark)
    record(events.PostingSubmitted(str(posting.id)), by=by)


def take(posting: Posting, *, by: Actor) -> None:
    """The reviewer holds what waits of it. Raises OwnPosting, HeldByAnother, NothingWaits."""
    require_distance(posting, by)
    reviewing.take(posting, by=by)


def take_next(grants: Sequence[Grant], *, by: Actor, after: UUID | None = None) -> UUID | None:
    """The reviewer holds what comes first in the queue (`after` one that was put down); None where nothing is free.

    Two who ask at once each get another one: what a colleague takes at this moment is passed over.
    """
    if by.person_id is None:
        raise OwnPosting
    for key in desk.free(grants, by.person_id, after=after):
        posting = queries.reviewable(key, grants, for_change=True, patiently=False)
        try:
            if posting is not None:
                take(posting, by=by)
                return key
        except (reviewing.HeldByAnother, reviewing.NothingWaits):
            continue
    return None


def approve(posting: Posting, *, by: Actor, seen: int | None = None) -> None:
    """Opens it from today. Never by its author or a member of its employer (OwnPosting); what lapsed while it waited is Incomplete.

    Only what waits: nobody brings back what its employer paused or filled (IllegalMove). `seen` is the version that was read: one that was
    taken back, rewritten and handed in again since is ChangedMeanwhile.
    """
    require_distance(posting, by)
    reviewing.require_free(posting, by=by)
    if posting.state is not _S.IN_REVIEW:
        raise IllegalMove(posting.state, _S.OPEN)
    if seen not in {None, posting.version}:
        raise ChangedMeanwhile
    on = today()
    employer = None if posting.is_forwarded else require_verified(posting, on)
    require_passable(gating.verdict(posting, employer, on=on, remark=reviewing.remark_on(posting)))
    move(posting, _S.OPEN)
    posting.opened_at, posting.valid_from, posting.closed_at, posting.card_id = now(), on, None, None
    posting.confirmed_on = on
    reviewing.settle(posting, ReviewDecision.APPROVED, by=by)
    decide(posting, ReviewDecision.APPROVED, "", by=by)
    record(events.PostingApproved(str(posting.id)), by=by)


def return_(posting: Posting, reason: str, *, by: Actor, remarks: Mapping[str, str] | None = None) -> None:
    """Back to the employer as a draft, with what has to change: `remarks` by form field, `reason` for the whole; one of them is needed.

    A forwarded one, which nobody here can change, is not shown instead. Raises OwnPosting, NoReason, HeldByAnother.
    """
    require_distance(posting, by)
    reviewing.require_free(posting, by=by)
    require_reason(reason, remarks)
    if posting.state is not _S.IN_REVIEW:
        raise IllegalMove(posting.state, _S.DRAFT)
    move(posting, _S.WITHDRAWN if posting.is_forwarded else _S.DRAFT)
    reviewing.settle(posting, ReviewDecision.RETURNED, by=by)
    decide(posting, ReviewDecision.RETURNED, reason, by=by, remarks=remarks)
    record(events.PostingReturned(str(posting.id)), by=by)


def take_down(posting: Posting, reason: str, *, by: Actor) -> None:
    """For good: an unlawful or untrue posting (人力资源市场暂行条例 §43), open or closed; whoever applied hears of it. Every posting of its card
    says the same and goes with it. Raises OwnPosting, NoReason."""
    require_reason(reason)
    job = cards.same_job(posting)
    for same in job:
        require_distance(same, by)
    for same in job:
        _close(same, _S.TAKEN_DOWN, by=by)
        decide(same, ReviewDecision.TAKEN_DOWN, reason, by=by)


def stop(posting: Posting, reason: str, *, by: Actor, filled: bool = False) -> None:
    """An inspection found that nobody is wanted any more (`filled`: because everybody was found), or that it has to be mended.

    Its employer may make a draft of it, which is reviewed anew; a forwarded one has nobody here who could, so it is withdrawn in either case.
    What has closed already is stopped too, or it would be opened again as it was. Raises OwnPosting, NoReason, IllegalMove.
    """
    require_distance(posting, by)
    require_reason(reason)
    may_be_filled = filled and not posting.is_forwarded and posting.state in {_S.OPEN, _S.PAUSED, _S.FILLED}
    wanted = _S.FILLED if may_be_filled else _S.WITHDRAWN
    if posting.state is not wanted:
        _end_job(posting, wanted, "检查后停止招聘", by=by)
    decide(posting, ReviewDecision.STOPPED, reason, by=by)


def pause(posting: Posting, *, by: Actor) -> None:
    _close(posting, _S.PAUSED, by=by)


def fill(posting: Posting, *, by: Actor) -> None:
    _end_job(posting, _S.FILLED, "用人单位已招满", by=by)


def withdraw(posting: Posting, *, by: Actor) -> None:
    """The employer takes it back; a draft is thus put away. What has ended by itself needs no taking back (IllegalMove)."""
    if posting.state not in WITHDRAWABLE:
        raise IllegalMove(posting.state, _S.WITHDRAWN)
    _end_job(posting, _S.WITHDRAWN, "用人单位已撤回", by=by)


def lapse(posting: Posting, *, by: Actor) -> None:
    """It ends although its day has not come: nobody says any more that it is true."""
    _close(posting, _S.EXPIRED, by=by)


def reopen(posting: Posting, *, by: Actor) -> None:
    """Paused or filled -> open again, unchanged and therefore without a review, unless it was stopped. Raises Stopped, Lapsed, NotVerified."""
    if posting.state not in {_S.PAUSED, _S.FILLED}:
        raise IllegalMove(posting.state, _S.OPEN)
    if was_stopped(posting):
        raise Stopped
    if posting.valid_through is None or posting.valid_through < today():
        raise Lapsed
    require_verified(posting, today())
    move(posting, _S.OPEN)
    posting.closed_at = posting.card_id = None
    posting.confirmed_on = today()
    record(events.PostingReopened(str(posting.id)), by=by)


def revise(posting: Posting, *, by: Actor) -> None:
    """Makes a draft of what waits for review, was withdrawn or stopped, or has expired: whatever is changed will be reviewed."""
    if posting.is_forwarded or (posting.state is _S.FILLED and not was_stopped(posting)):
        raise IllegalMove(posting.state, _S.DRAFT)
    move(posting, _S.DRAFT)
    reviewing.drop_change(posting, by=by)
    reviewing.take_back(posting, by=by)
    record(events.PostingDrafted(str(posting.id)), by=by)


def expire(on: date, *, by: Actor) -> int:
    """Closes what was valid until before `on`, 1,000 rows and one fact per transaction; opens its own, so call it outside of one."""
    total = 0
    while True:
        with transaction():
            closed = _expire_some(on, by=by)
        total += closed
        if closed < EXPIRED_AT_ONCE:
            return total


def move(posting: Posting, state: PostingState) -> None:
    """The only change of state of one posting. Raises IllegalMove for what the table does not allow."""
    if state not in NEXT[posting.state]:
        raise IllegalMove(posting.state, state)
    posting.state = state


def _expire_some(on: date, *, by: Actor) -> int:
    at = now()
    keys = _lapsed(on)
    if not keys:
        return 0
    session().execute(
        update(Posting)
        .where(Posting.id.in_(keys))
        .values(state=_S.EXPIRED, closed_at=at, version=Posting.version + 1)
        .execution_options(synchronize_session=False)
    )
    record(events.PostingsExpired(on.isoformat(), at.isoformat(), len(keys)), by=by)
    for posting in reviewing.with_changes(keys):
        reviewing.drop_change(posting, by=by)
    cards.lead_next(keys, by=by)
    return len(keys)


def _lapsed(on: date) -> list[UUID]:
    ends = [state for state, following in NEXT.items() if _S.EXPIRED in following]
    wanted = select(Posting.id).where(Posting.state.in_(ends), Posting.valid_through < on).limit(EXPIRED_AT_ONCE)
    return list(session().scalars(wanted.with_for_update(skip_locked=True)))


def _close(posting: Posting, state: PostingState, *, by: Actor) -> None:
    """The job itself may still be offered by others: the next of its card comes forward."""
    _shut(posting, state, by=by)
    cards.lead_next([posting.id], by=by)


def _end_job(posting: Posting, state: PostingState, why: str, *, by: Actor) -> None:
    """Nobody is wanted any more: what sources still forward of the same job waits for a person, who reads why."""
    _shut(posting, state, by=by)
    for held in cards.hold_behind([posting.id], by=by):
        reviewing.hand_in(held, risks=[f"同一个岗位（{posting.employer_name}“{posting.title}”）{why}，请核对是否还在招"])


def _shut(posting: Posting, state: PostingState, *, by: Actor) -> None:
    """What waits of it for a reviewer waits no longer; a pause alone keeps a change alive."""
    move(posting, state)
    if state is not _S.PAUSED:
        reviewing.drop_change(posting, by=by)
        reviewing.take_back(posting, by=by)
    posting.closed_at = now()
    record(events.PostingClosed(str(posting.id), state.value), by=by)


def was_stopped(posting: Posting) -> bool:
    """An inspection stopped it and no reviewer has approved it since."""
    latest = select(PostingReview.decision).where(PostingReview.posting_id == posting.id).order_by(PostingReview.id.desc()).limit(1)
    return session().scalar(latest) is ReviewDecision.STOPPED


def write(posting: Posting, values: PostingValues) -> None:
    for name in NAMES:
        value = getattr(values, name)
        setattr(posting, name, list(value) if isinstance(value, tuple) else value)
    has_wage = values.wage_low is not None or values.wage_high is not None
    posting.county_name = reference.regions().name(values.region) if values.region else ""
    posting.wage_text = wages.show(values.wage)[:80] if has_wage and values.wage_unit else ""
    posting.month_low, posting.month_high = monthly(values) if has_wage and values.wage_unit else (None, None)


def require_verified(posting: Posting, on: date) -> Employer:
    employer = session().get(Employer, posting.employer_id) if posting.employer_id else None
    if employer is None or employer.state is not EmployerState.VERIFIED:
        raise NotVerified
    if employer.verify_again_on is not None and employer.verify_again_on < on:
        raise NotVerified
    return employer


def require_passable(found: Verdict) -> Verdict:
    """Raises Incomplete with what the employer has to mend first; the rest is for the reviewer."""
    if found.blocks:
        raise Incomplete(found.blocks)
    return found


def is_too_near(posting: Posting, person_id: UUID) -> bool:
    """Nobody decides about a posting of their own or of an employer they belong to or once belonged to."""
    belongs = exists().where(Membership.employer_id == posting.employer_id, Membership.person_id == person_id)
    return posting.author_id == person_id or bool(session().scalar(select(belongs)))


def require_distance(posting: Posting, by: Actor) -> None:
    """A decision needs a person who answers for it, and one who is not near."""
    if by.person_id is None or is_too_near(posting, by.person_id):
        raise OwnPosting


def require_reason(reason: str, remarks: Mapping[str, str] | None = None) -> None:
    if not reason.strip() and not any((remarks or {}).values()):
        raise NoReason


def decide(
    posting: Posting, decision: ReviewDecision, reason: str, *, by: Actor, remarks: Mapping[str, str] | None = None, subject: str = ""
) -> None:
    review = PostingReview(
        id=new_key(),
        posting_id=posting.id,
        decision=decision,
        reason=reason.strip(),
        remarks={field: text.strip() for field, text in (remarks or {}).items() if text.strip()},
        by_id=by.person_id,
        at=now(),
    )
    session().add(review)
    telling.tell_author(posting, review, subject)
