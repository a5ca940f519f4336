"""A file of another department against our people: matched by the ID number's index, inside the area of who sent it.

People who stand on no list are counted and not kept. The file is sealed until it was read and wiped then; a fact that was told before makes
no second conflict. A job reads a few hundred rows a transaction and after a kill goes on behind the last.
"""

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from webapp import sealing
from webapp.access import Actor, Grant, Role
from webapp.casework.destinations import comparison_queries as queries
from webapp.casework.destinations.comparison_models import Comparison, Conflict, ConflictKind, Department
from webapp.casework.destinations.comparison_rows import Fact, FactRefused, columns_in, opened, read
from webapp.casework.destinations.models import Destination
from webapp.casework.destinations.operations import unit_index
from webapp.casework.destinations.queries import current_by_case
from webapp.casework.models import Case, Client, Standing
from webapp.casework.queries import area, id_number_index, tags_of
from webapp.db import new_key, now, reading, session, today, transaction
from webapp.demand.models import WorkState
from webapp.events import ComparisonDone, ComparisonForgotten, ComparisonSent
from webapp.ledger import record
from webapp.reference import queries as reference
from webapp.reference.destination_models import ComparisonPurpose, DestinationGroup
from webapp.sources.reading import NotReadable

FACTS_AT_ONCE = 300
_WORKING = frozenset({DestinationGroup.EMPLOYED, DestinationGroup.PROGRAMME})
"""Destinations that an end of social insurance speaks against; who works for himself may never have been insured."""
Renew = Callable[[], None]


@dataclass(slots=True)
class _Read:
    facts: list[Fact]
    rows: int
    refused: Counter[str]


def send(content: bytes, department: Department, purpose: ComparisonPurpose, *, as_of: date, regions: list[str], by: Actor, on: date) -> Comparison:
    """Keeps the file, sealed, for the batch queue. Raises NotReadable for what cannot be compared."""
    with opened(content) as rows:
        columns_in(rows.header, department)
    assert by.person_id is not None, "a file has a sender"
    row = Comparison(
        id=new_key(), department=department, purpose=purpose.code, purpose_label=purpose.label, basis=purpose.basis, as_of=as_of,
        regions=regions, by_id=by.person_id, keep_through=on + timedelta(days=purpose.keep_days),
    )  # fmt: skip
    row.content = base64.b64encode(content).decode()
    session().add(row)
    session().flush()
    record(ComparisonSent(str(row.id), department.value, purpose.code), by=by)
    return row


def carry_out(comparison_id: UUID, renew: Renew, *, on: date) -> None:
    """Reads a file that waits. A second time it does nothing."""
    with transaction():
        row = session().get_one(Comparison, comparison_id)
        if row.content is None:
            return
        row.state, content, done = WorkState.RUNNING, base64.b64decode(row.content), row.done
        department, as_of, regions = row.department, row.as_of, row.regions
        by = Actor(row.by_id, Role.CASEWORKER.value, "worker")
    try:
        read_rows = _read(content, department, as_of, on)
    except NotReadable as refusal:
        _end(comparison_id, WorkState.REFUSED, str(refusal), None, by)
        return
    grants = [Grant(Role.CASEWORKER, None, region) for region in regions]
    while read_rows.facts[done:]:
        with transaction():
            some = read_rows.facts[done : done + FACTS_AT_ONCE]
            done = _compare(session().get_one(Comparison, comparison_id, with_for_update=True), some, len(read_rows.facts), grants, on)
        renew()
    _end(comparison_id, WorkState.DONE, "", read_rows, by)


def _read(content: bytes, department: Department, as_of: date, on: date) -> _Read:
    """Of a person named twice the later row holds: a file of insurance lists every span."""
    with reading():
        most = reference.whole("comparison_rows_max", on=on)
    found, rows, refused = dict[tuple[str, str], Fact](), 0, Counter[str]()
    with opened(content) as file:
        columns = columns_in(file.header, department)
        for line in file.records():
            rows += 1
            if rows > most:
                raise NotReadable(f"一次最多比对 {most} 行。请把文件分成几份")
            try:
                fact = read(line.fields, columns, department, as_of)
            except FactRefused as refusal:
                refused[refusal.reason.label] += 1
                continue
            key = fact.id_number, fact.hardship.value if fact.hardship else ""
            held = found.get(key)
            if held is None or _later(fact, held):
                found[key] = fact
    return _Read(list(found.values()), rows, refused)


def _later(fact: Fact, held: Fact) -> bool:
    """What holds now stands before what has ended; of two alike the one that began later."""
    return (fact.holds, fact.from_on or date.min) >= (held.holds, held.from_on or date.min)


def _compare(row: Comparison, facts: Sequence[Fact], total: int, grants: Sequence[Grant], on: date) -> int:
    row.rows = total
    indexes = {id_number_index(fact.id_number): fact for fact in facts}
    wanted = select(Client.id_number_index, Case).join(Case, Case.client_id == Client.id)
    cases: dict[bytes, list[Case]] = {}
    for index, case in session().execute(wanted.where(Client.id_number_index.in_(indexes), area(grants))):
        cases.setdefault(bytes(index), []).append(case)
    ours = current_by_case(case.id for some in cases.values() for case in some)
    for fact in facts:
        found = cases.get(id_number_index(fact.id_number), [])
        if not found:
            row.strangers += 1
        for case in found:
            outcome = _meet(row, case, fact, ours.get(case.id), on)
            setattr(row, outcome, getattr(row, outcome) + 1)
    row.done += len(facts)
    return row.done


def _meet(row: Comparison, case: Case, fact: Fact, ours: Destination | None, on: date) -> str:
    """`agreed`, `differing`, or `known` where this was told before."""
    kind = difference(row.department, fact, case, ours, on=on)
    if kind is None:
        return "agreed"
    said = sealing.blind("said", f"{case.id}:{row.department}:{kind}:{fact.uscc or fact.unit}:{fact.from_on}:{fact.until_on}:{fact.hardship}").hex()
    if queries.is_known(case.id, said):
        return "known"
    equal = sealing.blind("equal", f"{kind}:{fact.uscc or fact.unit}:{fact.hardship}").hex()
    conflict = Conflict(
        id=new_key(), comparison_id=row.id, case_id=case.id, kind=kind, said=said, equal=equal, from_on=fact.from_on, until_on=fact.until_on,
        ours_id=ours.id if ours else None, found_on=on, detail=fact.hardship.value if fact.hardship else "",
    )  # fmt: skip
    conflict.unit, conflict.uscc = fact.unit or None, fact.uscc or None
    session().add(conflict)
    session().flush()
    return "differing"


def difference(department: Department, fact: Fact, case: Case, ours: Destination | None, *, on: date) -> ConflictKind | None:
    """How what they say differs from what we say; None: it does not."""
    if department is Department.CIVIL:
        known = {tag.kind for tag in tags_of(case, on=on)}
        return ConflictKind.HARDSHIP if fact.holds and fact.hardship not in known else None
    if department is Department.EDUCATION:
        return ConflictKind.ENROLLED if fact.holds and case.standing is not Standing.STUDYING else None
    if department is Department.ARMY:
        is_serving = ours is not None and ours.kind is DestinationGroup.ARMY
        return ConflictKind.SERVING if fact.holds and not is_serving else None
    return _insured(fact, case, ours)


def _insured(fact: Fact, case: Case, ours: Destination | None) -> ConflictKind | None:
    if not fact.holds:
        return ConflictKind.STOPPED if ours is not None and ours.kind in _WORKING and case.standing is Standing.EMPLOYED else None
    if case.standing is not Standing.EMPLOYED:
        return ConflictKind.INSURED
    theirs, own = unit_index(fact.unit, fact.uscc), unit_index(fact.unit, "") if fact.unit else None
    if ours is None or ours.unit_index is None or theirs is None or ours.unit_index in {theirs, own}:
        return None
    return ConflictKind.UNIT


def _end(comparison_id: UUID, state: WorkState, trouble: str, told: _Read | None, by: Actor) -> None:
    with transaction():
        row = session().get_one(Comparison, comparison_id)
        row.state, row.trouble, row.finished_at, row.content = state, trouble[:300], now(), None
        if told is not None:
            row.rows, row.refused, row.refusals = told.rows, sum(told.refused.values()), dict(told.refused)
        record(ComparisonDone(str(row.id), row.differing), by=by)


def forget_old(renew: Renew) -> int:
    """Past its last day of keeping nothing stays of what a file said of people: units and reasons go, that it was compared stays."""
    gone = 0
    while True:
        with transaction():
            keys = queries.to_forget(today())
            for key in keys:
                row = session().get_one(Comparison, key, with_for_update=True)
                row.content, row.forgotten_on = None, today()
                queries.wipe(key)
                record(ComparisonForgotten(str(key)), by=Actor.SYSTEM)
        if not keys:
            return gone
        gone += len(keys)
        renew()
