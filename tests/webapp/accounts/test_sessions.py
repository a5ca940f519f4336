from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person, make_staff
from webapp.access import Actor, Role
from webapp.accounts import operations, queries
from webapp.accounts.models import Person, RoleGrant, Session
from webapp.db import now, session, transaction

pytestmark = pytest.mark.usefixtures("database")


def start(person: Person) -> str:
    with transaction():
        return operations.start_session(session().get_one(Person, person.id), device="电脑浏览器", by=Actor.SYSTEM)


def row_of(token: str) -> Session:
    return session().scalars(select(Session).where(Session.token_hash == queries.token_hash(token))).one()


def move(token: str, **ago: timedelta) -> None:
    with transaction():
        row = row_of(token)
        for field, span in ago.items():
            setattr(row, field, getattr(row, field) - span)


def test_a_session_says_who_it_is_and_what_they_may() -> None:
    person = make_staff(Role.REVIEWER, "370100", name="李审核")
    visitor = queries.visitor_of(start(person))
    assert visitor is not None
    assert (visitor.person_id, visitor.display_name) == (person.id, "李审核")
    assert [(grant.role, grant.region) for grant in visitor.grants] == [(Role.REVIEWER, "370100")]


def test_the_token_itself_is_not_kept() -> None:
    token = start(make_person())
    stored = session().execute(select(Session.__table__)).one()
    assert token not in str(stored)
    assert token.encode() not in b"".join(value for value in stored if isinstance(value, bytes))


def test_each_sign_in_has_a_token_of_its_own() -> None:
    person = make_person()
    assert start(person) != start(person)


@pytest.mark.parametrize(("staff", "minutes", "alive"), [(False, 29, True), (False, 31, False), (True, 14, True), (True, 16, False)])
def test_an_idle_session_ends_and_that_of_staff_sooner(*, staff: bool, minutes: int, alive: bool) -> None:
    token = start(make_staff(Role.REVIEWER) if staff else make_person())
    move(token, seen_at=timedelta(minutes=minutes))
    assert (queries.visitor_of(token) is not None) is alive


def test_no_session_outlives_its_hours_however_busy() -> None:
    token = start(make_person())
    move(token, expires_at=timedelta(hours=12))
    assert queries.visitor_of(token) is None


def test_an_ended_session_is_nobody() -> None:
    token = start(make_person())
    with transaction():
        operations.end_session(row_of(token), by=Actor.SYSTEM)
    assert queries.visitor_of(token) is None


def test_a_disabled_person_is_nobody_with_the_next_request() -> None:
    person = make_person()
    tokens = [start(person), start(person)]
    with transaction():
        operations.disable_person(session().get_one(Person, person.id), reason="x", by=Actor.SYSTEM)
    assert [queries.visitor_of(token) for token in tokens] == [None, None]
    with pytest.raises(operations.Disabled):
        start(person)


def test_a_disabled_person_is_nobody_even_where_a_session_was_left_open() -> None:
    person = make_person()
    token = start(person)
    with transaction():
        session().get_one(Person, person.id).disabled_at = now()
    assert queries.visitor_of(token) is None


def test_a_revoked_role_is_gone_with_the_next_request() -> None:
    person = make_staff(Role.REVIEWER)
    token = start(person)
    with transaction():
        operations.revoke_role(session().scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one(), by=Actor.SYSTEM)
    visitor = queries.visitor_of(token)
    assert visitor is not None
    assert visitor.grants == ()


def test_a_new_password_ends_every_session() -> None:
    person = make_person()
    tokens = [start(person), start(person)]
    with transaction():
        operations.change_password(session().get_one(Person, person.id), "hash", by=Actor.SYSTEM)
    assert [queries.visitor_of(token) for token in tokens] == [None, None]


def test_a_made_up_token_is_nobody() -> None:
    start(make_person())
    assert queries.visitor_of("made up") is None


def test_a_new_staff_role_ends_the_sessions_of_before() -> None:
    person = make_person()
    token = start(person)
    with transaction():
        operations.grant_role(session().get_one(Person, person.id), Role.REVIEWER, region="370100", by=Actor.SYSTEM)
    assert queries.visitor_of(token) is None
