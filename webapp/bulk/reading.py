"""A table as an employer sends it: Excel or CSV, the headings in any order and under any of their names, somewhere in the first rows.

People put a title above the headings, merge cells, leave rows empty and paste a second table below the first. So the headings are looked
for, in every sheet, and each row keeps its line and its cells as they came: what goes back is what was sent. A formula is never carried out:
what is read is the value that the spreadsheet itself last stored.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from webapp.bulk.columns import PAY, REASON, TITLE, field_of, is_left_in, label_of
from webapp.files import FileType
from webapp.sources import workbooks
from webapp.sources.reading import FIELD_AT_MOST, NotReadable, encoding_of
from webapp.sources.workbooks import told

HEADINGS_WITHIN = 20
"""Rows in which the headings are looked for."""
FEWEST_HEADINGS = 3
"""So many known headings in one row make it the row of headings: a single word may stand anywhere."""
COLUMNS_AT_MOST = 200
Cell = object
Cells = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Line:
    """`number` as the spreadsheet counts, `cells` as they came, `texts` by field."""

    number: int
    cells: Cells
    texts: dict[str, str]
    raw: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """`at`: field -> which of the headings means it; `skipped`: rows that mean no posting."""

    headings: list[str]
    at: dict[str, int]
    lines: list[Line]
    skipped: int

    @property
    def unread(self) -> list[str]:
        """Headings that nobody knows."""
        known = set(self.at.values())
        return [heading for place, heading in enumerate(self.headings) if heading and place not in known]


def read(content: bytes, kind: FileType, *, most: int) -> Table:
    """Raises NotReadable, which says what to do."""
    sheets = list(_sheets(content) if kind is FileType.XLSX else _csv(content))
    for rows in sheets:
        place = _headings_in(rows)
        if place is not None:
            return _table(rows, place, most)
    seen = "、".join(_texts(next((cells for rows in sheets for _, cells in rows if any(_texts(cells))), ())))
    says = f"第一行写的是：{seen[:100]}。" if seen else "表是空的。"
    raise NotReadable(f"没有找到列名。{says}请用模板填写，列名至少要有“岗位名称”“招聘人数”“工作内容”这样的三列")


_Rows = list[tuple[int, Cells]]


def _sheets(content: bytes) -> Iterator[_Rows]:
    """Every sheet of a workbook, the first first."""
    workbooks.check(io.BytesIO(content))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            yield list(enumerate(book.get_sheet_by_name(name).iter_rows(), 1))
    except (CalamineError, IndexError, ValueError, OSError) as trouble:
        raise NotReadable("这个 Excel 文件已经损坏，或者加了密码，无法打开。请重新另存为没有密码的 .xlsx 再上传") from trouble


def _csv(content: bytes) -> Iterator[_Rows]:
    encoding = encoding_of(content)
    csv.field_size_limit(FIELD_AT_MOST)
    reader = csv.reader(io.StringIO(content.decode(encoding, errors="replace"), newline=""), strict=True)
    rows: _Rows = []
    begins = 1
    try:
        for cells in reader:
            rows.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as trouble:
        raise NotReadable(f"第 {begins} 行的引号没有成对，后面的内容分不清。请改好，或者用 Excel 另存为 .xlsx 再上传") from trouble
    yield rows


def _texts(cells: Cells) -> list[str]:
    return [text for cell in cells if (text := told(cell).strip())]


def _headings_in(rows: _Rows) -> int | None:
    """Which row has the headings: with the name of the posting, and the most that are known."""
    counts = []
    for place, (_, cells) in enumerate(rows[:HEADINGS_WITHIN]):
        fields = {field_of(told(cell)) for cell in cells[:COLUMNS_AT_MOST]} - {None}
        if TITLE in fields and len(fields) >= FEWEST_HEADINGS:
            counts.append((len(fields), -place))
    return -max(counts)[1] if counts else None


def _table(rows: _Rows, place: int, most: int) -> Table:
    headings = [told(cell).strip() for cell in rows[place][1][:COLUMNS_AT_MOST]]
    at = _places(headings)
    lines, skipped = [], 0
    for number, cells in rows[place + 1 :]:
        if not any(_texts(cells)):
            continue
        kept = cells[: len(headings)]
        raw = {field: kept[where] for field, where in at.items() if where < len(kept) and field != REASON}
        line = Line(number, kept, {field: told(cell).strip() for field, cell in raw.items()}, raw)
        if is_left_in(line.texts):
            skipped += 1
        elif any(line.texts.values()):
            lines.append(line)
        if len(lines) > most:
            raise NotReadable(f"一次最多上传 {most} 个岗位。请把表格分成几份，分几次上传")
    if not lines:
        raise NotReadable("表里没有岗位。请在列名下面填写，一行一个岗位；示例和提示行不算")
    return Table(headings, at, lines, skipped)


def _places(headings: Sequence[str]) -> dict[str, int]:
    """Raises NotReadable where two columns say they are the same: taking one of them would be a guess."""
    at: dict[str, int] = {}
    for place, heading in enumerate(headings):
        field = field_of(heading)
        if field is None:
            continue
        if field in at:
            raise NotReadable(f"“{headings[at[field]]}”和“{heading}”两列说的是同一项（{_named(field)}）。请删掉一列，再上传")
        at[field] = place
    return at


def _named(field: str) -> str:
    return {PAY: "工资", REASON: "出错原因"}.get(field) or label_of(field)
