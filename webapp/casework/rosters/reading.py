"""A roster as rows of cells, whatever file it came in. A title above the headings is passed over; what a cell was in the sheet it stays."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from webapp.casework.rosters.values import Field
from webapp.files import FileType
from webapp.reference import queries as reference
from webapp.sources.reading import NotReadable, RowFile

_HEADINGS_WITHIN = 10
"""Rows at the top among which the headings are looked for."""
_MARKS = str.maketrans("", "", "*＊：:\ufeff")
Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    """In the file, counted from 1."""
    cells: Cells
    is_broken: bool = False


class Roster:
    """An opened file: its headings, which column is which field, and its rows."""

    def __init__(self, content: bytes, kind: FileType) -> None:
        """Raises NotReadable with what is wrong and what to do."""
        lines = _lines_of_csv(content) if kind is FileType.CSV else _lines_of_workbook(content)
        first = list(islice(lines, _HEADINGS_WITHIN))
        place = max(range(len(first)), key=lambda number: len(_fields_in(first[number].cells)), default=None)
        if place is None:
            raise NotReadable("文件是空的")
        self.headings = [heading(cell) for cell in first[place].cells]
        self.fields = [_field(text) for text in self.headings]
        self._require()
        self._lines = chain(first[place + 1 :], lines)

    def _require(self) -> None:
        missing = [field.label for field in (Field.NAME, Field.ID_NUMBER) if field not in self.fields]
        if missing:
            seen = "、".join(text for text in self.headings if text)[:150]
            raise NotReadable(f"文件里找不到这些列：{'、'.join(missing)}。看到的列名是：{seen or '（没有）'}。请按模板补上列名再上传")

    @property
    def columns(self) -> list[list[str]]:
        """Heading and the field it is understood as, for a page."""
        return [[text[:60], field.value if field else ""] for text, field in zip(self.headings, self.fields, strict=True) if text]

    def lines(self) -> Iterator[Line]:
        """Without empty ones."""
        return (line for line in self._lines if line.is_broken or any(cell not in ("", None) for cell in line.cells))


def heading(cell: object) -> str:
    return "".join(str(cell).translate(_MARKS).replace("(必填)", "").replace("（必填）", "").split()) if cell is not None else ""


def _field(text: str) -> Field | None:
    value = reference.roster_words().value("heading", text) if text else None
    return next((field for field in Field if field.value == value), None)


def _fields_in(cells: Cells) -> set[Field]:
    return {field for cell in cells if isinstance(cell, str) and (field := _field(heading(cell))) is not None}


def _lines_of_workbook(content: bytes) -> Iterator[Line]:
    """Of the sheet with most headings; empty rows above them are counted as rows."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [sheet for name in book.sheet_names if (sheet := book.get_sheet_by_name(name)).height]
        if not sheets:
            raise NotReadable("这个工作簿是空的")
        rows = max(sheets, key=_headings_of).iter_rows() if len(sheets) > 1 else sheets[0].iter_rows()
    except (CalamineError, IndexError, ValueError, OSError) as trouble:
        raise NotReadable("这个 Excel 文件已经损坏或有密码，打不开。请取消密码、另存为新的 .xlsx 再上传") from trouble
    return (Line(number, row) for number, row in enumerate(rows, 1))


def _headings_of(sheet: CalamineSheet) -> int:
    return max(len(_fields_in(row)) for row in islice(sheet.iter_rows(), _HEADINGS_WITHIN))


class _Csv(RowFile):
    """Without a header of its own: that is looked for by who reads the rows."""

    def _read_header(self) -> list[str]:
        return []

    def lines(self) -> Iterator[Line]:
        while True:
            number = self._lines.number + 1
            cells = self._next()
            if cells is None and not self._lines.taken:
                return
            if cells is None or not _is_text("".join(cells)):
                yield Line(number, self._give_back(), is_broken=True)
            else:
                yield Line(number, cells)


def _is_text(text: str) -> bool:
    """Bytes that the encoding has no sign for stand in it as lone surrogates, which cannot be written again."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _lines_of_csv(content: bytes) -> Iterator[Line]:
    raw: BinaryIO = io.BytesIO(content)
    return _Csv(raw, len(content)).lines()
