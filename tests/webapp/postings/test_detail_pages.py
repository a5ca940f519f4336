from decimal import Decimal

import pytest

from tests.factories.accounts import make_person
from tests.factories.postings import days_from_now, make_forwarded, make_posting
from tests.webapp.pages import HTML, read
from tests.webapp.pages import words as words_of
from tests.webapp.postings.support import build_index, data_block
from webapp.db import session, today, transaction
from webapp.postings.models import Posting, PostingState
from webapp.reference.models import WageUnit


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


def test_the_data_block_gives_the_wage_as_a_number(client):
    posting = make_posting(wage_unit=WageUnit.HOUR, wage_low=Decimal("22.5"), wage_high=Decimal(24))
    response = client.get(f"/postings/{posting.id}")
    assert data_block(response)["baseSalary"]["value"]["unitText"] == "HOUR"
    assert '"minValue": 22.5, "maxValue": 24}' in response.text
