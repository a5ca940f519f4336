"""Registering through the pages."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import PASSWORD, make_person, make_phone, relay_lives
from tests.webapp.accounts.test_sign_in import ask, digits_of, password_sign_in
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Role
from webapp.accounts import queries
from webapp.accounts.models import Consent, LoginCode, Person
from webapp.db import end_reading, session


@pytest.fixture(autouse=True)
def relay(client: FlaskClient) -> None:
    relay_lives()


def register(client: FlaskClient, phone: str, path: str = "/register/seeker") -> str:
    """Up to the last step; where that one is."""
    page = ask(client, phone, path, agreed="y")
    answer = client.post(page, data={"code": digits_of(page)})
    assert answer.status_code == 303
    return answer.location


def test_a_seeker_registers_in_three_steps(client: FlaskClient) -> None:
    last = register(client, "13812345678")
    answer = client.post(last, data={"name": "王 小明", "email": "Wang@example.com", "password": "lantian baiyun 7"})
    assert answer.location == "/postings"
    person = queries.person_by_phone("13812345678")
    assert person is not None
    assert (person.name, person.email) == ("王 小明", "wang@example.com")
    assert [grant.role for grant in queries.grants_of(person.id)] == [Role.SEEKER]
    client.post("/sign-out")
    assert password_sign_in(client, "wang@example.com", "lantian baiyun 7").status_code == 303


def test_without_consent_no_code_is_sent(client: FlaskClient) -> None:
    page = read(client.post("/register/seeker", data={"phone": "13812345678"}))
    assert "同意" in page.errors[0]
    assert page.fields["phone"] == "13812345678"
    assert session().scalars(select(LoginCode)).all() == []


def test_an_employer_goes_on_to_its_organisation(client: FlaskClient) -> None:
    assert client.get("/register/employer").location == "/register/employer?next=/employer/register"
    last = register(client, make_phone(), "/register/employer?next=/employer/register")
    assert last == "/account/welcome?next=/employer/register"
    assert client.post(last, data={"name": "赵老板"}).location == "/employer/register"
    assert client.get("/employer/register").status_code == 200


def test_each_side_reads_what_concerns_it(client: FlaskClient) -> None:
    """What the consent says and what the last step says are the same promise."""
    employer, seeker = "/register/employer?next=/employer/register", "/register/seeker"
    own, others = "核验单位的工作人员和本单位的成员", "应聘时您同意了，用人单位才看得到您的姓名和电话"
    for path in (employer, seeker):
        first = read(client.get(path)).text
        last = read(client.get(register(client, make_phone(), path))).text
        client.post("/sign-out")
        says, silent = (own, others) if path == employer else (others, own)
        assert says in first and says in last
        assert silent not in first and silent not in last


def test_a_code_for_a_new_phone_asks_for_the_consent_of_the_side_it_came_from(client: FlaskClient) -> None:
    for target, says in (("/employer/register", "招人都不收费"), ("/account", "找工作都不收费")):
        page = ask(client, make_phone(), f"/sign-in?next={target}")
        assert says in read(client.post(page, data={"code": digits_of(page)})).text


def test_who_is_signed_in_goes_straight_to_the_organisation(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    assert client.get("/register/employer").location == "/employer/register"
    assert read(client.get("/account")).links["我要招人：登记用人单位"] == "/employer/register"


def test_a_registered_phone_is_signed_in_and_stays_one_person(client: FlaskClient) -> None:
    person = make_person(phone="13812345678", name="王小明")
    assert register(client, "13812345678") == "/postings"
    assert len(session().scalars(select(Person)).all()) == 1
    assert "王小明" in client.get("/account").text
    assert session().scalars(select(Consent)).one().person_id == person.id


def test_the_name_may_wait(client: FlaskClient) -> None:
    last = register(client, "13812345678")
    assert read(client.get(last)).links["以后再填"] == "/postings"
    assert client.get("/postings").status_code == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"name": "王" * 41}, "最多 40 个字"),
        ({"name": "13812345678"}, "数字"),
        ({"name": "<b>王</b>"}, "符号"),
        ({"name": "王", "email": "wang"}, "邮箱格式"),
        ({"name": "王", "email": "x" * 200 + "@example.com"}, "太长"),
        ({"name": "王", "password": "1234567"}, "至少 8 位"),
        ({"name": "王", "password": "12345678"}, "太常见"),
        ({"name": "王", "password": "13812345678"}, "不要用手机号"),
        ({"name": "王", "password": "好" * 200}, "最多 128 位"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client: FlaskClient, typed: dict[str, str], says: str) -> None:
    last = register(client, "13812345678")
    answer = client.post(last, data={"email": "", "password": "", **typed})
    page = read(answer)
    assert answer.status_code == 200
    assert any(says in error for error in page.errors), page.errors
    assert page.fields["name"] == typed["name"]
    end_reading()
    person = queries.person_by_phone("13812345678")
    assert person is not None
    assert person.name is None


def test_an_email_of_another_is_refused_without_saying_whose(client: FlaskClient) -> None:
    make_person(email="wang@example.com", name="王小明")
    last = register(client, "13812345678")
    page = read(client.post(last, data={"name": "李", "email": "wang@example.com"}))
    assert "不能使用" in page.errors[0]
    assert "王小明" not in page.text


def test_the_last_step_does_not_change_a_password_that_is_there(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person(password=PASSWORD)
    sign_in(client, person)
    client.post("/account/welcome", data={"name": "王", "password": "lantian baiyun 7"})
    client.post("/sign-out")
    assert password_sign_in(client, person.phone or "", PASSWORD).status_code == 303


def test_the_notice_that_is_agreed_to_can_be_read(client: FlaskClient) -> None:
    page = read(client.get("/register/seeker"))
    assert page.links["看全文"] == "/privacy"
    assert "未满16周岁" in read(client.get("/privacy")).text
