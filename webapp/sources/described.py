"""The columns of a row as sources are told of them: one list, from which the JSON Schema, the templates and the page of it are made.

A file may name a column by its key or by its Chinese title, and may bring columns that nobody reads.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp.cells import guarded

REMOVED = "removed"
_YES = frozenset({"1", "true", "yes", "y", "是", "撤下", "已撤下"})


@dataclass(frozen=True, slots=True)
class Column:
    """`most`: signs that are kept; what is longer is cut. `kind`: the JSON types a row may write it in."""

    key: str
    title: str
    says: str
    sample: str
    required: bool = False
    most: int | None = None
    kind: tuple[str, ...] = ("string",)


_TEXT_OR_FIGURE = ("string", "number")
_TEXT_OR_LIST = ("string", "array")
COLUMNS = (
    Column("id", "岗位编号", "本节点内唯一，同一岗位始终不变。再次推送同一编号就是更新", "A-1001", required=True, most=80, kind=_TEXT_OR_FIGURE),
    Column("title", "岗位名称", "一个岗位一行，不要把几个岗位写在一起", "电焊工", required=True, most=120),
    Column("company", "用人单位", "营业执照上的全称", "济南样例机械有限公司", required=True, most=120),
    Column("region_code", "工作地区代码", "工作地点的六位行政区划代码，尽量写到县（市、区）", "370102", required=True, kind=_TEXT_OR_FIGURE),
    Column("district", "县区或乡镇名称", "代码只到市一级时用来显示", "历下区", most=60),
    Column("address", "详细地址", "求职者要去哪里上班", "工业南路 88 号", most=200),
    Column("lon", "经度", "GCJ-02 坐标，小数", "117.12", kind=_TEXT_OR_FIGURE),
    Column("lat", "纬度", "GCJ-02 坐标，小数", "36.67", kind=_TEXT_OR_FIGURE),
    Column("salary_text", "劳动报酬", "原文，例如 6000-8000元/月、200元/天、22元/小时、面议", "6000-8000元/月", most=80),
    Column("salary_min", "最低月薪", "元；报酬原文看不出金额时才用", "6000", kind=_TEXT_OR_FIGURE),
    Column("salary_max", "最高月薪", "元；报酬原文看不出金额时才用", "8000", kind=_TEXT_OR_FIGURE),
    Column("salary_months", "每年几薪", "例如 13", "", kind=_TEXT_OR_FIGURE),
    Column("headcount", "招聘人数", "正整数", "5", kind=_TEXT_OR_FIGURE),
    Column("education", "学历要求", "不限、初中、高中、中专、大专、本科、硕士、博士", "高中"),
    Column("experience", "经验要求", "例如 不限、1-3年", "1-3年"),
    Column("skills", "技能", "用 | 隔开，JSON 里也可以写成数组", "氩弧焊|二保焊", kind=_TEXT_OR_LIST),
    Column("benefits", "福利", "用 | 隔开，JSON 里也可以写成数组", "包住|工作餐", kind=_TEXT_OR_LIST),
    Column("description", "工作内容和要求", "纯文本；HTML 标签会被去掉", "焊接农机车架，两班倒，有焊工证。"),
    Column("platform", "来源平台", "在岗位上显示的来源名称；不写就用节点名称", "", most=60),
    Column("posted", "来源发布日期", "YYYY-MM-DD，也可以只到月或年", "2026-11-20"),
    Column("url", "原文网址", "https 开头，求职者点开看原文或应聘", "https://jobs.example.com/A-1001", most=500),
    Column(REMOVED, "撤下", "增量文件里写 true 表示来源已撤下这个岗位，这一行其他列都可以不写", "", kind=("boolean", "string")),
)
KEYS = tuple(column.key for column in COLUMNS)
_KEY_OF = {column.title: column.key for column in COLUMNS}


def key_of(name: str) -> str:
    """The key of a column that is named by its key or its Chinese title; another name stays as it is."""
    return _KEY_OF.get(name, name)


def is_removal(value: str) -> bool:
    return value.strip().lower() in _YES


def schema(address: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a JSON Lines file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "岗位",
        "description": "岗位归集接口的一行：一个岗位，或一次撤下",
        "type": "object",
        "properties": {column.key: _property(column) for column in COLUMNS},
        "anyOf": [
            {"required": [column.key for column in COLUMNS if column.required]},
            {"required": ["id", REMOVED], "properties": {REMOVED: {"const": True}}},
        ],
    }


def _property(column: Column) -> dict[str, Any]:
    kinds: str | list[str] = column.kind[0] if len(column.kind) == 1 else list(column.kind)
    said: dict[str, Any] = {"type": kinds, "title": column.title, "description": column.says}
    if "array" in column.kind:
        said["items"] = {"type": "string"}
    if column.sample:
        said["examples"] = [column.sample]
    return said


def template_rows() -> list[list[str]]:
    """Titles and one sample row. What a delta alone uses is left out."""
    told = [column for column in COLUMNS if column.key != REMOVED]
    return [[column.title for column in told], [column.sample for column in told]]


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
