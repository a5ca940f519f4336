from datetime import date

import pytest

from search.query import Sort
from webapp.postings.criteria import PAGES, criteria_to_query, place_range, read

pytestmark = pytest.mark.usefixtures("database")
ON = date(2026, 11, 25)


def test_every_parameter_of_the_address_is_read():
    criteria = read(
        {
            "q": " 焊工 ",
            "region": "370102",
            "wage": "5000",
            "wage_max": ["8000"],
            "type": ["full_time", "part_time"],
            "education": ["0", "40"],
            "days": "7",
            "source": "齐鲁人才网",
            "sort": "wage",
            "page": "3",
        },
        on=ON,
    )
    query = criteria.query
    assert ([wish.text for wish in query.wishes], query.regions, query.wage_at_least, query.wage_at_most) == (["焊工"], ("370102",), 5000, 8000)
    assert (query.employment_types, query.educations, query.sources) == (("full_time", "part_time"), (0, 40), ("齐鲁人才网",))
    assert (query.posted_since, query.valid_on, query.sort, query.offset) == (date(2026, 11, 18), ON, Sort.WAGE, 40)
    assert criteria.problems == ()


def test_an_empty_address_asks_for_everything_that_is_valid_today():
    query = criteria_to_query({"q": "", "region": "", "page": ""}, on=ON)
    assert (query.wishes, query.regions, query.valid_on, query.offset) == ((), (), ON, 0)


@pytest.mark.parametrize(
    "raw",
    [
        {"region": "999999"},
        {"region": "济南"},
        {"wage": "五千"},
        {"wage": "-1"},
        {"wage_max": "99999999999999999999"},
        {"type": "slave"},
        {"education": "99"},
        {"days": "soon"},
        {"days": "000000000000999999999"},
        {"wage": "00000000000099999999999999999999"},
        {"sort": "random"},
        {"outside": "2"},
        {"page": "51"},
        {"q": "焊" * 101},
    ],
)
def test_what_cannot_be_understood_is_named_and_never_narrows_the_result(raw):
    criteria = read(raw, on=ON)
    assert len(criteria.problems) == 1
    query = criteria.query
    assert (query.regions, query.wage_at_least, query.employment_types, query.educations, query.outside) == ((), None, (), (), None)
    assert query.offset <= (PAGES - 1) * 20


def test_limits_of_wage_in_the_wrong_order_are_exchanged():
    criteria = read({"wage": "8000", "wage_max": "5000"}, on=ON)
    assert (criteria.query.wage_at_least, criteria.query.wage_at_most) == (5000, 8000)
    assert criteria.one("wage") == "5000"


def test_a_region_wins_over_outside_the_province():
    assert read({"outside": "1"}, on=ON).query.outside == "37"
    both = read({"outside": "1", "region": "370100"}, on=ON)
    assert (both.query.outside, both.query.regions) == (None, ("370100",))
    assert "outside" not in both.chosen


def test_an_unknown_county_of_a_known_city_is_a_place():
    assert read({"region": "370199"}, on=ON).query.regions == ("370199",)


@pytest.mark.parametrize(("code", "span"), [("370000", ("370000", "379999")), ("370100", ("370100", "370199")), ("370102", ("370102", "370102"))])
def test_an_area_is_a_span_of_codes(code, span):
    assert place_range(code) == span


@pytest.mark.parametrize("text", ["！！！", "😀😀", '"', "-", "…？"])
def test_signs_without_a_word_are_named_and_do_not_empty_the_page(text):
    criteria = read({"q": text, "region": "370100"}, on=ON)
    assert (criteria.query.wishes, criteria.query.regions) == ((), ("370100",))
    assert "q" not in criteria.chosen
    assert ["请写职位名称，例如“电焊工”" in problem for problem in criteria.problems] == [True]


@pytest.mark.parametrize("text", ["c++", "焊工！", "-焊工", "18k", "㙍"])
def test_one_word_among_signs_is_a_search(text):
    criteria = read({"q": text}, on=ON)
    assert (criteria.one("q"), criteria.problems) == (text, ())
    assert criteria.query.wishes or criteria.query.wage_at_least
