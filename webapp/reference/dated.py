"""What every dated table of rules has in common: which row answers for a place and a day."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol, TypeVar

from webapp.reference.models import GateRule, Severity

NATION = "CN"


class Dated(Protocol):
    """Read-only on purpose: rows are mapped columns."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


_Row = TypeVar("_Row", bound=Dated)


def around(region: str) -> tuple[str, ...]:
    """The places whose rows hold here, the narrowest first: county, city, province, country."""
    return tuple(dict.fromkeys((region, f"{region[:4]}00", f"{region[:2]}0000", NATION)))


def valid_on(rows: Iterable[_Row], on: date) -> _Row | None:
    """The latest dated row that holds on the day; an undated one only when none does, because its start was not seen."""
    holding = [row for row in rows if (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or on <= row.valid_to)]
    return max(holding, key=lambda row: row.valid_from or date.min, default=None)


class GateRules:
    """Every row of the gate's rules, found by code, kind of publication, place and day."""

    def __init__(self, rows: Iterable[GateRule]) -> None:
        self._rows: dict[tuple[str, str, str], list[GateRule]] = {}
        for row in rows:
            self._rows.setdefault((row.code, row.profile, row.region), []).append(row)
        self.codes = tuple(dict.fromkeys(code for code, _, _ in self._rows))

    def __iter__(self) -> Iterator[GateRule]:
        return (row for rows in self._rows.values() for row in rows)

    def find(self, code: str, *, profile: str, region: str, on: date) -> GateRule | None:
        """The narrowest place that has a row for the day; there a row of this kind of publication before one of every kind.

        None: the rule does not hold here and now, and so must not be applied.
        """
        for place in around(region):
            for kind in dict.fromkeys((profile, "")):
                row = valid_on(self._rows.get((code, kind, place), ()), on)
                if row is not None:
                    return None if row.severity is Severity.OFF else row
        return None
