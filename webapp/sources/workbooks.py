"""Excel workbooks: refused before they are parsed where they would unpack to too much, read as rows of text, and written as templates.

A workbook is a zip archive: `webapp.archives` looks at its directory. Then every part is read once, by which those that are broken or are not
what the directory says fail their checksum; what a part may unpack to is counted by the directory, and the parser (calamine) keeps to it too.
The parser lays a sheet out as one rectangle: two cells in opposite corners of a small file would take all memory, so that is measured too.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO
from xml.sax.saxutils import escape

from python_calamine import CalamineError, CalamineWorkbook

from webapp import archives
from webapp.sources.reading import FIELD_AT_MOST, NotReadable, Record, known_columns, require

CELLS_AT_MOST = 5_000_000
"""Of the rectangle that a sheet's filled cells span."""
_PIECE = 1 << 16
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>")
"""A cell with something in it: an empty one that only has a format closes itself."""
_TAIL = 200
"""Bytes of a piece that are read again with the next: a cell's tag may be cut in two."""
_BROKEN = "这个 Excel 文件已经损坏，无法打开。请重新另存为 .xlsx 再发送"


class Workbook:
    """The first sheet of a workbook that `check` let pass."""

    def __init__(self, path: Path) -> None:
        check(path)
        self.size = path.stat().st_size
        self.done = 0
        try:
            sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
            self._rows: Iterator[Sequence[object]] = iter(sheet.iter_rows())
        except (CalamineError, IndexError, ValueError, OSError) as trouble:
            raise NotReadable(_BROKEN) from trouble
        self.header = known_columns([told(cell) for cell in next(self._rows, ())])

    def require(self, *columns: str) -> None:
        require(self.header, *columns)

    def records(self) -> Iterator[Record]:
        width = len(self.header)
        for line, row in enumerate(self._rows, 2):
            cells = [told(cell) for cell in row]
            if not any(cells):
                continue
            text, beyond = [*cells, *([""] * width)][:width], cells[width:]
            if any(beyond) or any(len(cell) > FIELD_AT_MOST for cell in text):
                yield Record(line, None, text)
            else:
                yield Record(line, dict(zip(self.header, text, strict=True)), text)
        self.done = self.size


def check(source: Path | BinaryIO) -> None:
    """Raises NotReadable for what is no workbook, holds macros, or would unpack to more than a feed ever needs."""
    try:
        with zipfile.ZipFile(source) as archive:
            _read_through(archive, archives.parts_of(archive))
    except archives.NotAccepted as reason:
        raise NotReadable(str(reason)) from reason
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as trouble:
        raise NotReadable(_BROKEN) from trouble


def _read_through(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> None:
    """zipfile gives no more of a part than the directory says, and compares the checksum at its end."""
    for part in parts:
        with archive.open(part) as unpacked:
            if _is_sheet(part.filename):
                _measure(unpacked)
            while unpacked.read(_PIECE):
                pass


def _is_sheet(name: str) -> bool:
    return name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml")


def _measure(sheet: IO[bytes]) -> None:
    tail, right, bottom = b"", 0, 0
    while piece := sheet.read(_PIECE):
        text = tail + piece
        for column, row in _CELL.findall(text):
            right, bottom = max(right, _column_number(column)), max(bottom, int(row))
        tail = text[-_TAIL:]
    if right * bottom > CELLS_AT_MOST:
        raise NotReadable("这个 Excel 文件里有写得很远的单元格，占的范围太大。请把岗位复制到一张新的表里再发送")


def _column_number(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def told(cell: object) -> str:
    """A cell as text: a whole number without its `.0`, a day without midnight."""
    if isinstance(cell, bool):
        return "true" if cell else ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets><sheet name="岗位" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Writing:
    """A workbook of one sheet that is packed while its rows come: nothing in it can be a formula, and nothing of it lies on a disk."""

    def __init__(self) -> None:
        self._packed = BytesIO()
        self._archive = zipfile.ZipFile(self._packed, "w", zipfile.ZIP_DEFLATED)
        for name, text in _PARTS.items():
            self._archive.writestr(name, _DECLARED + text)
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._sheet.write(f'{_DECLARED}<worksheet xmlns="{_SHEET}"><sheetData>'.encode())

    def row(self, cells: Iterable[object]) -> None:
        self._sheet.write(f"<row>{''.join(map(_cell, cells))}</row>".encode())

    def content(self) -> bytes:
        """Ends it."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()
        return self._packed.getvalue()


def written(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of one sheet whose cells are all text."""
    writing = Writing()
    for row in rows:
        writing.row(row)
    return writing.content()


def _cell(value: object) -> str:
    """A number stays one; everything else is text as it is read."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<c><v>{value!r}</v></c>"
    text = _NOT_IN_XML.sub("�", value if isinstance(value, str) else told(value))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
