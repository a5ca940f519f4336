"""What is done, due and overdue of the standard, counted from the records.

The rule: a record counts where its way may count for its kind, and the paper is there where the kind asks for one; of one kind one a day,
and where a kind is about a posting each posting once. Only services of the present stay count. Nothing is asked of who left, is placed or
is not looking for work. A monthly item is due at the end of the first month after the last one in which it was done.

One place counts: a record recounts its case, the daily job everybody, a changed standard those it concerns. Chunks of a thousand cases are
read with three statements and written with what differs, so that 50,000 people are no 50,000 queries.
"""

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, update
from sqlalchemy.engine import Row

from webapp.casework.models import Case, Stage, Standing, Willingness
from webapp.casework.serving.models import CaseItem, PersonState, ServiceRecord
from webapp.db import session, transaction
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.reference.service_models import Counting, Period, ServiceChannel, ServiceStandard, ServiceType
from webapp.reference.serving import Standard, Standards

AT_ONCE = 1000
_NOT_ASKED = frozenset({Standing.EMPLOYED, Standing.STUDYING})
_CASE = (
    Case.id, Case.programme, Case.region, Case.entered_on, Case.counts_from, Case.stage, Case.willingness, Case.standing, Case.contacted_on,
    Case.services, Case.items_done, Case.items_due, Case.overdue_since,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What counting wants to know of one record."""

    type: str
    on: date
    channel: str
    subject: str = ""
    has_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    item: str
    standard: str
    types: tuple[str, ...]
    needed: int
    done: int
    due_on: date | None
    done_on: date | None


@dataclass(frozen=True, slots=True)
class Outcome:
    services: int = 0
    items: tuple[Item, ...] = ()
    asked: bool = False
    overdue_since: date | None = None

    @property
    def items_done(self) -> int:
        return sum(item.done >= item.needed for item in self.items)

    @property
    def items_due(self) -> int:
        return len(self.items) if self.asked else 0

    @property
    def state(self) -> PersonState:
        return state_of(self.items_done, self.items_due, self.overdue_since)


def state_of(items_done: int, items_due: int, overdue_since: date | None) -> PersonState:
    if not items_due:
        return PersonState.NONE
    if overdue_since is not None:
        return PersonState.OVERDUE
    return PersonState.MET if items_done >= items_due else PersonState.DUE


@dataclass(frozen=True, slots=True)
class Tables:
    """What is a service, and what a way may count for: read once for many records."""

    types: Mapping[str, ServiceType] = field(default_factory=serving.service_types)
    ways: Mapping[str, ServiceChannel] = field(default_factory=serving.service_channels)


def why_not(told: Told, tables: Tables | None = None) -> str:
    """Why a record does not count, in words; empty: it does."""
    held = tables or Tables()
    kind, way = held.types.get(told.type), held.ways.get(told.channel)
    if kind is None or way is None:
        return "服务类型或方式不在现行目录里"
    if told.type not in way.serves:
        return f"“{way.label}”不能算作“{kind.label}”"
    if kind.needs_evidence and not told.has_evidence:
        return f"“{kind.label}”要有凭证才计数"
    if kind.counts is Counting.SUBJECT and not told.subject:
        return "没有写明是哪个岗位"
    return ""


def units(records: Iterable[Told], since: date, tables: Tables | None = None) -> dict[str, list[date]]:
    """By kind the days of everything that counts as one, in order; the second of a day or of a posting is none."""
    held = tables or Tables()
    seen: set[tuple[str, str | date]] = set()
    found: dict[str, list[date]] = {}
    for told in sorted(records, key=lambda told: told.on):
        if told.on < since or why_not(told, held):
            continue
        by_subject = held.types[told.type].counts is Counting.SUBJECT
        unit = (told.type, told.subject if by_subject else told.on)
        if unit not in seen:
            seen.add(unit)
            found.setdefault(told.type, []).append(told.on)
    return found


@dataclass(slots=True)
class Rules:
    """The standards and terms of one recount, each looked up once."""

    on: date
    standards: Standards = field(default_factory=serving.service_standards)
    tables: Tables = field(default_factory=Tables)
    _found: dict[tuple[str, str], Standard | None] = field(default_factory=dict)
    _terms: dict[str, int] = field(default_factory=dict)

    def of(self, programme: str, region: str) -> Standard | None:
        key = (programme, region)
        if key not in self._found:
            self._found[key] = self.standards.of(programme, region, self.on)
        return self._found[key]

    def term(self, region: str) -> int:
        if region not in self._terms:
            self._terms[region] = reference.whole("service_term_days", region=region, on=self.on)
        return self._terms[region]


def outcome(case: "Row[Any] | Case", records: Iterable[Told], rules: Rules) -> Outcome:
    """Pure but for the tables: what the records of one case amount to on the day of the rules."""
    since = case.counts_from or case.entered_on
    found = units(records, since, rules.tables)
    contacts = [case.contacted_on] if case.contacted_on is not None and case.contacted_on >= since else []
    standard = rules.of(case.programme, case.region)
    asked = case.stage is Stage.OPEN and case.willingness is not Willingness.UNWILLING and case.standing not in _NOT_ASKED
    items = (
        tuple(_item(row, standard.name, found | {"contact": contacts}, since, rules, case.region, asked=asked) for row in standard.items)
        if standard
        else ()
    )
    late = [item.due_on + timedelta(days=1) for item in items if item.due_on is not None and item.due_on < rules.on]
    count = sum(len(days) for kind, days in found.items() if kind != "contact")
    return Outcome(count, items, asked and bool(items), min(late, default=None))


def _item(row: ServiceStandard, standard: str, found: Mapping[str, list[date]], since: date, rules: Rules, region: str, *, asked: bool) -> Item:
    days = sorted(day for kind in row.types for day in found.get(kind, ()))
    if row.period is Period.MONTH:
        return _monthly(row, standard, days, since, rules.on, asked=asked)
    done_on = days[row.count - 1] if len(days) >= row.count else None
    due_on = since + timedelta(days=row.within_days if row.within_days is not None else rules.term(region)) if asked and done_on is None else None
    return Item(row.item, standard, tuple(row.types), row.count, len(days), due_on, done_on)


def _monthly(row: ServiceStandard, standard: str, days: Sequence[date], since: date, on: date, *, asked: bool) -> Item:
    by_month: dict[date, int] = {}
    for day in days:
        by_month[day.replace(day=1)] = by_month.get(day.replace(day=1), 0) + 1
    met = max((month for month, count in by_month.items() if count >= row.count), default=None)
    done = by_month.get(on.replace(day=1), 0)
    waited = month_end(met) + timedelta(days=1) if met is not None else since
    is_met = met is not None and met >= on.replace(day=1)
    due_on = month_end(waited) if asked and not is_met else None
    return Item(row.item, standard, tuple(row.types), row.count, done, due_on, max(days) if is_met else None)


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def count(case: Case, *, on: date) -> Outcome:
    """Counts one case that was changed in this transaction."""
    session().flush()
    found = outcome(case, records_of([case.id]).get(case.id, ()), Rules(on))
    case.services, case.items_done, case.items_due, case.overdue_since = found.services, found.items_done, found.items_due, found.overdue_since
    _store_items({case.id: found})
    return found


def count_many(keys: Sequence[UUID], rules: Rules) -> int:
    """Counts these cases, at most AT_ONCE of them, in the open transaction; answers how many columns of cases changed."""
    session().flush()
    cases = facts_of(keys)
    records = records_of(keys)
    found = {case.id: outcome(case, records.get(case.id, ()), rules) for case in cases}
    changed = [_columns(case.id, found[case.id]) for case in cases if _differs(case, found[case.id])]
    if changed:
        table = cast("Table", Case.__table__)
        written: dict[str, Any] = {name: bindparam(f"b_{name}") for name in ("services", "items_done", "items_due", "overdue_since")}
        session().connection().execute(update(table).where(table.c.id == bindparam("b_id")).values(written), changed)
    _store_items(found)
    return len(changed)


def facts_of(keys: Iterable[UUID]) -> Sequence["Row[Any]"]:
    """What counting wants to know of these cases; locked, so that nobody's record falls between reading and writing."""
    wanted = select(*_CASE).where(Case.id.in_(keys)).order_by(Case.id).with_for_update()
    return cast("Sequence[Row[Any]]", session().execute(wanted).all())


def _columns(key: UUID, found: Outcome) -> dict[str, object]:
    return {
        "b_id": key,
        "b_services": found.services,
        "b_items_done": found.items_done,
        "b_items_due": found.items_due,
        "b_overdue_since": found.overdue_since,
    }


def _differs(case: "Row[Any]", found: Outcome) -> bool:
    held = (case.services, case.items_done, case.items_due, case.overdue_since)
    return held != (found.services, found.items_done, found.items_due, found.overdue_since)


def records_of(keys: Iterable[UUID]) -> dict[UUID, list[Told]]:
    """What holds of these cases, read as plain columns: contents stay sealed."""
    wanted = select(
        ServiceRecord.case_id, ServiceRecord.type, ServiceRecord.on, ServiceRecord.channel, ServiceRecord.subject, ServiceRecord.evidence_id
    ).where(ServiceRecord.case_id.in_(keys), ServiceRecord.superseded_at.is_(None))
    found: dict[UUID, list[Told]] = {}
    for case_id, kind, on, channel, subject, evidence in session().execute(wanted):
        found.setdefault(case_id, []).append(Told(kind, on, channel, subject, evidence is not None))
    return found


def _store_items(found: Mapping[UUID, Outcome]) -> None:
    """Replaces the items of those cases whose items differ."""
    table = cast("Table", CaseItem.__table__)
    held: dict[UUID, set[tuple[object, ...]]] = {}
    for row in session().execute(select(table).where(table.c.case_id.in_(found))):
        told = (row.item, row.standard, tuple(row.types), row.needed, row.done, row.due_on, row.done_on)
        held.setdefault(row.case_id, set()).add(told)
    stale = [key for key, one in found.items() if held.get(key, set()) != {_as_told(item) for item in one.items}]
    rows = [
        {
            "case_id": key, "item": item.item, "standard": item.standard, "types": list(item.types), "needed": item.needed, "done": item.done,
            "due_on": item.due_on, "done_on": item.done_on,
        }
        for key in stale for item in found[key].items
    ]  # fmt: skip
    gone = [key for key in stale if key in held]
    if gone:
        session().execute(delete(CaseItem).where(CaseItem.case_id.in_(gone)).execution_options(synchronize_session=False))
    if rows:
        session().connection().execute(insert(table), rows)


def _as_told(item: Item) -> tuple[object, ...]:
    return (item.item, item.standard, item.types, item.needed, item.done, item.due_on, item.done_on)


def next_keys(condition: ColumnElement[bool], after: UUID | None) -> list[UUID]:
    """Keys of the next AT_ONCE cases that the condition names, in order; empty: that was all."""
    wanted = select(Case.id).where(condition).order_by(Case.id).limit(AT_ONCE)
    return list(session().scalars(wanted if after is None else wanted.where(Case.id > after)))


def count_all(renew: Callable[[], None], *, on: date) -> None:
    """Everybody who is looked after, because a day passed. A second time it changes nothing."""
    rules, last = Rules(on), None
    while True:
        with transaction():
            keys = next_keys(Case.stage == Stage.OPEN, last)
            if not keys:
                return
            count_many(keys, rules)
        last = keys[-1]
        renew()


def count_case(key: UUID, *, on: date) -> None:
    """Of a case that was entered or came back."""
    count_many([key], Rules(on))
