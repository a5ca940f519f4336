"""The rules and figures of one moment, as the pure checker is given them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Self

from webapp.reference import queries as reference
from webapp.reference.dated import NATION, GateRules, around
from webapp.reference.models import GateRule, Parameter
from webapp.reference.queries import Parameters
from webapp.reference.wages import Factors

REQUIRED = "MISSING."
"""How the code of a required element begins."""
_FACTORS = ("work_days_per_month", "work_hours_per_day", "part_time_hours_per_week")

Held = tuple[GateRule, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Frozen tables: the same book gives the same answers, and a verdict can be given again for any day and place."""

    rules: GateRules
    parameters: Parameters
    _places: frozenset[str]
    _required: dict[tuple[str, tuple[str, ...], date], Held] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[GateRule], parameters: Iterable[Parameter]) -> Self:
        return cls.on_shelf(GateRules(rules), Parameters(parameters))

    @classmethod
    def on_shelf(cls, rules: GateRules, parameters: Parameters) -> Self:
        return cls(rules, parameters, frozenset(row.region for row in rules))

    @classmethod
    def current(cls) -> Self:
        """What the tables say now; every process sees a changed table within seconds."""
        return cls.on_shelf(reference.gate_rules(), reference.parameters())

    def rule(self, code: str, *, profile: str, region: str | None, on: date) -> GateRule | None:
        return self.rules.find(code, profile=profile, region=region or NATION, on=on)

    def required(self, profile: str, *, region: str | None, on: date) -> Held:
        """The elements a publication of this kind has to state here, in the order of the table."""
        places = tuple(place for place in around(region or NATION) if place in self._places)
        key = profile, places, on
        if key not in self._required:
            codes = (code for code in self.rules.codes if code.startswith(REQUIRED))
            found = (self.rules.find(code, profile=profile, region=region or NATION, on=on) for code in codes)
            self._required[key] = tuple(rule for rule in found if rule is not None)
        return self._required[key]

    def parameter(self, key: str, *, region: str | None = None, on: date) -> Parameter | None:
        return self.parameters.find(key, region=region or NATION, on=on)

    def figure(self, key: str, *, region: str | None = None, on: date) -> Decimal | None:
        """The value of a dated parameter; None where none is known: what would be measured by it is not."""
        row = self.parameter(key, region=region, on=on)
        try:
            return Decimal(row.value) if row and row.value else None
        except InvalidOperation:
            return None

    def factors(self, on: date) -> Factors | None:
        """What turns a day's or an hour's pay into a month's."""
        days, hours, weekly = (self.figure(key, on=on) for key in _FACTORS)
        return None if days is None or hours is None or weekly is None else Factors(days, hours, weekly)
