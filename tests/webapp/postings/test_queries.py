import pytest

import search.current
from search.engine import Unavailable
from search.query import PostingQuery, Sort
from tests.factories.employers import make_employer
from tests.factories.postings import days_from_now, make_forwarded, make_posting
from webapp.access import Actor, Grant, Level, Role
from webapp.db import session, today, transaction
from webapp.postings import figures, indexing, operations, queries
from webapp.postings.figures import Slice
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing import queries as desk

pytestmark = pytest.mark.usefixtures("database", "index")


def of(employer) -> tuple[Grant, ...]:
    return (Grant(Role.EMPLOYER_OWNER, employer_id=employer.id),)


def reviewing(region: str | None) -> tuple[Grant, ...]:
    return (Grant(Role.REVIEWER, Level.CITY, region),)


def build_index() -> None:
    search.current.engine().rebuild(indexing.every_open())


class Away:
    def find(self, query):
        raise Unavailable("away")


@pytest.fixture
def no_engine(index):
    search.current.use(Away())
    yield
    search.current.use(index)


def titles(found) -> list[str]:
    return [row.title for row in found.rows]


def test_what_was_closed_after_it_was_indexed_is_not_shown():
    row = make_posting()
    build_index()
    assert queries.find_open(PostingQuery(text="电焊工")).total == 1
    with transaction():
        operations.pause(session().get_one(Posting, row.id), by=Actor.SYSTEM)
    found = queries.find_open(PostingQuery(text="电焊工"))
    assert (list(found.rows), found.total, found.fallback) == ([], 0, False)


def test_a_page_keeps_the_order_of_the_engine():
    for title, low in (("甲焊工", 5000), ("乙焊工", 9000), ("丙焊工", 7000)):
        make_posting(title=title, wage_low=low, wage_high=None)
    make_forwarded(title="丁焊工")
    build_index()
    assert titles(queries.find_open(PostingQuery(text="焊工", sort=Sort.WAGE))) == ["乙焊工", "丙焊工", "甲焊工", "丁焊工"]


def test_only_a_checked_employer_carries_the_mark():
    direct, forwarded = make_posting(), make_forwarded()
    build_index()
    assert queries.find_open(PostingQuery()).verified == {direct.id}
    assert forwarded.id not in queries.find_open(PostingQuery()).verified


def test_without_the_engine_the_structured_conditions_still_hold(no_engine):
    make_posting(title="焊工", region="370102")
    make_posting(title="会计", region="370202", wage_low=4000, wage_high=5000, education=50)
    make_forwarded(title="省外", region="440106")
    make_forwarded(title="过期", source_key="old", valid_through=days_from_now(-1))

    def asked(**conditions) -> set[str]:
        found = queries.find_open(PostingQuery(text="这段文字不起作用", **conditions))
        assert found.fallback
        assert found.total == len(found.rows)
        return set(titles(found))

    assert asked() == {"焊工", "会计", "省外"}
    assert asked(regions=("370100",)) == {"焊工"}
    assert asked(regions=("370000",)) == {"焊工", "会计"}
    assert asked(outside="37") == {"省外"}
    assert asked(wage_at_least=5500) == {"焊工"}
    assert asked(wage_at_most=5500) == {"会计"}
    assert asked(educations=(50,)) == {"会计"}
    assert asked(employment_types=("full_time",)) == {"焊工", "会计"}
    assert asked(sources=("齐鲁人才网",)) == {"省外"}
    assert asked(posted_since=today()) == {"焊工", "会计", "省外"}


def test_the_fallback_finds_what_the_engine_finds_by_the_same_conditions(index):
    make_posting(title="一", region="370102", wage_low=3000, wage_high=None)
    make_posting(title="二", region="370103", wage_low=6000, wage_high=9000, education=50)
    make_forwarded(title="三", region="440106", source_key="c")
    make_forwarded(title="四", source_key="d", education=0)
    build_index()
    asked = [
        {"regions": ("370100",)},
        {"outside": "37"},
        {"wage_at_least": 5000},
        {"wage_at_most": 5000},
        {"educations": (0,)},
        {"educations": (20, 50)},
        {"employment_types": ("full_time",)},
        {"sources": ("齐鲁人才网",)},
        {"sort": Sort.WAGE},
        {"sort": Sort.DATE},
    ]
    by_engine = [titles(queries.find_open(PostingQuery(**one))) for one in asked]
    search.current.use(Away())
    try:
        assert [titles(queries.find_open(PostingQuery(**one))) for one in asked] == by_engine
    finally:
        search.current.use(index)


def test_another_employers_posting_does_not_exist():
    mine, theirs = make_posting(), make_posting(employer=make_employer(name="乙公司"))
    own = queries.employer_of(mine)
    assert queries.own(mine.id, of(own)) is not None
    assert queries.own(theirs.id, of(own)) is None
    assert [row.id for row in session().scalars(queries.of_employers(of(own)))] == [mine.id]
    assert queries.state_counts(of(own)) == {PostingState.OPEN: 1}


def test_a_grant_without_an_employer_reaches_no_posting():
    make_posting()
    assert session().scalars(queries.of_employers((Grant(Role.EMPLOYER_OWNER),))).all() == []


@pytest.mark.parametrize(("region", "reached"), [("370100", 1), ("370102", 1), ("370000", 2), ("370200", 1), ("370103", 0), (None, 0)])
def test_a_reviewer_finds_what_waits_in_the_own_region(region, reached):
    here = make_posting(state=PostingState.IN_REVIEW, region="370102")
    make_posting(state=PostingState.IN_REVIEW, region="370202")
    assert len(session().scalars(desk.waiting(reviewing(region))).all()) == reached
    assert (queries.reviewable(here.id, reviewing(region)) is not None) == (region in {"370100", "370102", "370000"})
    assert queries.review_counts(reviewing(region), [PostingState.IN_REVIEW]).get(PostingState.IN_REVIEW, 0) == reached


def test_a_draft_is_found_by_no_reviewer():
    assert queries.reviewable(make_posting(state=PostingState.DRAFT).id, reviewing("370000")) is None


# figures


def mixed_rows() -> None:
    make_posting(region="370102", occupation="6-18-02-04")
    make_posting(region="370102", state=PostingState.PAUSED)
    make_posting(region="370202", headcount=2)
    make_posting(region="370202", state=PostingState.DRAFT)
    make_posting(region="370202", state=PostingState.IN_REVIEW)
    make_forwarded(source_key="1", region="370100")
    make_forwarded(source_key="2", region="370199", source_title="", industry="33")
    make_forwarded(source_key="3", region="370000", industry="I6510", headcount=7)
    make_forwarded(source_key="4", region="440106")
    make_forwarded(source_key="5", region="370202", source_title="招聘网")


ALL_OF = (figures.by_state, figures.by_origin, figures.by_city, figures.by_county, figures.by_occupation, figures.by_industry, figures.by_source)


@pytest.mark.parametrize("region", ["370000", "370100", "370202"])
@pytest.mark.parametrize("question", ALL_OF)
def test_every_figure_opens_exactly_the_rows_it_counts(question, region):
    mixed_rows()
    grants = (Grant(Role.LEADER, Level.CITY, region),)
    asked = question(Slice(), grants)
    assert asked
    for figure in asked:
        rows = session().scalars(figures.rows_of(Slice.of(figure.rows.arguments()), grants)).all()
        assert len(rows) == figure.postings, figure
        stated = [row.headcount for row in rows if row.headcount]
        assert figure.headcount == (sum(stated) if stated or not rows else None), figure


@pytest.mark.parametrize("question", [one for one in ALL_OF if one is not figures.by_source])
def test_the_figures_of_one_table_add_up_to_all_rows(question):
    mixed_rows()
    grants = (Grant(Role.LEADER, Level.PROVINCE, "370000"),)
    assert sum(figure.postings for figure in question(Slice(), grants)) == 8


def test_figures_stop_at_the_border_of_the_own_region():
    mixed_rows()
    grants = (Grant(Role.LEADER, Level.CITY, "370200"),)
    assert {row.region for row in session().scalars(figures.rows_of(Slice(), grants))} == {"370202"}
    assert session().scalars(figures.rows_of(Slice(region="370100"), grants)).all() == []
    assert session().scalars(figures.rows_of(Slice(), (Grant(Role.LEADER),))).all() == []


def test_a_draft_is_in_no_figure():
    draft = make_posting(state=PostingState.DRAFT)
    with transaction():
        operations.withdraw(session().get_one(Posting, draft.id), by=Actor.SYSTEM)
    grants = (Grant(Role.LEADER, Level.CITY, "370100"),)
    assert session().scalars(figures.rows_of(Slice(), grants)).all() == []


@pytest.mark.parametrize("raw", [{"state": "draft"}, {"state": "x"}, {"region": "999999"}, {"origin": "x"}, {"occupation": "9"}, {"exact": "2"}])
def test_an_address_that_names_no_slice_is_none(raw):
    assert Slice.of(raw) is None
