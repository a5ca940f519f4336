"""A file of telephone numbers, read line by line: text in, rows and bad lines out, each with its reason."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from webapp.db import today
from webapp.reference.models import PhonePurpose

COLUMNS = {
    "地区代码": "region",
    "用途": "purpose",
    "电话": "number",
    "单位": "office",
    "服务时间": "hours",
    "号码来源": "source",
    "核实日期": "checked_on",
}
NEEDED = ("地区代码", "用途", "电话")
LINES_AT_MOST = 2000
_NUMBER = re.compile(r"\+?\d[\d\- ]{2,24}\d(?:转\d{1,6})?")
_LIMITS = {"office": 80, "hours": 80, "source": 200}


class NotAPhoneFile(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


class BadNumber(ValueError):
    """The text says in Chinese what is wrong with a value."""


@dataclass(frozen=True, slots=True)
class BadLine:
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRow:
    """One line; `line` 0 where it was typed into a form."""

    FIELDS: ClassVar[tuple[str, ...]] = tuple(COLUMNS.values())
    region: str
    purpose: PhonePurpose
    number: str
    office: str = ""
    hours: str = ""
    source: str = ""
    checked_on: date | None = None
    line: int = 0

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.FIELDS}


def plain_number(typed: str) -> str:
    """`0531-8888 8888 转 12` -> `0531-88888888转12`; raises BadNumber."""
    number = "".join(unicodedata.normalize("NFKC", typed).replace("—", "-").split())
    if not _NUMBER.fullmatch(number):
        raise BadNumber(f"电话要写成 0531-88888888、12333 或 0531-88888888转12 的样子：{typed.strip()[:40] or '（空）'}")
    return number


def read(content: bytes) -> tuple[list[PhoneRow], list[BadLine]]:
    """UTF-8 or GB18030. Raises NotAPhoneFile."""
    lines = csv.DictReader(io.StringIO(_decoded(content), newline=""), restval="", skipinitialspace=True, strict=True)
    try:
        return _rows(lines)
    except csv.Error as reason:
        raise NotAPhoneFile(f"第 {lines.line_num + 1} 行不是完整的 CSV，请检查引号") from reason


def _rows(lines: "csv.DictReader[str]") -> tuple[list[PhoneRow], list[BadLine]]:
    missing = [name for name in NEEDED if name not in (lines.fieldnames or ())]
    if missing:
        raise NotAPhoneFile(f"缺少列：{'、'.join(missing)}。第一行应当是列名：{'、'.join(COLUMNS)}")
    rows: dict[tuple[str, str, str], PhoneRow] = {}
    bad: list[BadLine] = []
    for record in lines:
        if len(rows) + len(bad) >= LINES_AT_MOST:
            raise NotAPhoneFile(f"一次最多导入 {LINES_AT_MOST} 行，请分成几个文件")
        try:
            row = _row(record, lines.line_num)
            _refuse_twin(rows.setdefault((row.region, row.purpose, row.number), row), row)
        except BadNumber as reason:
            bad.append(BadLine(lines.line_num, str(reason)))
    return list(rows.values()), bad


def _refuse_twin(kept: PhoneRow, row: PhoneRow) -> None:
    if kept is not row:
        raise BadNumber(f"与第 {kept.line} 行重复")


def _row(record: Mapping[str | Any, str | Any], line: int) -> PhoneRow:
    if None in record:
        raise BadNumber("列数比表头多")
    said = {field: " ".join(record.get(name, "").replace("\x00", "").split()) for name, field in COLUMNS.items()}
    if not re.fullmatch(r"\d{6}", said["region"], re.ASCII):
        raise BadNumber(f"地区代码要写六位数字：{said['region'] or '（空）'}")
    purpose = next((one for one in PhonePurpose if said["purpose"] in {one.label, one.value}), None)
    if purpose is None:
        raise BadNumber(f"用途只能是：{'、'.join(one.label for one in PhonePurpose)}")
    for field, most in _LIMITS.items():
        if len(said[field]) > most:
            raise BadNumber(f"{next(name for name, known in COLUMNS.items() if known == field)}超过 {most} 个字")
    texts = {field: said[field] for field in _LIMITS}
    return PhoneRow(
        region=said["region"], purpose=purpose, number=plain_number(said["number"]), checked_on=_day(said["checked_on"]), line=line, **texts
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise BadNumber(f"核实日期要写成 2026-10-01 的样子，没有核实就留空：{text[:20]}") from None
    return past_day(day)


def past_day(day: date | None) -> date | None:
    """Nobody has checked a number on a day to come; raises BadNumber. For the form as well."""
    if day is not None and day > today():
        raise BadNumber(f"核实日期还没有到：{day}")
    return day


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotAPhoneFile("这不是 UTF-8 或 GB18030 编码的 CSV 文件；如果是 Excel 表格，请另存为“CSV UTF-8（逗号分隔）”再导入")


def template() -> str:
    """An empty file to fill in, with the byte order mark that Excel wants."""
    return "\ufeff" + ",".join(COLUMNS) + "\r\n"
