"""What is typed wrongly is told in Chinese, beside its box, and nothing typed is lost; what is away is said to be away."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.postings import make_posting
from tests.journeys import walks
from tests.journeys.places import EVERYWHERE, Place
from webapp.db import today
from webapp.postings.models import PostingState

pytestmark = pytest.mark.parametrize("platform", EVERYWHERE, indirect=True, scope="package")


def test_a_wrong_check_digit_is_told_and_everything_typed_stays(place: Place) -> None:
    visitor = walks.signed_in(place, make_person(name="蒋经办"))
    visitor.open("/employer/register")
    walks.fill_employer(visitor, "济南寅卯商贸有限公司", uscc="91370102MA3C5T1X2Y")
    visitor.press("提交核验")
    assert "有几处需要修改" in visitor.text and "统一社会信用代码" in visitor.text
    assert visitor.value("统一社会信用代码") == "91370102MA3C5T1X2Y" and visitor.value("单位名称") == "济南寅卯商贸有限公司"
    assert visitor.value("所在区县") == "370102" and visitor.value("联系人手机号") == "13800138000"
    assert visitor.value("单位基本情况") == "生产农业机械，成立十年。"


BAD: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "not what the box asks for": (
        {"最低工资": "面议", "招聘人数": "若干", "工作内容": "焊接。" * 700},
        ("最低工资要写成", "招聘人数要写成整数", "最多 2000 个字"),
    ),
    "absurd": (
        {"最低工资": "6000000", "最高工资": "9000000", "招聘人数": "0", "有效期至": "2020-01-01"},
        ("超过", "至少是 1 人", "已经过去"),
    ),
    "impossible": (
        {"最低工资": "9000", "最高工资": "6000", "有效期至": f"{today() + timedelta(days=4000)}"},
        ("大于最高工资", "有效期最长"),
    ),
}


def test_what_is_wrong_in_a_posting_is_told_and_everything_typed_stays(place: Place) -> None:
    employer = walks.its_owner(place, walks.an_employer("济南辰巳建材有限公司"))
    for case, (wrong, told) in BAD.items():
        employer.open("/employer/postings/new")
        walks.fill_posting(employer, "瓷砖打包工", **wrong)
        employer.press("下一步：核对")
        assert [words for words in told if words not in employer.text] == [], case
        for label, value in ({"岗位名称": "瓷砖打包工", "详细地址": "工业南路 88 号", "福利": "包住、工作餐", "计算单位": "month"} | wrong).items():
            assert employer.value(label) == value, f"{case}: {label}"


def test_a_posting_without_a_wage_is_kept_as_a_draft_and_cannot_be_submitted(place: Place) -> None:
    employer = walks.its_owner(place, walks.an_employer("济南未申建材有限公司"))
    employer.open("/employer/postings/new")
    walks.fill_posting(employer, "瓷砖包装工", 最低工资="", 最高工资="")
    employer.press("下一步：核对")
    assert "报酬" in employer.text and not employer.offers("提交审核")
    employer.follow("去补充")
    assert "有几处需要修改" in employer.text and employer.value("详细地址") == "工业南路 88 号"


def test_a_post_too_large_gets_a_page_that_leads_back_to_what_was_typed(place: Place) -> None:
    employer = walks.its_owner(place, walks.an_employer("济南午未印刷有限公司"))
    employer.open("/employer/postings/new")
    employer.fill({"岗位名称": "印刷机长", "工作内容": "印" * (14 * 1024 * 1024 // 9)})
    employer.press("存为草稿", expect=413)
    assert "提交的内容太大" in employer.h1 and "返回" in employer.text
    page = getattr(employer, "page", None)
    if hasattr(page, "go_back"):
        page.go_back()
        assert employer.value("岗位名称") == "印刷机长"


@pytest.mark.parametrize("how", ["away", "broken"])
def test_with_the_index_gone_the_page_says_so_and_shows_the_latest(place: Place, how: str) -> None:
    title, withdrawn = {"away": ("陶瓷上釉工", "陶瓷烧成工"), "broken": ("竹编工艺师", "藤编工艺师")}[how]
    company = walks.an_employer(f"济南申酉陶瓷{how}有限公司")
    make_posting(employer=company, state=PostingState.WITHDRAWN, title=withdrawn)
    walks.an_open_posting(place, company, title)
    seeker = place.visitor()
    with place.index_away() if how == "away" else place.index_broken():
        walks.search(seeker, "没有这个词")
        assert "搜索暂时不可用" in seeker.text and seeker.offers(title) and not seeker.offers(withdrawn)
        seeker.open("/?region=370200&q=" + title)
        assert "搜索暂时不可用" in seeker.text and not seeker.offers(title), "conditions that are no text still hold"
    walks.search(seeker, title)
    assert "搜索暂时不可用" not in seeker.text and seeker.offers(title)
