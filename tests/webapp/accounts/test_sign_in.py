"""Signing in and out through the pages."""

import re
import statistics
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.factories.accounts import PASSWORD, disable, make_person, make_phone, make_staff, relay_lives
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Role
from webapp.accounts import passwords
from webapp.accounts.models import LoginCode, Person, Session
from webapp.db import end_reading, now, session, transaction


@pytest.fixture(autouse=True)
def relay(client: FlaskClient) -> None:
    relay_lives()


def digits_of(location: str) -> str:
    end_reading()
    code = session().get_one(LoginCode, read_id(location))
    assert code.code is not None
    return code.code


def read_id(location: str) -> UUID:
    found = re.search(r"[0-9a-f-]{36}", location)
    assert found, location
    return UUID(found.group())


def ask(client: FlaskClient, phone: str, path: str = "/sign-in", **more: str) -> str:
    answer = client.post(path, data={"phone": phone, **more})
    assert answer.status_code == 303, answer.text
    return answer.location


def cookie(answer: TestResponse) -> str:
    return next(header for header in answer.headers.getlist("Set-Cookie") if header.startswith("session="))


def password_sign_in(client: FlaskClient, account: str, password: str, **more: str) -> TestResponse:
    return client.post("/sign-in/password", data={"account": account, "password": password}, **more)


def test_a_code_signs_in(client: FlaskClient) -> None:
    person = make_person()
    page = ask(client, person.phone or "")
    answer = client.post(page, data={"code": digits_of(page)})
    assert answer.status_code == 303
    assert read(client.get("/account")).h1 == "我的账号"


def test_neither_phone_nor_code_is_in_an_address_or_a_cookie(client: FlaskClient) -> None:
    page = ask(client, "13812345678")
    digits = digits_of(page)
    text = client.get(page).text
    assert "13812345678" not in page + text
    assert digits not in page + text
    with client.session_transaction() as seed:
        assert set(seed) <= {"csrf_token"}


def test_a_code_is_typed_as_people_type_it(client: FlaskClient) -> None:
    page = ask(client, make_person().phone or "")
    digits = digits_of(page)
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    assert client.post(page, data={"code": f" {full_width[:3]} {full_width[3:]} "}).status_code == 303


def test_a_wrong_code_says_so_and_a_used_one_too(client: FlaskClient) -> None:
    page = ask(client, make_person().phone or "")
    digits = digits_of(page)
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    assert "验证码不对" in read(client.post(page, data={"code": wrong})).errors[0]
    assert client.post(page, data={"code": digits}).status_code == 303
    assert "已失效" in read(client.post(page, data={"code": digits})).errors[0]


def test_after_five_wrong_codes_the_right_one_is_refused(client: FlaskClient) -> None:
    page = ask(client, make_person().phone or "")
    digits = digits_of(page)
    for _ in range(5):
        client.post(page, data={"code": f"{(int(digits) + 1) % 10**6:06d}"})
    assert "已失效" in read(client.post(page, data={"code": digits})).errors[0]


def test_a_code_that_came_too_late_is_refused(client: FlaskClient) -> None:
    page = ask(client, make_person().phone or "")
    digits = digits_of(page)
    with transaction():
        session().get_one(LoginCode, read_id(page)).expires_at = now() - timedelta(seconds=1)
    assert "已失效" in read(client.post(page, data={"code": digits})).errors[0]
    assert read(client.get(page)).links["重新获取验证码"] == "/sign-in"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_what_is_no_code_is_told_so(client: FlaskClient, typed: str) -> None:
    page = ask(client, make_person().phone or "")
    assert "6 位" in read(client.post(page, data={"code": typed})).errors[0]


def test_a_wrong_phone_is_kept_to_be_corrected(client: FlaskClient) -> None:
    page = read(client.post("/sign-in", data={"phone": "138 1234"}))
    assert page.fields["phone"] == "138 1234"
    assert "11 位" in page.errors[0]
    assert page.title.startswith("有错误")


def test_a_phone_of_a_hundred_thousand_characters_is_an_error_of_the_form(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"phone": "1" * 100_000})
    assert answer.status_code == 200
    assert "11 位" in read(answer).errors[0]


def test_asking_again_at_once_leads_back_to_where_the_code_is_typed(client: FlaskClient) -> None:
    person = make_person()
    page = ask(client, person.phone or "", "/sign-in?next=/account")
    refused = read(client.post("/sign-in?next=/account", data={"phone": person.phone}))
    back = refused.links["刚才的验证码还有效，去填写"]
    assert back == page
    assert client.post(back, data={"code": digits_of(page)}).status_code == 303
    assert "刚才的验证码还有效，去填写" not in read(client.post("/sign-in", data={"phone": person.phone})).links, "it is used"


def test_registering_again_at_once_leads_back_too(client: FlaskClient) -> None:
    phone = make_phone()
    page = ask(client, phone, "/register/seeker", agreed="y")
    assert read(client.post("/register/seeker", data={"phone": phone, "agreed": "y"})).links["刚才的验证码还有效，去填写"] == page


def test_a_stranger_elsewhere_is_not_led_to_a_code_that_is_not_theirs(client: FlaskClient) -> None:
    person = make_person()
    page = ask(client, person.phone or "")
    elsewhere = client.post("/sign-in", data={"phone": person.phone}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 429
    assert str(read_id(page)) not in elsewhere.text


def test_asking_again_at_once_says_when_to_try(client: FlaskClient) -> None:
    person = make_person()
    ask(client, person.phone or "")
    answer = client.post("/sign-in", data={"phone": person.phone})
    assert answer.status_code == 429
    assert "1 分钟后再试" in read(answer).errors[0]
    assert read(answer).fields["phone"] == person.phone


def test_a_code_sent_again_is_another_one(client: FlaskClient) -> None:
    first = ask(client, make_person().phone or "")
    with transaction():
        session().get_one(LoginCode, read_id(first)).created_at -= timedelta(minutes=2)
    answer = client.post(f"{first}/again")
    assert answer.status_code == 303
    assert read_id(answer.location) != read_id(first)


@pytest.mark.parametrize("seconds", [11, 3600])
def test_while_the_relay_is_away_the_password_is_offered(client: FlaskClient, seconds: int) -> None:
    relay_lives(timedelta(seconds=seconds))
    answer = client.post("/sign-in", data={"phone": make_phone()})
    assert answer.status_code == 503
    assert read(answer).links["用密码登录"] == "/sign-in/password"
    assert session().scalar(select(func.count()).select_from(LoginCode)) == 0


def test_a_phone_that_is_not_registered_learns_it_only_with_its_code(client: FlaskClient) -> None:
    page = ask(client, "13812345678")
    digits = digits_of(page)
    offer = read(client.post(page, data={"code": digits}))
    assert offer.h1 == "这个手机号还没有注册"
    refused = client.post(f"{page}/register", data={"code": digits})
    assert "同意" in read(refused).errors[0]
    answer = client.post(f"{page}/register", data={"code": digits, "agreed": "y"})
    assert answer.location == "/account/welcome?next=/postings"
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/register/seeker"])
def test_known_and_unknown_phones_are_answered_alike(client: FlaskClient, path: str) -> None:
    known = client.post(path, data={"phone": make_person().phone, "agreed": "y"})
    unknown = client.post(path, data={"phone": make_phone(), "agreed": "y"})
    assert known.status_code == unknown.status_code == 303
    assert re.sub(r"[0-9a-f-]{36}", "", known.location) == re.sub(r"[0-9a-f-]{36}", "", unknown.location)
    pages = [client.get(answer.location) for answer in (known, unknown)]
    assert len(pages[0].data) == len(pages[1].data)


def test_a_password_signs_in_by_phone_and_by_email(client: FlaskClient) -> None:
    person = make_person(email="wang@example.com", password=PASSWORD)
    assert password_sign_in(client, f"+86 {person.phone}", PASSWORD).status_code == 303
    assert password_sign_in(client, "Wang@Example.com", PASSWORD).status_code == 303


def test_known_and_unknown_accounts_are_refused_alike(client: FlaskClient) -> None:
    person = make_person(password=PASSWORD)
    no_password = make_person()
    answers = [password_sign_in(client, account or "", "something else") for account in (person.phone, no_password.phone, make_phone())]
    assert {answer.status_code for answer in answers} == {200}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
    assert len({len(answer.data) for answer in answers}) == 1


def test_known_and_unknown_accounts_take_the_same_time() -> None:
    kept = passwords.hash_password(PASSWORD)
    passwords.prepare()
    spent: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(15):
        for known in (True, False):
            began = time.perf_counter()
            passwords.verify(kept if known else None, "something else")
            spent[known].append(time.perf_counter() - began)
    known, unknown = statistics.median(spent[True]), statistics.median(spent[False])
    assert 0.5 < known / unknown < 2


def test_five_wrong_passwords_lock_and_say_for_how_long(client: FlaskClient) -> None:
    person = make_person(password=PASSWORD)
    for _ in range(4):
        assert password_sign_in(client, person.phone or "", "something else").status_code == 200
    fifth = password_sign_in(client, person.phone or "", "something else")
    assert fifth.status_code == 429
    assert "15 分钟后再试" in read(fifth).errors[0]
    assert password_sign_in(client, person.phone or "", PASSWORD).status_code == 429


def test_an_unknown_account_locks_just_the_same(client: FlaskClient) -> None:
    phone = make_phone()
    statuses = [password_sign_in(client, phone, "something else").status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]


def test_a_locked_password_leaves_the_code(client: FlaskClient) -> None:
    person = make_person(password=PASSWORD)
    for _ in range(5):
        password_sign_in(client, person.phone or "", "something else")
    page = ask(client, person.phone or "")
    assert client.post(page, data={"code": digits_of(page)}).status_code == 303


@pytest.mark.parametrize("way", ["code", "password"])
def test_a_disabled_account_is_told_so_only_once_it_proved_itself(client: FlaskClient, way: str) -> None:
    person = make_person(password=PASSWORD)
    disable(person)
    if way == "code":
        page = ask(client, person.phone or "")
        answer = client.post(page, data={"code": digits_of(page)})
    else:
        assert "停用" not in password_sign_in(client, person.phone or "", "something else").text
        answer = password_sign_in(client, person.phone or "", PASSWORD)
    assert "已停用" in read(answer).errors[0]
    assert client.get("/account").status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    made = cookie(password_sign_in(client, make_person(password=PASSWORD).phone or "", PASSWORD))
    assert "HttpOnly" in made
    assert "SameSite=Lax" in made
    assert "Domain" not in made


def test_behind_https_the_cookie_is_bound_to_the_host(client: FlaskClient) -> None:
    client.application.config["SETTINGS"] = replace(client.application.config["SETTINGS"], base_url="https://zhilu.example")
    answer = password_sign_in(client, make_person(password=PASSWORD).phone or "", PASSWORD)
    made = next(header for header in answer.headers.getlist("Set-Cookie") if header.startswith("__Host-session="))
    assert "Secure" in made
    assert "Path=/" in made


def test_signing_in_anew_changes_the_token_and_ends_the_old_session(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person(password=PASSWORD)
    sign_in(client, person)
    before = client.get_cookie("session")
    assert before is not None
    password_sign_in(client, person.phone or "", PASSWORD)
    after = client.get_cookie("session")
    assert after is not None
    assert after.value != before.value
    client.set_cookie("session", before.value)
    assert client.get("/account").status_code == 303


def test_what_was_in_the_cookie_before_signing_in_is_gone_after_it(client: FlaskClient) -> None:
    with client.session_transaction() as seed:
        seed["planted"] = "by somebody else"
    password_sign_in(client, make_person(password=PASSWORD).phone or "", PASSWORD)
    with client.session_transaction() as seed:
        assert "planted" not in seed


def test_a_copied_cookie_is_dead_after_signing_out(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    copied = client.get_cookie("session")
    assert copied is not None
    assert client.post("/sign-out").status_code == 303
    assert client.get_cookie("session") is None
    client.set_cookie("session", copied.value)
    assert client.get("/account").status_code == 303


def test_signing_out_by_a_link_or_without_a_token_does_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", csrf=False).status_code == 400
    assert client.get("/account").status_code == 200


def test_signing_out_twice_is_no_error(client: FlaskClient) -> None:
    assert client.post("/sign-out").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"])
def test_no_link_leads_elsewhere_after_signing_in(client: FlaskClient, target: str) -> None:
    person = make_person(password=PASSWORD)
    answer = client.post("/sign-in/password", query_string={"next": target}, data={"account": person.phone, "password": PASSWORD})
    assert answer.location == "/postings"


def test_signing_in_leads_to_what_was_asked_for(client: FlaskClient) -> None:
    asked = client.get("/account/profile")
    assert asked.location == "/sign-in?next=/account/profile"
    person = make_person()
    page = ask(client, person.phone or "", asked.location)
    assert client.post(page, data={"code": digits_of(page)}).location == "/account/profile"


@pytest.mark.parametrize(
    ("role", "home"), [(Role.REVIEWER, "postings.review_queue"), (Role.SYSTEM_ADMIN, "accounts.staff"), (Role.SEEKER, "postings.search")]
)
def test_everybody_lands_at_their_own_desk(client: FlaskClient, role: Role, home: str) -> None:
    person = make_person(role=role, password=PASSWORD)
    with client.application.test_request_context():
        wanted = url_for(home)
    assert password_sign_in(client, person.phone or "", PASSWORD).location == wanted


def test_a_session_in_use_is_touched_once_a_minute_and_after_the_response(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    with transaction():
        session().scalars(select(Session)).one().seen_at -= timedelta(minutes=5)
    client.get("/account")
    end_reading()
    touched = session().scalars(select(Session)).one().seen_at
    assert now() - touched < timedelta(seconds=30)
    client.get("/account")
    end_reading()
    assert session().scalars(select(Session)).one().seen_at == touched


def test_a_phone_is_told_from_a_computer_in_the_list_of_devices(client: FlaskClient) -> None:
    person = make_person(password=PASSWORD)
    password_sign_in(client, person.phone or "", PASSWORD, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0"})
    text = read(client.get("/account")).text
    assert "微信" in text
    assert "Mozilla" not in text


def test_too_many_computing_is_a_503(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(kept: str | None, password: str) -> bool:
        raise passwords.TooBusy

    monkeypatch.setattr(passwords, "verify", busy)
    assert password_sign_in(client, make_phone(), "x").status_code == 503


def test_a_staff_session_carries_the_stricter_limits(client: FlaskClient) -> None:
    person = make_staff(Role.REVIEWER, password=PASSWORD)
    password_sign_in(client, person.phone or "", PASSWORD)
    held = session().scalars(select(Session).join(Person).where(Person.id == person.id)).one()
    assert held.idle_minutes == 15
    assert timedelta(hours=11, minutes=59) < held.expires_at - now() <= timedelta(hours=12)
