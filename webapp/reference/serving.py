"""Questions to the tables of services: which standard holds where, what a channel may count for, who counts as hard to place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from webapp.reference.dated import around
from webapp.reference.queries import copy_of
from webapp.reference.service_models import CaseProgramme, HardshipRule, ServiceChannel, ServiceStandard, ServiceType


@dataclass(frozen=True, slots=True)
class Standard:
    """The items that hold together for a programme, a place and a day."""

    name: str
    region: str
    valid_from: date | None
    valid_to: date | None
    items: tuple[ServiceStandard, ...]

    @property
    def is_checked(self) -> bool:
        return all(item.checked for item in self.items)


class Standards:
    """Every item by programme and place; those of one name, place and day are one standard."""

    def __init__(self, rows: Iterable[ServiceStandard]) -> None:
        groups: dict[tuple[str, str, str, date | None, date | None], list[ServiceStandard]] = {}
        for row in rows:
            groups.setdefault((row.programme, row.region, row.standard, row.valid_from, row.valid_to), []).append(row)
        self._held: dict[tuple[str, str], list[Standard]] = {}
        for (programme, region, name, begin, end), items in groups.items():
            ordered = tuple(sorted(items, key=lambda item: item.id or 0))
            self._held.setdefault((programme, region), []).append(Standard(name, region, begin, end, ordered))
        self.rows = tuple(row for group in groups.values() for row in group)

    def of(self, programme: str, region: str, on: date) -> Standard | None:
        """The narrowest place that has one for the day; there the latest dated one, and of one day what was written last."""
        for place in around(region):
            holding = [one for one in self._held.get((programme, place), ()) if _holds(one, on)]
            if holding:
                return max(holding, key=lambda one: (one.valid_from or date.min, max(item.id or 0 for item in one.items)))
        return None

    def all_of(self, programme: str) -> list[Standard]:
        """Every one of a programme: those in force somewhere by place, then those that are only known."""
        found = [one for (of, _), held in self._held.items() if of == programme for one in held]
        return sorted(found, key=lambda one: (not one.region, one.region != "CN", one.region, one.valid_from or date.min, one.name))

    def without(self, change_id: object) -> "Standards":
        """As if that change had not been made."""
        return Standards(row for row in self.rows if row.change_id != change_id)

    def with_rows(self, rows: Iterable[ServiceStandard]) -> "Standards":
        return Standards([*self.rows, *rows])


class HardshipRules:
    def __init__(self, rows: Iterable[HardshipRule]) -> None:
        self._rows: dict[str, list[HardshipRule]] = {}
        for row in rows:
            self._rows.setdefault(row.region, []).append(row)

    def of(self, region: str, on: date) -> tuple[HardshipRule, ...]:
        """The rule set of the narrowest place that has one for the day; of several the one that began last."""
        for place in around(region):
            holding = [row for row in self._rows.get(place, ()) if _holds(row, on)]
            if holding:
                latest = max(row.valid_from or date.min for row in holding)
                return tuple(row for row in holding if (row.valid_from or date.min) == latest)
        return ()

    def __iter__(self) -> Iterator[HardshipRule]:
        return (row for rows in self._rows.values() for row in rows)


def _holds(one: Standard | HardshipRule, on: date) -> bool:
    return (one.valid_from is None or one.valid_from <= on) and (one.valid_to is None or on <= one.valid_to)


def _by_code(rows: list[ServiceType]) -> Mapping[str, ServiceType]:
    return {row.code: row for row in sorted(rows, key=lambda row: row.position)}


def _channels_by_code(rows: list[ServiceChannel]) -> Mapping[str, ServiceChannel]:
    return {row.code: row for row in sorted(rows, key=lambda row: row.position)}


def _programmes_by_code(rows: list[CaseProgramme]) -> Mapping[str, CaseProgramme]:
    return {row.code: row for row in sorted(rows, key=lambda row: row.position)}


def service_types() -> Mapping[str, ServiceType]:
    """In the order in which screens show them."""
    return copy_of(_by_code, service_types=ServiceType)


def service_channels() -> Mapping[str, ServiceChannel]:
    return copy_of(_channels_by_code, service_channels=ServiceChannel)


def service_standards() -> Standards:
    return copy_of(Standards, service_standards=ServiceStandard)


def programmes() -> Mapping[str, CaseProgramme]:
    return copy_of(_programmes_by_code, case_programmes=CaseProgramme)


def hardship_rules() -> HardshipRules:
    return copy_of(HardshipRules, hardship_rules=HardshipRule)
