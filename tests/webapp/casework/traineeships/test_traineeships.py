from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.factories.casework import make_case, make_client, make_id_number, stored
from tests.factories.destinations import CONTRACT, current, make_destination, make_trainee_post, make_traineeship
from tests.factories.employers import make_employer
from tests.factories.reference import set_parameter
from webapp.access import Actor, Grant, Level, Role
from webapp.casework.models import Case, Standing
from webapp.casework.refusals import NotYet
from webapp.casework.traineeships import operations, queries, rules
from webapp.casework.traineeships.models import Ending, Ground, TraineePost, Traineeship
from webapp.casework.traineeships.queries import Which
from webapp.casework.traineeships.refusals import AlreadyTraining, BadLength, Ended, NoPlaceLeft, NotEligible, NotThatMonth, OutOfTurn, PostClosed
from webapp.db import session, today, transaction

pytestmark = pytest.mark.usefixtures("both")
LIXIA = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),)


def end(row, ending, *, retained, on=None):
    with transaction():
        kept = session().get_one(Traineeship, row.id)
        case = session().get_one(Case, kept.case_id)
        operations.end(case, kept, ending, ended_on=on or today(), retained=retained, by=Actor.SYSTEM, on=today())


@pytest.mark.parametrize(("last", "taken"), [
    (date(2026, 5, 30), False), (date(2026, 5, 31), True), (date(2027, 2, 28), True), (date(2027, 3, 1), False), (date(2026, 2, 1), False),
])  # fmt: skip
def test_an_agreement_lasts_three_to_twelve_months(last, taken):
    with transaction():
        assert (rules.length_trouble(date(2026, 3, 1), last, region="370102", on=today()) == "") is taken


def test_a_post_outside_the_length_is_refused():
    values = operations.PostValues(
        title="见习", places=1, region="370102", allowance=Decimal(3000), from_on=today(), to_on=today() + timedelta(days=20)
    )
    employer = make_employer()
    with transaction(), pytest.raises(BadLength, match="3–12 个月"):
        operations.open_post(employer, values, by=Actor.SYSTEM, on=today())


def test_an_allowance_below_the_minimum_wage_is_flagged_with_the_figure_of_the_place():
    set_parameter("minimum_wage_monthly", "2400")
    with transaction():
        assert rules.allowance_trouble(Decimal(2400), region="370102", on=today()) == ""
        assert "2400 元/月（未核实）" in rules.allowance_trouble(Decimal("2399.99"), region="370102", on=today())


def born(years, *, days=0):
    day = today().replace(year=today().year - years) - timedelta(days=days)
    return f"{day:%Y%m%d}"


@pytest.mark.parametrize(("cohort", "age", "ground"), [
    (today().year - 1, 30, Ground.GRADUATE), (today().year - 3, 30, None), (today().year - 3, 24, Ground.YOUTH), (today().year - 3, 25, None),
    (None, 16, Ground.YOUTH), (None, 40, None),
])  # fmt: skip
def test_who_may_be_a_trainee_and_why(cohort, age, ground):
    case = make_case(client=make_client(id_number=make_id_number(born(age, days=40))), cohort=cohort)
    post = make_trainee_post()
    if ground is None:
        with pytest.raises(NotEligible, match="年龄不在 16–24 岁之间"):
            make_traineeship(case, post)
    else:
        assert make_traineeship(case, post).ground is ground


def test_who_has_work_is_no_trainee():
    case = make_case()
    make_destination(case)
    with pytest.raises(NotEligible, match="已就业"):
        make_traineeship(case)


def test_places_and_people_are_taken_once():
    post, case = make_trainee_post(places=1), make_case()
    make_traineeship(case, post)
    with pytest.raises(AlreadyTraining):
        make_traineeship(case, make_trainee_post())
    with pytest.raises(NoPlaceLeft):
        make_traineeship(make_case(), post)
    with transaction():
        operations.close_post(session().get_one(TraineePost, post.id), by=Actor.SYSTEM, on=today())
    with pytest.raises(PostClosed):
        make_traineeship(make_case(), post)


def test_the_retention_rate_opens_its_people_and_counts_nobody_who_broke_off():
    rows = [make_traineeship() for _ in range(4)]
    for row, ending, retained in zip(rows, (Ending.COMPLETED, Ending.COMPLETED, Ending.EARLY, Ending.QUIT), (True, False, True, False), strict=True):
        end(row, ending, retained=retained)
    make_traineeship(make_case(region="370202"), make_trainee_post(region="370202"))
    with transaction():
        figures = queries.figures(LIXIA)
        opened = {which: {row.id for row in session().scalars(queries.within(LIXIA, which))} for which in Which}
    assert (figures.counts[Which.FINISHED], figures.counts[Which.RETAINED], figures.retention) == (3, 2, "66.7%")
    assert opened[Which.RETAINED] == {rows[0].id, rows[2].id} and opened[Which.BROKEN_OFF] == {rows[3].id}
    assert {which: len(keys) for which, keys in opened.items()} == figures.counts


def test_without_anybody_finished_there_is_no_rate():
    with transaction():
        assert queries.figures(LIXIA).retention == "无"


def test_who_is_retained_has_no_destination_until_somebody_registers_the_contract():
    row = make_traineeship()
    end(row, Ending.COMPLETED, retained=True)
    with transaction():
        case = session().get_one(Case, row.case_id)
    assert current(case) is None and stored(case.id).standing is Standing.UNKNOWN
    make_destination(case, CONTRACT)
    assert stored(case.id).standing is Standing.EMPLOYED


def test_an_end_is_told_once_not_ahead_and_in_a_way_that_adds_up():
    row = make_traineeship()
    for ending, retained in ((Ending.QUIT, True), (Ending.EARLY, False)):
        with pytest.raises(OutOfTurn):
            end(row, ending, retained=retained)
    with pytest.raises(NotYet):
        end(row, Ending.COMPLETED, retained=False, on=today() + timedelta(days=1))
    end(row, Ending.COMPLETED, retained=False)
    with pytest.raises(Ended):
        end(row, Ending.COMPLETED, retained=False)


def test_a_month_is_paid_once_and_corrected_in_the_open():
    row = make_traineeship()

    def pay(amount, month):
        with transaction():
            kept = session().get_one(Traineeship, row.id)
            post = session().get_one(TraineePost, kept.post_id)
            operations.pay(kept, post, month, Decimal(amount), paid_on=today(), by=Actor.SYSTEM, on=today())

    pay("2000", today())
    pay("2600", today())
    with pytest.raises(NotThatMonth):
        pay("2600", today() - timedelta(days=62))
    with transaction():
        ledger = queries.ledger_of(row.id)
        assert [(line.paid, line.due, line.superseded_at is None) for line in ledger] == [
            (Decimal(2600), Decimal(2600), True),
            (Decimal(2000), Decimal(2600), False),
        ]
