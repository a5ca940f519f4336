"""What the gate says of one publication. Nothing here decides: a blocker has to be mended, a flag is for a person to judge."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.reference.models import GateRule, Severity

DELETE = "（删去）"
"""A rule's `instead` where the words are best left out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` is the form field to go to, `message` says what to do, `basis` which article asks for it.

    Of wordings `start` and `end` are places in that field as the person typed it, and `words` what stands there.
    """

    field: str
    message: str
    basis: str
    code: str = ""
    label: str = ""
    severity: Severity = Severity.BLOCK
    start: int | None = None
    end: int | None = None
    words: str = ""
    mending: str = ""
    instead: str | None = None
    """What may be put in the place of the words; "" leaves them out, None proposes nothing."""
    necessity: bool = False
    """The employer may state why the post needs it: then it goes to a person instead of blocking."""

    @property
    def kind(self) -> str:
        """The rule without its case: `HEALTH` of `HEALTH.carrier`."""
        return self.code.partition(".")[0]


def of_rule(rule: GateRule, field: str, *, figure: str = "", place: tuple[int, int, str] | None = None) -> Finding:
    """The finding a rule makes at a place of a field; `figure` goes where the rule's message has `{}`."""
    start, end, words = place or (None, None, "")
    return Finding(
        field=field,
        message=rule.message.replace("{}", figure),
        basis=rule.article,
        code=rule.code,
        label=rule.label,
        severity=rule.severity,
        start=start,
        end=end,
        words=words,
        mending=rule.mending,
        instead="" if rule.instead == DELETE else rule.instead or None,
        necessity=rule.necessity,
    )


def of_severity(findings: Iterable[Finding], *severities: Severity) -> list[Finding]:
    return [finding for finding in findings if finding.severity in severities]
