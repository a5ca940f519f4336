"""What must hold when two people press at once: limits, uniqueness and last owners, on both databases.

SQLite lets one writer in at a time; on PostgreSQL only the turns that the operations take keep these promises.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_code, make_person, make_phone, make_staff
from tests.factories.employers import employer_values, make_employer, make_member, make_uscc, owner_of, reviewer
from webapp.access import ADMINISTRATORS, Actor, Role
from webapp.accounts import limits
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import CodePurpose, Person
from webapp.accounts.operations import CodeAnswer
from webapp.db import session, transaction
from webapp.employers import operations, queries
from webapp.employers.models import Employer, EmployerState

pytestmark = pytest.mark.usefixtures("both")
AT_ONCE = 8
REFUSALS = (
    limits.TooMany,
    accounts.AlreadyRegistered,
    accounts.ExcludedRole,
    operations.AlreadyRegistered,
    operations.LastOwner,
    operations.NotPending,
)


def at_once(change: Callable[[int], object], times: int = AT_ONCE) -> int:
    """Runs `change` in as many threads, each in a transaction of its own; how many were not refused."""
    gate = Barrier(times)

    def go(number: int) -> bool:
        gate.wait()
        try:
            with transaction():
                return change(number) is not False
        except REFUSALS:
            return False

    with ThreadPoolExecutor(times) as threads:
        return sum(threads.map(go, range(times)))


def test_of_many_tries_at_one_name_no_more_than_the_limit_pass() -> None:
    assert sum(at_once(lambda number: limits.open_attempt(b"a" * 32, bytes([number]) * 32)) for _ in range(3)) == 5


def test_of_many_requests_for_one_phone_one_gets_a_code() -> None:
    def ask(number: int) -> object:
        return accounts.request_code(phone="13812345678", purpose=CodePurpose.SIGN_IN, origin=bytes([number]) * 32, by=Actor.SYSTEM)

    assert at_once(ask) == 1


def test_of_many_requests_from_one_origin_twenty_get_a_code() -> None:
    phones = [make_phone() for _ in range(24)]

    def ask(number: int) -> object:
        return accounts.request_code(phone=phones.pop(), purpose=CodePurpose.SIGN_IN, origin=b"o" * 32, by=Actor.SYSTEM)

    assert sum(at_once(ask) for _ in range(3)) == 20


def test_a_code_is_used_once() -> None:
    code, digits = make_code(make_phone())

    def use(number: int) -> object:
        answer, kept = accounts.check_code(code.id, digits, purposes=frozenset({CodePurpose.SIGN_IN}), origin=bytes([number]) * 32)
        if answer is not CodeAnswer.RIGHT or kept is None:
            return False
        return accounts.spend_code(kept)

    assert at_once(use) == 1


def test_of_many_wrong_guesses_five_are_looked_at() -> None:
    code, digits = make_code(make_phone())
    wrong = f"{(int(digits) + 1) % 10**6:06d}"

    def guess(number: int) -> object:
        answer, _ = accounts.check_code(code.id, wrong, purposes=frozenset({CodePurpose.SIGN_IN}), origin=bytes([number]) * 32)
        return answer is CodeAnswer.WRONG

    assert at_once(guess) == 5


def test_a_phone_is_registered_once() -> None:
    assert at_once(lambda number: accounts.register_person(phone="13812345678", role=Role.SEEKER, by=Actor.SYSTEM)) == 1


def test_an_email_is_taken_once() -> None:
    who = [make_person().id for _ in range(AT_ONCE)]

    def take(number: int) -> object:
        return accounts.change_profile(session().get_one(Person, who[number]), name="王", email="wang@example.com", by=Actor.SYSTEM)

    assert at_once(take) == 1


def test_one_person_gets_one_administrators_role() -> None:
    person = make_person()
    roles = sorted(ADMINISTRATORS)

    def grant(number: int) -> object:
        return accounts.grant_role(session().get_one(Person, person.id), roles[number], region="370100", by=Actor.SYSTEM)

    assert at_once(grant, len(roles)) == 1
    assert len([one for one in people.grants_of(person.id) if one.role in ADMINISTRATORS]) == 1


def test_an_employer_is_registered_once() -> None:
    owners, uscc = [make_person().id for _ in range(AT_ONCE)], make_uscc()
    assert at_once(lambda number: operations.register_employer(owners[number], **employer_values(uscc=uscc), by=Actor.SYSTEM)) == 1
    assert session().scalar(select(func.count()).select_from(Employer)) == 1


def test_two_owners_do_not_leave_together() -> None:
    employer = make_employer()
    first, second = owner_of(employer), make_member(employer)
    with transaction():
        membership = queries.membership_of(employer.id, second.id)
        assert membership is not None
        operations.make_owner(membership, by=Actor.SYSTEM)

    def leave(number: int) -> object:
        membership = queries.membership_of(employer.id, (first, second)[number].id)
        assert membership is not None
        return operations.remove_member(membership, by=Actor.SYSTEM)

    assert at_once(leave, 2) == 1
    assert len(queries.members(employer.id)) == 1


def test_two_reviewers_make_one_decision() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    with transaction():
        operations.verify_employer(
            session().get_one(Employer, employer.id), by=reviewer()
        )  # the first of two: each of those below could be the second
    reviewers = [Actor(make_staff(Role.REVIEWER).id, Role.REVIEWER.value, "web") for _ in range(AT_ONCE)]

    def decide(number: int) -> object:
        row = session().get_one(Employer, employer.id)
        if number % 2:
            return operations.verify_employer(row, by=reviewers[number])
        return operations.refuse_employer(row, reason="不清楚", by=reviewers[number])

    assert at_once(decide) == 1
