"""How the 急需紧缺目录 is computed: a pure function from what was counted to what is listed, exact in whole numbers.

By occupation (细类, and rolled up to the 小类):
  需求人数  = headcounts of postings and of ledger needs, carried over from before the period and new in it;
  求职人数  = different persons who want it, as counted at that level: who wants two 细类 of a 小类 is one person of the 小类;
  分摊      = 无要求 seekers x demand / all demand (for the ratio alone);
  缺口      = 需求 - 求职;  求人倍率 = 需求 / (求职 + 分摊), none where nobody wants it;
  得分      = weight_gap x gap / largest gap + weight_counties x counties that report it / counties that report anything. What was told of a
              whole city (its code ends in 00) is of no county.
Listed is what has a gap and reaches the least demand and the least number of employers, the highest score first; of equals the larger
gap, then the code. Source: the rules of the quarterly analysis of supply and demand (求人倍率, spreading of 无要求) and of the national
list of the most wanted occupations (rank by gap and by how many places report it); the weights are the parameters of the city.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from webapp.demand.catalogue_models import InputKind, OccupationLevel, RankChange

FORMULA = "gap-counties-2"
_FIRST = "gap-counties-1"
"""What was frozen under it is computed again by it: it knew no seekers of a 小类, and took a city for a county."""
MINOR_LENGTH = 7
_WHOLE = Decimal(1)
_DEMAND = frozenset({InputKind.NEED, InputKind.POSTING})
_DIGITS = {OccupationLevel.UNIT: 10, OccupationLevel.MINOR: MINOR_LENGTH}
"""How long a code of that level is: 6-18-02-04, 6-18-02."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one need, one posting or one group of seekers gives: the columns of `CatalogueInput` that are counted."""

    kind: InputKind
    occupation: str
    county: str
    reporter: str
    count: int
    carried: bool
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    gap: Decimal
    counties: Decimal
    least_demand: int
    least_reporters: int
    rows_max: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One occupation as it is listed. `spread` and `ratio` are hundredths, `score` ten-thousandths."""

    level: OccupationLevel
    occupation: str
    demand: int
    demand_carried: int
    urgent: int
    seekers: int
    seekers_carried: int
    spread: int
    gap: int
    ratio: int | None
    employers: int
    counties: int
    typical: str
    score: int = 0
    rank: int | None = None
    previous_rank: int | None = None
    change: RankChange = RankChange.FIRST


@dataclass(slots=True)
class _Sum:
    demand: int = 0
    demand_carried: int = 0
    urgent: int = 0
    seekers: int = 0
    seekers_carried: int = 0
    reporters: set[str] = field(default_factory=set)
    by_county: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, line: Line, county: str) -> None:
        if line.kind not in _DEMAND:
            self.seekers += line.count
            self.seekers_carried += line.count if line.carried else 0
            return
        self.demand += line.count
        self.demand_carried += line.count if line.carried else 0
        self.urgent += line.count if line.urgent else 0
        self.reporters.add(line.reporter)
        if county:
            self.by_county[county] += line.count


def compute(
    lines: Sequence[Line], weights: Weights, previous: Mapping[OccupationLevel, Mapping[str, int]] | None, formula: str = FORMULA
) -> dict[OccupationLevel, list[Entry]]:
    """Level -> what is listed, by rank, then what left. `previous`: the ranks of the period before by level; None: there is none."""
    known = {level: None if previous is None else previous.get(level, {}) for level in OccupationLevel}
    return {level: _listed(lines, level, weights, known[level], formula) for level in OccupationLevel}


def _listed(lines: Sequence[Line], level: OccupationLevel, weights: Weights, previous: Mapping[str, int] | None, formula: str) -> list[Entry]:
    sums = _sums(lines, level, formula)
    everything = sum(line.count for line in lines if line.kind in _DEMAND)
    anybody = sum(line.count for line in lines if line.kind is InputKind.ANY)
    entries = [_entry(level, code, one, everything, anybody) for code, one in sums.items()]
    wanted = [one for one in entries if one.gap > 0 and one.demand >= weights.least_demand and one.employers >= weights.least_reporters]
    reporting = len({_county(line, formula) for line in lines if line.kind in _DEMAND} - {""})
    largest = max((one.gap for one in wanted), default=0)
    scored = [replace(one, score=_score(one, largest, reporting, weights)) for one in wanted]
    scored.sort(key=lambda one: (-one.score, -one.gap, one.occupation))
    ranked = [_ranked(one, rank, previous) for rank, one in enumerate(scored[: weights.rows_max], 1)]
    return ranked + _left(level, entries, {one.occupation for one in ranked}, previous or {})


def seekers_of(level: OccupationLevel, formula: str = FORMULA) -> InputKind:
    """Which lines count the persons of a level."""
    return InputKind.MINOR_SEEKERS if level is OccupationLevel.MINOR and formula != _FIRST else InputKind.SEEKERS


def _county(line: Line, formula: str) -> str:
    """Empty where it is told of no county."""
    return "" if line.county.endswith("00") and formula != _FIRST else line.county


def _sums(lines: Iterable[Line], level: OccupationLevel, formula: str) -> dict[str, _Sum]:
    """Code of the level -> its sums. A line coded with a class above the level belongs to no occupation of it."""
    digits, sums, kinds = _DIGITS[level], defaultdict[str, _Sum](_Sum), _DEMAND | {seekers_of(level, formula)}
    for line in lines:
        if len(line.occupation) >= digits and line.kind in kinds:
            sums[line.occupation[:digits]].add(line, _county(line, formula))
    return sums


def _entry(level: OccupationLevel, code: str, one: _Sum, everything: int, anybody: int) -> Entry:
    spread = _whole(Decimal(anybody) * one.demand / everything * 100) if everything else 0
    wanting = Decimal(one.seekers) + Decimal(spread) / 100
    return Entry(
        level=level,
        occupation=code,
        demand=one.demand,
        demand_carried=one.demand_carried,
        urgent=one.urgent,
        seekers=one.seekers,
        seekers_carried=one.seekers_carried,
        spread=spread,
        gap=one.demand - one.seekers,
        ratio=_whole(Decimal(one.demand) / wanting * 100) if one.seekers else None,
        employers=len(one.reporters),
        counties=len(one.by_county),
        typical=min(one.by_county, key=lambda county: (-one.by_county[county], county), default=""),
    )


def _score(one: Entry, largest: int, reporting: int, weights: Weights) -> int:
    return _whole((weights.gap * one.gap / largest + weights.counties * one.counties / max(1, reporting)) * 10_000)


def _whole(value: Decimal) -> int:
    return int(value.quantize(_WHOLE, ROUND_HALF_UP))


def _ranked(one: Entry, rank: int, previous: Mapping[str, int] | None) -> Entry:
    if previous is None:
        return replace(one, rank=rank)
    before = previous.get(one.occupation)
    if before is None:
        return replace(one, rank=rank, change=RankChange.NEW)
    change = RankChange.SAME if before == rank else RankChange.UP if before > rank else RankChange.DOWN
    return replace(one, rank=rank, previous_rank=before, change=change)


def _left(level: OccupationLevel, entries: Iterable[Entry], listed: set[str], previous: Mapping[str, int]) -> list[Entry]:
    """What the period before listed and this one does not, with its figures of today."""
    known = {one.occupation: one for one in entries}
    nothing = Entry(level, "", 0, 0, 0, 0, 0, 0, 0, None, 0, 0, "")
    gone = sorted((rank, code) for code, rank in previous.items() if code not in listed)
    return [replace(known.get(code, nothing), occupation=code, previous_rank=rank, change=RankChange.LEFT) for rank, code in gone]


def digest(things: Iterable[Line | Entry]) -> str:
    """Of the same lines or entries in the same order always the same."""
    told = hashlib.sha256()
    for thing in things:
        told.update(json.dumps(asdict(thing), sort_keys=True, ensure_ascii=False).encode())
    return told.hexdigest()
