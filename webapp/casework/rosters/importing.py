"""The two jobs of a roster: reading it for the preview, and, once somebody confirmed, importing it in short transactions.

Both read the file from its beginning and in the same blocks, so a worker that was killed goes on behind the last block that was written.
What was counted is written in the transaction of its block. The rows that were not taken go back in a sheet with all their cells.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from webapp import files
from webapp.access import Actor, Grant, Role
from webapp.casework.queries import id_number_index
from webapp.casework.rosters import bulk, entering
from webapp.casework.rosters.entering import Differences, List, differences
from webapp.casework.rosters.known import Known, known_by_number
from webapp.casework.rosters.models import RosterFile, RosterState
from webapp.casework.rosters.reading import Cells, Roster
from webapp.casework.rosters.rows import RowReader
from webapp.casework.rosters.sheets import Returned
from webapp.casework.rosters.values import BadRow, Outcome, RowRefused, Told
from webapp.db import now, reading, session, today, transaction
from webapp.events import RosterRead, RosterTaken
from webapp.files import FileKind, FileType, Limits, Stored
from webapp.ledger import record
from webapp.reference import queries as reference
from webapp.sources.reading import NotReadable

BLOCK = 1_000
"""Rows a transaction: a second of somebody else's waiting at most."""
_SHOWN = 20
Renew = Callable[[], None]


@dataclass(slots=True)
class Item:
    """A row of the file with what it says, or why it is not taken."""

    line: int
    cells: Cells
    told: Told | None = None
    refusal: RowRefused | None = None
    found: Differences | None = None


@dataclass(slots=True)
class Tally:
    """What a page shows of a file, as it is stored."""

    outcomes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[str] = field(default_factory=Counter)
    without_phone: int = 0
    first: list[list[Any]] = field(default_factory=list)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Tally":
        outcomes, refused, unmatched = (Counter[str](stored.get(name, {})) for name in ("outcomes", "refused", "unmatched"))
        return cls(outcomes, refused, unmatched, stored.get("without_phone", 0))

    def count(self, item: Item) -> None:
        if item.refusal is not None:
            self.refused[item.refusal.reason.value] += 1
            if len(self.first) < _SHOWN:
                self.first.append([item.line, item.refusal.reason.value, item.refusal.detail])
        elif item.told is not None and item.found is not None:
            self.outcomes[item.found.outcome.value] += 1
            self.unmatched.update(one.value for one in item.told.unmatched)
            self.without_phone += not item.told.phone

    def stored(self) -> dict[str, Any]:
        counted = {name: dict(getattr(self, name)) for name in ("outcomes", "refused", "unmatched")}
        return {**counted, "without_phone": self.without_phone, "first": self.first}


@dataclass(frozen=True, slots=True)
class _Work:
    """An opened file and how its rows are to be taken."""

    key: UUID
    roster: Roster
    reader: RowReader
    of: List
    by: Actor
    most: int

    def blocks(self) -> Iterator[list[Item]]:
        """Raises NotReadable where there are more rows than one file may have."""
        seen: dict[tuple[bytes, int], int] = {}
        block: list[Item] = []
        for number, line in enumerate(self.roster.lines(), 1):
            if number > self.most:
                raise NotReadable(f"一次最多导入 {self.most} 行。请把文件分成几份")
            block.append(self._item(line.number, line.cells, seen, is_broken=line.is_broken))
            if len(block) == BLOCK:
                yield block
                block = []
        if block:
            yield block

    def _item(self, line: int, cells: Cells, seen: dict[tuple[bytes, int], int], *, is_broken: bool) -> Item:
        item = Item(line, cells)
        try:
            told = self.reader.read(cells) if not is_broken else None
        except RowRefused as refusal:
            item.refusal = refusal
            return item
        if told is None:
            item.refusal = RowRefused(BadRow.BROKEN)
            return item
        first = seen.setdefault((id_number_index(told.id_number)[:16], told.year), line)
        if first != line:
            item.refusal = RowRefused(BadRow.TWICE, f"第 {first} 行")
        else:
            item.told = told
        return item

    def judge(self, block: list[Item], known: dict[str, Known]) -> None:
        for item in block:
            if item.told is not None:
                try:
                    item.found = differences(item.told, known[item.told.id_number], self.of)
                except RowRefused as refusal:
                    item.refusal = refusal

    def known(self, block: list[Item], *, for_change: bool = False) -> dict[str, Known]:
        numbers = [item.told.id_number for item in block if item.told is not None]
        return known_by_number(numbers, self.of.programme, on=self.of.on, for_change=for_change)


def read_roster(key: UUID, renew: Renew) -> None:
    """Counts what importing would do, and changes nothing but the file's own row. A second time it does nothing."""
    if not _begin(key, RosterState.WAITING, RosterState.READING):
        return
    try:
        work = _opened(key)
        tally, returned, rows = Tally(), Returned(work.roster.headings), 0
        for block in work.blocks():
            with reading():
                work.judge(block, work.known(block))
            rows += len(block)
            _give_back(block, tally, returned)
            renew()
    except NotReadable as trouble:
        _refuse(key, str(trouble))
        return
    kept = _lay_down(returned, tally)
    with transaction():
        row = session().get_one(RosterFile, key, with_for_update=True)
        row.state, row.rows, row.columns, row.foreseen = RosterState.READY, rows, work.roster.columns, tally.stored()
        _keep(kept, row)
        record(RosterRead(str(key), rows, sum(tally.refused.values())), by=work.by)


def take_roster(key: UUID, renew: Renew) -> None:
    """Imports the good rows of a confirmed file; after a kill in the middle it goes on, a second time it does nothing."""
    if not _begin(key, RosterState.CONFIRMED, RosterState.IMPORTING):
        return
    try:
        work = _opened(key)
    except NotReadable as trouble:
        _refuse(key, str(trouble))
        return
    with reading():
        row = session().get_one(RosterFile, key)
        done, counted = row.done, row.counted
    tally, everything, returned, at = Tally.of(counted), Tally(), Returned(work.roster.headings), 0
    for block in work.blocks():
        at += len(block)
        if at <= done:
            with reading():
                work.judge(block, work.known(block))
        else:
            _take(work, block, tally, at)
        _give_back(block, everything, returned)
        renew()
    kept = _lay_down(returned, everything)
    with transaction():
        row = session().get_one(RosterFile, key, with_for_update=True)
        row.state, row.finished_at = RosterState.DONE, now()
        row.counted = {**tally.stored(), "first": everything.first}
        _keep(kept, row)
        _let_go(row)
        outcomes = tally.outcomes
        record(RosterTaken(str(key), outcomes[Outcome.NEW], outcomes[Outcome.CHANGED], sum(tally.refused.values())), by=work.by)


def _take(work: _Work, block: list[Item], tally: Tally, at: int) -> None:
    """Whoever nobody knew and who stands in the block once is written in bulk, everybody else one by one in the order of the file."""
    named = Counter(item.told.id_number for item in block if item.told is not None)
    with transaction():
        known = work.known(block, for_change=True)
        work.judge(block, known)
        fresh: list[tuple[Told, UUID | None, str]] = []
        for item in block:
            told = item.told
            if told is None or item.found is None:
                continue
            if known[told.id_number].client is None and named[told.id_number] == 1:
                fresh.append((told, known[told.id_number].person_id, item.found.digest))
            elif not item.found.is_same:
                _take_one(work, item, told, known[told.id_number])
        bulk.enter_all(fresh, work.of, by=work.by)
        for item in block:
            tally.count(item)
        row = session().get_one(RosterFile, work.key)
        row.done, row.counted = at, tally.stored()


def _take_one(work: _Work, item: Item, told: Told, known: Known) -> None:
    """Judged anew: an earlier row of the block may have been about the same person."""
    try:
        item.found = differences(told, known, work.of)
    except RowRefused as refusal:
        item.refusal = refusal
    else:
        entering.apply(told, known, item.found, work.of, by=work.by)


def _begin(key: UUID, at: RosterState, to: RosterState) -> bool:
    """True where there is work: the file waits, or a worker was killed over it."""
    with transaction():
        row = session().get_one(RosterFile, key, with_for_update=True)
        if row.state not in {at, to}:
            return False
        row.state = to
        return True


def _opened(key: UUID) -> _Work:
    """Raises NotReadable."""
    on = today()
    with reading():
        row = session().get_one(RosterFile, key)
        stored = files.latest(key, FileKind.ROSTER)
        most = reference.whole("roster_file_rows_max", on=on)
    try:
        content = files.read(stored) if stored is not None else b""
    except files.Gone as reason:
        raise NotReadable("文件已经不在了，请重新上传") from reason
    roster = Roster(content, stored.type if stored is not None else FileType.CSV)
    reader = RowReader(roster.fields, year=row.year, home=row.regions[0] if row.regions else "", on=on)
    grants = tuple(Grant(Role.CASEWORKER, None, region) for region in row.regions)
    of = List(row.programme, row.kind, on, row.source, row.id, grants)
    return _Work(key, roster, reader, of, Actor(row.by_id, Role.CASEWORKER.value, "worker"), most)


def _give_back(block: list[Item], tally: Tally, returned: Returned) -> None:
    for item in block:
        tally.count(item)
        if item.refusal is not None:
            returned.add(item.cells, item.refusal.says)


def _lay_down(returned: Returned, tally: Tally) -> Stored | None:
    if not tally.refused:
        return None
    return files.lay_down(returned.content(), "没有收下的行.xlsx", (FileType.XLSX,), Limits(most=1 << 28, unpacked=1 << 31))


def _keep(kept: Stored | None, row: RosterFile) -> None:
    before, last = files.latest(row.id, FileKind.ROSTER_REFUSED), today() + timedelta(days=reference.whole("roster_file_kept_days"))
    if before is not None:
        files.let_lapse(before, today() - timedelta(days=1))
    if kept is not None:
        files.keep(kept, FileKind.ROSTER_REFUSED, row.id, by_id=row.by_id, through=last)


def _let_go(row: RosterFile) -> None:
    """What was imported need not be kept as a file."""
    content = files.latest(row.id, FileKind.ROSTER)
    if content is not None:
        files.let_lapse(content, today())


def _refuse(key: UUID, trouble: str) -> None:
    with transaction():
        row = session().get_one(RosterFile, key, with_for_update=True)
        row.state, row.trouble, row.finished_at = RosterState.UNREADABLE, trouble[:300], now()
