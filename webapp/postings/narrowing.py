"""What a search can be narrowed by, with exact counts, and what can be dropped from it.

A condition already chosen would leave the other values of its own facet at zero, so each such facet is counted for the query without
it: a visitor sees how many postings another choice would bring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from search.query import PostingQuery, Sort
from webapp.postings.criteria import Criteria
from webapp.postings.queries import Found, facet_of, total_of
from webapp.postings.traits import BENEFITS
from webapp.reference import queries as reference
from webapp.reference.models import Education, EmploymentType, Shift

PLACES = 16
SOURCES = 12
OCCUPATIONS = 12
BENEFITS_AT_MOST = 12
Counts = Iterable[tuple[str, int]]
Option = tuple[str | None, str, int]
"""(value, label, count). Without a value it is no choice: a count that no condition can ask for."""


@dataclass(frozen=True, slots=True)
class Facet:
    """What the parameter `name` can be."""

    name: str
    title: str
    options: tuple[Option, ...]
    single: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A span of monthly wages: two parameters at once, so it is no `Facet`. An end of None is open."""

    low: int | None
    high: int | None
    label: str
    count: int
    is_chosen: bool


def facets(criteria: Criteria, found: Found) -> list[Facet]:
    """In the order of the page. The text's own conditions count like chosen ones: they are in the query."""
    query = criteria.query
    benefits = found.facets.get("benefit", ())  # all must hold: another one narrows what is found already
    return [
        Facet("region", "地点", _places(query, found), single=True),
        Facet("occupation", "职业", _occupations(criteria, _counts(query, found, "occupation", "occupations", ()))),
        Facet("days", "发布或收录时间", _posted(query, found), single=True),
        Facet("type", "用工类型", _named(_counts(query, found, "employment_type", "employment_types", ()), dict(EmploymentType.choices()))),
        Facet("shift", "班次", _named(_counts(query, found, "shift", "shifts", ()), dict(Shift.choices()))),
        Facet("benefit", "福利", tuple((code, BENEFITS[code], count) for code, count in benefits if code in BENEFITS)[:BENEFITS_AT_MOST]),
        Facet("education", "最低学历", _educations(_counts(query, found, "education", "educations", ()))),
        Facet("experience", "经验", _inexperienced(query, found)),
        Facet("source", "来源平台", tuple((value, value, count) for value, count in _counts(query, found, "source", "sources", ()))[:SOURCES]),
    ]


def _inexperienced(query: PostingQuery, found: Found) -> tuple[Option, ...]:
    counts = dict(_counts(query, found, "no_experience", "experience_none", False))
    return (("none", "不要求经验", counts["1"]),) if counts.get("1") else ()


def _occupations(criteria: Criteria, counted: Counts) -> tuple[Option, ...]:
    """The most frequent; a chosen one stays, and a chosen class counts all that is below it."""
    table, counts = reference.occupations(), dict(counted)
    classes = [code for code in criteria.chosen.get("occupation", ()) if code not in counts]
    named = [(code, table.name(code), sum(counts.get(leaf, 0) for leaf in table.leaves(code))) for code in classes]
    return (*named, *((code, table.name(code), count) for code, count in counts.items() if table.get(code)))[:OCCUPATIONS]


def bands(criteria: Criteria, found: Found) -> list[Band]:
    query = criteria.query
    chosen = (query.wage_at_least, query.wage_at_most)
    counts = found.facets.get("wage", ())
    if chosen != (None, None):
        counts = facet_of(_bare(query, wage_at_least=None, wage_at_most=None), "wage")
    made = []
    for value, count in counts:
        low, high = (int(end) if end else None for end in value.split("-"))
        made.append(Band(low, high, _band_label(low, high), count, (low, high) == chosen))
    return made


def without_each(criteria: Criteria) -> list[tuple[str, str, str, int]]:
    """(parameter, value, label, count): for an empty result, what dropping one condition would bring; only what brings something."""
    offered = []
    others = [(name, value) for name in ("region", "q") for value in criteria.chosen.get(name, ())]
    for name, value in (*criteria.filters, *others):
        count = total_of(_dropped(criteria.query, name))
        if count:
            offered.append((name, value, label(name, value), count))
    return sorted(offered, key=lambda offer: -offer[3])


def label(name: str, value: str) -> str:
    """A chosen condition in words."""
    match name:
        case "wage":
            return f"月薪能到 {value} 元"
        case "wage_max":
            return f"月薪起点不超过 {value} 元"
        case "type":
            return dict(EmploymentType.choices())[value]
        case "education":
            return _education_label(value)
        case "days":
            return f"{value} 天内发布或收录" if value != "0" else "今天发布或收录"
        case "shift":
            return dict(Shift.choices())[value]
        case "benefit":
            return BENEFITS[value]
        case "experience":
            return "不要求经验"
        case "occupation":
            return f"职业：{reference.occupations().name(value)}"
        case "near":
            return "在我附近"
        case "literal":
            return "只按原文查找"
        case "outside":
            return "只看省外"
        case "region":
            return f"地点：{reference.regions().name(value)}"
        case "q":
            return f"文字：{value}"
        case _:
            return value


def _bare(query: PostingQuery, **changes: Any) -> PostingQuery:
    return replace(query, **{"limit": 0, "offset": 0, "after": None, "facets": True, **changes})


def _dropped(query: PostingQuery, name: str) -> PostingQuery:
    empty: Mapping[str, dict[str, Any]] = {
        "q": {"text": "", "wishes": ()},
        "region": {"regions": ()},
        "near": {"near": None, "sort": Sort.RELEVANCE},
        "occupation": {"occupations": ()},
        "shift": {"shifts": ()},
        "benefit": {"benefits": ()},
        "experience": {"experience_none": False},
        "outside": {"outside": None},
        "wage": {"wage_at_least": None},
        "wage_max": {"wage_at_most": None},
        "type": {"employment_types": ()},
        "education": {"educations": ()},
        "days": {"posted_since": None},
        "source": {"sources": ()},
    }
    return _bare(query, **empty[name])


def _counts(query: PostingQuery, found: Found, facet: str, condition: str, empty: object) -> Counts:
    if getattr(query, condition) == empty:
        return found.facets.get(facet, ())
    return facet_of(_bare(query, **{condition: empty}), facet)


def _places(query: PostingQuery, found: Found) -> tuple[Option, ...]:
    """Without a place the cities of the home province; in a province its cities; in a city the whole of it and its counties."""
    if not query.regions:
        return _cities(found, reference.home_province())
    chosen = query.regions[0]
    if chosen.endswith("0000"):
        return _cities(found, chosen)
    city = reference.regions().place(chosen).city_code
    is_counted = query.regions == (city,) and not query.nearby  # the surroundings are no part of the city
    return _counties(city, found.facets.get("region", ()) if is_counted else facet_of(_bare(query, regions=(city,), nearby=()), "region"))


def _cities(found: Found, province: str) -> tuple[Option, ...]:
    regions = reference.regions()
    inside = [(value, count) for value, count in found.facets.get("city", ()) if value[:2] == province[:2]]
    options: list[Option] = [(f"{value}00", regions.short(f"{value}00"), count) for value, count in inside[:PLACES]]
    return (*options, *_unplaced(province, "未注明城市", found.facets.get("region", ())))


def _counties(city: str, counted: Counts) -> tuple[Option, ...]:
    """The whole city first: its code asks for all of it, so what names no county has a count and no choice of its own."""
    counts = dict(counted)
    options: list[Option] = [(code, _county(code), count) for code, count in counts.items() if code != city or not city.endswith("00")]
    if city.endswith("00") and counts:
        options.insert(0, (city, f"{reference.regions().short(city)}（全市）", sum(counts.values())))
    return (*options[:PLACES], *(_unplaced(city, "未注明区县", counted) if len(counts) > 1 else ()))


def _unplaced(area: str, words: str, counted: Counts) -> tuple[Option, ...]:
    count = dict(counted).get(area, 0) if area.endswith("00") else 0
    return ((None, f"{reference.regions().short(area)}（{words}）", count),) if count else ()


def _county(code: str) -> str:
    """Two counties never share a label: one the table does not know is named by its code."""
    regions = reference.regions()
    return regions.short(code) if regions.get(code) else f"{regions.short(code)}（{code}）"


def _posted(query: PostingQuery, found: Found) -> tuple[Option, ...]:
    counts = _counts(query, found, "posted", "posted_since", None)
    return tuple((value, f"{value} 天内", count) for value, count in counts)


def _named(counts: Counts, labels: Mapping[str, str]) -> tuple[Option, ...]:
    known = dict(counts)
    return tuple((value, name, known[value]) for value, name in labels.items() if value in known)


def _educations(counts: Counts) -> tuple[Option, ...]:
    known = dict(counts)
    return tuple((str(level.value), _education_label(str(level.value)), known[str(level.value)]) for level in Education if str(level.value) in known)


def _education_label(value: str) -> str:
    """A row that states no education is filed with those that ask for none, and the label says both."""
    return "不限或未注明" if value == "0" else Education.of(int(value)).label


def _band_label(low: int | None, high: int | None) -> str:
    if low is None:
        return f"{high} 元以下"
    return f"{low} 元以上" if high is None else f"{low}–{high} 元"
