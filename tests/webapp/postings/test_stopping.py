"""What an inspection stops or takes down, also after it has closed, and that nobody brings it back without a review."""

import pytest

from tests.factories.accounts import make_staff
from tests.factories.employers import owner_of
from tests.factories.postings import actor_of, make_forwarded, make_posting
from webapp.access import Actor, Role
from webapp.db import session, today, transaction
from webapp.postings import operations, queries
from webapp.postings.models import STOPPABLE, Posting, PostingState, ReviewDecision

pytestmark = pytest.mark.usefixtures("database")
S = PostingState
STATES = sorted(STOPPABLE, key=lambda state: state.value)


def change_with(verb, posting, *words, **options):
    with transaction():
        verb(session().get_one(Posting, posting.id), *words, **options)


def state_of(posting):
    return session().get_one(Posting, posting.id).state


def inspector() -> Actor:
    return actor_of(make_staff(Role.INSPECTOR), Role.INSPECTOR)


def owner(posting) -> Actor:
    return actor_of(owner_of(queries.employer_of(posting)), Role.EMPLOYER_OWNER)


def decisions(posting):
    return [review.decision for review in queries.reviews_of(posting)]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("filled", [False, True])
def test_a_posting_is_stopped_wherever_it_stands_and_the_decision_is_kept(state, filled):
    posting = make_posting(state=state)
    change_with(operations.stop, posting, "属实", by=inspector(), filled=filled)
    assert state_of(posting) is (S.FILLED if filled and state in {S.OPEN, S.PAUSED, S.FILLED} else S.WITHDRAWN)
    assert decisions(posting)[0] is ReviewDecision.STOPPED
    with pytest.raises((operations.IllegalMove, operations.Stopped)):
        change_with(operations.reopen, posting, by=owner(posting))
    change_with(operations.revise, posting, by=owner(posting))
    assert state_of(posting) is S.DRAFT


@pytest.mark.parametrize("state", STATES)
def test_a_posting_is_taken_down_wherever_it_stands(state):
    posting = make_posting(state=state)
    change_with(operations.take_down, posting, "属实", by=inspector())
    assert (state_of(posting), decisions(posting)[0]) == (S.TAKEN_DOWN, ReviewDecision.TAKEN_DOWN)
    with pytest.raises(operations.IllegalMove):
        change_with(operations.revise, posting, by=owner(posting))


def test_an_employer_fills_and_opens_again_by_itself_what_nobody_stopped():
    posting = make_posting(state=S.FILLED)
    change_with(operations.reopen, posting, by=owner(posting))
    assert state_of(posting) is S.OPEN


def test_once_a_reviewer_approved_it_again_a_stop_is_over():
    posting = make_posting()
    change_with(operations.stop, posting, "属实", by=inspector(), filled=True)
    change_with(operations.revise, posting, by=owner(posting))
    change_with(operations.submit, posting, by=owner(posting), on=today())
    change_with(operations.approve, posting, by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    change_with(operations.fill, posting, by=owner(posting))
    change_with(operations.reopen, posting, by=owner(posting))
    assert state_of(posting) is S.OPEN


@pytest.mark.parametrize("state", [S.FILLED, S.EXPIRED])
def test_what_ended_is_neither_taken_back_nor_rewritten_as_if_it_were_open(state):
    posting = make_posting(state=state)
    with pytest.raises(operations.IllegalMove):
        change_with(operations.withdraw, posting, by=owner(posting))


def test_a_filled_posting_is_no_draft():
    posting = make_posting(state=S.FILLED)
    with pytest.raises(operations.IllegalMove):
        change_with(operations.revise, posting, by=owner(posting))


def test_a_forwarded_posting_is_stopped_after_it_expired():
    with transaction():
        posting = make_forwarded(state=S.EXPIRED)
    change_with(operations.stop, posting, "属实", by=inspector(), filled=True)
    assert (state_of(posting), decisions(posting)) == (S.WITHDRAWN, [ReviewDecision.STOPPED])


def test_the_page_offers_a_draft_for_what_was_stopped_and_no_button_to_open_it(client, sign_in):
    posting = make_posting()
    change_with(operations.stop, posting, "属实", by=inspector(), filled=True)
    sign_in(client, owner_of(queries.employer_of(posting)))
    html = client.get(f"/employer/postings/{posting.id}").get_data(as_text=True)
    assert 'value="draft"' in html
    assert 'value="open"' not in html and 'value="withdrawn"' not in html
    plain = make_posting(state=S.FILLED, employer=queries.employer_of(posting), title="保洁")
    html = client.get(f"/employer/postings/{plain.id}").get_data(as_text=True)
    assert 'value="open"' in html
    assert 'value="draft"' not in html and 'value="withdrawn"' not in html
