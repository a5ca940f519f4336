"""From an application to the registered employment, with everybody who has a part in it: two seekers, an employer, its neighbour, an official."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.postings import make_application, make_posting
from tests.journeys import walks
from tests.journeys.places import EVERYWHERE, Place
from tests.journeys.visitor import Visitor
from webapp.access import Role
from webapp.accounts.models import Person
from webapp.db import today
from webapp.postings.models import Posting

pytestmark = pytest.mark.parametrize("platform", EVERYWHERE, indirect=True, scope="package")

TOMORROW = today() + timedelta(days=1)


def apply(place: Place, person: Person, posting: Posting, *, consent: bool) -> Visitor:
    seeker = walks.signed_in(place, person)
    seeker.open(f"/postings/{posting.id}")
    seeker.follow("应聘这个岗位")
    seeker.fill({"想对用人单位说的话": "做过五年，证齐全。"})
    seeker.tick(f"同意向“{posting.employer_name}”提供我的姓名和手机号码" if consent else "暂不同意")
    seeker.press("确认投递")
    assert "等单位查看" in seeker.text
    return seeker


def read_the_news(place: Place, visitor: Visitor, title: str) -> None:
    """Opens the newest line of the inbox."""
    place.settle()
    visitor.open("/notices")
    assert title in visitor.text
    visitor.press("查看")


def test_from_the_application_to_the_registered_employment(place: Place) -> None:
    company = walks.an_employer("济南泰岱锻造有限公司")
    posting = make_posting(employer=company, title="锻工", headcount=1)
    chosen, other = make_person(name="孔锻工", phone=walks.new_phone()), make_person(name="孟锻工")
    seeker = apply(place, chosen, posting, consent=False)
    second = apply(place, other, posting, consent=True)
    employer = walks.its_owner(place, company)

    read_the_news(place, employer, "岗位“锻工”收到新的应聘")
    assert "孟锻工" not in employer.text and "孔锻工" not in employer.text
    employer.press("打开，查看留言")
    assert "做过五年" in employer.text and "求职者没有同意提供" in employer.text and "孔锻工" not in employer.text
    the_applicant = employer.path

    seeker.open("/applications")
    assert "等单位答复" in seeker.text
    seeker.follow("锻工")
    seeker.press("同意提供给这家单位")
    employer.open(the_applicant)
    assert "孔锻工" in employer.text and (chosen.phone or "") in employer.text
    employer.press("联系过了")
    assert "已联系" in employer.text

    employer.follow("约面试")
    employer.fill({"日期": "2020-01-01", "时间": "9:30", "联系电话": "0531-88880000", "找谁": "鲁主管", "要带什么、怎么走": "带焊工证"})
    employer.press("约好，通知求职者")
    assert "面试时间要晚于现在" in employer.text and employer.value("要带什么、怎么走") == "带焊工证"
    employer.fill({"日期": str(TOMORROW), "联系电话": "微信"})
    employer.press("约好，通知求职者")
    assert "联系电话看起来不对" in employer.text
    employer.fill({"联系电话": "0531-88880000"})
    employer.press("约好，通知求职者")
    assert "等求职者确认" in employer.text and employer.offers("存入日历")

    read_the_news(place, seeker, "请您去面试")
    assert "鲁主管" in seeker.text and "0531-88880000" in seeker.text and seeker.offers("存入日历")
    seeker.follow("需要改时间")
    seeker.press("告诉单位")
    assert "请写一下什么时候能来" in seeker.text
    seeker.fill({"什么时候能来": "下午两点以后"})
    seeker.press("告诉单位")
    assert "等单位另约时间" in seeker.text

    employer.open("/employer/applications?show=change")
    assert "下午两点以后" in employer.text
    employer.follow("改时间")
    employer.fill({"时间": "14:30"})
    employer.press("改好，通知求职者")
    seeker.open("/applications")
    assert "14:30" in seeker.text
    seeker.follow("锻工")
    seeker.press("我会去")
    assert "您已确认会去" in seeker.text

    employer.open(f"/employer/interviews?on={TOMORROW}")
    assert "孔锻工" in employer.text and "14:30" in employer.text and "求职者会来" in employer.text
    employer.follow("孔锻工")
    employer.press("想录用")
    employer.follow("录用")
    employer.fill({"录用日期": "2020-01-01"})
    employer.press("登记录用")
    assert "日期要在" in employer.text
    employer.fill({"录用日期": str(today())})
    employer.press("登记录用")
    assert "已登记录用" in employer.text
    read_the_news(place, seeker, "祝贺您，已被录用")
    assert "单位应当最晚在" in seeker.text

    employer.open("/employer/applications")
    employer.open(f"/employer/postings/{posting.id}/applications")
    assert "招满了吗" in employer.text
    employer.press("招满了，停止招聘")
    place.settle()
    employer.open(f"/employer/postings/{posting.id}/applications")
    assert "还有 1 份应聘没有答复" in employer.text
    employer.follow("答复其余应聘者")
    employer.fill({"想对求职者说的话": "下次招人一定先找您。"})
    employer.press("发送答复")
    assert "已答复 1 份应聘" in employer.text and "已投递" not in employer.text

    read_the_news(place, second, "这次没有合适，谢谢您的投递")
    assert "岗位已招满" in second.text and "下次招人一定先找您" in second.text and not second.offers("撤回投递")

    employer.open("/employer/hires")
    employer.press("已办登记")
    assert "已记下就业登记" in employer.text
    employer.open("/employer/hires?show=registered")
    assert "孔锻工" in employer.text
    official = walks.signed_in(place, make_staff(Role.LEADER, "370100"))
    official.open("/figures/hires?show=registered")
    assert "锻工" in official.text and "泰岱" in official.text and "孔锻工" not in official.text


def test_many_are_answered_at_once_and_nobody_elses(place: Place) -> None:
    company = walks.an_employer("济南汶水印染有限公司")
    posting = make_posting(employer=company, title="印染工")
    rows = [make_application(posting, make_person(name=name)) for name in ("曾印染", "颜印染", "冉印染")]
    employer = walks.its_owner(place, company)
    employer.open("/employer/applications")
    employer.press("答复选中的：不合适")
    assert "没有选中还能答复的应聘" in employer.text
    for row in rows[:2]:
        employer.tick(f"选中编号 {row.number}")
    employer.press("答复选中的：不合适")
    assert employer.h1 == "答复 2 份应聘：不合适"
    employer.press("发送答复")
    assert "请选一个原因" in employer.text
    employer.tick("上班时间没有对上")
    employer.press("发送答复")
    assert "已答复 2 份应聘" in employer.text and rows[2].number in employer.text and rows[0].number not in employer.text
    employer.open("/employer/applications?show=ended")
    assert rows[0].number in employer.text
    employer.open("/employer/applications?show=today")

    neighbour = walks.its_owner(place, walks.an_employer("济南汶阳印染有限公司"))
    neighbour.open(f"/employer/postings/{posting.id}/applications", expect=404)
    neighbour.open(f"/employer/postings/{posting.id}/applications/{rows[2].id}", expect=404)
    neighbour.open("/employer/applications")
    assert "还没有人应聘" in neighbour.text
    neighbour.open("/employer/hires")
    neighbour.open("/employer/interviews")


def test_an_offer_is_declined_and_another_application_taken_back(place: Place) -> None:
    company = walks.an_employer("济南沂河铸造有限公司")
    posting = make_posting(employer=company, title="铸造工")
    seeker = apply(place, make_person(name="卜铸造"), posting, consent=True)
    employer = walks.its_owner(place, company)
    employer.open("/employer/applications")
    employer.press("打开，查看姓名和电话")
    employer.press("想录用")
    read_the_news(place, seeker, "单位想录用您")
    seeker.press("谢绝录用")
    assert "您谢绝了录用" in seeker.text and "相近的岗位" in seeker.text
    read_the_news(place, employer, "求职者谢绝了录用")
    assert "卜铸造" not in employer.text

    again = apply(place, make_person(name="端木铸造"), posting, consent=True)
    employer.open("/employer/applications")
    employer.press("打开，查看姓名和电话")
    assert "端木铸造" in employer.text
    again.press("撤回投递")
    assert "您撤回了投递" in again.text and again.offers("重新投递")
    employer.open("/employer/applications?show=ended")
    assert "端木铸造" not in employer.text
