from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_person, make_staff
from tests.factories.applying import age, bring_near, employer_of, hire_of, make_application_in
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import actor_of, make_posting
from webapp.access import Actor, Role
from webapp.db import now, session, today, transaction
from webapp.employers.operations import remove_member
from webapp.employers.queries import membership_of
from webapp.ledger import Entry
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations as postings
from webapp.postings.applying import clock, queries
from webapp.postings.applying import operations as applying
from webapp.postings.applying.models import LAPSING, LIVE, Application, ApplicationState, Hire, HireState, Interview, InterviewState, Reason
from webapp.postings.models import Posting, PostingState
from webapp.postings.operations import NoReason

pytestmark = pytest.mark.usefixtures("database")
_S = ApplicationState


def still() -> None:
    """A lease that nobody takes away."""


def close(posting: Posting, state: PostingState) -> None:
    with transaction():
        row = session().get_one(Posting, posting.id)
        if state is PostingState.TAKEN_DOWN:
            postings.take_down(row, "收押金。", by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
        else:
            postings.move(row, state)
            row.closed_at = now()
    clock.hear_of_closing(posting.id, state, still)


def state_of(application: Application) -> ApplicationState:
    with transaction():
        return session().get_one(Application, application.id).state


def lines(kind: NoticeKind, person_id=None) -> list[Notice]:
    wanted = select(Notice).where(Notice.kind == kind).order_by(Notice.id)
    with transaction():
        return list(session().scalars(wanted if person_id is None else wanted.where(Notice.person_id == person_id)))


# a posting closes


def test_whoever_still_applies_is_warned_once_when_a_posting_is_taken_down_and_the_application_ends():
    posting = make_posting()
    live, other = (make_application_in(_S.SENT, posting=posting, person=make_person(name=name)) for name in ("孙求职", "李求职"))
    make_application_in(_S.WITHDRAWN, posting=posting, person=make_person(name="周求职"))
    close(posting, PostingState.TAKEN_DOWN)
    clock.hear_of_closing(posting.id, PostingState.TAKEN_DOWN, still)
    told = lines(NoticeKind.TAKEN_DOWN)
    assert sorted((notice.person_id, notice.path) for notice in told) == sorted((one.person_id, f"/applications/{one.id}") for one in (live, other))
    for notice in told:
        assert "已下架" in notice.title
        assert "不要交任何费用" in notice.body
        assert "12333" in notice.body
        assert "收押金" not in notice.body
    assert state_of(live) is _S.LAPSED
    with transaction():
        assert queries.steps_of(live)[-1].reason is Reason.TAKEN_DOWN
    assert lines(NoticeKind.PROGRESS) == [], "one line is enough"


def test_a_refused_take_down_warns_nobody():
    posting = make_posting()
    make_application_in(_S.SENT, posting=posting)
    with pytest.raises(NoReason), transaction():
        postings.take_down(session().get_one(Posting, posting.id), " ", by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    with transaction():
        assert not session().scalars(select(Entry).where(Entry.event == "PostingClosed")).all()
    clock.hear_of_closing(posting.id, PostingState.TAKEN_DOWN, still)
    assert lines(NoticeKind.TAKEN_DOWN) == []


@pytest.mark.parametrize("state", [PostingState.FILLED, PostingState.EXPIRED, PostingState.WITHDRAWN])
def test_whoever_waits_hears_that_the_posting_closed_and_the_employer_that_they_wait(state):
    employer = make_employer()
    posting = make_posting(employer=employer)
    waiting = make_application_in(_S.SEEN, posting=posting)
    make_application_in(_S.REFUSED, posting=posting)
    close(posting, state)
    clock.hear_of_closing(posting.id, state, still)
    told = [notice for notice in lines(NoticeKind.PROGRESS) if "您的应聘还在" in notice.title]
    assert [notice.person_id for notice in told] == [waiting.person_id]
    assert [notice.title for notice in lines(NoticeKind.WAITING)] == [f"“电焊工”{state.label}，还有 1 份应聘没有答复"]
    assert state_of(waiting) is _S.SEEN, "an answer is still owed"


def test_a_pause_and_a_posting_that_is_open_again_are_no_news():
    posting = make_posting()
    make_application_in(_S.SENT, posting=posting)
    clock.hear_of_closing(posting.id, PostingState.PAUSED, still)
    clock.hear_of_closing(posting.id, PostingState.FILLED, still)
    assert lines(NoticeKind.PROGRESS) == []


def test_many_are_told_a_hundred_at_a_time(monkeypatch):
    monkeypatch.setattr(clock, "AT_ONCE", 2)
    posting, renewed = make_posting(), []
    for _ in range(5):
        make_application_in(_S.SENT, posting=posting, person=make_person())
    with transaction():
        postings.fill(session().get_one(Posting, posting.id), by=actor_of(make_person(), Role.EMPLOYER_OWNER))
    clock.hear_of_closing(posting.id, PostingState.FILLED, lambda: renewed.append(1))
    assert len(lines(NoticeKind.PROGRESS)) == 5
    assert len(renewed) == 2


def test_those_of_one_expiry_are_found_by_its_instant():
    posting, other = make_posting(), make_posting()
    concerned = make_application_in(_S.SENT, posting=posting)
    make_application_in(_S.SENT, posting=other)
    at = now()
    with transaction():
        row = session().get_one(Posting, posting.id)
        postings.move(row, PostingState.EXPIRED)
        row.closed_at = at
    clock.hear_of_expiry(at, still)
    assert [notice.person_id for notice in lines(NoticeKind.PROGRESS)] == [concerned.person_id]


# an answer is guaranteed


@pytest.mark.parametrize("state", sorted(LAPSING - {_S.INTERVIEW}))
def test_what_waits_sixty_days_ends_with_a_kind_word(state):
    fresh, old = make_application_in(state), make_application_in(state)
    age(fresh, 59)
    age(old, 60)
    assert clock.lapse(still) == 1
    assert clock.lapse(still) == 0
    assert (state_of(fresh), state_of(old)) == (state, _S.LAPSED)
    (line,) = [notice for notice in lines(NoticeKind.PROGRESS, old.person_id) if "不用再等" in notice.title]
    assert "对不起让您久等" in line.body
    assert line.path == f"/applications/{old.id}"
    with transaction():
        owner = employer_of(session().get_one(Posting, old.posting_id)).person_id
    (told,) = lines(NoticeKind.WAITING, owner)
    assert "已自动结束" in told.title


def test_an_offer_does_not_end_by_itself_and_may_still_become_a_hire():
    application = make_application_in(_S.OFFER)
    age(application, 200)
    assert clock.lapse(still) == 0
    assert state_of(application) is _S.OFFER


@pytest.mark.parametrize("state", sorted(set(ApplicationState) - LIVE))
def test_what_has_ended_does_not_end_again(state):
    age(make_application_in(state), 400)
    assert clock.lapse(still) == 0


def test_an_interview_that_is_ahead_is_waited_for():
    application = make_application_in(_S.INTERVIEW)
    age(application, 80)
    assert clock.lapse(still) == 0
    with transaction():
        interview = queries.interview_of(application)
    bring_near(interview, -timedelta(days=1))
    assert clock.lapse(still) == 1


def test_many_lapse_in_small_transactions(monkeypatch):
    monkeypatch.setattr(clock, "AT_ONCE", 2)
    posting = make_posting()
    for _ in range(5):
        age(make_application_in(_S.SENT, posting=posting, person=make_person()), 61)
    assert clock.lapse(still) == 5


def test_the_days_of_the_reminders_are_a_parameter():
    assert clock.remind_days() == (3, 7, 14, 30, 50)


def test_an_employer_is_reminded_once_a_day_whatever_waits_and_again_at_the_next_of_the_days():
    employer = make_employer()
    member = make_member(employer)
    first, second = make_posting(employer=employer), make_posting(employer=employer, title="会计")
    late, later = make_application_in(_S.SENT, posting=first), make_application_in(_S.SEEN, posting=second)
    make_application_in(_S.CONTACTED, posting=first, person=make_person())
    make_application_in(_S.SENT, posting=second, person=make_person())
    age(late, 3)
    age(later, 8)
    assert clock.remind_to_answer(still) == 1
    assert clock.remind_to_answer(still) == 0
    told = lines(NoticeKind.WAITING)
    assert {notice.person_id for notice in told} == {member.id, owner_of(employer).id}
    assert {notice.title for notice in told} == {"有 2 份应聘在等您的下一句话，最久的等了 8 天"}
    with transaction():
        assert (session().get_one(Application, late.id).reminders, session().get_one(Application, later.id).reminders) == (1, 2)
    age(late, 4)
    assert clock.remind_to_answer(still) == 1


@pytest.mark.parametrize("state", [_S.CONTACTED, _S.OFFER])
def test_a_first_word_is_not_the_last_the_next_is_waited_for_too(state):
    application = make_application_in(state)
    age(application, 8)
    assert clock.remind_to_answer(still) == 1
    with transaction():
        assert session().get_one(Application, application.id).reminders == 2
        applying.refuse(session().get_one(Application, application.id), Reason.CHOSEN, by=Actor.SYSTEM)
        assert session().get_one(Application, application.id).reminders == 0


def test_an_interview_that_is_ahead_is_not_pressed_for():
    application = make_application_in(_S.INTERVIEW)
    age(application, 8)
    assert clock.remind_to_answer(still) == 0
    with transaction():
        interview = queries.interview_of(application)
    bring_near(interview, -timedelta(days=1))
    assert clock.remind_to_answer(still) == 1


@pytest.mark.parametrize("state", [_S.REFUSED, _S.WITHDRAWN, _S.HIRED])
def test_nobody_is_reminded_of_what_has_ended(state):
    age(make_application_in(state), 20)
    assert clock.remind_to_answer(still) == 0


def test_a_member_who_left_is_reminded_of_nothing():
    employer = make_employer()
    member = make_member(employer)
    age(make_application_in(_S.SENT, posting=make_posting(employer=employer)), 5)
    with transaction():
        remove_member(membership_of(employer.id, member.id), by=Actor.SYSTEM)
    clock.remind_to_answer(still)
    assert lines(NoticeKind.WAITING, member.id) == []
    assert len(lines(NoticeKind.WAITING)) == 1


# interviews


def reminders(application: Application) -> list[Notice]:
    return [notice for notice in lines(NoticeKind.INTERVIEW, application.person_id) if "快到了" in notice.title]


def an_interview(application):
    with transaction():
        return queries.interview_of(application)


def test_both_sides_are_reminded_a_day_before_and_again_two_hours_before():
    application = make_application_in(_S.INTERVIEW)
    interview = an_interview(application)
    clock.remind_of_interviews(still)
    assert reminders(application) == []
    bring_near(interview, timedelta(hours=23))
    clock.remind_of_interviews(still)
    clock.remind_of_interviews(still)
    assert len(reminders(application)) == 1
    bring_near(interview, timedelta(hours=1, minutes=50))
    clock.remind_of_interviews(still)
    assert len(reminders(application)) == 2
    hosts = [notice for notice in lines(NoticeKind.INTERVIEW) if "有人来面试" in notice.title]
    assert len(hosts) == 2


def test_what_was_arranged_at_short_notice_is_not_reminded_of_a_day_before():
    application = make_application_in(_S.INTERVIEW)
    with transaction():
        row = queries.interview_of(application)
        row.starts_at = now() + timedelta(hours=5)
    clock.remind_of_interviews(still)
    assert reminders(application) == []


def test_nobody_is_reminded_of_a_cancelled_interview():
    application = make_application_in(_S.INTERVIEW)
    interview = an_interview(application)
    with transaction():
        session().get_one(Interview, interview.id).state = InterviewState.CANCELLED
    bring_near(interview, timedelta(hours=1))
    clock.remind_of_interviews(still)
    assert reminders(application) == []


# registrations


def due_in(days: int) -> Hire:
    hired = hire_of(make_application_in(_S.HIRED))
    with transaction():
        session().get_one(Hire, hired.id).due_on = today() + timedelta(days=days)
    return hired


def test_an_employer_is_reminded_a_week_before_the_last_day_and_once_more_when_it_is_over():
    far, near = due_in(8), due_in(7)
    assert clock.remind_of_registrations(still) == 1
    assert clock.remind_of_registrations(still) == 0
    said = [notice.title for notice in lines(NoticeKind.HIRE) if "还没有办" in notice.title]
    assert said == ["就业登记还没有办：1 人的期限快到了"]
    with transaction():
        session().get_one(Hire, near.id).due_on = today() - timedelta(days=1)
        session().execute(Notice.__table__.delete())
    assert clock.remind_of_registrations(still) == 1
    assert clock.remind_of_registrations(still) == 0
    assert [notice.title for notice in lines(NoticeKind.HIRE)] == ["就业登记还没有办：1 人已经过期"]
    with transaction():
        assert session().get_one(Hire, far.id).reminders == 0


def test_nothing_more_is_asked_once_it_is_registered():
    hired = due_in(3)
    with transaction():
        session().get_one(Hire, hired.id).state = HireState.REGISTERED
    assert clock.remind_of_registrations(still) == 0
    with transaction():
        assert session().scalar(select(func.count()).select_from(Hire)) == 1
