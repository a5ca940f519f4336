"""What an employer says of itself reaches a posting only through a review."""

import json

import pytest

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import actor_of, make_posting
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import session, today, transaction
from webapp.employers.models import Employer
from webapp.postings import operations
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database")
REVIEWED = "生产农机车架，员工 120 人。"
BAIT = "先交押金 500 元，加微信办理入职。"


def employer_with(about: str) -> Employer:
    with transaction():
        employer = make_employer()
        employer.about = about
    return employer


def say(employer: Employer, about: str) -> None:
    with transaction():
        session().get_one(Employer, employer.id).about = about


@pytest.mark.parametrize("state", [PostingState.OPEN, PostingState.PAUSED, PostingState.FILLED])
def test_an_edit_of_the_employer_is_not_on_the_page_of_a_reviewed_posting(client, state):
    employer = employer_with(REVIEWED)
    posting = make_posting(employer=employer, state=state)
    say(employer, BAIT)
    answer = client.get(f"/postings/{posting.id}")
    assert REVIEWED in read(answer).text
    assert BAIT not in answer.get_data(as_text=True)


def test_the_data_block_says_of_the_employer_what_was_reviewed(client):
    employer = employer_with(REVIEWED)
    posting = make_posting(employer=employer)
    say(employer, BAIT)
    page = read(client.get(f"/postings/{posting.id}"))
    block = next(node for node in page.all("script") if node.get("type") == "application/ld+json")
    assert json.loads(block.text or "")["hiringOrganization"]["description"] == REVIEWED


@pytest.mark.parametrize("state", [PostingState.IN_REVIEW, PostingState.OPEN])
def test_a_reviewer_sees_the_text_that_will_be_shown(client, sign_in, state):
    employer = employer_with(REVIEWED)
    posting = make_posting(employer=employer, state=state)
    say(employer, BAIT)
    sign_in(client, make_staff(Role.REVIEWER))
    text = read(client.get(f"/review/postings/{posting.id}")).text
    assert REVIEWED in text
    assert BAIT not in text


def test_what_an_employer_empties_while_the_posting_waits_does_not_stop_the_approval():
    employer = employer_with(REVIEWED)
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW)
    say(employer, "")
    with transaction():
        operations.approve(session().get_one(Posting, posting.id), by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    assert posting.employer_about == REVIEWED


def test_an_edit_reaches_a_posting_with_its_next_submission(client, sign_in):
    employer = employer_with(REVIEWED)
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW)
    say(employer, "也修理农机。")
    owner = actor_of(owner_of(employer), Role.EMPLOYER_OWNER)
    with transaction():
        operations.revise(session().get_one(Posting, posting.id), by=owner)
    sign_in(client, owner_of(employer))
    assert "也修理农机。" in read(client.get(f"/employer/postings/{posting.id}")).text
    with transaction():
        operations.submit(session().get_one(Posting, posting.id), by=owner, on=today())
    assert session().get_one(Posting, posting.id).employer_about == "也修理农机。"
