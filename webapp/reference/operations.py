import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.events import ReferenceImported, WordingAdded, WordingRemoved
from webapp.ledger import record
from webapp.reference.cells import Row
from webapp.reference.models import Occupation, ShippedTable, Wording, WordKind, WordOrigin, as_word
from webapp.reference.queries import forget
from webapp.reference.tables import TABLES, Refusal, Table, TableFile, read_file, word_list

SHIPPED = Path(__file__).parent / "data"
_SHIPPED_ORIGIN = "shipped"
_ASKED_FOR = {"parameters": "key", "gate_rules": "code"}
"""Tables the code asks by name -> the column that holds it."""


_WORD_LENGTH = 40
_WORDS_AT_MOST = 30
_NO_WORD_FOR_WORK = re.compile(r".*\d{5}.*|(限|要|招)?[男女](性|士|生|工|的)?|.*(\d岁|年龄|岁数).*")
"""Numbers of people or phones belong in no vocabulary, and sex and age are no condition of a search (就业促进法 §3, §27)."""


class NotAWording(Exception):
    """This cannot be a word of the vocabulary; the text says why and what to do."""


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

    A table whose file did not change is not touched. One that an official file has replaced stays as it is; only parameters and rules
    of the gate that this version is the first to ask for are added to it, because the code cannot run without them.
    """
    return {kind: _load(kind, directory / f"{kind}.csv") for kind in TABLES}


def _load(kind: str, path: Path) -> int:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    state = session().get(ShippedTable, kind)
    if state is not None and state.digest == digest:
        return 0
    rows = _shipped_rows(kind, path)
    if state is None or state.origin == _SHIPPED_ORIGIN:
        session().execute(delete(TABLES[kind].model).filter_by(**TABLES[kind].of_files))
    else:
        rows = _first_asked_for(TABLES[kind], rows, _ASKED_FOR[kind]) if kind in _ASKED_FOR else []
    if rows:
        session().execute(insert(TABLES[kind].model), rows)
    _note(kind, digest=digest, origin=state.origin if state else _SHIPPED_ORIGIN)
    return len(rows)


def _shipped_rows(kind: str, path: Path) -> list[Row]:
    table = read_file(kind, path)
    if table.refused:
        raise ValueError(f"{path.name}: {table.refused[0]}")
    return table.rows


def _first_asked_for(table: Table, rows: list[Row], column: str) -> list[Row]:
    known = set(session().scalars(select(table.model.__table__.c[column])))
    return [row for row in rows if row[column] not in known]


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
    known = {tuple(getattr(row, name) for name in table.identity): row for row in session().scalars(select(table.model).filter_by(**table.of_files))}
    added, changed = [], 0
    missing = [row for row in file.implied if tuple(row[name] for name in table.identity) not in known]
    for row in [*file.rows, *missing]:
        named = {**row, "source": row["source"] or f"导入：{file.origin}"[:120]} if "source" in columns else row
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


def add_wording(word: str, words: Sequence[str], occupations: Sequence[str], *, by: Actor, kind: WordKind = WordKind.TRADE) -> Wording:
    """Staff say what a word means; said again, the later meaning holds. It stands before what ships, and every process sees it within
    STALE_SECONDS of the commit. Raises NotAWording."""
    plain = _own_word(word)
    meant = word_list([_own_word(other) for other in words], word=plain)
    codes = list(dict.fromkeys(occupations))
    _refuse_nothing_meant(plain, meant, codes)
    row = session().get(Wording, (plain, WordOrigin.STAFF)) or Wording(word=plain, origin=WordOrigin.STAFF)
    row.kind, row.words, row.occupations, row.by_id, row.at = kind, meant, codes, by.person_id, now()
    session().add(row)
    _changed_by_staff("wordings")
    record(WordingAdded(plain, len(meant), len(codes)), by=by)
    return row


def _own_word(text: str) -> str:
    plain = as_word(text)
    if not plain or len(plain) > _WORD_LENGTH or "|" in plain:
        raise NotAWording(f"“{text[:_WORD_LENGTH]}”不能作为词：每个词 1 到 {_WORD_LENGTH} 个字，不含“|”")
    if _NO_WORD_FOR_WORK.fullmatch(plain):
        raise NotAWording(f"“{plain}”不能作为词：性别、年龄、电话和证件号码不作为搜索条件，请改写成工作的叫法")
    return plain


def _refuse_nothing_meant(word: str, words: Sequence[str], codes: Sequence[str]) -> None:
    if not words and not codes:
        raise NotAWording(f"请写明“{word}”的其他叫法，或选择职业")
    if len(words) > _WORDS_AT_MOST:
        raise NotAWording(f"“{word}”的其他叫法最多 {_WORDS_AT_MOST} 个")
    known = set(session().scalars(select(Occupation.code).where(Occupation.code.in_(codes))))
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise NotAWording(f"没有这个职业代码：{'、'.join(unknown)}，请从职业列表中选择")


def add_staff_rows(kind: str, rows: Sequence[Row]) -> None:
    """Rows that staff lay beside the shipped ones of a table that tells them apart; every process sees them within STALE_SECONDS of the commit."""
    session().execute(insert(TABLES[kind].model), [row | {"origin": WordOrigin.STAFF} for row in rows])
    _changed_by_staff(kind)


def _changed_by_staff(kind: str) -> None:
    """A new version of a table whose file stays what it was."""
    state = session().get(ShippedTable, kind)
    _note(kind, origin=state.origin if state else _SHIPPED_ORIGIN)


def remove_wording(word: str, *, by: Actor) -> None:
    """Takes back what staff said; a shipped meaning of the word holds again. Raises NotAWording when staff said nothing of it."""
    row = session().get(Wording, (as_word(word), WordOrigin.STAFF))
    if row is None:
        raise NotAWording(f"“{word[:_WORD_LENGTH]}”不是工作人员添加的词，可能已被他人删除，请刷新后再看")
    session().delete(row)
    session().flush()
    _changed_by_staff("wordings")
    record(WordingRemoved(row.word), by=by)
