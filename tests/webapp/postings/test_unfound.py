"""The report of what was not found, on SQLite and on PostgreSQL, and how fast a word of staff is known everywhere."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

import search.current
from search.engine import Unavailable
from tests.factories.accounts import make_staff
from tests.factories.postings import make_posting
from tests.factories.reference import set_parameter
from tests.webapp.postings.support import Away, build_index
from webapp import db
from webapp.access import Actor, Grant, Level, Role
from webapp.db import session, today, transaction
from webapp.ledger import Entry
from webapp.postings import unfound
from webapp.postings.models import IgnoredSearch, SearchTally
from webapp.reference import queries as reference
from webapp.reference.operations import add_wording

JINAN = (Grant(Role.REVIEWER, Level.CITY, "370100"),)
LIXIA = (Grant(Role.OFFICER, Level.COUNTY, "370102"),)
QINGDAO = (Grant(Role.REVIEWER, Level.CITY, "370200"),)
PROVINCE = (Grant(Role.LEADER, Level.PROVINCE, "370000"),)
BY = Actor(None, "reviewer", "web")
CLEANING = "4-09-08-01"


def searched(text: str, searches: int = 5, unmet: int = 5, empty: int = 0, *, region: str = "", ago: int = 0) -> None:
    with transaction() as writing:
        day = today() - timedelta(days=ago)
        writing.add(SearchTally(day=day, text=text, region=region, searches=searches, unmet=unmet, widened=unmet - empty, empty=empty))


def reported(grants: tuple[Grant, ...], *, days: int = 31, region: str = "") -> list[str]:
    return [row.text for row in unfound.report(grants, days=days, region=region).rows]


@pytest.mark.usefixtures("both")
class TestTheReport:
    def test_what_found_nothing_most_often_stands_first(self) -> None:
        searched("甲", 9, 9, 1)
        searched("乙", 5, 5, 5)
        searched("丙", 9, 3, 1)
        searched("丁", 50, 0, 0)
        assert reported(JINAN) == ["乙", "甲", "丙"]

    def test_counts_of_all_days_and_places_are_one_row(self) -> None:
        searched("甲", 3, 2, 1, ago=4)
        searched("甲", 4, 4, 2, region="370102", ago=1)
        searched("甲", 100, 100, 100, region="370202")
        searched("甲", 100, 100, 100, ago=31)
        row = unfound.report(JINAN, days=31).rows[0]
        assert (row.searches, row.unmet, row.widened, row.empty, row.last_on) == (7, 6, 3, 3, today() - timedelta(days=1))

    def test_what_too_few_have_searched_is_shown_to_nobody(self) -> None:
        searched("甲", 2, 2)
        searched("乙", 1, 1)
        searched("乙", 2, 2, region="370102", ago=3)
        searched("丙", 2, 2, region="370102")
        searched("丙", 9, 9, region="370202")
        assert reported(JINAN) == ["乙"]
        assert unfound.of_text("甲", JINAN, days=90) is None and unfound.of_text("丙", JINAN, days=90) is None
        set_parameter("search_tally_least", "4")
        assert reported(JINAN) == []

    def test_each_sees_the_own_area_and_what_named_no_place(self) -> None:
        for text, region in (("甲", ""), ("乙", "370100"), ("丙", "370102"), ("丁", "370202"), ("戊", "440300")):
            searched(text, region=region)
        assert reported(JINAN) == ["丙", "乙", "甲"]
        assert reported(LIXIA) == ["丙", "甲"]
        assert reported(QINGDAO) == ["丁", "甲"]
        assert reported(PROVINCE) == ["丁", "丙", "乙", "甲"]
        assert reported(JINAN, region="370102") == ["丙"]
        assert reported(()) == reported((Grant(Role.REVIEWER),)) == []

    def test_a_period_counts_its_days_today_included(self) -> None:
        searched("甲", ago=6)
        searched("乙", ago=7)
        assert (reported(JINAN, days=7), reported(JINAN, days=31)) == (["甲"], ["乙", "甲"])

    def test_a_page_behind_the_last_is_the_last(self) -> None:
        for number in range(25):
            searched(f"词{number:02d}")
        page = unfound.report(JINAN, days=7, page=9)
        assert (page.number, page.total, len(page.rows)) == (2, 25, 5)

    def test_what_is_ignored_leaves_the_reports_of_its_area_and_of_those_inside_it(self) -> None:
        searched("甲")
        with transaction():
            unfound.ignore("甲", region="370100", by=BY)
            unfound.ignore("甲", region="370100", by=BY)
        assert reported(JINAN) == reported(LIXIA) == []
        assert reported(QINGDAO) == reported(PROVINCE) == ["甲"]
        assert [row.text for row in unfound.ignored_within(JINAN)] == [row.text for row in unfound.ignored_within(PROVINCE)] == ["甲"]
        assert unfound.ignored_within(LIXIA) == unfound.ignored_within(QINGDAO) == []
        with transaction():
            unfound.restore(session().get_one(IgnoredSearch, ("甲", "370100")), by=BY)
        assert reported(JINAN) == ["甲"]
        told = [(one.event, one.payload) for one in session().scalars(select(Entry).where(Entry.event.startswith("Search")).order_by(Entry.id))]
        assert told == [(name, {"word": "甲", "region": "370100"}) for name in ("SearchIgnored", "SearchRestored")]


@pytest.mark.usefixtures("database", "index")
class TestWhatAWordMeansNow:
    def test_a_word_nobody_knows_is_read_by_its_signs_and_a_word_of_staff_as_they_said(self) -> None:
        make_posting(title="保洁员", duties="打扫楼道。", occupation=CLEANING)
        build_index()
        before = unfound.read_now("拖地板")
        assert (before.word, before.means, before.found) == ("拖地板", "", 0)
        with transaction():
            add_wording("拖地板", ["保洁"], [CLEANING], by=BY)
        reference.forget()
        after = unfound.read_now("拖地板")
        assert after.found == 1
        assert after.means == "拖地板 = 保洁员、保洁"

    def test_of_several_words_the_one_nobody_knows_is_the_one_to_explain(self) -> None:
        assert unfound.read_now("电焊工 铲皮皮").word == "铲皮皮"

    def test_a_count_without_the_engine_is_none_and_no_zero(self) -> None:
        search.current.use(Away())
        assert unfound.read_now("拖地板").found is None
        with pytest.raises(Unavailable):
            search.current.engine().find(None)

    def test_guesses_are_words_that_look_like_it_and_occupations(self) -> None:
        found = unfound.guesses("扫地的人")
        assert found[0].label == "扫地的" and "扫地的" in found[0].words and CLEANING in found[0].occupations
        table = reference.occupations()
        assert len(found) > 1 and all(table.get(code) for guess in found for code in guess.occupations)
        assert all(guess.words or guess.occupations for guess in found)

    def test_a_maker_is_named_to_the_own_area_only(self) -> None:
        mine, other = make_staff(Role.REVIEWER, "370102", name="陈词典"), make_staff(Role.REVIEWER, "370202", name="林词典")
        with transaction():
            rows = [add_wording(f"拖地{person.name}", ["保洁"], [], by=Actor(person.id, "reviewer", "web")) for person in (mine, other)]
        assert unfound.makers(rows, JINAN) == {mine.id: "陈词典"}


def test_a_word_of_staff_is_known_to_another_process_within_three_seconds(settings, database: None, index: None) -> None:
    """Two engines stand for two processes: each holds copies and versions of its own. A busy machine is given more time, the rule is not."""
    assert reference.STALE_SECONDS <= 2
    make_posting(title="保洁员", duties="打扫楼道。", occupation=CLEANING)
    build_index()
    here, there = db.engine(), db.make_engine(settings.database_url)
    try:
        db._engine = there
        assert unfound.read_now("拖地板").found == 0
        db.end_reading()
        db._engine = here
        with transaction():
            add_wording("拖地板", ["保洁"], [], by=BY)
        db._engine = there
        started = time.monotonic()
        while unfound.read_now("拖地板").found != 1:
            assert time.monotonic() - started < reference.STALE_SECONDS + 10, "it never came"
            time.sleep(0.05)
        assert not unfound.is_of_staff("扫地的") and unfound.is_of_staff("拖地板")
    finally:
        db.end_reading()
        db._engine = here
        there.dispose()
