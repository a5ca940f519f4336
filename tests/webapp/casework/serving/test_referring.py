from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_person
from tests.factories.applying import make_application_in
from tests.factories.casework import caseworking, make_case, make_caseworker, make_client, stored
from tests.factories.demand import make_care, make_officer
from tests.factories.employers import make_employer
from tests.factories.postings import make_posting
from tests.factories.serving import refer, steps
from tests.workers.support import told
from webapp import events, ledger
from webapp.access import Actor
from webapp.casework.models import Case, Client, Waiting, Willingness
from webapp.casework.refusals import AskDatePast, ClosedPosting, NoAnswerYet, NothingNew
from webapp.casework.serving import following, queries, referring, willing
from webapp.casework.serving.models import Answer, CaseNeed, DeclineReason, NeedKind, Referral, ServiceRecord
from webapp.db import session, today, transaction
from webapp.notices.models import Notice
from webapp.postings.applying.models import ApplicationState
from webapp.postings.models import PostingState
from workers.handlers import LISTENERS

pytestmark = pytest.mark.usefixtures("both")
OFFICE = Actor.SYSTEM


def an_account(case: Case):
    """The client has an account that proved the same number."""
    person = make_person(name="孙毕业")
    with transaction():
        session().get_one(Client, case.client_id).person_id = person.id
    return person


def answered(case: Case, said: Answer, reason: DeclineReason | None = None) -> None:
    with transaction():
        referral = session().scalar(select(Referral).where(Referral.case_id == case.id))
        referring.answer(referral, session().get_one(Case, case.id), said, reason, by=OFFICE, on=today())


def count(kind) -> int:
    with transaction():
        return session().scalar(select(func.count()).select_from(kind))


class TestReferring:
    def test_every_person_is_tied_to_every_posting_once_and_each_counts(self):
        worker = make_caseworker()
        people, offered = [make_case(caseworker=worker) for _ in range(3)], [make_posting(title=f"会计{n}") for n in range(2)]
        assert refer(people, offered, worker) == 6
        assert refer(people, [*offered, make_posting(title="出纳")], worker) == 3
        with pytest.raises(NothingNew):
            refer(people, offered, worker)
        assert [(stored(case.id).services, stored(case.id).waiting) for case in people] == [(3, Waiting.FOR_THEM)] * 3
        assert steps(people[0])[0] == "推荐岗位：出纳"

    def test_a_posting_that_is_closed_is_not_referred(self):
        worker = make_caseworker()
        with pytest.raises(ClosedPosting):
            refer([make_case()], [make_posting(state=PostingState.FILLED)], worker)

    def test_a_message_to_a_group_counts_once_the_person_answered(self):
        case, worker = make_case(), make_caseworker()
        refer([case], [make_posting()], worker, "group_message")
        assert stored(case.id).services == 0
        answered(case, Answer.DECLINED, DeclineReason.PLACE)
        assert stored(case.id).services == 1
        with transaction():
            row = session().scalar(select(ServiceRecord))
            assert (row.by_id, row.entered.value) == (worker.id, "derived")
        answered(case, Answer.ACCEPTED)
        assert stored(case.id).services == 1

    def test_a_no_has_its_reason_and_the_later_word_holds(self):
        case = make_case()
        refer([case], [make_posting()], make_caseworker())
        for said, reason in ((Answer.DECLINED, None), (Answer.WAITING, None)):
            with pytest.raises(NoAnswerYet):
                answered(case, said, reason)
        answered(case, Answer.DECLINED, DeclineReason.PAY)
        answered(case, Answer.ACCEPTED)
        with transaction():
            row = session().scalar(select(Referral))
            assert (row.answer, row.reason) == (Answer.ACCEPTED, None)
        assert stored(case.id).waiting is Waiting.FOR_US

    def test_who_says_nothing_gave_no_answer_after_some_days(self):
        case = make_case()
        refer([case], [make_posting()], make_caseworker())
        with transaction():
            assert referring.let_lapse(on=today() + timedelta(days=14)) == 0
            assert referring.let_lapse(on=today() + timedelta(days=15)) == 1
        assert stored(case.id).waiting is Waiting.FOR_US

    def test_who_has_an_account_is_told_and_the_employer_is_not(self):
        case = make_case()
        person = an_account(case)
        refer([case], [make_posting()], make_caseworker())
        with transaction():
            notices = session().scalars(select(Notice).where(Notice.path == "/my-service/referrals")).all()
            assert [(row.person_id, "孙" in row.title + row.body) for row in notices] == [(person.id, False)]

    def test_many_are_referred_in_one_step(self):
        worker = make_caseworker()
        people = [make_case() for _ in range(5)]
        assert refer(people, [make_posting()], worker) == 5
        assert {stored(case.id).services for case in people} == {1}


class TestWhatHappensOnThePlatform:
    def test_applying_interview_and_hire_become_the_timeline_and_are_no_service(self):
        case, posting = make_case(), make_posting(title="会计")
        person = an_account(case)
        application = make_application_in(ApplicationState.HIRED, posting=posting, person=person)
        with transaction():
            following.follow_sent(application.id)
            following.follow_answered(application.id, "interview")
            following.follow_hired(application.id)
        assert steps(case)[:3] == ["单位登记录用：会计", "单位答复“约面试”：会计", "应聘岗位：会计"]
        held = stored(case.id)
        assert (held.services, held.next_what, held.waiting) == (0, "核实就业去向", Waiting.FOR_US)

    def test_who_applies_to_what_was_referred_has_said_yes(self):
        case, posting, worker = make_case(), make_posting(), make_caseworker()
        person = an_account(case)
        refer([case], [posting], worker)
        application = make_application_in(ApplicationState.SENT, posting=posting, person=person)
        with transaction():
            following.follow_sent(application.id)
            assert session().scalar(select(Referral.answer)) is Answer.ACCEPTED

    def test_who_has_no_case_leaves_no_trace(self):
        application = make_application_in(ApplicationState.SENT)
        with transaction():
            following.follow_sent(application.id)
        assert count(Referral) == 0

    def test_every_fact_of_an_application_is_listened_to(self):
        ledger.subscribe(LISTENERS)
        told(events.ApplicationWithdrawn(str(make_case().id)))
        names = {
            listener.name for kind in (events.ApplicationSent, events.ApplicationHired, events.InterviewArranged) for listener in LISTENERS[kind]
        }
        assert "follow_application" in names


class TestWhoElseHelps:
    def test_other_cases_of_the_person_and_the_officers_of_their_employers(self):
        client, employer = make_client(), make_employer(name="济南龙门机床有限公司")
        first = make_case(client=client, caseworker=make_caseworker(name="冯专员"))
        make_case(client=client, programme="hardship", cohort=None, region="370202")
        make_care(employer, make_officer(name="郑专员"))
        person = an_account(first)
        make_application_in(ApplicationState.SENT, posting=make_posting(employer=employer), person=person)
        with transaction():
            told = [(helper.role, helper.name, helper.region) for helper in queries.helpers_of(session().get_one(Case, first.id))]
        assert told == [
            ("就业困难人员", "还没有专员", "370202"),
            ("企业服务专员（济南龙门机床有限公司）", "郑专员", "370102"),
        ]


class TestWillingness:
    def said(self, case, said, **options):
        with transaction():
            willing.tell_willingness(
                session().get_one(Case, case.id), said, by=caseworking(make_caseworker()), on=options.pop("on", today()), **options
            )

    def test_who_refuses_is_asked_again_and_nothing_is_due_until_then(self):
        case = make_case()
        self.said(case, Willingness.UNWILLING)
        held = stored(case.id)
        assert (held.ask_again_on, held.items_due, held.standing.value) == (today() + timedelta(days=90), 0, "unwilling")
        with transaction():
            assert willing.ask_again(on=today() + timedelta(days=89)) == 0
            assert willing.ask_again(on=today() + timedelta(days=90)) == 1
        held = stored(case.id)
        assert (held.ask_again_on, held.next_what, held.waiting) == (None, "再次询问就业意愿", Waiting.FOR_US)

    def test_who_wants_work_again_is_served_again(self):
        case = make_case()
        self.said(case, Willingness.UNWILLING, ask_again_on=today() + timedelta(days=7))
        self.said(case, Willingness.WILLING, needs=[NeedKind.TRAINING, NeedKind.HOUKOU])
        assert (stored(case.id).items_due, stored(case.id).standing.value) == (3, "unemployed")
        self.said(case, Willingness.WILLING, needs=[NeedKind.HOUKOU])
        with transaction():
            assert [row.kind for row in queries.needs_of(session().get_one(Case, case.id))] == [NeedKind.HOUKOU]
        assert count(CaseNeed) == 2

    def test_nobody_is_asked_again_yesterday(self):
        with pytest.raises(AskDatePast):
            self.said(make_case(), Willingness.UNWILLING, ask_again_on=today())
