"""People, by the operations the house itself uses. Every phone is different unless one is asked for."""

import itertools
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from webapp import ledger
from webapp.access import STAFF, Actor, Role
from webapp.accounts import operations, passwords, queries
from webapp.accounts.models import CodePurpose, LoginCode, Person
from webapp.db import in_transaction, now, session, transaction

_phones = (f"139{number:08d}" for number in itertools.count(1))
PASSWORD = "lantian baiyun 42"


def make_phone() -> str:
    return next(_phones)


def make_person(
    *,
    phone: str | None = None,
    name: str | None = "王小明",
    email: str | None = None,
    role: Role = Role.SEEKER,
    region: str | None = None,
    password: str | None = None,
) -> Person:
    """A registered person with one role; `password` is hashed for real, so ask for it only where signing in by password matters."""
    kept = passwords.hash_password(password) if password else None
    with _ensured():
        person = operations.register_person(phone=phone or make_phone(), name=name, email=email, password_hash=kept, role=role, by=Actor.SYSTEM)
        if role in STAFF:
            operations.grant_role(person, role, region=region or "370100", by=Actor.SYSTEM)
    return person


def make_staff(role: Role, region: str = "370100", *, name: str = "李审核", password: str | None = None) -> Person:
    return make_person(role=role, region=region, name=name, password=password)


def disable(person: Person) -> None:
    with _ensured():
        operations.disable_person(session().get_one(Person, person.id), reason="测试", by=Actor.SYSTEM)


def make_code(phone: str, purpose: CodePurpose = CodePurpose.SIGN_IN) -> tuple[LoginCode, str]:
    """A code as if it had been asked for long enough ago to be asked for again, and its six digits."""
    with _ensured():
        code = operations.request_code(phone=phone, purpose=purpose, origin=b"o" * 32, by=Actor.SYSTEM)
        code.created_at -= timedelta(minutes=2)
        digits = code.code
    assert digits is not None
    return code, digits


def relay_lives(ago: timedelta = timedelta()) -> None:
    """The relay's heartbeat: without it no code can be asked for."""
    with _ensured():
        session().merge(ledger.Heartbeat(name=queries.RELAY, at=now() - ago, detail=""))


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
