"""The workbooks that an employer is given: the template, and the rows that go back. Every text is written as text, never as a formula or a link."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import xlsxwriter

from webapp.bulk import columns
from webapp.bulk.columns import OF_FIELD, REASON_HEADING, TEMPLATE, Column
from webapp.bulk.reading import Cell, Table
from webapp.sources.workbooks import told

SHEET, GUIDE, LISTS = "岗位", "填写说明", "选项"
ROWS_OFFERED = 1000
"""Rows below the headings that have drop-downs."""
TEXT_AT_MOST = 32_767
"""Signs that a cell of Excel holds."""
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
_HEADING = {"bold": True, "bg_color": "#DCE9F7", "border": 1, "text_wrap": True, "valign": "vcenter"}
_MUST = _HEADING | {"bg_color": "#1F4E79", "font_color": "#FFFFFF"}
_HINT = {"font_color": "#595959", "italic": True, "text_wrap": True, "valign": "top", "bg_color": "#F2F2F2"}
_SAMPLE = {"font_color": "#7F6000", "text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"}
_WRONG = {"font_color": "#9C0006", "bg_color": "#FFE3E6", "text_wrap": True, "valign": "top"}
_TEXT = {"text_wrap": True, "valign": "top"}


class _Book:
    """A workbook in memory, and its formats by name."""

    def __init__(self) -> None:
        self._file = BytesIO()
        self.book = xlsxwriter.Workbook(self._file, _PLAIN)
        looks = {"heading": _HEADING, "must": _MUST, "hint": _HINT, "sample": _SAMPLE, "wrong": _WRONG, "text": _TEXT}
        self.looks = {name: self.book.add_format(look) for name, look in looks.items()}
        self.looks["day"] = self.book.add_format(_TEXT | {"num_format": "yyyy-mm-dd"})
        self.looks["moment"] = self.book.add_format(_TEXT | {"num_format": "yyyy-mm-dd hh:mm"})

    def sheet(self, name: str) -> Any:
        return self.book.add_worksheet(name)

    def content(self) -> bytes:
        self.book.close()
        return self._file.getvalue()

    def write(self, sheet: Any, row: int, column: int, cell: Cell, look: str = "text") -> None:
        """A cell as what it is; a text that begins like a formula stays a text."""
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self.looks[look])
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, self.looks[look])
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell, self.looks["day" if cell.time() == time() else "moment"])
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, self.looks["day"])
        elif text := told(cell):
            sheet.write_string(row, column, text[:TEXT_AT_MOST], self.looks[look])


def template(on: date, *, most: int, days: int) -> bytes:
    """Headings, a row of hints, an example that is passed over, drop-downs, and a sheet that says how. `days`: the longest validity."""
    book = _Book()
    sheet = book.sheet(SHEET)
    must = columns.required()
    for place, column in enumerate(TEMPLATE):
        book.write(sheet, 0, place, f"{column.heading} *" if column.field in must else column.heading, "must" if column.field in must else "heading")
        book.write(sheet, 1, place, columns.hints()[column.field], "hint")
        book.write(sheet, 2, place, _as_cell(column, columns.example(on)[column.field]), "sample")
        sheet.set_column(place, place, column.width)
    sheet.set_row(0, 24)
    sheet.set_row(1, 48)
    sheet.freeze_panes(1, 1)
    _guide(book, must, most, days)
    _offer(book, sheet, {column.field: place for place, column in enumerate(TEMPLATE)}, first=3, on=on, days=days)
    return book.content()


def returned(table: Table, reasons: Mapping[int, Sequence[str]], on: date, *, days: int) -> bytes:
    """The lines that have reasons, with all their cells, and 出错原因 behind them; what stood there from an earlier time is left out."""
    book = _Book()
    sheet = book.sheet(SHEET)
    places = [place for place in range(len(table.headings)) if place != table.at.get(columns.REASON)]
    fields = {place: field for field, place in table.at.items()}
    must = columns.required()
    for to, place in enumerate(places):
        field = fields.get(place, "")
        book.write(sheet, 0, to, table.headings[place], "must" if field in must else "heading")
        sheet.set_column(to, to, OF_FIELD[field].width if field else 16)
    book.write(sheet, 0, len(places), REASON_HEADING, "heading")
    sheet.set_column(len(places), len(places), 60)
    for row, line in enumerate((line for line in table.lines if line.number in reasons), 1):
        for to, place in enumerate(places):
            book.write(sheet, row, to, line.cells[place] if place < len(line.cells) else "")
        book.write(sheet, row, len(places), "；\n".join(reasons[line.number]), "wrong")
    sheet.freeze_panes(1, 1)
    _offer(book, sheet, {fields[place]: to for to, place in enumerate(places) if place in fields}, first=1, on=on, days=days)
    return book.content()


def _as_cell(column: Column, text: str) -> Cell:
    """Figures and days of the example are figures and days."""
    if column.field == "valid_through":
        return date.fromisoformat(text)
    return int(text) if text.isdigit() else text


def _guide(book: _Book, must: frozenset[str], most: int, days: int) -> None:
    sheet = book.sheet(GUIDE)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    said = (
        (
            "怎么填",
            f"在“{SHEET}”表里一行写一个岗位，一次最多 {most} 个。列的顺序可以换，不用的列可以删；列名改成平常的叫法（例如“学历要求”）也认得。",
        ),
        ("提示和示例", f"以“{columns.HINT}”和“{columns.EXAMPLE}”开头的两行只给人看，留着也不会发布。"),
        ("带 * 的列", "是法规要求写明的内容：不填可以先存为草稿，补齐以后才能提交审核。"),
        ("有效期", f"最长 {days} 天，到期自动停止招聘。"),
        ("不能写的", "性别、年龄、户籍、婚育、民族、宗教、健康等与工作无关的限制；押金、培训费等收费；正文里的电话和微信。"),
        ("出错的行", f"会装在同样的表里退回，最后一列“{REASON_HEADING}”写着怎么改。改好后直接上传这张表；已经发布的行再传一次也不会重复。"),
    )
    for row, (what, text) in enumerate(said):
        book.write(sheet, row, 0, what, "heading")
        book.write(sheet, row, 1, text)
    for row, column in enumerate(TEMPLATE, len(said) + 1):
        book.write(sheet, row, 0, f"{column.heading} *" if column.field in must else column.heading, "heading")
        also = f"。也认得：{'、'.join(column.also)}" if column.also else ""
        book.write(sheet, row, 1, f"{column.hint}{also}")


def _offer(book: _Book, sheet: Any, at: Mapping[str, int], *, first: int, on: date, days: int) -> None:
    """Drop-downs and limits for the columns that are there. The words of a list stand in a hidden sheet: a cell's own list ends at 255 signs."""
    lists = book.sheet(LISTS)
    lists.hide()
    offered = [column for column in TEMPLATE if column.offered is not None and column.field in at]
    for place, column in enumerate(offered):
        words = column.offered() if column.offered else []
        for row, word in enumerate(words):
            lists.write_string(row, place, word)
        source = f"='{LISTS}'!${_letter(place)}$1:${_letter(place)}${len(words)}"
        _validate(sheet, at[column.field], first, {"validate": "list", "source": source}, f"请从列表里选{column.heading}")
    if "headcount" in at:
        _validate(sheet, at["headcount"], first, {"validate": "integer", "criteria": ">=", "value": 1}, "招聘人数要写成整数")
    if "valid_through" in at:
        limits = {"validate": "date", "criteria": "between", "minimum": on, "maximum": on + timedelta(days=days)}
        _validate(sheet, at["valid_through"], first, limits, f"有效期至要写成年-月-日，最长 {days} 天")


def _validate(sheet: Any, column: int, first: int, rule: dict[str, Any], says: str) -> None:
    """A warning, not a stop: what is typed otherwise may still be understood when it is uploaded."""
    told = {"ignore_blank": True, "error_type": "warning", "error_title": "请核对", "error_message": says}
    sheet.data_validation(first, column, first + ROWS_OFFERED, column, rule | told)


def _letter(place: int) -> str:
    """Of the first 26 columns."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place]
