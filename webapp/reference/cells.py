"""What every shipped or official table holds its cells to: the shape, the length, and that something is there."""

import re
from collections.abc import Mapping


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
