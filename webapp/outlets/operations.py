"""What staff decide about outlets, publications and what failed. The caller has read the row for change."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar

from sqlalchemy import delete, exists, select, update

from webapp import events, sealing
from webapp.access import Actor, region_prefix
from webapp.db import new_key, now, session
from webapp.ledger import record
from webapp.outlets import offering, queries
from webapp.outlets.models import (
    NEXT,
    Dispatch,
    DispatchKind,
    DispatchState,
    Format,
    Outlet,
    OutletKind,
    OutletState,
    Publication,
    PublicationOutlet,
    PublicationState,
    Rhythm,
    Way,
)
from webapp.outlets.selection import EVERYTHING, Selection
from webapp.outlets.sending import IllegalMove, move
from webapp.outlets.timing import Timing
from webapp.postings.models import Posting

_KEY_BYTES = 32


class Refusal(Exception):
    """What may not be done now; `says` tells the person why and what to do instead."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class SlugTaken(Refusal):
    says = "这个英文名已有渠道在用，请换一个"


class OutsideTheArea(Refusal):
    says = "岗位范围要在渠道所属的地区以内，请改选，或者选“不限”"


class WayIsFixed(Refusal):
    says = "这个渠道已经发布过岗位，不能改发布方式。请暂停它，另建一个渠道"


class HasNoKey(Refusal):
    says = "这种发布方式不用密钥"


class NoReason(Refusal):
    says = "请写明为什么放弃，以后查得到"


class AlreadySettled(Refusal):
    says = "这一条已经有了结果，不用再处理。请刷新看最新状态"


class NoOutlets(Refusal):
    says = "请至少选一个发布渠道"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletValues:
    """`secret`: None keeps the present one."""

    name: str
    kind: OutletKind
    region: str
    way: Way
    format: Format = Format.JSONL
    rhythm: Rhythm = Rhythm.CONTINUOUS
    selection: Selection = EVERYTHING
    address: str = ""
    secret: str | None = None


def add_outlet(slug: str, values: OutletValues, *, by: Actor) -> Outlet:
    """Raises SlugTaken, OutsideTheArea."""
    if session().scalar(select(exists().where(Outlet.slug == slug))):
        raise SlugTaken
    outlet = Outlet(id=new_key(), slug=slug, last_number=0, failures=0, pulled_number=0, state=OutletState.ACTIVE, created_at=now())
    outlet.way = values.way
    _write(outlet, values)
    session().add(outlet)
    record(events.OutletAdded(str(outlet.id)), by=by)
    return outlet


def change_outlet(outlet: Outlet, values: OutletValues, *, by: Actor) -> None:
    """The next comparison removes what it no longer takes. Raises WayIsFixed, OutsideTheArea."""
    if values.way is not outlet.way and outlet.last_number:
        raise WayIsFixed
    _write(outlet, values)
    outlet.checked_at = outlet.wait_until = None
    outlet.failures = 0
    record(events.OutletChanged(str(outlet.id)), by=by)


def _write(outlet: Outlet, values: OutletValues) -> None:
    if values.selection.region and not values.selection.region.startswith(region_prefix(values.region)):
        raise OutsideTheArea
    outlet.name, outlet.kind, outlet.region, outlet.way = values.name, values.kind, values.region, values.way
    outlet.format, outlet.rhythm, outlet.wanted = values.format, values.rhythm, values.selection.kept()
    outlet.address = values.address if values.way is Way.PUSH else ""
    if values.way is not Way.PUSH:
        outlet.secret = None
    elif values.secret is not None:
        outlet.secret = values.secret


def suspend(outlet: Outlet, *, by: Actor) -> None:
    """Nothing more is published there; what is taken back from other places is still removed there."""
    if outlet.state is OutletState.ACTIVE:
        outlet.state = OutletState.SUSPENDED
        record(events.OutletSuspended(str(outlet.id)), by=by)


def resume(outlet: Outlet, *, by: Actor) -> None:
    """The next comparison makes up for what was not told meanwhile."""
    if outlet.state is OutletState.SUSPENDED:
        _tell_again_what_was_kept_back(outlet)
        outlet.state, outlet.checked_at, outlet.wait_until, outlet.failures = OutletState.ACTIVE, None, None, 0
        record(events.OutletResumed(str(outlet.id)), by=by)


def _tell_again_what_was_kept_back(outlet: Outlet) -> None:
    """Who fetches was shown removals only, and its cursor went past the rest: no version has the number 0, so a new word follows."""
    kept_back = (Dispatch.outlet_id == outlet.id, Dispatch.is_latest, Dispatch.kind == DispatchKind.PUBLISH, Dispatch.state == DispatchState.DUE)
    if outlet.way is Way.PULL:
        untold = update(Dispatch).where(*kept_back, Dispatch.number > outlet.pulled_number).values(posting_version=0)
        session().execute(untold.execution_options(synchronize_session=False))


def new_pull_key(outlet: Outlet, *, by: Actor) -> str:
    """A key that is shown this once; the one before opens nothing from now on. Raises HasNoKey."""
    if outlet.way not in {Way.PULL, Way.PUSH}:
        raise HasNoKey
    key = secrets.token_urlsafe(_KEY_BYTES)
    outlet.key_index = index_of(key)
    record(events.OutletKeyMade(str(outlet.id)), by=by)
    return key


def index_of(key: str) -> bytes:
    return sealing.blind("outlet", key)


def note_pull(outlet: Outlet, number: int, at: datetime) -> None:
    """They came, and the cursor they showed says how far they are; a cursor of before says nothing new."""
    outlet.pulled_at = outlet.last_success_at = at
    outlet.pulled_number = max(outlet.pulled_number, min(number, outlet.last_number))


def retry(dispatch: Dispatch, *, by: Actor) -> None:
    """A new word with a new number, about the posting as it is now: published again, or removed. Raises AlreadySettled."""
    outlet = queries.locked(dispatch.outlet_id)
    session().refresh(dispatch)
    if DispatchState.GIVEN_UP not in NEXT[dispatch.state] or not dispatch.is_latest:
        raise AlreadySettled
    posting = session().get_one(Posting, dispatch.posting_id)
    belongs = session().scalar(select(exists().where(Posting.id == posting.id, queries.taken_by(outlet))))
    kind = DispatchKind.PUBLISH if belongs and dispatch.kind is DispatchKind.PUBLISH else DispatchKind.REMOVE
    offering.tell(outlet, kind, [posting])
    outlet.wait_until = None
    record(events.DispatchRetried(str(dispatch.id)), by=by)


def retry_all(dispatched: Iterable[Dispatch], *, by: Actor) -> int:
    """Those of them that still wait for a person; answers how many."""
    done = 0
    for dispatch in dispatched:
        try:
            retry(dispatch, by=by)
        except AlreadySettled:
            continue
        done += 1
    return done


def give_up(dispatch: Dispatch, reason: str, *, by: Actor) -> None:
    """Nothing more is tried; the reason stays beside it. Raises NoReason, AlreadySettled."""
    if not reason.strip():
        raise NoReason
    queries.locked(dispatch.outlet_id)
    session().refresh(dispatch)
    try:
        move(dispatch, DispatchState.GIVEN_UP)
    except IllegalMove as reason_:
        raise AlreadySettled from reason_
    dispatch.given_up_by, dispatch.given_up_reason, dispatch.settled_at = by.person_id, reason.strip(), now()
    record(events.DispatchGivenUp(str(dispatch.id)), by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationValues:
    title: str
    region: str
    timing: Timing
    at_most: int
    selection: Selection = EVERYTHING


def plan_publication(values: PublicationValues, outlets: Collection[Outlet], *, by: Actor) -> Publication:
    """Its first time is the next one from now on. Raises NoOutlets, OutsideTheArea."""
    publication = Publication(id=new_key(), state=PublicationState.ACTIVE, created_at=now())
    _write_plan(publication, values, outlets)
    session().add(publication)
    record(events.PublicationPlanned(str(publication.id)), by=by)
    return publication


def change_publication(publication: Publication, values: PublicationValues, outlets: Collection[Outlet], *, by: Actor) -> None:
    """Raises NoOutlets, OutsideTheArea."""
    session().execute(delete(PublicationOutlet).where(PublicationOutlet.publication_id == publication.id))
    _write_plan(publication, values, outlets)
    record(events.PublicationPlanned(str(publication.id)), by=by)


def _write_plan(publication: Publication, values: PublicationValues, outlets: Collection[Outlet]) -> None:
    if not outlets:
        raise NoOutlets
    if values.selection.region and not values.selection.region.startswith(region_prefix(values.region)):
        raise OutsideTheArea
    timing = values.timing
    publication.title, publication.region, publication.at_most = values.title, values.region, values.at_most
    publication.wanted = values.selection.kept()
    publication.at_minute, publication.weekdays, publication.every_hours = minutes(timing.at), list(timing.weekdays), timing.every_hours
    publication.next_at = timing.next_due(now())
    session().add_all(PublicationOutlet(publication_id=publication.id, outlet_id=outlet.id) for outlet in outlets)


def minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def stop_publication(publication: Publication, *, by: Actor) -> None:
    if publication.state is PublicationState.ACTIVE:
        publication.state = PublicationState.STOPPED
        record(events.PublicationStopped(str(publication.id)), by=by)


def resume_publication(publication: Publication, *, by: Actor) -> None:
    """What was due while it was stopped is not made up for: it was stopped."""
    if publication.state is PublicationState.STOPPED:
        publication.state, publication.next_at = PublicationState.ACTIVE, publication.timing.next_due(now())
        record(events.PublicationResumed(str(publication.id)), by=by)
