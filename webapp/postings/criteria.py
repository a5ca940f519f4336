"""The address of a search and what it asks: one parser for the search page, a saved search and the command line.

A person may have typed or been sent anything: what cannot be understood is named in `problems`, in words, and left out of the query;
it never becomes an empty result.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from search.query import RADIUS_AT_MOST, WINDOW, Near, PostingQuery, Sort
from search.text import pieces
from search.understanding import Understood
from webapp.access import region_prefix
from webapp.db import today
from webapp.postings import reading as words
from webapp.postings.traits import BENEFITS
from webapp.reference import queries as reference
from webapp.reference.models import Education, EmploymentType, Shift

PAGE_SIZE = 20
PAGES = WINDOW // PAGE_SIZE
_TOO_FAR = f"最多翻到第 {PAGES} 页（前 {WINDOW} 个），请加上条件缩小范围"
NAMES = (
    "q", "literal", "region", "outside", "near", "km", "occupation", "wage", "wage_max", "type", "shift", "education", "experience", "benefit",
    "days", "source", "sort",
)  # fmt: skip
"""Every parameter a saved search keeps; `page`, `after` and `strict` are none."""
MANY = frozenset({"region", "occupation", "type", "shift", "education", "benefit", "source"})
"""Parameters of several values: of benefits all must hold, of the others one."""
KILOMETRES = (1, 3, 5, 10, 20, 50, 100)
KILOMETRES_USUAL = 10
REGIONS_AT_MOST = 20
TEXT_AT_MOST = 100
WAGE_AT_MOST = 10_000_000
DAYS_AT_MOST = 366
DIGITS_AT_MOST = 12
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
"""Signs no page may hold."""
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d{1,8})?),(-?\d{1,2}(?:\.\d{1,8})?)", re.ASCII)
Raw = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Criteria:
    """`query` is what is asked, `chosen` the understood values by parameter, `problems` what was not understood."""

    query: PostingQuery
    chosen: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...] = ()
    unknown_region: str = ""
    page: int = 1
    understood: Understood = field(default_factory=lambda: Understood(text=""))
    strict: bool = False
    """Nothing beside the strict matches, however few they are."""

    def one(self, name: str) -> str:
        return next(iter(self.chosen.get(name, ())), "")

    def turned_to(self, page: int) -> "Criteria":
        """The same search at another page, without what was said of the page asked for."""
        problems = tuple(problem for problem in self.problems if problem != _TOO_FAR)
        return replace(self, page=page, problems=problems, query=replace(self.query, offset=(page - 1) * PAGE_SIZE, after=None))

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(parameter, value) of everything chosen beside text, place and order."""
        return [(name, value) for name, values in self.chosen.items() for value in values if name not in _NO_FILTERS]


_NO_FILTERS = frozenset({"q", "literal", "region", "km", "sort"})


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
    regions, outside, unknown = _places(reading)
    near = None if regions else _near(reading)  # a place that was chosen by hand is meant instead
    understood = words.understand(text, literal=_is_literal(reading), city=regions[0] if regions else None)
    low, high = _wages(reading)
    days = reading.number("days", "发布或收录时间（天）", DAYS_AT_MOST)
    sort = _sort(reading, near)
    page, after = _page(reading), _cursor(reading, sort)
    query = PostingQuery(
        wishes=understood.wishes,
        regions=regions,
        outside=outside,
        near=near,
        wage_at_least=low,
        wage_at_most=high,
        employment_types=reading.listed("type", "用工类型", dict(EmploymentType.choices())),
        educations=tuple(int(rank) for rank in reading.listed("education", "学历", dict(Education.choices()))),
        shifts=reading.listed("shift", "班次", dict(Shift.choices())),
        benefits=reading.listed("benefit", "福利", BENEFITS),
        occupations=_occupations(reading),
        experience_none=bool(reading.listed("experience", "经验", {"none": "不要求经验"})),
        posted_since=None if days is None else on - timedelta(days=days),
        sources=_sources(reading),
        valid_on=on,
        sort=sort,
        limit=PAGE_SIZE,
        offset=0 if after is not None else (page - 1) * PAGE_SIZE,
        after=after,
        today=on,
    )
    asked = _with_understood(query, understood, reading, on)
    return Criteria(asked, reading.chosen, tuple(reading.problems), unknown, page, understood, reading.text("strict") == "1")


def _with_understood(query: PostingQuery, understood: Understood, reading: _Reading, on: date) -> PostingQuery:
    """What the text says narrows what was chosen; where both say something of one kind, what was chosen holds, unless the text is narrower."""
    since = None if understood.posted_days is None else on - timedelta(days=understood.posted_days)
    return replace(
        query,
        regions=_regions_of_both(query, understood, reading),
        wage_at_least=query.wage_at_least if query.wage_at_least is not None else understood.wage_at_least,
        wage_at_most=query.wage_at_most if query.wage_at_most is not None else understood.wage_at_most,
        employment_types=query.employment_types or understood.employment_types,
        educations=query.educations or understood.educations,
        shifts=query.shifts or understood.shifts,
        experience_none=query.experience_none or understood.experience_none,
        posted_since=query.posted_since or since,
    )


def _regions_of_both(query: PostingQuery, understood: Understood, reading: _Reading) -> tuple[str, ...]:
    if not query.regions or not understood.regions:
        return query.regions or (() if query.outside or query.near else understood.regions)
    inside = tuple(code for code in understood.regions if any(code.startswith(region_prefix(chosen)) for chosen in query.regions))
    if not inside:
        said, chosen = (reference.regions().name(codes[0]) for codes in (understood.regions, query.regions))
        reading.problems.append(f"文字里写了“{said}”，地点选的是“{chosen}”，按选的地点查找。要找{said}，请把地点改为不限")
    return inside or query.regions


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


def _is_literal(reading: _Reading) -> bool:
    is_literal = reading.text("literal") == "1"
    if is_literal:
        reading.keep("literal", "1")
    return is_literal


def _places(reading: _Reading) -> tuple[tuple[str, ...], str | None, str]:
    """(regions, province they must lie outside of, a code nobody knows). A region wins over 省外: both together would find nothing."""
    asked, known, unknown = reading.texts("region"), reference.regions(), ""
    for code in asked:
        if not (known.is_known(code) or known.get(code)):  # a province is no place of work, but one to search in
            unknown = unknown or code[:20]
            reading.problems.append(f"没有编号为“{code[:20]}”的地区，没有使用这个条件")
    regions = tuple(code for code in asked if known.is_known(code) or known.get(code))[:REGIONS_AT_MOST]
    if regions:
        reading.keep("region", *regions)
        return regions, None, unknown
    outside = reading.text("outside")
    if outside not in {"", "1"}:
        reading.problems.append("省外条件无法识别，没有使用这个条件")
    if outside != "1" or unknown:
        return (), None, unknown
    reading.keep("outside", outside)
    return (), reference.home_province()[:2], ""


def _near(reading: _Reading) -> Near | None:
    """`lon,lat` in the datum of the postings, and `km`."""
    text = reading.text("near")
    if not text:
        return None
    kilometres = reading.number("km", "距离（公里）", int(RADIUS_AT_MOST)) or KILOMETRES_USUAL
    found = _POINT.fullmatch(text)
    try:
        near = Near(float(found[1]), float(found[2]), float(kilometres)) if found else None
    except ValueError:
        near = None
    if near is None:
        reading.problems.append("位置无法识别，没有按距离查找。请重新点“用我的位置”，或者选一个地点")
        return None
    reading.keep("near", text)
    reading.keep("km", str(kilometres))
    return near


def _occupations(reading: _Reading) -> tuple[str, ...]:
    """A class stands for all occupations in it."""
    table = reference.occupations()
    known = []
    for code in reading.texts("occupation"):
        if table.get(code) is None:
            offered = "、".join(f"{row.name}（{row.code}）" for row in table.alike(code))
            reading.problems.append(f"没有编号为“{code[:20]}”的职业，没有使用这个条件" + (f"。相近的有：{offered}" if offered else ""))
        else:
            known.append(code)
    if known:
        reading.keep("occupation", *known)
    return tuple(leaf for code in known for leaf in table.leaves(code))


def _sources(reading: _Reading) -> tuple[str, ...]:
    sources = tuple(source[:60] for source in reading.texts("source"))
    if sources:
        reading.keep("source", *sources)
    return sources


def _cursor(reading: _Reading, sort: Sort) -> int | None:
    text = reading.text("after")
    if not text or sort not in (Sort.DATE, Sort.WAGE):
        return None
    return int(text) if text.isascii() and text.isdigit() and int(text) < 1 << 63 else None


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


def _sort(reading: _Reading, near: Near | None) -> Sort:
    text = reading.text("sort")
    try:
        sort = Sort(text) if text else Sort.RELEVANCE
    except ValueError:
        reading.problems.append("没有这种排序，已经按默认顺序排列")
        return Sort.RELEVANCE
    if sort is Sort.DISTANCE and near is None:
        reading.problems.append("按距离排序要先知道位置：请点“用我的位置”")
        return Sort.RELEVANCE
    if text:
        reading.keep("sort", text)
    return sort


def place_range(region: str) -> tuple[str, str]:
    """The lowest and the highest code of an area, both included: an index can answer that, a LIKE under a locale cannot."""
    prefix = region_prefix(region)
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")
