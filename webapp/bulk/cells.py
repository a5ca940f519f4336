"""One cell as the form would have it typed: the words of a list as their code, a spreadsheet's number as a figure or a day.

Only what a cell surely means is translated; everything else stays as it is, and the form says what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial

from webapp.bulk.columns import OF_FIELD, PAY, REMARK, label_of, plain
from webapp.bulk.reading import Cell, Line
from webapp.postings.forms import EXPERIENCES
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import Education, EmploymentType, WageUnit
from webapp.reference.queries import Regions

_EXCEL_BEGINS = date(1899, 12, 30)
_SERIALS = range(36526, 73051)
"""Days 2000-01-01 to 2099-12-31 as a spreadsheet counts them: a date whose cell lost its format."""
_DAY = re.compile(r"(\d{4}) ?[-./年] ?(\d{1,2}) ?[-./月] ?(\d{1,2}) ?日?(?: 0{1,2}:00(?::00)?)?")
_ABOVE = re.compile(r"(?:\(?含\)?)?(?:及|或)?以上(?:学历)?$|学历$")
_KINDS = {kind.label: kind.value for kind in EmploymentType} | {
    "全日制": "full_time",
    "全日制用工": "full_time",
    "全职用工": "full_time",
    "非全日制用工": "part_time",
    "临时工": "temporary",
    "短期用工": "temporary",
    "派遣": "dispatch",
    "见习": "traineeship",
}
_LEVELS = {one.label: str(one.value) for one in Education} | {
    "无": "0",
    "无要求": "0",
    "学历不限": "0",
    "不限学历": "0",
    "中专": "35",
    "技校": "35",
    "中技": "35",
    "中职": "35",
    "专科": "40",
    "大学专科": "40",
    "高职": "40",
    "大学": "50",
    "大学本科": "50",
    "研究生": "60",
    "硕士研究生": "60",
    "博士研究生": "70",
}
_UNITS = {unit.label: unit.value for unit in WageUnit} | {
    "时": "hour",
    "小时工": "hour",
    "日": "day",
    "月薪": "month",
    "年薪": "year",
    "计件": "piece",
}
_YEARS = {years for years, _ in EXPERIENCES}
_IN_WORDS = str.maketrans("一二两三五", "12235")
_ONE_LINE = frozenset({"title", "occupation", "skills", "address", "benefits"})


class Unread(Exception):
    """A cell that cannot be translated; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form's boxes, and what is wrong with cells that no box can show."""

    boxes: dict[str, str]
    remark: str
    wrong: dict[str, str]


def typed(line: Line, near: str) -> Typed:
    """`near`: the employer's own region, which decides between places of one name."""
    boxes, wrong = {}, {}
    texts = {field: text for field, text in line.texts.items() if field not in {REMARK, PAY}}
    for field, text in texts.items():
        try:
            boxes[field] = _read(field, text, line.raw[field], near)
        except Unread as trouble:
            boxes[field], wrong[field] = "", str(trouble)
    return Typed(_with_pay(boxes, line.texts.get(PAY, "")), line.texts.get(REMARK, ""), wrong)


def _read(field: str, text: str, raw: Cell, near: str) -> str:
    if not text:
        return ""
    if field == "valid_through":
        return _day(text, raw)
    if field in {"wage_low", "wage_high"}:
        return _amount(text, raw)
    if field == "headcount":
        return plain(text).removesuffix("人").removesuffix("名")
    if field == "region":
        return _region(plain(text), near)
    if field in _LISTED:
        return _listed(field, plain(text))
    text = text.replace("_x000D_", "")
    return " ".join(text.split()) if field in _ONE_LINE else text


def _day(text: str, raw: Cell) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        return (_EXCEL_BEGINS + timedelta(days=int(text))).isoformat()
    found = _DAY.fullmatch(plain(text))
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def _amount(text: str, raw: Cell) -> str:
    """A computed figure has a tail far behind the point (2200.0000000000005), which nobody typed."""
    if isinstance(raw, float):
        exact = Decimal(repr(raw))
        rounded = round(exact, 2)
        return f"{rounded.normalize():f}" if abs(exact - rounded) < Decimal("0.000001") else text
    return plain(text).removeprefix("¥").removesuffix("元")


def _listed(field: str, text: str) -> str:
    code = _LISTED[field](text)
    if code is None:
        offered = OF_FIELD[field].offered
        raise Unread(f"{label_of(field)}写的是“{text[:20]}”，请从列表里选：{'、'.join(offered() if offered else ())}")
    return code


def _of_table(table: Mapping[str, str], text: str) -> str | None:
    return table.get(text) or table.get(text.replace(" ", ""))


def _level(text: str) -> str | None:
    return _of_table(_LEVELS, text) or _of_table(_LEVELS, _ABOVE.sub("", text.replace(" ", "")))


def _unit(text: str) -> str | None:
    return _of_table(_UNITS, re.sub(r"^(?:元|每|按)?/?", "", text.replace(" ", "")))


def _years(text: str) -> str | None:
    """`3 年以上`, `三年`, `1-3年`: the least that is asked for, where the form knows it."""
    said = text.replace(" ", "")
    if re.fullmatch(r"(?:经验)?不限(?:经验)?|无|无要求|无需经验|应届", said):
        return "0"
    found = re.fullmatch(r"(\d{1,2}|[一二两三五十])(?:[-~至到]\d{1,2})?年?(?:\(?含\)?)?(?:及)?(?:以上)?(?:经验|工作经验)?", said)
    years = found[1].replace("十", "10").translate(_IN_WORDS) if found else ""
    return years if years in _YEARS else None


_LISTED: dict[str, Callable[[str], str | None]] = {
    "employment_type": partial(_of_table, _KINDS),
    "education": _level,
    "experience_years": _years,
    "wage_unit": _unit,
}


def _region(text: str, near: str) -> str:
    """A code, or the name of a county with or without its city; among equals the one in the employer's city."""
    regions, home = reference.regions(), reference.home_province()
    said = text.replace(" ", "").removeprefix(regions.name(home)).removeprefix(regions.short(home))
    if re.fullmatch(r"\d{6}", said):
        return said
    found = _places(regions, home).get(said, ())
    if len(found) > 1:
        found = tuple(code for code in found if code[:4] == near[:4]) or found
    if len(found) == 1:
        return found[0]
    if found:
        raise Unread(f"有不止一个“{text[:20]}”，请写上所在的市，例如：{regions.name(found[0])}")
    raise Unread(f"不认得“{text[:20]}”。请从列表里选县（市、区），例如：济南市历下区")


@lru_cache(maxsize=2)
def _places(regions: Regions, province: str) -> Mapping[str, tuple[str, ...]]:
    """However a county of the home province may be called, and which are called so. Made once for each copy of the table of regions."""
    named: dict[str, list[str]] = {}
    for city in regions.cities(province):
        for row in regions.children(city.code) or (city,):
            for name in {f"{of}{own}" for of in ("", city.name, city.short_name) for own in (row.name, row.short_name)}:
                named.setdefault(name, []).append(row.code)
    return {name: tuple(codes) for name, codes in named.items()}


def _with_pay(boxes: dict[str, str], pay: str) -> dict[str, str]:
    """A wage in one cell (`6000-8000元/月`) fills the boxes that are empty, where it surely says so; otherwise the form asks for them."""
    said = wages.parse(pay) if pay and not boxes.get("wage_low") and not boxes.get("wage_high") else wages.UNSTATED
    told = {"wage_low": said.low, "wage_high": said.high, "wage_months": said.months}
    found = {field: wages.write(figure) for field, figure in told.items() if figure is not None and not boxes.get(field)}
    if found and said.unit and not said.assumed and not boxes.get("wage_unit"):
        found["wage_unit"] = said.unit.value
    return boxes | found
