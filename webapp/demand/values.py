"""What a need says, as one typed value between a form (or a file, or the demo) and the row."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from webapp.demand.models import Need, Urgency
from webapp.postings.values import PostingValues
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import Education, EmploymentType, WageUnit
from webapp.reference.wages import Wage


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedValues:
    """Wages are yuan per `wage_unit`. `title` empty: the name of the occupation is meant; `occupation` empty: the employer named none that
    is known, and the officer has yet to."""

    occupation: str
    headcount: int
    region: str
    title: str = ""
    employment_type: EmploymentType | None = None
    by_on: date | None = None
    urgency: Urgency = Urgency.NORMAL
    address: str = ""
    wage_unit: WageUnit | None = None
    wage_low: Decimal | None = None
    wage_high: Decimal | None = None
    education: int | None = None
    conditions: str = ""


NAMES = tuple(field.name for field in fields(NeedValues))
LABELS = {
    "occupation": "职业",
    "headcount": "人数",
    "region": "地点",
    "title": "岗位名称",
    "employment_type": "用工类型",
    "by_on": "到岗日期",
    "urgency": "紧急程度",
    "address": "详细地址",
    "wage_unit": "工资单位",
    "wage_low": "最低工资",
    "wage_high": "最高工资",
    "education": "学历",
    "conditions": "条件",
}
_WRITTEN = frozenset({"address", "conditions"})
"""Free text: that it changed is told, what it said before is kept encrypted."""


def values_of(need: Need) -> NeedValues:
    return NeedValues(**{name: getattr(need, name) for name in NAMES})


def title_of(need: Need) -> str:
    return need.title or reference.occupations().name(need.occupation)


def wage_of(need: Need) -> str:
    """`6000–8000 元/月`; empty where nothing was said."""
    if need.wage_unit is None or (need.wage_low is None and need.wage_high is None):
        return ""
    return wages.show(Wage(unit=need.wage_unit, low=need.wage_low, high=need.wage_high)).partition("（")[0]


def posting_of(need: Need, address: str) -> PostingValues:
    """What the posting draft of a need says to begin with; duties, insurance and the validity are the employer's to write."""
    return PostingValues(
        title=title_of(need),
        occupation=need.occupation or None,
        employment_type=need.employment_type,
        headcount=need.left or need.headcount,
        requirements=need.conditions,
        education=need.education,
        region=need.region,
        address=need.address or address,
        wage_unit=need.wage_unit,
        wage_low=need.wage_low,
        wage_high=need.wage_high,
    )


def differences(before: NeedValues, after: NeedValues) -> tuple[str, str]:
    """(what changed in a line without free text, what the free texts said before)."""
    changed = [name for name in NAMES if getattr(before, name) != getattr(after, name)]
    lines = [LABELS[name] if name in _WRITTEN else f"{LABELS[name]} {_said(before, name)} → {_said(after, name)}" for name in changed]
    kept = [f"{LABELS[name]}：{getattr(before, name)}" for name in changed if name in _WRITTEN and getattr(before, name)]
    return "；".join(lines)[:300], "\n".join(kept)


def _said(values: NeedValues, name: str) -> str:
    value = getattr(values, name)
    if value in (None, ""):
        return "未填写"
    if name == "education":
        return Education.of(value).label
    if name == "occupation":
        return reference.occupations().name(value)
    if name == "region":
        return reference.regions().name(value)
    return str(getattr(value, "label", value))
