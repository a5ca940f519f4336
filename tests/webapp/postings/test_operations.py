from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, make_member
from tests.factories.postings import actor_of, days_from_now, make_forwarded, make_posting, posting_values
from webapp.access import Actor, Role
from webapp.db import now, session, today, transaction
from webapp.employers.models import Employer, EmployerState
from webapp.employers.operations import remove_member
from webapp.employers.queries import membership_of
from webapp.ledger import Entry
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations, queries
from webapp.postings.models import NEXT, Posting, PostingReview, PostingState
from webapp.postings.operations import (
    IllegalMove,
    Incomplete,
    Lapsed,
    NoReason,
    NotADraft,
    NotVerified,
    OwnPosting,
)
from webapp.reference.models import WageUnit

pytestmark = pytest.mark.usefixtures("database")
EMPLOYER = Actor(None, Role.EMPLOYER_OWNER.value, "web")


def reviewer() -> Actor:
    return actor_of(make_staff(Role.REVIEWER), Role.REVIEWER)


def events_about(posting: Posting) -> list[str]:
    return list(session().scalars(select(Entry.event).where(Entry.subject == str(posting.id)).order_by(Entry.id)))


def stored(posting: Posting) -> Posting:
    return session().get_one(Posting, posting.id)


def change_with(verb, posting, *words, **options):
    with transaction():
        verb(stored(posting), *words, **options)


def test_a_draft_keeps_what_was_said_and_reckons_the_month():
    posting = stored(make_posting(state=PostingState.DRAFT, wage_unit=WageUnit.DAY, wage_low=200, wage_high=300))
    assert (posting.county_name, posting.month_low, posting.month_high) == ("济南市历下区", 4350, 6530)
    assert posting.wage_text.startswith("200–300元/天")
    assert posting.skills == ["氩弧焊", "二保焊"]
    assert events_about(posting) == ["PostingDrafted"]


def test_a_draft_may_be_empty():
    with transaction():
        posting = operations.draft(make_employer(), posting_values(title="", wage_low=None, wage_high=None, region=None), by=EMPLOYER)
    assert (stored(posting).wage_text, stored(posting).month_low, stored(posting).county_name) == ("", None, "")


def test_two_drafts_of_one_transaction_get_two_numbers():
    with transaction():
        employer = make_employer()
        first, second = (operations.draft(employer, posting_values(), by=EMPLOYER) for _ in range(2))
    assert first.seq != second.seq


def test_only_a_draft_changes():
    posting = make_posting()
    with pytest.raises(NotADraft):
        change_with(operations.change, posting, posting_values(title="改"), by=EMPLOYER)
    assert stored(posting).title == "电焊工"


def test_an_employer_that_is_not_verified_may_draft_but_not_submit():
    employer = make_employer(state=EmployerState.PENDING)
    posting = make_posting(employer=employer, state=PostingState.DRAFT)
    with pytest.raises(NotVerified):
        change_with(operations.submit, posting, by=EMPLOYER, on=today())
    assert stored(posting).state is PostingState.DRAFT


def test_a_verification_that_is_overdue_counts_for_nothing():
    posting = make_posting(state=PostingState.DRAFT)
    with transaction():
        session().get_one(Employer, posting.employer_id).verify_again_on = days_from_now(-1)
    with pytest.raises(NotVerified):
        change_with(operations.submit, posting, by=EMPLOYER, on=today())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"headcount": None}, "headcount"),
        ({"headcount": 0}, "headcount"),
        ({"headcount": 5001}, "headcount"),
        ({"duties": "  "}, "duties"),
        ({"region": None}, "region"),
        ({"wage_low": None, "wage_high": None}, "wage_low"),
        ({"wage_low": 9000}, "wage_low"),
        ({"wage_unit": None}, "wage_unit"),
        ({"wage_months": 24}, "wage_months"),
        ({"wage_low": 6000, "wage_high": 600000}, "wage_high"),
        ({"wage_unit": WageUnit.DAY, "wage_low": 6000, "wage_high": 60000}, "wage_high"),
        ({"valid_through": None}, "valid_through"),
        ({"valid_through": days_from_now(-1)}, "valid_through"),
        ({"valid_through": days_from_now(91)}, "valid_through"),
        ({"lon": 36.6, "lat": 117.0}, "lon"),
        ({"lon": 117.0}, "lon"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named_and_stops_the_submission(changes, field):
    posting = make_posting(state=PostingState.DRAFT, **changes)
    with pytest.raises(Incomplete) as refused:
        change_with(operations.submit, posting, by=EMPLOYER, on=today())
    assert field in {finding.field for finding in refused.value.findings}
    assert all(finding.basis and finding.message for finding in refused.value.findings)
    assert stored(posting).state is PostingState.DRAFT


def test_an_employer_without_a_description_cannot_submit():
    posting = make_posting(employer=make_employer(about=""), state=PostingState.DRAFT)
    with pytest.raises(Incomplete, match="还有内容") as refused:
        change_with(operations.submit, posting, by=EMPLOYER, on=today())
    assert [finding.field for finding in refused.value.findings] == ["employer_about"]


def test_an_approved_posting_is_open_from_today_and_its_author_is_told():
    posting = stored(make_posting())
    assert (posting.state, posting.valid_from, posting.closed_at) == (PostingState.OPEN, today(), None)
    assert events_about(posting) == ["PostingDrafted", "PostingSubmitted", "PostingApproved"]
    told = session().scalars(select(Notice).where(Notice.person_id == posting.author_id, Notice.kind == NoticeKind.REVIEW)).one()
    assert "通过" in told.title
    assert told.path == f"/employer/postings/{posting.id}"


def test_every_move_raises_the_version_so_that_the_index_follows():
    posting = make_posting()
    before = stored(posting).version
    change_with(operations.pause, posting, by=EMPLOYER)
    change_with(operations.reopen, posting, by=EMPLOYER)
    assert stored(posting).version == before + 2


def test_nobody_approves_a_posting_of_their_own():
    posting = make_posting(state=PostingState.IN_REVIEW)
    author = Actor(posting.author_id, Role.REVIEWER.value, "web")
    for verb, words in ((operations.approve, ()), (operations.return_, ("改",)), (operations.take_down, ("假",))):
        with pytest.raises(OwnPosting):
            change_with(verb, posting, *words, by=author)


def test_an_author_who_never_was_a_member_does_not_approve_either():
    posting, author = make_posting(state=PostingState.IN_REVIEW), make_staff(Role.REVIEWER)
    with transaction():
        stored(posting).author_id = author.id
    with pytest.raises(OwnPosting):
        change_with(operations.approve, posting, by=actor_of(author, Role.REVIEWER))


def test_no_member_of_the_employer_approves_not_even_one_who_left():
    employer = make_employer()
    member = make_member(employer)
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW)
    with pytest.raises(OwnPosting):
        change_with(operations.approve, posting, by=actor_of(member, Role.REVIEWER))
    with transaction():
        remove_member(membership_of(employer.id, member.id), by=EMPLOYER)
    with pytest.raises(OwnPosting):
        change_with(operations.approve, posting, by=actor_of(member, Role.REVIEWER))


def test_no_machine_approves():
    posting = make_posting(state=PostingState.IN_REVIEW)
    with pytest.raises(OwnPosting):
        change_with(operations.approve, posting, by=Actor.SYSTEM)


def test_what_lapsed_while_it_waited_is_not_approved():
    posting = make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        stored(posting).valid_through = days_from_now(-1)
    with pytest.raises(Incomplete):
        change_with(operations.approve, posting, by=reviewer())


def test_a_return_needs_a_reason_and_makes_a_draft_again():
    posting = make_posting(state=PostingState.IN_REVIEW)
    with pytest.raises(NoReason):
        change_with(operations.return_, posting, "  ", by=reviewer())
    change_with(operations.return_, posting, "请写明地址。", by=reviewer())
    assert stored(posting).state is PostingState.DRAFT
    assert [review.reason for review in queries.reviews_of(posting)] == ["请写明地址。"]


def test_an_open_posting_is_not_returned_but_taken_down_for_good():
    posting = make_posting()
    with pytest.raises(IllegalMove):
        change_with(operations.return_, posting, "改", by=reviewer())
    change_with(operations.take_down, posting, "收费。", by=reviewer())
    assert stored(posting).state is PostingState.TAKEN_DOWN
    assert events_about(posting)[-1] == "PostingClosed"
    for verb in (operations.reopen, operations.revise, operations.withdraw):
        with pytest.raises(IllegalMove):
            change_with(verb, posting, by=EMPLOYER)


@pytest.mark.parametrize("state", PostingState)
@pytest.mark.parametrize("wanted", PostingState)
def test_a_move_happens_exactly_where_the_table_allows_it(state, wanted):
    posting = Posting(state=state)
    if wanted in NEXT[state]:
        operations.move(posting, wanted)
        assert posting.state is wanted
    else:
        with pytest.raises(IllegalMove, match=wanted.label):
            operations.move(posting, wanted)
        assert posting.state is state


def test_a_lapsed_posting_does_not_come_back_by_a_button():
    posting = make_posting(state=PostingState.PAUSED)
    with transaction():
        stored(posting).valid_through = days_from_now(-1)
    with pytest.raises(Lapsed):
        change_with(operations.reopen, posting, by=EMPLOYER)


def test_what_waits_for_review_cannot_be_opened_by_its_employer():
    posting = make_posting(state=PostingState.IN_REVIEW)
    with pytest.raises(IllegalMove):
        change_with(operations.reopen, posting, by=EMPLOYER)


def test_a_withdrawn_posting_can_be_revised_and_goes_through_review_again():
    posting = make_posting(state=PostingState.WITHDRAWN)
    change_with(operations.revise, posting, by=EMPLOYER)
    change_with(operations.submit, posting, by=EMPLOYER, on=today())
    assert stored(posting).state is PostingState.IN_REVIEW


def test_a_forwarded_posting_is_nobodys_draft():
    with transaction():
        posting = make_forwarded(state=PostingState.EXPIRED)
    with pytest.raises(IllegalMove):
        change_with(operations.revise, posting, by=EMPLOYER)


def test_a_copy_says_the_same_but_for_its_validity():
    posting = make_posting()
    with transaction():
        made = operations.copy(stored(posting), session().get_one(Employer, posting.employer_id), by=EMPLOYER)
    assert (made.state, made.title, made.wage_low, made.valid_through) == (PostingState.DRAFT, "电焊工", 6000, None)
    assert made.id != posting.id


def test_expiry_closes_what_was_valid_until_yesterday_in_facts_of_at_most_a_thousand(monkeypatch):
    monkeypatch.setattr(operations, "EXPIRED_AT_ONCE", 2)
    with transaction():
        lapsed = [make_forwarded(source_key=str(n), valid_through=days_from_now(-1)) for n in range(3)]
        valid = make_forwarded(source_key="v", valid_through=today())
        paused = make_forwarded(source_key="p", state=PostingState.PAUSED, valid_through=days_from_now(-1))
    before = {row.id: row.version for row in lapsed}
    assert operations.expire(today(), by=Actor.SYSTEM) == 4
    assert {stored(row).state for row in [*lapsed, paused]} == {PostingState.EXPIRED}
    assert stored(valid).state is PostingState.OPEN
    assert all(stored(row).version == before[row.id] + 1 for row in lapsed)
    facts = session().scalars(select(Entry).where(Entry.event == "PostingsExpired").order_by(Entry.id)).all()
    assert [fact.payload["count"] for fact in facts] == [2, 2]
    assert operations.expire(today(), by=Actor.SYSTEM) == 0


def test_the_rows_of_one_expiry_are_found_again_by_its_instant():
    with transaction():
        row = make_forwarded(valid_through=days_from_now(-1))
        make_forwarded(source_key="old", state=PostingState.EXPIRED, valid_through=days_from_now(-9), closed_at=now() - timedelta(days=8))
    operations.expire(today(), by=Actor.SYSTEM)
    fact = session().scalars(select(Entry).where(Entry.event == "PostingsExpired")).one()
    assert queries.closed_at(datetime.fromisoformat(fact.payload["at"])) == [row.id]


def test_decisions_are_kept_for_ever():
    posting = make_posting(state=PostingState.IN_REVIEW)
    who = reviewer()
    change_with(operations.return_, posting, "一", by=who)
    change_with(operations.submit, posting, by=EMPLOYER, on=today())
    change_with(operations.approve, posting, by=who)
    assert session().scalar(select(func.count()).select_from(PostingReview).where(PostingReview.posting_id == posting.id)) == 2
