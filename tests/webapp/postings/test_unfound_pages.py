from urllib.parse import urlencode

import pytest
from sqlalchemy import select

import search.current
from tests.factories.accounts import make_staff
from tests.factories.postings import make_posting
from tests.webapp.pages import read
from tests.webapp.postings.support import Away, build_index
from webapp.access import Role
from webapp.db import session, today, transaction
from webapp.ledger import Entry
from webapp.postings import tallying
from webapp.postings.models import SearchTally
from webapp.reference import queries as reference

CLEANING = "4-09-08-01"


@pytest.fixture
def reviewer(client, sign_in):
    person = make_staff(Role.REVIEWER, "370100", name="陈词典")
    sign_in(client, person)
    return person


def searched(text, times=5, region=""):
    with transaction() as writing:
        writing.add(SearchTally(day=today(), text=text, region=region, searches=times, unmet=times, widened=0, empty=times))


def told():
    entries = session().scalars(select(Entry).order_by(Entry.id))
    return [(one.event, one.payload["word"], one.by_person) for one in entries if one.event.startswith(("Wording", "Search"))]


def buttons(page):
    return ["".join(node.itertext()).strip() for node in page.all("button")]


def test_a_search_that_found_nothing_comes_to_the_report_by_its_text_alone(client, reviewer):
    build_index()
    for _ in range(3):
        tallying.tally("拖地板", "370102", strict=0, total=0, widened=False)
        assert tallying.keep() == 1
        tallying.gatherer.forget()  # as if a minute had passed
    page = read(client.get("/search-report"))
    assert "拖地板" in page.text and "共 1 个词" in page.text
    assert page.links["0 个岗位完全符合，搜“拖地板”"] == "/postings?" + urlencode({"q": "拖地板"})


def test_one_click_explains_a_word_and_the_next_search_finds_it(client, reviewer):
    make_posting(title="保洁员", duties="打扫楼道。", occupation=CLEANING)
    build_index()
    searched("拖地板")
    assert "保洁员" not in read(client.get("/?q=拖地板&strict=1")).text
    answer = client.post("/search-report/word", data={"word": "拖地板", "text": "拖地板", "occupations": CLEANING})
    assert answer.status_code == 303
    page = read(client.get(answer.location))
    assert "现在搜“拖地板”能找到 1 个岗位" in page.text
    assert "保洁员" in read(client.get("/?q=拖地板&strict=1")).text
    assert told() == [("WordingAdded", "拖地板", reviewer.id)]


def test_a_ready_meaning_stands_only_beside_a_word_that_nobody_knows(client, reviewer):
    build_index()
    searched("拖地板")
    searched("电焊工")
    ready = [said for said in buttons(read(client.get("/search-report"))) if said.startswith("就是")]
    assert ready and ready[0] == "就是拖地：拖地板"
    assert not any("电焊工" in said for said in ready)


def test_the_ready_buttons_of_a_word_add_to_what_it_means_already(client, reviewer):
    build_index()
    client.post("/search-report/word", data={"word": "拖地板", "words": "清扫工"})
    page = read(client.get("/search-report/word?word=拖地板"))
    ready = [form for form in page.all("form") if any(node.get("name") == "words" and node.get("type") == "hidden" for node in form.iter())]
    assert ready
    for form in ready:
        assert "清扫工" in next(node.get("value") for node in form.iter() if node.get("name") == "words").split("、")


def test_what_was_typed_survives_a_refusal_that_says_what_to_do(client, reviewer):
    build_index()
    page = read(client.post("/search-report/word", data={"word": "拖地板", "words": "保洁", "occupations": "扫地僧人"}))
    assert any("没有叫“扫地僧人”的职业" in error for error in page.errors)
    assert (page.fields["words"], page.fields["occupations"]) == ("保洁", "扫地僧人")
    page = read(client.post("/search-report/word", data={"word": "拖地板"}))
    assert any("请写明“拖地板”的其他叫法" in error for error in page.errors)
    page = read(client.post("/search-report/word", data={"word": "女工", "words": "保洁"}))
    assert any("性别" in error for error in page.errors)
    assert read(client.post("/search-report/word", data={"word": "", "words": "保洁"})).errors
    assert told() == []


def test_names_and_codes_of_occupations_may_be_mixed(client, reviewer):
    build_index()
    client.post("/search-report/word", data={"word": "拖地板", "occupations": "保洁员, 6-18-02-04"})
    assert reference.wordings()["拖地板"].occupations == [CLEANING, "6-18-02-04"]


def test_a_word_of_staff_is_listed_with_its_maker_and_taken_back(client, reviewer, sign_in):
    build_index()
    client.post("/search-report/word", data={"word": "拖地板", "words": "保洁", "occupations": CLEANING})
    page = read(client.get("/search-report/wordings"))
    assert all(said in page.text for said in ("拖地板", "保洁员", "陈词典"))
    sign_in(client, make_staff(Role.REVIEWER, "370200"))
    page = read(client.get("/search-report/wordings"))
    assert "拖地板" in page.text and "陈词典" not in page.text
    assert client.post("/search-report/wordings/remove", data={"word": "拖地板"}).status_code == 303
    assert "已删除" in read(client.get("/search-report/wordings")).text
    assert reference.wordings().get("拖地板") is None
    client.post("/search-report/wordings/remove", data={"word": "拖地板"})
    assert "已被他人删除" in read(client.get("/search-report/wordings")).text
    assert [event for event, *_ in told()] == ["WordingAdded", "WordingRemoved"]


def test_an_ignored_word_leaves_the_report_and_comes_back(client, reviewer):
    build_index()
    searched("随便找找")
    assert client.post("/search-report/ignore", data={"word": "随便找找"}).status_code == 303
    page = read(client.get("/search-report"))
    assert "没有要处理的词" in page.text
    page = read(client.get("/search-report/wordings"))
    assert "随便找找" in page.text and "济南市" in page.text
    client.post("/search-report/restore", data={"word": "随便找找"})
    assert "共 1 个词" in read(client.get("/search-report")).text
    assert told() == [(event, "随便找找", reviewer.id) for event in ("SearchIgnored", "SearchRestored")]


def test_what_is_not_on_the_own_report_cannot_be_ignored(client, reviewer):
    build_index()
    searched("青岛的词", region="370202")
    searched("少见的词", times=2)
    for word in ("青岛的词", "少见的词", "没人搜过", ""):
        assert client.post("/search-report/ignore", data={"word": word}).status_code == 404
    assert told() == []


def test_a_region_outside_the_own_one_is_not_found(client, reviewer):
    build_index()
    assert client.get("/search-report?region=370102").status_code == 200
    for region in ("370200", "370000", "440300", "x"):
        assert client.get(f"/search-report?region={region}").status_code == 404


def test_the_counts_of_a_word_of_another_city_are_shown_to_nobody_else(client, reviewer):
    build_index()
    searched("青岛的词", times=77, region="370202")
    assert "77" not in read(client.get("/search-report/word?word=青岛的词")).text
    assert client.get("/search-report/word").status_code == 404


def test_a_leader_reads_and_changes_nothing(client, sign_in):
    build_index()
    sign_in(client, make_staff(Role.LEADER, "370100"))
    searched("拖地板")
    page = read(client.get("/search-report"))
    assert "拖地板" in page.text
    for address in ("/search-report", "/search-report/word?word=拖地板", "/search-report/wordings"):
        assert not {"忽略", "保存，马上生效", "删除"} & set(buttons(read(client.get(address))))
    assert client.post("/search-report/word", data={"word": "拖地板", "words": "保洁"}).status_code == 403


def test_without_the_engine_the_report_shows_no_zero(client, reviewer):
    searched("拖地板")
    search.current.use(Away())
    page = read(client.get("/search-report"))
    assert "搜索暂时不可用" in page.text and "0 个岗位" not in page.text
    client.post("/search-report/word", data={"word": "拖地板", "words": "保洁"})
    assert "搜索引擎暂时不可用" in read(client.get("/search-report/word?word=拖地板")).text
