"""The rule of what counts, over the shipped tables: 131 in Jinan, "not fewer than 3" in Liaocheng, a contact a month for long-term unemployed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from tests.factories.casework import make_case, stored
from webapp.casework.models import Case, Stage, Standing, Willingness
from webapp.casework.serving import counting
from webapp.casework.serving.counting import Rules, Told
from webapp.casework.serving.models import CaseItem, PersonState
from webapp.db import engine, session, transaction
from webapp.reference import serving

pytestmark = pytest.mark.usefixtures("database")
ENTERED, ON = date(2026, 7, 1), date(2026, 8, 20)


def a_case(**columns: object) -> Case:
    return make_case(on=ENTERED, **columns)


def outcome(case: Case, *told: Told, on: date = ON) -> counting.Outcome:
    return counting.outcome(case, told, Rules(on))


def told(kind: str, day: int = 10, channel: str = "phone", subject: str = "", *, paper: bool = False) -> Told:
    return Told(kind, date(2026, 7, day), channel, subject or ("岗位" if kind in {"referral", "traineeship"} else ""), paper)


class TestWhatCounts:
    def test_one_visit_counts_once_for_each_kind(self) -> None:
        found = counting.units([told("guidance"), told("guidance", channel="visit"), told("policy"), told("guidance", 11)], ENTERED)
        assert {kind: len(days) for kind, days in found.items()} == {"guidance": 2, "policy": 1}

    def test_a_posting_counts_once_however_often_it_is_named(self) -> None:
        found = counting.units([told("referral", 3, subject="a"), told("referral", 9, subject="a"), told("referral", 9, subject="b")], ENTERED)
        assert found["referral"] == [date(2026, 7, 3), date(2026, 7, 9)]

    @pytest.mark.parametrize("kind", ["guidance", "referral", "training", "traineeship"])
    def test_a_message_to_a_group_is_no_service(self, kind: str) -> None:
        assert "不能算作" in counting.why_not(told(kind, channel="group_message", paper=True))

    def test_a_message_to_one_person_is_no_guidance_and_may_name_a_posting(self) -> None:
        assert counting.why_not(told("guidance", channel="chat"))
        assert counting.why_not(told("referral", channel="chat")) == ""

    def test_training_counts_with_its_paper_alone(self) -> None:
        assert "凭证" in counting.why_not(told("training"))
        assert counting.why_not(told("training", paper=True)) == ""

    def test_what_stands_in_no_table_counts_for_nothing(self) -> None:
        assert counting.why_not(told("massage")) and counting.why_not(told("guidance", channel="pigeon"))

    def test_services_of_an_earlier_stay_do_not_count(self) -> None:
        case = a_case(counts_from=date(2026, 7, 8))
        assert outcome(case, told("guidance", 7), told("guidance", 8)).services == 1


class TestStandards:
    def test_each_place_has_its_own_and_the_nation_stands_in(self) -> None:
        standards = serving.service_standards()
        names = {region: standards.of("graduates", region, ON).name for region in ("370102", "371502", "430102")}
        assert names == {"370102": "131", "371502": "不少于3次", "430102": "311"}
        assert standards.of("nobody", "370102", ON) is None

    def test_a_standard_that_is_only_known_holds_nowhere(self) -> None:
        known = {one.name for one in serving.service_standards().all_of("graduates") if not one.region}
        assert known == {"1131", "3岗位1培训"}

    def test_nothing_that_ships_is_marked_as_confirmed(self) -> None:
        assert not any(row.checked for row in serving.service_standards().rows)

    def test_131_is_met_item_by_item(self) -> None:
        case = a_case()
        three = [told("referral", day, subject=str(day)) for day in (2, 9, 20)]
        found = outcome(case, told("guidance"), *three)
        assert [(item.item, item.done, item.needed, item.done_on) for item in found.items] == [
            ("guidance", 1, 1, date(2026, 7, 10)),
            ("referral", 3, 3, date(2026, 7, 20)),
            ("skills", 0, 1, None),
        ]
        assert (found.items_done, found.items_due, found.state) == (2, 3, PersonState.DUE)
        assert outcome(case, told("guidance"), *three, told("traineeship")).state is PersonState.MET
        assert outcome(case, told("guidance"), *three, told("training", paper=True)).state is PersonState.MET

    def test_not_fewer_than_three_takes_services_of_any_kind(self) -> None:
        case = a_case(region="371502")
        assert outcome(case, told("guidance"), told("policy")).state is PersonState.DUE
        assert outcome(case, told("guidance"), told("policy"), told("startup")).state is PersonState.MET

    def test_what_is_not_done_within_its_days_is_overdue_from_the_next(self) -> None:
        last = ENTERED + timedelta(days=90)
        assert outcome(a_case(), on=last).state is PersonState.DUE
        late = outcome(a_case(), on=last + timedelta(days=1))
        assert (late.state, late.overdue_since) == (PersonState.OVERDUE, last + timedelta(days=1))

    @pytest.mark.parametrize(
        "columns",
        [{"willingness": Willingness.UNWILLING}, {"standing": Standing.EMPLOYED}, {"standing": Standing.STUDYING}, {"stage": Stage.CLOSED}],
    )
    def test_of_who_is_not_looking_placed_or_gone_nothing_is_asked(self, columns: dict[str, object]) -> None:
        found = outcome(a_case(**columns), told("guidance"), on=date(2027, 1, 1))
        assert (found.state, found.items_due, found.overdue_since, found.services) == (PersonState.NONE, 0, None, 1)


class TestEveryMonth:
    @pytest.mark.parametrize(
        ("contacted", "on", "due", "late"),
        [
            (None, date(2026, 7, 31), date(2026, 7, 31), None),
            (None, date(2026, 8, 1), date(2026, 7, 31), date(2026, 8, 1)),
            (date(2026, 7, 2), date(2026, 7, 31), None, None),
            (date(2026, 7, 2), date(2026, 8, 31), date(2026, 8, 31), None),
            (date(2026, 7, 2), date(2026, 9, 1), date(2026, 8, 31), date(2026, 9, 1)),
            (date(2026, 7, 2), date(2026, 12, 9), date(2026, 8, 31), date(2026, 9, 1)),
        ],
    )
    def test_a_contact_is_due_by_the_end_of_the_month_after_the_last(
        self, contacted: date | None, on: date, due: date | None, late: date | None
    ) -> None:
        found = outcome(a_case(programme="long_unemployed_youth", cohort=None, contacted_on=contacted), on=on)
        assert (found.items[0].due_on, found.overdue_since) == (due, late)


class TestCountingMany:
    def test_a_thousand_cases_are_counted_with_a_handful_of_statements(self) -> None:
        cases = [a_case() for _ in range(30)]
        with transaction():
            counting.count_many([case.id for case in cases], Rules(ON))
        said: list[str] = []
        listening = event.listens_for(engine(), "before_cursor_execute")
        listening(lambda *told: said.append(told[2]))
        with transaction():
            assert counting.count_many([case.id for case in cases], Rules(date(2026, 12, 1))) == 30
        assert len(said) < 12
        assert stored(cases[0].id).overdue_since == ENTERED + timedelta(days=91)

    def test_counting_again_changes_nothing(self) -> None:
        case = a_case()
        with transaction():
            counting.count_case(case.id, on=ON)
            first = {(row.item, row.due_on) for row in session().scalars(select(CaseItem))}
        with transaction():
            assert counting.count_many([case.id], Rules(ON)) == 0
            assert {(row.item, row.due_on) for row in session().scalars(select(CaseItem))} == first
        assert len(first) == 3
