"""What becomes of a conflict: theirs holds, ours holds, or the person is asked. Always with a reason, also for many equal ones at once."""

from collections.abc import Iterable
from datetime import date, timedelta

from webapp.access import Actor
from webapp.casework import operations as casework
from webapp.casework.destinations import confirming, operations, queries
from webapp.casework.destinations.comparison_models import Comparison, Conflict, ConflictKind, Verdict
from webapp.casework.destinations.models import ToldBy
from webapp.casework.destinations.operations import DestinationValues
from webapp.casework.destinations.refusals import AskedEnough, NoPhone, NothingToAccept, Superseded
from webapp.casework.models import Case, StepKind, TagKind, Waiting
from webapp.casework.refusals import NoReason
from webapp.db import now, session
from webapp.events import ConflictsDecided
from webapp.ledger import record
from webapp.reference import destinations as reference
from webapp.reference import queries as parameters
from webapp.reference.destination_models import DestinationGroup

BY_KIND: dict[ConflictKind, frozenset[DestinationGroup]] = {
    ConflictKind.INSURED: frozenset(
        {DestinationGroup.EMPLOYED, DestinationGroup.FLEXIBLE, DestinationGroup.SELF_EMPLOYED, DestinationGroup.PROGRAMME}
    ),
    ConflictKind.UNIT: frozenset({DestinationGroup.EMPLOYED, DestinationGroup.FLEXIBLE, DestinationGroup.SELF_EMPLOYED, DestinationGroup.PROGRAMME}),
    ConflictKind.STOPPED: frozenset({DestinationGroup.WAITING}),
    ConflictKind.ENROLLED: frozenset({DestinationGroup.STUDY, DestinationGroup.ABROAD}),
    ConflictKind.SERVING: frozenset({DestinationGroup.ARMY}),
    ConflictKind.HARDSHIP: frozenset(),
}
"""Which destinations may follow where theirs is accepted."""


def decide(comparison: Comparison, conflicts: Iterable[Conflict], verdict: Verdict, *, code: str = "", reason: str, by: Actor, on: date) -> int:
    """All or nothing; answers how many. Raises NoReason, NothingToAccept (a code of the fitting kind is wanted), Left."""
    if not reason.strip():
        raise NoReason
    rows = list(conflicts)
    for row in rows:
        case = session().get_one(Case, row.case_id, with_for_update=True)
        if verdict is Verdict.ACCEPT:
            _accept(case, row, comparison, code, by=by, on=on)
        elif verdict is Verdict.ASK:
            _ask(case, row, by=by, on=on)
        row.verdict, row.decided_at, row.decided_by = verdict, now(), by.person_id
        row.reason = reason.strip()
        said = f"{comparison.department.label}比对（{comparison.as_of}）：{verdict.label}"
        casework.step(case, StepKind.COMPARED, said, by=by, on=on, note=reason, data={"kind": row.kind.value}, about=row.id)
    if rows:
        record(ConflictsDecided(str(comparison.id), verdict.value, len(rows)), by=by)
    return len(rows)


def _accept(case: Case, row: Conflict, comparison: Comparison, code: str, *, by: Actor, on: date) -> None:
    if row.kind is ConflictKind.HARDSHIP:
        kind = next(kind for kind in TagKind if kind.value == row.detail)
        casework.tag(
            case, kind, source=f"{comparison.department.label}比对（{comparison.as_of}）", since=row.from_on or comparison.as_of, by=by, on=on
        )
        return
    fitting = {one.code for one in reference.codes_of(reference.table_year(case.cohort)) if one.kind in BY_KIND[row.kind]}
    if code not in fitting:
        raise NothingToAccept
    if row.kind is ConflictKind.STOPPED:
        operations.reopen(case, by=by, on=on)  # without work again: somebody to look after
    is_unit = row.kind is not ConflictKind.STOPPED
    values = DestinationValues(
        code=code,
        evidence="comparison",
        told_by=ToldBy.DEPARTMENT,
        unit=(row.unit or "") if is_unit else "",
        uscc=(row.uscc or "") if is_unit else "",
        from_on=row.from_on if is_unit else row.until_on,
    )
    operations.register(case, values, has_left=True, by=by, on=on)


def _ask(case: Case, row: Conflict, *, by: Actor, on: date) -> None:
    """The person gets the link to what we have, where there is something and a phone; the caseworker a day on which to have an answer."""
    current = queries.current_of(case.id)
    days = parameters.whole("comparison_ask_days", region=case.region, on=on)
    if current is not None:
        try:
            confirming.ask_confirmation(case, current, by=by, on=on)
        except (NoPhone, AskedEnough, Superseded):
            current = None
    case.waiting, case.next_on = (Waiting.FOR_THEM if current else Waiting.FOR_US), on + timedelta(days=days)
    case.next_what = "部门比对不一致，请本人说明"
