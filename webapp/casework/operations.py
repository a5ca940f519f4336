"""What may be done with a case as such: enter, assign, hand over, tag, leave. Each verb writes a step of the timeline and tells one fact.

Whoever calls has read the case inside its scope and, for a change, locked it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.casework import queries
from webapp.casework.models import Assignment, Case, CaseStep, Client, Stage, Standing, StepKind, Tag, TagKind, Waiting
from webapp.casework.refusals import AlreadyTheirs, Left, NoReason, NotACaseworker
from webapp.db import new_key, now, session, take_numbers
from webapp.events import CaseAssigned, CaseEntered, CaseLeft, CaseReturned, CasesHandedOver, CaseTagged, CaseUntagged
from webapp.ledger import record


def step(
    case: Case,
    kind: StepKind,
    said: str = "",
    *,
    by: Actor,
    on: date,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    about: UUID | None = None,
) -> CaseStep:
    """Writes one line of the timeline. `said` and `data` hold nothing of a person; what somebody typed is the `note`."""
    row = CaseStep(
        id=new_key(), case_id=case.id, kind=kind, on=on, by_id=by.person_id, role=by.role, said=said[:300], data=dict(data or {}), about_id=about
    )
    if note.strip():
        row.note = note.strip()
    session().add(row)
    if kind is not StepKind.SHOWN:
        case.acted_on = max(on, case.acted_on or on)
    return row


def open_case(client: Client, programme: str, *, region: str, cohort: int | None = None, street: str = "", by: Actor, on: date) -> Case:
    """The client's one case in this programme: the one there is, returned to service where it had ended, or a new one."""
    case = queries.case_of(client.id, programme)
    if case is None:
        (seq,) = take_numbers("case_seq", Case.__tablename__, "seq")
        case = Case(id=new_key(), seq=seq, client_id=client.id, programme=programme, cohort=cohort, region=region, street=street, entered_on=on)
        case.stage, case.waiting = Stage.OPEN, Waiting.FOR_US
        session().add(case)
        step(case, StepKind.ENTERED, by=by, on=on)
        record(CaseEntered(str(case.id), programme, region), by=by)
        return case
    if cohort is not None and (case.cohort is None or cohort > case.cohort):
        case.cohort = cohort
    if case.stage is Stage.CLOSED:
        return_case(case, by=by, on=on)
    return case


def return_case(case: Case, *, by: Actor, on: date) -> None:
    """Somebody who left is looked after again; nothing of before is lost."""
    case.stage, case.left_on, case.left_reason, case.counts_from = Stage.OPEN, None, "", on
    case.caseworker_id, case.assigned_at, case.opened_at = None, None, None  # the assignment ended with the leaving
    case.standing, case.waiting = Standing.UNKNOWN, Waiting.FOR_US
    step(case, StepKind.RETURNED, by=by, on=on)
    record(CaseReturned(str(case.id)), by=by)


def require_open(case: Case) -> None:
    if case.stage is not Stage.OPEN:
        raise Left


def assign(case: Case, caseworker: Person, *, reason: str = "", by: Actor, on: date) -> Assignment:
    """Raises Left, NotACaseworker, AlreadyTheirs, and NoReason where another is replaced."""
    require_open(case)
    if not queries.is_active_caseworker(caseworker, case.region):
        raise NotACaseworker
    if case.caseworker_id == caseworker.id:
        raise AlreadyTheirs
    if case.caseworker_id is not None and not reason.strip():
        raise NoReason
    _end_assignments([case], on)
    row = _take_over(case, caseworker.id, reason=reason, by=by, on=on)
    record(CaseAssigned(str(case.id), str(caseworker.id)), by=by)
    return row


def hand_over(cases: Iterable[Case], caseworker: Person, *, reason: str, by: Actor, on: date) -> int:
    """All or nothing: raises NoReason, Left, and NotACaseworker where the other may not work in the county of any of them.

    What is theirs already stays as it is; answers how many changed hands.
    """
    moved = [case for case in cases if case.caseworker_id != caseworker.id]
    if not reason.strip() and any(case.caseworker_id for case in moved):
        raise NoReason
    for case in moved:
        require_open(case)
    if not all(queries.is_active_caseworker(caseworker, region) for region in {case.region for case in moved}):
        raise NotACaseworker
    _end_assignments(moved, on)
    for case in moved:
        _take_over(case, caseworker.id, reason=reason, by=by, on=on)
    if moved:
        record(CasesHandedOver(str(caseworker.id), len(moved)), by=by)
    return len(moved)


def _end_assignments(cases: Iterable[Case], on: date) -> None:
    for row in queries.open_assignments(cases):
        row.until = on
    session().flush()  # the unique index over what is open sees the end before the beginning


def _take_over(case: Case, caseworker_id: UUID, *, reason: str, by: Actor, on: date) -> Assignment:
    was_held = case.caseworker_id is not None
    row = Assignment(id=new_key(), case_id=case.id, caseworker_id=caseworker_id, since=on, reason=reason.strip()[:200], by_id=by.person_id)
    session().add(row)
    case.caseworker_id, case.assigned_at, case.opened_at = caseworker_id, now(), None
    step(case, StepKind.HANDED_OVER if was_held else StepKind.ASSIGNED, by=by, on=on, note=reason, data={"to": str(caseworker_id)})
    return row


def tag(case: Case, kind: TagKind, *, source: str, since: date, by: Actor, on: date) -> Tag | None:
    """None where it stands already. A group with a claim to more help: seen by the office alone."""
    if any(row.kind is kind for row in queries.tags_of(case, on=on)):
        return None
    row = Tag(id=new_key(), case_id=case.id, kind=kind, source=source[:80], since=since, by_id=by.person_id)
    session().add(row)
    case.is_hardship = True
    step(case, StepKind.TAGGED, kind.label, by=by, on=on, data={"tag": kind.value})
    record(CaseTagged(str(case.id), kind.value), by=by)
    return row


def untag(case: Case, row: Tag, *, by: Actor, on: date) -> None:
    """It was so until yesterday; that it was stays written."""
    row.until = on
    session().flush()
    case.is_hardship = bool(queries.tags_of(case, on=on))
    step(case, StepKind.TAGGED, f"不再是{row.kind.label}", by=by, on=on, data={"tag": row.kind.value})
    record(CaseUntagged(str(case.id), row.kind.value), by=by)


def leave(case: Case, reason: str, *, by: Actor, on: date) -> None:
    """Out of the programme, with a code of the reason. Raises Left, NoReason."""
    require_open(case)
    if not reason:
        raise NoReason
    before = queries.open_assignment(case.id)
    if before is not None:
        before.until = on
    case.stage, case.left_on, case.left_reason = Stage.CLOSED, on, reason[:30]
    case.waiting, case.next_on, case.next_what, case.overdue_since = Waiting.NOBODY, None, "", None
    step(case, StepKind.LEFT, by=by, on=on, data={"reason": reason})
    record(CaseLeft(str(case.id), reason[:30]), by=by)
