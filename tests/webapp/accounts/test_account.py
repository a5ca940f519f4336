"""A person's own account through the pages."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import PASSWORD, make_person, make_staff, relay_lives
from tests.webapp.accounts.test_identity import id_number
from tests.webapp.accounts.test_sign_in import digits_of, password_sign_in
from tests.webapp.conftest import SignIn, enter
from tests.webapp.pages import read
from webapp.access import Role
from webapp.accounts.models import Person, Session
from webapp.db import end_reading, session, today

NEW = "lantian baiyun 77"


def token_of(client: FlaskClient) -> str:
    kept = client.get_cookie("session")
    assert kept is not None
    return kept.value


def opens(client: FlaskClient, token: str) -> bool:
    client.set_cookie("session", token)
    return client.get("/account").status_code == 200


def two_devices(client: FlaskClient, person: Person) -> tuple[str, str]:
    """Tokens of another device and of this one, which is in use."""
    enter(client, person)
    other = token_of(client)
    enter(client, person)
    return other, token_of(client)


def change(client: FlaskClient, current: str, password: str, again: str | None = None) -> list[str]:
    answer = client.post("/account/password", data={"current": current, "password": password, "again": again or password})
    return [] if answer.status_code == 303 else read(answer).errors


def test_a_new_password_needs_the_current_one(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person(password=PASSWORD)
    sign_in(client, person)
    assert "现在的密码不对" in change(client, "something else", NEW)[0]
    assert change(client, PASSWORD, NEW) == []
    assert password_sign_in(client, person.phone or "", NEW).status_code == 303


def test_a_new_password_ends_the_other_devices_and_renews_this_one(client: FlaskClient) -> None:
    other, before = two_devices(client, make_person(password=PASSWORD))
    assert change(client, PASSWORD, NEW) == []
    after = token_of(client)
    assert after != before
    assert [opens(client, token) for token in (other, before, after)] == [False, False, True]


def test_a_stolen_session_is_no_place_to_guess_the_password(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person(password=PASSWORD))
    for _ in range(5):
        change(client, "something else", NEW)
    assert "15 分钟后再试" in change(client, PASSWORD, NEW)[0]


@pytest.mark.parametrize(
    ("password", "again", "says"), [("1234567", None, "至少 8 位"), ("12345678", None, "太常见"), (NEW, "another one", "不一样")]
)
def test_a_weak_or_mistyped_password_is_refused(client: FlaskClient, sign_in: SignIn, password: str, again: str | None, says: str) -> None:
    sign_in(client, make_person(password=PASSWORD))
    assert says in change(client, PASSWORD, password, again)[0]


def test_staff_need_twelve_characters(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_staff(Role.REVIEWER, password=PASSWORD))
    assert "至少 12 位" in change(client, PASSWORD, "lantian b77")[0]


def test_a_fresh_code_stands_in_for_the_password(client: FlaskClient, sign_in: SignIn) -> None:
    relay_lives()
    person = make_person()
    sign_in(client, person)
    page = client.post("/account/password/code").location
    answer = client.post(page, data={"code": digits_of(page), "password": NEW, "again": NEW})
    assert answer.location == "/account"
    assert password_sign_in(client, person.phone or "", NEW).status_code == 303


def test_the_code_of_another_persons_phone_changes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    relay_lives()
    sign_in(client, make_person())
    page = client.post("/account/password/code").location
    digits = digits_of(page)
    victim = make_person(password=PASSWORD)
    sign_in(client, victim)
    assert "已失效" in read(client.post(page, data={"code": digits, "password": NEW, "again": NEW})).errors[0]
    assert password_sign_in(client, victim.phone or "", PASSWORD).status_code == 303


def test_a_sign_in_code_does_not_change_a_password(client: FlaskClient, sign_in: SignIn) -> None:
    relay_lives()
    person = make_person()
    code_page = client.post("/sign-in", data={"phone": person.phone}).location
    sign_in(client, person)
    page = code_page.replace("/sign-in/code", "/account/password/code")
    assert "已失效" in read(client.post(page, data={"code": digits_of(code_page), "password": NEW, "again": NEW})).errors[0]


def test_while_the_relay_is_away_no_code_for_a_password_is_promised(client: FlaskClient, sign_in: SignIn) -> None:
    relay_lives(timedelta(minutes=1))
    sign_in(client, make_person())
    assert client.post("/account/password/code").status_code == 503


def test_one_device_is_ended_from_the_list(client: FlaskClient) -> None:
    person = make_person()
    other, own = two_devices(client, person)
    rows = session().scalars(select(Session).order_by(Session.created_at)).all()
    assert client.post(f"/account/sessions/{rows[0].id}/end").location == "/account"
    assert [opens(client, token) for token in (other, own)] == [False, True]


def test_ending_this_device_signs_out(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    held = session().scalars(select(Session)).one()
    assert client.post(f"/account/sessions/{held.id}/end").location == "/postings"
    assert client.get_cookie("session") is None


def test_all_other_devices_are_ended_at_once(client: FlaskClient) -> None:
    other, own = two_devices(client, make_person())
    client.post("/account/sessions/end-others")
    assert [opens(client, token) for token in (other, own)] == [False, True]


def test_another_persons_device_is_not_found(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    held = session().scalars(select(Session)).one()
    sign_in(client, make_person())
    assert client.post(f"/account/sessions/{held.id}/end").status_code == 404
    end_reading()
    assert session().get_one(Session, held.id).ended_at is None


def test_another_persons_data_is_on_no_page_of_mine(client: FlaskClient, sign_in: SignIn) -> None:
    make_person(name="别人家", email="other@example.com", phone="13900009999")
    sign_in(client, make_person(name="王小明"))
    text = client.get("/account").text + client.get("/account/profile").text
    for secret in ("别人家", "other@", "13900009999", "9999"):
        assert secret not in text


def test_name_and_email_are_changed_and_an_email_is_taken_away(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person(email="wang@example.com")
    sign_in(client, person)
    assert client.post("/account/profile", data={"name": "王大明", "email": ""}).location == "/account"
    end_reading()
    row = session().get_one(Person, person.id)
    assert (row.name, row.email, row.email_index) == ("王大明", None, None)


def test_the_id_number_is_kept_and_never_shown_again(client: FlaskClient, sign_in: SignIn) -> None:
    number = id_number("37010219900307123")
    person = make_person()
    sign_in(client, person)
    assert client.post("/account/id-number", data={"id_number": number.lower()}).location == "/account"
    end_reading()
    assert session().get_one(Person, person.id).id_number == number
    assert number not in client.get("/account").text + client.get("/account/id-number").text


def test_who_is_under_sixteen_is_told_why_it_was_not_kept(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person()
    sign_in(client, person)
    young = id_number(f"370102{today() - timedelta(days=15 * 365):%Y%m%d}123")
    assert "未满16周岁" in read(client.post("/account/id-number", data={"id_number": young})).errors[0]
    end_reading()
    assert session().get_one(Person, person.id).id_number is None


def test_a_wrong_id_number_is_kept_in_the_box(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    page = read(client.post("/account/id-number", data={"id_number": "370102199003071230"}))
    assert "对不上" in page.errors[0]
    assert page.fields["id_number"] == "370102199003071230"
