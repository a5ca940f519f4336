"""Rows of another department's file: an ID number and what is said of it. Columns by their usual names, in any order; nothing is guessed."""

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from webapp.accounts.identity import BadIdentity, normalise_id_number
from webapp.casework.destinations.comparison_models import Department
from webapp.casework.models import TagKind
from webapp.employers import codes
from webapp.labels import Labelled
from webapp.sources.reading import NotReadable, RowFile, Rows
from webapp.sources.workbooks import Workbook

COLUMNS: dict[str, tuple[str, ...]] = {
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "身份证件号码", "社会保障号码"),
    "unit": ("单位名称", "参保单位", "用人单位", "学校名称", "院校", "录取院校", "征集单位"),
    "uscc": ("统一社会信用代码", "单位代码", "社会信用代码"),
    "state": ("状态", "参保状态", "缴费状态", "学籍状态", "在读状态", "入伍状态", "类别", "救助类别", "困难类别"),
    "from_on": ("起始日期", "参保日期", "开始日期", "入学日期", "入伍日期", "认定日期"),
    "until_on": ("截止日期", "停保日期", "终止日期", "结束日期"),
}
"""Field -> the column names that mean it; the first is the template's."""
TEMPLATE = tuple(names[0] for names in COLUMNS.values())
_ENDED = ("停", "终止", "中断", "注销", "退学", "毕业", "结业", "休学", "退伍", "退役", "取消", "断缴")
_HARDSHIP = (
    ("脱贫", TagKind.POVERTY_RISK),
    ("防返贫", TagKind.POVERTY_RISK),
    ("零就业", TagKind.NO_WORKER),
    ("残疾", TagKind.DISABLED),
    ("特困", TagKind.ORPHAN),
    ("孤儿", TagKind.ORPHAN),
    ("低保", TagKind.LOW_INCOME),
)


class BadFact(Labelled):
    """Why a row is not compared: counted by reason, and not kept."""

    BROKEN = "broken", "列数与表头不符"
    NO_ID = "no_id", "身份证号为空或不对"
    BAD_DAY = "bad_day", "日期读不出来"
    NO_KIND = "no_kind", "困难类别认不出来"


class FactRefused(Exception):
    def __init__(self, reason: BadFact) -> None:
        super().__init__(reason.label)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fact:
    """What the department says of one person on the day of the file."""

    id_number: str
    unit: str
    uscc: str
    holds: bool
    """Insured, enrolled, serving, helped; False: it has ended."""
    hardship: TagKind | None
    from_on: date | None
    until_on: date | None


@contextmanager
def opened(content: bytes) -> Iterator[Rows]:
    """CSV text (UTF-8, GB18030) or a workbook. Raises NotReadable."""
    if not content.startswith(b"PK\x03\x04"):
        yield RowFile(io.BytesIO(content), len(content))
        return
    with TemporaryDirectory() as folder:  # the reader of workbooks wants a path; the folder goes with this block
        path = Path(folder) / "file.xlsx"
        path.write_bytes(content)
        yield Workbook(path)


def columns_in(header: Sequence[str], department: Department) -> dict[str, str]:
    """Field -> the column of this file. Raises NotReadable where the file cannot say what it has to."""
    found = {name: next(one for one in known if one in header) for name, known in COLUMNS.items() if set(known) & set(header)}
    needed = ["id_number", "state"] if department is Department.CIVIL else ["id_number"]
    missing = [COLUMNS[name][0] for name in needed if name not in found]
    if missing:
        raise NotReadable(f"文件缺少这些列：{'、'.join(missing)}。第一行的列名是：{'、'.join(header)[:200]}。请按模板补齐列名后再上传")
    return found


def read(fields: Mapping[str, str] | None, columns: Mapping[str, str], department: Department, as_of: date) -> Fact:
    """Raises FactRefused."""
    if fields is None:
        raise FactRefused(BadFact.BROKEN)
    told = {name: " ".join(unicodedata.normalize("NFKC", fields[column]).split()) for name, column in columns.items()}
    try:
        id_number = normalise_id_number(told.get("id_number", "").lstrip("'"))
    except BadIdentity:
        raise FactRefused(BadFact.NO_ID) from None
    state, until = told.get("state", ""), _day(told.get("until_on", ""))
    hardship = next((kind for word, kind in _HARDSHIP if word in state), None)
    if department is Department.CIVIL and hardship is None:
        raise FactRefused(BadFact.NO_KIND)
    return Fact(
        id_number=id_number,
        unit=told.get("unit", "")[:80],
        uscc=_code(told.get("uscc", "")),
        holds=not any(word in state for word in _ENDED) and (until is None or until >= as_of),
        hardship=hardship if department is Department.CIVIL else None,
        from_on=_day(told.get("from_on", "")),
        until_on=until,
    )


def _code(text: str) -> str:
    """Only a right one: a wrong one would make two units of one."""
    try:
        return codes.normalise(text)
    except codes.IllegalCode:
        return ""


def _day(text: str) -> date | None:
    if not text:
        return None
    parts = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})(?:[-./月]?(\d{1,2}))?[日月]?(?: 0{1,2}:00(?::00)?)?", text)
    if parts is None and re.fullmatch(r"[3-6]\d{4}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))  # a day as a spreadsheet counts them
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3] or 1)) if parts else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> date:
    raise FactRefused(BadFact.BAD_DAY)
