"""A change of an open posting: written by its employer, reviewed as a difference, and shown to nobody else before it is approved."""

from collections.abc import Mapping
from datetime import date

from webapp import events
from webapp.access import Actor
from webapp.db import new_key, now, session, today
from webapp.ledger import record
from webapp.postings import gating, operations
from webapp.postings.models import Posting, PostingState, ReviewDecision
from webapp.postings.operations import ChangedMeanwhile, IllegalMove
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing.models import CHANGEABLE, ChangeState, PostingChange
from webapp.postings.reviewing.risks import risks_of
from webapp.postings.values import PostingValues, as_json, from_json, values_of


class ChangeWaits(Refusal):
    says = "这个岗位的修改正在审核，暂时不能再改。可以先撤回审核，再继续修改"


class NothingChanged(Refusal):
    says = "和现在发布的内容一样，没有要审核的修改"


def propose(posting: Posting, values: PostingValues, *, by: Actor) -> PostingChange:
    """Keeps what the employer wants an open posting to say instead; nobody else sees it yet.

    Raises IllegalMove where the posting is not open or paused, ChangeWaits while one is in review.
    """
    if posting.state not in {PostingState.OPEN, PostingState.PAUSED} or posting.is_forwarded:
        raise IllegalMove(posting.state, posting.state)
    change = reviewing.live_change(posting)
    if change is None:
        change = PostingChange(id=new_key(), posting_id=posting.id, by_id=by.person_id, created_at=now())
        session().add(change)
    elif change.state not in CHANGEABLE:
        raise ChangeWaits
    change.content, change.state = as_json(values), ChangeState.DRAFT
    record(events.PostingChangeProposed(str(posting.id)), by=by)
    return change


def submit(posting: Posting, change: PostingChange, *, by: Actor, on: date, remark: str = "") -> None:
    """Hands the change to the reviewers; the posting stays as it is. Raises NotVerified, Incomplete, NothingChanged, ChangeWaits."""
    if change.state not in CHANGEABLE:
        raise ChangeWaits
    values = from_json(change.content)
    if values == values_of(posting):
        raise NothingChanged
    employer = operations.require_verified(posting, on)
    found = operations.require_passable(gating.verdict_of_change(posting, values, employer, on=on, remark=remark))
    change.state, change.submitted_at = ChangeState.IN_REVIEW, now()
    reviewing.hand_in(posting, change=change, risks=risks_of(posting, values, employer, found.flags, on=on), remark=remark)
    record(events.PostingChangeSubmitted(str(posting.id)), by=by)


def approve(posting: Posting, change: PostingChange, *, by: Actor, seen: int | None = None) -> None:
    """The posting says from now on what was proposed. Raises OwnPosting, HeldByAnother, ChangedMeanwhile, Incomplete, IllegalMove."""
    _require_change(posting, change, by)
    if seen not in {None, change.version}:
        raise ChangedMeanwhile
    on, values = today(), from_json(change.content)
    employer = operations.require_verified(posting, on)
    remark = reviewing.remark_on(posting)
    operations.require_passable(gating.verdict_of_change(posting, values, employer, on=on, remark=remark))
    operations.write(posting, values)
    posting.confirmed_on = on
    change.state = ChangeState.APPLIED
    reviewing.settle(posting, ReviewDecision.APPROVED, by=by)
    operations.decide(posting, ReviewDecision.APPROVED, "", by=by, subject="修改")
    record(events.PostingChanged(str(posting.id)), by=by)


def return_(posting: Posting, change: PostingChange, reason: str, *, by: Actor, remarks: Mapping[str, str] | None = None) -> None:
    """The posting stays as it is, its employer learns why. Raises OwnPosting, HeldByAnother, NoReason, IllegalMove."""
    _require_change(posting, change, by)
    operations.require_reason(reason, remarks)
    change.state = ChangeState.RETURNED
    reviewing.settle(posting, ReviewDecision.RETURNED, by=by)
    operations.decide(posting, ReviewDecision.RETURNED, reason, by=by, remarks=remarks, subject="修改")
    record(events.PostingChangeReturned(str(posting.id)), by=by)


def take_back(posting: Posting, change: PostingChange, *, by: Actor) -> None:
    """Out of review, to be written further."""
    if change.state is not ChangeState.IN_REVIEW:
        raise NothingChanged
    reviewing.take_back(posting, change, by=by)
    change.state = ChangeState.DRAFT
    record(events.PostingChangeProposed(str(posting.id)), by=by)


def drop(posting: Posting, *, by: Actor) -> None:
    """The employer gives up what it proposed. Raises NothingChanged."""
    if reviewing.drop_change(posting, by=by) is None:
        raise NothingChanged


def _require_change(posting: Posting, change: PostingChange, by: Actor) -> None:
    operations.require_distance(posting, by)
    reviewing.require_free(posting, by=by)
    if change.state is not ChangeState.IN_REVIEW or posting.state not in {PostingState.OPEN, PostingState.PAUSED}:
        raise IllegalMove(posting.state, posting.state)
