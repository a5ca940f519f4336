from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_person
from tests.factories.applying import age, make_application_in
from tests.factories.employers import make_employer
from tests.factories.postings import make_posting
from webapp.db import session, transaction
from webapp.postings.applying import answering
from webapp.postings.applying.answering import Answering
from webapp.postings.applying.models import Application, ApplicationState

DAY = timedelta(days=1)
_S = ApplicationState
WAITS = st.lists(st.none() | st.timedeltas(timedelta(), timedelta(days=90)), max_size=60)


@given(WAITS)
def test_at_least_half_of_all_were_answered_within_the_days_that_are_told(waits):
    found = answering.reckoned(waits)
    known = [wait for wait in waits if wait is not None]
    assert (found.sent, found.answered) == (len(waits), len(known))
    if found.days is None:
        assert len(known) * 2 < len(waits) or not waits
    else:
        within = sum(wait <= found.days * DAY for wait in known)
        assert within * 2 >= len(waits)
        assert found.days == 1 or sum(wait <= (found.days - 1) * DAY for wait in known) * 2 < len(waits), "and not within a day less"


@pytest.mark.parametrize(
    ("waits", "found"),
    [
        ([], Answering(0, 0, None)),
        ([timedelta(hours=3)], Answering(1, 1, 1)),
        ([timedelta(hours=1), None, None], Answering(3, 1, None)),
        ([timedelta(hours=1), 5 * DAY, None], Answering(3, 2, 5)),
        ([2 * DAY + timedelta(seconds=1), 2 * DAY], Answering(2, 2, 2)),
    ],
)
def test_who_never_got_an_answer_waits_for_ever_in_the_sum(waits, found):
    assert answering.reckoned(waits) == found


def test_all_is_a_hundred_per_cent_and_nearly_all_is_not():
    assert Answering(200, 199, 1).share == 99
    assert Answering(0, 0, None).share == 0


def answered(posting, state, *, after_days: float, sent_days_ago: float) -> Application:
    application = make_application_in(state, posting=posting, person=make_person())
    age(application, sent_days_ago)
    if application.answered_at is not None:
        with transaction():
            row = session().get_one(Application, application.id)
            row.answered_at = row.sent_at + after_days * DAY
    return application


@pytest.mark.usefixtures("database")
def test_fresh_and_old_and_taken_back_applications_and_other_employers_are_not_counted():
    employer = make_employer()
    posting = make_posting(employer=employer)
    answered(posting, _S.CONTACTED, after_days=2, sent_days_ago=10)
    answered(posting, _S.SEEN, after_days=0, sent_days_ago=8)
    answered(posting, _S.SENT, after_days=0, sent_days_ago=6)
    answered(posting, _S.REFUSED, after_days=1, sent_days_ago=181)
    answered(posting, _S.WITHDRAWN, after_days=0, sent_days_ago=20)
    answered(make_posting(), _S.REFUSED, after_days=1, sent_days_ago=20)
    with transaction():
        assert answering.answering_of([employer.id]) == Answering(2, 1, 2)
        assert answering.answering_of([]) == Answering(0, 0, None)


@pytest.mark.usefixtures("database")
def test_nothing_is_told_to_the_public_before_enough_speaks_for_it():
    employer = make_employer()
    posting = make_posting(employer=employer)
    for _ in range(9):
        answered(posting, _S.REFUSED, after_days=3, sent_days_ago=20)
    with transaction():
        assert answering.told(employer.id) is None
    answered(posting, _S.SENT, after_days=0, sent_days_ago=20)
    with transaction():
        assert answering.told(employer.id) == 3
        assert answering.told(None) is None
