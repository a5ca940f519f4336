import csv
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SHARED
from tests.webapp.reference.wage_cases import cases
from webapp.reference.models import WageUnit
from webapp.reference.wages import Factors, Wage, from_numbers, in_json, monthly, parse, show

FACTORS = Factors(Decimal("21.75"), Decimal(8), Decimal(24))
MONTH, DAY, HOUR, YEAR = WageUnit.MONTH, WageUnit.DAY, WageUnit.HOUR, WageUnit.YEAR


def test_every_labelled_text_is_read_as_a_person_reads_it() -> None:
    judged = [(text, right, parse(text)) for text, right in cases()]
    wrong = [entry for entry in judged if entry[1] != entry[2]]
    assert len(judged) == 200
    assert wrong == []


@pytest.mark.real_data
def test_98_percent_of_the_real_texts_by_count_are_read() -> None:
    with (SHARED / "data" / "wage_texts.csv").open(encoding="utf-8", newline="") as file:
        rows = [(parse(row["text"]), int(row["count"])) for row in csv.DictReader(file)]
    read = sum(count for wage, count in rows if wage.is_stated or wage.negotiable)
    assert read / sum(count for _, count in rows) >= 0.98


@pytest.mark.parametrize(
    ("text", "wage"),
    [
        ("６０００－８０００元／月", Wage(MONTH, low=6000, high=8000)),
        ("6,000-8,000元/月", Wage(MONTH, low=6000, high=8000)),
        ("8000-1.2万", Wage(MONTH, assumed=True, low=8000, high=12000)),
        ("8千-1.2万/月", Wage(MONTH, low=8000, high=12000)),
        ("1.5-2万·13薪", Wage(MONTH, assumed=True, low=15000, high=20000, months=13)),
        ("底薪4000+提成", Wage(MONTH, assumed=True, low=4000)),
        ("3千以下", Wage(MONTH, assumed=True, high=3000)),
        ("月薪可达8000元", Wage(MONTH, high=8000)),
        ("6000-8000元以上", Wage(MONTH, assumed=True, low=6000, high=8000)),
        ("每天180元", Wage(DAY, low=180, high=180)),
        ("200元日结", Wage(DAY, low=200, high=200)),
        ("月薪 30 元/小时", Wage(HOUR, low=30, high=30)),
        ("1万5", Wage(MONTH, assumed=True, low=15000, high=15000)),
        ("试用期3个月，6000-8000元/月", Wage(MONTH, low=6000, high=8000)),
        ("一周休一天，5000元", Wage(MONTH, assumed=True, low=5000, high=5000)),
        ("8000-6000元/月", Wage(MONTH, low=6000, high=8000)),
        ("22.5元/小时", Wage(HOUR, low=Decimal("22.5"), high=Decimal("22.5"))),
        ("20.34-23元/小时", Wage(HOUR, low=Decimal("20.34"), high=Decimal(23))),
        ("0.06元—0.15元/件", Wage(WageUnit.PIECE, low=Decimal("0.06"), high=Decimal("0.15"))),
        ("0.5元/次", Wage(WageUnit.TASK, low=Decimal("0.5"), high=Decimal("0.5"))),
        ("4567.89元/月", Wage(MONTH, low=Decimal("4567.89"), high=Decimal("4567.89"))),
        ("0-800元/月", Wage(MONTH, high=800)),
    ],
)
def test_a_text_means(text: str, wage: Wage) -> None:
    assert parse(text) == wage


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "待遇从优",
        "-500元/天",
        "9-12000元/月",
        "909018元/小时",
        "10000港币/月",
        "12.5万人",
        "9\ufffd-1.5万",
        "8000元/其他",
        "150-300",
        "35-40岁",
        "1000000000000",
        "0.8元/小时",
        "0.8/月",
        "0.065元/件",
        "0.004元/件",
        "22.505元/小时",
    ],
)
def test_what_cannot_be_meant_is_left_unstated(text: str) -> None:
    assert parse(text) == Wage()


@pytest.mark.parametrize("text", ["面议", "薪资面议", "工资详谈"])
def test_a_wage_to_be_talked_about_is_negotiable_and_has_no_figure(text: str) -> None:
    assert parse(text) == Wage(negotiable=True)


@given(st.text(alphabet="0123456789.-~至万千k元/月天小时年薪起以上面议·+ ，\n", max_size=30))
def test_no_text_breaks_the_parser_or_makes_a_range_run_backwards(text: str) -> None:
    wage = parse(text)
    if wage.is_stated:
        assert wage.low is not None or wage.high is not None
        assert wage.low is None or wage.high is None or wage.low <= wage.high
        assert all(end >= Decimal("0.01") and end * 100 == int(end * 100) for end in (wage.low, wage.high) if end is not None)
    else:
        assert (wage.low, wage.high, wage.months, wage.assumed) == (None, None, None, False)


@given(st.integers(1000, 99_999), st.integers(1000, 99_999))
def test_a_range_of_months_reads_back_as_written(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert parse(f"{low}-{high}元/月") == Wage(MONTH, low=low, high=high)


@pytest.mark.parametrize(
    ("low", "high", "months", "wage"),
    [
        (6000, 8000, None, Wage(MONTH, assumed=True, low=6000, high=8000)),
        (6000.0, 8000.0, 14, Wage(MONTH, assumed=True, low=6000, high=8000, months=14)),
        (0, 5000, None, Wage(MONTH, assumed=True, high=5000)),
        (8000, None, None, Wage(MONTH, assumed=True, low=8000)),
        (8000, 6000, None, Wage(MONTH, assumed=True, low=6000, high=8000)),
        (6000, 8000, 12, Wage(MONTH, assumed=True, low=6000, high=8000)),
        (0, 0, None, Wage()),
        (None, None, 13, Wage()),
        (25, 30, None, Wage()),
        (120, 150, None, Wage()),
        (700_000, 800_000, None, Wage()),
        (5, 5000, None, Wage()),
        (float("inf"), None, None, Wage()),
        (float("nan"), 5000, None, Wage(MONTH, assumed=True, high=Decimal(5000))),
        (6000, 1e30, None, Wage()),
        (6666.666666, 8333.333333, None, Wage(MONTH, assumed=True, low=Decimal("6666.66"), high=Decimal("8333.33"))),
    ],
)
def test_figures_of_a_month_column_are_believed_only_as_a_month(low: float | None, high: float | None, months: int | None, wage: Wage) -> None:
    assert from_numbers(low, high, months) == wage


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("6000-8000元/月·13薪", "6000–8000元/月·13薪"),
        ("150-200元/天", "150–200元/天（约3260–4350元/月）"),
        ("20元/小时", "20元/小时（约3480元/月）"),
        ("15-20万/年", "15–20万元/年（约12500–16670元/月）"),
        ("100万以上/年", "100万元/年起（约83330元/月起）"),
        ("6-8千", "6000–8000元/月（周期未注明，按月计）"),
        ("3千以下/月", "3000元/月以下"),
        ("5-8元/单", "5–8元/件"),
        ("22.50元/小时", "22.5元/小时（约3920元/月）"),
        ("20.00-22.05元/小时", "20–22.05元/小时（约3480–3840元/月）"),
        ("0.06-0.15元/件", "0.06–0.15元/件"),
        ("0.065元/件", "0.065元/件"),
        ("12.345万/年", "123450元/年（约10290元/月）"),
        ("5000.00-6000.00元/月", "5000–6000元/月"),
        ("面议", "面议"),
        ("8000元/其他", "8000元/其他"),
        ("", "薪资未注明"),
    ],
)
def test_a_card_shows(text: str, shown: str) -> None:
    assert show(parse(text), text, factors=FACTORS) == shown


def test_a_piece_has_no_monthly_estimate() -> None:
    assert monthly(parse("5元/单"), FACTORS) == (None, None)


def test_a_month_is_compared_by_whole_yuan_and_promises_no_more_than_the_text() -> None:
    low, high = monthly(parse("4999.99-5999.99元/月"))
    assert (low, high, type(low)) == (4999, 5999, int)


@pytest.mark.parametrize(("yuan", "written"), [("6000.00", "6000"), ("22.50", "22.5"), ("0.06", "0.06"), ("1000000.01", "1000000.01")])
def test_a_wage_in_json_is_the_number_that_was_given(yuan: str, written: str) -> None:
    assert json.dumps(in_json(Decimal(yuan))) == written


def test_an_open_end_stays_open_in_the_estimate() -> None:
    assert monthly(Wage(DAY, low=200), FACTORS) == (4350, None)


@pytest.mark.usefixtures("database")
def test_the_estimate_uses_the_factors_of_the_parameter_table() -> None:
    assert monthly(Wage(HOUR, low=20, high=20)) == (3480, 3480)
    assert monthly(Wage(HOUR, low=20, high=20, part_time=True)) == (2080, 2080)


def test_an_hour_of_part_time_work_makes_a_month_by_the_hours_a_week_the_law_allows() -> None:
    wage = Wage(HOUR, low=Decimal(29), high=Decimal(32), part_time=True)
    assert monthly(wage, FACTORS) == (3020, 3330)
    assert show(wage, factors=FACTORS) == "29–32元/小时（约3020–3330元/月，按每周24小时估算）"


def test_a_day_or_a_month_of_part_time_work_is_reckoned_as_any_other() -> None:
    assert monthly(Wage(DAY, low=Decimal(200), part_time=True), FACTORS) == (4350, None)
    assert show(Wage(WageUnit.MONTH, low=Decimal(2000), high=Decimal(2000), part_time=True)) == "2000元/月"
