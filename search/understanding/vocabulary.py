"""What a reader is told about the world: places and the words of work. Plain values, made once from reference tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum


class PlaceKind(Enum):
    """What a name names; a street is not a region of its own."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    STREET = "street"
    ZONE = "zone"
    FORMER = "former"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Place:
    """One place a name may mean.

    `code`: six digits of the region; of a street its county. `name`: its official name, for the page. `short`: said
    without 市, 区, 街道, so it may be an ordinary word. `weight`: the higher, the likelier it is meant here; places of
    one name and one weight are equally likely.
    """

    code: str
    name: str
    kind: PlaceKind
    street_code: str = ""
    weight: int = 0
    short: bool = False

    def within(self, region: str) -> bool:
        """Whether it lies in the region (GB/T 2260: XX0000 a province, XXXX00 a city), itself included."""
        return self.code.startswith(prefix(region))


@dataclass(frozen=True, slots=True)
class Wording:
    """What a word of work means: `also`, other words that stand in titles; `occupations`, 大典 codes."""

    also: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()


def _as_said(amount: Decimal, unit: str) -> int | None:
    """Without a rule for other units only months are known."""
    return int(amount) if unit == "month" else None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names and words are normalised (`search.text.normalise`) and without spaces.

    `monthly` turns an amount per hour, day, week, month or year into yuan a month, None where nobody can say.
    `common`: the words of work that most people mean, for initials (hj).
    `labels` are the page's words for codes (of employment types, shifts, benefits), where they differ from what is said.
    """

    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    trades: Mapping[str, Wording] = field(default_factory=dict)
    common: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    monthly: Callable[[Decimal, str], int | None] = _as_said


def prefix(region: str) -> str:
    """`370000` -> `37`, `370100` -> `3701`, a county: itself."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region
