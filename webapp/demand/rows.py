"""One row of another system's file as a need. The columns have the names the three systems use, in any order; what a row leaves out stays
empty, what cannot be read is a reason to send the row back, never to guess.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from webapp.demand.models import Urgency
from webapp.demand.values import NeedValues
from webapp.employers.models import Employer
from webapp.labels import Labelled
from webapp.reference import queries as reference
from webapp.reference.models import Education, WageUnit

COLUMNS: dict[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "社会信用代码", "uscc"),
    "employer": ("单位名称", "企业名称", "用人单位"),
    "occupation": ("职业（工种）", "职业(工种)", "职业", "工种", "职业代码", "职业名称"),
    "title": ("岗位名称", "岗位"),
    "headcount": ("需求人数", "人数", "缺工人数", "招聘人数"),
    "by_on": ("到岗日期", "到岗时间", "要求到岗日期"),
    "region": ("工作地点", "县（市、区）", "县区", "地区"),
    "address": ("详细地址", "工作地址", "地址"),
    "wage_low": ("最低工资", "工资下限"),
    "wage_high": ("最高工资", "工资上限"),
    "wage_unit": ("工资单位", "计薪单位"),
    "urgency": ("紧急程度", "紧缺程度"),
    "education": ("学历", "学历要求"),
    "conditions": ("条件", "招聘条件", "任职要求"),
}
"""Field -> the column names that mean it; the first is the template's."""
TEMPLATE = tuple(names[0] for names in COLUMNS.values())
_HEADCOUNT_AT_MOST = 5000
_URGENCIES = {member.label: member for member in Urgency} | {"紧急": Urgency.URGENT, "特急": Urgency.URGENT, "是": Urgency.URGENT}
_EDUCATIONS = {member.label: member.value for member in Education} | {"专科": 40, "大专及以上": 40, "本科及以上": 50, "高中及以上": 30}


class BadRow(Labelled):
    """Why a row is sent back: a closed list. An employer elsewhere and one nobody knows are one reason: the file is no way to ask who is here."""

    BROKEN = "broken", "行损坏：列数与表头不符或内容无法读取"
    NO_EMPLOYER = "no_employer", "您的管辖区域里没有登记这家单位：请核对统一社会信用代码，或先请单位登记"
    TWO_NAMED = "two_named", "有多家单位叫这个名称：请填写统一社会信用代码"
    NO_OCCUPATION = "no_occupation", "职业不在《职业分类大典》里：请填写细类的名称或代码"
    NO_COUNT = "no_count", "人数不是 1 到 5000 的整数"
    BAD_DAY = "bad_day", "到岗日期读不出来：请写成 2026-12-31"
    BAD_PLACE = "bad_place", "工作地点读不出来：请写六位区划代码，或单位所在市的县（市、区）名称"
    BAD_WAGE = "bad_wage", "工资读不出来：请写数字和“月、天、小时”等单位，最低不高于最高"


class RowRefused(Exception):
    def __init__(self, reason: BadRow) -> None:
        super().__init__(reason.label)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sent:
    """What one row says: whose need, and a digest that is the same for the same row."""

    employer_id: UUID
    values: NeedValues
    digest: str

    @property
    def key(self) -> tuple[UUID, str, str]:
        """同一企业、职业、地点 is one need."""
        return self.employer_id, self.values.occupation, self.values.region


class Employers:
    """Those a file may name: of the sender's area, by code and by name."""

    def __init__(self, rows: Iterable[Employer]) -> None:
        self._by_code: dict[str, Employer] = {}
        self._by_name: dict[str, list[Employer]] = {}
        for row in rows:
            self._by_code[row.uscc] = row
            self._by_name.setdefault(_plain(row.name), []).append(row)

    def find(self, uscc: str, name: str) -> Employer:
        """Raises RowRefused. A code decides; without one the name has to be of one employer only."""
        coded = [self._by_code[uscc]] if uscc in self._by_code else []
        found = coded if uscc else self._by_name.get(_plain(name), [])
        if len(found) > 1:
            raise RowRefused(BadRow.TWO_NAMED)
        if not found:
            raise RowRefused(BadRow.NO_EMPLOYER)
        return found[0]


def columns_in(header: Iterable[str]) -> dict[str, str]:
    """Field -> the column of this file that holds it."""
    names = list(header)
    return {field: next(name for name in known if name in names) for field, known in COLUMNS.items() if set(known) & set(names)}


def read(fields: Mapping[str, str] | None, columns: Mapping[str, str], employers: Employers) -> Sent:
    """Raises RowRefused with the first reason that applies; a row without fields is broken."""
    if fields is None:
        raise RowRefused(BadRow.BROKEN)
    told = {field: _plain(fields[column]) for field, column in columns.items()}
    employer = employers.find(told.get("uscc", "").upper(), told.get("employer", ""))
    unit, low, high = _wage(told)
    values = NeedValues(
        occupation=_occupation(told.get("occupation", "")),
        headcount=_headcount(told.get("headcount", "")),
        region=_region(told.get("region", ""), employer),
        title=told.get("title", "")[:60],
        by_on=_day(told.get("by_on", "")),
        urgency=_URGENCIES.get(told.get("urgency", ""), Urgency.NORMAL),
        address=told.get("address", "")[:120],
        wage_unit=unit,
        wage_low=low,
        wage_high=high,
        education=_EDUCATIONS.get(told.get("education", "")),
        conditions=told.get("conditions", "")[:1000],
    )
    return Sent(employer.id, values, digest_of(told))


def digest_of(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\x00", "").split())


def _occupation(text: str) -> str:
    """A 细类 by its code, or by a name that is of one of them; classes are no occupation."""
    table = reference.occupations()
    row = table.get(text) or next(iter((*table.named(text), *table.named(text.replace("(", "（").replace(")", "）")))), None)
    if row is None or row.code.count("-") != 3:
        raise RowRefused(BadRow.NO_OCCUPATION)
    return row.code


def _headcount(text: str) -> int:
    number = re.fullmatch(r"(\d{1,6})人?", text)
    if number is None or not 1 <= int(number[1]) <= _HEADCOUNT_AT_MOST:
        raise RowRefused(BadRow.NO_COUNT)
    return int(number[1])


def _day(text: str) -> date | None:
    if not text:
        return None
    parts = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?(?: 0{1,2}:00(?::00)?)?", text)
    try:
        return date(*map(int, parts.groups())) if parts else _refuse_day()
    except ValueError:
        return _refuse_day()


def _refuse_day() -> date:
    raise RowRefused(BadRow.BAD_DAY)


def _region(text: str, employer: Employer) -> str:
    """A code, or the name of a county of the employer's city; none: where the employer is."""
    regions = reference.regions()
    if not text:
        return employer.region
    if regions.is_known(text):
        return text
    city = regions.place(employer.region).city_code
    named = [row.code for row in regions.children(city) if text in {row.name, row.short_name, regions.name(row.code)}]
    if len(named) != 1:
        raise RowRefused(BadRow.BAD_PLACE)
    return named[0]


def _wage(told: Mapping[str, str]) -> tuple[WageUnit | None, Decimal | None, Decimal | None]:
    low, high = (_amount(told.get(name, "")) for name in ("wage_low", "wage_high"))
    if low is None and high is None:
        return None, None, None
    named = told.get("wage_unit", "").removeprefix("元").removeprefix("/") or WageUnit.MONTH.label
    unit = next((unit for unit in WageUnit if named in {unit.label, unit.value}), None)
    if unit is None or (low is not None and high is not None and low > high):
        raise RowRefused(BadRow.BAD_WAGE)
    return unit, low, high


def _amount(text: str) -> Decimal | None:
    plain = text.replace(",", "").removesuffix("元")
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", plain) or Decimal(plain) <= 0:
        raise RowRefused(BadRow.BAD_WAGE)
    return Decimal(plain)
