"""Carrying out a batch of rows: streamed, in short transactions, idempotent by (source, the source's own id).

Rows are read and prepared with no transaction open; a transaction takes at most 1,000 of them or 200 ms (its size is steered by how long
the last one took), so that a long import starves nobody. Each writes down how far it came, so a batch that a worker was killed over goes
on where it stopped and its receipt counts every row once. The whole file is one fact (`BatchImported`), told at its end. An import at the
command line that was killed leaves a batch that never ended: the next import of the same rows takes its rows over.
"""

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor
from webapp.cells import guarded
from webapp.db import new_key, now, reading, session, transaction
from webapp.events import BatchHeld, BatchImported
from webapp.ledger import record
from webapp.sources import removals
from webapp.sources.cleaning import line
from webapp.sources.described import REMOVED
from webapp.sources.files import open_batch
from webapp.sources.models import Batch, BatchMode, BatchState, RefusalReason, RowFormat, Source
from webapp.sources.reading import NotReadable, Record, Rows
from webapp.sources.rows import REQUIRED, SOURCE_AT_MOST, Removed, RowReader, RowRefused, Sent
from webapp.sources.writing import Tally, Validity, Writer, source_named

ROWS_AT_MOST = 1000
_SECONDS_AT_MOST = 0.2
_FIRST_ROWS = 200
_SECONDS_UNHEARD = 5.0
Progress = Callable[[int, int, int], None]
"""Called after every transaction, and every few seconds where rows are only read, with: bytes of the file read, bytes of the file, rows read."""
Row = Sent | Removed


class Overtaken(Exception):
    """Another worker goes on with this batch: stop, and write nothing more."""


@dataclass(slots=True)
class BatchReport:
    """What an import did. `taken` rows are in the database; `event` is False when nothing had to be told or indexed."""

    batch_id: UUID
    rejects: Path | None = None
    rows: int = 0
    tally: Tally = field(default_factory=Tally)
    refused: dict[RefusalReason, int] = field(default_factory=dict)
    event: bool = False
    seconds: float = 0.0
    position: int = 0
    """Accepted rows that are written: of a batch that goes on, also those of the run before."""
    seen: set[tuple[str, str]] = field(default_factory=set)
    """What the file holds by (source, its id), also where the row itself was refused."""
    nameless: int = 0
    """Refused rows that do not say their id: nobody knows which posting they are about."""

    @property
    def taken(self) -> int:
        return self.tally.added + self.tally.changed + self.tally.unchanged

    def refuse(self, reason: RefusalReason) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1


def import_postings(
    path: Path, *, source_name: str | None = None, as_of: date, rejects: Path | None, var: Path, by: Actor, progress: Progress | None = None
) -> BatchReport:
    """Takes every row that has what a forwarded posting needs; the others go with their reason to `rejects`.

    `rejects` None means `rejects.csv` in the batch's folder under `var/imports`; the file is made with the first refused row. Opens its own
    transactions. Raises NotReadable for a file that is no CSV or lacks columns (then nothing was changed) or that ends before its end.
    """
    began = time.monotonic()
    with open_batch(path, RowFormat.CSV) as rows:
        rows.require(*REQUIRED, *(() if source_name else ("source",)))
        batch = _begin(path, source_name, as_of)
        report = BatchReport(batch.id)
        writer = _writer(batch, by)
        with _ended(report, by), _refusals(rejects or var / "imports" / str(batch.id) / "rejects.csv", rows.header) as refusals:
            _take(rows, RowReader(source_name), writer, report, refusals, _Pulse(rows, report, progress))
            report.rejects = refusals.path if refusals.is_open else None
    report.seconds = time.monotonic() - began
    return report


def run(batch: Batch, source: Source, path: Path, rejects: Path, *, by: Actor, progress: Progress | None = None) -> None:
    """Carries out a received batch of one source, from where it stopped. What cannot be read at all ends it, with the reason.

    Raises Overtaken; whatever else is raised leaves it 导入中, to be gone on with.
    """
    report = BatchReport(batch.id, tally=tally_of(batch), position=batch.position)
    writer = _writer(batch, by)
    if not path.exists():
        _end(report, BatchState.FAILED, by, trouble="平台上已经没有这个批次的文件，请换一个 Idempotency-Key 重新发送")
        return
    try:
        with open_batch(path, batch.format) as rows:
            rows.require(*(("id",) if REMOVED in rows.header else REQUIRED))
            rejects.unlink(missing_ok=True)
            with _refusals(rejects, rows.header) as refusals:
                pulse = _Pulse(rows, report, progress)
                _take(rows, RowReader(source.name), writer, report, refusals, pulse)
                missing = _lacking(batch, source, report, writer, pulse)
    except NotReadable as reason:
        _end(report, BatchState.FAILED, by, trouble=str(reason))
        return
    if missing:
        _hold(report, missing, by)
    else:
        _end(report, BatchState.DONE, by)


def give_up(batch: Batch, *, by: Actor) -> None:
    """It went wrong over and over in the same place: what is written stays, and those behind it are not kept waiting. In the open transaction."""
    report = BatchReport(batch.id, rows=batch.rows, tally=tally_of(batch), position=batch.position)
    _finished(report, BatchState.FAILED, by)
    batch.trouble = "导入时在同一处反复出错，已停止，之后的批次照常导入。请联系平台管理员查看日志，改好后重新发送"


def tally_of(batch: Batch) -> Tally:
    return Tally(batch.added, batch.changed, batch.unchanged, batch.adopted, batch.removed)


def _lacking(batch: Batch, source: Source, report: BatchReport, writer: Writer, pulse: "_Pulse") -> int:
    """Withdraws what a snapshot no longer holds; answers how many that would be where a person has to be asked first."""
    if batch.mode is not BatchMode.SNAPSHOT:
        return 0
    with reading():
        gone = removals.lacking(source.id, {key for _, key in report.seen})
        is_settled = batch.withdraws or batch.decided_at is not None
        if gone and not is_settled and (report.nameless or removals.is_suspicious(source.id, len(gone), on=batch.as_of)):
            return len(gone)
    for start in range(0, len(gone), ROWS_AT_MOST):
        with transaction():
            session().get_one(Batch, batch.id).withdraws = True
            tally = Tally(removed=writer.withdraw(source.id, gone[start : start + ROWS_AT_MOST]))
            _note(report, tally, 0)
        pulse.beat()
    return 0


class _Pulse:
    """Says that the work goes on."""

    def __init__(self, rows: Rows, report: BatchReport, progress: Progress | None) -> None:
        self._rows, self._report, self._progress = rows, report, progress
        self._next = time.monotonic() + _SECONDS_UNHEARD

    def beat(self, *, is_over: bool = False) -> None:
        if self._progress is not None:
            self._progress(self._rows.size if is_over else self._rows.done, self._rows.size, self._report.rows)
        self._next = time.monotonic() + _SECONDS_UNHEARD

    def beat_if_due(self) -> None:
        """Call it with no transaction open."""
        if time.monotonic() >= self._next:
            self.beat()


def _take(rows: Rows, reader: RowReader, writer: Writer, report: BatchReport, refusals: "_Refusals", pulse: _Pulse) -> None:
    """Rows that a run before this one has written are read again, for what they say of the others, and not written."""
    waiting: list[Row] = []
    size, known = _FIRST_ROWS, report.position
    for number, row in enumerate(_accepted(rows, reader, report, refusals, pulse)):
        if number < known:
            continue
        waiting.append(row)
        if len(waiting) >= size:
            size = _write(writer, waiting, report)
            waiting = []
            pulse.beat()
    _write(writer, waiting, report)
    pulse.beat(is_over=True)


def _accepted(rows: Rows, reader: RowReader, report: BatchReport, refusals: "_Refusals", pulse: _Pulse) -> Iterator[Row]:
    """A row that is refused for what it says is still held by its source: what came of it before stays."""
    seen, held = set[tuple[str, str]](), report.seen
    for row in rows.records():
        report.rows += 1
        pulse.beat_if_due()
        try:
            sent = _read(row, reader, seen)
        except RowRefused as refusal:
            report.refuse(refusal.reason)
            refusals.add(row, refusal.reason)
            named = reader.named(row.fields or {"id": row.key})
            held.update(named)
            report.nameless += not named
            continue
        seen.add((sent.source, sent.key))
        if isinstance(sent, Sent):
            held.add((sent.source, sent.key))
        yield sent


def _read(row: Record, reader: RowReader, seen: set[tuple[str, str]]) -> Row:
    if row.fields is None:
        raise RowRefused(RefusalReason.BROKEN_ROW)
    sent = reader.read(row.fields)
    if (sent.source, sent.key) in seen:
        raise RowRefused(RefusalReason.REPEATED_ID)
    return sent


def _write(writer: Writer, waiting: Sequence[Row], report: BatchReport) -> int:
    """One transaction; answers how many rows the next one may take."""
    if not waiting:
        return ROWS_AT_MOST
    began = time.monotonic()
    with transaction():
        _note(report, writer.write(waiting), len(waiting))
    per_row = (time.monotonic() - began) / len(waiting)
    return max(50, min(ROWS_AT_MOST, int(_SECONDS_AT_MOST / 2 / per_row)))


def _note(report: BatchReport, tally: Tally, rows: int) -> None:
    """How far the batch came, in the transaction of the rows themselves. Raises Overtaken where it came further without us."""
    batch = session().get_one(Batch, report.batch_id, with_for_update=True)
    if (batch.position, batch.removed) != (report.position, report.tally.removed) or batch.is_ended:
        raise Overtaken(report.batch_id)
    report.tally.add(tally)
    report.position += rows
    batch.attempts = 0
    _count(batch, report)


def _count(batch: Batch, report: BatchReport) -> None:
    tally = report.tally
    batch.rows, batch.position = report.rows, report.position
    batch.added, batch.changed, batch.unchanged, batch.adopted, batch.removed = (
        tally.added, tally.changed, tally.unchanged, tally.adopted, tally.removed,
    )  # fmt: skip


def _begin(path: Path, source_name: str | None, as_of: date) -> Batch:
    with transaction():
        source = source_named(line(source_name, SOURCE_AT_MOST)) if source_name else None
        named = source.id if source else None
        batch = Batch(id=new_key(), source_id=named, file_name=path.name[:200], as_of=as_of, state=BatchState.RUNNING)
        session().add(batch)
    return batch


def _writer(batch: Batch, by: Actor) -> Writer:
    """Bound to the batch's source, whatever that is called meanwhile; names decide only where the file names several."""
    with transaction():
        source = None if batch.source_id is None else session().get_one(Source, batch.source_id)
        sources = {} if source else {one.name: one for one in session().scalars(select(Source))}
        unended = set(session().scalars(select(Batch.id).where(Batch.state != BatchState.DONE, Batch.id != batch.id)))
    validity = Validity.of(batch.as_of)
    return Writer(batch_id=batch.id, validity=validity, source=source, sources=sources, unended=unended, by=by)


@contextmanager
def _ended(report: BatchReport, by: Actor) -> Iterator[None]:
    """Whatever happens inside, the batch does not stay 导入中; what was committed is told, also when the file broke off."""
    try:
        yield
    except BaseException:
        _end(report, BatchState.FAILED, by)
        raise
    _end(report, BatchState.DONE, by)


def _end(report: BatchReport, state: BatchState, by: Actor, *, trouble: str = "") -> None:
    with transaction():
        batch = _finished(report, state, by)
        batch.trouble = trouble[:300] or batch.trouble


def _hold(report: BatchReport, missing: int, by: Actor) -> None:
    with transaction():
        batch = _finished(report, BatchState.HELD, by)
        batch.missing = missing
        if report.nameless:
            batch.trouble = f"有 {report.nameless} 行读不出岗位编号，可能就是文件里看起来缺少的岗位，所以没有自动撤下"
        record(BatchHeld(str(batch.id), missing), by=by)


def _finished(report: BatchReport, state: BatchState, by: Actor) -> Batch:
    """What came is told, once: a held batch that was let through has been told of."""
    batch = session().get_one(Batch, report.batch_id)
    _count(batch, report)
    batch.state, batch.finished_at = state, now()
    batch.refused = {reason.value: count for reason, count in report.refused.items()}
    report.event = bool(report.tally.touched) and batch.decided_at is None
    if report.event:
        record(BatchImported(str(batch.id), taken=report.taken, refused=batch.refused_rows), by=by)
    return batch


@contextmanager
def _refusals(path: Path, header: Sequence[str]) -> Iterator["_Refusals"]:
    refusals = _Refusals(path, header)
    try:
        yield refusals
    finally:
        refusals.close()


class _Refusals:
    """The file of refused rows, opened with the first: their line, the reason and the row as it came, ready to be mended and sent again."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self._header = header
        self._file: TextIO | None = None
        self._writer: Any = None

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def add(self, row: Record, reason: RefusalReason) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(["行号", "拒收原因", *map(guarded, self._header)])
        self._writer.writerow([row.line, reason.label, *map(guarded, row.text)])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
