"""Questions about publications at fixed times, their runs, and what became of each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from webapp.access import Grant
from webapp.db import now, session
from webapp.outlets.models import TROUBLED, Dispatch, DispatchState, Outlet, OutletState, Publication, PublicationOutlet, PublicationState, Run
from webapp.outlets.queries import reach
from webapp.postings.criteria import place_range


def due_publications(at: datetime) -> list[UUID]:
    wanted = select(Publication.id).where(Publication.state == PublicationState.ACTIVE, Publication.next_at <= at)
    return list(session().scalars(wanted.order_by(Publication.next_at)))


def is_publication_due() -> bool:
    return bool(due_publications(now()))


def last_run(outlet_id: UUID) -> Run | None:
    return session().scalar(select(Run).where(Run.outlet_id == outlet_id, Run.note == "").order_by(Run.began_at.desc(), Run.id.desc()).limit(1))


def publications_within(grants: Iterable[Grant]) -> Sequence[Publication]:
    return session().scalars(select(Publication).where(_plan_reach(grants)).order_by(Publication.created_at, Publication.id)).all()


def publication_within(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Publication | None:
    wanted = select(Publication).where(Publication.id == key, _plan_reach(grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def _plan_reach(grants: Iterable[Grant]) -> ColumnElement[bool]:
    areas = [Publication.region.between(*place_range(grant.region)) for grant in grants if grant.region]
    return or_(*areas) if areas else false()


def outlets_of(publication_id: UUID) -> Sequence[Outlet]:
    """In the order in which they are locked."""
    wanted = select(Outlet).join(PublicationOutlet, PublicationOutlet.outlet_id == Outlet.id)
    return session().scalars(wanted.where(PublicationOutlet.publication_id == publication_id).order_by(Outlet.id)).all()


def plannable(grants: Iterable[Grant]) -> Sequence[Outlet]:
    return session().scalars(select(Outlet).where(reach(grants), Outlet.state == OutletState.ACTIVE).order_by(Outlet.name)).all()


def latest_run_of(publication_id: UUID) -> Run | None:
    wanted = select(Run).where(Run.publication_id == publication_id).order_by(Run.planned_at.desc(), Run.id.desc())
    return session().scalar(wanted.limit(1))


def runs_of(publication: Publication) -> Select[Run]:
    """The latest first."""
    return select(Run).where(Run.publication_id == publication.id).order_by(Run.planned_at.desc(), Run.id.desc())


def run_within(key: UUID, grants: Iterable[Grant]) -> Run | None:
    return session().scalar(select(Run).join(Publication, Publication.id == Run.publication_id).where(Run.id == key, _plan_reach(grants)))


class Outcome(NamedTuple):
    """What became of a run: postings that left, that were answered, that wait for a person, and when the last one left."""

    sent: int = 0
    receipted: int = 0
    troubled: int = 0
    last_sent_at: datetime | None = None


_COUNTED: Mapping[str, ColumnElement[bool]] = {
    "sent": Dispatch.sent_at.is_not(None),
    "receipted": Dispatch.state == DispatchState.RECEIPTED,
    "troubled": and_(Dispatch.state.in_(TROUBLED), Dispatch.is_latest),
}


def outcomes(runs: Iterable[Run]) -> dict[UUID, Outcome]:
    keys = [run.id for run in runs]
    posting = Dispatch.posting_id.distinct()
    counted = (
        select(
            Dispatch.run_id,
            func.count(posting).filter(_COUNTED["sent"]),
            func.count(posting).filter(_COUNTED["receipted"]),
            func.count(posting).filter(_COUNTED["troubled"]),
            func.max(Dispatch.sent_at),
        )
        .where(Dispatch.run_id.in_(keys))
        .group_by(Dispatch.run_id)
    )
    return {key: Outcome(sent, receipted, troubled, last) for key, sent, receipted, troubled, last in session().execute(counted) if key}


def dispatches_of(run: Run, part: str = "") -> Select[Dispatch]:
    """One for each posting, in the order of the publication: of a word that was replaced before it left, the one that took its place.

    `part` names a figure of the run's `Outcome`: then exactly the rows that it counts.
    """
    later = aliased(Dispatch)
    replaced = exists().where(later.run_id == run.id, later.posting_id == Dispatch.posting_id, later.number > Dispatch.number)
    wanted = select(Dispatch).where(Dispatch.run_id == run.id, ~replaced).order_by(Dispatch.number)
    return wanted.where(_COUNTED[part]) if part in _COUNTED else wanted
