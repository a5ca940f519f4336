import pytest

from tests.factories.gate import ON, rows_of, shipped_book
from webapp.gate.checking import check_missing
from webapp.gate.findings import of_severity
from webapp.gate.subject import Profile, Subject
from webapp.reference.models import Severity

NATIONAL_SIX = {
    "employer_about": "生产焊接结构件，员工 120 人",
    "headcount": 3,
    "requirements": "持焊工证",
    "duties": "二氧化碳保护焊",
    "region": "370102",
    "address": "工业南路 1 号",
    "wage_low": 6000,
}
DIRECT = {**NATIONAL_SIX, "title": "焊工", "valid_through": "2026-12-31"}
ELEVEN = {**DIRECT, "employment_type": "full_time", "insurance": "五险", "protection": "防护面罩", "hazards": "无"}
FORWARDED = {"title": "焊工", "employer_name": "某公司", "region": "370102"}
GIG = {"title": "卸货", "work_on": "2026-12-01", "address": "盖家沟物流园", "wage_low": 260, "settlement": "当天付现金给本人", "headcount": 4}


def blocks(profile, values):
    return of_severity(check_missing(Subject(profile=profile, values=values), shipped_book(), ON), Severity.BLOCK)


def advice(profile, values):
    return of_severity(check_missing(Subject(profile=profile, values=values), shipped_book(), ON), Severity.ADVISE)


def test_the_six_the_title_and_a_validity_let_a_direct_posting_pass():
    assert blocks(Profile.DIRECT, DIRECT) == []


def test_an_empty_direct_posting_is_told_every_blocking_element_with_its_law():
    findings = blocks(Profile.DIRECT, {})
    assert [finding.field for finding in findings] == [
        "title", "employer_about", "headcount", "duties", "requirements", "region", "address", "wage_low", "valid_through",
    ]  # fmt: skip
    assert sum("第二十四条" in finding.basis for finding in findings) == 7


@pytest.mark.parametrize("column", DIRECT)
def test_each_blocking_element_blocks_alone(column):
    assert [finding.field for finding in blocks(Profile.DIRECT, {**DIRECT, column: None})] == [column]


def test_the_rest_of_the_eleven_is_advised_and_does_not_block():
    assert [finding.field for finding in advice(Profile.DIRECT, DIRECT)] == ["employment_type", "insurance", "protection", "hazards"]
    assert advice(Profile.DIRECT, ELEVEN) == []


@pytest.mark.parametrize("column", FORWARDED)
def test_a_forwarded_posting_needs_title_employer_and_place(column):
    assert blocks(Profile.FORWARDED, FORWARDED) == []
    assert [finding.field for finding in blocks(Profile.FORWARDED, {**FORWARDED, column: " "})] == [column]


def test_what_the_source_did_not_say_is_named():
    assert [finding.label for finding in advice(Profile.FORWARDED, FORWARDED)] == [
        "单位基本情况", "招聘人数", "工作内容", "招聘条件", "劳动报酬", "用工类型", "社会保险和福利", "劳动保护", "职业危害",
    ]  # fmt: skip
    assert "劳动报酬" not in [finding.label for finding in advice(Profile.FORWARDED, {**FORWARDED, "wage_text": "面议"})]


@pytest.mark.parametrize("column", GIG)
def test_a_gig_says_trade_time_place_pay_settlement_and_how_many(column):
    assert blocks(Profile.GIG, GIG) == []
    assert len(blocks(Profile.GIG, {**GIG, column: ""})) == 1


def test_a_gig_needs_no_validity_and_no_description_of_an_employer():
    assert {finding.field for finding in blocks(Profile.GIG, {})} == {"title", "starts_at", "region", "wage_low", "settlement", "headcount"}


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("education", 0, True),  # 不限 is a condition that was stated
        ("experience_years", 0, True),
        ("requirements", "--", False),
        ("requirements", "　\n", False),
        ("requirements", "不限", True),
    ],
)
def test_a_condition_may_be_that_there_is_none_but_not_a_dash(column, value, says):
    stated = {**DIRECT, "requirements": "", column: value}
    assert (blocks(Profile.DIRECT, stated) == []) is says


@pytest.mark.parametrize(("column", "value"), [("headcount", 0), ("wage_low", 0), ("title", "……")])
def test_nobody_wanted_no_yuan_and_bare_signs_say_nothing(column, value):
    assert [finding.field for finding in blocks(Profile.DIRECT, {**DIRECT, column: value})] == [column]


def test_every_element_names_its_law_and_the_fields_that_may_state_it():
    required = [row for row in rows_of("gate_rules") if row["code"].startswith("MISSING.")]
    assert len(required) == 34
    assert all(row["article"] and row["fields"] for row in required)
