"""定时定点常态化发布: carrying out a publication, exactly once for each of its times.

The run, its dispatches and the next time are written in one transaction. What nobody was there to carry out is made up for by one run, which
says how many it stands for.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from webapp import events
from webapp.access import Actor
from webapp.db import new_key, session
from webapp.ledger import record
from webapp.outlets import offering, planning, queries
from webapp.outlets.models import Dispatch, DispatchKind, Outlet, Publication, PublicationState, Rhythm, Run, Way
from webapp.postings.models import Posting
from webapp.postings.queries import within

SUSPENDED = "渠道已暂停，没有发布"


def carry_out(publication_id: UUID, at: datetime) -> int:
    """What is due at `at`; answers how many postings were chosen. One that somebody else has just carried out, or stopped, is left alone."""
    publication = session().get_one(Publication, publication_id, with_for_update=True, populate_existing=True)
    if publication.state is not PublicationState.ACTIVE or publication.next_at > at:
        return 0
    timing = publication.timing
    planned_at = timing.last_due(at)
    missed = max(0, timing.count(publication.next_at, planned_at) - 1)
    publication.next_at = timing.next_due(at)
    chosen = 0
    for outlet in planning.outlets_of(publication.id):
        chosen += _publish(publication, queries.locked(outlet.id), planned_at, at, missed)
    record(events.PublicationMade(str(publication.id), planned_at.isoformat(timespec="minutes"), chosen), by=Actor.SYSTEM)
    return chosen


def _publish(publication: Publication, outlet: Outlet, planned_at: datetime, at: datetime, missed: int) -> int:
    rows = _choose(publication, outlet) if outlet.is_active else []
    run = Run(
        id=new_key(),
        publication_id=publication.id,
        outlet_id=outlet.id,
        planned_at=planned_at,
        began_at=at,
        missed=missed,
        planned=len(rows),
        note="" if outlet.is_active else SUSPENDED,
    )
    session().add(run)
    if outlet.way is Way.SHOW and outlet.rhythm is Rhythm.PLANNED and outlet.is_active:
        offering.tell(outlet, DispatchKind.REMOVE, _of_the_last(outlet, {row.id for row in rows}))
    offering.tell(outlet, DispatchKind.PUBLISH, rows, run.id)
    return len(rows)


def _choose(publication: Publication, outlet: Outlet) -> list[Posting]:
    """The newest that fit both, of the publication's own region; told in the order from old to new, so that the newest has the highest number."""
    wanted = select(Posting).where(queries.taken_by(outlet), within(publication.region), *publication.selection.conditions())
    newest = wanted.order_by(Posting.valid_from.desc(), Posting.seq.desc()).limit(publication.at_most)
    return list(reversed(session().scalars(newest).all()))


def _of_the_last(outlet: Outlet, chosen: set[UUID]) -> list[Posting]:
    """A page shows one publication at a time: what the last one held and this one does not goes."""
    shown = select(Posting).join(Dispatch, Dispatch.posting_id == Posting.id)
    rows = session().scalars(shown.where(Dispatch.outlet_id == outlet.id, Dispatch.is_latest, Dispatch.kind == DispatchKind.PUBLISH))
    return [row for row in rows if row.id not in chosen]
