"""Questions about outlets and what was published where; each says whose rows it answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select

from webapp.access import Grant
from webapp.db import now, session
from webapp.outlets.models import (
    OFFERED,
    RETRIED,
    SLUG,
    TROUBLED,
    Dispatch,
    DispatchKind,
    DispatchState,
    Outlet,
    OutletState,
    Rhythm,
    Shipment,
    ShipmentState,
    Way,
)
from webapp.postings.criteria import place_range
from webapp.postings.models import Posting
from webapp.postings.queries import LONG, employer_keys, open_now, within
from webapp.postings.queries import reach as postings_within
from webapp.reference import queries as reference

# what is published where


def taken_by(outlet: Outlet) -> ColumnElement[bool]:
    """The postings that belong there now."""
    return and_(open_now(), within(outlet.region), *outlet.selection.conditions())


def _its_latest(outlet: Outlet) -> ColumnElement[bool]:
    return and_(Dispatch.outlet_id == outlet.id, Dispatch.posting_id == Posting.id, Dispatch.is_latest)


def untold(outlet: Outlet, keys: Collection[UUID] | None = None) -> Select[Posting]:
    """Postings that belong there as they are now, and were last told otherwise or never. An outlet that is published to by plan is told
    only what it was given before and has changed since; one that is suspended nothing."""
    wanted = select(Posting).outerjoin(Dispatch, _its_latest(outlet)).where(taken_by(outlet))
    stale = and_(Dispatch.kind == DispatchKind.PUBLISH, Dispatch.posting_version != Posting.version)
    if not outlet.is_active:
        return wanted.where(false())
    if outlet.rhythm is Rhythm.CONTINUOUS:
        stale = or_(Dispatch.id.is_(None), Dispatch.kind == DispatchKind.REMOVE, stale)
    wanted = wanted.where(stale)
    return wanted if keys is None else wanted.where(Posting.id.in_(keys))


def overdue(outlet: Outlet, keys: Collection[UUID] | None = None) -> Select[Posting]:
    """Postings that were published there and do not belong there any more."""
    gone = ~exists().where(Posting.id == Dispatch.posting_id, taken_by(outlet)).correlate(Dispatch)
    given = select(Dispatch.posting_id).where(Dispatch.outlet_id == outlet.id, Dispatch.is_latest, Dispatch.kind == DispatchKind.PUBLISH, gone)
    if keys is not None:
        given = given.where(Dispatch.posting_id.in_(keys))
    return select(Posting).where(Posting.id.in_(given))


def locked(outlet_id: UUID) -> Outlet:
    """The outlet, and with it the right to number its dispatches until commit."""
    return session().get_one(Outlet, outlet_id, with_for_update=True, populate_existing=True)


def every_outlet() -> Sequence[Outlet]:
    """In the order in which they are locked."""
    return session().scalars(select(Outlet).order_by(Outlet.id)).all()


# for the workers


def _sendable(at: datetime) -> ColumnElement[bool]:
    """To an outlet that is suspended nothing but removals."""
    is_meant = or_(Outlet.state == OutletState.ACTIVE, Dispatch.kind == DispatchKind.REMOVE)
    return and_(Dispatch.outlet_id == Outlet.id, Dispatch.is_latest, Dispatch.state.in_(RETRIED), Dispatch.available_at <= at, is_meant)


def cycle() -> timedelta:
    """How often an outlet's dispatches are compared with the postings."""
    return timedelta(minutes=reference.whole("outlet_cycle_minutes"))


def to_serve(at: datetime) -> list[UUID]:
    """Outlets whose cycle is over, or to which something is to be sent now."""
    stale = or_(Outlet.checked_at.is_(None), Outlet.checked_at <= at - cycle())
    waits = exists().where(_sendable(at)).correlate(Outlet)
    left = exists().where(Shipment.outlet_id == Outlet.id, Shipment.state == ShipmentState.UNDER_WAY, Shipment.lease_until < at).correlate(Outlet)
    free = or_(Outlet.wait_until.is_(None), Outlet.wait_until <= at)
    sends = and_(Outlet.way.in_([Way.PUSH, Way.DROP]), free, or_(waits, left))
    return list(session().scalars(select(Outlet.id).where(or_(stale, sends)).order_by(Outlet.id)))


def is_service_due() -> bool:
    return bool(to_serve(now()))


def open_shipment(outlet_id: UUID) -> Shipment | None:
    return session().scalar(select(Shipment).where(Shipment.outlet_id == outlet_id, Shipment.state == ShipmentState.UNDER_WAY).with_for_update())


def next_to_send(outlet: Outlet, at: datetime, limit: int) -> Sequence[Dispatch]:
    """Removals first, then in order; what was once under way together goes together again."""
    waiting = select(Dispatch).join(Outlet, Outlet.id == Dispatch.outlet_id).where(Outlet.id == outlet.id, _sendable(at))
    first = session().scalar(waiting.order_by(Dispatch.kind != DispatchKind.REMOVE, Dispatch.number).limit(1))
    if first is None:
        return ()
    alike = Dispatch.shipment_id.is_(None) if first.shipment_id is None else Dispatch.shipment_id == first.shipment_id
    chosen = waiting.where(alike).order_by(Dispatch.kind != DispatchKind.REMOVE, Dispatch.number).limit(limit)
    return session().scalars(chosen.execution_options(populate_existing=True)).all()


def of_shipment(shipment_id: UUID) -> Sequence[Dispatch]:
    return session().scalars(select(Dispatch).where(Dispatch.shipment_id == shipment_id).order_by(Dispatch.number).with_for_update()).all()


def postings_by_key(keys: Collection[UUID]) -> dict[UUID, Posting]:
    return {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(keys)))}


# for whoever comes to fetch


def outlet_named(slug: str) -> Outlet | None:
    """Whatever stands in an address; what can be no name is nobody's, and no database is asked (PostgreSQL refuses a NUL)."""
    return session().scalar(select(Outlet).where(Outlet.slug == slug)) if SLUG.fullmatch(slug) else None


class Offered(NamedTuple):
    dispatch: Dispatch
    posting: Posting


def offered(outlet: Outlet, *, after: int, limit: int, up_to: int | None = None, open_only: bool = False) -> list[Offered]:
    """Dispatches with a higher number than `after`, in order, each with its posting; of an outlet that is suspended only the removals."""
    wanted = (
        select(Dispatch, Posting)
        .join(Posting, Posting.id == Dispatch.posting_id)
        .where(Dispatch.outlet_id == outlet.id, Dispatch.is_latest, Dispatch.state.in_(OFFERED), Dispatch.number > after)
        .order_by(Dispatch.number)
        .limit(limit)
    )
    if up_to is not None:
        wanted = wanted.where(Dispatch.number <= up_to)
    if not outlet.is_active:
        wanted = wanted.where(Dispatch.kind == DispatchKind.REMOVE)
    if open_only:
        wanted = wanted.where(Dispatch.kind == DispatchKind.PUBLISH, taken_by(outlet))
    return [Offered(*row) for row in session().execute(wanted)]


def answered(outlet_id: UUID, posting_id: UUID, number: int | None) -> Dispatch | None:
    """The dispatch that somebody's word about a posting is about: of this number, else the latest."""
    wanted = select(Dispatch).where(Dispatch.outlet_id == outlet_id, Dispatch.posting_id == posting_id)
    wanted = wanted.where(Dispatch.is_latest if number is None else Dispatch.number == number)
    return session().scalar(wanted.with_for_update())


# the public page of an outlet


def shown_at(outlet: Outlet, limit: int) -> Sequence[Posting]:
    """What its page shows: the last published first, open now whatever was published."""
    wanted = select(Posting).join(Dispatch, _its_latest(outlet)).where(Dispatch.kind == DispatchKind.PUBLISH, taken_by(outlet))
    return session().scalars(wanted.where(Dispatch.state.in_(OFFERED)).order_by(Dispatch.number.desc()).limit(limit)).all()


# staff


def reach(grants: Iterable[Grant]) -> ColumnElement[bool]:
    """Outlets of the area of these grants; without a region none."""
    areas = [Outlet.region.between(*place_range(grant.region)) for grant in grants if grant.region]
    return or_(*areas) if areas else false()


def outlets_within(grants: Iterable[Grant]) -> Sequence[Outlet]:
    return session().scalars(select(Outlet).where(reach(grants)).order_by(Outlet.created_at, Outlet.id)).all()


def outlet_within(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Outlet | None:
    wanted = select(Outlet).where(Outlet.id == key, reach(grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


class Health(NamedTuple):
    """Dispatches of one outlet by what has to happen with them; the latest word about each posting counts."""

    published: int = 0
    waiting: int = 0
    retried: int = 0
    unanswered: int = 0
    troubled: int = 0


GROUPS: Mapping[str, tuple[str, frozenset[DispatchState]]] = {
    "troubled": ("需要处理", TROUBLED),
    "retried": ("正在重试", frozenset({DispatchState.FAILED, DispatchState.UNKNOWN})),
    "waiting": ("待送出", frozenset({DispatchState.DUE, DispatchState.SENDING})),
    "unanswered": ("等回执", frozenset({DispatchState.SENT})),
    "receipted": ("已回执", frozenset({DispatchState.RECEIPTED})),
    "given_up": ("已放弃", frozenset({DispatchState.GIVEN_UP})),
}
"""The tabs of the list of dispatches: name in the address, label, states."""


def health_of(outlets: Iterable[Outlet]) -> dict[UUID, Health]:
    keys = [outlet.id for outlet in outlets]
    counted = (
        select(Dispatch.outlet_id, Dispatch.state, Dispatch.kind, func.count())
        .where(Dispatch.outlet_id.in_(keys), Dispatch.is_latest)
        .group_by(Dispatch.outlet_id, Dispatch.state, Dispatch.kind)
    )
    found = dict.fromkeys(keys, Health())
    for key, state, kind, count in session().execute(counted):
        found[key] = _with(found[key], state, kind, count)
    return found


def _with(health: Health, state: DispatchState, kind: DispatchKind, count: int) -> Health:
    named = {name: getattr(health, name) + count for name, (_, states) in GROUPS.items() if name in Health._fields and state in states}
    if kind is DispatchKind.PUBLISH and state in OFFERED:
        named["published"] = health.published + count
    return health._replace(**named)


def dispatches(grants: Iterable[Grant], group: str, outlet_id: UUID | None = None) -> Select[Dispatch]:
    """The latest words about postings at the outlets of these grants, in one group, the newest first."""
    wanted = select(Dispatch).join(Outlet, Outlet.id == Dispatch.outlet_id).where(reach(grants), Dispatch.is_latest)
    if group == "published":
        wanted = wanted.where(Dispatch.kind == DispatchKind.PUBLISH, Dispatch.state.in_(OFFERED))
    else:
        wanted = wanted.where(Dispatch.state.in_(GROUPS[group][1]))
    if outlet_id is not None:
        wanted = wanted.where(Dispatch.outlet_id == outlet_id)
    return wanted.order_by(Dispatch.number.desc(), Dispatch.id.desc())


def group_counts(grants: Iterable[Grant], outlet_id: UUID | None = None) -> dict[str, int]:
    counted = select(Dispatch.state, func.count()).join(Outlet, Outlet.id == Dispatch.outlet_id).where(reach(grants), Dispatch.is_latest)
    if outlet_id is not None:
        counted = counted.where(Dispatch.outlet_id == outlet_id)
    by_state = dict(session().execute(counted.group_by(Dispatch.state)).all())
    return {name: sum(by_state.get(state, 0) for state in states) for name, (_, states) in GROUPS.items()}


def dispatch_within(key: UUID, grants: Iterable[Grant]) -> Dispatch | None:
    return session().scalar(select(Dispatch).join(Outlet, Outlet.id == Dispatch.outlet_id).where(Dispatch.id == key, reach(grants)))


def troubled_of(outlet: Outlet, limit: int) -> Sequence[Dispatch]:
    wanted = select(Dispatch).where(Dispatch.outlet_id == outlet.id, Dispatch.is_latest, Dispatch.state.in_(TROUBLED))
    return session().scalars(wanted.order_by(Dispatch.number).limit(limit)).all()


def unanswered_since(outlet: Outlet, hours: int) -> int:
    """Words that arrived there longer ago than this and were never answered."""
    wanted = select(func.count()).where(Dispatch.outlet_id == outlet.id, Dispatch.is_latest, Dispatch.state == DispatchState.SENT)
    return session().scalar(wanted.where(Dispatch.sent_at < now() - timedelta(hours=hours))) or 0


def shipments_of(outlet: Outlet, limit: int) -> Sequence[Shipment]:
    """The latest calls, or files."""
    return session().scalars(select(Shipment).where(Shipment.outlet_id == outlet.id).order_by(Shipment.id.desc()).limit(limit)).all()


def titles(dispatched: Iterable[Dispatch]) -> dict[UUID, Posting]:
    keys = {one.posting_id for one in dispatched}
    return {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(keys)).options(*LONG))}


def outlets_by_key(keys: Iterable[UUID]) -> dict[UUID, Outlet]:
    return {row.id: row for row in session().scalars(select(Outlet).where(Outlet.id.in_(set(keys))))}


# one posting


def posting_of_member(key: UUID, grants: Iterable[Grant]) -> Posting | None:
    return session().scalar(select(Posting).where(Posting.id == key, Posting.employer_id.in_(employer_keys(grants))))


def posting_in_area(key: UUID, grants: Iterable[Grant]) -> Posting | None:
    """Whatever was once published; a draft is its employer's alone."""
    once = exists().where(Dispatch.posting_id == Posting.id).correlate(Posting)
    return session().scalar(select(Posting).where(Posting.id == key, postings_within(grants), or_(Posting.opened_at.is_not(None), once)))


def words_about(posting: Posting) -> Sequence[Dispatch]:
    """Every word about it to every outlet, the latest first."""
    return session().scalars(select(Dispatch).where(Dispatch.posting_id == posting.id).order_by(Dispatch.created_at.desc(), Dispatch.id.desc())).all()
