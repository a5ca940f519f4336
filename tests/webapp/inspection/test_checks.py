from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person
from tests.factories.employers import make_employer, make_member
from tests.factories.inspection import inspecting, judge, make_draw, make_inspector, stored
from tests.factories.postings import make_application, make_forwarded, make_posting
from tests.factories.reference import set_parameter
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import now, session, transaction
from webapp.inspection import queries
from webapp.inspection.models import CallOutcome, Campaign, Check, Effect, Verdict
from webapp.inspection.operations import campaigns, checks
from webapp.inspection.operations.checks import (
    AlreadyJudged,
    NobodyElse,
    NotAnswered,
    NothingToReopen,
    NotRunning,
    NotYours,
    TooFewAttempts,
    WasAnswered,
)
from webapp.inspection.operations.refusals import NoReason, TooNear
from webapp.ledger import Entry
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations as postings
from webapp.postings.applying import clock
from webapp.postings.models import Posting, PostingReview, PostingState, ReviewDecision

pytestmark = pytest.mark.usefixtures("database")


def log(check: Check, outcome: CallOutcome, verdict: Verdict | None = None, *, by: Person | None = None, days_ago: int = 0, **words: str) -> None:
    with transaction():
        kept = session().get_one(Check, check.id)
        actor = inspecting(by) if by else Actor(kept.inspector_id, "inspector", "web")
        checks.log(kept, outcome, verdict, by=actor, at=now() - timedelta(days=days_ago), **words)


@pytest.fixture
def planner() -> Person:
    return make_inspector()


def test_a_false_posting_is_taken_down_at_once_and_author_and_applicants_are_told(planner):
    posting = make_posting()
    seeker = make_person(name="孙求职")
    application = make_application(posting, seeker)
    _, (check,) = make_draw(planner)
    judge(check, Verdict.FALSE, reason="单位说从未发布过")
    clock.hear_of_closing(posting.id, PostingState.TAKEN_DOWN, lambda: None)  # as the worker that carries the fact does
    found = stored(Check, check.id)
    assert (found.verdict, found.effect, found.reason) == (Verdict.FALSE, Effect.TAKEN_DOWN, "单位说从未发布过")
    assert stored(Posting, posting.id).state is PostingState.TAKEN_DOWN
    with transaction():
        review = session().scalars(select(PostingReview).where(PostingReview.decision == ReviewDecision.TAKEN_DOWN)).one()
        assert (review.reason, review.by_id) == ("岗位抽查发现虚假：单位说从未发布过", planner.id)
        told = {(row.person_id, row.kind) for row in session().scalars(select(Notice))}
        assert (posting.author_id, NoticeKind.REVIEW) in told and (seeker.id, NoticeKind.TAKEN_DOWN) in told
        assert session().scalar(select(Entry.payload).where(Entry.event == "CheckJudged")) == {
            "check_id": str(check.id),
            "posting_id": str(posting.id),
            "verdict": "false",
        }
    assert application.posting_id == posting.id


def test_a_false_forwarded_posting_is_taken_down_as_well(planner):
    posting = make_forwarded()
    _, (check,) = make_draw(planner)
    judge(check, Verdict.FALSE)
    assert stored(Posting, posting.id).state is PostingState.TAKEN_DOWN
    assert stored(Check, check.id).source == "齐鲁人才网"


def test_false_wants_a_reason_that_the_employer_can_read(planner):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    with pytest.raises(NoReason):
        log(check, CallOutcome.REACHED, Verdict.FALSE, reason=" ")
    assert stored(Posting, posting.id).state is PostingState.OPEN
    assert queries_calls(check) == []


def queries_calls(check: Check) -> list[CallOutcome]:
    with transaction():
        return [call.outcome for call in queries.calls_of([check])[check.id]]


@pytest.mark.parametrize(
    ("verdict", "state"), [(Verdict.FILLED, PostingState.FILLED), (Verdict.STOPPED, PostingState.WITHDRAWN)], ids=["filled", "stopped"]
)
def test_a_stale_posting_of_an_employer_is_closed_and_its_author_is_told_why(planner, verdict, state):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    judge(check, verdict, reason="")
    assert stored(Posting, posting.id).state is state
    assert stored(Check, check.id).effect is Effect.STOPPED
    with transaction():
        notice = session().scalars(select(Notice).where(Notice.person_id == posting.author_id, Notice.kind == NoticeKind.REVIEW)).all()[-1]
        assert "停止招聘" in notice.title and notice.body.startswith("岗位抽查：用人单位表示")


@pytest.mark.parametrize("verdict", [Verdict.FILLED, Verdict.STOPPED])
def test_a_stale_forwarded_posting_is_withdrawn_since_nobody_here_could_open_it_again(planner, verdict):
    posting = make_forwarded()
    _, (check,) = make_draw(planner)
    judge(check, verdict)
    assert stored(Posting, posting.id).state is PostingState.WITHDRAWN


def test_a_valid_posting_stays_as_it_is(planner):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    judge(check, Verdict.VALID)
    assert (stored(Posting, posting.id).state, stored(Check, check.id).effect) == (PostingState.OPEN, Effect.NONE)


_LEAVE = {PostingState.WITHDRAWN: postings.withdraw, PostingState.FILLED: postings.fill, PostingState.EXPIRED: postings.lapse}


@pytest.mark.parametrize("left", list(_LEAVE))
def test_what_left_by_itself_meanwhile_and_was_false_does_not_come_back(planner, left):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    with transaction():
        _LEAVE[left](session().get_one(Posting, posting.id), by=Actor.SYSTEM)
    judge(check, Verdict.FALSE)
    assert (stored(Check, check.id).verdict, stored(Check, check.id).effect) == (Verdict.FALSE, Effect.TAKEN_DOWN)
    assert stored(Posting, posting.id).state is PostingState.TAKEN_DOWN


def test_what_is_down_already_is_judged_all_the_same(planner):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    with transaction():
        postings.take_down(session().get_one(Posting, posting.id), "收费", by=inspecting(planner))
    judge(check, Verdict.FALSE)
    assert (stored(Check, check.id).verdict, stored(Check, check.id).effect) == (Verdict.FALSE, Effect.ALREADY_CLOSED)


def test_an_expired_posting_nobody_is_wanted_for_cannot_be_prolonged_unreviewed(planner):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    with transaction():
        postings.lapse(session().get_one(Posting, posting.id), by=Actor.SYSTEM)
    judge(check, Verdict.STOPPED)
    assert (stored(Posting, posting.id).state, stored(Check, check.id).effect) == (PostingState.WITHDRAWN, Effect.STOPPED)


@pytest.mark.parametrize("verdict", [Verdict.VALID, Verdict.FILLED, Verdict.STOPPED])
@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER, CallOutcome.SILENT])
def test_valid_or_stale_cannot_be_known_without_an_answer(planner, verdict, outcome):
    make_posting()
    _, (check,) = make_draw(planner)
    with pytest.raises(NotAnswered):
        log(check, outcome, verdict)


def test_unreachable_wants_attempts_on_different_days(planner):
    make_posting()
    _, (check,) = make_draw(planner)
    log(check, CallOutcome.NO_ANSWER, days_ago=2)
    log(check, CallOutcome.NO_ANSWER, days_ago=2)
    with pytest.raises(TooFewAttempts, match="算上这次是 2 天"):
        log(check, CallOutcome.NO_ANSWER, Verdict.UNREACHABLE)
    log(check, CallOutcome.WRONG_NUMBER, days_ago=1)
    log(check, CallOutcome.SILENT, Verdict.UNREACHABLE)
    assert stored(Check, check.id).verdict is Verdict.UNREACHABLE
    assert len(queries_calls(check)) == 4


def test_the_number_of_days_is_a_parameter(planner):
    make_posting()
    _, (check,) = make_draw(planner)
    set_parameter("spot_check_attempt_days", "1")
    log(check, CallOutcome.NO_ANSWER, Verdict.UNREACHABLE)
    assert stored(Check, check.id).verdict is Verdict.UNREACHABLE


def test_whoever_answered_once_is_not_unreachable(planner):
    make_posting()
    _, (check,) = make_draw(planner)
    for days_ago in (3, 2, 1):
        log(check, CallOutcome.NO_ANSWER, days_ago=days_ago)
    log(check, CallOutcome.REACHED)
    with pytest.raises(WasAnswered):
        log(check, CallOutcome.NO_ANSWER, Verdict.UNREACHABLE)


def test_only_its_inspector_writes_and_only_once_and_only_while_it_runs(planner):
    make_posting()
    campaign, (check,) = make_draw(planner)
    with pytest.raises(NotYours):
        log(check, CallOutcome.REACHED, Verdict.VALID, by=make_inspector())
    judge(check, Verdict.VALID)
    with pytest.raises(AlreadyJudged):
        log(check, CallOutcome.REACHED, Verdict.FALSE, reason="改主意")
    with transaction():
        campaigns.finish(session().get_one(Campaign, campaign.id), by=inspecting(planner))
    with pytest.raises(NotRunning):
        log(check, CallOutcome.REACHED, Verdict.VALID)


def test_the_remark_is_sealed_and_the_ledger_holds_nothing_of_it(planner):
    make_posting()
    _, (check,) = make_draw(planner)
    log(check, CallOutcome.REACHED, Verdict.VALID, remark="接电话的是刘经理 13812345678")
    with transaction():
        (call,) = queries.calls_of([check])[check.id]
        assert call.remark == "接电话的是刘经理 13812345678"
        assert b"13812345678" not in (call.remark_sealed or b"")
        assert "13812345678" not in str([entry.payload for entry in session().scalars(select(Entry))])


def test_an_inspector_who_joined_the_employer_since_may_not_judge_it(planner):
    employer = make_employer()
    make_posting(employer=employer)
    _, (check,) = make_draw(planner)
    make_member(employer, planner)
    for verdict in (Verdict.FALSE, Verdict.VALID, None):
        with pytest.raises(TooNear):
            log(check, CallOutcome.REACHED, verdict, reason="不实")
    assert stored(Check, check.id).verdict is None


def test_the_leader_of_the_campaign_has_a_verdict_checked_again(planner):
    posting = make_posting()
    _, (check,) = make_draw(planner)

    def reopen(reason: str = "记错了岗位") -> None:
        with transaction():
            checks.reopen(session().get_one(Check, check.id), reason, by=inspecting(planner))

    with pytest.raises(NothingToReopen):
        reopen()
    judge(check, Verdict.FALSE)
    with pytest.raises(NoReason):
        reopen(" ")
    reopen()
    found = stored(Check, check.id)
    assert (found.verdict, found.effect, found.reopen_reason) == (None, Effect.TAKEN_DOWN, "记错了岗位")
    with transaction():
        told = session().scalars(select(Notice).where(Notice.subject.startswith(f"{check.id}:again"))).one()
        assert told.person_id == planner.id and "记错了岗位" in told.body
    judge(check, Verdict.VALID)
    assert stored(Check, check.id).effect is Effect.TAKEN_DOWN, "what was done to the posting stays true"
    assert stored(Posting, posting.id).state is PostingState.TAKEN_DOWN


def test_another_inspector_is_drawn_by_the_same_rule_and_told(planner):
    second, third = make_inspector(), make_inspector("370102")
    for number in range(9):
        make_forwarded(source_key=f"{number}")
    _, drawn = make_draw(planner, [planner, second, third])
    check = next(one for one in drawn if one.inspector_id == planner.id)

    def reassign() -> None:
        with transaction():
            checks.reassign(session().get_one(Check, check.id), by=inspecting(planner))

    reassign()
    found = stored(Check, check.id)
    assert found.inspector_id in {second.id, third.id} and found.drawn_id == planner.id
    with transaction():
        assert session().scalar(select(Notice.person_id).where(Notice.subject == str(check.id))) == found.inspector_id
    judge(check, Verdict.VALID)
    with pytest.raises(AlreadyJudged):
        reassign()


def test_who_joined_the_employer_since_is_not_drawn_in_the_place_of_another(planner):
    second, employer = make_inspector(), make_employer()
    make_posting(employer=employer)
    _, (check,) = make_draw(planner, [planner, second])
    make_member(employer, second if check.inspector_id == planner.id else planner)
    with pytest.raises(NobodyElse), transaction():
        checks.reassign(session().get_one(Check, check.id), by=inspecting(planner))


def test_where_nobody_else_may_check_it_stays_where_it_is(planner):
    make_posting()
    _, (check,) = make_draw(planner)
    with pytest.raises(NobodyElse), transaction():
        checks.reassign(session().get_one(Check, check.id), by=inspecting(planner))
