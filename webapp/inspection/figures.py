"""What a campaign found. Every figure is counted over strata, weighted by what each checked row stands for, and opens the rows it counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from webapp.db import session
from webapp.inspection import queries
from webapp.inspection.drawing import assign, digest, draw
from webapp.inspection.estimating import Cell, Share, estimate
from webapp.inspection.models import STALE, Campaign, Check, Stratum, Verdict
from webapp.labels import Labelled
from webapp.reference import queries as reference

KNOWN_RULE = "有效 ÷（有效＋失效＋虚假），只算问到了用人单位或查实了的"
ALL_RULE = "有效 ÷（有效＋失效＋虚假＋联系不上），联系不上的也算在内"
WEIGHT_RULE = (
    "各层抽查的比例不同，所以每个查过的岗位按它代表的岗位数（层内总体 ÷ 层内查过的）加权；区间是 Wilson 法的 95% 置信区间，"
    "合计的区间按 Kish 的有效样本量计算；每层都按查过的比例作有限总体修正，全部查过的就没有区间。还没有查的不算。"
)


class Group(Labelled):
    """The columns of a result: verdicts as a reader wants them."""

    VALID = "valid", "有效"
    STALE = "stale", "失效"
    FALSE = "false", "虚假"
    UNREACHABLE = "unreachable", "联系不上"
    LEFT = "left", "未查"

    def holds(self, verdict: Verdict | None) -> bool:
        return group_of(verdict) is self

    def condition(self) -> ColumnElement[bool]:
        if self is Group.LEFT:
            return Check.verdict.is_(None)
        return Check.verdict.in_([verdict for verdict in Verdict if self.holds(verdict)])


def group_of(verdict: Verdict | None) -> Group:
    if verdict is None:
        return Group.LEFT
    return Group.STALE if verdict in STALE else next(group for group in Group if group.value == verdict.value)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a result: `county` and `source` say which strata it sums up, "" all. `known` and `everything` are the two rates."""

    label: str
    county: str
    source: str
    population: int
    size: int
    counts: Counter[Group]
    known: Share | None
    everything: Share | None


@dataclass(slots=True)
class Result:
    """Of one campaign: the total, then by county and by source."""

    total: Line
    counties: list[Line] = field(default_factory=list)
    sources: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    stratum: Stratum
    counts: Counter[Group]


def result(campaign: Campaign) -> Result:
    """Of a campaign the caller has already found in its own scope."""
    found = [_Found(stratum, counts) for stratum, counts in _counted(campaign)]
    regions = reference.regions()
    return Result(
        _line("合计", "", "", found),
        _lines(found, lambda one: one.county, lambda name: regions.name(name), is_county=True),
        _lines(found, lambda one: one.source, str, is_county=False),
    )


def _counted(campaign: Campaign) -> Iterable[tuple[Stratum, Counter[Group]]]:
    counts: dict[UUID, Counter[Group]] = {}
    asked = select(Check.stratum_id, Check.verdict, func.count()).where(Check.campaign_id == campaign.id)
    for stratum_id, verdict, count in session().execute(asked.group_by(Check.stratum_id, Check.verdict)):
        counts.setdefault(stratum_id, Counter())[group_of(verdict)] += count
    for stratum in queries.strata(campaign):
        yield stratum, counts.get(stratum.id, Counter())


def _lines(found: Sequence[_Found], key: Callable[[Stratum], str], label: Callable[[str], str], *, is_county: bool) -> list[Line]:
    groups: dict[str, list[_Found]] = {}
    for one in found:
        groups.setdefault(key(one.stratum), []).append(one)
    return [_line(label(name), name if is_county else "", "" if is_county else name, groups[name]) for name in sorted(groups)]


def _line(label: str, county: str, source: str, found: Sequence[_Found]) -> Line:
    known = estimate(_cell(one, (Group.VALID, Group.STALE, Group.FALSE)) for one in found)
    everything = estimate(_cell(one, (Group.VALID, Group.STALE, Group.FALSE, Group.UNREACHABLE)) for one in found)
    counts = sum((one.counts for one in found), Counter[Group]())
    population, size = sum(one.stratum.population for one in found), sum(one.stratum.size for one in found)
    return Line(label, county, source, population, size, counts, known, everything)


def _cell(one: _Found, base: Iterable[Group]) -> Cell:
    checked = sum(count for group, count in one.counts.items() if group is not Group.LEFT)
    return Cell(one.stratum.population, checked, sum(one.counts[group] for group in base), one.counts[Group.VALID])


def rows(campaign: Campaign, *, county: str = "", source: str = "", group: Group | None = None) -> Select[Check]:
    """The rows that a figure counts: the strata of the line, the verdicts of the column."""
    wanted = queries.checks_of(campaign).join(Stratum, Stratum.id == Check.stratum_id)
    if county:
        wanted = wanted.where(Stratum.county == county)
    if source:
        wanted = wanted.where(Stratum.source == source)
    return wanted.where(group.condition()) if group else wanted


@dataclass(frozen=True, slots=True)
class Redraw:
    """The draw made again from what was stored. `population`: it still has the digest that was published; `postings`, `inspectors`: the same
    came out."""

    population: bool
    postings: bool
    inspectors: bool
    size: int

    @property
    def same(self) -> bool:
        return self.population and self.postings and self.inspectors


def redraw(campaign: Campaign) -> Redraw:
    """Of a campaign that was drawn: compares with the checks, whoever has them by now."""
    layers = [stratum.layer for stratum in queries.strata(campaign)]
    checks = session().scalars(queries.checks_of(campaign)).all()
    drawn = {key for keys in draw(layers, campaign.seed or "", campaign.size) for key in keys}
    people = [UUID(person) for person in campaign.roster]
    given = assign(campaign.seed or "", {check.posting_id: [people[place] for place in check.eligible] for check in checks})
    return Redraw(
        digest(layers) == campaign.digest,
        drawn == {check.posting_id for check in checks},
        given == {check.posting_id: check.drawn_id for check in checks},
        len(drawn),
    )
