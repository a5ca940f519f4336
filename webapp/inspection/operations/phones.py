"""Keeping the phone book of an area: line by line, or a whole file of which the good lines are taken and the others come back with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from webapp import events
from webapp.access import Actor, Grant
from webapp.db import new_key, now, session
from webapp.inspection.operations.refusals import Refusal
from webapp.inspection.phone_file import BadLine, PhoneRow
from webapp.ledger import record
from webapp.reference import queries as reference
from webapp.reference.models import PhoneEntry


class KnownAlready(Refusal):
    says = "这个地区已经有同一用途的这个号码，请直接修改那一条"


@dataclass(frozen=True, slots=True)
class PhoneImport:
    """`refused` are the lines that were not taken."""

    added: int
    changed: int
    same: int
    refused: Sequence[BadLine]


def save(entry: PhoneEntry | None, row: PhoneRow, *, by: Actor) -> PhoneEntry:
    """A new line, or what a line says from now on. Raises KnownAlready."""
    twin = _same(row)
    if twin is not None and (entry is None or twin.id != entry.id):
        raise KnownAlready
    kept = entry or PhoneEntry(id=new_key())
    _fill(kept, row)
    session().add(kept)
    record(events.PhoneBookChanged(row.region, 1), by=by)
    return kept


def remove(entry: PhoneEntry, *, by: Actor) -> None:
    session().delete(entry)
    record(events.PhoneBookChanged(entry.region, 1), by=by)


def take_in(rows: Iterable[PhoneRow], refused: Sequence[BadLine], grants: Sequence[Grant], *, by: Actor) -> PhoneImport:
    """Lays the lines over the book; nothing that is not among them is removed. A line of another area comes back."""
    outside, counts, touched = list(refused), {"added": 0, "changed": 0, "same": 0}, dict[str, int]()
    for row in rows:
        trouble = _trouble(row.region, grants)
        if trouble:
            outside.append(BadLine(row.line, trouble))
            continue
        effect = _lay(row)
        counts[effect] += 1
        if effect != "same":
            touched[row.region] = touched.get(row.region, 0) + 1
    for region, lines in touched.items():
        record(events.PhoneBookChanged(region, lines), by=by)
    return PhoneImport(**counts, refused=sorted(outside, key=lambda bad: bad.line))


def _trouble(region: str, grants: Sequence[Grant]) -> str:
    if not any(grant.covers(region) for grant in grants):
        return f"{region} 不在您管辖的区域内"
    return "" if reference.regions().get(region) else f"区划表里没有 {region}"


def _lay(row: PhoneRow) -> str:
    held = _same(row)
    if held is None:
        held = PhoneEntry(id=new_key())
        _fill(held, row)
        session().add(held)
        session().flush()
        return "added"
    if _said(held) == row.values():
        return "same"
    _fill(held, row)
    return "changed"


def _same(row: PhoneRow) -> PhoneEntry | None:
    wanted = select(PhoneEntry).where(PhoneEntry.region == row.region, PhoneEntry.purpose == row.purpose, PhoneEntry.number == row.number)
    return session().scalar(wanted)


def _said(entry: PhoneEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in PhoneRow.FIELDS}


def _fill(entry: PhoneEntry, row: PhoneRow) -> None:
    for name, value in row.values().items():
        setattr(entry, name, value)
    entry.changed_at = now()
