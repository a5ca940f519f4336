"""The formula of the 急需紧缺目录, by hand and by properties; and the periods it is made for."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.demand.catalogue_models import InputKind, OccupationLevel, RankChange
from webapp.demand.formula import Entry, Line, Weights, compute, digest
from webapp.demand.periods import Period, around, offered

UNIT, MINOR = OccupationLevel.UNIT, OccupationLevel.MINOR
WEIGHTS = Weights(gap=Decimal("0.7"), counties=Decimal("0.3"), least_demand=5, least_reporters=2, rows_max=50)


def posting(occupation: str, count: int, *, county: str = "370102", reporter: str = "甲", carried: bool = False) -> Line:
    return Line(InputKind.POSTING, occupation, county, reporter, count, carried)


def seekers(occupation: str, count: int, kind: InputKind = InputKind.SEEKERS) -> Line:
    return Line(kind, occupation, "370102", "", count, carried=False)


def ranked(lines: list[Line], previous: dict[OccupationLevel, dict[str, int]] | None = None, weights: Weights = WEIGHTS) -> list[Entry]:
    return compute(lines, weights, previous)[UNIT]


WELD = [posting("6-18-02-04", 30), posting("6-18-02-04", 10, county="370103", reporter="乙", carried=True), seekers("6-18-02-04", 10)]
CLEAN = [posting("4-09-08-01", 20), posting("4-09-08-01", 5, reporter="乙"), seekers("4-09-08-01", 5)]


class TestByHand:
    def test_each_figure_is_what_the_page_says_it_is(self) -> None:
        first, second = ranked([*WELD, *CLEAN, seekers("", 13, InputKind.ANY)])
        assert (first.occupation, first.demand, first.demand_carried, first.seekers, first.gap) == ("6-18-02-04", 40, 10, 10, 30)
        assert first.spread == 800, "13 x 40 / 65 = 8"
        assert first.ratio == 222, "40 / (10 + 8)"
        assert (first.employers, first.counties, first.typical) == (2, 2, "370102")
        assert first.score == 10_000, "0.7 x 30/30 + 0.3 x 2/2"
        assert (second.gap, second.score, second.ratio) == (20, round(10_000 * (0.7 * 20 / 30 + 0.3 / 2)), 250)

    def test_where_nobody_wants_the_work_there_is_no_ratio(self) -> None:
        [one] = ranked([posting("6-18-02-04", 5), posting("6-18-02-04", 5, reporter="乙"), seekers("", 4, InputKind.ANY)])
        assert (one.ratio, one.gap, one.spread) == (None, 10, 400)

    def test_a_gap_the_least_demand_and_enough_employers_are_asked_for(self) -> None:
        for left_out in (
            [posting("6-18-02-04", 2), posting("6-18-02-04", 2, reporter="乙")],
            [posting("6-18-02-04", 50), posting("6-18-02-04", 50)],
            [*WELD, seekers("6-18-02-04", 30)],
        ):
            assert ranked(left_out) == []

    def test_more_counties_may_outweigh_a_larger_gap(self) -> None:
        wide = [posting("4-09-08-01", 7, county=f"37010{number}", reporter=f"单位{number}") for number in range(1, 5)]
        narrow = [posting("6-18-02-04", 15), posting("6-18-02-04", 15, reporter="乙")]
        assert [one.occupation for one in ranked([*wide, *narrow])] == ["4-09-08-01", "6-18-02-04"]

    def test_the_small_class_is_rolled_up_and_a_class_stands_in_it_alone(self) -> None:
        lines = [*WELD, posting("6-18-02-05", 6, reporter="丙"), posting("6-18-02", 4, reporter="丁"), posting("6-18", 9), posting("", 9)]
        listed = compute(lines, WEIGHTS, None)
        assert [(one.occupation, one.demand) for one in listed[MINOR]] == [("6-18-02", 50)]
        assert [(one.occupation, one.demand) for one in listed[UNIT]] == [("6-18-02-04", 40)]

    def test_a_person_of_two_units_is_one_of_their_class(self) -> None:
        lines = [*WELD, seekers("6-18-02-05", 10), seekers("6-18-02", 10, InputKind.MINOR_SEEKERS)]
        [one] = compute(lines, WEIGHTS, None)[MINOR]
        assert (one.demand, one.seekers, one.gap) == (40, 10, 30)
        [old] = compute(lines, WEIGHTS, None, "gap-counties-1")[MINOR]
        assert old.seekers == 20, "what was frozen by the first formula is proved by it"

    def test_what_was_told_of_a_whole_city_is_of_no_county(self) -> None:
        lines = [posting("6-18-02-04", 30, county="370100"), posting("6-18-02-04", 10, reporter="乙"), posting("4-09-08-01", 9, county="370103")]
        [one] = ranked(lines)
        assert (one.demand, one.counties, one.typical, one.score) == (40, 1, "370102", round(10_000 * (0.7 + 0.3 / 2)))
        [one] = ranked([posting("6-18-02-04", 30, county="370100"), posting("6-18-02-04", 10, county="370100", reporter="乙")])
        assert (one.counties, one.typical, one.score) == (0, "", 7000)
        [old] = compute(lines, WEIGHTS, None, "gap-counties-1")[UNIT]
        assert old.counties == 2

    def test_the_list_is_cut_at_its_length(self) -> None:
        weights = Weights(gap=WEIGHTS.gap, counties=WEIGHTS.counties, least_demand=1, least_reporters=1, rows_max=3)
        lines = [posting(f"6-18-02-{number:02d}", number) for number in range(1, 9)]
        assert [one.occupation for one in ranked(lines, weights=weights)] == ["6-18-02-08", "6-18-02-07", "6-18-02-06"]

    def test_ranks_are_told_against_the_period_before(self) -> None:
        listed = ranked([*WELD, *CLEAN], {UNIT: {"4-09-08-01": 1, "2-06-03-00": 2}, MINOR: {}})
        assert [(one.occupation, one.rank, one.previous_rank, one.change) for one in listed] == [
            ("6-18-02-04", 1, None, RankChange.NEW),
            ("4-09-08-01", 2, 1, RankChange.DOWN),
            ("2-06-03-00", None, 2, RankChange.LEFT),
        ]
        same = ranked([*WELD, *CLEAN], {UNIT: {"6-18-02-04": 1, "4-09-08-01": 5}})
        assert [one.change for one in same] == [RankChange.SAME, RankChange.UP]
        assert {one.change for one in ranked([*WELD, *CLEAN])} == {RankChange.FIRST}


_lines = st.lists(
    st.builds(
        Line,
        kind=st.sampled_from(list(InputKind)),
        occupation=st.sampled_from(["6-18-02-04", "6-18-02-05", "4-09-08-01", "6-18-02", ""]),
        county=st.sampled_from(["370102", "370103", "370104"]),
        reporter=st.sampled_from("甲乙丙丁"),
        count=st.integers(1, 99),
        carried=st.booleans(),
        urgent=st.booleans(),
    ),
    max_size=30,
)


class TestAlways:
    @given(_lines, st.randoms())
    def test_the_order_of_what_was_counted_says_nothing(self, lines: list[Line], chance) -> None:
        mixed = list(lines)
        chance.shuffle(mixed)
        assert compute(lines, WEIGHTS, None) == compute(mixed, WEIGHTS, None)

    @given(_lines)
    def test_ranks_run_from_one_and_scores_fall(self, lines: list[Line]) -> None:
        for entries in compute(lines, WEIGHTS, None).values():
            assert [one.rank for one in entries] == list(range(1, len(entries) + 1))
            assert [one.score for one in entries] == sorted((one.score for one in entries), reverse=True)
            assert all(one.gap == one.demand - one.seekers > 0 and 0 < one.score <= 10_000 for one in entries)
            assert all(one.demand_carried <= one.demand and one.urgent <= one.demand and one.counties <= one.demand for one in entries)

    @given(_lines)
    def test_against_itself_nothing_rises_falls_or_leaves(self, lines: list[Line]) -> None:
        first = compute(lines, WEIGHTS, None)
        again = compute(lines, WEIGHTS, {level: {one.occupation: one.rank for one in entries} for level, entries in first.items()})
        assert {one.change for entries in again.values() for one in entries} <= {RankChange.SAME}

    @given(_lines)
    def test_what_units_sum_up_to_is_in_the_small_class(self, lines: list[Line]) -> None:
        loose = Weights(gap=WEIGHTS.gap, counties=WEIGHTS.counties, least_demand=1, least_reporters=1, rows_max=99)
        listed = compute(lines, loose, None)
        units = {one.occupation: one.demand for one in listed[UNIT]}
        for one in listed[MINOR]:
            assert sum(demand for code, demand in units.items() if code.startswith(one.occupation)) <= one.demand

    def test_a_digest_tells_every_figure_and_the_order(self) -> None:
        assert len({digest(order) for order in permutations(WELD)}) == 6
        assert digest(WELD) == digest(list(WELD))
        assert digest(WELD) != digest([*WELD[:-1], seekers("6-18-02-04", 11)])


class TestPeriods:
    @pytest.mark.parametrize(
        ("code", "start", "end", "before"),
        [
            ("2026Q1", date(2026, 1, 1), date(2026, 3, 31), "2025Q4"),
            ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026Q3"),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
            ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026-11"),
            ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ],
    )
    def test_a_period_knows_its_days(self, code: str, start: date, end: date, before: str) -> None:
        period = Period.of(code)
        assert period is not None
        assert (period.start, period.end, period.before.code) == (start, end, before)
        assert period.ends - period.begins == timedelta(days=(end - start).days + 1)

    @pytest.mark.parametrize("code", ["", "2026Q5", "2026-13", "2026", "26Q1", "2026Q1 ", "1999-01", "2026-00"])
    def test_what_names_none_is_none(self, code: str) -> None:
        assert Period.of(code) is None

    @given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.booleans())
    def test_every_day_lies_in_its_period_and_periods_touch(self, day: date, quarter: bool) -> None:
        period = around(day, quarter=quarter)
        assert period.start <= day <= period.end
        assert period.before.end + timedelta(days=1) == period.start

    def test_the_running_ones_and_three_before_are_offered(self) -> None:
        assert [period.code for period in offered(date(2026, 2, 10))] == [
            "2026Q1", "2025Q4", "2025Q3", "2025Q2", "2026-02", "2026-01", "2025-12", "2025-11",
        ]  # fmt: skip
