import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from webapp.access import Actor
from webapp.db import new_key, session
from webapp.events import ReferenceImported
from webapp.ledger import record
from webapp.reference.models import ShippedTable
from webapp.reference.queries import forget
from webapp.reference.tables import TABLES, Refusal, Row, Table, TableFile, read_file

SHIPPED = Path(__file__).parent / "data"
_SHIPPED_ORIGIN = "shipped"


@dataclass(frozen=True, slots=True)
class TableReport:
    """What an import of an official table did; a second run of the same file adds and changes nothing."""

    kind: str
    read: int
    """Good rows in the file."""
    added: int
    changed: int
    refused: Sequence[Refusal]

    @property
    def same(self) -> int:
        return self.read - self.added - self.changed


def load_shipped(directory: Path = SHIPPED) -> dict[str, int]:
    """Brings the tables of this version into the database, inside the open transaction; returns the rows written per kind.

    A table whose file did not change is not touched. One that an official file has replaced stays as it is; only parameters that
    this version is the first to ask for are added to it, because the code cannot run without them.
    """
    return {kind: _load(kind, directory / f"{kind}.csv") for kind in TABLES}


def _load(kind: str, path: Path) -> int:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    state = session().get(ShippedTable, kind)
    if state is not None and state.digest == digest:
        return 0
    rows = _shipped_rows(kind, path)
    if state is None or state.origin == _SHIPPED_ORIGIN:
        session().execute(delete(TABLES[kind].model))
    else:
        rows = _unknown_parameters(rows) if kind == "parameters" else []
    if rows:
        session().execute(insert(TABLES[kind].model), rows)
    _note(kind, digest=digest, origin=state.origin if state else _SHIPPED_ORIGIN)
    return len(rows)


def _shipped_rows(kind: str, path: Path) -> list[Row]:
    table = read_file(kind, path)
    if table.refused:
        raise ValueError(f"{path.name}: {table.refused[0]}")
    return table.rows


def _unknown_parameters(rows: list[Row]) -> list[Row]:
    known = set(session().scalars(select(TABLES["parameters"].model.__table__.c.key)))
    return [row for row in rows if row["key"] not in known]


def _note(kind: str, *, digest: str | None = None, origin: str) -> None:
    state = session().get(ShippedTable, kind)
    if state is None:
        state = ShippedTable(kind=kind, digest="")
        session().add(state)
    state.digest = digest if digest is not None else state.digest
    state.version, state.origin = str(new_key()), origin
    session().flush()
    forget()


def import_table(kind: str, file: Path, *, by: Actor) -> TableReport:
    """Lays an official table over the loaded one, inside the open transaction; nothing that is not in the file is removed.

    Removing is refused on purpose: postings keep codes that a later table no longer lists, and their names must still be found.
    Raises NotThisTable; bad rows come back in the report, the good ones are loaded.
    """
    table = read_file(kind, file)
    added, changed = _lay_over(TABLES[kind], table)
    if added or changed:
        _note(kind, origin=table.origin[:120])
        record(ReferenceImported(kind, added + changed), by=by)
    return TableReport(kind, len(table.rows), added, changed, table.refused)


def _lay_over(table: Table, file: TableFile) -> tuple[int, int]:
    columns = [column.name for column in table.model.__table__.columns]
    known = {tuple(getattr(row, name) for name in table.identity): row for row in session().scalars(select(table.model))}
    added, changed = [], 0
    missing = [row for row in file.implied if tuple(row[name] for name in table.identity) not in known]
    for row in [*file.rows, *missing]:
        named = {**row, "source": row["source"] or f"导入：{file.origin}"[:120]}
        held = known.get(tuple(row[name] for name in table.identity))
        if held is None:
            added.append(named)
        else:
            changed += _change(held, {name: named[name] for name in columns if name in named})
    if added:
        session().execute(insert(table.model), added)
    return len(added), changed


def _change(held: Any, values: Row) -> bool:
    """Sets what differs. An empty cell never wipes what we know: synonyms are joined, a coordinate or a pinyin stays."""
    if "synonyms" in values:
        values = {**values, "synonyms": list(dict.fromkeys([*held.synonyms, *values["synonyms"]])), "common": held.common or values["common"]}
    kept = {name: value for name, value in values.items() if value not in (None, "") or name in ("value", "valid_to")}
    differing = {name: value for name, value in kept.items() if getattr(held, name) != value}
    for name, value in differing.items():
        setattr(held, name, value)
    return bool(differing)
