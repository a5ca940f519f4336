"""Rows into the posting table, many at a time, inside the open transaction.

A source moves its own rows, and only them: new ones open or wait for a reviewer (its standing decision, or words the gate wants a person to see),
one that expired or that it had withdrawn comes back the same way when it is sent again, one that it takes back is withdrawn. What a reviewer took
down or sent back stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from itertools import groupby
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import BindParameter, Table, bindparam, insert, select, update

from webapp.access import Actor
from webapp.db import new_key, now, session, take_numbers, today
from webapp.events import PostingsWithdrawn, SourceOpened
from webapp.ledger import record
from webapp.postings import cards
from webapp.postings.models import Posting, PostingReview, PostingState, ReviewDecision
from webapp.postings.reviewing import operations as reviewing
from webapp.reference.queries import home_province, whole
from webapp.sources.models import Source
from webapp.sources.rows import Removed, Sent

_TABLE = cast("Table", Posting.__table__)
_COMES_BACK = frozenset({PostingState.EXPIRED, PostingState.WITHDRAWN})
_RENEWED = _COMES_BACK | {PostingState.OPEN, PostingState.IN_REVIEW}
"""What a source may change by sending a row again. What a reviewer took down stays down, whatever is sent."""
_REFUSALS = frozenset({ReviewDecision.STOPPED, ReviewDecision.RETURNED})
"""A spot check or a reviewer took it off: the same words do not bring it back, other words bring it before a reviewer."""
OFFERED = (PostingState.OPEN, PostingState.IN_REVIEW, PostingState.PAUSED)
"""What a source may withdraw."""


@dataclass(slots=True)
class Tally:
    """Rows of a batch. `adopted` are unchanged ones of a batch that never ended: they still have to be told."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    adopted: int = 0
    removed: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.changed + self.adopted

    def add(self, other: "Tally") -> None:
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.adopted += other.adopted
        self.removed += other.removed


class _Known(NamedTuple):
    """What the database holds of a row that is sent again."""

    id: UUID
    source_key: str | None
    row_digest: str | None
    state: PostingState
    valid_through: date | None
    batch_id: UUID | None
    flags: list[str]
    closed_at: datetime | None
    refused_at: datetime | None = None
    """When a person decided that it is not shown, if that was the last decision about it."""

    @property
    def is_refused(self) -> bool:
        """It stands as that decision left it: its source has not taken it back since."""
        return self.refused_at is not None and (self.closed_at is None or self.closed_at <= self.refused_at)


class _Move(IntEnum):
    """What sending a row again does to its state."""

    STAYS = 0
    AGAIN = 1
    WAITS = 2


@dataclass(frozen=True, slots=True)
class Validity:
    """How long the rows of a file are offered. A row that says nothing new is renewed only when no more than `renewed_from` days are left:
    a daily snapshot would otherwise change every row every day, and each would be indexed and told to the outlets anew."""

    first: date
    last: date
    renewed_from: int

    @classmethod
    def of(cls, day: date) -> "Validity":
        days = whole("forwarded_valid_days", on=day)
        return cls(day, day + timedelta(days=days), days * whole("forwarded_renewed_share", on=day) // 100)

    def renews(self, through: date | None) -> bool:
        return through is None or (through < self.last and (through - self.first).days <= self.renewed_from)

    @property
    def changes_nothing_before(self) -> date:
        """Until this day the same file again would renew none of its rows."""
        return self.last - timedelta(days=self.renewed_from)


@dataclass(slots=True)
class Writer:
    """Writes the rows of one batch. `unended` batches have rows nobody was told of.

    `source`: whose rows they are, whatever name they bring; None: each row's name decides, and `sources` is completed on the way.
    """

    batch_id: UUID
    validity: Validity
    source: Source | None
    sources: dict[str, Source]
    unended: set[UUID]
    by: Actor = Actor.SYSTEM

    def write(self, rows: Sequence[Sent | Removed]) -> Tally:
        tally = Tally()
        for name, some in groupby(sorted(rows, key=lambda row: row.source), key=lambda row: row.source):
            told, source = list(some), self._source(name)
            tally.add(self._write_of(source, [row for row in told if isinstance(row, Sent)]))
            tally.removed += self.withdraw(source.id, [row.key for row in told if isinstance(row, Removed)])
        return tally

    def withdraw(self, source_id: UUID, keys: Sequence[str]) -> int:
        """Takes back what the source no longer offers; what is closed already stays as it is. One fact, by which the index finds them."""
        if not keys:
            return 0
        wanted = select(Posting.id).where(Posting.source_id == source_id, Posting.source_key.in_(keys), Posting.state.in_(OFFERED))
        gone = list(session().scalars(wanted.order_by(Posting.id).with_for_update()))
        if not gone:
            return 0
        at = now()
        values = {"state": PostingState.WITHDRAWN, "closed_at": at, "version": _TABLE.c.version + 1}
        session().connection().execute(update(_TABLE).where(_TABLE.c.id.in_(gone)).values(**values))
        reviewing.take_back_all(gone)
        record(PostingsWithdrawn(at.isoformat(), str(self.batch_id), len(gone)), by=self.by)
        cards.lead_next(gone, by=self.by)
        return len(gone)

    def _write_of(self, source: Source, rows: list[Sent]) -> Tally:
        known = _known(source.id, [row.key for row in rows])
        fresh = [row for row in rows if row.key not in known]
        stale = [(row, known[row.key]) for row in rows if row.key in known and self._says_more(row, known[row.key])]
        settled = [known[row.key] for row in rows if row.key in known and not self._says_more(row, known[row.key])]
        adopted = [row.id for row in settled if row.batch_id in self.unended]
        self._add(source, fresh)
        self._change(source, stale)
        self._adopt(adopted)
        return Tally(len(fresh), len(stale), len(settled), len(adopted))

    def _says_more(self, row: Sent, known: _Known) -> bool:
        if known.state not in _RENEWED:
            return False
        if known.is_refused and row.digest == known.row_digest:
            return False
        if known.state in _COMES_BACK:  # a file of long ago does not open what it would not keep open for a day
            return self.validity.last >= today()
        return row.digest != known.row_digest or self.validity.renews(known.valid_through)

    def _source(self, name: str) -> Source:
        if self.source is not None:
            return self.source
        if name not in self.sources:
            self.sources[name] = source_named(name)
        return self.sources[name]

    def _add(self, source: Source, rows: list[Sent]) -> None:
        if not rows:
            return
        numbers = take_numbers("posting_seq", "posting", "seq", len(rows))
        at = now()
        validity = {"valid_from": self.validity.first, "valid_through": self.validity.last}
        named = {"source_id": source.id, "batch_id": self.batch_id, "card_rank": source.priority}
        shared = {**named, "version": 1, "created_at": at, **validity}
        values = [
            {**row.content, **shared, **_begins(source, row, at), "id": new_key(), "seq": seq, "source_key": row.key, "row_digest": row.digest}
            for row, seq in zip(rows, numbers, strict=True)
        ]
        session().connection().execute(insert(_TABLE), values)

    def _change(self, source: Source, rows: list[tuple[Sent, _Known]]) -> None:
        """Content and validity as sent now; what comes back is offered again, from now on. No validity is shortened by an older file.

        An open one that now says other words than a person has seen, where a person has to see them, leaves the open ones and waits.
        """
        at = now()
        moves: dict[_Move, list[tuple[Sent, _Known]]] = {}
        for row, known in rows:
            moves.setdefault(_move(source, row, known), []).append((row, known))
        for move, pairs in sorted(moves.items()):
            values = [
                {
                    **row.content,
                    **self._moved(move, source, row, at),
                    "flags": row.flags,
                    "batch_id": self.batch_id,
                    "valid_through": max(self.validity.last, known.valid_through or self.validity.last),
                    "row_digest": row.digest,
                    "its_id": known.id,
                }
                for row, known in pairs
            ]
            names: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in values[0] if name != "its_id"}
            wanted = update(_TABLE).where(_TABLE.c.id == bindparam("its_id")).values(version=_TABLE.c.version + 1, **names)
            session().connection().execute(wanted, values)
            if move is _Move.WAITS:
                cards.lead_next([known.id for _, known in pairs], by=self.by)

    def _moved(self, move: _Move, source: Source, row: Sent, at: datetime) -> dict[str, Any]:
        if move is _Move.STAYS:
            return {}
        anew = {"valid_from": self.validity.first, "card_id": None}
        if move is _Move.AGAIN:
            return {**_begins(source, row, at), "closed_at": None, **anew}
        return {"state": PostingState.IN_REVIEW, "submitted_at": at, "closed_at": at, **anew}

    def _adopt(self, keys: list[UUID]) -> None:
        if keys:
            session().connection().execute(update(_TABLE).where(_TABLE.c.id.in_(keys)).values(batch_id=self.batch_id))


def source_named(name: str) -> Source:
    """The source of this name. A new one starts with its standing decision: what it forwards is opened, which the ledger says here."""
    source = session().scalar(select(Source).where(Source.name == name))
    if source is None:
        source = Source(id=new_key(), name=name, opens=True, region=home_province())
        session().add(source)
        session().flush()
        record(SourceOpened(str(source.id)), by=Actor.source(name))
    return source


def _known(source_id: UUID, keys: Iterable[str]) -> dict[str, _Known]:
    """Locked: between this look and the change nobody else decides about them."""
    columns = (Posting.id, Posting.source_key, Posting.row_digest, Posting.state, Posting.valid_through, Posting.batch_id, Posting.flags)
    wanted = select(*columns, Posting.closed_at).where(Posting.source_id == source_id, Posting.source_key.in_(list(keys))).with_for_update()
    rows = session().execute(wanted).all()
    refused = _refused_at([row.id for row in rows if row.state is PostingState.WITHDRAWN])
    found = (_Known(*row, refused_at=refused.get(row.id)) for row in rows)
    return {row.source_key or "": row for row in found}


def _refused_at(keys: Sequence[UUID]) -> dict[UUID, datetime]:
    """Those of them whose latest decision of a person was that they are not shown, and when it was made."""
    if not keys:
        return {}
    wanted = select(PostingReview.posting_id, PostingReview.decision, PostingReview.at).where(PostingReview.posting_id.in_(keys))
    latest = {key: (decision, at) for key, decision, at in session().execute(wanted.order_by(PostingReview.id))}
    return {key: at for key, (decision, at) in latest.items() if decision in _REFUSALS}


def _begins(source: Source, row: Sent, at: datetime) -> dict[str, Any]:
    """How a row begins: open, or in the reviewers' queue because its source or its words want a person first."""
    opens = source.opens and not row.flags
    state = PostingState.OPEN if opens else PostingState.IN_REVIEW
    return {"state": state, "opened_at": at if opens else None, "submitted_at": None if opens else at, "flags": row.flags}


def _move(source: Source, row: Sent, known: _Known) -> _Move:
    if known.state in _COMES_BACK:
        return _Move.WAITS if known.refused_at is not None else _Move.AGAIN
    says_otherwise = known.state is PostingState.OPEN and row.digest != known.row_digest
    return _Move.WAITS if says_otherwise and (row.flags or not source.opens) else _Move.STAYS
