"""What is checked: the columns of one publication, whatever it came from, and what its caller knows besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp.gate.wording.text import Text
from webapp.labels import Labelled
from webapp.reference import wages
from webapp.reference.models import EmploymentType, WageUnit
from webapp.reference.wages import Wage

TEXTS = (
    "title",
    "duties",
    "requirements",
    "skills",
    "address",
    "insurance",
    "benefits",
    "protection",
    "hazards",
    "settlement",
    "remarks",
    "employer_about",
)
"""The fields whose words are read, in the order in which a reader meets them."""


class Profile(Labelled):
    DIRECT = "direct", "用人单位直接发布"
    FORWARDED = "forwarded", "来源转载"
    GIG = "gig", "零工订单"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another open publication of the same employer, as far as it is compared."""

    key: str
    title: str
    region: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`values` maps the publication's own column names (`title`, `duties`, `wage_low`, ...) and `employer_about`."""

    profile: Profile
    values: Mapping[str, object]
    closed: str = ""
    """How the register of companies names the employer's end (注销, 吊销); empty: nothing is known against it."""
    twins: Sequence[Twin] = ()

    @property
    def region(self) -> str | None:
        region = self.values.get("region")
        return region if isinstance(region, str) and region else None

    def text(self) -> Text:
        return Text({field: as_typed(self.values.get(field)) for field in TEXTS})

    def wage(self) -> Wage:
        """What its wage columns say, as one value; a count of months or a unit that is none of ours is left out."""
        unit, low, high = (self.values.get(name) for name in ("wage_unit", "wage_low", "wage_high"))
        part_time = self.values.get("employment_type") is EmploymentType.PART_TIME
        return Wage(unit=unit if isinstance(unit, WageUnit) else None, low=_yuan(low), high=_yuan(high), part_time=part_time)

    def month(self, factors: wages.Factors | None) -> tuple[int | None, int | None]:
        """The wage as whole yuan a month, as far as it can be compared."""
        if isinstance(self.values.get("month_low"), int) or isinstance(self.values.get("month_high"), int):
            low, high = self.values.get("month_low"), self.values.get("month_high")
            return low if isinstance(low, int) else None, high if isinstance(high, int) else None
        wage = self.wage()
        if wage.unit is None or (factors is None and wage.unit is not WageUnit.MONTH):
            return None, None
        return wages.monthly(wage, factors)


def as_typed(value: object) -> str:
    """A text as its field shows it: a list is one line with 、 between."""
    if isinstance(value, list | tuple):
        return "、".join(str(item) for item in value)
    return value if isinstance(value, str) else ""


def _yuan(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
