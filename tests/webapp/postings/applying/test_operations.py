import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests.factories.accounts import make_person
from tests.factories.applying import bring, employer_of, hire_of, make_application_in, make_interview
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import actor_of, days_from_now, make_application, make_forwarded, make_posting
from webapp.access import Actor, Role
from webapp.db import session, transaction
from webapp.ledger import Entry
from webapp.notices.models import Notice, NoticeKind
from webapp.postings.applying import hires, operations, queries, showing
from webapp.postings.applying.models import (
    LIVE,
    NEXT,
    REFUSALS,
    Application,
    ApplicationState,
    ApplicationStep,
    Interview,
    InterviewState,
    Reason,
    Side,
)
from webapp.postings.applying.moves import IllegalStep
from webapp.postings.applying.operations import AlreadyApplied, AppliesElsewhere, NoSuchReason, NotLive, NotOpen, OwnEmployer
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database")
EMPLOYER = Actor(None, Role.EMPLOYER_OWNER.value, "web")
_S = ApplicationState


def stored(application: Application) -> Application:
    return session().get_one(Application, application.id)


def change(verb, application, *words, **options):
    with transaction():
        verb(stored(application), *words, **options)


def steps(application: Application) -> list[tuple[Side, ApplicationState | None, ApplicationState, Reason | None]]:
    return [(step.side, step.before, step.after, step.reason) for step in queries.steps_of(application)]


def told(application: Application, kind: NoticeKind) -> list[Notice]:
    """To the seeker."""
    wanted = select(Notice).where(Notice.person_id == application.person_id, Notice.kind == kind).order_by(Notice.id)
    return list(session().scalars(wanted))


def facts_about(application: Application) -> list[str]:
    return list(session().scalars(select(Entry.event).where(Entry.subject == str(application.id)).order_by(Entry.id)))


def test_an_application_is_told_to_every_member_and_has_a_number_of_digits():
    employer = make_employer()
    make_member(employer)
    posting = make_posting(employer=employer)
    application = make_application(posting)
    assert application.number.isdigit()
    lines = session().scalars(select(Notice).where(Notice.kind == NoticeKind.APPLICATION)).all()
    assert len(lines) == 2
    assert not any("孙" in notice.title + notice.body for notice in lines)


def test_a_second_application_is_refused_and_shows_the_first():
    posting, seeker = make_posting(), make_person()
    first = make_application(posting, seeker)
    with pytest.raises(AlreadyApplied) as refused:
        make_application(posting, seeker)
    assert refused.value.application_id == first.id
    assert session().scalar(select(func.count()).select_from(Application)) == 1


@pytest.mark.parametrize("state", [PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED, PostingState.WITHDRAWN, PostingState.TAKEN_DOWN])
def test_nobody_applies_to_a_closed_posting(state):
    with pytest.raises(NotOpen):
        make_application(make_posting(state=state))


def test_nobody_applies_after_the_last_day_even_before_the_nightly_run():
    posting = make_posting()
    with transaction():
        session().get_one(Posting, posting.id).valid_through = days_from_now(-1)
    with pytest.raises(NotOpen):
        make_application(posting)


def test_nobody_applies_here_to_a_forwarded_posting():
    with pytest.raises(AppliesElsewhere):
        make_application(make_forwarded())


def test_nobody_applies_to_their_own_employer():
    employer = make_employer()
    with pytest.raises(OwnEmployer):
        make_application(make_posting(employer=employer), owner_of(employer))


def test_a_withdrawn_application_can_be_sent_again_under_its_number_and_begins_anew():
    posting, seeker = make_posting(), make_person()
    application = make_application_in(_S.CONTACTED, posting=posting, person=seeker, message="一")
    change(operations.withdraw, application, by=actor_of(seeker, Role.SEEKER))
    for verb in (operations.withdraw, operations.open_):
        with pytest.raises(IllegalStep):
            change(verb, application, by=EMPLOYER)
    again = make_application(posting, seeker, message="二", shares_phone=False)
    assert (again.number, again.state, again.message, again.shares_phone) == (application.number, _S.SENT, "二", False)
    assert (again.seen_at, again.answered_at, again.withdrawn_at, again.reminders) == (None, None, None, 0)
    assert [after for _, _, after, _ in steps(again)] == [_S.SENT, _S.CONTACTED, _S.WITHDRAWN, _S.SENT]


@pytest.mark.parametrize("state", sorted(set(ApplicationState) - LIVE - {_S.WITHDRAWN}))
def test_what_has_ended_is_not_sent_again(state):
    posting, seeker = make_posting(), make_person()
    make_application_in(state, posting=posting, person=seeker)
    with pytest.raises(AlreadyApplied):
        make_application(posting, seeker)


# moves


def test_nothing_leads_out_of_an_end():
    assert {state for state, following in NEXT.items() if not following} == {_S.HIRED, _S.REFUSED, _S.DECLINED, _S.LAPSED}
    assert NEXT[_S.WITHDRAWN] == {_S.SENT}
    assert set(NEXT) == set(ApplicationState)


def test_no_employer_goes_back_a_step():
    way = [_S.SENT, _S.SEEN, _S.CONTACTED, _S.INTERVIEW, _S.OFFER, _S.HIRED]
    for place, state in enumerate(way):
        assert NEXT[state].isdisjoint(way[: place + 1])


def test_an_employer_may_skip_steps_and_has_then_seen_the_application():
    application = make_application_in(_S.OFFER)
    assert application.seen_at is not None
    assert application.answered_at is not None
    assert steps(application) == [(Side.SEEKER, None, _S.SENT, None), (Side.EMPLOYER, _S.SENT, _S.OFFER, None)]
    assert facts_about(application) == ["ApplicationSent", "ApplicationOpened", "ApplicationAnswered"]


def test_looking_is_no_answer_and_is_recorded_once():
    application = make_application_in(_S.SEEN)
    waits = application.waits_since
    change(operations.open_, application, by=EMPLOYER)
    assert (stored(application).answered_at, stored(application).waits_since) == (None, waits)
    assert facts_about(application) == ["ApplicationSent", "ApplicationOpened"]
    assert told(application, NoticeKind.PROGRESS) == []


def test_who_is_refused_unread_stays_unseen():
    application = make_application_in(_S.REFUSED)
    assert application.seen_at is None
    assert application.answered_at is not None


@pytest.mark.parametrize(
    ("state", "words"),
    [(_S.CONTACTED, "已经联系了您"), (_S.OFFER, "想录用您"), (_S.HIRED, "祝贺您"), (_S.REFUSED, "谢谢您的投递"), (_S.LAPSED, "不用再等")],
)
def test_the_seeker_hears_of_every_word_of_the_employer_and_of_the_clock(state, words):
    application = make_application_in(state)
    lines = told(application, NoticeKind.PROGRESS)
    assert [words in notice.title for notice in lines] == [True]
    assert lines[0].path == f"/applications/{application.id}"
    assert lines[0].body


def test_a_refusal_names_its_reason_and_keeps_the_employers_own_words_off_the_line():
    application = make_application_in(_S.SEEN)
    change(operations.refuse, application, Reason.EXPERIENCE, remark="欢迎明年再来，找 13912345678", by=EMPLOYER)
    body = told(application, NoticeKind.PROGRESS)[0].body
    assert Reason.EXPERIENCE.label in body
    assert "单位还给您留了话" in body
    assert "13912345678" not in body
    last = queries.steps_of(application)[-1]
    assert (last.reason, last.remark) == (Reason.EXPERIENCE, "欢迎明年再来，找 13912345678")
    assert b"13912345678" not in last.remark_sealed


@pytest.mark.parametrize("reason", [Reason.NO_ANSWER, Reason.TAKEN_DOWN])
def test_an_employer_does_not_refuse_with_the_words_of_the_clock(reason):
    application = make_application_in(_S.SEEN)
    with pytest.raises(NoSuchReason):
        change(operations.refuse, application, reason, by=EMPLOYER)


def test_no_reason_is_about_what_a_person_is():
    forbidden = (
        "性别",
        "男",
        "女",
        "年龄",
        "岁",
        "婚",
        "孕",
        "育",
        "户籍",
        "户口",
        "本地",
        "外地",
        "民族",
        "宗教",
        "残疾",
        "身体",
        "健康",
        "病",
        "身高",
        "相貌",
    )
    assert REFUSALS
    assert [reason.label for reason in REFUSALS if any(word in reason.label for word in forbidden)] == []


def test_only_an_offer_is_declined_and_the_history_says_by_the_seeker():
    application = make_application_in(_S.OFFER)
    change(operations.decline, application, by=EMPLOYER)
    assert stored(application).state is _S.DECLINED
    assert steps(application)[-1][0] is Side.SEEKER
    with pytest.raises(IllegalStep):
        change(operations.decline, make_application_in(_S.CONTACTED), by=EMPLOYER)


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a_seeker_may_withdraw_any_time_before_the_hire(state):
    application = make_application_in(state)
    change(operations.withdraw, application, by=EMPLOYER)
    assert stored(application).state is _S.WITHDRAWN


def test_nobody_withdraws_once_hired():
    application = make_application_in(_S.HIRED)
    with pytest.raises(IllegalStep):
        change(operations.withdraw, application, by=EMPLOYER)


@pytest.mark.parametrize("state", [_S.WITHDRAWN, _S.REFUSED, _S.LAPSED, _S.HIRED])
def test_an_end_calls_an_interview_off_and_its_calendar_learns_so(state):
    posting = make_posting()
    application = make_application_in(_S.INTERVIEW, posting=posting)
    with transaction():
        bring(stored(application), session().get_one(Posting, posting.id), state, Reason.SKILLS, employer_of(posting))
    interview = queries.interview_of(application)
    assert (interview.state, interview.sequence) == (InterviewState.CANCELLED, 1)


def test_the_employer_hears_that_an_expected_guest_does_not_come():
    posting = make_posting()
    application = make_application_in(_S.INTERVIEW, posting=posting)
    change(operations.withdraw, application, by=EMPLOYER)
    lines = session().scalars(select(Notice).where(Notice.kind == NoticeKind.INTERVIEW, Notice.person_id != application.person_id)).all()
    assert [notice.title for notice in lines] == ["“电焊工”：求职者撤回了应聘"]


def test_consent_is_given_later_and_taken_back_as_easily():
    application = make_application_in(_S.SEEN, shares_phone=False)
    change(operations.consent, application, given=True, by=EMPLOYER)
    assert stored(application).shares_phone is True
    assert "求职者同意提供电话" in "".join(session().scalars(select(Notice.title)))
    change(operations.consent, application, given=False, by=EMPLOYER)
    change(operations.consent, application, given=False, by=EMPLOYER)
    assert stored(application).shares_phone is False
    assert facts_about(application).count("ApplicationConsentChanged") == 2
    with pytest.raises(NotLive):
        change(operations.consent, make_application_in(_S.REFUSED), given=True, by=EMPLOYER)


def test_whoever_was_hired_takes_the_consent_back_but_gives_none_any_more():
    application = make_application_in(_S.HIRED)
    change(operations.consent, application, given=False, by=EMPLOYER)
    row = stored(application)
    assert (row.shares_phone, showing.applicants([row])[row.id].phone) == (False, "")
    with pytest.raises(NotLive):
        change(operations.consent, application, given=True, by=EMPLOYER)


def test_a_hire_who_never_came_is_no_longer_shown():
    application = make_application_in(_S.HIRED)
    row = stored(application)
    assert showing.applicants([row])[row.id].phone
    with transaction():
        hires.never_came(hire_of(application), by=EMPLOYER)
    gone = showing.applicants([stored(application)])[row.id]
    assert (gone.phone, gone.message, "求职" in gone.name) == ("", "", False)


@pytest.mark.parametrize("given", [True, False])
def test_the_consent_an_application_was_sent_with_stands_on_the_ledger(given):
    application = make_application_in(_S.SENT, shares_phone=given)
    (fact,) = session().scalars(select(Entry).where(Entry.event == "ApplicationSent", Entry.subject == str(application.id)))
    assert fact.payload["consents"] is given


def test_a_step_is_never_changed_afterwards():
    application = make_application_in(_S.CONTACTED)
    with pytest.raises(DBAPIError, match="kept as it happened"), transaction():
        session().execute(text("UPDATE application_step SET after = 'hired'"))
    assert session().scalar(select(func.count()).select_from(ApplicationStep)) == 2
    assert application.state is _S.CONTACTED


def test_what_is_written_by_hand_is_sealed():
    application = make_application_in(_S.SEEN)
    interview = make_interview(application)
    with transaction() as open_session:
        raw = open_session.execute(text("SELECT place_sealed, contact_phone_sealed, note_sealed FROM interview")).one()
    assert not any("工业南路".encode() in value or b"88880000" in value or "焊工证".encode() in value for value in raw)
    assert session().get_one(Interview, interview.id).contact_phone == "0531-88880000"
