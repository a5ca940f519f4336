"""Counts of postings for officials. Every figure is a `Slice`, and its rows are the rows of the same slice: both are one set of conditions.

Counted is what was once handed in for review or came from a source; a draft is nobody's business but its employer's. One job that
several sources offer is counted once, with the source in front. Each person sees
the area of the own grants and no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from webapp.access import Grant
from webapp.db import session
from webapp.postings import cards
from webapp.postings.models import Posting, PostingState
from webapp.postings.queries import LONG, reach, within
from webapp.reference import queries as reference

UNKNOWN = "none"
"""The value of a class for rows that carry none, or one that no table knows."""
COUNTED_STATES = tuple(state for state in PostingState if state is not PostingState.DRAFT)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows a figure counts; "" leaves the condition out. `exact`: the code itself, not the area it covers."""

    state: str = ""
    region: str = ""
    exact: str = ""
    origin: str = ""
    occupation: str = ""
    industry: str = ""
    source: str = ""

    @classmethod
    def of(cls, raw: Mapping[str, str]) -> "Slice | None":
        """The slice an address names; None when it names something that is none."""
        made = cls(**{name: raw.get(name, "").strip()[:60] for name in cls.__slots__})
        return made if made._is_known() else None

    def _is_known(self) -> bool:
        return (
            (not self.state or self.state in {state.value for state in COUNTED_STATES})
            and (not self.region or reference.regions().is_known(self.region) or reference.regions().get(self.region) is not None)
            and self.exact in {"", "1"}
            and "\x00" not in self.source  # PostgreSQL would refuse the question
            and self.origin in {"", "direct", "forwarded"}
            and (not self.occupation or self.occupation in {*(row.code for row in reference.occupations().children(None)), UNKNOWN})
            and (not self.industry or self.industry in {*(row.code for row in reference.industries().children(None)), UNKNOWN})
        )

    def arguments(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        yield or_(cards.leads(), Posting.state != PostingState.OPEN)
        yield and_(Posting.state != PostingState.DRAFT, or_(Posting.submitted_at.is_not(None), Posting.source_id.is_not(None)))
        if self.state:
            yield Posting.state == self.state
        if self.region:
            yield Posting.region == self.region if self.exact else within(self.region)
        if self.origin:
            yield Posting.source_id.is_(None) if self.origin == "direct" else Posting.source_id.is_not(None)
        if self.occupation:
            yield _occupation_is(self.occupation)
        if self.industry:
            yield _industry_is(self.industry)
        if self.source:
            yield Posting.source_title == ("" if self.source == UNKNOWN else self.source)


_Sum = tuple[int, int | None]
"""Postings, and their headcounts as in `Figure`."""


class Figure(NamedTuple):
    """`postings` and the sum of their stated headcounts, None where none states one; `rows` is the slice that opens exactly these."""

    label: str
    postings: int
    headcount: int | None
    rows: Slice


def rows_of(wanted: Slice, grants: Iterable[Grant]) -> Select[Posting]:
    """The rows a figure counts, the latest first."""
    return select(Posting).where(reach(grants), *wanted.conditions()).options(*LONG).order_by(Posting.seq.desc())


def by_state(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    counted = _grouped(Posting.state, within_, grants)
    return [_figure(state.label, counted.get(state), replace(within_, state=state.value)) for state in COUNTED_STATES]


def by_origin(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    counted = _grouped(Posting.source_id.is_(None), within_, grants)
    named = ((True, "direct", "用人单位直接发布"), (False, "forwarded", "其他平台转载"))
    return [_figure(label, counted.get(key), replace(within_, origin=origin)) for key, origin, label in named]


def by_city(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    """By prefecture, in the order of the codes; a row that names a province only stands under the province's name."""
    sums: dict[str, list[_Sum]] = {}
    for code, value in _grouped(Posting.region, within_, grants).items():
        sums.setdefault(reference.regions().place(str(code)).city_code, []).append(value)
    return [
        _figure(_city_label(code), _summed(sums[code]), replace(within_, region=code, exact="1" if code.endswith("0000") else ""))
        for code in sorted(sums)
    ]


def by_county(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    """By the code the row carries; a row that names a prefecture only is told apart."""
    counted = _grouped(Posting.region, within_, grants)
    return [_figure(_county_label(str(code)), counted[code], replace(within_, region=str(code), exact="1")) for code in sorted(counted, key=str)]


def by_occupation(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    """By 大类 of the 职业分类大典."""
    counted = _grouped(func.substr(Posting.occupation, 1, 1), within_, grants)
    classes = reference.occupations().children(None)
    known = [_figure(f"{row.code} {row.name}", counted.get(row.code), replace(within_, occupation=row.code)) for row in classes]
    rest = _summed(value for key, value in counted.items() if key not in {row.code for row in classes})
    return _stated([*known, _figure("没有职业代码", rest, replace(within_, occupation=UNKNOWN))])


def by_industry(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    """By 门类 of GB/T 4754, of the employer."""
    counted = _grouped(Posting.industry, within_, grants)
    sums: dict[str, list[_Sum]] = {}
    for code, value in counted.items():
        sums.setdefault(_industry_letter(code), []).append(value)
    letters = reference.industries().children(None)
    known = [_figure(f"{row.code} {row.name}", _summed(sums.get(row.code, ())), replace(within_, industry=row.code)) for row in letters]
    return _stated([*known, _figure("没有行业代码", _summed(sums.get(UNKNOWN, ())), replace(within_, industry=UNKNOWN))])


def by_source(within_: Slice, grants: Sequence[Grant]) -> list[Figure]:
    """By the platform a forwarded row names."""
    counted = _grouped(Posting.source_title, replace(within_, origin="forwarded"), grants)
    ordered = sorted(counted.items(), key=lambda item: (-item[1][0], str(item[0])))
    return [
        _figure(str(name) or "来源未注明平台", value, replace(within_, origin="forwarded", source=str(name) or UNKNOWN)) for name, value in ordered
    ]


def words(wanted: Slice) -> list[str]:
    """What a slice says, for the head of its rows."""
    said = []
    if wanted.state:
        said.append(next(state.label for state in PostingState if state.value == wanted.state))
    if wanted.region:
        name = reference.regions().name(wanted.region)
        said.append(f"{name}（只计写到这一级的）" if wanted.exact and wanted.region.endswith("00") else name)
    if wanted.origin:
        said.append("用人单位直接发布" if wanted.origin == "direct" else "其他平台转载")
    if wanted.occupation:
        said.append("没有职业代码" if wanted.occupation == UNKNOWN else reference.occupations().name(wanted.occupation))
    if wanted.industry:
        said.append("没有行业代码" if wanted.industry == UNKNOWN else reference.industries().name(wanted.industry))
    if wanted.source:
        said.append("来源未注明平台" if wanted.source == UNKNOWN else wanted.source)
    return said


def _grouped(key: Any, wanted: Slice, grants: Iterable[Grant]) -> dict[object, _Sum]:
    """Value of `key` (a column or an expression) -> postings, sum of the stated headcounts."""
    named = key.label("value")  # grouped by its name: PostgreSQL takes two bound copies of one expression for two
    counted = select(named, func.count(), func.sum(func.nullif(Posting.headcount, 0)))
    rows = session().execute(counted.where(reach(grants), *wanted.conditions()).group_by(named))
    return {value: (int(postings), None if headcount is None else int(headcount)) for value, postings, headcount in rows}


def _figure(label: str, value: _Sum | None, rows: Slice) -> Figure:
    count, headcount = value or (0, 0)
    return Figure(label, count, headcount, rows)


def _summed(values: Iterable[_Sum]) -> _Sum:
    known = list(values)
    stated = [headcount for _, headcount in known if headcount is not None]
    return sum(count for count, _ in known), sum(stated) if stated or not known else None


def _stated(figures: list[Figure]) -> list[Figure]:
    return [figure for figure in figures if figure.postings]


def _city_label(code: str) -> str:
    name = reference.regions().name(code)
    return f"{name}（未注明地市）" if code.endswith("0000") else name


def _county_label(code: str) -> str:
    name = reference.regions().name(code)
    return f"{name}（未注明县区）" if code.endswith("00") else name


def _occupation_is(value: str) -> ColumnElement[bool]:
    first = func.substr(Posting.occupation, 1, 1)
    if value != UNKNOWN:
        return first == value
    return or_(Posting.occupation.is_(None), first.not_in([row.code for row in reference.occupations().children(None)]))


def _industry_letter(code: object) -> str:
    """The 门类 of a stored code: a letter, a letter with digits, or two and more digits."""
    text = str(code or "")
    industries = reference.industries()
    letter = text[:1] if text[:1].isalpha() else getattr(industries.get(text[:2]), "parent", None)
    return letter if letter and industries.get(letter) else UNKNOWN


def _industry_is(value: str) -> ColumnElement[bool]:
    industries = reference.industries()
    if value == UNKNOWN:
        known = or_(*(_industry_is(row.code) for row in industries.children(None)))
        return or_(Posting.industry.is_(None), not_(known))
    classes = [row.code for row in industries.children(value)]
    return or_(func.substr(Posting.industry, 1, 1) == value, func.substr(Posting.industry, 1, 2).in_(classes))
