from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_code, make_person, make_phone, make_staff
from webapp import sealing
from webapp.access import Actor, Level, Role
from webapp.accounts import operations, privacy, queries
from webapp.accounts.models import CodePurpose, Consent, LoginCode, Person
from webapp.db import now, session, transaction
from webapp.ledger import Entry

pytestmark = pytest.mark.usefixtures("database")
ANYWHERE = b"o" * 32


def told(event: str) -> list[dict[str, object]]:
    return [entry.payload for entry in session().scalars(select(Entry).where(Entry.event == event).order_by(Entry.id))]


# people


def test_what_identifies_a_person_is_unreadable_in_the_database() -> None:
    person = make_person(phone="13812345678", name="王小明", email="wang@example.com")
    with transaction():
        operations.set_id_number(session().get_one(Person, person.id), "370102199003071236", by=Actor.SYSTEM)
    row = session().execute(select(Person.__table__)).one()
    stored = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for secret in ("13812345678", "王小明", "wang@example.com", "370102199003071236"):
        assert secret.encode() not in stored
    found = queries.person_by_phone("13812345678")
    assert found is not None
    assert (found.name, found.email, found.id_number) == ("王小明", "wang@example.com", "370102199003071236")


def test_a_phone_belongs_to_one_person() -> None:
    make_person(phone="13812345678")
    with pytest.raises(operations.AlreadyRegistered):
        make_person(phone="13812345678")


def test_an_email_belongs_to_one_person() -> None:
    make_person(email="wang@example.com")
    other = make_person()
    with pytest.raises(operations.AlreadyRegistered), transaction():
        operations.change_profile(session().get_one(Person, other.id), name="李四", email="wang@example.com", by=Actor.SYSTEM)


def test_an_id_number_belongs_to_one_person() -> None:
    one, two = make_person(), make_person()
    with transaction():
        operations.set_id_number(session().get_one(Person, one.id), "370102199003071236", by=Actor.SYSTEM)
    with pytest.raises(operations.AlreadyRegistered), transaction():
        operations.set_id_number(session().get_one(Person, two.id), "370102199003071236", by=Actor.SYSTEM)


def test_nobody_under_sixteen_is_taken() -> None:
    person = make_person()
    born = now().date() - timedelta(days=15 * 365)
    with pytest.raises(operations.TooYoung), transaction():
        operations.set_id_number(session().get_one(Person, person.id), f"370102{born:%Y%m%d}1230", by=Actor.SYSTEM)
    assert session().get_one(Person, person.id).id_number is None


def test_registering_keeps_which_notice_was_agreed_to() -> None:
    code, _ = make_code(make_phone(), CodePurpose.REGISTER)
    with transaction():
        person = operations.register_seeker(session().get_one(LoginCode, code.id), by=Actor.SYSTEM)
    consent = session().scalars(select(Consent)).one()
    assert (consent.person_id, consent.version, consent.text_hash) == (person.id, privacy.VERSION, privacy.text_hash())
    assert [grant.role for grant in queries.grants_of(person.id)] == [Role.SEEKER]


def test_no_personal_data_is_told_to_the_ledger() -> None:
    person = make_person(phone="13812345678", name="王小明", email="wang@example.com")
    with transaction():
        operations.request_code(phone="13812345678", purpose=CodePurpose.SIGN_IN, origin=ANYWHERE, by=Actor.SYSTEM)
        operations.disable_person(session().get_one(Person, person.id), reason="王小明的电话13812345678", by=Actor.SYSTEM)
    everything = str([(entry.event, entry.payload, entry.by_origin) for entry in session().scalars(select(Entry))])
    assert "13812345678" not in everything
    assert "王小明" not in everything
    assert "wang@" not in everything


# roles


@pytest.mark.parametrize("second", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_the_three_administrators_exclude_one_another(second: Role) -> None:
    person = make_staff(Role.SYSTEM_ADMIN)
    with pytest.raises(operations.ExcludedRole), transaction():
        operations.grant_role(session().get_one(Person, person.id), second, region="370100", by=Actor.SYSTEM)


def test_a_staff_role_needs_a_region() -> None:
    person = make_person()
    with pytest.raises(operations.NoRegion), transaction():
        operations.grant_role(session().get_one(Person, person.id), Role.REVIEWER, by=Actor.SYSTEM)


@pytest.mark.parametrize(("region", "level"), [("370000", Level.PROVINCE), ("370100", Level.CITY), ("370102", Level.COUNTY)])
def test_the_level_of_a_role_follows_from_its_region(region: str, level: Level) -> None:
    assert queries.grants_of(make_staff(Role.REVIEWER, region).id)[0].level is level


def test_the_same_role_twice_is_one_role() -> None:
    person = make_staff(Role.REVIEWER, "370100")
    with transaction():
        operations.grant_role(session().get_one(Person, person.id), Role.REVIEWER, region="370100", by=Actor.SYSTEM)
    assert len(queries.grants_of(person.id)) == 1


def test_nobody_takes_their_own_staff_role_away() -> None:
    person = make_staff(Role.SYSTEM_ADMIN)
    with pytest.raises(operations.OwnAccount), transaction():
        operations.revoke_role(queries.grant_rows(person.id)[0], by=Actor(person.id, Role.SYSTEM_ADMIN.value, "web"))


def test_an_administrator_cannot_disable_themselves() -> None:
    person = make_staff(Role.SYSTEM_ADMIN)
    with pytest.raises(operations.OwnAccount), transaction():
        operations.disable_person(session().get_one(Person, person.id), reason="x", by=Actor(person.id, Role.SYSTEM_ADMIN.value, "web"))


def test_nobody_invites_themselves() -> None:
    person = make_staff(Role.SYSTEM_ADMIN)
    with pytest.raises(operations.OwnAccount), transaction():
        operations.invite_staff(
            phone=person.phone or "", name=None, role=Role.REVIEWER, region="370100", by=Actor(person.id, Role.SYSTEM_ADMIN.value, "web")
        )


def test_an_invited_person_keeps_the_name_they_gave() -> None:
    person = make_person(name="王小明")
    with transaction():
        operations.invite_staff(phone=person.phone or "", name="别的名字", role=Role.REVIEWER, region="370100", by=Actor.SYSTEM)
    assert session().get_one(Person, person.id).name == "王小明"
    assert told("StaffInvited") == [{"person_id": str(person.id), "role": "reviewer", "region": "370100"}]


# queries


def test_an_administrator_sees_the_staff_of_their_region_and_no_other() -> None:
    inside = make_staff(Role.CASEWORKER, "370102")
    make_staff(Role.CASEWORKER, "370202")
    make_person()
    reach = queries.grants_of(make_staff(Role.SYSTEM_ADMIN, "370100").id)
    seen = {person.id for person in session().scalars(queries.staff_within(reach))}
    assert inside.id in seen
    assert len(seen) == 2


def test_a_grant_without_a_region_sees_nobody() -> None:
    make_staff(Role.CASEWORKER, "370102")
    assert session().scalars(queries.staff_within(())).all() == []


def test_a_code_of_one_row_does_not_open_in_another() -> None:
    one, two = make_person(), make_person()
    with transaction():
        session().get_one(Person, two.id).name_sealed = session().get_one(Person, one.id).name_sealed
    with pytest.raises(sealing.NotOpened):
        _ = session().get_one(Person, two.id).name
