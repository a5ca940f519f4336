"""Another standard: whom it would change is shown first, then it holds, and everybody it concerns is counted again.

Both is a job of the batch queue. What a person was before and is after are computed from the same records on the same day under the two
standards, so that the list holds exactly the people whose state the change changed: not those for whom a day merely passed. A job that was
killed begins anew; its list is written anew with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, select, true

from webapp.access import Actor, Grant, Level, region_prefix
from webapp.casework import queries as cases
from webapp.casework.models import Case, Stage
from webapp.casework.refusals import Decided, NoChange, NoReason, NotYours
from webapp.casework.serving import counting
from webapp.casework.serving.counting import Outcome, Rules
from webapp.casework.serving.models import ChangeState, PersonState, StandardChange, StandardChangeRow
from webapp.db import new_key, now, session, today, transaction
from webapp.events import StandardChangeAsked, StandardChanged, StandardChangeDropped, StandardCounted
from webapp.ledger import record
from webapp.reference import serving
from webapp.reference.operations import add_staff_rows
from webapp.reference.queries import NATION
from webapp.reference.service_models import Period, ServiceStandard
from webapp.reference.serving import Standard, Standards

IMPORTED = "导入的表"
_TABLES = frozenset({"service_standards", "service_types", "service_channels"})
_CHANGING = frozenset({Level.PROVINCE, Level.CITY})
_UNWRITTEN = 1 << 62
"""The key of rows that are only looked at: after all that are written."""
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ItemValues:
    item: str
    types: tuple[str, ...]
    count: int
    period: Period = Period.ONCE
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeValues:
    programme: str
    region: str
    standard: str
    valid_from: date
    items: tuple[ItemValues, ...]
    basis: str


def changing(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The grants of a city or wider: who holds one changes the standard there."""
    return tuple(grant for grant in grants if grant.level in _CHANGING)


def propose(values: ChangeValues, grants: Iterable[Grant], *, by: Actor) -> StandardChange:
    """Asks whom it would change. Raises NotYours, NoReason, NoChange."""
    if not any(grant.covers(values.region) for grant in changing(grants)):
        raise NotYours
    if not values.basis.strip():
        raise NoReason
    before = serving.service_standards().of(values.programme, values.region, values.valid_from)
    items = [_as_row(values, item) for item in values.items]
    if before is not None and before.region == values.region and told(before)["items"] == [_plain(item) for item in items]:
        raise NoChange
    change = StandardChange(
        id=new_key(),
        programme=values.programme,
        region=values.region,
        standard=values.standard,
        valid_from=values.valid_from,
        items=items,
        before=told(before) if before else {},
        reason=values.basis.strip()[:500],
        by_id=by.person_id,
    )
    session().add(change)
    record(StandardChangeAsked(str(change.id)), by=by)
    return change


def confirm(change: StandardChange, grants: Iterable[Grant], *, by: Actor, on: date) -> None:
    """It holds from its day on; with that day come, everybody is counted again. Raises NotYours, Decided."""
    if not any(grant.covers(change.region) for grant in changing(grants)):
        raise NotYours
    if change.state is not ChangeState.LOOKED:
        raise Decided
    add_staff_rows("service_standards", [_to_write(change, item) for item in change.items])
    change.state, change.done, change.changed = ChangeState.PLANNED, 0, 0
    if change.valid_from <= on:
        _begin(change, by=by)


def drop(change: StandardChange, *, by: Actor) -> None:
    """Raises Decided where it holds already."""
    if change.state not in {ChangeState.LOOKING, ChangeState.LOOKED}:
        raise Decided
    change.state = ChangeState.DROPPED
    record(StandardChangeDropped(str(change.id)), by=by)


def begin_due(*, on: date) -> int:
    """Those whose day has come, the earliest first."""
    wanted = select(StandardChange).where(StandardChange.state == ChangeState.PLANNED, StandardChange.valid_from <= on)
    due = session().scalars(wanted.order_by(StandardChange.valid_from, StandardChange.id)).all()
    for change in due:
        _begin(change, by=Actor.SYSTEM)
    return len(due)


def follow_import(kind: str, *, by: Actor) -> None:
    """An official table was laid over ours: everybody is counted again, and whose stored state changed is listed."""
    if kind not in _TABLES:
        return
    change = StandardChange(id=new_key(), programme="", region=NATION, standard=IMPORTED, valid_from=today(), items=[], state=ChangeState.PLANNED)
    change.reason = f"导入了 {kind}"
    session().add(change)
    session().flush()
    _begin(change, by=by)


def _begin(change: StandardChange, *, by: Actor) -> None:
    change.state = ChangeState.RUNNING
    record(StandardChanged(str(change.id)), by=by)


def told(standard: Standard) -> dict[str, Any]:
    return {"standard": standard.name, "region": standard.region, "items": [_plain_row(row) for row in standard.items]}


def _plain_row(row: ServiceStandard) -> _Row:
    return {"item": row.item, "types": list(row.types), "count": row.count, "period": row.period.value, "within_days": row.within_days}


def _plain(item: _Row) -> _Row:
    return {name: item[name] for name in ("item", "types", "count", "period", "within_days")}


def _as_row(values: ChangeValues, item: ItemValues) -> _Row:
    return {"item": item.item, "types": list(item.types), "count": item.count, "period": item.period.value, "within_days": item.within_days}


def _to_write(change: StandardChange, item: _Row) -> _Row:
    """As the reference table holds it."""
    return item | {
        "period": Period.MONTH if item["period"] == Period.MONTH.value else Period.ONCE,
        "standard": change.standard,
        "programme": change.programme,
        "region": change.region,
        "valid_from": change.valid_from,
        "valid_to": None,
        "basis": change.reason,
        "source": "本市录入",
        "checked": False,
        "change_id": change.id,
    }


# the job


def look(change_id: UUID, renew: Callable[[], None]) -> None:
    """Whom it would change on its day, or today where that is past; writes nothing but the list."""
    with transaction():
        change = session().get_one(StandardChange, change_id)
        if change.state is not ChangeState.LOOKING:
            return
        held = serving.service_standards()
        rows = [ServiceStandard(id=_UNWRITTEN + place, **_to_write(change, item)) for place, item in enumerate(change.items)]
        on = max(change.valid_from, today())
    _walk(change_id, renew, before=Rules(on, held), after=Rules(on, held.with_rows(rows)), writes=False)
    with transaction():
        change = session().get_one(StandardChange, change_id)
        if change.state is ChangeState.LOOKING:
            change.state = ChangeState.LOOKED


def carry_out(change_id: UUID, renew: Callable[[], None], *, on: date) -> None:
    """Counts everybody it concerns again. A second time it does nothing."""
    with transaction():
        change = session().get_one(StandardChange, change_id)
        if change.state is not ChangeState.RUNNING:
            return
        before = _before(change, on)
    _walk(change_id, renew, before=before, after=Rules(on), writes=True)
    with transaction():
        change = session().get_one(StandardChange, change_id)
        change.state, change.finished_at = ChangeState.DONE, now()
        record(StandardCounted(str(change.id), change.changed), by=Actor.SYSTEM)


def _before(change: StandardChange, on: date) -> Rules | None:
    """None: what was before is what stands in the cases, because the table itself was replaced."""
    held: Standards = serving.service_standards()
    return Rules(on, held.without(change.id)) if change.programme else None


def _walk(change_id: UUID, renew: Callable[[], None], *, before: Rules | None, after: Rules, writes: bool) -> None:
    with transaction():
        change = session().get_one(StandardChange, change_id)
        concerned = _concerned(change)
        session().execute(delete(StandardChangeRow).where(StandardChangeRow.change_id == change_id))
        change.done, change.changed = 0, 0
        change.total = session().scalar(select(func.count()).select_from(Case).where(concerned)) or 0
    last: UUID | None = None
    while True:
        with transaction():
            keys = counting.next_keys(concerned, last)
            if not keys:
                return
            found = _compared(change_id, keys, before, after)
            if writes:
                counting.count_many(keys, after)
            if found:
                session().execute(insert(StandardChangeRow), found)
            change = session().get_one(StandardChange, change_id)
            change.done, change.changed = change.done + len(keys), change.changed + len(found)
        last = keys[-1]
        renew()


def _concerned(change: StandardChange) -> ColumnElement[bool]:
    of_programme = Case.programme == change.programme if change.programme else true()
    inside = true() if change.region == NATION else Case.region.startswith(region_prefix(change.region))
    return and_(Case.stage == Stage.OPEN, of_programme, inside)


def _compared(change_id: UUID, keys: Sequence[UUID], before: Rules | None, after: Rules) -> list[_Row]:
    """A row for each of these whose state differs."""
    records = counting.records_of(keys)
    rows = []
    for case in counting.facts_of(keys):
        then = counting.outcome(case, records.get(case.id, ()), after)
        first = counting.outcome(case, records.get(case.id, ()), before) if before is not None else None
        held = (
            _states(first)
            if first is not None
            else (counting.state_of(case.items_done, case.items_due, case.overdue_since), case.items_done, case.items_due)
        )
        if held[0] is not then.state:
            rows.append(_change_row(change_id, case.id, case.region, held, _states(then)))
    return rows


def _states(found: Outcome) -> tuple[PersonState, int, int]:
    return found.state, found.items_done, found.items_due


def _change_row(change_id: UUID, case_id: UUID, region: str, before: tuple[PersonState, int, int], after: tuple[PersonState, int, int]) -> _Row:
    return {
        "id": new_key(), "change_id": change_id, "case_id": case_id, "region": region, "before": before[0], "after": after[0],
        "done_before": before[1], "due_before": before[2], "done_after": after[1], "due_after": after[2],
    }  # fmt: skip


# questions


def all_changes() -> Select[StandardChange]:
    """The latest first. What a change says of people is asked by `rows_of`, inside the area of whoever looks."""
    return select(StandardChange).order_by(StandardChange.id.desc())


def change(key: UUID, *, for_change: bool = False) -> StandardChange | None:
    wanted = select(StandardChange).where(StandardChange.id == key)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def rows_of(
    of: StandardChange, grants: Iterable[Grant], before: PersonState | None = None, after: PersonState | None = None
) -> Select[StandardChangeRow]:
    """Of the people in the area."""
    wanted = select(StandardChangeRow).where(StandardChangeRow.change_id == of.id, cases.reached(StandardChangeRow.region, grants))
    if before is not None:
        wanted = wanted.where(StandardChangeRow.before == before)
    if after is not None:
        wanted = wanted.where(StandardChangeRow.after == after)
    return wanted.order_by(StandardChangeRow.region, StandardChangeRow.case_id)


def counts_of(of: StandardChange, grants: Iterable[Grant]) -> dict[tuple[PersonState, PersonState], int]:
    rows = rows_of(of, grants).order_by(None).subquery()
    counted = select(rows.c.before, rows.c.after, func.count()).group_by(rows.c.before, rows.c.after)
    return {(before, after): int(count) for before, after, count in session().execute(counted)}
