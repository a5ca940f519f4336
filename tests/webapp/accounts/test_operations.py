from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_code, make_person, make_phone, make_staff
from webapp import sealing
from webapp.access import Actor, Level, Role
from webapp.accounts import limits, operations, privacy, queries
from webapp.accounts.models import CodePurpose, Consent, FailedAttempt, LoginCode, Person, RoleGrant, Session
from webapp.accounts.operations import CodeAnswer
from webapp.db import now, session, transaction
from webapp.ledger import Entry
from webapp.reference import queries as reference
from webapp.reference.models import Parameter

pytestmark = pytest.mark.usefixtures("database")
ANYWHERE = b"o" * 32
BOTH = frozenset({CodePurpose.SIGN_IN, CodePurpose.REGISTER})


def told(event: str) -> list[dict[str, object]]:
    return [entry.payload for entry in session().scalars(select(Entry).where(Entry.event == event).order_by(Entry.id))]


def check(code: LoginCode, digits: str, origin: bytes = ANYWHERE) -> CodeAnswer:
    with transaction():
        answer, _ = operations.check_code(code.id, digits, purposes=BOTH, origin=origin)
    return answer


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


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


def test_a_new_staff_role_ends_the_sessions_of_before() -> None:
    person = make_person()
    token = start(person)
    with transaction():
        operations.grant_role(session().get_one(Person, person.id), Role.REVIEWER, region="370100", by=Actor.SYSTEM)
    assert queries.visitor_of(token) is None


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


# codes


def test_the_right_code_is_right_once() -> None:
    code, digits = make_code(make_phone())
    with transaction():
        answer, kept = operations.check_code(code.id, digits, purposes=BOTH, origin=ANYWHERE)
        assert answer is CodeAnswer.RIGHT
        assert kept is not None
        operations.spend_code(kept)
    assert check(code, digits) is CodeAnswer.SPENT


def test_five_wrong_codes_spend_it_even_for_the_right_one() -> None:
    code, digits = make_code(make_phone())
    assert [check(code, wrong(digits)) for _ in range(5)] == [CodeAnswer.WRONG] * 5
    assert check(code, digits) is CodeAnswer.SPENT


def test_four_wrong_codes_leave_one_more_try() -> None:
    code, digits = make_code(make_phone())
    for _ in range(4):
        check(code, wrong(digits))
    assert check(code, digits) is CodeAnswer.RIGHT


def test_an_expired_code_is_spent() -> None:
    code, digits = make_code(make_phone())
    with transaction():
        session().get_one(LoginCode, code.id).expires_at = now() - timedelta(seconds=1)
    assert check(code, digits) is CodeAnswer.SPENT


def test_a_code_for_a_password_opens_no_door() -> None:
    code, digits = make_code(make_phone(), CodePurpose.PASSWORD)
    assert check(code, digits) is CodeAnswer.SPENT


def test_an_unknown_code_is_spent() -> None:
    with transaction():
        assert operations.check_code(uuid4(), "123456", purposes=BOTH, origin=ANYWHERE) == (CodeAnswer.SPENT, None)


def test_a_used_code_keeps_neither_phone_nor_digits() -> None:
    code, _ = make_code(make_phone())
    with transaction():
        operations.spend_code(session().get_one(LoginCode, code.id))
    row = session().get_one(LoginCode, code.id)
    assert (row.phone_sealed, row.code_sealed) == (None, None)


def test_a_code_is_told_by_its_key_alone() -> None:
    code, _ = make_code(make_phone())
    assert told("CodeRequested") == [{"code_id": str(code.id)}]


def ask(phone: str, origin: str = "192.0.2.1", *, minutes_ago: int = 0) -> None:
    with transaction():
        code = operations.request_code(phone=phone, purpose=CodePurpose.SIGN_IN, origin=limits.origin_index(origin), by=Actor.SYSTEM)
        code.created_at -= timedelta(minutes=minutes_ago)


def test_a_phone_gets_one_code_a_minute() -> None:
    ask("13812345678")
    with pytest.raises(limits.TooMany) as refusal:
        ask("13812345678", "192.0.2.2")
    assert refusal.value.minutes == 1
    ask("13812345679")


def test_a_phone_gets_five_codes_an_hour_from_wherever_they_are_asked_for() -> None:
    for number in range(5):
        ask("13812345678", f"192.0.2.{number}", minutes_ago=50 - number * 10)
    with pytest.raises(limits.TooMany) as refusal:
        ask("13812345678", "192.0.2.9")
    assert 9 <= refusal.value.minutes <= 11


def test_a_phone_gets_ten_codes_a_day() -> None:
    for number in range(10):
        ask("13812345678", f"192.0.2.{number}", minutes_ago=1400 - number * 120)
    with pytest.raises(limits.TooMany):
        ask("13812345678", "192.0.2.99")


def test_an_origin_gets_twenty_codes_an_hour() -> None:
    for _ in range(20):
        ask(make_phone())
    with pytest.raises(limits.TooMany):
        ask(make_phone())
    ask(make_phone(), "192.0.2.2")


def test_addresses_of_one_subscriber_are_one_origin() -> None:
    assert limits.origin_index("2001:db8:1:2:3::4") == limits.origin_index("2001:db8:1:2:ffff::1")
    assert limits.origin_index("2001:db8:1:2::1") != limits.origin_index("2001:db8:1:3::1")


def test_without_its_parameter_no_code_is_given() -> None:
    with transaction():
        session().query(Parameter).filter(Parameter.key == "code_per_phone_day").delete()
        session().execute(select(func.count()).select_from(Parameter))
    reference.forget()
    with pytest.raises(reference.MissingParameter):
        ask("13812345678")
    assert session().scalar(select(func.count()).select_from(LoginCode)) == 0


# attempts


def attempt(account: bytes = b"a" * 32, origin: bytes = ANYWHERE, *, minutes_ago: float = 0) -> limits.Attempt:
    with transaction():
        made = limits.open_attempt(account, origin)
        session().query(FailedAttempt).filter(FailedAttempt.at == made.opened_at).update({"at": made.opened_at - timedelta(minutes=minutes_ago)})
    return made


def test_five_failures_lock_a_name_for_fifteen_minutes() -> None:
    for _ in range(5):
        attempt()
    with pytest.raises(limits.TooMany) as refusal:
        attempt()
    assert refusal.value.minutes == 15


def test_a_lock_ends() -> None:
    for _ in range(5):
        attempt(minutes_ago=16)
    attempt()


def test_failures_far_apart_do_not_lock() -> None:
    for number in range(5):
        attempt(minutes_ago=12 - 2.9 * number)
    attempt()


def test_a_right_password_clears_what_was_counted() -> None:
    for _ in range(4):
        attempt()
    right = attempt()
    with transaction():
        limits.clear(right)
    for _ in range(5):
        attempt()


def test_one_name_does_not_lock_another() -> None:
    for _ in range(5):
        attempt(b"a" * 32)
    attempt(b"b" * 32)


def test_an_origin_that_fails_a_hundred_times_is_refused_whatever_name_it_tries() -> None:
    for number in range(100):
        attempt(number.to_bytes(32), ANYWHERE)
    with pytest.raises(limits.TooMany):
        attempt(b"z" * 32, ANYWHERE)
    attempt(b"z" * 32, limits.origin_index("192.0.2.2"))


# sessions


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
