"""One row of a source as the columns of a posting. What the row does not say stays empty; only the occupation is read from the title, where that is
sure enough (`search.titles.CONFIDENT`).

Cut are: title and employer at 120 characters, address at 200, county at 60, the wage's own wording at 80, the platform at 60, a skill or
benefit at 60 characters and 50 entries: the columns' widths, far above what portals send. A source's own id is never cut.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from search.analysis import default_analysis
from search.resolver import Resolver
from search.titles import code_title
from webapp.db import today
from webapp.gate.forwarding import Forwarding
from webapp.gate.rules import Rulebook
from webapp.reference import wages
from webapp.reference.models import Education
from webapp.reference.queries import Regions, occupations, regions
from webapp.reference.trades import trades
from webapp.reference.wages import Factors, Wage, current_factors
from webapp.sources.cleaning import line, listed, plain
from webapp.sources.described import REMOVED, is_removal
from webapp.sources.models import RefusalReason

REQUIRED = ("id", "title", "company", "region_code")
KEY_AT_MOST = 80
SOURCE_AT_MOST = 80
URL_AT_MOST = 500
HEADCOUNT_AT_MOST = 100_000
Row = Mapping[str, str]
Content = dict[str, Any]

_REFUSED = {"title": RefusalReason.NO_TITLE, "employer_name": RefusalReason.NO_EMPLOYER, "region": RefusalReason.NO_PLACE}
"""Field of the completeness profile -> why the row is refused."""


class RowRefused(Exception):
    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.label)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Removed:
    """A row by which a source says that it no longer offers this."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One row that may become a posting: its identity and the columns it fills."""

    source: str
    key: str
    content: Content
    digest: str
    flags: list[str] = field(default_factory=list)
    """Codes of the gate's rules for which a person sees the row before it opens."""


class RowReader:
    """Reads rows with the reference tables of one moment, so that a file is read by one set of codes."""

    def __init__(self, source_name: str | None) -> None:
        self._source_name = source_name
        self._regions: Regions = regions()
        self._resolver = Resolver(trades(occupations()), default_analysis())
        self._coded: dict[str, str | None] = {}
        self._factors: Factors = current_factors()
        self._gate = Forwarding.today(Rulebook.current(), today())

    def read(self, row: Row) -> "Sent | Removed":
        """Raises RowRefused with the first reason that applies."""
        source, key = self._source(row), line(row.get("id", ""))
        if not source or not key or len(key) > KEY_AT_MOST:
            raise RowRefused(RefusalReason.BROKEN_ROW)
        if is_removal(row.get(REMOVED, "")):
            return Removed(source, key)
        content = self._content(row, source)
        lacks = self._gate.lacks(content)
        if lacks:
            raise RowRefused(_REFUSED[lacks])
        return Sent(source, key, content, digest_of(content), self._gate.stops(content))

    def named(self, row: Row) -> list[tuple[str, str]]:
        """What a refused row is about, as far as it says so."""
        source, key = self._source(row), line(row.get("id", ""))
        return [(source, key)] if source and key else []

    def _source(self, row: Row) -> str:
        """Who is known to send the file is called as it is; only the names of a file of several sources are read from it."""
        return self._source_name or line(row.get("source", ""), SOURCE_AT_MOST)

    def _content(self, row: Row, source: str) -> Content:
        title = line(row.get("title", ""), 120)
        return {
            "title": title,
            "employer_name": line(row.get("company", ""), 120),
            "occupation": self._occupation(title),
            "duties": plain(row.get("description", "")),
            "education": education_rank(row.get("education", "")),
            "experience_years": experience_years(row.get("experience", "")),
            "skills": listed(row.get("skills", ""), entries=50, length=60),
            "benefits": listed(row.get("benefits", ""), entries=50, length=60),
            "source_title": line(row.get("platform", ""), 60) or source[:60],
            "source_on": _source_day(row.get("posted", "")),
            "source_url": web_address(row.get("url", "")),
            "headcount": headcount(row.get("headcount", "")),
            **self._place(row),
            **self._wage(row),
        }

    def _place(self, row: Row) -> Content:
        code = row.get("region_code", "").strip()
        known = self._regions.is_known(code)
        lon, lat = _point(row.get("lon", ""), row.get("lat", ""))
        return {
            "region": code if known else None,
            "county_name": line(row.get("district", ""), 60),
            "address": line(row.get("address", ""), 200) or line(row.get("area_text", ""), 200),
            "lon": lon,
            "lat": lat,
        }

    def _wage(self, row: Row) -> Content:
        text = line(row.get("salary_text", ""), 80)
        wage = wage_of(text, row.get("salary_min", ""), row.get("salary_max", ""), row.get("salary_months", ""))
        low, high = wages.monthly(wage, self._factors)
        return {
            "wage_text": text,
            "wage_unit": wage.unit,
            "wage_assumed": wage.assumed,
            "wage_low": wage.low,
            "wage_high": wage.high,
            "wage_months": wage.months,
            "month_low": low,
            "month_high": high,
        }

    def _occupation(self, title: str) -> str | None:
        """Coded only where the resolver is sure enough; a file says the same titles over and over."""
        if title not in self._coded:
            guess = code_title(title, self._resolver)
            self._coded[title] = guess.code if guess else None
        return self._coded[title]


def digest_of(content: Content) -> str:
    """Tells whether a row says anything new: of what was read, so that a reader that understands more also renews the rows.

    A wage is told by its value, so that 6000 and 6000.00 are one row.
    """
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=wages.in_json)
    return hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()


_LEVELS: dict[str, Education] = {
    **dict.fromkeys(("不限", "无要求", "不要求"), Education.ANY),
    "小学": Education.PRIMARY,
    "初中": Education.JUNIOR_MIDDLE,
    "高中": Education.SENIOR_MIDDLE,
    **dict.fromkeys(("中专", "中技", "技校", "中等专科", "技工学校", "职业高中", "职高", "中职", "技工"), Education.VOCATIONAL),
    **dict.fromkeys(("大专", "专科", "高职", "高等职业"), Education.JUNIOR_COLLEGE),
    **dict.fromkeys(("本科", "学士"), Education.BACHELOR),
    **dict.fromkeys(("硕士", "硕士研究生", "研究生"), Education.MASTER),
    **dict.fromkeys(("博士", "博士研究生"), Education.DOCTOR),
}
_LEVEL = re.compile("|".join(sorted(_LEVELS, key=len, reverse=True)))


def education_rank(text: str) -> int | None:
    """The lowest level named (中技/中专, 高中或中专); “初中及以下” asks for none. None: nothing was said that can be understood."""
    ranks = [_LEVELS[found].value for found in _LEVEL.findall(text)]
    if not ranks:
        return None
    return Education.ANY.value if "以下" in text else min(ranks)


_CHINESE_FIGURES = {figure: number for number, figure in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_YEARS = re.compile(r"(\d{1,2}|[一二两三四五六七八九十])\s*(?:[-~—–至到]\s*\d{1,2}\s*)?年\s*(以下|以内)?")
_NO_EXPERIENCE = re.compile("不限|无经验|无工作经验|无需经验|应届|在校|实习|不要求|无要求")


def experience_years(text: str) -> int | None:
    """The fewest years asked for; 0 where none are. None: nothing was said (`5天/周 3个月` is no experience)."""
    found = _YEARS.search(text)
    if found:
        return 0 if found[2] else _CHINESE_FIGURES.get(found[1]) or int(found[1])
    return 0 if _NO_EXPERIENCE.search(text) else None


def wage_of(text: str, low: str, high: str, months: str) -> Wage:
    """What the source's own wording says; its figure columns only where the wording says nothing."""
    said = wages.parse(text)
    if said.negotiable or said.low is not None or said.high is not None:
        return said
    count = _number(months)
    return wages.from_numbers(_number(low), _number(high), int(count) if count else None)


_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?)?")


def _source_day(text: str) -> str:
    """来源日期 as YYYY, YYYY-MM or YYYY-MM-DD; what is no date is left out."""
    found = _DAY.match(text.strip())
    if found is None:
        return ""
    parts = [int(part) for part in found.groups() if part]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return ""
    return "-".join(f"{part:02d}" for part in parts)


_ADDRESS = re.compile(r"https://[a-zA-Z0-9.-]+(?::\d{1,5})?(?:/[^\s<>\"'\\\\]*)?")


def web_address(text: str) -> str:
    """The page of the source that shows it; anything that is no plain https address is left out."""
    told = text.strip()
    return told if len(told) <= URL_AT_MOST and told.isprintable() and _ADDRESS.fullmatch(told) else ""


def headcount(text: str) -> int | None:
    """How many are wanted (`5`, `5人`); None where no figure can be read, nobody is wanted, or more than any employer takes on."""
    found = re.match(r"\s*(\d{1,6})(?:\.0+)?\s*人?\s*$", text)
    count = int(found[1]) if found else 0
    return count if 0 < count <= HEADCOUNT_AT_MOST else None


def _point(lon: str, lat: str) -> tuple[float | None, float | None]:
    """A point in China or none: sources write 0/0 (and its neighbourhood) where they know no place."""
    x, y = _number(lon), _number(lat)
    if x is None or y is None or not (73 <= x <= 136 and 3 <= y <= 54):
        return None, None
    return x, y


def _number(text: str) -> float | None:
    """None also for `inf`, `nan` and 1e400, which Python takes for numbers."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
