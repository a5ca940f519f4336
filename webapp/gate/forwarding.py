"""What an import asks of the gate: a few questions a row, tens of thousands of rows.

Only what can hold a row is looked for: what blocks, and the flags whose rule says so (`holds`: money taken, training sold as work, patterns of
fraud), since nobody here can ask the writer. A row that meets another flag opens as before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from webapp.gate import reading
from webapp.gate.completeness import missing
from webapp.gate.measures import hours
from webapp.gate.measures.asked import Asked
from webapp.gate.rules import Rulebook
from webapp.gate.subject import Profile, Subject
from webapp.gate.wording.family import Family
from webapp.reference.models import GateRule, Severity

_PROFILE = Profile.FORWARDED.value
_HOURS = "OVERTIME.extreme"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The gate as an import uses it: one book and one day for a whole file."""

    book: Rulebook
    on: date
    _families: tuple[Family, ...]
    _hints: re.Pattern[str]
    """Any hint of any of them: three rows of four hold none."""
    _measures_hours: bool

    @classmethod
    def today(cls, book: Rulebook, on: date) -> "Forwarding":
        """Families of which no case holds anywhere on this day are not looked for."""
        holding = {rule.code for rule in book.rules if _holds(rule) and rule.profile in {"", _PROFILE}}
        families = tuple(family for family in reading.FAMILIES if holding & set(family.codes))
        hints = re.compile("|".join(family.hints.pattern for family in families) or "$^")
        return cls(book, on, families, hints, _HOURS in holding)

    def lacks(self, content: Mapping[str, object]) -> str | None:
        """The field of the first element without which a row cannot be shown at all; None: it has them."""
        region = content.get("region")
        required = self.book.required(_PROFILE, region=region if isinstance(region, str) else None, on=self.on)
        return next((rule.fields[0] for rule in missing(required, content) if rule.severity is Severity.BLOCK), None)

    def stops(self, content: Mapping[str, object]) -> list[str]:
        """The codes of rules for which a person has to see the row before it opens; it is not refused."""
        subject = Subject(profile=Profile.FORWARDED, values=content)
        text = subject.text()
        found = [hit.code for hit in reading.hits(text.plain, self._families)] if self._hints.search(text.plain) else []
        if self._measures_hours and hours.may_block(text.plain):
            found += [met.code for met in hours.find(Asked(subject, text, self.book, self.on))]
        return list(dict.fromkeys(code for code in found if self._stops(code, subject.region)))

    def _stops(self, code: str, region: str | None) -> bool:
        rule = self.book.rule(code, profile=_PROFILE, region=region, on=self.on)
        return rule is not None and _holds(rule)


def _holds(rule: GateRule) -> bool:
    return rule.severity is Severity.BLOCK or (rule.severity is Severity.FLAG and rule.holds)
