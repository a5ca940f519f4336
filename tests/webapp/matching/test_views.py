from uuid import uuid4

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.postings import make_posting
from tests.factories.reference import set_parameter
from tests.factories.seekers import make_saved_search
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import reading
from webapp.postings.indexing import every_open
from webapp.seekers import queries
from webapp.seekers.filing import ANYWHERE

NEW = "/saved-searches/new?q=焊工&region=370100&wage=5000&type=full_time&type=part_time&sort=wage&page=3&x=1"


def kept(person):
    with reading():
        return queries.saved_searches_of(person.id)


@pytest.fixture
def seeker(client, sign_in):
    person = make_person(email="sun@example.com")
    sign_in(client, person)
    return person


def test_a_search_is_kept_in_canonical_form_without_order_page_and_strangers(client, seeker):
    page = read(client.get(NEW))
    assert page.fields["name"].startswith("焊工 · 济南市")
    answer = client.post(NEW, data={"name": "焊工", "by_email": "y"})
    assert (answer.status_code, answer.location) == (303, "/saved-searches")
    (saved,) = kept(seeker)
    assert saved.criteria == {"q": "焊工", "region": "370100", "type": ["full_time", "part_time"], "wage": "5000"}
    assert (saved.name, saved.region, saved.word, saved.by_email) == ("焊工", "370100", ANYWHERE, True)


def test_an_address_that_waits_is_said_beside_the_choice_and_the_list(client, seeker):
    client.post("/account/profile", data={"name": "孙求职", "email": "sun2@example.com"})
    assert "确认后才会发邮件" in read(client.get(NEW)).text
    client.post(NEW, data={"name": "焊工", "by_email": "y"})
    text = read(client.get("/saved-searches")).text
    assert "邮箱待确认" in text and "站内消息和邮件" not in text


def test_the_same_search_in_another_order_of_its_address_is_the_same(client, seeker):
    client.post("/saved-searches/new?q=焊工&type=full_time&type=part_time", data={"name": "甲"})
    client.post("/saved-searches/new?type=part_time&q=焊工&type=full_time", data={"name": "乙"})
    assert [saved.name for saved in kept(seeker)] == ["乙"]


def test_a_visitor_signs_in_and_comes_back_with_the_search_in_hand(client):
    answer = client.get("/saved-searches/new?q=焊工&region=370100")
    assert answer.status_code == 303
    assert "q%3D" in answer.location
    assert "region%3D370100" in answer.location


def test_a_search_without_keyword_says_that_it_is_not_pushed(client, seeker):
    page = read(client.get("/saved-searches/new?region=370100"))
    assert "没有写关键词的订阅不会逐条提醒" in page.text + " ".join(text for banner in page.of_class("banner") for text in banner.itertext())
    assert "by_email" not in page.fields
    client.post("/saved-searches/new?region=370100", data={"name": "济南"})
    assert "不逐条提醒" in read(client.get("/saved-searches")).text


@pytest.mark.parametrize("query", ["", "?wage=5000", "?q=，。", "?q=-销售"])
def test_nothing_to_keep_is_said_before_and_refused_after(client, seeker, query):
    assert "还没有可以订阅的条件" in read(client.get(f"/saved-searches/new{query}")).text
    answer = client.post(f"/saved-searches/new{query}", data={"name": "全部"})
    assert answer.status_code == 200
    assert kept(seeker) == []


@pytest.mark.parametrize("name", ["", "长" * 81])
def test_a_name_that_does_not_fit_is_named_and_kept_on_the_page(client, seeker, name):
    page = read(client.post("/saved-searches/new?q=焊工", data={"name": name}))
    assert page.errors
    assert page.fields["name"] == name
    assert kept(seeker) == []


def test_the_limit_says_what_to_do(client, seeker):
    set_parameter("saved_searches_max", "1")
    make_saved_search(seeker, q="会计")
    page = read(client.post("/saved-searches/new?q=焊工", data={"name": "焊工"}))
    assert any("最多保存 1 条" in error for error in page.errors)
    assert [saved.criteria["q"] for saved in kept(seeker)] == ["会计"]


def test_the_list_counts_what_is_open_now_and_opens_it(client, seeker, index):
    make_saved_search(seeker, name="济南焊工", q="焊工", region="370100")
    for region in ("370102", "370103", "370202"):
        make_posting(title="电焊工", region=region)
    index.rebuild(every_open())
    page = read(client.get("/saved-searches"))
    assert "现在有 2 个岗位" in page.text
    assert page.links["济南焊工"] == page.links["2 个岗位"]
    assert "共 2 个岗位" in read(client.get(page.links["济南焊工"])).text


def test_without_the_engine_the_list_says_so_and_shows_no_number(client, seeker):
    make_saved_search(seeker, q="焊工")
    assert "检索暂时不可用" in read(client.get("/saved-searches")).text


def test_an_empty_list_says_how_to_begin(client, seeker):
    assert "还没有订阅" in read(client.get("/saved-searches")).text


def test_mail_is_switched_and_the_search_removed_by_its_owner(client, seeker):
    saved = make_saved_search(seeker, q="焊工")
    assert client.post(f"/saved-searches/{saved.id}/email", data={"by_email": "0"}).status_code == 303
    assert kept(seeker)[0].by_email is False
    assert client.post(f"/saved-searches/{saved.id}/remove").status_code == 303
    assert kept(seeker) == []


@pytest.mark.parametrize("action", ["email", "remove"])
def test_another_persons_search_is_not_found(client, seeker, action):
    owner = make_person()
    saved = make_saved_search(owner, name="别人的", q="焊工")
    assert "别人的" not in client.get("/saved-searches").get_data(as_text=True)
    assert client.post(f"/saved-searches/{saved.id}/{action}", data={"by_email": "0"}).status_code == 404
    assert client.post(f"/saved-searches/{uuid4()}/{action}").status_code == 404
    assert [(one.id, one.by_email) for one in kept(owner)] == [(saved.id, True)]


def test_somebody_without_an_address_is_offered_no_mail(client, sign_in):
    person = make_person()
    sign_in(client, person)
    page = read(client.get("/saved-searches/new?q=焊工"))
    assert "by_email" not in page.fields
    client.post("/saved-searches/new?q=焊工", data={"name": "焊工"})
    assert kept(person)[0].by_email is False
    assert "发邮件" not in read(client.get("/saved-searches")).text


@pytest.mark.parametrize("path", ["/saved-searches", "/saved-searches/new?q=焊工"])
def test_staff_have_no_saved_searches(client, sign_in, path):
    sign_in(client, make_staff(Role.REVIEWER))
    assert client.get(path).status_code == 403


def test_the_search_page_offers_to_keep_a_search_that_asks_for_something(client, seeker, index):
    index.rebuild(every_open())
    assert "订阅这个搜索" not in read(client.get("/postings")).links
    link = read(client.get("/postings?q=焊工&type=full_time&type=part_time")).links["订阅这个搜索"]
    client.post(link, data={"name": "焊工"})
    assert kept(seeker)[0].criteria == {"q": "焊工", "type": ["full_time", "part_time"]}
