"""A caseworker serves somebody by name: a plan, services, a mistake, postings and the person's own answer; a city changes the standard and
sees whom that changes; a programme's rules propose somebody and the county decides."""

from datetime import timedelta

from tests.factories.accounts import make_person
from tests.factories.casework import make_case, make_caseworker
from tests.factories.postings import make_posting
from tests.factories.serving import make_service
from tests.journeys import walks
from tests.journeys.places import Place
from tests.webapp.casework.serving.test_programmes import somebody
from webapp.casework.models import Client
from webapp.db import session, today, transaction


def test_somebody_is_served_by_name(place: Place) -> None:
    worker = make_caseworker("370102", name="郑专员")
    case = make_case(caseworker=worker, on=today() - timedelta(days=20))
    person = make_person(name="孙毕业")
    with transaction():
        session().get_one(Client, case.client_id).person_id = person.id
    posting = make_posting(title="会计")
    place.settle()
    keeper = walks.signed_in(place, worker)
    keeper.open(f"/casework/{case.id}/services")
    keeper.follow("登记服务")
    keeper.press("保存")
    assert "请至少勾选一项" in keeper.text and "请填写服务日期" in keeper.text
    keeper.fill({"服务日期": f"{today() + timedelta(days=1)}", "做了什么": "想做会计，建议先考初级证书。"})
    keeper.choose("服务方式", "电话")
    keeper.tick("职业指导")
    keeper.press("保存")
    assert "不能晚于今天" in keeper.text and keeper.value("做了什么") == "想做会计，建议先考初级证书。"
    keeper.fill({"服务日期": f"{today()}"})
    keeper.press("保存")
    assert "已登记 1 项服务" in keeper.text and "已完成" in keeper.text
    keeper.press("显示做了什么")
    assert "建议先考初级证书" in keeper.text
    keeper.open(f"/casework/{case.id}/plan")
    keeper.follow("制定计划")
    keeper.fill({"目标": "三个月内做上会计"})
    keeper.press("保存计划")
    assert "请至少写一个步骤" in keeper.text
    keeper.fill({"做什么": "报名初级会计班"})
    keeper.tick("本人已经同意这份计划")
    keeper.press("保存计划")
    assert "第 1 版计划已保存" in keeper.text and "同意" in keeper.text
    keeper.press("已完成：第 1 步")
    assert "第 1 步已完成" in keeper.text
    keeper.open(f"/casework/{case.id}/referrals?q=会计")
    keeper.tick(f"选中会计，{posting.employer_name}")
    keeper.press("推荐勾选的岗位")
    assert "请选择方式" in keeper.text
    keeper.choose("用什么方式告诉本人", "电话")
    keeper.press("推荐勾选的岗位")
    assert "已推荐 1 个岗位" in keeper.text and "等本人答复" in keeper.text
    graduate = walks.signed_in(place, person)
    graduate.open("/notices")
    assert "就业专员给您推荐了岗位" in graduate.text
    graduate.open("/my-service/referrals")
    graduate.press("愿意去：会计")
    assert "您的答复已告诉就业专员" in graduate.text
    keeper.open(f"/casework/{case.id}/willingness")
    keeper.choose("本人的意愿", "有就业意愿")
    keeper.tick("职业培训")
    keeper.press("保存")
    assert "意愿已登记" in keeper.text and "职业培训" in keeper.text


def test_a_city_changes_the_standard_and_sees_whom_it_changes(place: Place) -> None:
    worker = make_caseworker("370102", name="冯专员")
    cases = [make_case(caseworker=worker) for _ in range(3)]
    for case in cases[:2]:
        make_service(case, worker)
    place.settle()
    lead = walks.signed_in(place, make_caseworker("370100", name="冯科长"))
    lead.open("/casework/standards")
    assert "未核实" in lead.text
    lead.follow("修改标准")
    lead.press("测算谁会变")
    assert "请选择地区" in lead.text
    lead.choose("在哪里执行", "济南市")
    lead.fill({"标准的叫法": "只指导", "岗位推荐": "", "职业培训或就业见习机会": "", "依据": "市人社局2026年通知"})
    lead.press("测算谁会变")
    page = lead.path
    place.settle()
    lead.open(page)
    assert "只是测算" in lead.text and "已达标" in lead.text
    lead.press("确认，按新标准执行")
    place.settle()
    lead.open(page)
    assert "已完成" in lead.text and cases[0].number in lead.text and cases[2].number not in lead.text


def test_the_rules_propose_and_the_county_decides(place: Place) -> None:
    worker = make_caseworker("370102", name="韩专员")
    somebody("19800101", months=2, caseworker=worker)
    keeper = walks.signed_in(place, worker)
    keeper.open("/casework/programmes")
    assert "女性年满四十周岁" in keeper.text
    keeper.press("现在评估就业困难人员")
    place.settle()
    keeper.open("/casework/programmes/moves")
    assert "符合：女性年满四十周岁" in keeper.text
    keeper.press("确认纳入")
    assert "已办理" in keeper.text
    keeper.open("/casework/admit")
    keeper.press("纳入名单")
    assert "请选择项目" in keeper.text and "四种里有一种就可以办理" in keeper.text
    keeper.open("/casework/services")
    assert "线下补录" in keeper.text
