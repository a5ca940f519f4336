"""Hours, pay, trial periods and days, each against the dated figure it is measured by."""

from datetime import timedelta

import pytest

from tests.factories.gate import ON, book_of, rule, shipped_book
from webapp.gate.checking import check_said
from webapp.gate.subject import Profile, Subject
from webapp.reference.models import EmploymentType, Severity, WageUnit


def found(text="", *, profile=Profile.DIRECT, book=None, **values):
    values = {"region": "370102", "duties": text, **values}
    return check_said(Subject(profile=profile, values=values), book or shipped_book(), ON)


def graves(text, kind, **values):
    return [finding.severity.value for finding in found(text, **values) if finding.kind == kind]


@pytest.mark.parametrize(
    ("text", "grave"),
    [
        ("每天工作10小时，做六休一", ["flag"]),
        ("每天工作 10 小时", ["flag"]),
        ("一天十二个小时，两班倒", ["flag"]),
        ("工作时间8-12小时", ["flag"]),
        ("上班时间：早七晚七", ["flag"]),
        ("工作时间 8:00-20:00，中间休息两小时", ["flag"]),
        ("白班7:30-19:30，夜班19:30-次日7:30", ["flag"]),
        ("12小时工作制，月休4天", ["block"]),
        ("12小时两班倒，单休", ["block"]),
        ("长白班，月休两天", ["block"]),
        ("八小时工作制，最少出勤30天", ["block"]),
        ("周一至周五每天加班2小时", ["block"]),
        ("月工时260-300小时", ["block"]),
        ("每月加班80小时", ["block"]),
        ("8小时工作制，月休四天", []),
        ("工作时间8-10小时", []),
        ("12小时，上一休一", []),
        ("一天10小时，上二休二", []),
        ("10小时，双休", []),
        ("两班倒，服从安排", []),
        ("8:30-17:30，午休1.5小时", []),
        ("9:00-18:00，周末双休", []),
        ("24小时热水，独立卫浴", []),
        ("每周工作10小时，时间自由", []),
        ("岗前培训12小时", []),
        ("12小时/班，实际工作时间8小时以内", []),
        ("12小时，上三休一，管吃住", ["flag"]),
        ("商场营业时间10:00-22:00，早晚班八小时", []),
    ],
)
def test_hours_are_judged_as_a_reviewer_would(text, grave):
    assert graves(text, "OVERTIME") == grave


def test_hours_are_measured_by_dated_figures():
    book = book_of([rule("OVERTIME")])
    assert len(found("每天工作10小时", book=book)) == 1
    book.parameters._rows.pop(("gate_long_day_hours", "CN"))
    assert found("每天工作10小时", book=book) == []


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("试用期6个月", []),
        ("试用期8个月", ["TRIAL.length"]),
        ("签一年劳动合同，试用期3个月", ["TRIAL.length"]),
        ("签三年劳动合同，试用期六个月", []),
        ("签订6个月合同，试用期1个月", []),
        ("签订6个月合同，试用期2个月", ["TRIAL.length"]),
        ("试用期工资为转正工资的70%", ["TRIAL.pay"]),
        ("试用期发80%", []),
        ("试用期3000元，转正后5000元", ["TRIAL.pay"]),
        ("试用期4500元，转正后5000元", []),
        ("试用期底薪3500，转正底薪3500-8000", []),
        ("试岗三天无工资", ["TRIAL.pay"]),
        ("试用期不打折", []),
        ("无试用期，直接签合同", []),
    ],
)
def test_trial_periods_follow_the_contract_law(text, rules):
    assert [finding.code for finding in found(text) if finding.kind == "TRIAL"] == rules


def test_part_time_work_has_no_trial_period():
    assert [finding.code for finding in found("试用期一个月", employment_type=EmploymentType.PART_TIME)] == ["TRIAL.part_time"]


def test_a_wage_below_the_minimum_of_its_place_is_told_with_that_row():
    (low,) = found(wage_unit=WageUnit.MONTH, wage_low=1000, wage_high=1500)
    assert (low.code, low.field, low.severity) == ("PAY_LOW", "wage_low", Severity.FLAG)
    assert "1500 元/月" in low.message
    assert "未核实" in low.message
    assert "鲁政" in low.basis
    assert found(wage_unit=WageUnit.MONTH, wage_low=1000, wage_high=3000) == []


def test_hourly_pay_is_held_against_the_hourly_minimum():
    assert [finding.code for finding in found(wage_unit=WageUnit.HOUR, wage_low=10, wage_high=12)] == ["PAY_LOW"]
    assert found(wage_unit=WageUnit.HOUR, wage_low=25, wage_high=30) == []


@pytest.mark.parametrize(
    ("title", "text", "low", "high", "is_absurd"),
    [
        ("快递员月入12000+", "送件", 5000, 7000, True),
        ("快递员12000-15000", "送件", 5000, 7000, True),
        ("保安6K包吃住", "站岗", 5000, 7000, False),
        ("2026校招管培生", "轮岗", 5000, 7000, False),
        ("前端(J10377)", "写页面", 5000, 7000, False),
        ("底薪3000+提成", "卖车", 6000, 12000, False),
        ("试衣模特", "每天工作2-4小时", 12000, 16000, True),
        ("前台", "午休2小时", 12000, 16000, False),
        ("安检员", "月薪6000-80000", 6000, 8000, True),
        ("销售", "奖金1000-30000", 6000, 9000, False),
        ("运维", "有无经验均可", 20000, 21000, True),
        ("运维", "五年经验", 20000, 21000, False),
        ("销售", "开发客户", 3000, 30000, True),
        ("装配工", "综合薪资9000-11000", 4000, 5000, True),
        ("装配工", "综合薪资5000-6000", 5000, 7000, False),
    ],
)
def test_pay_must_agree_with_its_own_words(title, text, low, high, is_absurd):
    values = {"title": title, "wage_unit": WageUnit.MONTH, "wage_low": low, "wage_high": high, "education": 35}
    assert any(finding.code == "PAY_ABSURD" for finding in found(text, **values)) is is_absurd


def test_a_month_above_the_limit_blocks():
    (excess,) = [finding for finding in found(wage_unit=WageUnit.DAY, wage_low=30000, wage_high=30000) if finding.kind == "PAY_ABSURD"]
    assert (excess.code, excess.severity) == ("PAY_ABSURD.excess", Severity.BLOCK)


def test_days_that_cannot_be():
    def dates(profile=Profile.DIRECT, text="", **values):
        return [finding.code for finding in found(text, profile=profile, **values)]

    assert dates(valid_through=ON - timedelta(days=1)) == ["DATES.past"]
    assert dates(valid_through=ON) == []
    assert dates(valid_through=ON + timedelta(days=90)) == []
    assert dates(valid_through=ON + timedelta(days=91)) == ["DATES.long"]
    assert dates(Profile.FORWARDED, valid_through=ON + timedelta(days=91)) == []
    assert dates(text="报名截止时间：2026-02-30") == ["DATES.text"]
    assert dates(text="报名截止日期2025年3月1日") == ["DATES.text"]
    assert dates(text="报名截止日期2027年3月1日") == []
    assert dates(Profile.FORWARDED, text="招聘截止时间：2024-12-31") == []
