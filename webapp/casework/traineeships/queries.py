"""Questions about traineeships: posts of an area, and people by the area of their case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from webapp.access import Grant
from webapp.casework.models import Case
from webapp.casework.queries import area, reached
from webapp.casework.traineeships.models import FINISHED, TraineeAllowance, TraineePost, Traineeship
from webapp.db import session
from webapp.employers.models import Employer, EmployerState
from webapp.labels import Labelled


class Which(Labelled):
    """The lists behind the figures."""

    GOING_ON = "going_on", "正在见习"
    FINISHED = "finished", "期满（含提前留用）"
    RETAINED = "retained", "期满后留用"
    BROKEN_OFF = "broken_off", "中途中止"
    ALL = "all", "全部见习"


_CONDITIONS: dict[Which, ColumnElement[bool]] = {
    Which.GOING_ON: Traineeship.ended_on.is_(None),
    Which.FINISHED: Traineeship.ending.in_(FINISHED),
    Which.RETAINED: and_(Traineeship.ending.in_(FINISHED), Traineeship.retained.is_(True)),
    Which.BROKEN_OFF: and_(Traineeship.ended_on.is_not(None), Traineeship.ending.not_in(FINISHED)),
    Which.ALL: Traineeship.id.is_not(None),
}


@dataclass(frozen=True, slots=True)
class Figures:
    counts: dict[Which, int]
    places: int
    """Of posts that are open."""

    @property
    def retention(self) -> str:
        """留用率; without anybody finished there is none."""
        finished = self.counts[Which.FINISHED]
        return f"{self.counts[Which.RETAINED] / finished:.1%}" if finished else "无"


def posts_within(grants: Iterable[Grant], *, closed: bool) -> Select[TraineePost]:
    state = TraineePost.closed_on.is_not(None) if closed else TraineePost.closed_on.is_(None)
    return select(TraineePost).where(reached(TraineePost.region, grants), state).order_by(TraineePost.from_on.desc(), TraineePost.id.desc())


def post_within(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> TraineePost | None:
    wanted = select(TraineePost).where(TraineePost.id == key, reached(TraineePost.region, grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def open_posts(grants: Iterable[Grant], on: date) -> Sequence[TraineePost]:
    """Those that may take somebody, of the area."""
    return session().scalars(posts_within(grants, closed=False).where(TraineePost.to_on >= on)).all()


def employers_within(grants: Iterable[Grant]) -> Sequence[Employer]:
    wanted = select(Employer).where(reached(Employer.region, grants), Employer.state == EmployerState.VERIFIED)
    return session().scalars(wanted.order_by(Employer.name).limit(500)).all()


def employers_by_id(keys: Iterable[UUID]) -> dict[UUID, Employer]:
    return {row.id: row for row in session().scalars(select(Employer).where(Employer.id.in_(list(keys))))}


def posts_by_id(keys: Iterable[UUID]) -> dict[UUID, TraineePost]:
    return {row.id: row for row in session().scalars(select(TraineePost).where(TraineePost.id.in_(list(keys))))}


def taken(post_id: UUID) -> int:
    """Places in use now."""
    return session().scalar(select(func.count()).where(Traineeship.post_id == post_id, Traineeship.ended_on.is_(None))) or 0


def taken_by_post(keys: Iterable[UUID]) -> dict[UUID, int]:
    counted = select(Traineeship.post_id, func.count()).where(Traineeship.post_id.in_(list(keys)), Traineeship.ended_on.is_(None))
    return {key: int(count) for key, count in session().execute(counted.group_by(Traineeship.post_id))}


def going_on(case_id: UUID) -> Traineeship | None:
    return session().scalar(select(Traineeship).where(Traineeship.case_id == case_id, Traineeship.ended_on.is_(None)))


def of_case(case_id: UUID) -> Sequence[Traineeship]:
    """The latest first."""
    return (
        session().scalars(select(Traineeship).where(Traineeship.case_id == case_id).order_by(Traineeship.from_on.desc(), Traineeship.id.desc())).all()
    )


def within(grants: Iterable[Grant], which: Which, *, post_id: UUID | None = None) -> Select[Traineeship]:
    """People of the area; a post of the area may train somebody of elsewhere, who is not listed here."""
    wanted = select(Traineeship).join(Case, Case.id == Traineeship.case_id).where(area(grants), _CONDITIONS[which])
    if post_id is not None:
        wanted = wanted.where(Traineeship.post_id == post_id)
    return wanted.order_by(Traineeship.from_on.desc(), Traineeship.id.desc())


def one_within(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Traineeship | None:
    wanted = select(Traineeship).join(Case, Case.id == Traineeship.case_id).where(Traineeship.id == key, area(grants))
    return session().scalar(wanted.with_for_update(of=Traineeship) if for_change else wanted)


def figures(grants: Sequence[Grant]) -> Figures:
    """The same conditions as the lists behind them."""
    counts = {which: _count(within(grants, which)) for which in Which}
    places = select(func.coalesce(func.sum(TraineePost.places), 0)).where(reached(TraineePost.region, grants), TraineePost.closed_on.is_(None))
    return Figures(counts, int(session().scalar(places) or 0))


def _count(wanted: Select[Traineeship]) -> int:
    return session().scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0


def allowance_of(traineeship_id: UUID, month: date) -> TraineeAllowance | None:
    holds = TraineeAllowance.superseded_at.is_(None)
    return session().scalar(select(TraineeAllowance).where(TraineeAllowance.traineeship_id == traineeship_id, TraineeAllowance.month == month, holds))


def ledger_of(traineeship_id: UUID) -> Sequence[TraineeAllowance]:
    """Every line, what was corrected too; by month, the one that holds first."""
    wanted = select(TraineeAllowance).where(TraineeAllowance.traineeship_id == traineeship_id)
    return session().scalars(wanted.order_by(TraineeAllowance.month, TraineeAllowance.id.desc())).all()
