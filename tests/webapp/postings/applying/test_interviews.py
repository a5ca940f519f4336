from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person
from tests.factories.applying import SEEKER, appointment, bring_near, employer_of, make_application_in, make_interview
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import actor_of, make_posting
from webapp.access import Role
from webapp.db import now, session, transaction
from webapp.notices.models import Notice, NoticeKind
from webapp.postings.applying import interviews, operations, queries
from webapp.postings.applying.interviews import NoInterview, NotAhead, TooFarAhead
from webapp.postings.applying.models import Application, ApplicationState, InterviewState
from webapp.postings.applying.moves import IllegalStep, InterviewOver
from webapp.postings.models import Posting

pytestmark = pytest.mark.usefixtures("database")
_S = ApplicationState


def change(verb, application, *words, **options):
    with transaction():
        verb(session().get_one(Application, application.id), *words, **options)


def latest(application):
    with transaction():
        return queries.interview_of(application)


def lines_to(person_id) -> list[Notice]:
    wanted = select(Notice).where(Notice.person_id == person_id, Notice.kind == NoticeKind.INTERVIEW)
    return list(session().scalars(wanted.order_by(Notice.created_at, Notice.id)))


def test_an_invitation_moves_the_application_on_and_says_when_but_not_where():
    application = make_application_in(_S.SEEN)
    interview = make_interview(application)
    assert session().get_one(Application, application.id).state is _S.INTERVIEW
    assert (interview.state, interview.sequence) == (InterviewState.ARRANGED, 0)
    (line,) = lines_to(application.person_id)
    assert "请您去面试" in line.title
    assert "月" in line.body
    assert "工业南路" not in line.body


def test_another_time_is_the_same_appointment_and_the_seeker_is_asked_again():
    application = make_application_in(_S.INTERVIEW)
    change(interviews.confirm, application, by=SEEKER)
    first = latest(application)
    make_interview(application, place="门卫室")
    second = latest(application)
    assert (second.id, second.state, second.sequence, second.place) == (first.id, InterviewState.ARRANGED, 1, "门卫室")
    assert "面试改了时间或地点" in lines_to(application.person_id)[-1].title


def test_a_second_round_after_the_first_is_another_appointment():
    application = make_application_in(_S.INTERVIEW)
    first = latest(application)
    bring_near(first, -timedelta(hours=3))
    make_interview(application)
    assert latest(application).id != first.id


def test_after_a_cancellation_another_appointment_is_made():
    application = make_application_in(_S.INTERVIEW)
    first = latest(application)
    change(interviews.cancel, application, by=SEEKER)
    assert (latest(application).state, latest(application).sequence) == (InterviewState.CANCELLED, 1)
    assert session().get_one(Application, application.id).state is _S.INTERVIEW
    make_interview(application)
    assert latest(application).id != first.id


@pytest.mark.parametrize(("ahead", "refusal"), [(timedelta(), NotAhead), (-timedelta(days=1), NotAhead), (timedelta(days=31), TooFarAhead)])
def test_an_appointment_lies_ahead_but_not_too_far(ahead, refusal):
    application = make_application_in(_S.SEEN)
    with pytest.raises(refusal):
        make_interview(application, starts_at=now() + ahead)
    assert latest(application) is None
    assert session().get_one(Application, application.id).state is _S.SEEN


@pytest.mark.parametrize("state", [_S.OFFER, _S.HIRED, _S.REFUSED, _S.WITHDRAWN, _S.DECLINED, _S.LAPSED])
def test_whoever_was_offered_or_is_gone_is_not_invited(state):
    application = make_application_in(state)
    with pytest.raises(IllegalStep):
        make_interview(application)


def test_an_interview_that_is_ahead_is_still_handled_after_an_offer():
    application = make_application_in(_S.INTERVIEW)
    change(operations.offer, application, by=SEEKER)
    change(interviews.confirm, application, by=SEEKER)
    change(interviews.ask_other_time, application, "周六上午", by=SEEKER)
    make_interview(application)
    assert (latest(application).state, latest(application).sequence) == (InterviewState.ARRANGED, 1)
    change(interviews.cancel, application, by=SEEKER)
    assert latest(application).state is InterviewState.CANCELLED
    assert session().get_one(Application, application.id).state is _S.OFFER


def test_the_seeker_confirms_and_the_one_who_invited_hears_of_it():
    employer = make_employer()
    colleague = make_member(employer)
    posting = make_posting(employer=employer)
    application = make_application_in(_S.SEEN, posting=posting)
    with transaction():
        row = session().get_one(Application, application.id)
        interviews.arrange(row, appointment(), by=actor_of(colleague, Role.EMPLOYER_MEMBER))
    change(interviews.confirm, application, by=SEEKER)
    change(interviews.confirm, application, by=SEEKER)
    assert ["会来面试" in line.title for line in lines_to(colleague.id)] == [True]
    assert lines_to(owner_of(employer).id) == []


def test_once_the_inviter_left_all_who_are_still_there_hear():
    employer = make_employer()
    posting = make_posting(employer=employer)
    application = make_application_in(_S.SEEN, posting=posting)
    with transaction():
        interviews.arrange(session().get_one(Application, application.id), appointment(), by=actor_of(make_person(), Role.EMPLOYER_MEMBER))
    change(interviews.confirm, application, by=SEEKER)
    assert len(lines_to(owner_of(employer).id)) == 1


def test_a_wish_for_another_time_reaches_the_employer_and_the_old_time_stands_until_then():
    application = make_application_in(_S.INTERVIEW)
    before = latest(application).starts_at
    change(interviews.ask_other_time, application, "周六上午", by=SEEKER)
    asked = latest(application)
    assert (asked.state, asked.wish, asked.starts_at) == (InterviewState.CHANGE_ASKED, "周六上午", before)
    posting = session().get_one(Posting, application.posting_id)
    assert "周六" not in "".join(line.title + line.body for line in lines_to(employer_of(posting).person_id))
    make_interview(application)
    assert latest(application).wish is None


def test_what_has_begun_is_neither_answered_nor_changed_nor_cancelled():
    application = make_application_in(_S.INTERVIEW)
    bring_near(latest(application), -timedelta(minutes=1))
    for verb, words in ((interviews.confirm, ()), (interviews.ask_other_time, ("周六",)), (interviews.cancel, ())):
        with pytest.raises(InterviewOver):
            change(verb, application, *words, by=SEEKER)


@pytest.mark.parametrize("state", [_S.SENT, _S.CONTACTED, _S.OFFER, _S.REFUSED])
def test_without_an_interview_there_is_nothing_to_answer(state):
    with pytest.raises(NoInterview):
        change(interviews.confirm, make_application_in(state), by=SEEKER)
