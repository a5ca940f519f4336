"""Questions about catalogues: what everybody may see, what staff may, and the rows behind a rank as far as they lie in the own area."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from webapp.access import Grant
from webapp.db import session
from webapp.demand.catalogue_models import Catalogue, CatalogueInput, CatalogueState, InputKind, OccupationLevel
from webapp.demand.formula import MINOR_LENGTH, seekers_of
from webapp.demand.models import Need
from webapp.postings.models import Posting
from webapp.reach import reached


def published() -> Select[Catalogue]:
    """What everybody may see, the latest period first."""
    wanted = select(Catalogue).where(Catalogue.state == CatalogueState.PUBLISHED)
    return wanted.order_by(Catalogue.as_of.desc(), Catalogue.period.desc(), Catalogue.region, Catalogue.id)


def published_one(key: UUID) -> Catalogue | None:
    return session().scalar(select(Catalogue).where(Catalogue.id == key, Catalogue.state == CatalogueState.PUBLISHED))


def newest(region: str = "", period: str = "") -> Catalogue | None:
    wanted = published()
    if region:
        wanted = wanted.where(Catalogue.region == region)
    if period:
        wanted = wanted.where(Catalogue.period == period)
    return session().scalars(wanted.limit(1)).first()


def _seen(grants: Sequence[Grant]) -> ColumnElement[bool]:
    """Every version of a place in the reach of the grants; of the place around them what was published."""
    around = {code for grant in grants if grant.region for code in (f"{grant.region[:4]}00", f"{grant.region[:2]}0000")}
    shown = Catalogue.state.in_([CatalogueState.PUBLISHED, CatalogueState.SUPERSEDED])
    return or_(false(), reached(Catalogue.region, grants), and_(Catalogue.region.in_(around), shown))


def of_staff(grants: Sequence[Grant]) -> Select[Catalogue]:
    """The latest asked for first."""
    return select(Catalogue).where(_seen(grants)).order_by(Catalogue.asked_at.desc(), Catalogue.id.desc())


def one_of_staff(key: UUID, grants: Sequence[Grant]) -> Catalogue | None:
    return session().scalar(of_staff(grants).where(Catalogue.id == key))


def to_publish(key: UUID, grants: Sequence[Grant]) -> Catalogue | None:
    """One whose whole place lies in the reach of these grants."""
    return session().scalar(select(Catalogue).where(Catalogue.id == key, reached(Catalogue.region, grants)))


def versions_of(catalogue: Catalogue) -> Sequence[Catalogue]:
    """Every version of its place and period that was ever published, the latest first."""
    wanted = select(Catalogue).where(Catalogue.region == catalogue.region, Catalogue.period == catalogue.period, Catalogue.published_at.is_not(None))
    return session().scalars(wanted.order_by(Catalogue.version.desc())).all()


@dataclass(frozen=True, slots=True)
class Group:
    """Sums of what a rank is made of, by kind."""

    kind: InputKind
    rows: int
    count: int


def groups_behind(catalogue: Catalogue, occupation: str) -> list[Group]:
    """All of them, wherever they lie: they are the figures of the row."""
    wanted = select(CatalogueInput.kind, func.count(), func.sum(CatalogueInput.count)).where(*_behind(catalogue, occupation))
    rows = session().execute(wanted.group_by(CatalogueInput.kind)).all()
    return sorted((Group(kind, int(number), int(count)) for kind, number, count in rows), key=lambda group: list(InputKind).index(group.kind))


def inputs_behind(catalogue: Catalogue, occupation: str, grants: Iterable[Grant]) -> Select[CatalogueInput]:
    """Needs and postings in the reach of the grants, the largest first; what lies elsewhere is in the sums only."""
    inside = reached(CatalogueInput.county, grants)
    wanted = select(CatalogueInput).where(*_behind(catalogue, occupation), inside, CatalogueInput.kind.in_([InputKind.NEED, InputKind.POSTING]))
    return wanted.order_by(CatalogueInput.count.desc(), CatalogueInput.id)


def _behind(catalogue: Catalogue, occupation: str) -> tuple[ColumnElement[bool], ...]:
    """An occupation by its code, a class by how its codes begin."""
    level = OccupationLevel.MINOR if len(occupation) == MINOR_LENGTH else OccupationLevel.UNIT
    counted = (InputKind.NEED, InputKind.POSTING, seekers_of(level, catalogue.formula))
    of_it = CatalogueInput.occupation.startswith(occupation, autoescape=True)
    return CatalogueInput.catalogue_id == catalogue.id, of_it, CatalogueInput.kind.in_(counted)


def postings_by_id(inputs: Iterable[CatalogueInput]) -> dict[UUID, Posting]:
    """As they are now; what was counted then stands in the input."""
    keys = [row.subject_id for row in inputs if row.kind is InputKind.POSTING]
    return {posting.id: posting for posting in session().scalars(select(Posting).where(Posting.id.in_(keys)))}


def needs_by_id(inputs: Iterable[CatalogueInput]) -> dict[UUID, Need]:
    keys = [row.subject_id for row in inputs if row.kind is InputKind.NEED]
    return {need.id: need for need in session().scalars(select(Need).where(Need.id.in_(keys)))}
