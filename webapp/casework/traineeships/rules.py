"""What the rules of 就业见习 say of an agreement, an allowance and a person: figures are dated parameters, the answers name them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.accounts.identity import age_on, born_on
from webapp.casework.models import Case, Graduation, Standing
from webapp.casework.traineeships.models import Ground
from webapp.reference import queries as reference
from webapp.reference.models import Parameter

_SETTLED = frozenset({Standing.EMPLOYED, Standing.STUDYING})


@dataclass(frozen=True, slots=True)
class Eligibility:
    ground: Ground | None
    reasons: tuple[str, ...]
    """For or against, one line for each way that was looked at."""


def months_between(from_on: date, to_on: date) -> Decimal:
    """`to_on` is the last day: 1 March to 31 May are three months."""
    after = date.fromordinal(to_on.toordinal() + 1)
    whole = (after.year - from_on.year) * 12 + after.month - from_on.month
    return Decimal(whole) + Decimal(after.day - from_on.day) / 31


def length_trouble(from_on: date, to_on: date, *, region: str, on: date) -> str:
    """Why an agreement of these dates is not taken; empty: it is."""
    least, most = (reference.whole(f"traineeship_months_{end}", region=region, on=on) for end in ("min", "max"))
    if to_on < from_on:
        return "结束日期早于开始日期"
    return "" if least <= months_between(from_on, to_on) <= most else f"见习协议期应为 {least}–{most} 个月"


def minimum_wage(region: str, on: date) -> Parameter | None:
    """The monthly minimum of the place; where its grade is not known, the lowest grade of the province. None: nothing is known."""
    own = reference.parameter("minimum_wage_monthly", region=region, on=on)
    if own is not None and own.value:
        return own
    grades = (reference.parameter(f"minimum_wage_monthly_class{grade}", region=region, on=on) for grade in (1, 2, 3))
    return min((row for row in grades if row is not None and row.value), key=lambda row: Decimal(row.value or 0), default=None)


def allowance_trouble(allowance: Decimal, *, region: str, on: date) -> str:
    """Shown beside a post whose allowance stays below the minimum wage, with the figure; empty: it does not."""
    minimum = minimum_wage(region, on)
    if minimum is None:
        return "当地最低工资标准没有录入，无法核对补助标准"
    if allowance >= Decimal(minimum.value or 0):
        return ""
    return f"低于当地最低工资 {minimum.value} 元/月{'' if minimum.checked else '（未核实）'}，依据：{minimum.basis}"


def eligibility(case: Case, id_number: str, graduations: Iterable[Graduation], *, on: date) -> Eligibility:
    """离校 2 年内未就业, or 16–24 and unemployed; both are looked at, so that a refusal says what is missing."""
    if case.standing in _SETTLED:
        return Eligibility(None, (f"现在登记为“{case.standing.label}”，见习面向未就业人员",))
    years = reference.whole("traineeship_left_school_years", region=case.region, on=on)
    youngest, oldest = (reference.whole(f"traineeship_age_{end}", region=case.region, on=on) for end in ("from", "to"))
    left = max((row.graduated_on or date(row.year, 7, 1) for row in graduations), default=None)
    age, reasons, ground = age_on(born_on(id_number), on), [], None
    if left is not None and left <= on < _years_after(left, years):
        ground = Ground.GRADUATE
        reasons.append(f"{left.year} 年 {left.month} 月离校，未满 {years} 年，未就业")
    elif left is not None and left > on:
        reasons.append("还没有毕业离校")
    else:
        reasons.append(f"离校已满 {years} 年" if left else "没有毕业信息")
    if youngest <= age <= oldest:
        ground = ground or Ground.YOUTH
        reasons.append(f"年龄在 {youngest}–{oldest} 岁之间，未就业")
    else:
        reasons.append(f"年龄不在 {youngest}–{oldest} 岁之间")
    return Eligibility(ground, tuple(reasons))


def _years_after(day: date, years: int) -> date:
    """Who left on 29 February is through on 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
