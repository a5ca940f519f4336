"""What is suggested while somebody types, and what never is."""

import threading
import time

import pytest
from sqlalchemy import select

from tests.factories.employers import make_employer
from tests.factories.postings import make_forwarded, make_posting
from webapp import db
from webapp.db import reading, session
from webapp.postings import suggesting
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference

MANY = 5
"""Open postings that make a skill of a word."""


@pytest.fixture
def ask(client):
    """Asks the view; the index is brought up to date when there are other postings than at the question before."""
    known: list[object] = []

    def answered(typed: str | bytes) -> list[dict[str, str]]:
        with reading():
            rows = session().scalars(select(Posting.id)).all()
        if known != [rows]:
            known[:] = [rows]
            suggesting.refresh()
        response = client.get("/postings/suggest", query_string={"q": typed})
        assert response.status_code == 200
        assert response.mimetype == "application/json"
        return response.get_json()

    return answered


def said(found: list[dict[str, str]], kind: str) -> list[str]:
    return [one["text"] for one in found if one["kind"] == kind]


def test_work_is_suggested_by_the_titles_of_open_postings(ask):
    make_forwarded(title="急聘电焊工两名", source_key="1")
    assert said(ask("电焊"), "职业")[0] in {"电焊工", "电焊"}
    assert "电焊工" in said(ask("dianhan"), "职业")
    assert "电焊工" in said(ask("dhg"), "职业")


def test_a_word_of_the_people_is_suggested_where_its_work_is_offered(ask):
    assert said(ask("扫地的"), "职业") == []
    make_forwarded(title="保洁员", source_key="1")
    assert said(ask("扫地的"), "职业") == ["扫地的"]


@pytest.mark.parametrize("state", [PostingState.DRAFT, PostingState.IN_REVIEW, PostingState.WITHDRAWN, PostingState.TAKEN_DOWN, PostingState.EXPIRED])
def test_what_is_not_open_suggests_nothing(ask, state):
    employer = make_employer(name="济南甲乙焊接有限公司")
    make_posting(employer=employer, state=state)
    assert said(ask("电焊工"), "职业") == []
    assert said(ask("甲乙"), "单位") == []


def test_an_open_posting_suggests_its_employer_by_any_part_of_the_name(ask):
    make_posting(employer=make_employer(name="济南甲乙焊接有限公司"))
    for typed in ("济南甲乙", "甲乙", "jiayi", "jnjy", "焊接有限"):
        assert said(ask(typed), "单位") == ["济南甲乙焊接有限公司"], typed
    assert ask("甲乙")[0]["q"] == '"济南甲乙焊接有限公司"'


@pytest.mark.parametrize(
    "name", ["张伟", "王秀英", "李先生", "欧小姐水果店", "孙家店13800138000", "某大型银行", "济南市历下区森玥...", "济南人才春季双选会"]
)
def test_what_may_be_a_person_or_is_no_organisation_is_never_suggested(ask, name):
    make_forwarded(title="店员", employer_name=name, source_key="1")
    make_forwarded(title="店员", employer_name="孙记饺子馆总店", source_key="2")
    for end in range(1, len(name) + 1):
        assert name not in said(ask(name[:end]), "单位")
    assert said(ask("孙记"), "单位") == ["孙记饺子馆总店"]


def test_a_skill_needs_enough_postings(ask):
    for number in range(MANY - 1):
        make_forwarded(skills=["SPSS"], source_key=str(number))
    assert said(ask("spss"), "技能") == []
    make_forwarded(skills=["SPSS"], source_key="last")
    assert said(ask("spss"), "技能") == ["SPSS"]


def test_a_skill_is_said_in_a_title_and_is_no_condition(ask):
    named = ["卯榫", "大牛带队", "本科", "五险一金", "3年及以上", "包住", "长白班"]
    for number in range(MANY):
        make_forwarded(title="卯榫师 本科 五险一金 3年及以上 包住 长白班", skills=named, source_key=str(number))
    assert [name for name in named if said(ask(name), "技能")] == ["卯榫"]


def test_a_place_says_its_region_and_keeps_the_words_before_it(ask):
    assert ask("历下")[0] == {"kind": "地点", "text": "济南市历下区", "region": "370102", "q": ""}
    assert ask("lixia")[0]["region"] == "370102"
    assert ask("焊工 历下")[0] == {"kind": "地点", "text": "济南市历下区", "region": "370102", "q": "焊工"}
    assert [one["region"] for one in ask("市中区")[:2]] == ["370103", "370402"]


def test_a_street_is_its_county_and_its_name(ask):
    assert ask("趵突泉")[0] == {"kind": "地点", "text": "济南市历下区趵突泉街道", "region": "370102", "q": "趵突泉街道"}


def test_a_former_name_says_where_it_lies_today(ask):
    assert {"kind": "地点", "text": "苍山县（临沂市兰陵县）", "region": "371324", "q": ""} in ask("苍山县")


def test_places_are_those_of_the_home_province(ask):
    assert said(ask("北京市"), "地点") == []
    assert all(one["region"].startswith("37") for one in ask("shi") if one["kind"] == "地点")


def test_a_place_with_more_postings_comes_first(ask):
    make_posting(region="370402")
    assert [one["region"] for one in ask("市中区")[:2]] == ["370402", "370103"]


@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "%", '"', "java -夜", '焊工 "电', "。。。", "长" * 101, "a" * 8000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_odd_input_is_an_empty_list(client, ask, typed):
    assert ask(typed) == []


def test_a_word_that_is_not_wanted_is_not_completed_into_one_that_is(ask):
    make_forwarded(employer_name="济南甲-夜乙商贸有限公司", source_key="1")
    assert said(ask("-夜"), "单位") == ["济南甲-夜乙商贸有限公司"]
    assert ask("保安 -夜") == []


def test_without_a_question_the_list_is_empty(client):
    suggesting.refresh()
    assert client.get("/postings/suggest").get_json() == []
    assert client.get("/postings/suggest?q=焊&q=工&x=1").status_code == 200


def test_an_answer_may_be_kept_for_a_minute_only_when_there_is_an_index(client, monkeypatch):
    monkeypatch.setattr(suggesting, "Thread", Never)
    first = client.get("/postings/suggest?q=历下")
    assert (first.get_json(), first.headers["Cache-Control"]) == ([], "no-store")
    suggesting.refresh()
    assert client.get("/postings/suggest?q=历下").headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in client.get("/postings/suggest?q=历下").headers


class Never:
    """A thread that is not yet running."""

    def __init__(self, **options):
        pass

    def start(self):
        pass


def test_whoever_asks_while_the_index_is_made_is_answered_at_once_by_the_old_one(client, monkeypatch):
    suggesting.refresh()
    begun, finish = threading.Event(), threading.Event()

    def slowly():
        begun.set()
        finish.wait(10)
        return iter(())

    monkeypatch.setattr(suggesting, "entries", slowly)
    suggesting._held[db.engine()].due_at = 0.0
    try:
        found = client.get("/postings/suggest?q=历下").get_json()
        assert begun.wait(5)
        assert found[0]["region"] == client.get("/postings/suggest?q=历下").get_json()[0]["region"] == "370102"
        assert sum(thread.name == "suggestions" for thread in threading.enumerate()) == 1
    finally:
        finish.set()
    until = time.monotonic() + 5
    while client.get("/postings/suggest?q=历下").get_json() and time.monotonic() < until:
        time.sleep(0.02)
    assert client.get("/postings/suggest?q=历下").get_json() == []


def test_a_failed_making_leaves_the_old_index_and_is_not_tried_again_at_once(client, monkeypatch, caplog):
    suggesting.refresh()
    held = suggesting._held[db.engine()]
    tried = []

    def broken():
        tried.append(1)
        raise RuntimeError("济南甲乙焊接有限公司")

    monkeypatch.setattr(suggesting, "entries", broken)
    held.due_at = 0.0
    assert client.get("/postings/suggest?q=历下").get_json()
    until = time.monotonic() + 5
    while held.due_at == 0.0 and time.monotonic() < until:
        time.sleep(0.01)
    assert client.get("/postings/suggest?q=历下").get_json()
    assert tried == [1]
    assert "RuntimeError" in caplog.text and "甲乙" not in caplog.text


@pytest.mark.usefixtures("database")
def test_every_suggestion_of_a_place_is_one_a_search_knows():
    with reading():
        found = [entry for entry in suggesting.entries() if entry.kind == "地点"]
    assert len(found) > 1000
    assert {entry.value.partition(" ")[0] for entry in found if not reference.regions().get(entry.value.partition(" ")[0])} == set()
