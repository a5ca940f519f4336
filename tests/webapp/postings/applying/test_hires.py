from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.applying import employer_of, hire_of, make_application_in
from tests.factories.postings import days_from_now, make_posting
from webapp.access import Actor
from webapp.db import session, today, transaction
from webapp.ledger import Entry
from webapp.notices.models import Notice, NoticeKind
from webapp.postings.applying import hires, queries
from webapp.postings.applying.hires import IllegalTurn, NotThatDay
from webapp.postings.applying.models import HIRE_NEXT, Application, ApplicationState, Hire, HireState
from webapp.postings.models import Posting

pytestmark = pytest.mark.usefixtures("database")
_S = ApplicationState


def hired(posting: Posting | None = None) -> Hire:
    return hire_of(make_application_in(_S.HIRED, posting=posting))


def change(verb, row, **options):
    with transaction():
        verb(session().get_one(Hire, row.id), by=Actor.SYSTEM, **options)


def titles(kind: NoticeKind) -> list[str]:
    return list(session().scalars(select(Notice.title).where(Notice.kind == kind).order_by(Notice.id)))


def test_a_hire_is_due_to_be_registered_within_thirty_days_and_the_employer_hears_at_once():
    row = hired()
    assert (row.state, row.hired_on, row.due_on) == (HireState.WAITING, today(), today() + timedelta(days=30))
    assert titles(NoticeKind.HIRE) == [f"“电焊工”录用了 1 人，请办就业登记，最晚 {row.due_on}"]
    fact = session().scalars(select(Entry).where(Entry.event == "ApplicationHired")).one()
    assert fact.payload == {"application_id": str(row.application_id), "posting_id": str(row.posting_id), "on": today().isoformat()}


def test_where_no_term_is_known_none_is_made_up():
    assert hires.registration_due("110101", today()) is None
    assert hires.registration_due(None, today()) == today() + timedelta(days=30)


@pytest.mark.parametrize("days", [-2, 61])
def test_nobody_is_hired_before_they_applied_or_in_a_distant_future(days):
    application = make_application_in(_S.SEEN)
    posting = session().get_one(Posting, application.posting_id)
    with pytest.raises(NotThatDay), transaction():
        row = session().get_one(Application, application.id)
        hires.hire(row, session().get_one(Posting, posting.id), on=days_from_now(days), by=employer_of(posting))
    assert session().get_one(Application, application.id).state is _S.SEEN


def test_each_hire_takes_a_place_and_the_last_asks_whether_all_are_found():
    posting = make_posting(headcount=2)
    hired(posting)
    assert queries.places_left(posting) == 1
    assert not any("招满了吗" in title for title in titles(NoticeKind.HIRE))
    hired(posting)
    assert queries.places_left(posting) == 0
    assert [title for title in titles(NoticeKind.HIRE) if "招满了吗" in title] == ["“电焊工”要招的 2 人都找到了，招满了吗？"]


def test_who_never_came_gives_the_place_back_and_is_told():
    posting = make_posting(headcount=1)
    row = hired(posting)
    change(hires.never_came, row)
    assert queries.places_left(posting) == 1
    assert any("没有到岗" in title for title in titles(NoticeKind.PROGRESS))


def test_a_registration_carries_its_day_and_the_hired_person_is_told():
    row = hired()
    change(hires.register, row, on=today())
    assert (hire_row(row).state, hire_row(row).registered_on) == (HireState.REGISTERED, today())
    assert any("已为您办理就业登记" in title for title in titles(NoticeKind.PROGRESS))


@pytest.mark.parametrize("days", [-1, 1])
def test_a_registration_lies_between_the_hire_and_today(days):
    row = hired()
    with pytest.raises(NotThatDay):
        change(hires.register, row, on=days_from_now(days))
    assert hire_row(row).state is HireState.WAITING


def test_a_registration_before_the_first_day_names_that_day_and_no_impossible_span():
    row = hired()
    with transaction():
        hire_row(row).hired_on = days_from_now(9)
    with pytest.raises(NotThatDay, match=f"录用日期是 {days_from_now(9)}，还没有到"):
        change(hires.register, row, on=today())


def test_what_was_said_of_a_hire_is_said_once():
    assert {state for state, following in HIRE_NEXT.items() if not following} == {HireState.REGISTERED, HireState.NEVER_CAME}
    row = hired()
    change(hires.never_came, row)
    with pytest.raises(IllegalTurn):
        change(hires.register, row, on=today())


def hire_row(row: Hire) -> Hire:
    return session().get_one(Hire, row.id)
