"""The address of a search and what it asks: one parser for the search page, a saved search and the command line.

A person may have typed or been sent anything: what cannot be understood is named in `problems`, in words, and left out of the query;
it never becomes an empty result.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from search.query import WINDOW, PostingQuery, Sort
from search.text import pieces
from webapp.access import region_prefix
from webapp.db import today
from webapp.reference import queries as reference
from webapp.reference.models import Education, EmploymentType

PAGE_SIZE = 20
PAGES = WINDOW // PAGE_SIZE
_TOO_FAR = f"最多翻到第 {PAGES} 页（前 {WINDOW} 个），请加上条件缩小范围"
NAMES = ("q", "region", "outside", "wage", "wage_max", "type", "education", "days", "source", "sort")
"""Every parameter a saved search keeps; `page` is not one."""
TEXT_AT_MOST = 100
WAGE_AT_MOST = 10_000_000
DAYS_AT_MOST = 366
DIGITS_AT_MOST = 12
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
"""Signs no page may hold."""
Raw = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Criteria:
    """`query` is what is asked, `chosen` the understood values by parameter, `problems` what was not understood."""

    query: PostingQuery
    chosen: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...] = ()
    unknown_region: str = ""
    page: int = 1

    def one(self, name: str) -> str:
        return next(iter(self.chosen.get(name, ())), "")

    def turned_to(self, page: int) -> "Criteria":
        """The same search at another page, without what was said of the page asked for."""
        problems = tuple(problem for problem in self.problems if problem != _TOO_FAR)
        return replace(self, page=page, problems=problems, query=replace(self.query, offset=(page - 1) * PAGE_SIZE))

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(parameter, value) of everything chosen beside text, place and order."""
        return [(name, value) for name, values in self.chosen.items() for value in values if name not in {"q", "region", "sort"}]


@dataclass(slots=True)
class _Reading:
    raw: Raw
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def texts(self, name: str) -> list[str]:
        value = self.raw.get(name, ())
        values = [value] if isinstance(value, str) else value
        readable = (_UNSEEN.sub(" ", text).strip() for text in values)
        return list(dict.fromkeys(text for text in readable if text))

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")

    def keep(self, name: str, *values: str) -> None:
        self.chosen[name] = values

    def number(self, name: str, label: str, most: int) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_AT_MOST and int(text) <= most):
            self.problems.append(f"{label}“{text[:20]}”不是 0 到 {most} 的整数，没有使用这个条件")
            return None
        self.keep(name, str(int(text)))
        return int(text)

    def listed(self, name: str, label: str, known: Mapping[str, object]) -> tuple[str, ...]:
        """Those of the values that are known; the others are named."""
        values = self.texts(name)
        for value in values:
            if value not in known:
                self.problems.append(f"没有“{value[:20]}”这种{label}，没有使用这个条件")
        understood = tuple(value for value in values if value in known)
        if understood:
            self.keep(name, *understood)
        return understood


def criteria_to_query(criteria: Raw, *, on: date | None = None) -> PostingQuery:
    """The query of a saved search: the same parser as the page's."""
    return read(criteria, on=on).query


def read(raw: Raw, *, on: date | None = None) -> Criteria:
    on = on or today()
    reading = _Reading(raw)
    text = _text(reading)
    region, outside, unknown = _place(reading)
    page = _page(reading)
    low, high = _wages(reading)
    days = reading.number("days", "发布或收录时间（天）", DAYS_AT_MOST)
    sources = tuple(source[:60] for source in reading.texts("source"))
    if sources:
        reading.keep("source", *sources)
    query = PostingQuery(
        text=text,
        regions=(region,) if region else (),
        outside=outside,
        wage_at_least=low,
        wage_at_most=high,
        employment_types=reading.listed("type", "用工类型", dict(EmploymentType.choices())),
        educations=tuple(int(rank) for rank in reading.listed("education", "学历", dict(Education.choices()))),
        posted_since=None if days is None else on - timedelta(days=days),
        sources=sources,
        valid_on=on,
        sort=_sort(reading),
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
        today=on,
    )
    return Criteria(query, reading.chosen, tuple(reading.problems), unknown, page)


def _text(reading: _Reading) -> str:
    text = reading.text("q")
    if len(text) > TEXT_AT_MOST:
        reading.problems.append(f"搜索的文字超过 {TEXT_AT_MOST} 个字，只用了前面的部分")
        text = text[:TEXT_AT_MOST]
    if text and not pieces(text):
        reading.problems.append(f"“{text[:20]}”里没有能搜索的字，下面是没有用它的结果。请写职位名称，例如“电焊工”")
        return ""
    if text:
        reading.keep("q", text)
    return text


def _place(reading: _Reading) -> tuple[str, str | None, str]:
    """(region, province it must lie outside of, a code nobody knows). A region wins over 省外: both together would find nothing."""
    region, regions = reading.text("region"), reference.regions()
    if region and not (regions.is_known(region) or regions.get(region)):  # a province is no place of work, but one to search in
        reading.problems.append(f"没有编号为“{region[:20]}”的地区，下面是不限地点的结果")
        return "", None, region[:20]
    if region:
        reading.keep("region", region)
        return region, None, ""
    outside = reading.text("outside")
    if outside not in {"", "1"}:
        reading.problems.append("省外条件无法识别，没有使用这个条件")
    if outside != "1":
        return "", None, ""
    reading.keep("outside", outside)
    return "", reference.home_province()[:2], ""


def _wages(reading: _Reading) -> tuple[int | None, int | None]:
    low = reading.number("wage", "月薪下限", WAGE_AT_MOST)
    high = reading.number("wage_max", "月薪上限", WAGE_AT_MOST)
    if low is not None and high is not None and low > high:
        reading.problems.append(f"月薪下限 {low} 大于上限 {high}，已经对调")
        low, high = high, low
        reading.keep("wage", str(low))
        reading.keep("wage_max", str(high))
    return low, high


def _page(reading: _Reading) -> int:
    text = reading.text("page") or "1"
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    if number > PAGES:
        reading.problems.append(_TOO_FAR)
    return min(max(1, number), PAGES)


def _sort(reading: _Reading) -> Sort:
    text = reading.text("sort")
    try:
        sort = Sort(text) if text else Sort.RELEVANCE
    except ValueError:
        reading.problems.append("没有这种排序，已经按默认顺序排列")
        return Sort.RELEVANCE
    if text:
        reading.keep("sort", text)
    return sort


def place_range(region: str) -> tuple[str, str]:
    """The lowest and the highest code of an area, both included: an index can answer that, a LIKE under a locale cannot."""
    prefix = region_prefix(region)
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")
