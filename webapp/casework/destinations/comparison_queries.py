"""Questions about comparisons: whoever leads an area sees what was compared inside it, and of its people alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update

from webapp.access import Grant
from webapp.casework.destinations.comparison_models import Comparison, Conflict, ConflictKind
from webapp.casework.models import Case
from webapp.casework.queries import area
from webapp.db import session

FORGOTTEN_AT_ONCE = 20


class Alike(NamedTuple):
    """Conflicts that may be decided together."""

    equal: str
    kind: ConflictKind
    people: int
    sample: UUID


def seen_by(person_id: UUID, grants: Iterable[Grant]) -> ColumnElement[bool]:
    """One's own files, and those that found somebody of the own area."""
    inside = exists().where(Conflict.comparison_id == Comparison.id, Conflict.case_id == Case.id, area(grants))
    return or_(Comparison.by_id == person_id, inside)


def comparisons(person_id: UUID, grants: Iterable[Grant]) -> Select[Comparison]:
    return select(Comparison).where(seen_by(person_id, grants)).order_by(Comparison.at.desc(), Comparison.id.desc())


def comparison(key: UUID, person_id: UUID, grants: Iterable[Grant]) -> Comparison | None:
    return session().scalar(select(Comparison).where(Comparison.id == key, seen_by(person_id, grants)))


def conflicts(comparison_id: UUID, grants: Iterable[Grant], *, is_open: bool, equal: str = "") -> Select[Conflict]:
    """Of people inside the area of the reader."""
    decided = Conflict.verdict.is_(None) if is_open else Conflict.verdict.is_not(None)
    wanted = select(Conflict).join(Case, Case.id == Conflict.case_id).where(Conflict.comparison_id == comparison_id, area(grants), decided)
    if equal:
        wanted = wanted.where(Conflict.equal == equal)
    return wanted.order_by(Conflict.kind, Conflict.id)


def open_conflicts(keys: Iterable[UUID], comparison_id: UUID, grants: Iterable[Grant]) -> Sequence[Conflict]:
    """Locked, for a decision; one that was decided meanwhile is left out."""
    wanted = conflicts(comparison_id, grants, is_open=True).where(Conflict.id.in_(list(keys)))
    return session().scalars(wanted.with_for_update(of=Conflict)).all()


def alike(comparison_id: UUID, grants: Iterable[Grant]) -> list[Alike]:
    """Open ones in groups, the largest first."""
    inside = conflicts(comparison_id, grants, is_open=True).order_by(None).subquery()
    place = func.row_number().over(partition_by=(inside.c.equal, inside.c.kind), order_by=inside.c.id)
    size = func.count().over(partition_by=(inside.c.equal, inside.c.kind))
    placed = select(inside.c.equal, inside.c.kind, size.label("size"), inside.c.id, place.label("place")).subquery()
    first = select(placed.c.equal, placed.c.kind, placed.c.size, placed.c.id).where(placed.c.place == 1)
    rows = session().execute(first.order_by(placed.c.size.desc(), placed.c.kind, placed.c.equal)).all()
    return [Alike(str(equal), kind, int(count), sample) for equal, kind, count, sample in rows]


def conflicts_by_id(keys: Iterable[UUID]) -> dict[UUID, Conflict]:
    return {row.id: row for row in session().scalars(select(Conflict).where(Conflict.id.in_(list(keys))))}


def is_known(case_id: UUID, said: str) -> bool:
    return session().scalar(select(Conflict.id).where(Conflict.case_id == case_id, Conflict.said == said)) is not None


def to_forget(on: date) -> Sequence[UUID]:
    wanted = select(Comparison.id).where(Comparison.keep_through < on, Comparison.forgotten_on.is_(None))
    return session().scalars(wanted.order_by(Comparison.keep_through).limit(FORGOTTEN_AT_ONCE)).all()


def wipe(comparison_id: UUID) -> None:
    """What was decided loses what it said; what nobody decided in time goes."""
    session().execute(delete(Conflict).where(Conflict.comparison_id == comparison_id, Conflict.verdict.is_(None)))
    session().execute(
        update(Conflict)
        .where(Conflict.comparison_id == comparison_id)
        .values(unit_sealed=None, uscc_sealed=None, from_on=None, until_on=None, reason_sealed=None, detail="")
    )
