"""Cells in all their forms, and every kind of mistake: what is surely meant is understood, the rest comes back with what to do."""

from datetime import date, datetime, timedelta

import pytest

from tests.factories.bulk import check, row_of, table_file, workbook
from tests.factories.employers import make_employer
from tests.factories.postings import make_posting
from webapp.bulk.checking import values_in
from webapp.bulk.models import RowState
from webapp.db import today
from webapp.reference.models import EmploymentType, WageUnit

pytestmark = pytest.mark.usefixtures("database")
IN_A_MONTH = today() + timedelta(days=30)
SERIAL = (IN_A_MONTH - date(1899, 12, 30)).days


def one(**changes):
    more = {
        field: heading for field, heading in {"pay": "工资", "remark": "给审核员的说明", "wage_months": "一年发几个月"}.items() if field in changes
    }
    return check(make_employer(), table_file(row_of(**changes), more=more))[0]


def values(**changes):
    checked = one(**changes)
    assert checked.reasons == (), checked.reasons
    return values_in(checked.content)


def test_a_complete_row_is_ready_and_says_what_the_form_would():
    said = values()
    assert (said.title, said.headcount, said.education, said.experience_years, said.region) == ("电焊工", 5, 20, 1, "370102")
    assert (said.employment_type, said.wage_unit, said.wage_low, said.wage_high) == (EmploymentType.FULL_TIME, WageUnit.MONTH, 6000, 8000)
    assert (said.skills, said.benefits, said.valid_through) == (("氩弧焊", "二保焊"), ("包住", "工作餐"), IN_A_MONTH)
    assert one().state is RowState.READY


@pytest.mark.parametrize(
    "written",
    [
        IN_A_MONTH,
        datetime.combine(IN_A_MONTH, datetime.min.time()),
        SERIAL,
        str(SERIAL),
        IN_A_MONTH.isoformat(),
        f"{IN_A_MONTH:%Y/%m/%d}",
        f"{IN_A_MONTH.year}.{IN_A_MONTH.month}.{IN_A_MONTH.day}",
        f"{IN_A_MONTH.year}年{IN_A_MONTH.month}月{IN_A_MONTH.day}日",
        f"{IN_A_MONTH:%Y%m%d}",
        f"{IN_A_MONTH} 00:00:00",
    ],
)
def test_a_day_in_all_the_forms_a_spreadsheet_gives_it(written):
    assert values(valid_through=written).valid_through == IN_A_MONTH


@pytest.mark.parametrize("written", ["6000", "６０００", "6,000", "6000元", "¥6000", 6000.0, 6000.0000000005, " 6000 "])
def test_a_wage_as_text_or_as_a_figure(written):
    assert values(wage_low=written).wage_low == 6000


def test_fen_are_kept():
    said = values(wage_unit="元/小时", wage_low=22.5, wage_high="24.05")
    assert (said.wage_unit, str(said.wage_low), str(said.wage_high)) == (WageUnit.HOUR, "22.5", "24.05")


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("education", "大专及以上", 40),
        ("education", "本科 以上学历", 50),
        ("education", "中专", 35),
        ("education", "无要求", 0),
        ("experience_years", "三年以上", 3),
        ("experience_years", "1-3年", 1),
        ("experience_years", "不限", 0),
        ("experience_years", 3, 3),
        ("headcount", "5人", 5),
        ("headcount", "５", 5),
        ("headcount", 5.0, 5),
        ("wage_unit", "月", WageUnit.MONTH),
        ("wage_unit", "月薪", WageUnit.MONTH),
        ("employment_type", "临时工", EmploymentType.TEMPORARY),
        ("region", "历下区", "370102"),
        ("region", "济南历下", "370102"),
        ("region", "山东省济南市历下区", "370102"),
        ("region", 370102, "370102"),
        ("region", "市中区", "370103"),
        ("region", "枣庄市市中区", "370402"),
        ("title", "电焊工\n（二保焊）", "电焊工 （二保焊）"),
        ("address", 88, "88"),
        ("skills", "氩弧焊,二保焊；电焊", ("氩弧焊", "二保焊", "电焊")),
        ("duties", "焊接。_x000D_\n八小时。", "焊接。\n八小时。"),
    ],
)
def test_words_and_figures_that_surely_mean_one_thing(field, written, kept):
    assert getattr(values(**{field: written}), field) == kept


def test_a_wage_in_one_cell_is_taken_apart_where_it_says_so():
    said = values(wage_low="", wage_high="", wage_unit="", pay="6000-8000元/月")
    assert (said.wage_low, said.wage_high, said.wage_unit) == (6000, 8000, WageUnit.MONTH)
    assert values(pay="一天300").wage_low == 6000, "columns of their own come first"


def test_a_wage_that_names_no_period_is_asked_for():
    assert one(wage_low="", wage_high="", wage_unit="", pay="6000-8000").reasons == ("计算单位：请选择工资按什么计算（月、天、小时……）",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": ""}, "岗位名称没有填写"),
        ({"title": "焊" * 61}, "岗位名称最多 60 个字，请缩短"),
        ({"title": "示例:电工"}, "这一行还写着“示例：”。是真的岗位，请去掉这几个字；不是，请删掉这一行"),
        ({"headcount": "若干"}, "招聘人数要写成整数，例如 5，不要写单位或文字"),
        ({"headcount": 5.5}, "招聘人数要写成整数，例如 5，不要写单位或文字"),
        ({"headcount": 0}, "招聘人数至少是 1 人"),
        ({"headcount": 99999}, "招聘人数不能超过 5000 人，请核对是否多写了一位"),
        ({"education": "高知"}, "最低学历写的是“高知”，请从列表里选：不限、小学、初中、高中、中专/技校、大专、本科、硕士、博士"),
        ({"experience_years": "4年"}, "工作经验写的是“4年”，请从列表里选：不限、1 年以上、2 年以上、3 年以上、5 年以上、10 年以上"),
        ({"employment_type": "兼职"}, "用工类型写的是“兼职”，请从列表里选：全职、非全日制、临时用工、劳务派遣、实习、就业见习"),
        ({"wage_unit": "美元"}, "计算单位写的是“美元”，请从列表里选：元/小时、元/天、元/周、元/月、元/年、元/件、元/次"),
        ({"wage_low": "面议"}, "最低工资要写成数字，例如 5000 或 22.5，最多两位小数，不要写单位或文字"),
        ({"wage_low": 9000}, "最低工资 9000 元大于最高工资 8000 元，请对调或修改"),
        ({"wage_unit": ""}, "计算单位：请选择工资按什么计算（月、天、小时……）"),
        ({"wage_months": 18}, "一年发几个月：一年发的月数在 12 到 16 之间"),
        ({"region": "长安街"}, "不认得“长安街”。请从列表里选县（市、区），例如：济南市历下区"),
        ({"valid_through": date(2020, 1, 1)}, "有效期至：有效期 2020-01-01 已经过去，请改成今天或以后的日期"),
        ({"valid_through": "下个月"}, "有效期至要写成年-月-日，例如 2026-12-31"),
        ({"valid_through": "2026-02-30"}, "有效期至要写成年-月-日，例如 2026-12-31"),
        ({"skills": "、".join(map(str, range(13)))}, "技能最多写 12 项"),
        ({"duties": "焊" * 2001}, "工作内容最多 2000 个字，请缩短"),
        ({"remark": "说" * 501}, "给审核员的说明：说明最多 500 个字，请缩短"),
        ({"address": "工业\ufffd路"}, "有认不出的字（编码不对）。请用 Excel 另存为 .xlsx 再上传，或者重新输入这一行"),
    ],
)
def test_each_mistake_says_what_to_do(changes, reason):
    checked = one(**changes)
    assert (checked.state, checked.reasons) == (RowState.WRONG, (reason,))


def test_a_place_of_several_cities_asks_for_the_city():
    employer = make_employer(region="370202")
    checked = check(employer, table_file(row_of(region="市中区")))[0]
    assert checked.reasons == ("有不止一个“市中区”，请写上所在的市，例如：济南市市中区",)


def test_several_mistakes_are_told_together():
    assert len(one(headcount="若干", wage_low="面议", education="高知").reasons) == 3


def test_what_the_gate_blocks_comes_with_words_mending_and_article():
    checked = one(requirements="限女性。")
    assert checked.state is RowState.LACKING and checked.content
    (told,) = checked.reasons
    assert told.startswith("招聘条件：“限女性”：不得限定或优先某一性别")
    assert "。改法：" in told and "。可以写成“男女不限”。" in told
    assert told.endswith("（依据：《人力资源市场暂行条例》第二十四条；《就业促进法》第二十七条；《妇女权益保障法》第四十三条）")


def test_what_the_post_needs_goes_to_a_person_once_it_says_why():
    assert "在“给审核员的说明”一列写明原因" in one(requirements="限女性。").reasons[0]
    assert one(requirements="限女性。", remark="公共女浴室的搓澡工。").state is RowState.READY


def test_a_row_may_lack_what_the_law_asks_for_and_be_kept_as_a_draft():
    checked = one(headcount="")
    assert checked.state is RowState.LACKING
    assert checked.reasons == ("请填写招聘人数，至少 1 人（依据：《人力资源市场暂行条例》第二十四条）",)


def test_what_the_employer_itself_lacks_is_told_with_the_place_to_write_it():
    (reason,) = check(make_employer(about=""), table_file(row_of()))[0].reasons
    assert reason.startswith("单位基本情况（在“本单位”里改）：请在“本单位”里填写单位基本情况（依据：")


def test_two_rows_that_say_the_same_are_one_also_when_written_differently():
    content = table_file(row_of(), row_of(wage_low="6,000", region="历下区", education="初中及以上"), row_of(title="电工"))
    checked = check(make_employer(), content)
    assert [row.state for row in checked] == [RowState.READY, RowState.TWICE, RowState.READY]
    assert checked[1].reasons == ("和第 2 行完全一样，只采用一次",)


def test_what_only_a_person_can_judge_does_not_come_back():
    """The same posting, open already: a flag of the gate, in the form as here."""
    employer = make_employer()
    make_posting(employer=employer)
    assert check(employer, table_file(row_of()))[0].state is RowState.READY


def test_an_error_in_a_cell_is_text_that_no_column_understands():
    rows = [["岗位名称", "招聘人数", "工作内容"], ["电工", "#REF!", "修电路"]]
    assert check(make_employer(), workbook(rows))[0].reasons == ("招聘人数要写成整数，例如 5，不要写单位或文字",)
