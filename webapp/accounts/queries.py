"""Questions about people and their sessions. Nothing here is scoped by region but what is asked of staff: the views ask for one person at a time."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from webapp import ledger, sealing
from webapp.access import PERMISSIONS, STAFF, Grant, Permission, Visitor, region_prefix
from webapp.accounts.models import CodePurpose, EmailConfirmation, LoginCode, Person, RoleGrant, Session
from webapp.db import now, session, today
from webapp.reach import reached
from webapp.reference import queries as reference

RELAY = "relay"
"""The name under which the relay writes its heartbeat."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    visitor: Visitor
    seen_at: datetime


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def phone_index(phone: str) -> bytes:
    return sealing.blind("phone", phone)


def email_index(email: str) -> bytes:
    return sealing.blind("email", email)


def signed_in(token: str) -> SignedIn | None:
    """Who holds this session, with the roles they hold now: one query, run on every request. None once it ended in any way."""
    at = now()
    asked = (
        select(Session, Person, RoleGrant)
        .join(Person, Person.id == Session.person_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)))
        .where(Session.token_hash == token_hash(token), Session.ended_at.is_(None), Session.expires_at > at, Person.disabled_at.is_(None))
        .order_by(RoleGrant.id)
    )
    rows = session().execute(asked).all()
    if not rows or rows[0][0].seen_at <= at - timedelta(minutes=rows[0][0].idle_minutes):
        return None
    held, person = rows[0][0], rows[0][1]
    grants = tuple(_grant(row[2]) for row in rows if row[2] is not None)
    return SignedIn(Visitor(person.id, shown_name(person), grants, held.id), held.seen_at)


def visitor_of(token: str) -> Visitor | None:
    found = signed_in(token)
    return None if found is None else found.visitor


def _grant(row: RoleGrant) -> Grant:
    return Grant(row.role, row.level, row.region, row.employer_id)


def shown_name(person: Person) -> str:
    """What a person is called on their own screens."""
    return person.name or (sealing.mask_phone(person.phone) if person.phone else "未填写姓名")


def person_by_phone(phone: str) -> Person | None:
    return session().scalar(select(Person).where(Person.phone_index == phone_index(phone)))


def person_by_email(email: str) -> Person | None:
    return session().scalar(select(Person).where(Person.email_index == email_index(email)))


def person_by_id_number(id_number: str) -> Person | None:
    return session().scalar(select(Person).where(Person.id_number_index == sealing.blind("id_number", id_number)))


def grants_of(person_id: UUID) -> tuple[Grant, ...]:
    return tuple(_grant(row) for row in grant_rows(person_id))


def grant_rows(person_id: UUID) -> Sequence[RoleGrant]:
    return session().scalars(select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None)).order_by(RoleGrant.id)).all()


def is_staff(person_id: UUID) -> bool:
    return any(grant.role in STAFF for grant in grants_of(person_id))


def is_newcomer(person: Person) -> bool:
    """Whether this account was the person's own before it got its first staff role, and they have not signed in since: until then an
    administrator who typed a phone learns nothing more about whose it is."""
    held = grant_rows(person.id)
    staff_since = min((grant.granted_at for grant in held if grant.role in STAFF), default=None)
    if staff_since is None or all(grant.role in STAFF for grant in held):
        return False
    return session().scalar(select(Session.id).where(Session.person_id == person.id, Session.created_at >= staff_since).limit(1)) is None


def password_minimum(person_id: UUID | None) -> int:
    """The fewest characters of a password: more for staff."""
    return reference.whole("staff_password_min_length" if person_id and is_staff(person_id) else "password_min_length", on=today())


def code_service_alive() -> bool:
    """Whether a one-time code asked for now would be sent: the relay has written its heartbeat lately."""
    age = ledger.age_of(RELAY)
    return age is not None and age <= timedelta(seconds=reference.whole("relay_stale_seconds", on=today()))


def open_code(code_id: UUID) -> LoginCode | None:
    """A code that could still be right: neither used nor expired."""
    return session().scalar(select(LoginCode).where(LoginCode.id == code_id, LoginCode.used_at.is_(None), LoginCode.expires_at > now()))


def waiting_code(phone: str, purposes: frozenset[CodePurpose], *, origin: bytes) -> LoginCode | None:
    """The newest code of this phone that could still be right. Only where it was asked for from the same origin: whoever merely knows the
    phone is not led to a page where they could use up its tries."""
    asked = (
        select(LoginCode)
        .where(LoginCode.phone_index == phone_index(phone), LoginCode.origin_index == origin, LoginCode.purpose.in_(purposes))
        .where(LoginCode.used_at.is_(None), LoginCode.expires_at > now(), LoginCode.tries < reference.whole("code_tries", on=today()))
    )
    return session().scalar(asked.order_by(LoginCode.created_at.desc()).limit(1))


def confirmation_of(token: str) -> tuple[EmailConfirmation, Person] | None:
    """The link with this token, used or not, where the person still gives that address and it has not run out."""
    asked = (
        select(EmailConfirmation, Person)
        .join(Person, Person.id == EmailConfirmation.person_id)
        .where(EmailConfirmation.token_hash == token_hash(token), EmailConfirmation.email_index == Person.email_index)
        .where(EmailConfirmation.expires_at > now(), Person.disabled_at.is_(None))
    )
    row = session().execute(asked).first()
    return None if row is None else (row[0], row[1])


def sessions_of(person_id: UUID) -> Sequence[Session]:
    """The devices signed in now, the one used last first."""
    at = now()
    held = session().scalars(
        select(Session)
        .where(Session.person_id == person_id, Session.ended_at.is_(None), Session.expires_at > at)
        .order_by(Session.seen_at.desc(), Session.id)
    )
    return [row for row in held if row.seen_at > at - timedelta(minutes=row.idle_minutes)]


def session_of(person_id: UUID, session_id: UUID) -> Session | None:
    return session().scalar(select(Session).where(Session.id == session_id, Session.person_id == person_id))


def staff_within(grants: Sequence[Grant]) -> Select[Person]:
    """Everybody, disabled or not, who holds a staff role inside the reach of these grants; nobody where there is no reach."""
    inside = select(RoleGrant.person_id).where(RoleGrant.role.in_(STAFF), RoleGrant.revoked_at.is_(None), reached(RoleGrant.region, grants))
    return select(Person).where(Person.id.in_(inside)).order_by(Person.created_at.desc(), Person.id)


def staff_member_within(person_id: UUID, grants: Sequence[Grant]) -> Person | None:
    return session().scalar(staff_within(grants).where(Person.id == person_id))


# colleagues


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff with the reaches of one permission."""

    id: UUID
    name: str
    grants: tuple[Grant, ...]

    def covers(self, region: str) -> bool:
        return any(grant.covers(region) for grant in self.grants)


def gives(permission: Permission) -> ColumnElement[bool]:
    """The role grants that give this permission over a place today."""
    roles = [role for role, held in PERMISSIONS.items() if permission in held]
    return and_(RoleGrant.role.in_(roles), RoleGrant.revoked_at.is_(None), RoleGrant.region.is_not(None))


def colleagues(permission: Permission, region: str) -> list[Colleague]:
    """Everybody who holds the permission over the whole of `region` or a part of it, in the order of their keys."""
    prefix = region_prefix(region)
    asked = (
        select(Person, RoleGrant)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(gives(permission), Person.disabled_at.is_(None))
        .order_by(Person.id)
    )
    found: dict[UUID, Colleague] = {}
    for person, row in session().execute(asked):
        grant = _grant(row)
        if grant.covers(region) or str(row.region).startswith(prefix):
            known = found.get(person.id) or Colleague(person.id, person.name or "未填姓名", ())
            found[person.id] = Colleague(known.id, known.name, (*known.grants, grant))
    return list(found.values())


def narrowest(people: Iterable[Colleague], region: str) -> list[Colleague]:
    """Those of them whose reach covers `region` and is the narrowest that any has: the county's own people before the city's."""
    covering = [one for one in people if one.covers(region)]
    narrow = {one.id: max(len(grant.region_prefix) for grant in one.grants if grant.covers(region)) for one in covering}
    return [one for one in covering if narrow[one.id] == max(narrow.values())]
