"""Every page of the room opens for whom it is for; the client holds each to the page standards."""

import pytest
from flask.testing import FlaskClient

from tests.factories.accounts import make_person, make_staff
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Role


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/password", "/register", "/register/seeker", "/register/employer?next=/employer/register", "/privacy"]
)
def test_a_stranger_opens(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/account", "/account/welcome", "/account/profile", "/account/id-number", "/account/password"])
def test_a_person_opens(client: FlaskClient, sign_in: SignIn, path: str) -> None:
    sign_in(client, make_person())
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/staff", "/staff/invite"])
def test_an_administrator_opens(client: FlaskClient, sign_in: SignIn, path: str) -> None:
    sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370000"))
    assert client.get(path).status_code == 200


def test_the_account_page_masks_phone_and_email(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person(phone="13812345678", email="wang@example.com"))
    text = read(client.get("/account")).text
    assert "138****5678" in text
    assert "w***@example.com" in text
    assert "13812345678" not in text


def test_whoever_came_to_apply_is_told_why_a_phone_is_asked_for(client):
    assert "验证后自动回到这个岗位" in read(client.get("/sign-in?next=/postings/1/apply")).text
    assert "验证后自动回到这个岗位" not in read(client.get("/sign-in")).text
