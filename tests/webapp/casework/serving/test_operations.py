from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.casework import caseworking, make_case, make_caseworker, stored
from tests.factories.files import PNG
from tests.factories.serving import make_plan, make_service, service, steps
from webapp import files
from webapp.access import Actor
from webapp.casework.models import Case, Stage
from webapp.casework.refusals import (
    BeforeEntry,
    Left,
    NoOperator,
    NoReason,
    NoSteps,
    NothingSaid,
    NotKnown,
    NotYet,
    Superseded,
    TooLongAgo,
    WithoutPosting,
)
from webapp.casework.serving import operations, planning, queries
from webapp.casework.serving.models import Entered, Plan, PlanStep, ServiceRecord
from webapp.casework.serving.planning import PlanValues, StepValues
from webapp.db import session, today, transaction

pytestmark = pytest.mark.usefixtures("both")
LONG_AGO = today() - timedelta(days=400)


def log(case, by, **changes):
    with transaction():
        return operations.log_service(session().get_one(Case, case.id), service(**changes), by=by, on=today())


class TestLogging:
    def test_a_service_names_who_did_what_when_and_how_and_counts_at_once(self):
        worker = make_caseworker()
        case = make_case(caseworker=worker)
        row = make_service(case, worker)
        with transaction():
            held = session().get_one(ServiceRecord, row.id)
            assert (held.type, held.channel, held.by_id, held.role, held.entered) == ("guidance", "phone", worker.id, "caseworker", Entered.WEB)
            assert held.content.startswith("想做会计") and b"\xe4\xbc\x9a" not in held.content_sealed
        now = stored(case.id)
        assert (now.services, now.items_done, now.items_due, now.contacted_on) == (1, 1, 3, today())
        assert steps(case)[0] == "职业指导（电话）"

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"on": today() + timedelta(days=1)}, NotYet),
            ({"on": today() - timedelta(days=500)}, TooLongAgo),
            ({"on": today() - timedelta(days=40)}, BeforeEntry),
            ({"content": "   "}, NothingSaid),
            ({"type": "massage"}, NotKnown),
            ({"channel": "pigeon"}, NotKnown),
            ({"type": "referral"}, WithoutPosting),
        ],
    )
    def test_what_is_no_service_is_refused(self, changes, refusal):
        case = make_case(on=today() - timedelta(days=30))
        with pytest.raises(refusal):
            log(case, caseworking(make_caseworker()), **changes)
        assert stored(case.id).services == 0

    def test_nobody_serves_without_being_somebody(self):
        with pytest.raises(NoOperator):
            log(make_case(), Actor.SYSTEM)

    def test_whoever_left_is_not_served(self):
        with pytest.raises(Left):
            log(make_case(stage=Stage.CLOSED), caseworking(make_caseworker()))

    def test_what_is_written_days_later_is_told_apart(self):
        case = make_case(on=LONG_AGO)
        assert make_service(case, on=today() - timedelta(days=1)).entered is Entered.WEB
        assert make_service(case, on=today() - timedelta(days=2)).entered is Entered.LATE

    def test_a_message_to_a_group_is_written_down_and_counts_for_nothing(self):
        case = make_case()
        make_service(case, channel="group_message")
        assert (stored(case.id).services, stored(case.id).contacted_on) == (0, None)

    def test_the_same_posting_named_twice_counts_once_blanks_and_width_aside(self):
        case = make_case()
        for subject in ("济南甲公司 会计", "济南甲公司会计", "济南甲公司　会计", "济南乙公司 出纳"):
            make_service(case, type="referral", subject=subject)
        assert stored(case.id).services == 2

    def test_training_counts_with_a_paper(self):
        case = make_case()
        make_service(case, type="training")
        assert stored(case.id).services == 0
        row = make_service(case, type="training", evidence=files.lay_down(PNG, "报名表.png", files.DOCUMENTS))
        assert row.evidence_id is not None and stored(case.id).services == 1


class TestCorrecting:
    def test_a_mistake_is_superseded_and_stays_readable(self):
        worker = make_caseworker()
        case = make_case(caseworker=worker)
        first = make_service(case, worker)
        with transaction():
            row, held = session().get_one(ServiceRecord, first.id), session().get_one(Case, case.id)
            with pytest.raises(NoReason):
                operations.correct_service(row, held, service(type="policy"), reason=" ", by=caseworking(worker), on=today())
            operations.correct_service(row, held, service(type="policy"), reason="记错了类型", by=caseworking(worker), on=today())
        with transaction():
            rows = {row.type: row for row in session().scalars(select(ServiceRecord))}
            assert (rows["guidance"].holds, rows["guidance"].reason, rows["policy"].corrects_id) == (False, "记错了类型", first.id)
            with pytest.raises(Superseded):
                operations.strike_service(rows["guidance"], session().get_one(Case, case.id), reason="x", by=caseworking(worker), on=today())
        assert (stored(case.id).services, stored(case.id).items_done) == (1, 0)

    def test_what_never_was_is_struck_out(self):
        worker = make_caseworker()
        case = make_case(caseworker=worker)
        row = make_service(case, worker)
        with transaction():
            operations.strike_service(
                session().get_one(ServiceRecord, row.id),
                session().get_one(Case, case.id),
                reason="记到别人名下了",
                by=caseworking(worker),
                on=today(),
            )
        assert stored(case.id).services == 0
        assert steps(case)[0] == "作废：职业指导"


class TestPlans:
    def test_the_plan_that_holds_is_the_latest_and_the_first_stays(self):
        case = make_case()
        make_plan(case, due_on=today() + timedelta(days=9))
        second = make_plan(case, goal="先参加见习")
        held = stored(case.id)
        assert (held.has_plan, held.next_on, held.next_what) == (True, today() + timedelta(days=9), "帮扶计划的步骤")
        with transaction():
            row = session().get_one(Case, case.id)
            assert [plan.number for plan in queries.plans_of(row)] == [2, 1]
            assert queries.plan_of(row).id == second.id and queries.plan_of(row).goal == "先参加见习"

    def test_a_plan_says_where_it_leads_and_by_which_steps(self):
        by, case = caseworking(make_caseworker()), make_case()
        with transaction():
            row = session().get_one(Case, case.id)
            with pytest.raises(NothingSaid):
                planning.make_plan(row, PlanValues(" ", (StepValues("见面"),)), by=by, on=today())
            with pytest.raises(NoSteps):
                planning.make_plan(row, PlanValues("就业", ()), by=by, on=today())

    def test_a_step_is_done_once(self):
        case, by = make_case(), caseworking(make_caseworker())
        plan = make_plan(case)
        for day in (today(), today() + timedelta(days=1)):
            with transaction():
                row = session().get_one(Plan, plan.id)
                step = queries.steps_of_plan(row)[0]
                planning.finish_step(row, step, session().get_one(Case, case.id), by=by, on=day)
        with transaction():
            assert [step.done_on for step in session().scalars(select(PlanStep).order_by(PlanStep.position))] == [today(), None]
