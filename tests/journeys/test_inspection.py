"""Spot checks from the draw to the published result, reports of the public from the form to the outcome, and the phone book."""

import re
from datetime import timedelta

from tests.factories.accounts import make_person, make_staff
from tests.factories.inspection import make_draw, make_inspector
from tests.factories.postings import make_forwarded
from tests.journeys import walks
from tests.journeys.places import Place
from tests.journeys.visitor import Visitor
from tests.webapp.inspection.test_phones import keep
from webapp.access import Role
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import now, session, today, transaction
from webapp.inspection import queries
from webapp.inspection.models import Call, CallOutcome, Campaign, Check, PublicReport

CITY, COUNTY = "371000", "371002"
"""威海, 环翠区: no other journey publishes there, so that the population is known."""


def test_a_campaign_is_drawn_checked_and_published(place: Place) -> None:
    planner = make_inspector(CITY, name="于监察")
    make_staff(Role.REVIEWER, CITY, name="曲审核")
    titles = ("水产加工工", "渔具装配工", "码头理货员", "民宿管家")
    for number, title in enumerate(titles):
        make_forwarded(title=title, employer_name=f"威海测试{number}有限公司", region=COUNTY, source_key=f"W{number}", source_title="海岱工友栏")
    desk = walks.signed_in(place, planner)
    desk.open("/")
    desk.follow("抽查任务")
    assert "本月还没有开展岗位抽查" in desk.text
    desk.follow("按建议新建")
    _prepare(desk)
    _draw(desk)
    checker = _inspector_of(place, planner)
    _work_off(checker, {"false": titles[0], "filled": titles[1]})
    desk.open("/inspection/campaigns")
    desk.follow("十一月抽查")
    assert "未查" in desk.text
    desk.follow("用存下的总体和种子再抽一遍")
    assert "完全一样" in desk.text
    _publish(place, desk)


def _prepare(desk: Visitor) -> None:
    assert desk.value("抽查比例") == "5"
    desk.fill({"名称": "十一月抽查", "抽查比例": "多抽一些", "完成期限": f"{today() - timedelta(days=1)}"})
    desk.press("固定总体")
    assert "抽查比例要写成数字" in desk.text and "完成期限已经过去" in desk.text and desk.value("抽查比例") == "多抽一些"
    desk.fill({"抽查比例": "100", "完成期限": f"{today() + timedelta(days=7)}"})
    desk.press("固定总体")
    assert "共 4 个" in desk.text and "还没有抽取" in desk.text


def _draw(desk: Visitor) -> None:
    desk.fill({"种子": "八八八"})
    desk.press("抽取并分派")
    assert "种子是 6 到 40 位" in desk.text and desk.value("种子") == "八八八"
    desk.fill({"种子": "20261128"})
    desk.press("抽取并分派")
    assert "已抽取 4 个岗位并分派" in desk.text and "于监察" in desk.text and "曲审核" in desk.text


def _inspector_of(place: Place, planner: Person) -> Visitor:
    """Everything goes to one of the two by hand, so that one person's list is worked off."""
    with transaction():
        session().query(Check).filter(Check.region == COUNTY).update({Check.inspector_id: planner.id})
    return walks.signed_in(place, planner)


def _work_off(checker: Visitor, wanted: dict[str, str]) -> None:
    checker.open("/")
    checker.follow("岗位抽查")
    checker.follow(wanted["false"])
    checker.press("记下，看下一个")
    assert "请选择通话结果" in checker.text
    checker.choose("通话结果", "接通，问到了")
    checker.choose("结论", "虚假")
    checker.fill({"备注": "于经理接的电话"})
    checker.press("记下，看下一个")
    assert "为什么是虚假的" in checker.text and checker.value("备注") == "于经理接的电话"
    checker.fill({"告诉单位的理由": "单位表示没有这个岗位"})
    checker.press("记下，看下一个")
    assert checker.h1.startswith("抽查：")
    checker.open("/inspection/checks")
    checker.follow(wanted["filled"])
    checker.choose("通话结果", "无人接听或占线")
    checker.choose("结论", "联系不上")
    checker.press("记下，看下一个")
    assert "3 个不同的日子" in checker.text
    checker.choose("通话结果", "接通，问到了")
    checker.choose("结论", "失效（已招满）")
    checker.press("记下，看下一个")
    checker.choose("通话结果", "接通，问到了")
    checker.choose("结论", "有效")
    checker.press("记下，看下一个")
    checker.choose("通话结果", "无人接听或占线")
    checker.press("记下，看下一个")
    assert checker.path == "/inspection/checks" and "无人接听或占线" in checker.text, checker.text
    checker.open("/inspection/checks?done=1")
    assert checker.offers(wanted["false"])


def _publish(place: Place, desk: Visitor) -> None:
    desk.open("/inspection/campaigns")
    desk.follow("十一月抽查")
    desk.press("结束抽查")
    assert "还有岗位没有查完" in desk.text
    with transaction():
        session().query(Campaign).filter(Campaign.region == CITY).update({Campaign.due_on: today() - timedelta(days=1)})
    desk.open(desk.path)
    assert "已超期" in desk.text
    desk.follow("超期没有查的")
    desk.open("/inspection/campaigns")
    desk.follow("十一月抽查")
    desk.press("结束抽查")
    desk.press("公布结果")
    visitor = place.visitor()
    visitor.open("/spot-checks")
    visitor.follow("十一月抽查")
    assert "33.3%" in visitor.text and "20261128" in visitor.text and "威海测试" not in visitor.text


def test_the_leader_sees_each_check_and_has_one_done_again(place: Place) -> None:
    planner, other = make_inspector("371003", name="初监察"), make_inspector("371003", name="王监察")
    make_forwarded(title="养殖技术员", region="371003", source_key="WD", source_title="海岱工友栏")
    campaign, (check,) = make_draw(planner, [planner, other], region="371003")
    with transaction():
        call = Call(check_id=check.id, outcome=CallOutcome.NO_ANSWER, at=now(), by_id=check.inspector_id)
        session().add(call)
    desk = walks.signed_in(place, planner)
    desk.open(f"/inspection/campaigns/{campaign.id}/checks")
    desk.follow("养殖技术员")
    desk.press("随机改派给另一名检查人员")
    assert "原来抽到的是" in desk.text
    with transaction():
        holder = session().get_one(Person, session().get_one(Check, check.id).inspector_id)
    checker = walks.signed_in(place, holder)
    checker.open("/inspection/checks")
    checker.follow("养殖技术员")
    checker.choose("通话结果", "上门或凭资料核实")
    checker.choose("结论", "有效")
    checker.press("记下，看下一个")
    assert "没有要查的岗位" in checker.text
    desk.open(desk.path)
    desk.press("退回重查")
    assert "请写明为什么要重查" in desk.text
    desk.fill({"理由": "打错了单位"})
    desk.press("退回重查")
    assert "已退回重查" in desk.text
    desk.open(f"/inspection/campaigns/{campaign.id}")
    desk.fill({"理由": "演练"})
    desk.press("作废这次抽查")
    assert "已作废" in desk.text


def test_a_stranger_reports_and_the_district_answers(place: Place) -> None:
    company = walks.an_employer("济南举报示例有限公司")
    posting = walks.an_open_posting(place, company, "服装熨烫工")
    handler, colleague = make_inspector("370100", name="孔监察"), make_inspector("370102", name="孟监察")
    stranger, phone = place.visitor(), walks.new_phone()
    number, code = _report(stranger, phone)
    desk = walks.signed_in(place, handler)
    desk.open("/")
    desk.follow("举报办理")
    desk.follow(number)
    assert "要交三百元" not in desk.text
    desk.press("受理")
    assert "要交三百元" in desk.text and phone not in desk.text
    desk.press("显示举报人联系方式")
    assert phone in desk.text
    _decide(desk, posting.title)
    place.settle()
    assert any(text.startswith(f"To: {phone}\n") and number in text for _, text in place._texts())
    stranger.open("/reports")
    stranger.fill({"举报编号": number, "查询码": "AAAA2222"})
    stranger.press("查结果")
    assert "对不上" in stranger.text and stranger.value("举报编号") == number
    stranger.fill({"查询码": code})
    stranger.press("查结果")
    assert "单位退还了服装费" in stranger.text
    stranger.open(f"/postings/{posting.id}", expect=410)
    desk.press("生成移送材料")
    assert "再次计算一致" in desk.text
    _hand_over(place, desk, colleague)


def _report(stranger: Visitor, phone: str) -> tuple[str, str]:
    walks.search(stranger, "服装熨烫工")
    stranger.follow("服装熨烫工")
    assert stranger.offers("12333")
    stranger.follow("网上举报这个岗位")
    stranger.fill({"具体情况": "要钱"})
    stranger.press("提交举报")
    assert "请选择举报什么" in stranger.text and "至少 6 个字" in stranger.text and stranger.value("具体情况") == "要钱"
    stranger.choose("举报什么", "收费、扣押证件或骗取财物")
    stranger.fill({"具体情况": "面试完要交三百元服装费，没有收据。", "手机号": phone})
    stranger.tick("同意把处理结果用短信发到这个手机号")
    stranger.press("提交举报")
    assert "举报已收到" in stranger.h1
    number, code = re.findall(r"(?:举报编号|查询码)\s*([0-9A-Z]+(?: [0-9A-Z]{4})?)", stranger.text)
    return number, code


def _decide(desk: Visitor, title: str) -> None:
    desk.choose("处理结果", "属实，岗位下架")
    desk.press("办结")
    assert "请写明查到了什么" in desk.text
    desk.fill({"告诉举报人的话": "单位退还了服装费。", "核查经过": "看了收据存根。"})
    desk.press("办结")
    assert "已办结" in desk.text and title in desk.text


def _hand_over(place: Place, desk: Visitor, colleague: Person) -> None:
    """A second report of another posting, offered to a colleague who takes it and hands it to the police."""
    posting = walks.an_open_posting(place, walks.an_employer("济南移送示例有限公司"), "锅炉保温工")
    stranger = place.visitor()
    stranger.open(f"/postings/{posting.id}/report")
    stranger.choose("举报什么", "虚假招聘（岗位、工资或单位不真实）")
    stranger.fill({"具体情况": "没有这家单位，让先转账。"})
    stranger.press("提交举报")
    desk.open("/inspection/reports")
    with transaction():
        report = session().query(PublicReport).filter(PublicReport.posting_id == posting.id).one()
        report.due_at = now() - timedelta(hours=3)
    desk.follow(report.number)
    desk.press("受理")
    desk.choose("转给", "孟监察")
    desk.press("请对方接手")
    assert "仍由您负责" in desk.text
    second = walks.signed_in(place, colleague)
    second.open("/inspection/reports?queue=offered")
    second.follow(report.number)
    second.press("接手")
    second.choose("处理结果", "转交有关部门")
    second.fill({"告诉举报人的话": "涉嫌诈骗，已移送公安机关。"})
    second.press("办结")
    assert "写明单位名称和理由" in second.text
    second.choose("部门", "公安机关")
    second.fill({"单位名称": "历下区公安分局"})
    second.press("办结")
    assert "转交有关部门" in second.text
    second.open("/inspection/reports?queue=decided")
    second.open("/inspection/watchlist")
    second.open("/inspection/watchlist/of?source=用人单位直接发布")


def test_a_signed_in_reporter_reads_the_outcome_in_the_inbox(place: Place) -> None:
    posting = walks.an_open_posting(place, walks.an_employer("济南站内举报有限公司"), "玻璃贴膜工")
    seeker = walks.signed_in(place, make_person(name="颜求职"))
    seeker.open("/my-reports")
    assert "没有用这个账号举报过" in seeker.text
    seeker.open(f"/postings/{posting.id}/report")
    seeker.choose("举报什么", "就业歧视（性别、民族、地域、婚育、健康等）")
    seeker.fill({"具体情况": "电话里说只要本地户口的。"})
    seeker.press("提交举报")
    seeker.open("/my-reports")
    assert "玻璃贴膜工" in seeker.text and "待受理" in seeker.text


def test_the_phone_book_is_kept_and_read(place: Place) -> None:
    keeper = walks.signed_in(place, make_inspector("370800", name="卜监察"))
    keeper.open("/")
    keeper.follow("维权电话")
    assert "还没有登记电话" in keeper.text
    keeper.follow("添加电话")
    keeper.fill({"电话": "请看网站"})
    keeper.press("保存")
    assert "0531-88888888" in keeper.text and keeper.value("电话") == "请看网站"
    keeper.choose("地区", "济宁市")
    keeper.choose("用途", "招聘维权、举报投诉")
    keeper.fill({"电话": "0537-0000000", "单位": "济宁市人社局（演示）", "服务时间": "工作日 9:00–17:00"})
    keeper.press("保存")
    assert "未核实" in keeper.text
    keeper.press("导入")
    assert "请选择文件" in keeper.text
    visitor = place.visitor()
    visitor.open("/phones?region=370811")
    assert "0537-0000000" in visitor.text and "未核实" in visitor.text
    keep("370812", "0537-0000001", checked_on=today())
    visitor.open("/phones?region=370812")
    assert "核实" in visitor.text
    keeper.open("/inspection/phones")
    keeper.follow("0537-0000000")
    keeper.press("删除这个电话")
    assert "0537-0000000" not in keeper.text


def test_another_districts_inspector_opens_none_of_it(place: Place) -> None:
    owner = make_inspector("371300", name="沂监察")
    colleague = make_inspector("371302", name="蒙监察")
    make_forwarded(title="柳编工", region="371302", source_key="LY", source_title="海岱工友栏")
    campaign, (check,) = make_draw(owner, [owner, colleague], region="371302", source="海岱工友栏")
    stranger = walks.signed_in(place, make_inspector("371400", name="德监察"))
    stranger.open(f"/inspection/campaigns/{campaign.id}", expect=404)
    stranger.open(f"/inspection/checks/{check.id}", expect=404)
    stranger.open(f"/spot-checks/{campaign.id}", expect=404)
    with transaction():
        assert queries.campaign(campaign.id, people.grants_of(owner.id)) is not None
