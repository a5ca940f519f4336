import pytest

from webapp.gate.completeness import PROFILES, Profile, advise, check, missing_note

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


def test_the_six_the_title_and_a_validity_let_a_direct_posting_pass():
    assert check(Profile.DIRECT, DIRECT) == []


def test_an_empty_direct_posting_is_told_every_blocking_element_with_its_law():
    findings = check(Profile.DIRECT, {})
    assert [finding.field for finding in findings] == [
        "title", "employer_about", "headcount", "duties", "requirements", "region", "address", "wage_low", "valid_through",
    ]  # fmt: skip
    assert sum("第二十四条" in finding.basis for finding in findings) == 7


@pytest.mark.parametrize("column", DIRECT)
def test_each_blocking_element_blocks_alone(column):
    findings = check(Profile.DIRECT, {**DIRECT, column: None})
    assert [finding.field for finding in findings] == [column]


def test_the_rest_of_the_eleven_is_advised_and_does_not_block():
    assert [finding.field for finding in advise(Profile.DIRECT, DIRECT)] == ["employment_type", "insurance", "protection", "hazards"]
    assert advise(Profile.DIRECT, ELEVEN) == []


@pytest.mark.parametrize("column", FORWARDED)
def test_a_forwarded_posting_needs_title_employer_and_place(column):
    assert check(Profile.FORWARDED, FORWARDED) == []
    assert [finding.field for finding in check(Profile.FORWARDED, {**FORWARDED, column: " "})] == [column]


def test_what_the_source_did_not_say_is_named():
    assert missing_note(Profile.FORWARDED, FORWARDED) == [
        "单位基本情况", "招聘人数", "工作内容", "招聘条件", "劳动报酬", "用工类型", "社会保险和福利", "劳动保护", "职业危害",
    ]  # fmt: skip
    assert "劳动报酬" not in missing_note(Profile.FORWARDED, {**FORWARDED, "wage_text": "面议"})


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
    assert (check(Profile.DIRECT, stated) == []) is says


@pytest.mark.parametrize(("column", "value"), [("headcount", 0), ("wage_low", 0), ("title", "……")])
def test_nobody_wanted_no_yuan_and_bare_signs_say_nothing(column, value):
    assert [finding.field for finding in check(Profile.DIRECT, {**DIRECT, column: value})] == [column]


def test_every_requirement_names_its_law():
    assert all(requirement.basis for profile in PROFILES.values() for requirement in profile)
