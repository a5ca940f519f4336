"""Employers in each state, by the operations the house itself uses."""

import itertools
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tests.factories.accounts import make_person, make_staff
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import in_transaction, session, transaction
from webapp.employers import codes, operations
from webapp.employers.models import Employer, EmployerState, Membership

_numbers = itertools.count(1)


def make_uscc() -> str:
    """A code that is right and different each time."""
    first = f"91370100MA{next(_numbers):07d}"
    return first + codes.check_character(first)


def employer_values(**changes: Any) -> dict[str, Any]:
    """What the registration form of an employer takes."""
    values = {
        "name": "济南甲乙机械有限公司",
        "uscc": make_uscc(),
        "region": "370102",
        "address": "解放路1号",
        "industry": "C",
        "size": "50–99人",
        "about": "生产农业机械，成立十年。",
        "contact_name": "张主任",
        "contact_phone": "13800138000",
    }
    return values | changes


def make_employer(
    *, owner: Person | None = None, state: EmployerState = EmployerState.VERIFIED, reason: str = "营业执照看不清", **changes: Any
) -> Employer:
    with _ensured():
        who = owner or make_person(name="赵老板")
        employer = operations.register_employer(who.id, **employer_values(**changes), by=Actor(who.id, Role.SEEKER.value, "web"))
        if state is EmployerState.VERIFIED:
            verify(employer)
        elif state is EmployerState.REFUSED:
            operations.refuse_employer(employer, reason=reason, by=reviewer())
    return employer


def verify(employer: Employer, **options: Any) -> None:
    """By two reviewers, as the parameter asks."""
    for _ in range(2):
        operations.verify_employer(employer, by=reviewer(), **options)


def reviewer() -> Actor:
    return Actor(make_staff(Role.REVIEWER).id, Role.REVIEWER.value, "web")


def make_member(employer: Employer, person: Person | None = None) -> Person:
    """A member of this employer who is no owner."""
    with _ensured():
        who = person or make_person(name="孙同事")
        operations.add_member(session().get_one(Employer, employer.id), who.phone or "", by=Actor.SYSTEM)
    return who


def owner_of(employer: Employer) -> Person:
    with _ensured():
        asked = session().query(Person).join(Membership, Membership.person_id == Person.id)
        return asked.filter(Membership.employer_id == employer.id, Membership.owner).first()


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
