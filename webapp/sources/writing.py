"""Rows into the posting table, many at a time, inside the open transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from itertools import groupby
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import BindParameter, Table, bindparam, insert, select, update

from webapp.access import Actor
from webapp.db import new_key, now, session, take_numbers, today
from webapp.events import SourceOpened
from webapp.ledger import record
from webapp.postings.models import Posting, PostingState
from webapp.sources.models import Source
from webapp.sources.rows import Sent

_TABLE = cast("Table", Posting.__table__)
_RENEWED = frozenset({PostingState.OPEN, PostingState.IN_REVIEW, PostingState.EXPIRED})
"""What a source may change by sending a row again. What a reviewer took down stays down, whatever is sent."""


@dataclass(slots=True)
class Tally:
    """Rows of a batch. `adopted` are unchanged ones of a batch that never ended: they still have to be told."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    adopted: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.changed + self.adopted

    def add(self, other: "Tally") -> None:
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.adopted += other.adopted


class _Known(NamedTuple):
    """What the database holds of a row that is sent again."""

    id: UUID
    source_key: str | None
    row_digest: str | None
    state: PostingState
    valid_through: date | None
    batch_id: UUID | None
    flags: list[str]


class _Move(IntEnum):
    """What sending a row again does to its state."""

    STAYS = 0
    AGAIN = 1
    WAITS = 2


@dataclass(slots=True)
class Writer:
    """Writes the rows of one batch. `sources` by name, completed on the way; `unended` batches have rows nobody was told of."""

    batch_id: UUID
    valid_from: date
    valid_through: date
    sources: dict[str, Source]
    unended: set[UUID]

    def write(self, rows: Sequence[Sent]) -> Tally:
        tally = Tally()
        for name, sent in groupby(sorted(rows, key=lambda row: row.source), key=lambda row: row.source):
            tally.add(self._write_of(self._source(name), list(sent)))
        return tally

    def _write_of(self, source: Source, rows: list[Sent]) -> Tally:
        known = _known(source.id, [row.key for row in rows])
        fresh = [row for row in rows if row.key not in known]
        stale = [(row, known[row.key]) for row in rows if row.key in known and self._says_more(row, known[row.key])]
        settled = [known[row.key] for row in rows if row.key in known and not self._says_more(row, known[row.key])]
        adopted = [row.id for row in settled if row.batch_id in self.unended]
        self._add(source, fresh)
        self._change(stale)
        self._adopt(adopted)
        return Tally(len(fresh), len(stale), len(settled), len(adopted))

    def _says_more(self, row: Sent, known: _Known) -> bool:
        if known.state not in _RENEWED:
            return False
        if known.state is PostingState.EXPIRED:  # a file of long ago does not open what it would not keep open for a day
            return self.valid_through >= today()
        lapses = known.valid_through is None or known.valid_through < self.valid_through
        return row.digest != known.row_digest or lapses

    def _source(self, name: str) -> Source:
        if name not in self.sources:
            self.sources[name] = source_named(name)
        return self.sources[name]

    def _add(self, source: Source, rows: list[Sent]) -> None:
        if not rows:
            return
        numbers = take_numbers("posting_seq", "posting", "seq", len(rows))
        at = now()
        validity = {"valid_from": self.valid_from, "valid_through": self.valid_through}
        shared = {"source_id": source.id, "batch_id": self.batch_id, "version": 1, "created_at": at, **validity}
        values = [
            {**row.content, **shared, **_begins(source, row, at), "id": new_key(), "seq": seq, "source_key": row.key, "row_digest": row.digest}
            for row, seq in zip(rows, numbers, strict=True)
        ]
        session().connection().execute(insert(_TABLE), values)

    def _change(self, rows: list[tuple[Sent, _Known]]) -> None:
        """Content and validity as sent now; one that had expired is open again, from now on. No validity is shortened by an older file.

        One that now says what blocks, and that no person has seen saying it, leaves the open ones and waits for a reviewer.
        """
        at = now()
        moves = {
            _Move.STAYS: {},
            _Move.AGAIN: {"state": PostingState.OPEN, "opened_at": at, "closed_at": None, "valid_from": self.valid_from},
            _Move.WAITS: {"state": PostingState.IN_REVIEW, "submitted_at": at, "closed_at": at, "valid_from": self.valid_from},
        }
        for move, group in groupby(sorted(rows, key=_move), key=_move):
            values = [
                {
                    **row.content,
                    **moves[move],
                    "flags": row.flags,
                    "batch_id": self.batch_id,
                    "valid_through": max(self.valid_through, known.valid_through or self.valid_through),
                    "row_digest": row.digest,
                    "its_id": known.id,
                }
                for row, known in group
            ]
            names: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in values[0] if name != "its_id"}
            wanted = update(_TABLE).where(_TABLE.c.id == bindparam("its_id")).values(version=_TABLE.c.version + 1, **names)
            session().connection().execute(wanted, values)

    def _adopt(self, keys: list[UUID]) -> None:
        if keys:
            session().connection().execute(update(_TABLE).where(_TABLE.c.id.in_(keys)).values(batch_id=self.batch_id))


def source_named(name: str) -> Source:
    """The source of this name. A new one starts with its standing decision: what it forwards is opened, which the ledger says here."""
    source = session().scalar(select(Source).where(Source.name == name))
    if source is None:
        source = Source(id=new_key(), name=name, opens=True)
        session().add(source)
        session().flush()
        record(SourceOpened(str(source.id)), by=Actor.source(name))
    return source


def _known(source_id: UUID, keys: Iterable[str]) -> dict[str, _Known]:
    """Locked: between this look and the change nobody else decides about them."""
    columns = (Posting.id, Posting.source_key, Posting.row_digest, Posting.state, Posting.valid_through, Posting.batch_id, Posting.flags)
    wanted = select(*columns).where(Posting.source_id == source_id, Posting.source_key.in_(list(keys))).with_for_update()
    found = (_Known(*row) for row in session().execute(wanted))
    return {row.source_key or "": row for row in found}


def _begins(source: Source, row: Sent, at: datetime) -> dict[str, Any]:
    """How a row begins: open, or in the reviewers' queue because its source or its words want a person first."""
    opens = source.opens and not row.flags
    state = PostingState.OPEN if opens else PostingState.IN_REVIEW
    return {"state": state, "opened_at": at if opens else None, "submitted_at": None if opens else at, "flags": row.flags}


def _move(pair: tuple[Sent, _Known]) -> _Move:
    row, known = pair
    if set(row.flags) - set(known.flags) and known.state in {PostingState.OPEN, PostingState.EXPIRED}:
        return _Move.WAITS
    return _Move.AGAIN if known.state is PostingState.EXPIRED else _Move.STAYS
