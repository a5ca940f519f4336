"""What an employer says about a posting, as one typed value between the form (or an import, or the demo) and the row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from webapp.employers.models import Employer
from webapp.postings.models import Posting, PostingState
from webapp.reference import wages
from webapp.reference.models import EmploymentType, WageUnit
from webapp.reference.wages import Wage


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingValues:
    """Everything may be left empty: a draft is allowed to be incomplete. Wages are yuan per `wage_unit`."""

    title: str = ""
    occupation: str | None = None
    employment_type: EmploymentType | None = None
    headcount: int | None = None
    duties: str = ""
    requirements: str = ""
    education: int | None = None
    experience_years: int | None = None
    skills: tuple[str, ...] = ()
    region: str | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    wage_unit: WageUnit | None = None
    wage_low: Decimal | None = None
    wage_high: Decimal | None = None
    wage_months: int | None = None
    insurance: str = ""
    benefits: tuple[str, ...] = ()
    protection: str = ""
    hazards: str = ""
    valid_through: date | None = None

    @property
    def wage(self) -> Wage:
        months = self.wage_months if self.wage_months and self.wage_months > 12 else None
        part_time = self.employment_type is EmploymentType.PART_TIME
        return Wage(unit=self.wage_unit, low=self.wage_low, high=self.wage_high, months=months, part_time=part_time)


NAMES = tuple(field.name for field in fields(PostingValues))


def values_of(posting: Posting) -> PostingValues:
    """What the row says now: the start of the form and of a copy."""
    known: dict[str, Any] = {name: getattr(posting, name) for name in NAMES}
    return PostingValues(**known | {"skills": tuple(posting.skills), "benefits": tuple(posting.benefits)})


def as_json(values: PostingValues) -> dict[str, Any]:
    """For a JSON column; `from_json` gives the same values back."""
    return {name: _plain(getattr(values, name)) for name in NAMES}


def from_json(content: Mapping[str, Any]) -> PostingValues:
    """What a field of a later version says is left out, what an earlier one did not know stays empty."""
    known = {name: content[name] for name in NAMES if content.get(name) is not None}
    for name, read in _READ.items():
        if name in known:
            known[name] = read(known[name])
    return PostingValues(**known)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Decimal | date) else value


_READ: dict[str, Callable[[Any], Any]] = {
    "employment_type": lambda code: next((kind for kind in EmploymentType if kind.value == code), None),
    "wage_unit": lambda code: next((unit for unit in WageUnit if unit.value == code), None),
    "skills": tuple,
    "benefits": tuple,
    "wage_low": Decimal,
    "wage_high": Decimal,
    "valid_through": date.fromisoformat,
}


def wage_of(posting: Posting) -> Wage:
    """The wage as the row keeps it. Without a unit nothing can be compared, and its text is shown as it was written."""
    return Wage(
        unit=posting.wage_unit,
        assumed=posting.wage_assumed,
        low=posting.wage_low,
        high=posting.wage_high,
        months=posting.wage_months,
        part_time=posting.employment_type is EmploymentType.PART_TIME,
    )


def stated(posting: Posting, employer: Employer | None) -> dict[str, object]:
    """Column -> value, as the gate is asked: the posting's own fields and the employer's description."""
    known: dict[str, object] = {name: getattr(posting, name) for name in (*NAMES, "employer_name", "wage_text")}
    return known | {"employer_about": about(posting, employer)}


def about(posting: Posting, employer: Employer | None) -> str:
    """单位基本情况: of a draft what the employer says now, of everything later what was handed in for review."""
    if posting.state is PostingState.DRAFT:
        return employer.about if employer else ""
    return posting.employer_about


def monthly(values: PostingValues) -> tuple[int | None, int | None]:
    return wages.monthly(values.wage)
