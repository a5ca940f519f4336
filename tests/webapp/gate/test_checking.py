"""A verdict is a row of the rules for a place and a day; the check itself refuses nobody."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.factories.gate import ON, book_of, check_text, rows_of, rule, shipped_book
from webapp.gate import reading
from webapp.gate.checking import Verdict, check, check_said
from webapp.gate.findings import DELETE
from webapp.gate.subject import Profile, Subject, Twin
from webapp.reference.models import EmploymentType, Severity, WageUnit

LIMITED = "仓库管理员，限男性，35岁以下"


def subject(profile=Profile.DIRECT, **values):
    return Subject(profile=profile, values={"region": "370102", **values})


def codes(findings):
    return [finding.code for finding in findings]


def test_a_rule_without_a_row_finds_nothing():
    assert check_text(LIMITED, book_of([]), ON) == []
    assert codes(check_text(LIMITED, book_of([rule("AGE")]), ON)) == ["AGE"]


def test_a_rule_holds_from_its_first_to_its_last_day():
    book = book_of([rule("AGE", valid_from=date(2026, 3, 1), valid_to=date(2026, 6, 30))])
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [len(check_text(LIMITED, book, day)) for day in days] == [0, 1, 1, 0]


def test_the_narrowest_place_decides_and_may_switch_a_rule_off():
    book = book_of([rule("AGE"), rule("AGE", region="370100", severity=Severity.BLOCK), rule("AGE", region="370200", severity=Severity.OFF)])

    def found(region):
        return [finding.severity for finding in check_text(LIMITED, book, ON, region=region)]

    assert found("370102") == [Severity.BLOCK]
    assert found("370202") == []
    assert found("371302") == [Severity.FLAG]


def test_a_row_of_its_own_kind_of_publication_stands_before_one_of_every_kind():
    book = book_of([rule("AGE"), rule("AGE", profile="gig", severity=Severity.ADVISE)])
    assert [finding.severity for finding in check_text(LIMITED, book, ON, profile=Profile.GIG)] == [Severity.ADVISE]
    assert [finding.severity for finding in check_text(LIMITED, book, ON)] == [Severity.FLAG]


def test_a_rule_may_be_of_some_fields_only():
    book = book_of([rule("AGE", fields=["requirements"])])
    found = check_said(subject(duties="35岁以下", requirements="40岁以下"), book, ON)
    assert [(finding.field, finding.words) for finding in found] == [("requirements", "40岁以下")]


def test_a_finding_says_words_place_article_and_mending():
    (found,) = check_text("熟练工，年龄 18－35 周岁，包住", shipped_book(), ON)
    assert (found.kind, found.severity, found.words, found.start, found.end) == ("AGE", Severity.FLAG, "年龄 18－35 周岁", 4, 15)
    assert "35 岁" in found.message
    assert "《就业促进法》" in found.basis
    assert found.mending
    assert found.instead == "年满18周岁"


def test_words_best_left_out_are_replaced_by_nothing_and_facts_by_no_proposal():
    book = shipped_book()
    assert [finding.instead for finding in check_text("五官端正", book, ON)] == [""]
    assert [finding.instead for finding in check_text("每天工作10小时，月休4天", book, ON)] == [None]


def test_what_is_proposed_breaks_no_rule():
    proposed = {row["instead"] for row in rows_of("gate_rules") if row["instead"] not in {"", DELETE}}
    assert proposed
    for words in proposed:
        assert check_text(f"要求：{words}，能吃苦", shipped_book(), ON) == [], words


def test_a_reason_turns_what_may_be_explained_into_a_flag_and_nothing_else():
    verdict = Verdict(tuple(check_text("限男性，停息挂账专员", shipped_book(), ON)))
    assert sorted(codes(verdict.blocks)) == ["FRAUD.debt", "SEX"]
    assert not verdict.may_be_explained
    explained = verdict.explained("井下作业，国家规定不适合女职工")
    assert codes(explained.blocks) == ["FRAUD.debt"]
    assert codes(explained.flags) == ["SEX"]
    assert verdict.explained("  ") is verdict


def test_sex_alone_may_be_explained():
    verdict = Verdict(tuple(check_text("限男性", shipped_book(), ON)))
    assert verdict.may_be_explained
    assert verdict.explained("矿山井下作业").blocks == []


def test_an_ordinary_posting_is_left_in_peace():
    values = {
        "title": "电焊工",
        "duties": "焊接农机车架，两班倒，每班八小时，月休 6 天。",
        "requirements": "有焊工证，年满18周岁，男女不限，身体健康。",
        "insurance": "入职当月缴纳五项社会保险，不收取任何费用。",
        "benefits": ("包住", "工作餐"),
        "wage_unit": WageUnit.MONTH,
        "wage_low": 6000,
        "wage_high": 8000,
        "valid_through": ON + timedelta(days=30),
        "employer_about": "生产农机",
        "headcount": 5,
        "address": "工业南路 88 号",
        "education": 20,
        "employment_type": EmploymentType.FULL_TIME,
        "protection": "面罩",
        "hazards": "烟尘",
    }
    assert check(subject(**values), shipped_book(), ON) == []


def test_an_army_sets_the_ages_and_heights_of_its_recruits_itself():
    assert check_text("按征集条件应征入伍：不超过24周岁，身高165cm以上", shipped_book(), ON) == []


def test_every_code_that_is_recognised_has_a_rule_that_ships_and_every_rule_is_recognised():
    recognised = {code for family in reading.FAMILIES for code in family.codes}
    measured = {
        *("OVERTIME", "OVERTIME.extreme", "PAY_LOW", "PAY_ABSURD", "PAY_ABSURD.excess", "TRIAL.length", "TRIAL.part_time", "TRIAL.pay"),
        *("DATES.past", "DATES.long", "DATES.text", "EMPLOYER_CLOSED", "DUPLICATE"),
    }
    shipped = {row["code"] for row in rows_of("gate_rules") if not row["code"].startswith("MISSING.")}
    assert shipped == recognised | measured


def test_every_rule_that_ships_names_its_article_and_dated_rows_of_one_rule_do_not_overlap():
    spans = {}
    for row in rows_of("gate_rules"):
        assert row["article"] and row["message"] and not row["checked"]
        spans.setdefault((row["code"], row["profile"], row["region"]), []).append((row["valid_from"] or date.min, row["valid_to"] or date.max))
    for days in spans.values():
        ordered = sorted(days)
        assert all(earlier[1] < later[0] for earlier, later in pairwise(ordered))


@pytest.mark.parametrize(
    ("title", "region", "words", "is_twin"),
    [
        ("电焊工", "370102", "焊接农机车架，两班倒，每班八小时。", True),
        ("电 焊 工", "370102", "焊接农机车架,两班倒，每班八小时！", True),
        ("电焊工", "370103", "焊接农机车架，两班倒，每班八小时。", False),
        ("装配工", "370102", "焊接农机车架，两班倒，每班八小时。", False),
        ("电焊工", "370102", "安装门窗，外出施工，当天往返。", False),
    ],
)
def test_the_same_post_is_published_once(title, region, words, is_twin):
    values = {"title": "电焊工", "region": "370102", "duties": "焊接农机车架，两班倒，每班八小时。"}
    found = check_said(Subject(profile=Profile.DIRECT, values=values, twins=[Twin("1", title, region, words)]), shipped_book(), ON)
    assert codes(found) == (["DUPLICATE"] if is_twin else [])


def test_an_employer_that_the_register_names_as_ended_cannot_publish():
    (found,) = check_said(Subject(profile=Profile.DIRECT, values={"title": "会计"}, closed="注销"), shipped_book(), ON)
    assert (found.code, found.severity) == ("EMPLOYER_CLOSED", Severity.BLOCK)
    assert "注销" in found.message


def test_what_a_unit_says_about_itself_is_read_too():
    subject = Subject(
        profile=Profile.DIRECT, values={"title": "焊工", "duties": "焊接。", "employer_about": "本公司只招本地人。", "region": "370102"}
    )
    (found,) = check_said(subject, shipped_book(), ON)
    assert (found.code, found.field, found.words) == ("HUKOU.only", "employer_about", "只招本地人")
