"""Finding postings that are one job, so that each job has one card whoever offers it.

Of the postings at hand, what shares a MinHash band with one of them, and what stands on the same cards, leaders are chosen anew: in the
order in which they would lead each joins the first before it that is the same job (`likeness.same_job`), and never one that only stands
behind: a chain of likenesses does not join its ends. What a person decided about two of them holds before what their words say. The same
postings give the same cards, so doing it again changes nothing, and a nightly run over all heals what a part could not see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.orm import aliased

from webapp.access import Actor
from webapp.accounts.limits import take_turns
from webapp.db import reading, session, transaction
from webapp.postings import cards
from webapp.postings.models import Posting, PostingState
from webapp.sources import conflicts
from webapp.sources.conflicts import Row, Verdicts
from webapp.sources.likeness import Offer, same_job
from webapp.sources.models import PostingBand, PostingSketch

AT_ONCE = 500
_ASKED_AT_ONCE = 500
"""Values in one question: SQLite takes no more than some thousands."""
_TURN = b"grouping"
_COLUMNS = (
    Posting.id, Posting.seq, Posting.title, Posting.duties, Posting.requirements, Posting.employer_name, Posting.region, Posting.month_low,
    Posting.month_high, Posting.source_id, Posting.card_id, Posting.card_rank, Posting.headcount,
)  # fmt: skip


@dataclass(slots=True)
class Grouped:
    """What a grouping did: postings looked at, and those whose card changed."""

    looked_at: int = 0
    changed: int = 0
    conflicts: int = 0

    def add(self, other: "Grouped") -> None:
        self.looked_at += other.looked_at
        self.changed += other.changed
        self.conflicts += other.conflicts


@dataclass(slots=True)
class _Pool:
    """The postings among which cards are given, and the bands they were found by."""

    rows: dict[UUID, Row]
    verdicts: Verdicts
    bands: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(list))


def group_all(*, by: Actor, renew: Callable[[], None] = lambda: None) -> Grouped:
    """Every open posting, and forgets the bands of those that are closed. Opens its own transactions."""
    total, last = Grouped(), -1
    while True:
        with reading():
            wanted = select(Posting.id, Posting.seq).where(Posting.state == PostingState.OPEN, Posting.seq > last)
            some = session().execute(wanted.order_by(Posting.seq).limit(AT_ONCE)).all()
        if not some:
            break
        last = some[-1][1]
        total.add(group([key for key, _ in some], by=by))
        renew()
    _forget_closed()
    return total


def group_batch(batch_id: UUID, *, by: Actor, renew: Callable[[], None] = lambda: None) -> Grouped:
    """What one import added or changed. Opens its own transactions."""
    with reading():
        wanted = select(Posting.id).where(Posting.batch_id == batch_id, Posting.state == PostingState.OPEN)
        keys = list(session().scalars(wanted.order_by(Posting.seq)))
    total = Grouped()
    for start in range(0, len(keys), AT_ONCE):
        total.add(group(keys[start : start + AT_ONCE], by=by))
        renew()
    return total


def group(keys: Sequence[UUID], *, by: Actor) -> Grouped:
    """Gives these postings, at most AT_ONCE, their cards; in a transaction of its own."""
    with transaction():
        return regroup(keys, by=by)


def regroup(keys: Sequence[UUID], *, by: Actor) -> Grouped:
    """The same inside the open transaction. One at a time in the whole house: two groupings would each choose a leader."""
    take_turns(_TURN)
    rows = _read(Posting.id.in_(keys))
    _sketch([row.offer for row in rows.values()])
    pool = _pool(rows)
    chosen = _cards(pool)
    changed = {key: leader for key, leader in chosen.items() if pool.rows[key].card_id != leader}
    if changed:
        cards.regroup(changed, by=by)
    found = conflicts.note(_near(pool, chosen, rows), by=by)
    return Grouped(len(rows), len(changed), found)


def _read(*conditions: ColumnElement[bool]) -> dict[UUID, Row]:
    """Locked: nobody closes or changes them before their cards are given."""
    wanted = select(*_COLUMNS).where(Posting.state == PostingState.OPEN, *conditions).order_by(Posting.id)
    return {said.id: _row(said) for said in session().execute(wanted.with_for_update())}


def _row(said: Any) -> Row:
    offer = Offer(
        id=said.id,
        title=said.title,
        text=f"{said.duties}\n{said.requirements}",
        employer=said.employer_name,
        region=said.region or "",
        low=said.month_low,
        high=said.month_high,
        node=said.source_id,
    )
    return Row(offer, (said.card_rank, said.seq), said.card_id, said.headcount)


def _sketch(offers: Iterable[Offer]) -> None:
    """Keeps the bands of what these say now; whose text did not change has them already."""
    wanted = {offer.id: offer for offer in offers}
    kept = dict(session().execute(select(PostingSketch.posting_id, PostingSketch.digest).where(PostingSketch.posting_id.in_(wanted))).all())
    fresh = [offer for key, offer in wanted.items() if kept.get(key) != offer.digest]
    if not fresh:
        return
    stale = [offer.id for offer in fresh if offer.id in kept]
    _drop(stale)
    writing = session().connection()
    writing.execute(insert(PostingSketch.__table__), [{"posting_id": offer.id, "digest": offer.digest} for offer in fresh])  # type: ignore[arg-type]  # a table, which the stubs call a FromClause
    pairs = sorted((band, offer.id) for offer in fresh for band in set(offer.bands()))  # in the order of the index: fewer of its pages are touched
    bands = [{"band": band, "posting_id": key} for band, key in pairs]
    writing.execute(insert(PostingBand.__table__), bands)  # type: ignore[arg-type]  # as above


def _drop(keys: Sequence[UUID]) -> None:
    for kind in (PostingBand, PostingSketch):
        if keys:
            session().execute(delete(kind).where(kind.posting_id.in_(keys)).execution_options(synchronize_session=False))


def _pool(rows: Mapping[UUID, Row]) -> _Pool:
    """Those of `rows` that may be the same job as another, or stand on a card with one, and these others. Most have no such neighbour."""
    own, near = _neighbours(rows)
    found = {key: row for key, row in rows.items() if key in own or row.card_id is not None}
    found |= _rows_of(near | {key for row in found.values() if (key := row.card_id)}, known=found)
    leaders = {*rows, *(row.card_id or key for key, row in found.items())}
    found |= _rows_of(leaders - rows.keys(), known=found)
    mates = _mates(leaders, known=found)
    found |= mates
    found |= {key: rows[key] for row in mates.values() if (key := row.card_id) is not None and key in rows}
    pool = _Pool(found, conflicts.verdicts(found))
    pool.bands.update(_bands_of(found))
    return pool


def _neighbours(rows: Mapping[UUID, Row]) -> tuple[set[UUID], set[UUID]]:
    """Those of `rows` that share a band with another posting, and whom they share it with."""
    own, other = aliased(PostingBand), aliased(PostingBand)
    shared = and_(own.band == other.band, own.posting_id != other.posting_id)
    both = select(own.posting_id, other.posting_id).join(other, shared).where(own.posting_id.in_(rows))
    return (
        set(session().scalars(both.with_only_columns(own.posting_id).distinct())),
        set(session().scalars(both.with_only_columns(other.posting_id).distinct())),
    )


def _rows_of(keys: Iterable[UUID], *, known: Mapping[UUID, Row]) -> dict[UUID, Row]:
    wanted = [key for key in keys if key not in known]
    found: dict[UUID, Row] = {}
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        found |= _read(Posting.id.in_(wanted[start : start + _ASKED_AT_ONCE]))
    return found


def _mates(leaders: Iterable[UUID], *, known: Mapping[UUID, Row]) -> dict[UUID, Row]:
    wanted, found = list(leaders), dict[UUID, Row]()
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        found |= _read(Posting.card_id.in_(wanted[start : start + _ASKED_AT_ONCE]))
    return {key: row for key, row in found.items() if key not in known}


def _bands_of(rows: Iterable[UUID]) -> dict[UUID, list[int]]:
    keys, found = list(rows), defaultdict[UUID, list[int]](list)
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        wanted = select(PostingBand.posting_id, PostingBand.band).where(PostingBand.posting_id.in_(keys[start : start + _ASKED_AT_ONCE]))
        for key, band in session().execute(wanted):
            found[key].append(band)
    return found


def _cards(pool: _Pool) -> dict[UUID, UUID | None]:
    """Posting -> whose card shows it; None: its own."""
    chosen: dict[UUID, UUID | None] = {}
    leading: dict[int, list[UUID]] = defaultdict(list)
    for key in sorted(pool.rows, key=lambda key: (key in pool.verdicts.behind, pool.rows[key].order)):
        leader = _leader_of(key, pool, leading, chosen)
        chosen[key] = leader
        if leader is None:
            for band in pool.bands[key]:
                leading[band].append(key)
    return chosen


def _leader_of(key: UUID, pool: _Pool, leading: Mapping[int, list[UUID]], chosen: Mapping[UUID, UUID | None]) -> UUID | None:
    told = pool.verdicts.behind.get(key)
    if told is not None and told in chosen:
        return chosen[told] or told
    own = pool.rows[key].offer
    near = {other for band in pool.bands[key] for other in leading.get(band, ())}
    for other in sorted(near, key=lambda other: pool.rows[other].order):
        if not pool.verdicts.are_apart(key, other) and same_job(own, pool.rows[other].offer):
            return other
    return None


def _near(pool: _Pool, chosen: Mapping[UUID, UUID | None], rows: Mapping[UUID, Row]) -> list[tuple[Row, Row]]:
    """Pairs that may contradict one another: on one card, or alike and with cards of their own; one of each is in `rows`."""
    by_band: dict[int, list[UUID]] = defaultdict(list)
    for key, leader in chosen.items():
        if leader is None:
            for band in pool.bands[key]:
                by_band[band].append(key)
    pairs = {(key, leader) for key, leader in chosen.items() if leader is not None and (key in rows or leader in rows)}
    for key in rows.keys() & chosen.keys():
        if chosen[key] is None:
            pairs |= {(key, other) for band in pool.bands[key] for other in by_band[band] if other != key}
    return [(pool.rows[one], pool.rows[other]) for one, other in pairs]


def _forget_closed() -> None:
    """Bands of what is closed find nothing any more."""
    closed = select(PostingSketch.posting_id).join(Posting, Posting.id == PostingSketch.posting_id).where(Posting.state != PostingState.OPEN)
    while True:
        with transaction():
            keys = list(session().scalars(closed.limit(AT_ONCE)))
            _drop(keys)
        if len(keys) < AT_ONCE:
            return
