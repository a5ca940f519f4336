"""Lists of whoever sent them, whom a list brought, and who waits to be assigned: each inside the area of the grants it is asked with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from webapp.access import Grant, Level, Role
from webapp.accounts.models import Person
from webapp.casework.models import Case, Client, Graduation, Origin, Stage
from webapp.casework.queries import area, caseworkers_within
from webapp.casework.rosters.models import RosterFile
from webapp.db import session
from webapp.reference import queries as reference


def files_of(person_id: UUID) -> Select[RosterFile]:
    """The latest first."""
    return select(RosterFile).where(RosterFile.by_id == person_id).order_by(RosterFile.at.desc(), RosterFile.id.desc())


def file_of(key: UUID, person_id: UUID, *, for_change: bool = False) -> RosterFile | None:
    """One that this person sent; locked inside a transaction that changes it."""
    wanted = select(RosterFile).where(RosterFile.id == key, RosterFile.by_id == person_id)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def people_of(roster_id: UUID, grants: Iterable[Grant]) -> Select[Case]:
    """Cases of the area that this list was the first to name in this way."""
    named = select(Origin.case_id).where(Origin.batch_id == roster_id)
    return select(Case).where(Case.id.in_(named), area(grants)).order_by(Case.seq)


def count(wanted: Select[Case]) -> int:
    return session().scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0


def clients_of(cases: Sequence[Case]) -> Mapping[UUID, Client]:
    keys = [case.client_id for case in cases]
    return {client.id: client for client in session().scalars(select(Client).where(Client.id.in_(keys)))}


def latest_graduations(cases: Sequence[Case]) -> Mapping[UUID, Graduation]:
    """By client: the one of the latest year."""
    keys = [case.client_id for case in cases]
    rows = session().scalars(select(Graduation).where(Graduation.client_id.in_(keys)).order_by(Graduation.year, Graduation.id))
    return {row.client_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Worker:
    """A caseworker and what they hold now, in all and by street."""

    person: Person
    load: int
    by_street: Mapping[str, int]


def waiting(county: str, programme: str, grants: Iterable[Grant]) -> Select[Case]:
    """Open cases of one county of the area that nobody holds, street by street and in the order they were entered."""
    return (
        select(Case)
        .where(Case.region == county, Case.programme == programme, Case.stage == Stage.OPEN, Case.caseworker_id.is_(None), area(grants))
        .order_by(Case.street, Case.seq)
    )


def waiting_by_street(county: str, programme: str, grants: Iterable[Grant]) -> dict[str, int]:
    """Street -> how many wait there; the empty one: no street is known."""
    wanted = waiting(county, programme, grants).order_by(None).with_only_columns(Case.street, func.count()).group_by(Case.street)
    return {street: int(number) for street, number in session().execute(wanted.order_by(Case.street))}


def counties_waiting(programme: str, grants: Iterable[Grant]) -> dict[str, int]:
    """County of the area -> how many wait there."""
    wanted = select(Case.region, func.count()).where(
        Case.programme == programme, Case.stage == Stage.OPEN, Case.caseworker_id.is_(None), area(grants)
    )
    return {region: int(number) for region, number in session().execute(wanted.group_by(Case.region).order_by(Case.region))}


def workers_of(county: str) -> list[Worker]:
    """Who works as a caseworker of this county, and what they hold of it, in the order they were registered."""
    people = caseworkers_within([Grant(Role.CASEWORKER, Level.COUNTY, county)])
    held = select(Case.caseworker_id, Case.street, func.count()).where(
        Case.caseworker_id.in_([person.id for person in people]), Case.region == county, Case.stage == Stage.OPEN
    )
    streets: dict[UUID | None, dict[str, int]] = {person.id: {} for person in people}
    for person_id, street, number in session().execute(held.group_by(Case.caseworker_id, Case.street)):
        streets.setdefault(person_id, {})[street] = int(number)
    return [Worker(person, sum(streets[person.id].values()), streets[person.id]) for person in people]


def behind(county: str, programme: str, grants: Iterable[Grant], *, street: str, worker: str) -> Select[Case]:
    """Who waits in this street of the county (empty: where no street is known), or whom this caseworker holds there."""
    if worker:
        return held_by(county, worker, grants)
    return waiting(county, programme, grants).where(Case.street == street)


def held_by(county: str, worker: str, grants: Iterable[Grant]) -> Select[Case]:
    try:
        key: UUID | None = UUID(worker)
    except ValueError:
        key = None
    return select(Case).where(Case.caseworker_id == key, Case.region == county, Case.stage == Stage.OPEN, area(grants)).order_by(Case.seq)


def names_of(cases: Sequence[Case]) -> Mapping[UUID, str]:
    """By caseworker."""
    keys = {case.caseworker_id for case in cases if case.caseworker_id is not None}
    return {person.id: person.name or "" for person in session().scalars(select(Person).where(Person.id.in_(keys)))}


def street_names(cases: Sequence[Case]) -> Mapping[str, str]:
    return street_names_of({case.street for case in cases})


def street_names_of(codes: Iterable[str]) -> Mapping[str, str]:
    """Nine digits -> the name of the street or town; one that no table holds is shown as its digits."""
    wanted = {code for code in codes if code}
    named = {
        place.street: place.name for places in reference.place_names().values() for place in places if place.street in wanted and not place.short
    }
    return {code: named.get(code, code) for code in wanted}
