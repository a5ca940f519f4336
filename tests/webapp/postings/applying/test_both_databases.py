"""What must hold on SQLite and on PostgreSQL: two sides at once, and every question and clock of the room asked once of each."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.applying import SEEKER, age, appointment, employer_of, make_application_in
from tests.factories.employers import make_employer
from tests.factories.postings import make_posting
from tests.webapp.postings.test_both_databases import at_once
from webapp.access import Grant, Level, Role
from webapp.db import now, session, today, transaction
from webapp.postings import operations as postings
from webapp.postings import queries as posting_queries
from webapp.postings.applying import answering, clock, hires, interviews, operations, queries, registrations
from webapp.postings.applying.models import Application, ApplicationState, ApplicationStep, HireState, Reason
from webapp.postings.applying.queries import Shelf
from webapp.postings.applying.registrations import Due
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("both")
_S = ApplicationState


def locked(application: Application) -> Application:
    posting = session().get_one(Posting, application.posting_id)
    found = queries.application_to(posting, application.id, for_change=True)
    assert found is not None
    return found


def test_of_two_sides_at_once_one_is_first_and_the_history_says_which():
    application = make_application_in(_S.OFFER)
    with transaction():
        by = employer_of(session().get_one(Posting, application.posting_id))
    verbs = (
        lambda row: operations.withdraw(row, by=SEEKER),
        lambda row: operations.refuse(row, Reason.PAY, by=by),
        lambda row: operations.decline(row, by=SEEKER),
        lambda row: hires.hire(row, session().get_one(Posting, row.posting_id), on=today(), by=by),
        lambda row: operations.lapse(row, Reason.NO_ANSWER, by=SEEKER),
    )
    assert at_once(lambda number: verbs[number % len(verbs)](locked(application))) == 1
    with transaction():
        steps = session().query(ApplicationStep).filter(ApplicationStep.application_id == application.id).all()
        row = session().get_one(Application, application.id)
        assert [step.after for step in sorted(steps, key=lambda step: step.id)] == [_S.SENT, _S.OFFER, row.state]


def test_hires_at_once_count_the_places_that_are_left_one_after_the_other():
    posting = make_posting(headcount=6)
    applications = [make_application_in(_S.OFFER, posting=posting, person=make_person()) for _ in range(6)]
    with transaction():
        by = employer_of(session().get_one(Posting, posting.id))
    grants = (Grant(Role.EMPLOYER_OWNER, employer_id=posting.employer_id),)
    left = []

    def hire(number):
        row = posting_queries.own(posting.id, grants, for_change=True)
        hires.hire(locked(applications[number]), row, on=today(), by=by)
        left.append(queries.places_left(row))

    assert at_once(hire) == 6
    assert sorted(left) == [0, 1, 2, 3, 4, 5]


def test_every_question_is_answered_alike():
    employer = make_employer()
    posting = make_posting(employer=employer, headcount=4)
    rows = {state: make_application_in(state, posting=posting, person=make_person()) for state in ApplicationState}
    age(rows[_S.SEEN], 9)
    grants, staff = (Grant(Role.EMPLOYER_OWNER, employer_id=employer.id),), (Grant(Role.LEADER, Level.CITY, "370100"),)
    with transaction():
        counts = queries.shelf_counts(grants)
        assert {shelf: counts[shelf] for shelf in Shelf} == {
            shelf: len(session().scalars(queries.of_employers(grants, shelf)).all()) for shelf in Shelf
        }
        assert queries.shelf_counts(grants, posting)[Shelf.OVERDUE] == 1
        assert queries.hire_counts(grants) == {HireState.WAITING: 1}
        assert len(session().scalars(queries.hires_of(grants, HireState.WAITING)).all()) == 1
        assert registrations.counts("370102", staff)[Due.NEAR] == 1
        assert [code for code, _ in registrations.by_place("", staff)] == ["370102"]
        assert len(queries.interviews_between(grants, now(), now() + timedelta(days=3))) == 1
        assert len(queries.chosen([row.id for row in rows.values()], grants, for_change=True)) == len(rows)
        assert queries.passed_counts(posting)[queries.Passed.HIRED] == 1
        assert answering.answering_of([employer.id]).sent == 1
        assert queries.places_left(posting) == 3
        assert len(session().scalars(queries.applications_of(rows[_S.SENT].person_id)).all()) == 1


def test_every_clock_strikes_once():
    posting = make_posting()
    fresh, old, invited, hired = (
        make_application_in(state, posting=posting, person=make_person()) for state in (_S.SENT, _S.SEEN, _S.INTERVIEW, _S.HIRED)
    )
    age(fresh, 4)
    age(old, 70)
    with transaction():
        interview = queries.interview_of(invited)
        interview.starts_at, interview.changed_at = now() + timedelta(hours=1), now() - timedelta(days=5)
        queries.hire_of(hired).due_on = today()
    still = lambda: None  # noqa: E731 - a lease that nobody takes away
    assert clock.remind_to_answer(still) == 1
    assert clock.remind_of_interviews(still) == 1
    assert clock.remind_of_registrations(still) == 1
    assert clock.lapse(still) == 1
    assert [clock.remind_to_answer(still), clock.remind_of_registrations(still), clock.lapse(still)] == [0, 0, 0]
    with transaction():
        postings.fill(session().get_one(Posting, posting.id), by=SEEKER)
    clock.hear_of_closing(posting.id, PostingState.FILLED, still)
    with transaction():
        row = session().get_one(Posting, posting.id)
        row.state, row.closed_at = PostingState.EXPIRED, now()
        at = row.closed_at
    clock.hear_of_expiry(at, still)


@pytest.mark.parametrize("state", [_S.SENT, _S.INTERVIEW])
def test_two_members_who_invite_at_once_make_one_appointment(state):
    application = make_application_in(state)
    with transaction():
        by = employer_of(session().get_one(Posting, application.posting_id))
    assert at_once(lambda _: interviews.arrange(locked(application), appointment(), by=by)) == 6
    with transaction():
        assert queries.interview_of(application).sequence == (5 if state is _S.SENT else 6)
