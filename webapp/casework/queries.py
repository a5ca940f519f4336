"""Questions about cases. Every one says its scope: the area of a person's grants, or the cases a caseworker holds inside it.

An area is matched by the county code of the case, whatever filter, sort or export is asked for beside it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp import sealing
from webapp.access import Grant, Level, Role
from webapp.accounts.models import Person, RoleGrant
from webapp.casework.models import Assignment, Case, CaseStep, Client, Graduation, Origin, Tag
from webapp.db import session

Scope = ColumnElement[bool]
LEADING = frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY})
"""Levels that say who holds which case."""


def leading(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The grants of a county or wider: who holds one assigns, imports and hands over."""
    return tuple(grant for grant in grants if grant.level in LEADING)


def reached(column: InstrumentedAttribute[str], grants: Iterable[Grant]) -> ColumnElement[bool]:
    """The code in this column lies in the area of one of the grants; without a region that is nowhere."""
    return or_(false(), *(column.startswith(grant.region_prefix) for grant in grants if grant.region))


def area(grants: Iterable[Grant]) -> ColumnElement[bool]:
    return reached(Case.region, grants)


def kept(caseworker_id: UUID, grants: Sequence[Grant]) -> Scope:
    """What this person may write in: the own cases, and every one of the area where they lead it."""
    return or_(and_(Case.caseworker_id == caseworker_id, area(grants)), area(leading(grants)))


def case_within(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Case | None:
    """A case of the area of these grants; locked inside a transaction that changes it."""
    wanted = select(Case).where(Case.id == key, area(grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def kept_by(key: UUID, caseworker_id: UUID, grants: Sequence[Grant], *, for_change: bool = False) -> Case | None:
    wanted = select(Case).where(Case.id == key, kept(caseworker_id, grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def client_of(case: Case) -> Client:
    return session().get_one(Client, case.client_id)


def client_by_id_number(id_number: str) -> Client | None:
    """By a normalised ID number, over all areas: who imports learns only whether it is their own area's."""
    return session().scalar(select(Client).where(Client.id_number_index == id_number_index(id_number)))


def case_of(client_id: UUID, programme: str) -> Case | None:
    return session().scalar(select(Case).where(Case.client_id == client_id, Case.programme == programme))


def id_number_index(id_number: str) -> bytes:
    """The same index as an account's, so that an account which proved its number is found."""
    return sealing.blind("id_number", id_number)


def name_index(name: str) -> bytes:
    return sealing.blind("client_name", name)


def phone_index(phone: str) -> bytes:
    return sealing.blind("phone", phone)


def steps_of(case: Case) -> Sequence[CaseStep]:
    """The latest first."""
    return session().scalars(select(CaseStep).where(CaseStep.case_id == case.id).order_by(CaseStep.id.desc())).all()


def origins_of(case: Case) -> Sequence[Origin]:
    return session().scalars(select(Origin).where(Origin.case_id == case.id).order_by(Origin.id)).all()


def graduations_of(client_id: UUID) -> Sequence[Graduation]:
    """The latest year first."""
    return session().scalars(select(Graduation).where(Graduation.client_id == client_id).order_by(Graduation.year.desc())).all()


def tags_of(case: Case, *, on: date) -> Sequence[Tag]:
    holds = or_(Tag.until.is_(None), Tag.until > on)
    return session().scalars(select(Tag).where(Tag.case_id == case.id, holds).order_by(Tag.id)).all()


def open_assignments(cases: Iterable[Case]) -> Sequence[Assignment]:
    keys = [case.id for case in cases]
    return session().scalars(select(Assignment).where(Assignment.case_id.in_(keys), Assignment.until.is_(None))).all()


def open_assignment(case_id: UUID) -> Assignment | None:
    return session().scalar(select(Assignment).where(Assignment.case_id == case_id, Assignment.until.is_(None)))


def assignments_of(case: Case) -> Sequence[Assignment]:
    """The latest first."""
    return session().scalars(select(Assignment).where(Assignment.case_id == case.id).order_by(Assignment.id.desc())).all()


def is_active_caseworker(person: Person, region: str) -> bool:
    """Holds the role for this region today, and is not disabled."""
    held = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == Role.CASEWORKER, RoleGrant.revoked_at.is_(None))
    grants = [Grant(row.role, row.level, row.region) for row in session().scalars(held)]
    return person.disabled_at is None and any(grant.covers(region) for grant in grants)


def caseworkers_within(grants: Iterable[Grant]) -> Sequence[Person]:
    """Active caseworkers whose own region lies in the area of these grants, in the order they were registered."""
    reach = or_(false(), *(RoleGrant.region.startswith(grant.region_prefix) for grant in grants if grant.region))
    held = select(RoleGrant.person_id).where(RoleGrant.role == Role.CASEWORKER, RoleGrant.revoked_at.is_(None), reach)
    wanted = select(Person).where(Person.id.in_(held), Person.disabled_at.is_(None))
    return session().scalars(wanted.order_by(Person.created_at, Person.id)).all()
