"""Which searches say something about words, and what of them is counted."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from search.query import PostingQuery, Widening
from webapp.db import session, today, transaction
from webapp.postings import criteria as criteria_of
from webapp.postings import tallying
from webapp.postings.models import SearchTally
from webapp.postings.queries import Found
from webapp.postings.tallying import keep, note
from webapp.postings.traits import BENEFITS
from webapp.postings.widening import Step, Widened

pytestmark = pytest.mark.usefixtures("database")
NOTHING, SOMETHING = Found((), 0), Found((), 7)
BESIDE = (
    {"page": "2"}, {"sort": "date"}, {"strict": "1"}, {"literal": "1"}, {"wage": "8000"}, {"wage_max": "8000"}, {"type": "internship"},
    {"benefit": next(iter(BENEFITS))}, {"shift": "day"}, {"education": "50"}, {"days": "3"}, {"outside": "1"}, {"near": "117.0,36.6"},
    {"experience": "none"}, {"occupation": "6-18-02-04"}, {"source": "省平台"}, {"sort": "date", "after": "7"},
)  # fmt: skip
"""Addresses beside a text that make the search another page, a narrowed one, or one that was made before."""


def rows() -> list[tuple[str, str, int, int, int, int]]:
    found = session().scalars(select(SearchTally).order_by(SearchTally.text, SearchTally.region))
    return [(row.text, row.region, row.searches, row.unmet, row.widened, row.empty) for row in found]


def noted(raw: dict[str, str], answer: Found = NOTHING, strict: int = 0, steps: int = 0) -> list[tuple[str, str]]:
    """What the search of this address leaves behind, as (text, region)."""
    with transaction() as writing:
        writing.query(SearchTally).delete()
    tallying.gatherer.forget()
    criteria = criteria_of.read(raw)
    note(criteria, Widened(criteria.query, strict, tuple(Step(Widening.TERMS, "x", 1) for _ in range(steps))), answer)
    keep()
    return [row[:2] for row in rows()]


def test_only_the_words_are_counted_and_the_place_beside_them() -> None:
    assert noted({"q": "扫大街的"}) == [("扫大街的", "")]
    assert noted({"q": "墙皮铲除", "region": "370102"}) == [("墙皮铲除", "370102")]
    assert noted({"q": "墙皮铲除 济南"}) == [("墙皮铲除", "370100")]
    assert noted({"q": "墙皮铲除 -夜班 40岁"}) == [("墙皮铲除", "")]


def test_a_search_that_says_nothing_about_words_is_not_counted() -> None:
    counted = [more for more in BESIDE if noted({"q": "墙皮铲除", **more})]
    assert counted == []


def test_what_the_text_says_of_pay_makes_it_a_narrowed_search() -> None:
    assert noted({"q": "墙皮铲除 9000以上"}) == []


def test_a_search_without_words_or_with_a_number_only_is_not_counted() -> None:
    assert noted({"q": ""}) == noted({"q": "济南"}) == noted({"q": "13800138000"}) == []


def test_an_answer_without_the_engine_is_not_counted() -> None:
    assert noted({"q": "墙皮铲除"}, replace(NOTHING, fallback=True)) == []
    assert noted({"q": "墙皮铲除"}, replace(NOTHING, refused="太长")) == []
    assert noted({"q": "墙皮铲除"}, SOMETHING, strict=0) == [], "the engine was away while fitting postings were counted"


def test_what_was_widened_is_counted_as_such() -> None:
    noted({"q": "墙皮铲除"}, SOMETHING, strict=0, steps=1)
    assert rows() == [("墙皮铲除", "", 1, 1, 1, 0)]
    noted({"q": "墙皮铲除"}, SOMETHING, strict=7)
    assert rows() == [("墙皮铲除", "", 1, 0, 0, 0)]


def test_a_query_that_gets_another_condition_must_be_thought_of_here() -> None:
    """Every part of a query is either no condition of its own or makes a search a narrowed one."""
    harmless = {"text", "wishes", "widening", "regions", "nearby", "valid_on", "sort", "limit", "offset", "after", "facets", "today"}
    samples = {"outside": "37", "near": object(), "wage_at_least": 0, "wage_at_most": 0, "experience_none": True, "posted_since": today()}
    for name in set(PostingQuery.__dataclass_fields__) - harmless:
        query = PostingQuery()
        object.__setattr__(query, name, samples.get(name, ("x",)))
        assert tallying._is_narrowed(query), name
