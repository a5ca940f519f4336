"""Visits and needs: what is written, what it leads to, and what is refused. A need is also driven at random through everything it allows."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.factories.demand import BUREAU, acting_as, grants_of, make_care, make_need, make_officer, make_visit, need_values
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import actor_of, make_application, make_posting
from webapp.access import Actor, Role
from webapp.db import session, today, transaction
from webapp.demand import operations, queries
from webapp.demand.models import ENDS, LIVE, NEXT, Care, Need, NeedPosting, NeedState, NeedStep, StepKind, Urgency, Visit, VisitWay
from webapp.demand.operations import VisitValues
from webapp.demand.refusals import (
    AlreadyPosted,
    Corrected,
    Ended,
    IllegalMove,
    NoReason,
    NoRemark,
    NotEnded,
    NotLinkable,
    NotYet,
    Refusal,
    TooEarly,
    TooManyHired,
)
from webapp.employers.models import Employer, EmployerState
from webapp.ledger import Entry
from webapp.notices.models import Notice
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState
from webapp.reference.models import EmploymentType, WageUnit

pytestmark = pytest.mark.usefixtures("database")
_S = NeedState


def do(verb, row, *args, by: Actor = BUREAU, on: date | None = None, **more):
    """One operation on the row as it is now, in a transaction of its own."""
    with transaction():
        return verb(session().get_one(type(row), row.id), *args, by=by, on=on or today(), **more)


def now_of(need: Need) -> Need:
    with transaction():
        return session().get_one(Need, need.id)


def steps(need: Need) -> list[tuple[StepKind, str]]:
    return [(step.kind, step.said) for step in reversed(queries.steps_of(need))]


def events(name: str) -> int:
    return session().scalar(select(func.count()).where(Entry.event == name))


def titles_to(person_id: object) -> list[str]:
    return list(session().scalars(select(Notice.title).where(Notice.person_id == person_id).order_by(Notice.id)))


class TestVisits:
    def test_a_visit_sets_the_next_contact_and_touches_the_needs_that_were_asked_about(self) -> None:
        officer, employer, long_ago = make_officer(), make_employer(), today() - timedelta(days=40)
        care = make_care(employer, officer)
        asked, other = make_need(employer, on=long_ago), make_need(employer, on=long_ago, occupation="4-09-08-01")
        values = VisitValues(on=today(), way=VisitWay.PHONE, met="孙经理", summary="焊工还要五个", next_on=today() + timedelta(days=14))
        with transaction():
            kept = session().get_one(Care, care.id)
            operations.log_visit(kept, values, confirmed=[session().get_one(Need, asked.id)], by=acting_as(officer), on=today())
        care = queries.open_care(employer.id)
        assert (care.contacted_on, care.next_on) == (today(), today() + timedelta(days=14))
        assert [now_of(need).touched_on for need in (asked, other)] == [today(), long_ago]
        assert steps(asked)[-1][0] is StepKind.CONFIRMED

    def test_what_was_written_is_encrypted(self) -> None:
        visit = make_visit(make_care(), summary="老板说年后扩线", met="孙经理")
        row = session().get_one(Visit, visit.id)
        assert (row.summary, row.met) == ("老板说年后扩线", "孙经理")
        assert "老板".encode() not in row.summary_sealed and "孙".encode() not in row.met_sealed

    def test_an_older_visit_written_down_later_moves_no_date(self) -> None:
        care = make_care()
        make_visit(care, on=today(), next_on=today() + timedelta(days=7))
        make_visit(care, on=today() - timedelta(days=9), next_on=today() - timedelta(days=2))
        kept = queries.open_care(care.employer_id)
        assert (kept.contacted_on, kept.next_on) == (today(), today() + timedelta(days=7))

    def test_a_day_to_come_and_a_next_contact_before_it_are_refused(self) -> None:
        care = make_care()
        for values, refusal in (
            (VisitValues(on=today() + timedelta(days=1), way=VisitWay.PHONE), NotYet),
            (VisitValues(on=today(), way=VisitWay.PHONE, next_on=today() - timedelta(days=1)), TooEarly),
        ):
            with pytest.raises(refusal), transaction():
                operations.log_visit(session().get_one(Care, care.id), values, by=BUREAU, on=today())

    def test_a_correction_stands_in_the_place_of_the_wrong_one_and_both_are_kept(self) -> None:
        care = make_care()
        wrong = make_visit(care, on=today(), next_on=today() + timedelta(days=7))
        right = VisitValues(on=today() - timedelta(days=1), way=VisitWay.WECHAT, summary="是昨天", next_on=today() + timedelta(days=3))
        with transaction():
            kept, visit = session().get_one(Care, care.id), session().get_one(Visit, wrong.id)
            operations.correct_visit(visit, kept, right, by=acting_as_of(care), on=today())
        employer = session().get_one(Employer, care.employer_id)
        assert [visit.summary for visit in queries.visits_of(employer)] == ["是昨天"]
        assert session().scalar(select(func.count()).select_from(Visit)) == 2
        kept = queries.open_care(care.employer_id)
        assert (kept.contacted_on, kept.next_on) == (today() - timedelta(days=1), today() + timedelta(days=3))
        with pytest.raises(Corrected), transaction():
            operations.correct_visit(session().get_one(Visit, wrong.id), session().get_one(Care, care.id), right, by=BUREAU, on=today())

    def test_a_correction_that_makes_another_the_latest_takes_its_next_contact(self) -> None:
        care = make_care()
        make_visit(care, on=today() - timedelta(days=5), next_on=today() + timedelta(days=9))
        wrong = make_visit(care, on=today(), next_on=today() + timedelta(days=60))
        right = VisitValues(on=today() - timedelta(days=20), way=VisitWay.PHONE, next_on=today() + timedelta(days=60))
        with transaction():
            kept, visit = session().get_one(Care, care.id), session().get_one(Visit, wrong.id)
            operations.correct_visit(visit, kept, right, by=acting_as_of(care), on=today())
        kept = queries.open_care(care.employer_id)
        assert (kept.contacted_on, kept.next_on) == (today() - timedelta(days=5), today() + timedelta(days=9))


def acting_as_of(care: Care) -> Actor:
    return Actor(care.officer_id, Role.OFFICER.value, "web")


class TestNeeds:
    def test_a_change_says_what_it_was_before_and_free_text_only_in_the_encrypted_note(self) -> None:
        need = make_need(headcount=5, conditions="找王师傅面试")
        values = need_values(headcount=8, conditions="有焊工证", urgency=Urgency.URGENT)
        assert do(operations.change_need, need, values)
        step = queries.steps_of(need)[0]
        assert step.said == "人数 5 → 8；紧急程度 一般 → 急需；条件" and step.note == "条件：找王师傅面试"
        assert "王师傅".encode() not in step.note_sealed

    def test_a_change_that_changes_nothing_is_none(self) -> None:
        need = make_need(on=today() - timedelta(days=40))
        assert not do(operations.change_need, need, need_values())
        assert len(steps(need)) == 1 and now_of(need).touched_on == today() - timedelta(days=40)

    def test_progress_is_kept_by_day_and_never_more_than_is_needed(self) -> None:
        need = make_need(headcount=5, on=today() - timedelta(days=20))
        do(operations.record_hired, need, 2, on=today() - timedelta(days=10))
        do(operations.record_hired, need, 4, on=today())
        assert now_of(need).left == 1
        assert operations.hired_before([need.id], today()) == {need.id: 2}
        assert operations.hired_before([need.id], today() - timedelta(days=10)) == {}
        for hired in (6, -1):
            with pytest.raises(TooManyHired):
                do(operations.record_hired, need, hired)
        with pytest.raises(TooManyHired):
            do(operations.change_need, need, need_values(headcount=3))

    @pytest.mark.parametrize("state", ENDS)
    def test_it_ends_by_a_person_with_a_remark_and_stays_ended(self, state: NeedState) -> None:
        need = make_need()
        with pytest.raises(NoRemark):
            do(operations.close_need, need, state, remark="  ")
        do(operations.close_need, need, state, remark="三人到岗，余下不要了。")
        need = now_of(need)
        assert (need.state, need.closed_on) == (state, today())
        assert queries.steps_of(need)[0].note == "三人到岗，余下不要了。"
        with pytest.raises(IllegalMove):
            do(operations.close_need, need, _S.WITHDRAWN, remark="再关一次")
        for again in (
            lambda: do(operations.confirm_need, need),
            lambda: do(operations.record_hired, need, 1),
            lambda: do(operations.draft_posting, need),
        ):
            with pytest.raises(Ended):
                again()

    def test_a_wrong_ending_is_superseded_and_the_need_goes_on_with_its_posting(self) -> None:
        officer = make_officer()
        need = make_need(officer=officer, state=_S.POSTED, on=today() - timedelta(days=50), headcount=5)
        do(operations.record_hired, need, 2, on=today() - timedelta(days=45))
        with pytest.raises(NotEnded):
            do(operations.reopen_need, need, reason="关错了")
        do(operations.close_need, need, _S.FILLED, remark="都到了")
        with pytest.raises(NoReason):
            do(operations.reopen_need, need, reason="")
        followed = do(operations.reopen_need, need, reason="还差三人，点错了")
        assert now_of(need).state is _S.FILLED and now_of(need).superseded_on == today()
        followed = now_of(followed)
        assert (followed.state, followed.hired, followed.opened_on) == (_S.POSTED, 2, today() - timedelta(days=50))
        assert operations.hired_before([followed.id], today()) == {followed.id: 2}
        assert len(queries.postings_of([followed])[followed.id]) == 1 and not queries.postings_of([need])
        assert [kind for kind, _ in steps(followed)].count(StepKind.CLOSED) == 1, "the history goes through"
        with pytest.raises(NotEnded):
            do(operations.reopen_need, need, reason="再更正一次")


class TestPostings:
    def test_one_click_makes_a_draft_of_the_employer_that_says_what_the_need_says(self) -> None:
        officer, employer = make_officer(), make_employer(address="解放路1号")
        wage = {"wage_unit": WageUnit.MONTH, "wage_low": 6000, "wage_high": 8000}
        need = make_need(employer, officer=officer, headcount=5, address="", employment_type=EmploymentType.FULL_TIME, education=20, **wage)
        do(operations.record_hired, need, 2)
        posting = do(operations.draft_posting, need, by=acting_as(officer))
        row = session().get_one(Posting, posting.id)
        assert (row.state, row.employer_id, row.title, row.occupation) == (PostingState.DRAFT, employer.id, "焊工", "6-18-02-04")
        assert (row.headcount, row.address, row.education, row.requirements) == (3, "解放路1号", 20, "有焊工证。")
        assert (row.wage_text, row.employment_type) == ("6000–8000元/月", EmploymentType.FULL_TIME)
        assert now_of(need).state is _S.POSTED
        notice = session().scalars(select(Notice).where(Notice.person_id == owner_of(employer).id).order_by(Notice.id.desc())).first()
        assert (notice.title, notice.path) == ("企业服务专员为您起草了岗位“焊工”", f"/employer/postings/{posting.id}")
        with pytest.raises(AlreadyPosted):
            do(operations.draft_posting, need)

    def test_an_employer_that_waits_for_its_verification_gets_its_draft_too(self) -> None:
        need = make_need(make_employer(state=EmployerState.PENDING))
        assert do(operations.draft_posting, need).state is PostingState.DRAFT

    def test_the_employers_people_hear_of_the_review_although_an_officer_began_the_draft(self) -> None:
        officer, employer = make_officer(), make_employer()
        posting = do(operations.draft_posting, make_need(employer, officer=officer), by=acting_as(officer))
        owner = owner_of(employer)
        complete(posting, owner)
        with transaction():
            row = session().get_one(Posting, posting.id)
            postings.approve(row, by=actor_of(make_officer(), Role.REVIEWER))
        assert "岗位“焊工”审核结果：通过" in titles_to(owner.id)
        assert "岗位“焊工”审核结果：通过" not in titles_to(officer.id)

    def test_a_filled_posting_only_proposes_to_close_and_the_officer_hears_of_it(self) -> None:
        officer, employer = make_officer(), make_employer()
        need = make_need(employer, officer=officer)
        posting = make_posting(employer=employer)
        do(operations.link_posting, need, posting.id, by=acting_as(officer))
        with transaction():
            postings.fill(session().get_one(Posting, posting.id), by=BUREAU)
        follow(posting)
        assert now_of(need).state is _S.POSTED
        assert titles_to(officer.id)[-1] == "需求的岗位“电焊工”已招满"
        assert do(operations.draft_posting, need).state is PostingState.DRAFT, "more people may be needed"

    def test_a_need_whose_last_posting_is_gone_waits_for_one_again(self) -> None:
        officer, employer = make_officer(), make_employer()
        need = make_need(employer, officer=officer, on=today() - timedelta(days=35))
        posting = do(operations.draft_posting, need, on=today() - timedelta(days=34))
        with transaction():
            postings.withdraw(session().get_one(Posting, posting.id), by=BUREAU)
        follow(posting)
        assert (now_of(need).state, now_of(need).touched_on) == (_S.OPEN, today() - timedelta(days=34)), "nobody asked the employer"
        assert steps(need)[-1][0] is StepKind.RETURNED
        follow(posting)
        assert events("NeedReturned") == 1, "told once"

    def test_postings_that_expired_together_are_followed_together(self) -> None:
        employer = make_employer()
        need = make_need(employer, officer=make_officer())
        posting = make_posting(employer=employer)
        do(operations.link_posting, need, posting.id)
        postings.expire(today() + timedelta(days=60), by=Actor.SYSTEM)
        with transaction():
            closed_at = session().get_one(Posting, posting.id).closed_at
            assert operations.follow_expired(closed_at, by=Actor.SYSTEM) == 1
        assert now_of(need).state is _S.OPEN

    def test_a_posting_of_no_need_is_nobodys_news(self) -> None:
        posting = make_posting()
        follow(posting)
        assert not session().scalars(select(NeedStep)).all()

    def test_only_what_the_employer_handed_in_and_no_other_need_holds_is_linked(self) -> None:
        employer = make_employer()
        need = make_need(employer)
        draft, foreign = make_posting(employer=employer, state=PostingState.DRAFT), make_posting()
        for posting in (draft, foreign):
            with pytest.raises(NotLinkable):
                do(operations.link_posting, need, posting.id)
        handed_in = make_posting(employer=employer)
        do(operations.link_posting, need, handed_in.id)
        with pytest.raises(NotLinkable):
            do(operations.link_posting, make_need(employer, occupation="4-09-08-01"), handed_in.id)
        assert session().scalar(select(func.count()).select_from(NeedPosting)) == 1

    def test_the_officer_sees_how_many_applied(self) -> None:
        employer = make_employer()
        need = make_need(employer)
        posting = make_posting(employer=employer)
        do(operations.link_posting, need, posting.id)
        make_application(posting)
        linked = queries.postings_of([need])[need.id]
        assert [(one.posting.id, one.applications) for one in linked] == [(posting.id, 1)]


def complete(posting: Posting, owner) -> None:
    """What the employer does with the draft: writes what is missing, and hands it in."""
    with transaction():
        row = session().get_one(Posting, posting.id)
        row.duties, row.wage_unit, row.wage_low, row.valid_through = "焊接车架。", WageUnit.MONTH, 6000, today() + timedelta(days=30)
        postings.submit(row, by=actor_of(owner, Role.EMPLOYER_OWNER), on=today())


def follow(posting: Posting) -> None:
    with transaction():
        operations.follow_posting(posting.id, by=Actor.SYSTEM, on=today())


_VERBS = st.sampled_from(["confirm", "hire", "change", "draft", "withdraw posting", "fill posting", *(state.value for state in ENDS), "reopen"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(_VERBS, min_size=1, max_size=8))
def test_no_order_of_things_leads_a_need_out_of_its_table(verbs: list[str]) -> None:
    """Whatever is tried in whatever order: a refusal changes nothing, an ended need never moves, and one row of a chain is counted."""
    first = make_need(headcount=4)
    need = first
    for verb in verbs:
        before = now_of(need)
        state = before.state
        try:
            need = _try(verb, before) or need
        except Refusal:
            assert now_of(before).state is state
        after = now_of(before)
        assert after.state is state or after.state in NEXT[state]
        if state in ENDS:
            assert after.state is state
    counted = session().scalars(select(Need).where(Need.employer_id == first.employer_id, Need.superseded_on.is_(None))).all()
    assert [row.id for row in counted] == [need.id]
    assert (now_of(need).closed_on is None) == (now_of(need).state in LIVE)


def _try(verb: str, need: Need) -> Need | None:
    if verb == "confirm":
        do(operations.confirm_need, need)
    elif verb == "hire":
        do(operations.record_hired, need, need.hired + 1)
    elif verb == "change":
        do(operations.change_need, need, need_values(headcount=need.headcount + 1))
    elif verb == "draft":
        do(operations.draft_posting, need)
    elif verb == "reopen":
        return do(operations.reopen_need, need, reason="关错了")
    elif verb in {state.value for state in ENDS}:
        do(operations.close_need, need, NeedState(verb), remark="说明")
    else:
        _end_posting(need, postings.withdraw if verb.startswith("withdraw") else postings.fill)
    return None


def _end_posting(need: Need, end) -> None:
    for one in queries.postings_of([need]).get(need.id, []):
        try:
            with transaction():
                row = session().get_one(Posting, one.posting.id)
                if end is postings.fill and row.state is PostingState.DRAFT:
                    row.state = PostingState.OPEN
                end(row, by=BUREAU)
        except postings.Refusal:
            continue
        follow(one.posting)


def test_the_grants_of_an_officer_reach_the_own_district_only() -> None:
    officer = make_officer("370102")
    make_care(make_employer(region="370102"), officer)
    assert [grant.region for grant in grants_of(officer)] == ["370102"]
