import re

import pytest

import search.current
from tests.factories.employers import make_employer
from tests.factories.postings import days_from_now, make_forwarded, make_posting
from tests.webapp.pages import HTML, read
from tests.webapp.pages import words as words_of
from tests.webapp.postings.support import Away, build_index


def test_a_visitor_finds_a_posting_and_sees_its_wage_place_and_source(client):
    make_posting()
    make_forwarded(title="保洁员")
    build_index()
    page = read(client.get("/"))
    assert "电焊工" in page.text
    assert "6000–8000元/月" in page.text
    assert "济南市历下区" in page.text
    assert "来源：齐鲁人才网" in page.text
    assert "已核验" in page.text
    assert read(client.get("/postings?q=焊工")).text.count("电焊工") == 1


def test_a_forwarded_card_says_when_it_was_taken_in_and_when_its_source_dates_it(client):
    make_forwarded(title="甲", source_key="1", source_on="2018-03-02")
    make_forwarded(title="乙", source_key="2", source_on="", valid_from=days_from_now(-3))
    make_forwarded(title="丙", source_key="3", source_on="2019", valid_from=days_from_now(-30))
    make_posting(title="丁")
    build_index()
    page = read(client.get("/postings"))
    said = {
        words_of(card.find(f".//{HTML}h2")): [words_of(one) for one in card.iterfind(f".//{HTML}p[@class='posting-foot']/*")]
        for card in page.all("article")
    }
    assert said == {
        "甲": ["今天收录", "来源日期 2018-03-02", "来源：齐鲁人才网"],
        "乙": ["3 天前收录", "来源：齐鲁人才网"],
        "丙": [f"{days_from_now(-30)} 收录", "来源日期 2019", "来源：齐鲁人才网"],
        "丁": ["今天发布"],
    }
    assert "最新发布或收录" in page.links
    assert "发布或收录时间" in [words_of(node) for node in page.of_class("facet-title")]


def test_the_home_page_and_the_postings_page_are_the_same_search(client):
    assert read(client.get("/")).h1 == read(client.get("/postings")).h1


@pytest.mark.parametrize("asked", ["", "?region=370100", "?region=370102", "?region=370000"])
def test_a_facet_count_is_what_its_link_finds(client, asked):
    make_forwarded(source_key="1", region="370100")
    make_forwarded(source_key="2", region="370199")
    make_forwarded(source_key="3", region="370000")
    for region in ("370102", "370103", "370202"):
        make_posting(region=region)
    make_posting(region="370202", employment_type=None, wage_low=3500, wage_high=None)
    build_index()
    page = read(client.get(f"/postings{asked}"))
    counted = {words: href for words, href in page.links.items() if re.search(r"，\d+个$", words) and "已选" not in words}
    assert len(counted) >= 6
    for words, href in counted.items():
        found = read(client.get("/postings" + href))
        count = re.search(r"，(\d+)个$", words)[1]
        assert f"共 {count} 个岗位" in found.text, words


def place_facet(page) -> list[tuple[str, bool, bool]]:
    """(words, is a link, looks selected) of each entry."""
    section = next(node for node in page.of_class("facet") if node.get("aria-labelledby") == "facet-region")
    entries = [node for node in section.iter() if "facet-option" in (node.get("class") or "").split()]
    return [(words_of(node), node.tag == f"{HTML}a", node.get("aria-current") is not None) for node in entries]


def test_what_names_no_county_is_a_count_and_no_choice(client):
    for key, region in enumerate(("370100", "370100", "370102", "370103", "370199")):
        make_forwarded(source_key=str(key), region=region)
    build_index()
    city = read(client.get("/postings?region=370100"))
    assert place_facet(city) == [
        ("济南（全市）（已选，点此取消），5个", True, True),
        ("历下，1个", True, False),
        ("市中，1个", True, False),
        ("济南（370199），1个", True, False),
        ("济南（未注明区县），2个", False, False),
    ]
    county = read(client.get("/postings?region=370102"))
    assert [words for words, _, selected in place_facet(county) if selected] == ["历下（已选，点此取消），1个"]
    assert county.links["济南（全市），5个"] == "?region=370100"


def test_what_names_no_city_is_a_count_and_no_choice(client):
    make_forwarded(source_key="1", region="370000")
    make_forwarded(source_key="2", region="370102")
    make_forwarded(source_key="3", region="110105")
    build_index()
    for path in ("/postings", "/postings?region=370000"):
        assert place_facet(read(client.get(path))) == [("济南，1个", True, False), ("山东（未注明城市），1个", False, False)]


@pytest.mark.parametrize(("region", "chip"), [("370100", "济南市"), ("370102", "济南市历下区"), ("370000", "山东省"), ("440100", "广东省广州市")])
def test_a_chosen_place_is_a_chip_that_takes_it_away(client, region, chip):
    make_forwarded(region=region)
    build_index()
    page = read(client.get(f"/postings?q=保洁&region={region}&sort=date"))
    assert page.links[f"去掉条件：地点：{chip}×"] == "?q=%E4%BF%9D%E6%B4%81&sort=date"
    assert page.links["清除全部条件"] == "?q=%E4%BF%9D%E6%B4%81&sort=date"


def test_another_choice_of_a_chosen_facet_keeps_its_count(client):
    make_posting(region="370102")
    make_posting(region="370202")
    make_posting(region="370103", education=50)
    build_index()
    page = read(client.get("/postings?education=20"))
    assert "本科，1个" in page.links
    assert "市中，1个" in read(client.get("/postings?region=370102")).links


def test_a_chosen_condition_is_a_chip_that_takes_it_away(client):
    make_posting()
    build_index()
    page = read(client.get("/postings?q=焊工&wage=5000&type=full_time"))
    assert page.links["去掉条件：月薪能到 5000 元×"] == "?q=%E7%84%8A%E5%B7%A5&type=full_time"
    assert page.links["清除全部条件"] == "?q=%E7%84%8A%E5%B7%A5"


def test_an_empty_result_offers_what_would_find_something(client):
    make_posting()
    build_index()
    page = read(client.get("/postings?q=焊工&region=370202&wage=50000"))
    assert "没有找到合适的岗位" in page.text
    assert not any("去掉" in words and "有 0 个" in words for words in page.links)
    page = read(client.get("/postings?q=焊工&region=370202"))
    offer = next(href for words, href in page.links.items() if words == "去掉“地点：青岛市市南区”，有 1 个岗位")
    assert "电焊工" in read(client.get(offer)).text


def test_an_unknown_region_is_named_with_cities_to_choose_from(client):
    make_posting()
    build_index()
    response = client.get("/postings?region=999999")
    page = read(response)
    assert response.status_code == 200
    assert "没有编号为“999999”的地区" in "".join(page.tree.itertext())
    assert page.links["青岛"] == "/postings?region=370200"
    assert "电焊工" in page.text


def test_words_beyond_all_measure_are_an_answer_and_no_error(client):
    build_index()
    response = client.get("/postings", query_string={"q": " ".join("abcdefghijklmnopqrstuvwxyz" * 4)})
    assert response.status_code == 200
    assert client.get("/postings?q=%22%22%20-%20%00").status_code == 200


def test_without_the_engine_the_page_shows_the_latest_and_says_so(client, index):
    make_posting()
    make_posting(region="370202", title="会计")
    search.current.use(Away())
    try:
        response = client.get("/postings?q=飞行员&region=370102")
    finally:
        search.current.use(index)
    page = read(response)
    assert response.status_code == 200
    assert "搜索暂时不可用" in "".join(page.tree.itertext())
    assert "电焊工" in page.text
    assert "会计" not in page.text


def test_pages_end_at_the_thousandth_result(client):
    build_index()
    assert client.get("/postings?page=50").status_code == 200
    assert "最多翻到第 50 页" in "".join(read(client.get("/postings?page=5000")).tree.itertext())


def test_markup_in_a_search_stays_text(client):
    build_index()
    page = read(client.get("/postings", query_string={"q": "<script>alert(1)</script>", "source": '"><b>'}))
    assert page.fields["q"] == "<script>alert(1)</script>"


def test_a_page_behind_the_last_is_the_last(client):
    employer = make_employer()
    for number in range(21):
        make_posting(employer=employer, title=f"焊工{number}")
    build_index()
    page = read(client.get("/postings?q=焊工&page=99999"))
    assert "第 21–21 个" in page.text
    assert "最多翻到" not in page.text


def test_without_a_text_nothing_is_called_relevant(client):
    make_posting()
    build_index()
    assert "相关度" in read(client.get("/postings?q=电焊工")).links
    page = read(client.get("/postings?region=370100"))
    assert "默认" in page.links
    assert "相关度" not in page.links


def test_the_keyboard_skips_to_the_results(client):
    page = read(client.get("/postings"))
    assert page.links["跳到搜索结果"] == "#results"
    assert [node.get("tabindex") for node in page.of_class("results")] == ["-1"]


def test_an_empty_result_offers_to_drop_what_was_written(client):
    make_posting(title="青铜器修复师", region="370202")
    build_index()
    page = read(client.get("/postings?q=青铜器修复师 广州&strict=1"))
    assert "共 0 个岗位" in page.text
    (url,) = [url for words, url in page.links.items() if words.startswith("去掉“广东省广州市”")]
    assert "共 1 个岗位" in read(client.get(url)).text
