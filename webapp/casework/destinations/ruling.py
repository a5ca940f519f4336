"""The decision on what was found: with a reason, once, and with what follows for the destinations."""

from datetime import date

from webapp.access import Actor
from webapp.casework.destinations import operations, pressure, queries
from webapp.casework.destinations.models import Check, CheckKind, Ruling, Word
from webapp.casework.destinations.refusals import NoAnswer, Pressing, Ruled
from webapp.casework.models import Case
from webapp.casework.refusals import NoReason
from webapp.db import session
from webapp.events import DestinationCheckRuled
from webapp.ledger import record
from webapp.reference import destinations as reference


def refuse_pressure(text: str) -> None:
    """Raises Pressing where a text to a graduate holds what 四不准 forbids."""
    found = pressure.pressures(text, reference.pressure_phrases())
    if found:
        raise Pressing(found[0].says)


def rule(check: Check, ruling: Ruling, *, reason: str, answer: str = "", by: Actor, on: date) -> int:
    """Decides; answers how many destinations were taken back. Raises Ruled, NoReason, NoAnswer (a dispute wants one), Pressing."""
    if check.ruling is not None:
        raise Ruled
    if not reason.strip():
        raise NoReason
    if check.kind is CheckKind.DISPUTE and not answer.strip():
        raise NoAnswer
    refuse_pressure(answer)
    check.ruling, check.reason, check.ruled_on, check.by_id = ruling, reason.strip(), on, by.person_id
    session().flush()
    taken_back = 0
    for row in queries.destinations_of_check(check.id):
        if check.kind is CheckKind.DISPUTE:
            row.answer = answer.strip()
        if row.superseded_on is not None:
            continue
        case = session().get_one(Case, row.case_id, with_for_update=True)
        if ruling is Ruling.FALSE:
            operations.withdraw(case, row, reason=reason, by=by, on=on)
            taken_back += 1
        elif check.kind is CheckKind.DISPUTE and row.word is Word.DISPUTED:
            row.word = Word.NOT_ASKED  # found true: the person may be asked once more, with the answer before their eyes
            operations.follow(case)
    record(DestinationCheckRuled(str(check.id), ruling.value), by=by)
    return taken_back
