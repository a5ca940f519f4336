from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import actor_of, make_forwarded, make_posting, posting_values
from webapp.access import Actor, Grant, Role
from webapp.db import now, session, today, transaction
from webapp.employers.models import Employer
from webapp.ledger import Entry
from webapp.postings import changing, operations
from webapp.postings.models import Posting, PostingReview, PostingState, ReviewDecision
from webapp.postings.queries import employer_of
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing import phrases, queries
from webapp.postings.reviewing.diffing import differences
from webapp.postings.reviewing.models import ChangeState, PostingChange, ReviewItem
from webapp.postings.values import PostingValues, as_json, from_json, values_of

pytestmark = pytest.mark.usefixtures("database")
PROVINCE = (Grant(Role.REVIEWER, region="370000"),)


def a_reviewer() -> Actor:
    return actor_of(make_staff(Role.REVIEWER), Role.REVIEWER)


def of(posting: Posting) -> Posting:
    return session().get_one(Posting, posting.id)


def waiting(grants: tuple[Grant, ...] = PROVINCE) -> list[str]:
    return [row.title for row in session().scalars(queries.waiting(grants))]


def owner(posting: Posting) -> Actor:
    return actor_of(owner_of(employer_of(posting)), Role.EMPLOYER_OWNER)


def proposed(posting: Posting, *, submit: bool = True, **changes: object) -> PostingChange:
    by = owner(posting)
    with transaction():
        change = changing.propose(of(posting), posting_values(**changes), by=by)
        session().flush()
        if submit:
            changing.submit(of(posting), change, by=by, on=today())
    return change


def test_one_reviewer_holds_an_item_and_another_does_not_decide_about_it() -> None:
    posting, first, second = make_posting(state=PostingState.IN_REVIEW), a_reviewer(), a_reviewer()
    with transaction():
        reviewing.take(of(posting), by=first)
    for verb in (
        lambda row: reviewing.take(row, by=second),
        lambda row: operations.approve(row, by=second),
        lambda row: operations.return_(row, "改", by=second),
    ):
        with pytest.raises(reviewing.HeldByAnother), transaction():
            verb(of(posting))
    assert queries.free(PROVINCE, second.person_id) == []
    assert queries.free(PROVINCE, first.person_id) == [posting.id]
    with transaction():
        operations.approve(of(posting), by=first)
    assert of(posting).state is PostingState.OPEN


def test_a_lease_that_ran_out_or_was_given_back_is_free_for_the_next() -> None:
    posting, first, second = make_posting(state=PostingState.IN_REVIEW), a_reviewer(), a_reviewer()
    with transaction():
        item = reviewing.take(of(posting), by=first)
        item.held_until = now() - timedelta(seconds=1)
    with transaction():
        assert reviewing.take(of(posting), by=second).holder_id == second.person_id
    with transaction():
        reviewing.release(of(posting), by=first)
    with pytest.raises(reviewing.HeldByAnother), transaction():
        reviewing.take(of(posting), by=first)
    with transaction():
        reviewing.release(of(posting), by=second)
    with transaction():
        assert reviewing.take(of(posting), by=first).holder_id == first.person_id


def test_a_reviewer_is_not_led_to_what_is_their_own() -> None:
    own, other = make_posting(state=PostingState.IN_REVIEW), make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        forwarded = make_forwarded(state=PostingState.IN_REVIEW)
    reviewer = make_member(employer_of(own), make_staff(Role.REVIEWER))
    assert queries.free(PROVINCE, reviewer.id) == [other.id, forwarded.id]
    with transaction():
        operations.approve(of(other), by=a_reviewer())
    assert queries.free(PROVINCE, reviewer.id) == [forwarded.id]


def test_a_forwarded_row_is_held_and_timed_like_any_other() -> None:
    with transaction():
        posting = make_forwarded(state=PostingState.IN_REVIEW, submitted_at=now() - timedelta(hours=3))
    by = a_reviewer()
    with transaction():
        item = reviewing.take(of(posting), by=by)
        assert item.submitted_at == posting.submitted_at


def test_what_is_too_late_comes_first_then_risk_then_first_come() -> None:
    rows = [make_posting(state=PostingState.IN_REVIEW, title=title) for title in ("甲", "乙", "丙", "丁")]
    for row, hours, risk in zip(rows, (1, 30, 40, 2), (0, 0, 0, 3), strict=True):
        with transaction():
            session().execute(
                update(ReviewItem).where(ReviewItem.posting_id == row.id).values(submitted_at=now() - timedelta(hours=hours), risk=risk)
            )
    assert waiting() == ["丙", "乙", "丁", "甲"]
    pace = queries.pace(PROVINCE)
    assert (pace.waiting, pace.overdue, pace.decided, pace.typical) == (4, 2, 0, None)


def test_the_typical_time_is_the_median_of_what_was_decided_and_opens_those_rows() -> None:
    by = a_reviewer()
    for hours in (1, 2, 10):
        posting = make_posting(state=PostingState.IN_REVIEW)
        with transaction():
            session().execute(update(ReviewItem).where(ReviewItem.posting_id == posting.id).values(submitted_at=now() - timedelta(hours=hours)))
        with transaction():
            operations.approve(of(posting), by=by)
    taken_back = make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        operations.revise(of(taken_back), by=owner(taken_back))
    pace = queries.pace(PROVINCE)
    assert pace.decided == len(session().scalars(queries.decided(PROVINCE)).all()) == 3
    assert round(pace.typical / timedelta(hours=1), 2) == 2
    elsewhere = (Grant(Role.REVIEWER, region="370200"),)
    assert (queries.pace(elsewhere).decided, queries.pace(()).waiting) == (0, 0)


def test_remarks_stand_beside_their_fields_and_are_reason_enough() -> None:
    posting = make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        operations.return_(of(posting), "", by=a_reviewer(), remarks={"duties": " 请写明班次。 ", "title": " "})
    review = session().scalars(select(PostingReview)).one()
    assert (review.remarks, review.reason) == ({"duties": "请写明班次。"}, "")
    with pytest.raises(operations.NoReason), transaction():
        operations.return_(make_posting(state=PostingState.IN_REVIEW), " ", by=a_reviewer(), remarks={"duties": ""})


def test_risks_say_what_to_look_at_and_decide_nothing() -> None:
    employer = make_employer()
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW, headcount=200, wage_low=500, wage_high=600)
    item = reviewing.waiting_item(posting)
    assert item.risk == len(item.risks) == 4
    assert any("第一次发布" in risk for risk in item.risks) and any("200 人" in risk for risk in item.risks)
    with transaction():
        operations.approve(of(posting), by=a_reviewer())
    assert of(posting).state is PostingState.OPEN


def test_an_open_posting_says_what_was_reviewed_until_its_change_is_approved() -> None:
    posting = make_posting(title="电焊工", headcount=5)
    change = proposed(posting, title="电焊工", headcount=8)
    assert waiting() == ["电焊工"]
    assert (of(posting).headcount, of(posting).state) == (5, PostingState.OPEN)
    version = of(posting).version
    with transaction():
        changing.approve(of(posting), session().get_one(PostingChange, change.id), by=a_reviewer())
    row = of(posting)
    assert (row.headcount, row.state, row.version) == (8, PostingState.OPEN, version + 1)
    assert waiting() == []
    assert session().scalars(select(Entry.event).where(Entry.event == "PostingChanged")).one()


def test_a_change_that_was_rewritten_since_it_was_read_is_not_approved() -> None:
    posting = make_posting()
    change = proposed(posting, headcount=8)
    seen = change.version
    with transaction():
        changing.take_back(of(posting), session().get_one(PostingChange, change.id), by=owner(posting))
    proposed(posting, headcount=800)
    with pytest.raises(operations.ChangedMeanwhile), transaction():
        changing.approve(of(posting), session().get_one(PostingChange, change.id), by=a_reviewer(), seen=seen)
    assert of(posting).headcount == 5


def test_a_returned_change_leaves_the_posting_as_it_is_and_is_written_further() -> None:
    posting = make_posting()
    change = proposed(posting, headcount=8)
    with transaction():
        changing.return_(of(posting), session().get_one(PostingChange, change.id), "人数太多", by=a_reviewer(), remarks={"headcount": "请核对"})
    assert session().get_one(PostingChange, change.id).state is ChangeState.RETURNED
    assert (of(posting).headcount, waiting()) == (5, [])
    again = proposed(posting, headcount=6)
    assert again.id == change.id
    assert waiting() == ["电焊工"]


def test_nothing_changed_is_not_reviewed_and_what_waits_is_not_written() -> None:
    posting = make_posting()
    with pytest.raises(changing.NothingChanged):
        proposed(posting)
    proposed(posting, headcount=8)
    with pytest.raises(changing.ChangeWaits):
        proposed(posting, headcount=9)


def lapsed(row: Posting, by: Actor) -> None:
    row.valid_through = today() - timedelta(days=1)
    session().flush()
    operations._expire_some(today(), by=by)


ENDS = [
    operations.withdraw,
    operations.fill,
    operations.lapse,
    lapsed,
    lambda row, by: operations.take_down(row, "不实", by=a_reviewer()),
    lambda row, by: operations.stop(row, "不招了", by=a_reviewer(), filled=True),
]


@pytest.mark.parametrize("verb", ENDS)
def test_a_posting_that_goes_takes_its_change_with_it(verb: object) -> None:
    posting = make_posting()
    change = proposed(posting, headcount=8)
    with transaction():
        verb(of(posting), by=owner(posting))
    assert session().get_one(PostingChange, change.id).state is ChangeState.DROPPED
    assert waiting() == []
    assert session().scalars(select(ReviewItem).where(ReviewItem.change_id == change.id)).one().decision is None


def test_a_pause_keeps_the_change_and_a_draft_loses_one_that_was_left_over() -> None:
    posting = make_posting()
    change = proposed(posting, headcount=8)
    with transaction():
        operations.pause(of(posting), by=owner(posting))
    assert session().get_one(PostingChange, change.id).state is ChangeState.IN_REVIEW
    with transaction():
        row = of(posting)
        row.state = PostingState.EXPIRED
        operations.revise(row, by=owner(posting))
    assert session().get_one(PostingChange, change.id).state is ChangeState.DROPPED
    assert reviewing.waiting_item(of(posting)) is None


def test_what_is_taken_back_is_only_what_was_meant() -> None:
    posting = make_posting()
    proposed(posting, headcount=8)
    with transaction():
        reviewing.take_back(of(posting), by=owner(posting))
    assert waiting() == ["电焊工"]


def test_what_the_employer_writes_about_itself_is_not_shown_by_a_change() -> None:
    posting = make_posting()
    change = proposed(posting, headcount=8)
    before = of(posting).employer_about
    with transaction():
        session().get_one(Employer, posting.employer_id).about = "本公司只招本地人，没有人看过这一句。"
        changing.approve(of(posting), session().get_one(PostingChange, change.id), by=a_reviewer())
    assert (of(posting).headcount, of(posting).employer_about) == (8, before)


@pytest.mark.parametrize("state", [PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED, PostingState.OPEN])
def test_approving_opens_nothing_that_does_not_wait(state: PostingState) -> None:
    posting = make_posting(state=state)
    with pytest.raises(operations.IllegalMove), transaction():
        operations.approve(of(posting), by=a_reviewer())
    assert of(posting).state is state


def test_a_take_down_and_a_return_count_as_history() -> None:
    employer = make_employer()
    make_posting(employer=employer, state=PostingState.TAKEN_DOWN)
    assert queries.returned_before(employer.id, since=now() - timedelta(days=1)) == 1
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW, title="另一个岗位")
    assert any("一年内有 1 件被退回或下架" in risk for risk in reviewing.waiting_item(of(posting)).risks)


def test_an_incomplete_change_is_not_handed_in() -> None:
    posting = make_posting()
    with pytest.raises(operations.Incomplete):
        proposed(posting, duties="")


def test_only_an_open_or_paused_posting_is_changed_this_way() -> None:
    for state in (PostingState.DRAFT, PostingState.FILLED, PostingState.EXPIRED):
        with pytest.raises(operations.IllegalMove):
            proposed(make_posting(state=state), submit=False)


def test_what_differs_is_shown_and_the_rest_is_not() -> None:
    before = posting_values(duties="焊接农机车架，两班倒，每班八小时。", headcount=5)
    after = posting_values(duties="焊接农机车架，三班倒，每班八小时。", headcount=5)
    (only,) = differences(before, after)
    assert (only.field, only.label) == ("duties", "工作内容")
    assert "".join(text for text, _ in only.before) == before.duties
    assert [text for text, gone in only.before if gone] == ["两"]
    assert [text for text, new in only.after if new] == ["三"]
    (figure,) = differences(posting_values(headcount=18), posting_values(headcount=21))
    assert (figure.before[0], figure.after[0]) == (("18", True), ("21", True)), "a figure is read as a whole"


texts = st.text(alphabet="焊工两班倒，8小时。", max_size=30)


@given(st.builds(PostingValues, title=texts, duties=texts, headcount=st.none() | st.integers(1, 99), skills=st.tuples(texts)))
def test_values_come_back_from_json_as_they_were(values: PostingValues) -> None:
    assert from_json(as_json(values)) == values


@given(texts, texts)
def test_the_pieces_of_a_difference_are_the_whole_texts(before: str, after: str) -> None:
    found = differences(PostingValues(duties=before), PostingValues(duties=after))
    assert (found == []) == (before == after)
    for one in found:
        assert "".join(text for text, _ in one.before) == before
        assert "".join(text for text, _ in one.after) == after


def test_a_rows_values_survive_the_way_through_json() -> None:
    posting = make_posting()
    assert from_json(as_json(values_of(posting))) == values_of(posting)


def test_phrases_of_an_area_are_offered_below_it_and_removed_only_there() -> None:
    with transaction():
        phrase = reviewing.add_phrase("370100", "duties", "请写明班次。", by=a_reviewer())
    county, other = (Grant(Role.REVIEWER, region="370102"),), (Grant(Role.REVIEWER, region="370200"),)
    assert "请写明班次。" in [one.text for one in phrases.offered(county)]
    assert "请写明班次。" not in [one.text for one in phrases.offered(other)]
    assert phrases.own(phrase.id, county) is None and phrases.own(phrase.id, other) is None
    assert phrases.own(phrase.id, (Grant(Role.REVIEWER, region="370100"),)).id == phrase.id


def test_a_decision_is_one_of_the_item_that_waited() -> None:
    posting = make_posting(state=PostingState.IN_REVIEW)
    by = a_reviewer()
    with transaction():
        operations.return_(of(posting), "改", by=by)
    item = session().scalars(select(ReviewItem).where(ReviewItem.posting_id == posting.id)).one()
    assert (item.decision, item.decided_by, item.holder_id) == (ReviewDecision.RETURNED, by.person_id, None)
    assert item.closed_at is not None
