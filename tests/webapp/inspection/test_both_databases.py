"""What must hold on SQLite and on PostgreSQL: two people at once, and the questions that the databases understand differently."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_person
from tests.factories.inspection import SEED, inspecting, judge, make_campaign, make_draw, make_inspector, make_report, make_taken, stored
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.conftest import enter
from webapp import db
from webapp.access import Actor
from webapp.accounts import limits
from webapp.accounts import queries as people
from webapp.app import create_app
from webapp.db import new_key, now, session, transaction
from webapp.inspection import figures, queries, watchlist
from webapp.inspection.figures import Group
from webapp.inspection.models import Call, CallOutcome, Campaign, Check, Decision, PublicReport, ReportKind, Verdict
from webapp.inspection.operations import campaigns, checks, forgetting, phones, reports
from webapp.inspection.operations.refusals import Refusal
from webapp.inspection.phone_file import PhoneRow
from webapp.postings.models import Posting, PostingReview, PostingState
from webapp.reference import phones as phone_book
from webapp.reference.models import PhonePurpose

pytestmark = pytest.mark.usefixtures("both")
AT_ONCE = 6


def at_once(work: Callable[[int], object]) -> Counter[str]:
    """What became of AT_ONCE tries that began together: the names of their refusals, or `done`."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> str:
        barrier.wait()
        try:
            with transaction():
                work(number)
        except (Refusal, limits.TooMany) as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def test_of_many_who_draw_at_once_one_draws():
    planner = make_inspector()
    for number in range(20):
        make_forwarded(source_key=f"{number}")
    campaign, grants, roster = make_campaign(planner, rate=5000), people.grants_of(planner.id), [planner.id, make_inspector().id]

    def draw(number: int) -> None:
        kept = queries.campaign(campaign.id, grants, for_change=True)
        assert kept is not None
        campaigns.fix_seed(kept, f"seed{number:04d}", roster, by=inspecting(planner))
        campaigns.draw(kept, campaigns.sample(kept), roster, by=inspecting(planner))

    assert at_once(draw) == {"done": 1, "IllegalMove": AT_ONCE - 1}
    with transaction():
        assert session().scalar(select(func.count()).select_from(Check)) == 10
        assert figures.redraw(session().get_one(Campaign, campaign.id)).same


def test_of_many_verdicts_at_once_one_counts_and_the_posting_is_closed_once():
    planner = make_inspector()
    posting = make_posting()
    _, (check,) = make_draw(planner)
    grants = people.grants_of(planner.id)

    def judge_it(number: int) -> None:
        kept = queries.drawable_check(check.id, planner.id, grants, for_change=True)
        assert kept is not None
        checks.log(kept, CallOutcome.REACHED, Verdict.FALSE, reason=f"第 {number} 次", by=inspecting(planner))

    assert at_once(judge_it) == {"done": 1, "AlreadyJudged": AT_ONCE - 1}
    with transaction():
        assert session().get_one(Posting, posting.id).state is PostingState.TAKEN_DOWN
        assert session().scalar(select(func.count()).select_from(PostingReview).where(PostingReview.reason.startswith("岗位抽查"))) == 1


def test_nothing_is_written_down_once_a_campaign_is_finished():
    planner = make_inspector()
    for number in range(AT_ONCE - 1):
        make_forwarded(source_key=f"{number}")
    campaign, drawn = make_draw(planner, due_on=db.today() - timedelta(days=1))
    grants = people.grants_of(planner.id)

    def work(number: int) -> None:
        if number == len(drawn):
            kept = queries.campaign(campaign.id, grants, for_change=True)
            assert kept is not None
            campaigns.finish(kept, by=inspecting(planner))
            return
        check = queries.drawable_check(drawn[number].id, planner.id, grants, for_change=True)
        assert check is not None
        checks.log(check, CallOutcome.REACHED, Verdict.VALID, by=inspecting(planner))

    became = at_once(work)
    assert became["done"] + became["NotRunning"] == AT_ONCE
    finished = stored(Campaign, campaign.id).finished_at
    with transaction():
        calls = session().scalars(select(Call)).all()
        assert len(calls) == became["done"] - 1 and all(call.at <= finished for call in calls)


def test_of_many_who_take_a_report_at_once_one_owns_it():
    handlers = [make_inspector() for _ in range(AT_ONCE)]
    report, _ = make_report(make_forwarded())

    def take(number: int) -> None:
        kept = queries.report(report.id, people.grants_of(handlers[number].id), for_change=True)
        assert kept is not None
        reports.take(kept, by=inspecting(handlers[number]))

    assert at_once(take) == {"done": 1, "HasOwner": AT_ONCE - 1}
    assert stored(PublicReport, report.id).handler_id in {one.id for one in handlers}


def test_one_form_sent_many_times_at_once_is_one_report():
    posting, once = make_forwarded(), new_key()

    def send(number: int) -> None:
        reports.receive(
            session().get_one(Posting, posting.id),
            ReportKind.FEE,
            "要交钱。",
            once=once,
            origin=bytes([number]) * 32,
            by=Actor(None, "visitor", "web"),
        )

    assert at_once(send) == {"done": 1, "AlreadyReceived": AT_ONCE - 1}


def test_of_many_from_one_origin_at_once_no_more_pass_than_the_limit():
    posting = make_forwarded()
    make_report(posting)

    def send(number: int) -> None:
        make = {"once": new_key(), "origin": b"o" * 32, "by": Actor(None, "visitor", "web")}
        reports.receive(session().get_one(Posting, posting.id), ReportKind.FEE, "要交钱。", **make)

    assert at_once(send) == {"done": 4, "TooMany": AT_ONCE - 4}


def test_the_questions_answer_alike():
    planner = make_inspector()
    for number in range(12):
        make_forwarded(source_key=f"{number}", region="370102" if number % 2 else "370103", source_title="某 台" if number % 3 else "")
    campaign, drawn = make_draw(planner, seed=SEED)
    for check, verdict in zip(drawn, [Verdict.VALID] * 9 + [Verdict.FALSE, Verdict.FILLED, Verdict.STOPPED], strict=True):
        judge(check, verdict)
    grants = people.grants_of(planner.id)
    with transaction():
        kept = session().get_one(Campaign, campaign.id)
        found = figures.result(kept)
        assert found.total.counts == {Group.VALID: 9, Group.FALSE: 1, Group.STALE: 2}
        assert found.total.known is not None and found.total.known.value == pytest.approx(0.75)
        assert [line.label for line in found.sources] == ["来源未注明平台", "某 台"]
        assert len(session().scalars(figures.rows(kept, source="某 台", group=Group.VALID)).all()) == found.sources[1].counts[Group.VALID]
        assert figures.redraw(kept).same
        assert session().scalars(queries.own_checks(planner.id, grants, done=True)).all()
        assert {one.name for one in watchlist.watchlist(grants).sources} == {
            line.label for line in found.sources if line.counts[Group.VALID] < line.size
        }


def test_the_desk_counts_alike_and_wipes_alike():
    planner = make_inspector()
    first, second = (make_report(make_forwarded(source_key=f"{number}"), reporter_id=make_person().id)[0] for number in range(2))
    make_taken(first, planner)
    grants = people.grants_of(planner.id)
    with transaction():
        session().get_one(PublicReport, second.id).due_at = now() - timedelta(days=1)
    with transaction():
        assert queries.queue_counts(planner.id, grants) == {"waiting": 1, "mine": 1, "offered": 0, "in_hand": 1, "late": 1, "decided": 0}
        kept = session().get_one(PublicReport, first.id)
        reports.decide([kept], Decision.UNFOUNDED, "没有收费。", by=inspecting(planner))
        kept.decided_at = now() - timedelta(days=2000)
    with transaction():
        assert forgetting.forget(on=db.today(), by=Actor.SYSTEM) == 1


def test_the_phone_book_answers_alike():
    for region, number in (("370000", "0531-10000000"), ("370100", "0531-10000001")):
        with transaction():
            phones.save(None, PhoneRow(region=region, purpose=PhonePurpose.RIGHTS, number=number), by=Actor.SYSTEM)
    with transaction():
        assert [line.number for line in phone_book.lines_for("370102")] == ["0531-10000001", "12333"]
        assert [line.number for line in phone_book.lines_for("370202")] == ["0531-10000000", "12333"]


def test_an_address_with_a_sign_that_no_database_keeps_is_answered(settings):
    """NUL in what is looked for: PostgreSQL would refuse the question."""
    planner = make_inspector()
    make_forwarded()
    campaign, _ = make_draw(planner)
    app = create_app(settings)
    client = app.test_client()
    enter(client, planner)
    for path in (
        f"/inspection/campaigns/{campaign.id}/checks",
        "/inspection/watchlist/of",
        "/inspection/reports",
        "/phones",
        "/inspection/campaigns/new",
    ):
        answer = client.get(path, query_string=dict.fromkeys(("county", "source", "employer", "queue", "region", "figure"), "甲\x00"))
        assert answer.status_code == 200, path
        answer.close()
