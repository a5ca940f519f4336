"""An e-mail address is used once its reader has said that it is theirs."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import disable, make_person
from tests.webapp.conftest import SignIn
from tests.webapp.pages import read
from webapp.access import Actor
from webapp.accounts import limits, mailbox, operations
from webapp.accounts.models import EmailConfirmation, Person
from webapp.db import end_reading, now, reading, session, transaction
from webapp.events import EmailConfirmationRequested
from webapp.ledger import Entry
from webapp.notices.operations import write_confirmation

pytestmark = pytest.mark.usefixtures("database")
OLD, NEW = "wang@example.com", "xin@example.com"


def give(person: Person, email: str | None) -> str | None:
    """Sets the address as its owner would; answers the token of the link."""
    with transaction():
        asked = operations.change_profile(session().get_one(Person, person.id), name="王小明", email=email, by=Actor.SYSTEM)
        return None if asked is None else asked.token


def confirmed(person: Person) -> bool:
    end_reading()
    with reading():
        return session().get_one(Person, person.id).email_confirmed_at is not None


def confirm(token: str | None) -> None:
    with transaction():
        mailbox.confirm_email(token or "")


def test_an_address_given_by_its_owner_waits_and_one_vouched_for_does_not() -> None:
    person = make_person(email=OLD)
    assert confirmed(person)
    assert give(person, OLD) is None and confirmed(person), "the same address again asks nothing"
    token = give(person, NEW)
    assert token is not None and not confirmed(person)
    confirm(token)
    assert confirmed(person)


def test_the_link_of_an_earlier_address_does_not_confirm_the_next() -> None:
    person = make_person()
    first, second = give(person, OLD), give(person, NEW)
    with pytest.raises(mailbox.SpentLink):
        confirm(first)
    assert not confirmed(person)
    confirm(second)
    give(person, None)
    assert not confirmed(person)


def test_a_link_ends_after_its_hours_and_with_its_account() -> None:
    late, gone = make_person(), make_person()
    tokens = give(late, OLD), give(gone, NEW)
    disable(gone)
    with transaction():
        rows = session().scalars(select(EmailConfirmation)).all()
        assert {row.expires_at - row.created_at for row in rows} == {timedelta(hours=24)}
        next(row for row in rows if row.person_id == late.id).expires_at = now()
    for token in tokens:
        with pytest.raises(mailbox.SpentLink):
            confirm(token)


def test_the_token_is_stored_as_a_hash_and_wiped_when_the_letter_is_written() -> None:
    token = give(make_person(), NEW) or ""
    with transaction():
        row = session().scalars(select(EmailConfirmation)).one()
        message = write_confirmation(row.id, by=Actor.SYSTEM)
        assert message is not None and message.address == NEW and token in (message.body or "") and token not in message.title
        assert row.token_sealed is None and token.encode() not in row.token_hash
        assert write_confirmation(row.id, by=Actor.SYSTEM) is None
    with reading():
        said = [entry.payload for entry in session().scalars(select(Entry)) if entry.event == EmailConfirmationRequested.__name__]
    assert said == [{"confirmation_id": str(row.id)}]
    confirm(token)


def test_no_letter_goes_to_an_address_that_was_changed_meanwhile() -> None:
    person = make_person()
    give(person, OLD)
    with reading():
        first = session().scalars(select(EmailConfirmation.id)).one()
    give(person, NEW)
    with transaction():
        assert write_confirmation(first, by=Actor.SYSTEM) is None


def test_a_mailbox_is_not_filled_by_one_person_or_by_many() -> None:
    person = make_person()
    for number in range(5):
        give(person, f"a{number}@example.com")
    with pytest.raises(limits.TooMany):
        give(person, NEW)
    for _ in range(5):
        other = make_person()
        give(other, NEW)
        give(other, None)
    with pytest.raises(limits.TooMany):
        give(make_person(), NEW)


def test_opening_the_link_changes_nothing_and_the_button_confirms(client: FlaskClient) -> None:
    person = make_person()
    url = f"/confirm-email/{give(person, NEW)}"
    page = read(client.get(url))
    assert page.h1 == "确认邮箱" and "x***@example.com" in page.text and NEW not in page.text
    assert not confirmed(person)
    assert client.post(url).location == url
    assert read(client.get(url)).h1 == "邮箱已确认" and confirmed(person)
    assert client.post(url).status_code == 303, "a second press is no mistake"


def test_an_unknown_link_says_what_to_do(client: FlaskClient) -> None:
    for answer in (client.get("/confirm-email/x"), client.post("/confirm-email/x")):
        assert answer.status_code == 410
        assert "重发" in read(answer).text


def test_the_account_page_says_that_it_waits_and_sends_the_letter_again(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person()
    sign_in(client, person)
    assert "待确认" not in read(client.get("/account")).text
    client.post("/account/profile", data={"name": "王小明", "email": NEW})
    page = read(client.get("/account"))
    assert "待确认" in page.text and "确认邮件已发出" in page.text
    assert "/account/email/resend" in page.actions
    for _ in range(5):
        client.post("/account/email/resend")
    assert "太多" in read(client.get("/account")).text
    end_reading()
    token = session().scalars(select(EmailConfirmation)).all()[-1].token
    assert len(session().scalars(select(EmailConfirmation)).all()) == 5
    confirm(token)
    assert "待确认" not in read(client.get("/account")).text


def test_too_many_new_addresses_lose_nothing_typed(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_person(name="王小明")
    sign_in(client, person)
    for number in range(5):
        client.post("/account/profile", data={"name": "王小明", "email": f"a{number}@example.com"})
    page = read(client.post("/account/profile", data={"name": "王大明", "email": NEW}))
    assert "太多" in page.errors[0] and page.fields["email"] == NEW and page.fields["name"] == "王大明"
