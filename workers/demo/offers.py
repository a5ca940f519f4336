"""What one posting says: a trade at an employer, put into words from parts, so that no two read alike and every one could be true.

Wages stay above every minimum of the province in force since October 2025, hours within eight a day, and no text limits who may apply.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from webapp.postings.values import PostingValues
from webapp.reference import queries as reference
from webapp.reference.models import Education, EmploymentType, WageUnit
from workers.demo import content
from workers.demo.calendar import dice
from workers.demo.content import Kind, Trade
from workers.demo.employers import Plan, address, products, staff_of

_LEVEL_OF_CITY = {
    "3701": 1.08, "3702": 1.1, "3703": 1.02, "3704": 0.93, "3705": 1.05, "3706": 1.05, "3707": 1.0, "3708": 0.96,
    "3709": 0.96, "3710": 1.03, "3711": 0.98, "3713": 0.97, "3714": 0.94, "3715": 0.93, "3716": 0.97, "3717": 0.92,
}  # fmt: skip
"""Wages of a city against the average of the province: a guess of ours, for plausible differences only."""
_LEAST_A_MONTH, _LEAST_AN_HOUR, _LEAST_A_DAY = 2600, 25, 150
GENERAL: dict[str, dict[str, int]] = {
    "factory": {"operator": 3, "clerk": 1, "accountant": 1, "guard": 1, "cleaner": 1, "cook": 1, "sales": 1, "hr": 1, "driver": 1, "warehouse": 1},
    "service": {"clerk": 1, "accountant": 1, "cleaner": 1, "sales": 1, "hr": 1},
    "office": {"clerk": 1, "accountant": 1, "cleaner": 1, "hr": 1},
}
"""Trades any employer looks for besides those of its kind."""
_E = EmploymentType
_BEGINNERS = (_E.TRAINEESHIP, _E.INTERNSHIP)
_LEARNS = ("学徒", "助理", "储备")
"""Titles of people who come to learn: nobody asks them for years."""
_BY_CHANCE = (_E.PART_TIME, _E.TEMPORARY)
_GOES_WITHOUT = {
    "包吃住": ("包住", "免费宿舍", "宿舍", "免费工作餐", "餐补", "管两餐"),
    "包住": ("免费宿舍", "宿舍"),
    "免费工作餐": ("餐补",),
}
"""A benefit that says all of these already."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What was decided about a posting before it is put into words."""

    plan: Plan
    trade: Trade
    chance: Random
    type: EmploymentType
    shift: str
    product: str
    site: str
    years: int
    perk: str
    """What the title may promise; the rest of the posting keeps it."""

    def filled(self, text: str) -> str:
        return text.replace("{product}", self.product).replace("{site}", self.site)

    def some(self, texts: tuple[str, ...], least: int, most: int) -> list[str]:
        """A few of them, in the order in which they were written."""
        count = min(len(texts), self.chance.randint(least, most))
        return [self.filled(texts[place]) for place in sorted(self.chance.sample(range(len(texts)), count))]


def trades_for(kind: Kind, chance: Random, count: int) -> list[Trade]:
    """Trades an employer of this kind looks for, the usual ones more often; one twice only when it has no others."""
    weights = {**GENERAL[kind.general], **{role: weight * 4 for role, weight in kind.roles.items()}}
    found: list[Trade] = []
    while len(found) < count:
        left = {role: weight for role, weight in weights.items() if content.trades()[role] not in found} or weights
        found.append(content.trades()[chance.choices(list(left), list(left.values()))[0]])
    return found


def offer(name: str, plan: Plan, trade: Trade, *, valid_through: date) -> PostingValues:
    """Everything the employer says; `name` seeds the chances."""
    chance = dice(f"offer:{name}")
    drawn = _drawn(plan, trade, chance)
    base = drawn.filled(chance.choice(trade.titles))
    workplace = content.workplaces()[trade.setting]
    lon, lat = _point(plan.county, chance)
    unit, low, high, months = _wage(drawn)
    return PostingValues(
        title=_title(drawn, base),
        occupation=_occupation(trade, base),
        employment_type=drawn.type,
        headcount=min(chance.randint(*trade.headcount), _places_at_most(drawn)),
        duties=_duties(drawn),
        requirements=_listed(drawn, drawn.some(trade.needs, 2, 4)),
        education=chance.choice(trade.education),
        experience_years=0 if any(word in base for word in _LEARNS) else drawn.years,
        skills=tuple(drawn.some(trade.skills, 1, 3)),
        region=plan.county,
        address=address(f"posting:{name}", plan.kind) if chance.random() < 0.4 else address(f"employer:{plan.number}", plan.kind),
        lon=lon,
        lat=lat,
        wage_unit=unit,
        wage_low=low,
        wage_high=high,
        wage_months=months,
        insurance=chance.choice(_insurance(drawn.type)),
        benefits=_benefits(drawn),
        protection=chance.choice(workplace.protection),
        hazards=chance.choice(workplace.hazards),
        valid_through=valid_through,
    )


def _drawn(plan: Plan, trade: Trade, chance: Random) -> _Drawn:
    kind_of_work = _type(trade, chance)
    years = 0 if kind_of_work in (*_BEGINNERS, *_BY_CHANCE) else chance.choice(trade.years)
    perks = tuple(perk for perk in content.wording().perk_tails if years == 0 or perk not in ("有师傅带", "新手可带"))
    shift, product, site = chance.choice(trade.shifts), chance.choice(products(plan)), chance.choice(plan.kind.sites)
    return _Drawn(plan, trade, chance, kind_of_work, shift, product, site, years, chance.choice(perks) if chance.random() < 0.12 else "")


def _places_at_most(drawn: _Drawn) -> int:
    """A quarter of the staff: nobody believes that a shop of six looks for twenty."""
    return 3 if drawn.type in _BEGINNERS else max(2, staff_of(drawn.plan)[1] // 4)


def _type(trade: Trade, chance: Random) -> EmploymentType:
    luck = chance.random()
    if trade.part_time and luck < 0.18:
        return _E.PART_TIME
    if trade.unit_mix and luck < 0.18:
        return _E.TEMPORARY
    if 0 in trade.years and max(trade.education) >= Education.JUNIOR_COLLEGE and luck < 0.12:
        return _E.TRAINEESHIP if luck < 0.08 else _E.INTERNSHIP
    return _E.DISPATCH if trade.setting in ("line", "store", "cold") and luck > 0.97 else _E.FULL_TIME


def _title(drawn: _Drawn, base: str) -> str:
    words, chance = content.wording(), drawn.chance
    fixed = {_E.PART_TIME: ("小时工", "半天班"), _E.TEMPORARY: ("临时工", "日结"), _E.TRAINEESHIP: ("见习",), _E.INTERNSHIP: ("实习",)}
    if drawn.type in fixed:
        return f"{base}（{chance.choice(fixed[drawn.type])}）"
    if drawn.perk:
        return f"{base} {drawn.perk}"
    return f"{base}（{chance.choice(words.title_tails[drawn.shift])}）" if chance.random() < 0.22 else base


def _occupation(trade: Trade, title: str) -> str | None:
    """The occupation that the table knows under this title, else under one of the trade's names; None where it knows none."""
    table = reference.occupations()
    for name in (title, *trade.names, *trade.titles):
        found = [row.code for row in table.named(name) if row.code.count("-") == 3]
        if found:
            return found[0]
    return None


def _duties(drawn: _Drawn) -> str:
    words, chance = content.wording(), drawn.chance
    lines = {_E.PART_TIME: words.part_time_lines, _E.TEMPORARY: words.temporary_lines}.get(drawn.type, words.shifts[drawn.shift]["lines"])
    return f"{_listed(drawn, drawn.some(drawn.trade.duties, 3, 5))}\n{chance.choice(lines)}。"


def _listed(drawn: _Drawn, parts: list[str]) -> str:
    """Numbered, one a line, or in one sentence: as different hands write it."""
    style = drawn.chance.random()
    if style < 0.4:
        return "\n".join(f"{number}. {part}{'。' if number == len(parts) else '；'}" for number, part in enumerate(parts, 1))
    if style < 0.6:
        return "\n".join(f"{number}、{part}" for number, part in enumerate(parts, 1))
    return "；".join(parts) + "。"


def _point(county: str, chance: Random) -> tuple[float | None, float | None]:
    """Near the middle of the county; one in five says no point."""
    region = reference.regions().get(county)
    if region is None or region.lon is None or region.lat is None or chance.random() < 0.2:
        return None, None
    return round(region.lon + chance.uniform(-0.03, 0.03), 4), round(region.lat + chance.uniform(-0.03, 0.03), 4)


def _wage(drawn: _Drawn) -> tuple[WageUnit, Decimal, Decimal, int | None]:
    """(unit, low, high, months a year). An hour is paid to half a yuan, what is longer in whole yuan."""
    if drawn.type is not _E.PART_TIME:
        unit, least, most, months = _long_wage(drawn)
        return unit, Decimal(least), Decimal(most), months
    low = _LEAST_AN_HOUR + Decimal(drawn.chance.randint(0, 8)) / 2
    return WageUnit.HOUR, low, low + Decimal(drawn.chance.randint(2, 8)) / 2, None


def _long_wage(drawn: _Drawn) -> tuple[WageUnit, int, int, int | None]:
    chance, (least, most) = drawn.chance, drawn.trade.wage
    level = _LEVEL_OF_CITY[drawn.plan.county[:4]]
    begins = (least + (most - least) * 0.5 * chance.random()) * level
    if drawn.type is _E.TEMPORARY:
        low = max(_LEAST_A_DAY, round(begins / 24 / 10) * 10)
        return WageUnit.DAY, low, low + chance.choice((0, 20, 30, 50)), None
    if drawn.type in _BEGINNERS:
        low = max(_LEAST_A_MONTH, _rounded(least * 0.75))
        return WageUnit.MONTH, low, low + chance.choice((200, 300, 500)), None
    low = max(_LEAST_A_MONTH, _rounded(begins))
    high = max(low + 300, min(_rounded(low * chance.uniform(1.15, 1.5)), _rounded(most * level * 1.1)))
    months = 13 if drawn.trade.setting == "office" and chance.random() < 0.2 else None
    return WageUnit.MONTH, low, high, months


def _rounded(yuan: float) -> int:
    step = 100 if yuan < 6000 else 500
    return round(yuan / step) * step


def _insurance(kind_of_work: EmploymentType) -> tuple[str, ...]:
    words = content.wording()
    if kind_of_work is _E.PART_TIME:
        return words.insurance_part_time
    if kind_of_work is _E.TEMPORARY:
        return words.insurance_temporary
    return words.insurance_trainee if kind_of_work in _BEGINNERS else words.insurance


def _benefits(drawn: _Drawn) -> tuple[str, ...]:
    words, chance = content.wording(), drawn.chance
    if drawn.type in _BY_CHANCE:
        return tuple(chance.sample(("交通补贴", "管一餐", "饮水和防暑用品", "时间灵活", "高温津贴"), 2))
    offered = words.benefits[drawn.plan.kind.general]
    own = [drawn.perk] if drawn.perk in ("包吃住", "包住", "班车接送") else []
    own += chance.sample(offered, chance.randint(2, 5))
    without = {other for benefit in own for other in _GOES_WITHOUT.get(benefit, ())}
    if drawn.shift not in ("two", "three"):
        without.add("夜班补贴")
    return tuple(dict.fromkeys((chance.choice(words.shifts[drawn.shift]["tags"]), *(benefit for benefit in own if benefit not in without))))
