"""Tables of postings as employers send them: headings, rows of cells, and the files they are written in."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.factories.employers import owner_of
from tests.factories.postings import actor_of, days_from_now
from webapp import files
from webapp.access import Actor, Role
from webapp.bulk import checking, operations, queries, reading
from webapp.bulk.models import Aim, BulkUpload, RowState
from webapp.db import session, today, transaction
from webapp.employers.models import Employer
from webapp.files import TABLES, FileType

HEADINGS = {
    "title": "岗位名称",
    "employment_type": "用工类型",
    "headcount": "招聘人数",
    "duties": "工作内容",
    "requirements": "招聘条件",
    "education": "最低学历",
    "experience_years": "工作经验",
    "skills": "技能",
    "region": "所在县（市、区）",
    "address": "详细地址",
    "wage_unit": "计算单位",
    "wage_low": "最低工资",
    "wage_high": "最高工资",
    "insurance": "社会保险",
    "benefits": "福利",
    "protection": "劳动保护",
    "hazards": "职业危害",
    "valid_through": "有效期至",
}


def row_of(**changes: Any) -> dict[str, Any]:
    """A complete posting, as a person types it into a spreadsheet."""
    values = {
        "title": "电焊工",
        "employment_type": "全职",
        "headcount": 5,
        "duties": "焊接农机车架，两班倒，每班八小时。",
        "requirements": "有焊工证。",
        "education": "初中",
        "experience_years": "1 年以上",
        "skills": "氩弧焊、二保焊",
        "region": "济南市历下区",
        "address": "工业南路 88 号",
        "wage_unit": "元/月",
        "wage_low": 6000,
        "wage_high": 8000,
        "insurance": "入职当月缴纳五项社会保险。",
        "benefits": "包住、工作餐",
        "protection": "发放面罩和防护手套。",
        "hazards": "电焊烟尘，配有排烟设备。",
        "valid_through": days_from_now(30),
    }
    return values | changes


def cells_of(*rows: dict[str, Any], more: dict[str, str] | None = None) -> list[list[Any]]:
    """Headings and rows. `more`: field -> a heading that is not among the usual ones."""
    headings = HEADINGS | (more or {})
    return [list(headings.values()), *([row.get(field, "") for field in headings] for row in rows)]


def workbook(*sheets: Sequence[Sequence[Any]], merged: Iterable[tuple[int, int, int, int, str]] = ()) -> bytes:
    """A file as Excel saves it: figures and days as such, texts that begin with = as formulas with a stored value."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet(f"表{number + 1}")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, day)
                elif cell != "":
                    sheet.write(row, column, cell)
        for area in merged:
            sheet.merge_range(*area)
    book.close()
    return made.getvalue()


def table_file(*rows: dict[str, Any], **options: Any) -> bytes:
    return workbook(cells_of(*rows, **options))


def csv_file(*rows: dict[str, Any], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells_of(*rows))
    return text.getvalue().encode(encoding)


def read_back(content: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def by_heading(content: bytes) -> list[dict[str, Any]]:
    """The rows of a workbook that was returned, by their headings."""
    headings, *rows = read_back(content)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def member_of(employer: Employer) -> Actor:
    return actor_of(owner_of(employer), Role.EMPLOYER_OWNER)


def check(employer: Employer, content: bytes, kind: FileType = FileType.XLSX) -> list[checking.Checked]:
    return checking.check(reading.read(content, kind, most=500), employer, on=today())


def make_upload(employer: Employer, *rows: dict[str, Any], aim: Aim | None = None, content: bytes | None = None) -> BulkUpload:
    """Uploaded and checked; with an aim also confirmed, which a worker then carries out."""
    content = table_file(*rows) if content is None else content
    table = reading.read(content, files.accept(content, TABLES), most=500)
    checked = checking.check(table, employer, on=today())
    stored = files.lay_down(content, "岗位.xlsx", TABLES)
    by = member_of(employer)
    with transaction():
        upload = operations.keep(session().get_one(Employer, employer.id), table, checked, stored, by=by)
        if aim is not None:
            operations.confirm(upload, aim, by=by)
    return upload


def carry_out(upload: BulkUpload) -> BulkUpload:
    operations.carry_out(upload.id, lambda: None, on=today())
    with transaction():
        return session().get_one(BulkUpload, upload.id)


def states(upload: BulkUpload) -> list[str]:
    """Of its rows, in the order of the table."""
    with transaction():
        found = session().scalars(queries.rows_of(upload, RowState)).all()
    return [row.state.value for row in sorted(found, key=lambda row: row.number)]
