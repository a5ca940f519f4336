"""Who counts as 就业困难人员 under a dated rule set: pure, so that a page, a job and a test say the same.

The kinds are a place's own data; which household somebody belongs to is known by the groups an office marked, with source and day.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from webapp.reference.service_models import HardshipRule


@dataclass(frozen=True, slots=True)
class Known:
    """What the house knows of a person that a rule may ask."""

    sex: str = ""
    born_year: int | None = None
    born_on: Callable[[], date | None] = lambda: None
    """Asked in the year of a birthday only: the day stands sealed in the ID number."""
    tags: frozenset[str] = frozenset()
    without_work_since: date | None = None
    is_registered: bool = False


def first_met(rules: Iterable[HardshipRule], known: Known, on: date) -> HardshipRule | None:
    """The first rule of the set that the person meets."""
    return next((rule for rule in rules if meets(rule, known, on)), None)


def meets(rule: HardshipRule, known: Known, on: date) -> bool:
    if rule.registered and not known.is_registered:
        return False
    if rule.test == "tag":
        return bool(known.tags & set(rule.tags))
    if rule.test == "unemployed":
        return known.without_work_since is not None and months_between(known.without_work_since, on) >= (rule.least or 0)
    if rule.sex and rule.sex != known.sex:
        return False
    return is_of_age(known, on, rule.least or 0, rule.most)


def is_of_age(known: Known, on: date, least: int, most: int | None = None) -> bool:
    """Full years from `least` to `most` inclusive; without a year of birth nobody is of any age."""
    years = age(known, on, least, most)
    return years is not None and years >= least and (most is None or years <= most)


def age(known: Known, on: date, *edges: int | None) -> int | None:
    """Full years; the day of birth is read only where the year alone leaves one of the edges open."""
    if known.born_year is None:
        return None
    most = on.year - known.born_year
    if not any(edge is not None and edge in {most, most - 1} for edge in edges):
        return most
    born = known.born_on()
    return most if born is None else most - ((on.month, on.day) < (born.month, born.day))


def months_between(since: date, on: date) -> int:
    """Whole months: from the 15th to the 14th of the next is none."""
    return (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
