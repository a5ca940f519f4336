"""The template and the rows that go back: what a spreadsheet opens, what can be uploaded again, and nothing that is carried out."""

import io
import re
import zipfile

import pytest

from tests.factories.bulk import HEADINGS, by_heading, check, csv_file, read_back, row_of, table_file
from tests.factories.employers import make_employer
from webapp.bulk import columns, reading, writing
from webapp.db import today
from webapp.files import FileType
from webapp.postings.forms import PostingForm

pytestmark = pytest.mark.usefixtures("database")
DANGEROUS = ["=1+1", '=HYPERLINK("http://x")', "+86 531", "-5", "@SUM(A1)", "\t=1", "＝1", "http://example.com", "mailto:a@b.cn", "{=1}"]


def template():
    return writing.template(today(), most=500, days=90)


def parts(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def returned(content, reasons, kind=FileType.XLSX):
    return writing.returned(reading.read(content, kind, most=500), reasons, today(), days=90)


def test_the_template_speaks_the_words_of_the_form_and_marks_what_the_law_asks_for(app):
    with app.app_context():
        labels = {field.label.text for field in PostingForm(formdata=None, meta={"csrf": False})}
    headings = [heading.removesuffix(" *") for heading in read_back(template())[0]]
    assert set(headings) - labels == {"给审核员的说明"}
    assert labels - set(headings) == {"发布单位", "经度", "纬度", "存为草稿"}
    must = {heading.removesuffix(" *") for heading in read_back(template())[0] if heading.endswith(" *")}
    assert {"岗位名称", "招聘人数", "最低学历", "计算单位", "最低工资", "有效期至"} <= must


def test_every_heading_of_the_template_is_known_and_every_other_name_too():
    for column in columns.COLUMNS:
        for name in (column.heading, f"{column.heading} *", *column.also):
            assert columns.field_of(name) == column.field, name


def test_the_template_as_it_is_holds_no_posting():
    with pytest.raises(reading.NotReadable, match="表里没有岗位"):
        reading.read(template(), FileType.XLSX, most=500)


def test_the_example_is_a_posting_that_would_pass():
    headings, _, example, *_ = read_back(template())
    content = table_file(dict(zip((column.field for column in columns.TEMPLATE), [example[0].removeprefix("示例："), *example[1:]], strict=True)))
    assert len(headings) == len(columns.TEMPLATE)
    assert [(row.state.value, row.reasons) for row in check(make_employer(), content)] == [("ready", ())]


def test_the_words_of_every_drop_down_are_understood():
    employer = make_employer()
    for column in columns.TEMPLATE:
        for word in column.offered() if column.offered else ():
            checked = check(employer, table_file(row_of(**{column.field: word})))[0]
            assert not [reason for reason in checked.reasons if "从列表里选" in reason], (column.heading, word)


def test_the_drop_downs_stand_in_the_sheet_and_their_words_in_a_hidden_one():
    sheet = parts(template(), "xl/worksheets/sheet1.xml")
    lists = re.findall(r'<dataValidation type="list".*?<formula1>(.*?)</formula1>', sheet)
    assert len(lists) == 5 and all(source.startswith("'选项'!") for source in lists)
    assert 'type="date"' in sheet and 'type="whole"' in sheet
    assert 'name="选项" sheetId="3" state="hidden"' in parts(template(), "xl/workbook.xml")
    assert "济南市历下区" in [row[3] for row in read_back(template(), 2)]


def test_the_guide_says_how_much_and_how_long():
    said = "".join(str(cell) for row in read_back(template(), 1) for cell in row)
    assert "一次最多 500 个" in said and "最长 90 天" in said and "出错原因" in said


def test_rows_go_back_with_every_cell_as_it_came_and_the_reason_behind():
    content = table_file(row_of(), row_of(title="保安", x=12.5, headcount="若干"), row_of(title="电工"), more={"x": "我们的备注"})
    rows = by_heading(returned(content, {3: ["招聘人数要写成整数", "请填写工资"]}))
    assert len(rows) == 1
    assert list(rows[0]) == [*HEADINGS.values(), "我们的备注", "出错原因"]
    assert rows[0]["招聘人数"] == "若干" and rows[0]["我们的备注"] == 12.5 and rows[0]["最低工资"] == 6000
    assert rows[0]["有效期至"] == row_of()["valid_through"], "a day stays a day"
    assert rows[0]["出错原因"] == "招聘人数要写成整数；\n请填写工资"


def test_what_went_back_can_be_sent_again_and_its_old_reasons_are_gone():
    content = table_file(row_of(headcount="若干"), row_of(title="电工", headcount="几个"))
    again = returned(content, {2: ["第一次"], 3: ["第一次"]})
    rows = by_heading(returned(again, {3: ["第二次"]}))
    assert [(row["岗位名称"], row["出错原因"]) for row in rows] == [("电工", "第二次")]
    assert list(rows[0]).count("出错原因") == 1


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_goes_back_as_a_formula_or_a_link(text):
    content = csv_file(row_of(title=text, duties=text, headcount="若干"))
    written = returned(content, {2: [text]}, FileType.CSV)
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        everything = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets" in name)
    assert "<f>" not in everything and "<hyperlink" not in everything
    assert by_heading(written)[0]["出错原因"].strip() == text.strip()


def test_a_row_shorter_than_the_headings_goes_back_too():
    content = "岗位名称,招聘人数,工作内容\r\n保安\r\n".encode()
    assert by_heading(returned(content, {2: ["不全"]}, FileType.CSV)) == [{"岗位名称": "保安", "招聘人数": "", "工作内容": "", "出错原因": "不全"}]
