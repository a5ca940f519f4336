"""The rules as a page shows them: those that hold at a place on a day, or every row there ever was."""

from collections.abc import Sequence
from datetime import date

from webapp.gate.rules import Rulebook
from webapp.gate.subject import Profile
from webapp.reference import queries as reference
from webapp.reference.models import GateRule

KINDS = ("", *(profile.value for profile in Profile))
"""For every kind of publication, then for each of its own."""


def in_force(region: str, on: date) -> Sequence[GateRule]:
    """Each row that answers for this place and day, once, in the order of the table."""
    book = Rulebook.current()
    held = (book.rule(code, profile=kind, region=region, on=on) for code in book.rules.codes for kind in KINDS)
    return list({row.id: row for row in held if row is not None}.values())


def every() -> Sequence[GateRule]:
    """Also what no longer holds: a decision of that day rests on it. By rule, the latest first."""
    rows = list(reference.gate_rules())
    order = {code: number for number, code in enumerate(reference.gate_rules().codes)}
    return sorted(rows, key=lambda row: (order[row.code], row.profile, row.region, -(row.valid_from or date.min).toordinal()))
