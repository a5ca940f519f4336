"""Whose rows a question answers: another employer, a former member, another district, a grant that reaches nothing."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.applying import SEEKER, age, bring_near, hire_of, make_application_in, make_interview
from tests.factories.employers import make_employer
from tests.factories.postings import make_application, make_posting
from webapp.access import Grant, Level, Role
from webapp.db import now, session, today, transaction
from webapp.postings.applying import hires, interviews, queries, registrations
from webapp.postings.applying.models import Application, ApplicationState, Hire, HireState
from webapp.postings.applying.queries import Passed, Shelf
from webapp.postings.applying.registrations import Due

pytestmark = pytest.mark.usefixtures("database")
_S = ApplicationState
NOBODY = (Grant(Role.EMPLOYER_OWNER),)


def of(employer) -> tuple[Grant, ...]:
    return (Grant(Role.EMPLOYER_OWNER, employer_id=employer.id),)


def staff(region: str | None) -> tuple[Grant, ...]:
    return (Grant(Role.OFFICER, Level.CITY, region),)


def keys(wanted) -> set:
    return {row.id for row in session().scalars(wanted)}


def test_an_application_is_found_by_its_posting_and_by_its_seeker_only():
    posting, other = make_posting(), make_posting()
    seeker = make_person()
    application = make_application(posting, seeker)
    assert queries.application_to(posting, application.id) is not None
    assert queries.application_to(other, application.id) is None
    assert queries.own_application(application.id, make_person().id) is None
    assert queries.own_application(application.id, seeker.id) is not None
    assert session().scalars(queries.applications_of(make_person().id)).all() == []


def test_an_employer_finds_its_own_applications_interviews_and_hires_and_nobody_elses():
    mine, theirs = make_employer(), make_employer(name="乙公司")
    own = make_application_in(_S.INTERVIEW, posting=make_posting(employer=mine))
    hired = make_application_in(_S.HIRED, posting=make_posting(employer=mine))
    make_application_in(_S.INTERVIEW, posting=make_posting(employer=theirs))
    make_application_in(_S.HIRED, posting=make_posting(employer=theirs))
    hour = timedelta(hours=1)
    for grants, expected in ((of(mine), 1), (NOBODY, 0), ((), 0)):
        with transaction():
            assert len(keys(queries.of_employers(grants, Shelf.OPEN))) == expected
            assert len(keys(queries.of_employers(grants, Shelf.HIRED))) == expected
            assert queries.shelf_counts(grants)[Shelf.INTERVIEW] == expected
            assert len(queries.interviews_between(grants, now() - hour, now() + 72 * hour)) == expected
            assert len(keys(queries.hires_of(grants, HireState.WAITING))) == expected
            assert queries.hire_counts(grants).get(HireState.WAITING, 0) == expected
            assert len(queries.chosen([own.id, hired.id], grants)) == 2 * expected
            assert (queries.hire(hire_of(hired).id, grants) is not None) == bool(expected)
    with transaction():
        assert queries.chosen([own.id], of(theirs)) == []
        assert queries.hire(hire_of(hired).id, of(theirs)) is None


def test_a_shelf_of_a_posting_holds_that_posting_only():
    employer = make_employer()
    first, second = make_posting(employer=employer), make_posting(employer=employer)
    one = make_application_in(_S.SENT, posting=first)
    make_application_in(_S.SENT, posting=second)
    assert keys(queries.of_employers(of(employer), Shelf.NEW, first)) == {one.id}
    assert queries.shelf_counts(of(employer), first)[Shelf.NEW] == 1
    assert queries.shelf_counts(of(employer))[Shelf.NEW] == 2


def test_every_application_lies_on_the_shelf_of_its_state_and_each_counter_opens_its_rows():
    employer = make_employer()
    posting = make_posting(employer=employer)
    rows = {state: make_application_in(state, posting=posting, person=make_person()) for state in ApplicationState}
    by_state = {
        Shelf.NEW: {_S.SENT},
        Shelf.SEEN: {_S.SEEN},
        Shelf.CONTACTED: {_S.CONTACTED},
        Shelf.INTERVIEW: {_S.INTERVIEW},
        Shelf.OFFER: {_S.OFFER},
        Shelf.HIRED: {_S.HIRED},
        Shelf.ENDED: {_S.REFUSED, _S.DECLINED, _S.WITHDRAWN, _S.LAPSED},
        Shelf.OPEN: {_S.SENT, _S.SEEN, _S.CONTACTED, _S.INTERVIEW, _S.OFFER},
        Shelf.OVERDUE: set(),
        Shelf.CHANGE: set(),
        Shelf.TODAY: set(),
        Shelf.DECIDE: set(),
    }
    assert set(by_state) == set(Shelf)
    counts = queries.shelf_counts(of(employer))
    for shelf, states in by_state.items():
        found = keys(queries.of_employers(of(employer), shelf))
        assert found == {rows[state].id for state in states}, shelf
        assert counts[shelf] == len(found), shelf


def test_who_waits_too_long_lies_on_that_shelf_too_and_the_longest_comes_first():
    employer = make_employer()
    posting = make_posting(employer=employer)
    seven, nine, six = (make_application_in(_S.SENT, posting=posting, person=make_person()) for _ in range(3))
    for application, days in ((seven, 7), (nine, 9), (six, 6.9)):
        age(application, days)
    age(make_application_in(_S.CONTACTED, posting=posting, person=make_person()), 30)
    assert [row.id for row in session().scalars(queries.of_employers(of(employer), Shelf.OVERDUE))] == [nine.id, seven.id]


def test_interviews_lie_on_the_shelves_of_today_of_wishes_and_of_decisions():
    employer = make_employer()
    posting = make_posting(employer=employer)
    today_, asked, past, ahead = (make_application_in(_S.INTERVIEW, posting=posting, person=make_person()) for _ in range(4))
    with transaction():
        latest = {row.id: queries.interview_of(row) for row in (today_, past)}
        interviews.ask_other_time(session().get_one(Application, asked.id), "周六", by=SEEKER)
    start, end = queries.day_bounds(today())
    bring_near(latest[today_.id], (start + (end - start) / 2) - now())
    bring_near(latest[past.id], -timedelta(days=2))
    found = {shelf: keys(queries.of_employers(of(employer), shelf)) for shelf in (Shelf.TODAY, Shelf.CHANGE, Shelf.DECIDE)}
    assert found[Shelf.TODAY] == {today_.id}
    assert found[Shelf.CHANGE] == {asked.id}
    assert past.id in found[Shelf.DECIDE]
    assert found[Shelf.DECIDE].isdisjoint({asked.id, ahead.id})


def test_an_answer_to_the_rest_takes_those_who_wait_for_one():
    posting = make_posting()
    waiting = {make_application_in(state, posting=posting, person=make_person()).id for state in (_S.SENT, _S.SEEN)}
    for state in (_S.CONTACTED, _S.REFUSED, _S.HIRED, _S.WITHDRAWN):
        make_application_in(state, posting=posting, person=make_person())
    assert {row.id for row in queries.unanswered(posting, 50)} == waiting
    assert len(queries.unanswered(posting, 1)) == 1


def test_how_far_a_postings_applications_came_is_counted_and_each_counter_opens_its_rows():
    posting = make_posting()
    for state in (_S.SENT, _S.SEEN, _S.CONTACTED, _S.REFUSED, _S.WITHDRAWN, _S.INTERVIEW, _S.HIRED):
        make_application_in(state, posting=posting, person=make_person())
    fallen = hire_of(make_application_in(_S.HIRED, posting=posting, person=make_person()))
    with transaction():
        hires.never_came(session().get_one(Hire, fallen.id), by=SEEKER)
    make_application_in(_S.HIRED)
    counts = queries.passed_counts(posting)
    assert counts == {Passed.SENT: 8, Passed.SEEN: 5, Passed.ANSWERED: 5, Passed.INVITED: 1, Passed.HIRED: 1}
    for passed, count in counts.items():
        assert len(keys(queries.that_passed(posting, passed))) == count


def test_the_latest_interview_is_the_one_that_counts():
    application = make_application_in(_S.INTERVIEW)
    with transaction():
        interviews.cancel(session().get_one(Application, application.id), by=SEEKER)
    second = make_interview(application)
    assert queries.interview_of(application).id == second.id


# staff


@pytest.mark.parametrize(("region", "reached"), [("370100", 1), ("370102", 1), ("370000", 2), ("370200", 1), ("370103", 0), (None, 0)])
def test_staff_count_the_hires_of_their_area_only_and_each_counter_opens_its_rows(region, reached):
    make_application_in(_S.HIRED, posting=make_posting(region="370102"))
    make_application_in(_S.HIRED, posting=make_posting(region="370202"))
    grants = staff(region)
    assert registrations.counts("", grants)[Due.NEAR] == reached
    assert len(keys(registrations.rows_of(Due.NEAR, "", grants))) == reached
    assert sum(numbers[Due.NEAR] for _, numbers in registrations.by_place("", grants)) == reached


def test_a_place_narrows_the_own_area_and_never_widens_it():
    make_application_in(_S.HIRED, posting=make_posting(region="370102"))
    make_application_in(_S.HIRED, posting=make_posting(region="370202"))
    assert registrations.counts("370102", staff("370100"))[Due.NEAR] == 1
    assert registrations.counts("370202", staff("370100"))[Due.NEAR] == 0
    assert keys(registrations.rows_of(Due.NEAR, "370202", staff("370100"))) == set()


def test_a_hire_is_counted_once_by_where_its_registration_stands():
    rows = [hire_of(make_application_in(_S.HIRED, posting=make_posting())) for _ in range(5)]
    with transaction():
        kept = [session().get_one(Hire, row.id) for row in rows]
        kept[0].due_on = today() - timedelta(days=1)
        kept[1].due_on = None
        kept[2].state = HireState.REGISTERED
        kept[3].state = HireState.NEVER_CAME
    counts = registrations.counts("", staff("370100"))
    assert counts == {Due.OVER: 1, Due.NEAR: 2, Due.REGISTERED: 1, Due.NEVER_CAME: 1}
    for due, count in counts.items():
        assert len(keys(registrations.rows_of(due, "", staff("370100")))) == count
    assert registrations.by_place("", staff("370100")) == [("370102", counts)]


def test_many_cities_are_summed_by_city_and_few_by_county():
    for region in ("370102", "370103", "370202", "370302"):
        make_application_in(_S.HIRED, posting=make_posting(region=region))
    province = registrations.by_place("", staff("370000"))
    assert [(code, numbers[Due.NEAR]) for code, numbers in province] == [("370100", 2), ("370200", 1), ("370300", 1)]
    city = registrations.by_place("370100", staff("370000"))
    assert [(code, numbers[Due.NEAR]) for code, numbers in city] == [("370102", 1), ("370103", 1)]
