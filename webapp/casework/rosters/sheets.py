"""Workbooks that leave this room: the template, and the rows that were not taken."""

import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from webapp.casework.models import Sex, TagKind
from webapp.casework.rosters.reading import Cells
from webapp.casework.rosters.values import Field
from webapp.reference import queries as reference
from webapp.reference.models import Education
from webapp.sources.workbooks import Writing

REASON = "出错原因"
_EDUCATIONS = (Education.DOCTOR, Education.MASTER, Education.BACHELOR, Education.JUNIOR_COLLEGE, Education.VOCATIONAL, Education.SENIOR_MIDDLE)
_NEEDED = frozenset({Field.NAME, Field.ID_NUMBER, Field.YEAR})
_LEFT_OUT = frozenset({Field.BORN_ON, Field.SCHOOL_CODE, Field.MAJOR_CODE})
"""Understood where a list has them, but nobody has to type them."""
_ROWS = 2_000
"""Rows of the template that have drop-downs."""
_YEARS_BACK = 5
_TOLD = {
    Field.ID_NUMBER: "这一列是文本格式，请保持：当成数字会丢失后几位。",
    Field.HOUSEHOLD: "写全省、市、县，如 山东省济南市历下区；也可以写六位区划代码。户籍地和常住地至少写一个。",
    Field.LIVING: "现在住在哪个县（市、区）。",
    Field.STREET: "常住地的街道或乡镇，没有常住地的写户籍地的。",
    Field.SCHOOL: "可以选，也可以直接写学校全称。",
    Field.MAJOR: "写专业目录里的名称；目录里没有的照实写。",
    Field.GRADUATED_ON: "2026-07-01、2026/7/1、20260701、2026年7月1日、2026.07 都可以。",
    Field.HARDSHIP: "没有的留空；有几类的用顿号隔开。",
}
"""Guidance for a column of the template."""


class Returned:
    """The sheet as it came, only the rows that were not taken, and behind each the reason."""

    def __init__(self, headings: Sequence[str]) -> None:
        kept = [text for text in headings if text != REASON]
        self._width = len(headings)
        self._skipped = [number for number, text in enumerate(headings) if text == REASON]
        self._writing = Writing()
        self._writing.row([*kept, REASON])

    def add(self, cells: Cells, reason: str) -> None:
        """A row that came back once loses the reason of that time, and nothing else."""
        padded = [*cells, *([""] * (self._width - len(cells)))]
        self._writing.row([*(cell for number, cell in enumerate(padded) if number not in self._skipped), reason])

    def content(self) -> bytes:
        return self._writing.content()


def template(regions: Sequence[str], *, on: date) -> bytes:
    """With drop-downs for who works in these regions. What is not on a list may be typed: Excel only asks back."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, lists, guide = (book.add_worksheet(name) for name in ("名册", "选项", "填写说明"))
    text, needed, usual = (
        book.add_format({"num_format": "@"}),
        book.add_format({"bold": True, "bg_color": "#FDE9D9"}),
        book.add_format({"bold": True}),
    )
    columns = [field for field in Field if field not in _LEFT_OUT]
    for number, field in enumerate(columns):
        sheet.write_string(0, number, field.label, needed if field in _NEEDED else usual)
        sheet.set_column(number, number, 22 if field in {Field.ID_NUMBER, Field.SCHOOL, Field.ADDRESS, Field.HOUSEHOLD, Field.LIVING} else 13, text)
    sheet.freeze_panes(1, 0)
    for place, (field, options) in enumerate(_options(regions, on).items()):
        _offer(sheet, lists, columns.index(field), place, field, options)
    lists.hide()
    for row, field in enumerate(columns):
        guide.write_row(row, 0, [field.label, "必填" if field in _NEEDED else "选填", _TOLD.get(field, "")])
    guide.set_column(0, 0, 16)
    guide.set_column(2, 2, 80)
    book.close()
    return packed.getvalue()


def _options(regions: Sequence[str], on: date) -> dict[Field, list[str]]:
    places = reference.regions()
    cities = sorted({f"{region[:4]}00" for region in regions if not region.endswith("0000")})
    counties = [places.name(row.code) for city in cities for row in places.children(city)]
    found = {
        Field.SEX: [sex.label for sex in Sex],
        Field.EDUCATION: [level.label for level in _EDUCATIONS],
        Field.HARDSHIP: [kind.label for kind in TagKind if kind is not TagKind.LONG_UNEMPLOYED],
        Field.YEAR: [str(on.year + 1 - back) for back in range(_YEARS_BACK)],
        Field.SCHOOL: [school.name for school in reference.schools().named(reference.home_province())],
    }
    return {**found, Field.HOUSEHOLD: counties, Field.LIVING: counties} if counties else found


def _offer(sheet: Worksheet, lists: Worksheet, column: int, place: int, field: Field, options: Sequence[str]) -> None:
    lists.write_column(0, place, options)
    letter = chr(ord("A") + place)
    asked = {
        "validate": "list",
        "source": f"=选项!${letter}$1:${letter}${len(options)}",
        "error_type": "information",
        "error_title": field.label,
        "error_message": "下拉列表里没有。确认无误的可以保留。",
    }
    sheet.data_validation(1, column, _ROWS, column, asked)
