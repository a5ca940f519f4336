"""What must hold on SQLite and on PostgreSQL: two people at once, and the questions that the databases understand differently."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, select

import search.current
from search.engine import Unavailable
from search.query import PostingQuery, Sort
from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import owner_of
from tests.factories.postings import actor_of, days_from_now, make_forwarded, make_posting
from tests.webapp.postings.test_queries import ALL_OF, mixed_rows
from webapp import db
from webapp.access import Actor, Grant, Level, Role
from webapp.db import session, today, transaction
from webapp.postings import figures, indexing, operations, queries, suggesting
from webapp.postings.applying import operations as applying
from webapp.postings.applying.models import Application
from webapp.postings.figures import Slice
from webapp.postings.models import Posting, PostingReview, PostingState
from webapp.postings.refusals import Refusal
from webapp.reference.models import WageUnit

pytestmark = pytest.mark.usefixtures("both")
AT_ONCE = 6


class Away:
    def find(self, query):
        raise Unavailable("away")


def at_once(change: Callable[[int], object]) -> int:
    """Runs `change` in as many threads, each in a transaction of its own; how many were not refused."""
    gate = Barrier(AT_ONCE)

    def go(number: int) -> bool:
        gate.wait()
        try:
            with transaction():
                change(number)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(go, range(AT_ONCE)))


def test_of_many_taps_on_one_button_one_application_is_sent():
    posting, seeker = make_posting(), make_person()

    def apply(_):
        by = actor_of(seeker, Role.SEEKER)
        applying.apply(queries.locked(posting.id), seeker.id, message="", shares_phone=True, by=by)

    assert at_once(apply) == 1
    with transaction():
        assert session().scalar(select(func.count()).select_from(Application)) == 1


def test_of_many_reviewers_one_decides():
    posting = make_posting(state=PostingState.IN_REVIEW)
    reviewers = [make_staff(Role.REVIEWER) for _ in range(AT_ONCE)]
    grants = (Grant(Role.REVIEWER, Level.CITY, "370100"),)

    def decide(number):
        row = queries.reviewable(posting.id, grants, for_change=True)
        if row is None:  # somebody returned it: it is a draft, and no reviewer's any more
            raise Refusal
        by = actor_of(reviewers[number], Role.REVIEWER)
        operations.approve(row, by=by) if number % 2 else operations.return_(row, "改", by=by)

    assert at_once(decide) == 1
    with transaction():
        assert session().scalar(select(func.count()).select_from(PostingReview)) == 1


def test_reviewers_who_begin_at_once_each_hold_another_item():
    keys = {make_posting(state=PostingState.IN_REVIEW, title=f"岗位{number}").id for number in range(AT_ONCE)}
    grants = (Grant(Role.REVIEWER, Level.CITY, "370100"),)
    reviewers = [make_staff(Role.REVIEWER) for _ in range(AT_ONCE)]
    held = []

    def begin(number):
        by = actor_of(reviewers[number], Role.REVIEWER)
        held.append(operations.take_next(grants, by=by))

    assert at_once(begin) == AT_ONCE
    assert set(held) == keys


def test_nobody_applies_to_a_posting_that_is_being_closed():
    posting = make_posting()
    owner = actor_of(owner_of(queries.employer_of(posting)), Role.EMPLOYER_OWNER)
    grants = (Grant(Role.EMPLOYER_OWNER, employer_id=posting.employer_id),)
    seekers = [make_person() for _ in range(AT_ONCE)]
    closed_after: list[int] = []

    def go(number):
        if number == 0:
            operations.fill(queries.own(posting.id, grants, for_change=True), by=owner)
            closed_after.append(session().scalar(select(func.count()).select_from(Application)))
            return
        applying.apply(queries.locked(posting.id), seekers[number].id, message="", shares_phone=False, by=Actor.SYSTEM)

    accepted = at_once(go) - 1
    assert accepted == closed_after[0]


@pytest.mark.parametrize("question", ALL_OF)
def test_every_figure_opens_exactly_its_rows(question):
    mixed_rows()
    grants = (Grant(Role.LEADER, Level.PROVINCE, "370000"),)
    with transaction():
        asked = question(Slice(), grants)
        assert asked
        for figure in asked:
            assert len(session().scalars(figures.rows_of(figure.rows, grants)).all()) == figure.postings, figure


def test_the_fallback_answers_every_condition():
    make_posting(title="一", wage_low=3000, wage_high=None)
    make_posting(title="二", wage_low=6000, wage_high=9000)
    make_forwarded(title="三", region="440106")
    search.current.use(Away())

    def asked(**conditions) -> list[str]:
        with transaction():
            return [row.title for row in queries.find_open(PostingQuery(**conditions)).rows]

    assert asked(sort=Sort.WAGE) == ["二", "一", "三"]
    assert asked(regions=("370100",), wage_at_least=5000, employment_types=("full_time",), educations=(20,), posted_since=today()) == ["二"]
    assert asked(outside="37", sources=("齐鲁人才网",), educations=(0,)) == ["三"]


def test_a_wage_of_a_few_fen_is_kept_as_it_is():
    posting = make_posting(wage_unit=WageUnit.PIECE, wage_low=Decimal("0.06"), wage_high=Decimal("0.15"))
    with transaction():
        kept = session().get_one(Posting, posting.id)
        assert (str(kept.wage_low), str(kept.wage_high), kept.month_low) == ("0.06", "0.15", None)


def test_expiry_closes_and_its_rows_are_found_again():
    row = make_forwarded(valid_through=days_from_now(-1))
    make_forwarded(source_key="v")
    assert operations.expire(today(), by=Actor.SYSTEM) == 1
    with transaction():
        stored = session().get_one(Posting, row.id)
        assert stored.state is PostingState.EXPIRED
        assert queries.closed_at(stored.closed_at) == [row.id]
        assert indexing.document(stored).deleted


def test_suggestions_weigh_what_is_open():
    for number in range(5):
        make_forwarded(title="数据分析员", employer_name="济南甲乙数据有限公司", skills=["SPSS", "SQL"], source_key=str(number))
    make_forwarded(title="数据分析员", employer_name="济南甲乙数据有限公司", skills=["SPSS"], source_key="last")
    make_forwarded(title="数据分析员", employer_name="济南丙丁数据有限公司", skills=["SPSS"], source_key="past", valid_through=days_from_now(-1))
    with db.reading():
        found = {(entry.kind, entry.text): entry.weight for entry in suggesting.entries()}
    assert [found["技能", name] for name in ("SPSS", "SQL")] == [6, 5]
    assert {text: weight for (kind, text), weight in found.items() if kind == "单位"} == {"济南甲乙数据有限公司": 6}
    assert found["地点", "济南市"] == found["地点", "济南市历下区"] == 6
    assert found["职业", "数据分析"] == 6
