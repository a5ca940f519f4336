"""The check of one publication by the rules of a book on a day: pure, so that a verdict can be given again and defended.

What is recognised is code; whether it is a finding, how grave, which article it rests on and how it is mended is a row that holds at the
place and on the day. Where no row holds, nothing is found. Nothing is refused here: `Verdict` only says who has to act.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from webapp.gate import reading
from webapp.gate.completeness import missing
from webapp.gate.findings import Finding, of_rule, of_severity
from webapp.gate.measures import days, employers, hours, pay, trial
from webapp.gate.measures.asked import Asked, Met
from webapp.gate.rules import REQUIRED, Rulebook
from webapp.gate.subject import Subject
from webapp.reference.models import Severity

_MEASURES = (hours.find, pay.find, trial.find, days.find, employers.closed, employers.repeated)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings by who has to act: the employer must mend `blocks`, a person looks at `flags`, `advice` may be followed."""

    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> list[Finding]:
        return of_severity(self.findings, Severity.BLOCK)

    @property
    def flags(self) -> list[Finding]:
        return of_severity(self.findings, Severity.FLAG)

    @property
    def advice(self) -> list[Finding]:
        return of_severity(self.findings, Severity.ADVISE)

    @property
    def may_be_explained(self) -> bool:
        """Whether all that blocks may go to a person once the employer says why the post needs it."""
        return all(finding.necessity for finding in self.blocks)

    def explained(self, necessity: str) -> "Verdict":
        """With the employer's reason: what a rule lets be explained no longer blocks and is looked at by a person."""
        if not necessity.strip():
            return self
        return self._left_to_a_person(lambda finding: finding.necessity)

    def of_a_forwarded_row(self) -> "Verdict":
        """Nobody here can mend its words, so a person judges them; only what it lacks still blocks."""
        return self._left_to_a_person(lambda finding: not finding.code.startswith(REQUIRED))

    def _left_to_a_person(self, is_left: Callable[[Finding], bool]) -> "Verdict":
        left = (replace(found, severity=Severity.FLAG) if found.severity is Severity.BLOCK and is_left(found) else found for found in self.findings)
        return Verdict(tuple(left))


def check(subject: Subject, book: Rulebook, on: date) -> list[Finding]:
    """Everything the rules say of this publication: what it lacks, what its words say, what its figures say."""
    return [*check_missing(subject, book, on), *check_said(subject, book, on)]


def check_missing(subject: Subject, book: Rulebook, on: date) -> list[Finding]:
    required = book.required(subject.profile.value, region=subject.region, on=on)
    return [of_rule(rule, rule.fields[0]) for rule in missing(required, subject.values)]


def check_said(subject: Subject, book: Rulebook, on: date) -> list[Finding]:
    """What is said and may not be, or cannot be true."""
    asked = Asked(subject, subject.text(), book, on)
    found = [*_wordings(asked), *_measured(asked)]
    return sorted(found, key=lambda finding: (_order(asked, finding.field), finding.start or 0))


def _wordings(asked: Asked) -> Iterator[Finding]:
    return _findings(asked, (Met(hit.code, place=(hit.start, hit.end), figure=hit.figure) for hit in reading.hits(asked.text.plain)))


def _measured(asked: Asked) -> Iterator[Finding]:
    for measure in _MEASURES:
        yield from _findings(asked, measure(asked))


def _findings(asked: Asked, met: Iterable[Met]) -> Iterator[Finding]:
    for one in met:
        rule = asked.book.rule(one.code, profile=asked.subject.profile.value, region=asked.subject.region, on=asked.on)
        if rule is None:
            continue
        field, place = _placed(asked, one)
        if place and rule.fields and field not in rule.fields:
            continue
        finding = of_rule(rule, field, figure=one.figure, place=place)
        yield replace(finding, basis=one.basis) if one.basis else finding


def _placed(asked: Asked, met: Met) -> tuple[str, tuple[int, int, str] | None]:
    """The field it stands in and where, as it was typed."""
    if met.place is None:
        return met.field, None
    field, start, end, words = asked.text.place(*met.place)
    return field, (start, end, words)


def _order(asked: Asked, field: str) -> int:
    return asked.text.fields.index(field) if field in asked.text.fields else len(asked.text.fields)
