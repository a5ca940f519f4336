import json
import re
from decimal import Decimal
from typing import Any

import pytest

import search.current
from search.engine import Unavailable
from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import days_from_now, make_application, make_forwarded, make_posting
from tests.webapp.pages import HTML, read
from tests.webapp.pages import words as words_of
from webapp.access import Actor, Role
from webapp.db import session, today, transaction
from webapp.employers.models import EmployerState
from webapp.postings import indexing, operations, queries
from webapp.postings.models import Application, ApplicationState, Posting, PostingState
from webapp.reference import queries as reference
from webapp.reference.models import WageUnit

COMPLETE = {
    "title": "电焊工",
    "employment_type": "full_time",
    "headcount": "5",
    "duties": "焊接车架。",
    "requirements": "有焊工证。",
    "education": "20",
    "experience_years": "1",
    "skills": "氩弧焊、二保焊",
    "region": "370102",
    "address": "工业南路 88 号",
    "wage_unit": "month",
    "wage_low": "6，000",
    "wage_high": "８０００",
    "insurance": "五险",
    "benefits": "包住，工作餐",
    "protection": "面罩",
    "hazards": "无",
    "valid_through": days_from_now(30).isoformat(),
}


def build_index() -> None:
    search.current.engine().rebuild(indexing.every_open())


def stored(posting) -> Posting:
    with transaction():
        return session().get_one(Posting, posting.id)


def data_block(response) -> dict[str, Any]:
    block = next(node for node in read(response).all("script") if node.get("type") == "application/ld+json")
    return json.loads(block.text)


def state_of(posting) -> PostingState:
    return stored(posting).state


class Away:
    def find(self, query):
        raise Unavailable("away")


# search


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


# detail


def test_a_direct_posting_shows_all_eleven_elements(client):
    page = read(client.get(f"/postings/{make_posting().id}"))
    for words in (
        *("岗位名称", "招用人数", "工作内容", "工作地点", "录用条件", "用工类型", "劳动报酬", "社会保险和福利", "劳动保护", "职业危害"),
        *("单位基本情况", "生产农业机械", "电焊烟尘", "5 人", "有焊工证", "有效期至", "应聘不用交钱", "12333"),
    ):
        assert words in page.text
    assert "应聘这个岗位" in page.links


def test_the_head_of_a_posting_reads_like_its_card_the_wage_first(client):
    posting = make_posting(wage_unit=WageUnit.DAY, wage_low=Decimal(150), wage_high=Decimal("200.5"))
    head = read(client.get(f"/postings/{posting.id}")).of_class("posting-head")[0]
    said = [(node.get("class") or "h1", words_of(node)) for node in head][:4]
    assert said == [
        ("h1", "电焊工"),
        ("wage", "150–200.5元/天约3260–4360元/月"),
        ("posting-employer", "济南甲乙机械有限公司已核验"),
        ("posting-tags", "济南市历下区招 5 人全职初中1 年以上经验包住工作餐"),
    ]


def test_a_forwarded_posting_names_what_its_source_did_not_say_and_offers_no_application(client):
    page = read(client.get(f"/postings/{make_forwarded().id}"))
    assert "来源没有提供：单位基本情况、招聘人数、工作内容、招聘条件、用工类型、社会保险和福利、劳动保护、职业危害" in page.text
    assert "2026-10" in page.text
    assert "没有在线投递" in page.text
    assert "应聘这个岗位" not in page.links
    assert "面议" in page.text


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (lambda: make_posting(), ["发布日期", "有效期至"]),
        (lambda: make_forwarded(source_on="2018-03-02"), ["来源", "来源日期", "收录日期", "有效期至"]),
    ],
)
def test_the_day_of_a_forwarded_posting_is_not_called_the_day_it_was_posted(client, make, rows):
    page = read(client.get(f"/postings/{make().id}"))
    assert [words_of(node) for node in page.all("dt")][-len(rows) :] == rows
    assert ("发布日期" in page.text) == ("发布日期" in rows)


def test_the_page_says_so_when_the_source_gave_no_date(client):
    page = read(client.get(f"/postings/{make_forwarded(source_on='').id}"))
    said = {words_of(fact.find(f"{HTML}dt")): words_of(fact.find(f"{HTML}dd")) for fact in page.all("div") if fact.find(f"{HTML}dt") is not None}
    assert said["来源日期"] == "来源未提供"


@pytest.mark.parametrize(("source_on", "posted"), [("2018-03-02", "2018-03-02"), ("2018-03", None), ("2018", None), ("", None)])
def test_the_data_block_dates_a_forwarded_posting_by_its_source(client, source_on, posted):
    assert data_block(client.get(f"/postings/{make_forwarded(source_on=source_on).id}")).get("datePosted") == posted
    assert data_block(client.get(f"/postings/{make_posting().id}"))["datePosted"] == today().isoformat()


@pytest.mark.parametrize("state", [PostingState.EXPIRED, PostingState.FILLED, PostingState.PAUSED])
def test_a_closed_posting_stays_says_so_and_answers_410(client, state):
    posting = make_posting(state=state)
    build_index()
    response = client.get(f"/postings/{posting.id}")
    page = read(response)
    assert response.status_code == 410
    assert "焊接农机车架" in page.text
    assert "应聘这个岗位" not in page.links
    assert "application/ld+json" not in response.text


def test_an_open_posting_whose_last_day_is_over_answers_410(client):
    posting = make_posting()
    with transaction():
        session().get_one(Posting, posting.id).valid_through = days_from_now(-1)
    assert client.get(f"/postings/{posting.id}").status_code == 410


@pytest.mark.parametrize("state", [PostingState.DRAFT, PostingState.IN_REVIEW, PostingState.WITHDRAWN])
def test_what_was_not_published_or_withdrawn_is_not_found(client, sign_in, state):
    posting = make_posting(state=state)
    assert client.get(f"/postings/{posting.id}").status_code == 404
    sign_in(client, make_person())
    assert client.get(f"/postings/{posting.id}").status_code == 404
    assert client.get(f"/postings/{posting.id}/apply").status_code == 404


def test_what_was_taken_down_answers_410_without_its_content(client):
    response = client.get(f"/postings/{make_posting(state=PostingState.TAKEN_DOWN).id}")
    assert response.status_code == 410
    assert "电焊工" not in response.text
    assert "济南甲乙" not in response.text


def test_markup_in_a_posting_cannot_end_the_data_block(client):
    duties = "</script ><script >alert(1)</script > & <!-- <script "
    assert data_block(client.get(f"/postings/{make_posting(duties=duties).id}"))["description"].startswith(duties)


# applying


def test_who_is_not_signed_in_is_led_back_to_the_application(client):
    posting = make_posting()
    response = client.get(f"/postings/{posting.id}/apply")
    assert response.status_code == 303
    assert f"next=/postings/{posting.id}/apply" in response.location.replace("%2F", "/")


def test_a_seeker_applies_sees_a_number_and_withdraws(client, sign_in):
    posting, seeker = make_posting(), make_person()
    sign_in(client, seeker)
    form = read(client.get(f"/postings/{posting.id}/apply"))
    assert "同意向“济南甲乙机械有限公司”提供我的姓名和手机号码" in form.text
    sent = client.post(f"/postings/{posting.id}/apply", data={"message": "会氩弧焊", "shares_phone": "yes"})
    assert sent.status_code == 303
    own = read(client.get(sent.location))
    application = queries.application_by(seeker.id, posting.id)
    assert application.number in own.text
    assert (application.message, application.shares_phone) == ("会氩弧焊", True)
    again = client.get(f"/postings/{posting.id}/apply")
    assert again.location == sent.location
    assert client.post(f"/postings/{posting.id}/apply", data={}).location == sent.location
    assert "已投递，查看进度" in read(client.get(f"/postings/{posting.id}")).links
    assert application.number in read(client.get("/applications")).text
    client.post(f"{sent.location}/withdraw")
    with transaction():
        assert session().get_one(Application, application.id).state is ApplicationState.WITHDRAWN
    assert "重新投递" in read(client.get(sent.location)).links


def test_whoever_says_neither_yes_nor_no_is_asked_and_keeps_what_was_typed(client, sign_in):
    posting = make_posting()
    sign_in(client, make_person())
    page = read(client.post(f"/postings/{posting.id}/apply", data={"message": "会氩弧焊"}))
    assert "请选择是否把姓名和电话提供给这家单位" in page.text
    assert "会氩弧焊" in page.text


def test_whoever_keeps_the_phone_back_is_told_that_nobody_can_call(client, sign_in):
    posting = make_posting()
    sign_in(client, make_person())
    sent = client.post(f"/postings/{posting.id}/apply", data={"shares_phone": "no"})
    assert "单位现在联系不上您" in read(client.get(sent.location)).text


def test_a_page_behind_the_last_is_the_last(client):
    employer = make_employer()
    for number in range(21):
        make_posting(employer=employer, title=f"焊工{number}")
    build_index()
    page = read(client.get("/postings?q=焊工&page=99999"))
    assert "第 21–21 个" in page.text
    assert "最多翻到" not in page.text


def test_a_queue_that_got_shorter_does_not_look_empty(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, region="370000"))
    assert posting.title in read(client.get("/review/postings?page=99")).text


def test_another_seekers_application_is_not_found(client, sign_in):
    application = make_application(make_posting())
    sign_in(client, make_person())
    assert client.get(f"/applications/{application.id}").status_code == 404
    assert client.post(f"/applications/{application.id}/withdraw").status_code == 404


def test_the_notice_of_a_posting_taken_down_leads_to_a_page_that_warns_of_fees(client, sign_in):
    posting, seeker = make_posting(), make_person(name="孙求职")
    make_application(posting, seeker)
    sign_in(client, make_staff(Role.REVIEWER))
    client.post(f"/review/postings/{posting.id}", data={"decision": "taken_down", "reason": "收押金。"})
    sign_in(client, seeker)
    inbox = read(client.get("/notices"))
    assert "您应聘的岗位“电焊工”已下架" in inbox.text
    opened = client.post(next(action for action in inbox.actions if action.startswith("/notices/") and action.count("/") == 3))
    assert "不要交任何费用" in "".join(read(client.get(opened.location)).tree.itertext())


def test_a_closed_or_forwarded_posting_cannot_be_applied_to(client, sign_in):
    closed, forwarded = make_posting(state=PostingState.FILLED), make_forwarded()
    sign_in(client, make_person())
    assert client.get(f"/postings/{closed.id}/apply").status_code == 410
    assert client.post(f"/postings/{closed.id}/apply", data={}).status_code == 410
    assert "没有在线投递" in read(client.get(f"/postings/{forwarded.id}/apply")).text
    client.post(f"/postings/{forwarded.id}/apply", data={})
    with transaction():
        assert session().query(Application).count() == 0


def test_a_message_that_is_too_long_is_kept_and_named(client, sign_in):
    posting = make_posting()
    sign_in(client, make_person())
    page = read(client.post(f"/postings/{posting.id}/apply", data={"message": "焊" * 501, "shares_phone": "no"}))
    assert page.errors == ["想对用人单位说的话：留言最多 500 个字，请缩短"]
    assert page.fields["message"] == "焊" * 501


# employer


def test_an_employer_writes_checks_and_submits_a_posting(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    assert client.get("/employer/postings/new").status_code == 200
    saved = client.post("/employer/postings/new", data=COMPLETE)
    assert saved.status_code == 303
    page = read(client.get(saved.location))
    assert "6000–8000元/月" in page.text
    assert "提交后由审核员核对" in page.text
    with transaction():
        posting = session().query(Posting).one()
    assert (posting.wage_low, posting.wage_high, posting.skills, posting.benefits) == (6000, 8000, ["氩弧焊", "二保焊"], ["包住", "工作餐"])
    client.post(f"{saved.location}/submit")
    assert state_of(posting) is PostingState.IN_REVIEW


@pytest.mark.parametrize(
    ("unit", "typed", "kept", "shown"),
    [
        ("hour", ("22.5", "24.05"), ("22.5", "24.05"), "22.5–24.05元/小时"),
        ("piece", ("０．０６", ""), ("0.06", ""), "0.06元/件起"),
        ("month", ("5,000.00", "6000.5"), ("5000", "6000.5"), "5000–6000.5元/月"),
    ],
)
def test_a_wage_is_kept_to_the_fen_and_shown_without_zeros(client, sign_in, unit, typed, kept, shown):
    sign_in(client, owner_of(make_employer()))
    wage = {"wage_unit": unit, "wage_low": typed[0], "wage_high": typed[1]}
    saved = client.post("/employer/postings/new", data=COMPLETE | wage)
    assert shown in read(client.get(saved.location)).text
    fields = read(client.get(f"{saved.location}/edit")).fields
    assert (fields["wage_low"], fields["wage_high"]) == kept


def test_the_data_block_gives_the_wage_as_a_number(client):
    posting = make_posting(wage_unit=WageUnit.HOUR, wage_low=Decimal("22.5"), wage_high=Decimal(24))
    response = client.get(f"/postings/{posting.id}")
    assert data_block(response)["baseSalary"]["value"]["unitText"] == "HOUR"
    assert '"minValue": 22.5, "maxValue": 24}' in response.text


def test_an_incomplete_draft_is_saved_and_its_gaps_are_named_with_their_law(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    saved = client.post("/employer/postings/new", data={"title": "保安", "save": "1"})
    assert saved.location.endswith("/edit")
    assert read(client.get(saved.location)).fields["title"] == "保安"
    check = saved.location.removesuffix("/edit")
    page = read(client.get(check))
    assert "请填写招聘人数，至少 1 人" in page.text
    assert "《人力资源市场暂行条例》第二十四条" in page.text
    refused = client.post(f"{check}/submit")
    assert refused.location.endswith("/edit?check=1")
    assert "请填写招聘人数，至少 1 人" in read(client.get(refused.location)).errors


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"headcount": "0"}, "招聘人数至少是 1 人"),
        ({"headcount": "若干"}, "招聘人数要写成整数，例如 5，不要写单位或文字"),
        ({"headcount": "99999"}, "招聘人数不能超过 5000 人，请核对是否多写了一位"),
        ({"wage_low": "9000"}, "最低工资 9000 元大于最高工资 8000 元，请对调或修改"),
        ({"wage_low": "0"}, "工资必须大于 0 元"),
        ({"wage_low": "8000.01"}, "最低工资 8000.01 元大于最高工资 8000 元，请对调或修改"),
        ({"wage_low": "面议"}, "最低工资要写成数字，例如 5000 或 22.5，最多两位小数，不要写单位或文字"),
        ({"wage_high": "8000.125"}, "最高工资要写成数字，例如 5000 或 22.5，最多两位小数，不要写单位或文字"),
        ({"valid_through": "2020-01-01"}, "有效期 2020-01-01 已经过去，请改成今天或以后的日期"),
        ({"valid_through": "下个月"}, "有效期至要写成年-月-日，例如 2026-12-31"),
        ({"title": "焊" * 61}, "岗位名称最多 60 个字，请缩短"),
        ({"duties": "焊" * 2001}, "工作内容最多 2000 个字，请缩短"),
        ({"skills": "、".join(map(str, range(13)))}, "技能最多写 12 项"),
        ({"occupation": "没有的职业"}, "《职业分类大典》里没有找到“没有的职业”，请从列表中选，或者留空"),
        ({"region": "123456"}, "请在列表中选择所在县（市、区）"),
        ({"education": "3"}, "请在列表中选择最低学历"),
        ({"lon": "36.6", "lat": "117"}, "坐标不在国内：经度在 73 到 136 之间，纬度在 3 到 54 之间，请看看是否填反了"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_everything_typed_is_kept(client, sign_in, changes, message):
    sign_in(client, owner_of(make_employer()))
    typed = COMPLETE | changes
    page = read(client.post("/employer/postings/new", data=typed))
    assert any(message in error for error in page.errors), page.errors
    kept = {name: value for name, value in page.fields.items() if name in typed and name not in {"employment_type"}}
    assert kept | {"region": "", "education": ""} == {name: typed[name] for name in kept} | {"region": "", "education": ""}
    with transaction():
        assert session().query(Posting).count() == 0


def test_every_error_of_the_form_is_told_at_once(client, sign_in):
    wrong = {
        "title": "焊" * 61,
        "headcount": "-3",
        "wage_low": "9000",
        "wage_months": "99",
        "valid_through": "2020-01-01",
        "lon": "东经",
        "lat": "36.6",
    }
    sign_in(client, owner_of(make_employer()))
    errors = read(client.post("/employer/postings/new", data=COMPLETE | wrong)).errors
    said = (
        "岗位名称最多 60 个字，请缩短",
        "招聘人数至少是 1 人",
        "最低工资 9000 元大于最高工资 8000 元，请对调或修改",
        "一年发的月数在 12 到 16 之间",
        "有效期 2020-01-01 已经过去，请改成今天或以后的日期",
        "经度要写成小数，例如 117.0009",
    )
    assert [one for one in said if not any(one in error for error in errors)] == []
    assert not any("一起填写" in error for error in errors)


def test_the_example_of_a_latitude_is_a_latitude(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    errors = read(client.post("/employer/postings/new", data=COMPLETE | {"lon": "117", "lat": "北纬36度"})).errors
    assert any("纬度要写成小数，例如 36.6758" in error for error in errors)


def test_a_forged_choice_is_an_error_and_no_crash(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    forged = {"education": "a", "experience_years": "b", "region": "x", "wage_unit": "y", "employment_type": "z"}
    errors = read(client.post("/employer/postings/new", data=COMPLETE | forged)).errors
    assert sum("请" in error for error in errors) >= len(forged)


def test_a_wage_below_the_minimum_is_a_warning_with_its_basis(client, sign_in):
    minimum = reference.parameter("minimum_wage_monthly", region="370102")
    posting = make_posting(state=PostingState.DRAFT, wage_low=1500, wage_high=2000)
    sign_in(client, owner_of(queries.employer_of(posting)))
    text = read(client.get(f"/employer/postings/{posting.id}")).text
    assert f"低于当地最低工资标准 {minimum.value} 元/月（未核实）" in text
    assert minimum.basis in text
    assert "提交后由审核员核对" in text


@pytest.mark.parametrize(
    ("region", "unit", "wage", "said"),
    [
        ("370102", WageUnit.MONTH, (5, 500), "工资最高约 500 元/月，低于当地最低工资标准 2400 元/月（未核实）"),
        ("370281", WageUnit.MONTH, (5, 500), "工资最高约 500 元/月，低于全省最低一档的最低工资标准 2020 元/月（未核实）"),
        ("370281", WageUnit.HOUR, (5, 9), "工资最高约 9 元/小时，低于全省最低一档的最低工资标准 20 元/小时（未核实）"),
    ],
)
def test_an_absurdly_low_wage_is_a_warning_for_author_and_reviewer_wherever_it_is(client, sign_in, region, unit, wage, said):
    posting = make_posting(state=PostingState.DRAFT, region=region, wage_unit=unit, wage_low=wage[0], wage_high=wage[1])
    employer = queries.employer_of(posting)
    sign_in(client, owner_of(employer))
    seen = [read(client.get(f"/employer/postings/{posting.id}"))]
    client.post(f"/employer/postings/{posting.id}/submit")
    sign_in(client, make_staff(Role.REVIEWER, "370000"))
    seen.append(read(client.get(f"/review/postings/{posting.id}")))
    for page in seen:
        warnings = "".join(words_of(node) for node in page.of_class("banner-warning"))
        assert said in warnings
        assert "鲁政字〔2025〕140号" in warnings


@pytest.mark.parametrize(("region", "wage"), [("370281", 2020), ("370102", 2400), ("110101", 500)])
def test_a_wage_that_no_known_minimum_exceeds_is_no_warning(client, sign_in, region, wage):
    posting = make_posting(state=PostingState.DRAFT, region=region, wage_low=wage, wage_high=None)
    sign_in(client, owner_of(queries.employer_of(posting)))
    assert "工资可能过低" not in read(client.get(f"/employer/postings/{posting.id}")).text


def test_an_employer_pauses_reopens_fills_and_withdraws_by_post(client, sign_in):
    posting = make_posting()
    sign_in(client, owner_of(queries.employer_of(posting)))
    path = f"/employer/postings/{posting.id}"
    assert client.get(f"{path}/move").status_code == 405
    for to in (PostingState.PAUSED, PostingState.OPEN, PostingState.FILLED):
        client.post(f"{path}/move", data={"to": to.value})
        assert state_of(posting) is to
    client.post(f"{path}/move", data={"to": "withdrawn"})
    assert state_of(posting) is PostingState.FILLED
    assert "不能改为“已撤回”" in "".join(read(client.get(path)).tree.itertext())
    assert client.post(f"{path}/move", data={"to": "taken_down"}).status_code == 404
    assert client.post(f"{path}/move", data={"to": "in_review"}).status_code == 404


def test_an_old_posting_is_copied_into_a_new_draft(client, sign_in):
    posting = make_posting(state=PostingState.EXPIRED)
    sign_in(client, owner_of(queries.employer_of(posting)))
    copied = client.post(f"/employer/postings/{posting.id}/copy")
    fields = read(client.get(copied.location)).fields
    assert (fields["title"], fields["wage_low"], fields["skills"], fields["valid_through"]) == ("电焊工", "6000", "氩弧焊、二保焊", "")


def test_a_posting_that_is_no_draft_cannot_be_edited(client, sign_in):
    posting = make_posting()
    sign_in(client, owner_of(queries.employer_of(posting)))
    assert client.post(f"/employer/postings/{posting.id}/edit", data=COMPLETE | {"title": "改"}).status_code == 303
    assert stored(posting).title == "电焊工"


def test_another_employers_posting_is_not_found(client, sign_in):
    posting = make_posting()
    application = make_application(posting)
    sign_in(client, owner_of(make_employer(name="乙公司")))
    path = f"/employer/postings/{posting.id}"
    for page in (path, f"{path}/edit", f"{path}/applications"):
        assert client.get(page).status_code == 404
    for verb in ("submit", "move", "copy", f"applications/{application.id}/open"):
        assert client.post(f"{path}/{verb}", data={"to": "paused"}).status_code == 404
    assert "电焊工" not in read(client.get("/employer/postings")).text
    assert state_of(posting) is PostingState.OPEN


def test_a_member_sees_the_list_of_the_employer_with_its_states(client, sign_in):
    employer = make_employer()
    make_posting(employer=employer)
    make_posting(employer=employer, state=PostingState.DRAFT, title="会计")
    sign_in(client, make_member(employer))
    page = read(client.get("/employer/postings"))
    assert {"全部2", "招聘中1", "草稿1"} <= set(page.links)
    assert "电焊工" not in read(client.get(page.links["草稿1"])).text


def test_a_pending_employer_is_told_why_it_cannot_submit(client, sign_in):
    posting = make_posting(employer=make_employer(state=EmployerState.PENDING), state=PostingState.DRAFT)
    sign_in(client, owner_of(queries.employer_of(posting)))
    path = f"/employer/postings/{posting.id}"
    assert "单位还没有通过核验" in "".join(read(client.get(path)).tree.itertext())
    client.post(f"{path}/submit")
    assert state_of(posting) is PostingState.DRAFT


def test_name_and_phone_show_only_with_consent_after_opening_and_never_after_withdrawal(client, sign_in):
    posting = make_posting()
    sharing = make_person(name="欧阳共享", phone="13700000001")
    silent = make_person(name="司马沉默", phone="13700000002")
    shared, quiet = make_application(posting, sharing), make_application(posting, silent, shares_phone=False)
    sign_in(client, owner_of(queries.employer_of(posting)))
    path = f"/employer/postings/{posting.id}/applications"

    def text() -> str:
        return client.get(path).text

    assert "13700000001" not in text()
    assert "欧阳共享" not in text()
    for application in (shared, quiet):
        assert client.post(f"{path}/{application.id}/open").status_code == 303
    assert "13700000001" in text()
    assert "欧阳共享" in text()
    assert "司马沉默" not in text()
    assert "13700000002" not in text()
    with transaction():
        assert session().get_one(Application, quiet.id).seen_at is not None
        operations.withdraw_application(session().get_one(Application, shared.id), by=Actor.SYSTEM)
    assert "13700000001" not in text()
    assert "欧阳共享" not in text()
    assert "有三年经验" not in read(client.get(path)).of_class("panel")[0].itertext()


def test_reading_the_applications_writes_nothing(client, sign_in):
    posting = make_posting()
    application = make_application(posting)
    sign_in(client, owner_of(queries.employer_of(posting)))
    client.get(f"/employer/postings/{posting.id}/applications")
    with transaction():
        assert session().get_one(Application, application.id).seen_at is None


# review


def test_a_reviewer_works_the_queue_off_and_the_employer_sees_the_reason(client, sign_in):
    first, second = (make_posting(state=PostingState.IN_REVIEW, title=title) for title in ("甲", "乙"))
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert "甲" in read(client.get("/review/postings")).links
    page = read(client.get(f"/review/postings/{first.id}"))
    assert "必填项齐全；内容是否真实合法由审核员判断。" in page.text
    assert page.of_class("banner-success") == []
    decided = client.post(f"/review/postings/{first.id}", data={"decision": "approved"})
    assert decided.location == f"/review/postings/{second.id}"
    assert state_of(first) is PostingState.OPEN
    kept = read(client.post(f"/review/postings/{second.id}", data={"decision": "returned", "reason": "  "}))
    assert "请写明理由，用人单位要据此修改" in kept.errors
    decided = client.post(f"/review/postings/{second.id}", data={"decision": "returned", "reason": "请写明班次。"})
    assert decided.location == "/review/postings"
    sign_in(client, owner_of(queries.employer_of(second)))
    assert "请写明班次。" in "".join(read(client.get(f"/employer/postings/{second.id}")).tree.itertext())


def test_a_returned_draft_is_marked_in_the_list_and_its_reason_stands_above_the_form(client, sign_in):
    employer = make_employer()
    back, own = make_posting(employer=employer, state=PostingState.IN_REVIEW, title="甲"), make_posting(employer=employer, state=PostingState.DRAFT)
    with transaction():
        operations.return_(session().get_one(Posting, back.id), "请写明班次。", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    sign_in(client, owner_of(employer))
    rows = {words_of(row) for row in read(client.get("/employer/postings")).all("tr") if "退回待改" in words_of(row)}
    assert [words.startswith("甲") for words in rows] == [True]
    text = read(client.get(f"/employer/postings/{back.id}/edit")).text
    assert text.index("请写明班次。") < text.index("岗位名称")
    assert "审核退回" not in read(client.get(f"/employer/postings/{own.id}/edit")).text


def test_a_draft_that_its_employer_took_back_is_not_marked_as_returned(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    owner = owner_of(queries.employer_of(posting))
    sign_in(client, owner)
    with transaction():
        operations.return_(session().get_one(Posting, posting.id), "请写明班次。", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    client.post(f"/employer/postings/{posting.id}/submit")
    client.post(f"/employer/postings/{posting.id}/move", data={"to": "draft"})
    assert state_of(posting) is PostingState.DRAFT
    assert "退回待改" not in read(client.get("/employer/postings")).text
    assert "审核退回" not in read(client.get(f"/employer/postings/{posting.id}/edit")).text


def test_a_posting_of_another_region_is_not_found_by_a_reviewer(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW, region="370202")
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert client.get(f"/review/postings/{posting.id}").status_code == 404
    assert client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}).status_code == 404
    assert "电焊工" not in read(client.get("/review/postings")).text
    assert state_of(posting) is PostingState.IN_REVIEW


def test_a_reviewer_of_the_same_employer_gets_no_button_and_no_way(client, sign_in):
    employer = make_employer()
    reviewer = make_member(employer, make_staff(Role.REVIEWER, "370100"))
    posting = make_posting(employer=employer, state=PostingState.IN_REVIEW)
    sign_in(client, reviewer)
    page = read(client.get(f"/review/postings/{posting.id}"))
    assert "回避要求" in page.text
    assert "decision" not in {node.get("name") for node in page.all("button")}
    refused = read(client.post(f"/review/postings/{posting.id}", data={"decision": "approved", "reason": "好"}))
    assert any("回避要求" in error for error in refused.errors)
    assert state_of(posting) is PostingState.IN_REVIEW


def test_a_reviewer_takes_an_open_posting_down_with_a_reason(client, sign_in):
    posting = make_forwarded()
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert "审核员：处理这个岗位" in read(client.get(f"/postings/{posting.id}")).links
    client.post(f"/review/postings/{posting.id}", data={"decision": "taken_down", "reason": ""})
    assert state_of(posting) is PostingState.OPEN
    client.post(f"/review/postings/{posting.id}", data={"decision": "taken_down", "reason": "收取押金"})
    assert state_of(posting) is PostingState.TAKEN_DOWN


def test_a_decision_without_a_button_and_one_too_late_are_told(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    assert read(client.post(f"/review/postings/{posting.id}", data={"reason": "嗯"})).fields["reason"] == "嗯"
    client.post(f"/review/postings/{posting.id}", data={"decision": "approved"})
    late = read(client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}))
    assert any("这个岗位已经有人处理过：现在是“招聘中”" in error for error in late.errors)
    late = read(client.post(f"/review/postings/{posting.id}", data={"decision": "returned", "reason": "改"}))
    assert any("这个岗位已经有人处理过：现在是“招聘中”" in error for error in late.errors)
    assert not any("草稿" in error for error in late.errors)


def test_a_second_reviewer_is_told_that_the_first_returned_it(client, sign_in):
    posting = make_posting(state=PostingState.IN_REVIEW)
    with transaction():
        operations.return_(session().get_one(Posting, posting.id), "改", by=Actor(make_staff(Role.REVIEWER).id, "reviewer", "web"))
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    late = client.post(f"/review/postings/{posting.id}", data={"decision": "approved"})
    assert late.location == "/review/postings"
    assert "刚刚已由其他审核员退回修改" in "".join(read(client.get(late.location)).tree.itertext())
    sign_in(client, make_staff(Role.REVIEWER, "370200"))
    assert client.post(f"/review/postings/{posting.id}", data={"decision": "approved"}).status_code == 404


# figures


def test_every_number_of_the_figures_page_opens_that_many_rows(client, sign_in):
    make_posting()
    make_posting(region="370103", state=PostingState.PAUSED)
    make_forwarded(region="370100")
    make_posting(region="370202")
    sign_in(client, make_staff(Role.LEADER, "370100"))
    page = read(client.get("/figures"))
    assert "口径" in page.text
    numbers = {(words, href) for words, href in page.links.items() if href.startswith("/figures/postings")}
    assert len(numbers) >= 6
    for words, href in numbers:
        rows = read(client.get(href))
        count = re.match(r"[\d,]+", words)[0]
        assert f"共 {count} 个岗位" in rows.text, href


def test_a_headcount_nobody_stated_is_no_zero(client, sign_in):
    make_forwarded(region="370102", headcount=None)
    make_posting(region="370202", headcount=3)
    make_posting(region="370202", headcount=4)
    sign_in(client, make_staff(Role.LEADER, "370000"))
    page = read(client.get("/figures"))
    assert "招聘人数都没有写明" in page.text
    assert "写明的招聘人数 7 人" in page.text
    rows = {words_of(row) for row in page.all("tr")}
    assert any(row.startswith("济南市") and row.endswith("—") for row in rows)
    assert any(row.startswith("青岛市") and row.endswith("7") for row in rows)


def test_an_official_sees_the_figures_of_the_own_region_only(client, sign_in):
    make_posting(region="370202", title="青岛的岗位")
    sign_in(client, make_staff(Role.LEADER, "370100"))
    assert client.get("/figures?region=370200").status_code == 404
    assert client.get("/figures?region=370000").status_code == 404
    assert "青岛的岗位" not in read(client.get("/figures/postings?region=370200")).text
    assert client.get("/figures/postings?state=draft").status_code == 404
    assert client.get("/figures?region=370102").status_code == 200
