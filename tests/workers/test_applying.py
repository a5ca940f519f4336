"""Applications as the workers see them: facts about postings reach whoever applied, and the clock's jobs run in the batch queue."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person, make_staff
from tests.factories.applying import age, employer_of, make_application_in
from tests.factories.postings import actor_of, days_from_now, make_posting
from tests.workers.support import states, taken_by_a_worker_that_died
from webapp import ledger
from webapp.access import Actor, Role
from webapp.config import Settings
from webapp.db import now, reading, session, today, transaction
from webapp.ledger import DeliveryState
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations
from webapp.postings.applying import queries
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.models import Posting
from workers import schedule
from workers.carrying import carry_one
from workers.handlers import BATCH

_S = ApplicationState


def work_off(house: Settings) -> None:
    while carry_one(BATCH, house):
        pass


def told(kind: NoticeKind) -> list[str]:
    with reading():
        return list(session().scalars(select(Notice.title).where(Notice.kind == kind).order_by(Notice.id)))


def test_a_take_down_warns_whoever_applied_also_when_a_worker_dies_on_it(house: Settings) -> None:
    posting = make_posting()
    make_application_in(_S.SENT, posting=posting)
    with transaction():
        row = session().get_one(Posting, posting.id)
        operations.take_down(row, "收押金。", by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    taken_by_a_worker_that_died(BATCH)
    work_off(house)
    assert told(NoticeKind.TAKEN_DOWN) == ["您应聘的岗位“电焊工”已下架"]
    assert states("tell_applicants") == [DeliveryState.DONE]


def test_a_filled_posting_asks_for_the_answers_it_owes(house: Settings) -> None:
    posting = make_posting()
    make_application_in(_S.SEEN, posting=posting)
    with transaction():
        row = session().get_one(Posting, posting.id)
        operations.fill(row, by=employer_of(row))
    work_off(house)
    assert told(NoticeKind.PROGRESS) == ["“电焊工”已招满，您的应聘还在"]
    assert told(NoticeKind.WAITING) == ["“电焊工”已招满，还有 1 份应聘没有答复"]


def test_one_that_was_opened_again_before_the_worker_came_is_no_news(house: Settings) -> None:
    posting = make_posting()
    make_application_in(_S.SENT, posting=posting)
    with transaction():
        row = session().get_one(Posting, posting.id)
        operations.fill(row, by=employer_of(row))
        operations.reopen(row, by=employer_of(row))
    work_off(house)
    assert told(NoticeKind.PROGRESS) == []


def test_those_that_expire_together_are_told_of_as_one_fact(house: Settings) -> None:
    with transaction():
        postings = [make_posting() for _ in range(3)]
    for posting in postings[:2]:
        make_application_in(_S.SENT, posting=posting, person=make_person())
    with transaction():
        for posting in postings:
            session().get_one(Posting, posting.id).valid_through = days_from_now(-1)
    operations.expire(today(), by=Actor.SYSTEM)
    work_off(house)
    assert told(NoticeKind.PROGRESS) == ["“电焊工”已过期，您的应聘还在"] * 2
    assert states("tell_applicants_of_expired") == [DeliveryState.DONE]


@pytest.mark.parametrize(
    ("job", "kind"),
    [
        ("lapse_applications", NoticeKind.PROGRESS),
        ("remind_to_answer", NoticeKind.WAITING),
        ("remind_of_interviews", NoticeKind.INTERVIEW),
        ("remind_of_registrations", NoticeKind.HIRE),
    ],
)
def test_the_clocks_jobs_are_planned_and_carried_out(house: Settings, job: str, kind: NoticeKind) -> None:
    posting = make_posting()
    late = make_application_in(_S.SEEN, posting=posting)
    invited, hired = (make_application_in(state, posting=posting, person=make_person()) for state in (_S.INTERVIEW, _S.HIRED))
    age(late, 61 if job == "lapse_applications" else 4)
    with transaction() as writing:
        interview, hire = queries.interview_of(invited), queries.hire_of(hired)
        assert interview is not None
        assert hire is not None
        interview.starts_at, interview.changed_at = now() + timedelta(hours=1), now() - timedelta(days=4)
        hire.due_on = today()
        writing.query(Notice).delete()
    planned = {one.name: one for one in schedule.SCHEDULE}[job]
    with transaction():
        ledger.record(planned.announce(now()), by=Actor.SYSTEM)
    work_off(house)
    assert told(kind)
    with reading():
        lapsed = session().get_one(Application, late.id).state is _S.LAPSED
    assert lapsed == (job == "lapse_applications")
