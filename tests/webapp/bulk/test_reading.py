"""What people send: the headings are found wherever they are, each row keeps its line, and what cannot be read is said in words."""

import io
import zipfile

import pytest

from tests.factories.bulk import HEADINGS, cells_of, csv_file, row_of, table_file, workbook
from webapp.bulk import columns, reading
from webapp.files import FileType
from webapp.sources import workbooks
from webapp.sources.reading import NotReadable

pytestmark = pytest.mark.usefixtures("database")


def read(content, kind=FileType.XLSX, most=500):
    return reading.read(content, kind, most=most)


def titles(table):
    return [(line.number, line.texts["title"]) for line in table.lines]


def test_a_plain_table_is_read_with_the_lines_of_the_spreadsheet():
    table = read(table_file(row_of(), row_of(title="电工")))
    assert titles(table) == [(2, "电焊工"), (3, "电工")]
    assert table.headings == list(HEADINGS.values()) and table.unread == []


def test_headings_may_stand_below_a_title_that_was_merged_over_them():
    rows = [[""] * len(HEADINGS), [""] * len(HEADINGS), *cells_of(row_of())]
    table = read(workbook(rows, merged=[(0, 0, 1, 5, "济南甲乙机械有限公司招聘表")]))
    assert titles(table) == [(4, "电焊工")]


def test_of_two_rows_of_headings_the_one_that_says_more_counts():
    above = ["岗位名称", "招聘人数", "工作内容"]
    assert titles(read(workbook([above, *cells_of(row_of())]))) == [(3, "电焊工")]


def test_empty_rows_and_formats_below_are_no_postings():
    headings, row = cells_of(row_of())
    empty = [""] * len(headings)
    table = read(workbook([headings, empty, row, empty, ["  ", "\n"], [*row[:1], *row[1:]], empty]))
    assert [number for number, _ in titles(table)] == [3, 6]


def test_the_sheet_with_the_postings_is_found_wherever_it_lies():
    assert titles(read(workbook([["通知"], ["请各部门填写"]], cells_of(row_of())))) == [(2, "电焊工")]


def test_headings_have_many_names_and_any_order():
    rows = [
        ["截止日期", "学 历\n要求", "＊职位名称", "人数（必填）", "岗位职责：", "县区", "薪资"],
        ["2026-12-31", "大专", "会计", 2, "记账", "历下区", "6000-8000元/月"],
    ]
    table = read(workbook(rows))
    assert set(table.at) == {"valid_through", "education", "title", "headcount", "duties", "region", "pay"}
    assert table.lines[0].texts["title"] == "会计"


def test_columns_that_nobody_knows_are_named():
    assert read(table_file(row_of(), more={"x": "部门", "y": "负责人"})).unread == ["部门", "负责人"]


def test_two_columns_that_say_the_same_are_no_guess():
    with pytest.raises(NotReadable, match="“招聘人数”和“人数”两列说的是同一项"):
        read(table_file(row_of(), more={"x": "人数"}))


def test_a_table_without_headings_is_told_what_was_found():
    with pytest.raises(NotReadable, match="没有找到列名。第一行写的是：电焊工、5"):
        read(workbook([["电焊工", 5]]))


@pytest.mark.parametrize("rows", [[], [["", ""]]])
def test_an_empty_table_says_so(rows):
    with pytest.raises(NotReadable, match="表是空的"):
        read(workbook(rows))


def test_headings_alone_are_no_postings():
    with pytest.raises(NotReadable, match="表里没有岗位"):
        read(table_file())


def test_hints_the_example_sums_and_headings_pasted_again_are_passed_over():
    headings = [column.heading for column in columns.TEMPLATE]
    example, hints = columns.example(columns.date.today()), columns.hints()
    written = ([said[column.field] for column in columns.TEMPLATE] for said in (hints, example))
    row = [row_of().get(column.field, "") for column in columns.TEMPLATE]
    table = read(workbook([headings, *written, row, headings, row, ["合 计", "", "", 10]]))
    assert [number for number, _ in titles(table)] == [4, 6]
    assert table.skipped == 4


def test_an_example_that_was_written_over_is_not_passed_over():
    table = read(table_file(row_of(title="示例：保安", duties="看门。")))
    assert titles(table) == [(2, "示例：保安")] and table.skipped == 0


def test_more_rows_than_allowed_are_refused_with_the_figure():
    with pytest.raises(NotReadable, match="一次最多上传 2 个岗位"):
        read(table_file(*[row_of()] * 3), most=2)
    assert len(read(table_file(*[row_of()] * 2), most=2).lines) == 2


def test_a_formula_is_read_as_its_stored_value_and_never_carried_out():
    made = io.BytesIO(table_file(row_of(title="=1+1", wage_low="=3000*2")))
    assert read(made.getvalue()).lines[0].texts["title"] == "0", "what the file says it was, not what it would be"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_csv_file_of_either_encoding(encoding):
    table = read(csv_file(row_of(), row_of(title="叉车工", duties="开叉车，\n一天八小时")), FileType.CSV)
    assert titles(table) == [(2, "电焊工"), (3, "叉车工")]
    assert table.lines[1].texts["duties"] == "开叉车，\n一天八小时"


def test_a_csv_row_behind_one_of_two_lines_keeps_its_own_line():
    table = read(csv_file(row_of(duties="开叉车，\n一天八小时"), row_of(title="电工")), FileType.CSV)
    assert titles(table) == [(2, "电焊工"), (4, "电工")]


def test_a_quote_that_is_never_closed_names_its_line():
    content = csv_file(row_of()) + '"没有结束\r\n'.encode()
    with pytest.raises(NotReadable, match="第 3 行的引号没有成对"):
        read(content, FileType.CSV)


def test_a_cell_far_away_is_refused_before_it_fills_the_memory():
    far = b'<row><c r="A1" t="str"><v>x</v></c></row><row><c s="1" r="XFD1048576"><v>1</v></c></row>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<sheetData>" + b" " * ((1 << 16) - 90) + far + b"</sheetData>")
    with pytest.raises(NotReadable, match="写得很远"):
        workbooks.check(io.BytesIO(made.getvalue()))


def test_a_far_cell_that_only_has_a_format_is_none():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row><c r="XFD1048576" s="3"/></row></sheetData></worksheet>')
    workbooks.check(io.BytesIO(made.getvalue()))


def test_a_broken_workbook_says_what_to_do():
    with pytest.raises(NotReadable, match="重新另存"):
        read(table_file(row_of())[:-100])
