"""Cells of a reference table as text: what each kind may hold, and what makes its row bad."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

Row = dict[str, Any]
_TRUE = frozenset({"1", "true", "yes", "y", "是", "已核实"})


class BadRow(Exception):
    """This row cannot be taken; the text is shown beside its line number."""


def matched(pattern: str, value: str, reason: str) -> str:
    if not re.fullmatch(pattern, value, re.ASCII):
        raise BadRow(f"{reason}：{value or '（空）'}")
    return value


def text(record: Mapping[str, str], column: str, limit: int, *, required: bool = False) -> str:
    value = record.get(column, "").strip()
    if len(value) > limit:
        raise BadRow(f"{column} 超过 {limit} 个字")
    if required and not value:
        raise BadRow(f"{column} 不能为空")
    return value


def coordinate(record: Mapping[str, str], *columns: str, limit: float) -> float | None:
    text = next((record[column].strip() for column in columns if record.get(column, "").strip()), "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadRow(f"坐标不是数字：{text}") from None
    if not -limit <= value <= limit:
        raise BadRow(f"坐标超出范围：{text}")
    return value


def day(record: Mapping[str, str], *columns: str) -> date | None:
    text = next((record[column].strip() for column in columns if record.get(column, "").strip()), "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(f"日期要写成 2025-10-01 的样子：{text}") from None


def is_true(record: Mapping[str, str], column: str) -> bool:
    return record.get(column, "").strip().lower() in _TRUE


def whole(record: Mapping[str, str], column: str) -> int | None:
    value = record.get(column, "").strip()
    return int(matched(r"\d{1,6}", value, f"{column} 要写成整数")) if value else None


def words(record: Mapping[str, str], column: str) -> list[str]:
    """Codes with a bar between them."""
    parts = [part.strip() for part in record.get(column, "").split("|")]
    return [matched(r"[a-z][a-z0-9_]{0,59}", part, f"{column} 只能写代码，用 | 分开") for part in parts if part]


def span(record: Mapping[str, str], regions: str = r"CN|\d{6}") -> Row:
    begin, end = day(record, "valid_from", "from"), day(record, "valid_to", "to")
    if begin and end and end < begin:
        raise BadRow(f"结束日期 {end} 早于开始日期 {begin}")
    region = matched(regions, record["region"].strip(), "地区要写 CN 或六位行政区划代码")
    return {"region": region, "valid_from": begin, "valid_to": end}
