"""Importing a file of postings: streamed, in short transactions, idempotent by (source, the source's own id).

Rows are read and prepared with no transaction open; a transaction takes at most 1,000 of them or 200 ms (its size is steered by how long
the last one took), so that a long import starves nobody. The whole file is one fact (`BatchImported`), told at its end. An import that was
killed leaves a batch that never ended: the next import of the same rows takes its rows over, so that they are told and indexed then.
"""

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor
from webapp.db import new_key, now, session, transaction
from webapp.events import BatchImported
from webapp.ledger import record
from webapp.reference.queries import whole
from webapp.sources.models import Batch, BatchState, RefusalReason, Source
from webapp.sources.reading import Record, RowFile, open_rows
from webapp.sources.rows import REQUIRED, RowReader, RowRefused, Sent
from webapp.sources.writing import Tally, Writer, source_named

ROWS_AT_MOST = 1000
_SECONDS_AT_MOST = 0.2
_FIRST_ROWS = 200
Progress = Callable[[int, int, int], None]
"""Called after every transaction with: bytes of the file read, bytes of the file, rows read."""


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
    with open_rows(path) as rows:
        rows.require(*REQUIRED, *(() if source_name else ("source",)))
        batch_id = _begin(path, source_name, as_of)
        report = BatchReport(batch_id)
        with _ended(report, by), _refusals(rejects or var / "imports" / str(batch_id) / "rejects.csv", rows.header) as refusals:
            _take(rows, RowReader(source_name), _writer(batch_id, as_of), report, refusals, progress)
            report.rejects = refusals.path if refusals.is_open else None
    report.seconds = time.monotonic() - began
    return report


def _take(rows: RowFile, reader: RowReader, writer: Writer, report: BatchReport, refusals: "_Refusals", progress: Progress | None) -> None:
    waiting: list[Sent] = []
    size = _FIRST_ROWS
    for sent in _accepted(rows, reader, report, refusals):
        waiting.append(sent)
        if len(waiting) >= size:
            size = _write(writer, waiting, report)
            waiting = []
            if progress is not None:
                progress(rows.done, rows.size, report.rows)
    _write(writer, waiting, report)
    if progress is not None:
        progress(rows.size, rows.size, report.rows)


def _accepted(rows: RowFile, reader: RowReader, report: BatchReport, refusals: "_Refusals") -> Iterator[Sent]:
    seen: set[tuple[str, str]] = set()
    for row in rows.records():
        report.rows += 1
        try:
            sent = _read(row, reader, seen)
        except RowRefused as refusal:
            report.refuse(refusal.reason)
            refusals.add(row, refusal.reason)
            continue
        seen.add((sent.source, sent.key))
        yield sent


def _read(row: Record, reader: RowReader, seen: set[tuple[str, str]]) -> Sent:
    if row.fields is None:
        raise RowRefused(RefusalReason.BROKEN_ROW)
    sent = reader.read(row.fields)
    if (sent.source, sent.key) in seen:
        raise RowRefused(RefusalReason.REPEATED_ID)
    return sent


def _write(writer: Writer, waiting: Sequence[Sent], report: BatchReport) -> int:
    """One transaction; answers how many rows the next one may take."""
    if not waiting:
        return ROWS_AT_MOST
    began = time.monotonic()
    with transaction():
        tally = writer.write(waiting)
    report.tally.add(tally)
    per_row = (time.monotonic() - began) / len(waiting)
    return max(50, min(ROWS_AT_MOST, int(_SECONDS_AT_MOST / 2 / per_row)))


def _begin(path: Path, source_name: str | None, as_of: date) -> UUID:
    batch_id = new_key()
    with transaction():
        source = source_named(source_name) if source_name else None
        batch = Batch(id=batch_id, source_id=source.id if source else None, file_name=path.name[:200], as_of=as_of, state=BatchState.RUNNING)
        session().add(batch)
    return batch_id


def _writer(batch_id: UUID, as_of: date) -> Writer:
    with transaction():
        sources = {source.name: source for source in session().scalars(select(Source))}
        unended = set(session().scalars(select(Batch.id).where(Batch.state != BatchState.DONE, Batch.id != batch_id)))
    through = as_of + timedelta(days=whole("forwarded_valid_days", on=as_of))
    return Writer(batch_id=batch_id, valid_from=as_of, valid_through=through, sources=sources, unended=unended)


@contextmanager
def _ended(report: BatchReport, by: Actor) -> Iterator[None]:
    """Whatever happens inside, the batch does not stay 导入中; what was committed is told, also when the file broke off."""
    try:
        yield
    except BaseException:
        _end(report, BatchState.FAILED, by)
        raise
    _end(report, BatchState.DONE, by)


def _end(report: BatchReport, state: BatchState, by: Actor) -> None:
    tally = report.tally
    with transaction():
        batch = session().get_one(Batch, report.batch_id)
        batch.state, batch.finished_at, batch.rows = state, now(), report.rows
        batch.added, batch.changed, batch.unchanged = tally.added, tally.changed, tally.unchanged
        batch.refused = {reason.value: count for reason, count in report.refused.items()}
        if tally.touched:
            record(BatchImported(str(batch.id), taken=report.taken, refused=sum(report.refused.values())), by=by)
    report.event = bool(tally.touched)


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
            self._writer.writerow(["行号", "拒收原因", *self._header])
        self._writer.writerow([row.line, reason.label, *row.text])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
