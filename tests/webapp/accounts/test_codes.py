from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_code, make_phone
from webapp.access import Actor
from webapp.accounts import limits, operations
from webapp.accounts.models import CodePurpose, FailedAttempt, LoginCode
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
