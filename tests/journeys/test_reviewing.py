"""The reviewers' desk: what is looked at first, one holder at a time, reasons beside the fields, and a change of an open posting as a difference."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.factories.postings import make_posting
from tests.journeys import walks
from tests.journeys.places import QUICK, Place
from tests.journeys.visitor import Visitor
from webapp.db import now, transaction
from webapp.employers.models import Employer
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing.models import ReviewItem

pytestmark = pytest.mark.parametrize("platform", QUICK, indirect=True, scope="package")
YANTAI, JINING, TAIAN = "370602", "370802", "370902"
"""A county for each journey: nothing else waits there, so that its queue is known."""
NO_SHIFT = "请写明具体做什么、上什么班、几点到几点。"


def handed_in(employer: Employer, title: str, region: str, *, hours: int = 0, **changes: Any) -> Posting:
    """Waiting for a reviewer, so many hours ago."""
    posting = make_posting(employer=employer, title=title, region=region, state=PostingState.IN_REVIEW, **changes)
    with transaction() as session:
        session.execute(update(ReviewItem).where(ReviewItem.posting_id == posting.id).values(submitted_at=now() - timedelta(hours=hours)))
    return posting


def stand_in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def read_the_newest(place: Place, visitor: Visitor, title: str) -> None:
    place.settle()
    visitor.open("/notices")
    visitor.press(f"查看：{title}")


def test_what_waits_too_long_comes_first_then_risk_and_one_reviewer_holds_an_item(place: Place) -> None:
    company = walks.an_employer("烟台芝罘船舶有限公司", YANTAI)
    late = handed_in(company, "船体装配工", YANTAI, hours=30)
    handed_in(company, "船舶管系工", YANTAI, hours=2)
    handed_in(company, "船舶电工", YANTAI, hours=1, headcount=200)
    first, second = walks.reviewer(place, YANTAI, name="孙先到"), walks.reviewer(place, YANTAI, name="周后到")

    first.open("/review/postings")
    assert stand_in_order(first.text, "船体装配工", "船舶电工", "船舶管系工"), "too late, then most risks, then first come"
    assert "一次招 200 人" in first.text and "超过 1 天" in first.text
    first.press("开始审核")
    assert first.h1 == "审核：船体装配工" and "这一件由您审，为您保留到" in first.text

    second.open("/review/postings")
    assert "孙先到正在审" in second.text
    second.follow("船体装配工")
    assert "孙先到正在审这一件，到" in second.text and "为止" in second.text and not second.offers("通过") and not second.offers("我来审")
    second.open("/review/postings")
    second.press("开始审核")
    assert second.h1 == "审核：船舶电工", "the first that nobody holds"
    second.open("/review/postings")
    second.follow("船舶管系工")
    second.press("我来审")
    second.press("通过")

    first.open(f"/review/postings/{late.id}")
    first.press("放下这一件，审下一件")
    second.open(f"/review/postings/{late.id}")
    second.press("我来审")
    assert "这一件由您审" in second.text and second.offers("通过")
    second.open("/review/postings")
    second.follow("2 小时")
    assert "船舶管系工" in second.text and "船体装配工" not in second.text, "the figure opens its rows"


def test_the_reason_stands_beside_the_field_until_it_is_mended(place: Place) -> None:
    company, title = walks.an_employer("济宁任城包装有限公司", JINING), "纸箱成型工"
    handed_in(company, title, JINING)
    reviewer, employer = walks.reviewer(place, JINING), walks.its_owner(place, company)
    reviewer.open("/review/postings")
    reviewer.follow(title)
    reviewer.tick(f"{NO_SHIFT}（《人力资源市场暂行条例》第二十四条）")
    reviewer.fill({"劳动报酬的问题": "计件的请写明单价。"})
    reviewer.press("通过")
    assert "您写了问题，却点了通过" in reviewer.text and reviewer.value("劳动报酬的问题") == "计件的请写明单价。"
    reviewer.press("退回修改")
    assert "没有待审核的岗位了" in reviewer.text

    read_the_newest(place, employer, f"岗位“{title}”审核结果：退回修改")
    assert f"工作内容：{NO_SHIFT}" in employer.text and "劳动报酬：计件的请写明单价。" in employer.text
    employer.open("/employer/postings")
    assert "退回待改" in employer.text
    employer.follow(title)
    employer.follow("修改工作内容")
    assert f"错误：审核意见：{NO_SHIFT}" in employer.text and "错误：审核意见：计件的请写明单价。" in employer.text
    assert employer.value("岗位名称") == title
    employer.fill({"工作内容": "纸箱成型、压合，长白班，八点到十七点。", "福利": "计件每箱 0.3 元、工作餐"})
    employer.press("下一步：核对")
    employer.press("提交审核")
    assert walks.SUBMITTED in employer.text

    reviewer.open("/review/postings")
    reviewer.follow(title)
    assert "以前的决定" in reviewer.text and "长白班" in reviewer.text
    reviewer.press("通过")
    read_the_newest(place, employer, f"岗位“{title}”审核结果：通过")
    assert "招聘中" in employer.text


def test_an_open_posting_says_the_old_words_until_its_change_is_approved(place: Place) -> None:
    old, new = "清扫游步道，两班倒，每班八小时。", "清扫游步道，三班倒，每班八小时，夜班每班补贴 40 元。"
    company, title = walks.an_employer("泰安岱顶景区有限公司", TAIAN), "游步道保洁员"
    posting = make_posting(employer=company, title=title, region=TAIAN, duties=old)
    place.settle()
    employer, reviewer, public = walks.its_owner(place, company), walks.reviewer(place, TAIAN), place.visitor()

    employer.open(f"/employer/postings/{posting.id}")
    employer.follow("修改内容")
    employer.fill({"工作内容": "清扫游步道，三班倒，每班八小时。"})
    employer.press("下一步：核对")
    assert "改了什么" in employer.text and old in employer.text
    employer.press("提交修改")
    assert "这个岗位有一份修改：审核中" in employer.text

    reviewer.open("/review/postings")
    assert "修改" in reviewer.text
    reviewer.follow(title)
    assert "要改的内容" in reviewer.text and old in reviewer.text and "三班倒" in reviewer.text
    reviewer.fill({"工作内容的问题": "夜班补贴多少，请写明。"})
    reviewer.press("退回修改")
    public.open(f"/postings/{posting.id}")
    assert old in public.text and "三班倒" not in public.text and public.offers("应聘这个岗位")

    read_the_newest(place, employer, f"岗位“{title}”修改审核结果：退回修改")
    employer.follow("看改了什么")
    employer.follow("继续修改")
    assert "错误：审核意见：夜班补贴多少，请写明。" in employer.text
    employer.fill({"工作内容": new})
    employer.press("下一步：核对")
    employer.press("提交修改")
    public.open(f"/postings/{posting.id}")
    assert old in public.text and new not in public.text

    walks.review(reviewer, title, "通过")
    public.open(f"/postings/{posting.id}")
    assert new in public.text and old not in public.text
    place.settle()
    walks.search(public, f"{title} 夜班")
    assert public.offers(title)
