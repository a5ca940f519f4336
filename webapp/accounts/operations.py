"""What is done to people: registering, granting, disabling; their codes and their sessions."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import update

from webapp import sealing
from webapp.access import ADMINISTRATORS, STAFF, Actor, Level, Role
from webapp.accounts import limits, mailbox, privacy, queries
from webapp.accounts.identity import age_on, born_on
from webapp.accounts.models import CodePurpose, Consent, EmailConfirmation, LoginCode, Person, RoleGrant, Session
from webapp.db import new_key, now, session, today
from webapp.events import (
    AccountLocked,
    CodeRequested,
    OtherSessionsEnded,
    PasswordChanged,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
    SignedIn,
    SignedOut,
    StaffInvited,
)
from webapp.ledger import record
from webapp.reference import queries as reference


class AlreadyRegistered(Exception):
    """Another person holds this phone, e-mail or ID number."""


class TooYoung(Exception):
    """Nobody under the working age is served as a seeker (禁止使用童工规定 §2, 山东省人力资源市场条例 §28)."""


class ExcludedRole(Exception):
    """The three administrators exclude one another (GB/T 22239-2019 8.1.4)."""


class ByCommandOnly(Exception):
    """One administrator does not make another: who would watch them is not theirs to choose."""


class HasAccount(Exception):
    """The phone belongs to somebody registered already, and that was not confirmed."""


class NoRegion(Exception):
    """A staff role without a region would reach nothing."""


class OwnAccount(Exception):
    """Nobody manages their own rights, and an administrator cannot shut themselves out."""


class Disabled(Exception):
    """The account is disabled."""


# people


def register_person(
    *, phone: str, name: str | None = None, email: str | None = None, password_hash: str | None = None, role: Role, by: Actor
) -> Person:
    """A new person who may sign in with this phone. `phone` and `email` are normalised; an e-mail given here counts as confirmed, because an
    operator vouches for it (people who register themselves give it by `change_profile`). Raises AlreadyRegistered."""
    limits.take_turns(queries.phone_index(phone))
    if queries.person_by_phone(phone) is not None:
        raise AlreadyRegistered
    person = Person(id=new_key(), created_at=now())
    person.phone, person.phone_index = phone, queries.phone_index(phone)
    person.name = name
    session().add(person)
    if email is not None:
        _set_email(person, email)
        person.email_confirmed_at = now()
    if password_hash is not None:
        person.password_hash, person.password_changed_at = password_hash, now()
    session().flush()
    record(PersonRegistered(str(person.id), role.value), by=by)
    if role not in STAFF:
        grant_role(person, role, by=by)
    return person


def register_seeker(code: LoginCode, *, by: Actor) -> Person:
    """Who proved this phone with a registration code, as a seeker; the person already registered with it, if there is one.

    The form that asked for the code had the consent, so it is recorded here with the version of the notice.
    """
    phone = code.phone
    assert phone is not None, "a code keeps its phone until it is used"
    person = queries.person_by_phone(phone) or register_person(phone=phone, role=Role.SEEKER, by=by)
    session().add(
        Consent(id=new_key(), person_id=person.id, purpose=privacy.PURPOSE, version=privacy.VERSION, text_hash=privacy.text_hash(), given_at=now())
    )
    if not queries.grants_of(person.id):
        grant_role(person, Role.SEEKER, by=by)
    return person


def change_profile(person: Person, *, name: str | None, email: str | None, by: Actor) -> EmailConfirmation | None:
    """Answers the link that a new e-mail is to be confirmed by. Raises AlreadyRegistered where the e-mail is another's, limits.TooMany."""
    person.name = name
    record(PersonChanged(str(person.id)), by=by)
    if email == person.email:
        return None
    _set_email(person, email)
    return mailbox.request_confirmation(person, by=by)


def _set_email(person: Person, email: str | None) -> None:
    person.email_confirmed_at = None
    if email is None:
        person.email = person.email_index = None
        return
    limits.take_turns(queries.email_index(email))
    other = queries.person_by_email(email)
    if other is not None and other.id != person.id:
        raise AlreadyRegistered
    person.email, person.email_index = email, queries.email_index(email)


def set_id_number(person: Person, id_number: str, *, by: Actor) -> None:
    """Raises TooYoung, and AlreadyRegistered where another person holds it. `id_number` is normalised."""
    if age_on(born_on(id_number), today()) < reference.whole("minimum_working_age", on=today()):
        raise TooYoung
    index = sealing.blind("id_number", id_number)
    limits.take_turns(index)
    other = queries.person_by_id_number(id_number)
    if other is not None and other.id != person.id:
        raise AlreadyRegistered
    person.id_number, person.id_number_index = id_number, index
    record(PersonChanged(str(person.id)), by=by)


def set_first_password(person: Person, password_hash: str, *, by: Actor) -> None:
    """For who has none yet: no session can have been begun with another."""
    person.password_hash, person.password_changed_at = password_hash, now()
    record(PasswordChanged(str(person.id)), by=by)


def change_password(person: Person, password_hash: str, *, by: Actor) -> None:
    """Ends every session of this person: the caller starts a new one for the device that asked."""
    person.password_hash, person.password_changed_at = password_hash, now()
    end_sessions(person.id, reason="password")
    record(PasswordChanged(str(person.id)), by=by)


# roles


def grant_role(
    person: Person, role: Role, *, region: str | None = None, level: Level | None = None, employer_id: UUID | None = None, by: Actor
) -> RoleGrant:
    """Holds at once; a new staff role ends the sessions begun under the longer limits of others. Raises ExcludedRole, NoRegion."""
    limits.take_turns(person.id.bytes[-8:])
    held = queries.grant_rows(person.id)
    if role in ADMINISTRATORS and any(grant.role in ADMINISTRATORS and grant.role is not role for grant in held):
        raise ExcludedRole
    if role in STAFF and region is None:
        raise NoRegion
    same = [grant for grant in held if (grant.role, grant.region, grant.employer_id) == (role, region, employer_id)]
    if same:
        return same[0]
    if role in STAFF and not any(grant.role in STAFF for grant in held):
        end_sessions(person.id, reason="role")
    grant = RoleGrant(
        id=new_key(), person_id=person.id, role=role, level=level or _level_of(region), region=region, employer_id=employer_id, granted_at=now()
    )
    session().add(grant)
    session().flush()
    record(RoleGranted(str(person.id), role.value, region or ""), by=by)
    return grant


def _level_of(region: str | None) -> Level | None:
    if region is None:
        return None
    if region.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if region.endswith("00") else Level.COUNTY


def revoke_role(grant: RoleGrant, *, by: Actor) -> None:
    """Holds with the next request: roles are read anew each time. Raises OwnAccount."""
    if by.person_id == grant.person_id and grant.role in STAFF:
        raise OwnAccount
    grant.revoked_at = now()
    record(RoleRevoked(str(grant.person_id), grant.role.value, grant.region or ""), by=by)


def invite_staff(
    *,
    phone: str,
    name: str | None,
    role: Role,
    region: str,
    level: Level | None = None,
    email: str | None = None,
    known_too: bool = True,
    by: Actor,
) -> Person:
    """A staff role for the person with this phone, who is registered if need be and signs in with a code. Keeps a name already there.

    `known_too=False` refuses a phone that has an account, so that it is asked first. Whoever listens to StaffInvited tells the person.
    Raises ByCommandOnly, ExcludedRole, HasAccount, OwnAccount, AlreadyRegistered (the e-mail is another's).
    """
    if role in ADMINISTRATORS and by.origin == "web":
        raise ByCommandOnly
    limits.take_turns(queries.phone_index(phone))
    person = queries.person_by_phone(phone)
    if person is not None and person.id == by.person_id:
        raise OwnAccount
    if person is not None and not known_too:
        raise HasAccount
    if person is None:
        person = register_person(phone=phone, name=name, email=email, role=role, by=by)
    elif person.name is None:
        person.name = name
    grant_role(person, role, region=region, level=level, by=by)
    record(StaffInvited(str(person.id), role.value, region), by=by)
    return person


def disable_person(person: Person, *, reason: str, by: Actor) -> None:
    """Ends every session; nothing is deleted. Raises OwnAccount."""
    if by.person_id == person.id:
        raise OwnAccount
    person.disabled_at, person.disabled_reason = now(), reason
    end_sessions(person.id, reason="disabled")
    record(PersonDisabled(str(person.id), "by_administrator"), by=by)


def enable_person(person: Person, *, by: Actor) -> None:
    person.disabled_at = person.disabled_reason = None
    record(PersonEnabled(str(person.id)), by=by)


# one-time codes


class CodeAnswer(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"
    """Used, expired, or tried too often: a new one is needed."""


def request_code(*, phone: str, purpose: CodePurpose, origin: bytes, by: Actor) -> LoginCode:
    """A six-digit code for this phone, sent by whoever listens to CodeRequested. Whether the phone is registered is not looked at, so the
    answer cannot tell. Raises limits.TooMany."""
    index = queries.phone_index(phone)
    limits.count_code(index, origin)
    code = LoginCode(id=new_key(), purpose=purpose, phone_index=index, origin_index=origin, tries=0, created_at=now())
    code.expires_at = code.created_at + timedelta(minutes=reference.whole("code_valid_minutes", on=today()))
    digits = f"{secrets.randbelow(10**6):06d}"
    code.phone, code.code, code.code_hash = phone, digits, _code_hash(code.id, digits)
    session().add(code)
    session().flush()
    record(CodeRequested(str(code.id)), by=by)
    return code


def _code_hash(code_id: UUID, digits: str) -> bytes:
    return sealing.blind("code", f"{code_id}:{digits}")


def check_code(code_id: UUID, digits: str, *, purposes: frozenset[CodePurpose], origin: bytes) -> tuple[CodeAnswer, LoginCode | None]:
    """Whether this is the code; a wrong one is counted (so the answer is returned, not raised: a refusal would roll the count back).

    A right one is still unused: `spend_code` uses it. Raises limits.TooMany where this origin guesses codes on end.
    """
    code = session().get(LoginCode, code_id, with_for_update=True)
    if code is None or code.purpose not in purposes or code.used_at is not None or code.expires_at <= now():
        return CodeAnswer.SPENT, None
    if code.tries >= reference.whole("code_tries", on=today()):
        return CodeAnswer.SPENT, None
    attempt = limits.open_attempt(sealing.blind("code_attempt", str(code.id)), origin)
    if not hmac.compare_digest(_code_hash(code.id, digits), code.code_hash):
        code.tries += 1
        return CodeAnswer.WRONG, code
    limits.clear(attempt)
    return CodeAnswer.RIGHT, code


def spend_code(code: LoginCode) -> None:
    """Once; what it held of the phone and itself goes with it."""
    code.used_at = now()
    code.phone = code.code = None


# signing in


@dataclass(frozen=True, slots=True)
class Opened:
    """A password attempt that was counted and may now be computed, with no transaction open."""

    attempt: limits.Attempt
    person_id: UUID | None
    password_hash: str | None


def open_password_attempt(account: str, person: Person | None, *, origin: bytes) -> Opened:
    """Counts the attempt at this name, whether there is such an account or not. Raises limits.TooMany while it is locked."""
    attempt = limits.open_attempt(sealing.blind("account", account), origin)
    return Opened(attempt, person.id if person else None, person.password_hash if person else None)


def note_wrong_password(opened: Opened, *, by: Actor) -> int:
    """Minutes until the name may be tried again, 0 when it is not locked; the lock of a person's account goes to the ledger."""
    until = limits.locked_until(opened.attempt.account)
    if until is None:
        return 0
    if opened.person_id is not None:
        record(AccountLocked(str(opened.person_id)), by=by)
    return limits.TooMany(until).minutes


def start_session(person: Person, *, device: str, method: str = "code", by: Actor) -> str:
    """The token of a new session; only its hash is kept. Limits by the parameters of today, stricter for staff. Raises Disabled."""
    if person.disabled_at is not None:
        raise Disabled
    token = secrets.token_urlsafe(32)
    idle = "staff_session_idle_minutes" if queries.is_staff(person.id) else "session_idle_minutes"
    at = now()
    session().add(
        Session(
            id=new_key(),
            token_hash=queries.token_hash(token),
            person_id=person.id,
            device=device[:80],
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=reference.whole("session_hours", on=today())),
            idle_minutes=reference.whole(idle, on=today()),
        )
    )
    record(SignedIn(str(person.id), method), by=by)
    return token


def end_session(held: Session, *, reason: str = "owner", by: Actor) -> None:
    """Every copy of its cookie is refused with the next request."""
    if held.ended_at is not None:
        return
    held.ended_at, held.ended_by = now(), reason
    record(SignedOut(str(held.person_id)), by=by)


def end_sessions(person_id: UUID, *, reason: str, keep: UUID | None = None) -> None:
    """Ends all, or all but one; the caller's event says why."""
    ending = update(Session).where(Session.person_id == person_id, Session.ended_at.is_(None))
    if keep is not None:
        ending = ending.where(Session.id != keep)
    session().execute(ending.values(ended_at=now(), ended_by=reason))


def end_other_sessions(person_id: UUID, *, keep: UUID, by: Actor) -> None:
    end_sessions(person_id, reason="owner", keep=keep)
    record(OtherSessionsEnded(str(person_id)), by=by)


def touch_session(session_id: UUID) -> None:
    """Says that it was used just now. Written after the response, at most once a minute."""
    session().execute(update(Session).where(Session.id == session_id, Session.ended_at.is_(None)).values(seen_at=now()))
