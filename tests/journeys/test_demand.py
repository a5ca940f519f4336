"""An officer's month: an employer assigned, visited and asked, a posting made of its need and filled, needs announced and imported, everything
handed over at last; and the catalogue from the question to the printed page."""

from datetime import timedelta

from tests.factories.accounts import make_person, make_staff
from tests.factories.demand import make_care, make_key, make_need, make_officer
from tests.factories.employers import make_employer, make_member
from tests.factories.postings import make_posting
from tests.journeys import walks
from tests.journeys.places import Place
from tests.journeys.visitor import Visitor
from webapp.access import Role
from webapp.accounts.models import Person
from webapp.db import today
from webapp.employers.models import Employer

_numbers = iter(range(1, 1000))


def an_officer(place: Place, name: str = "郑专员", region: str = "370102") -> tuple[Person, Visitor]:
    officer = make_officer(region, name=name)
    return officer, walks.signed_in(place, officer)


def a_company(name: str) -> Employer:
    return make_employer(name=f"济南{name}{next(_numbers)}号有限公司")


def test_a_need_is_heard_on_a_visit_becomes_a_posting_and_is_closed(place: Place) -> None:
    company = a_company("龙门机床")
    make_key(company)
    _, keeper = an_officer(place, "傅专员")
    _, lead = an_officer(place, "冯科长", "370100")
    lead.open("/demand/team")
    assert company.name in lead.text and "无人负责" in lead.text
    lead.open(f"/demand/team/employers/{company.id}")
    lead.press("确定")
    assert "请选择专员" in lead.text
    lead.choose("专员", "傅专员（济南市历下区，负责 0 家）")
    lead.press("确定")
    assert f"{company.name} 现在由 傅专员 负责" in lead.text
    keeper.open("/notices")
    assert f"{company.name} 由您负责联系" in keeper.text
    keeper.open("/demand")
    keeper.follow(company.name)
    keeper.follow("记一次联系")
    keeper.fill({"联系日期": f"{today() + timedelta(days=2)}", "见到的人": "孙经理", "情况": "新线下月投产，要五个焊工。"})
    keeper.press("保存")
    assert "不能晚于今天" in keeper.text and keeper.value("情况") == "新线下月投产，要五个焊工。"
    keeper.fill({"联系日期": f"{today()}", "下次联系日期": f"{today() + timedelta(days=14)}"})
    keeper.press("保存并登记需求")
    keeper.fill({"职业（工种）": "焊接工程兽医", "需要人数": "五", "最低工资": "9000", "最高工资": "6000"})
    keeper.press("保存")
    assert "没有叫“焊接工程兽医”的职业" in keeper.text and "要写成整数" in keeper.text and keeper.value("最低工资") == "9000"
    keeper.fill(
        {"职业（工种）": "电焊工", "需要人数": "5", "最晚到岗日期": f"{today() + timedelta(days=10)}", "最低工资": "6000", "最高工资": "8000"}
    )
    keeper.choose("计算单位", "元/月")
    keeper.choose("紧急程度", "急需")
    keeper.press("保存")
    assert keeper.h1 == "电焊工" and "待对接" in keeper.text
    keeper.press("生成岗位草稿")
    assert "岗位草稿已生成" in keeper.text and "已生成岗位" in keeper.text

    owner = walks.its_owner(place, company)
    owner.open("/notices")
    assert "起草了岗位“电焊工”" in owner.text
    owner.open("/employer/postings")
    owner.follow("电焊工")
    owner.follow("去补充")
    walks.fill_posting(owner, "电焊工")
    owner.press("下一步：核对")
    owner.press("提交审核")
    walks.review(walks.reviewer(place), "电焊工", "通过")
    place.settle()
    owner.open("/employer/postings")
    owner.follow("电焊工")
    owner.press("已招满")
    place.settle()

    keeper.open("/notices")
    assert "需求的岗位“电焊工”已招满" in keeper.text
    keeper.open("/demand/needs?queue=closing")
    keeper.follow("电焊工")
    assert "这条需求可以关闭" in keeper.text
    keeper.fill({"一共已录用": "9"})
    keeper.press("更新进度")
    assert "不能超过需求人数" in keeper.text and keeper.value("一共已录用") == "9"
    keeper.fill({"一共已录用": "5"})
    keeper.press("更新进度")
    keeper.press("关闭需求")
    assert "请选择怎样结束" in keeper.text and "请写明关闭的说明" in keeper.text
    keeper.choose("怎样结束", "已撤销")
    keeper.fill({"说明": "点错了"})
    keeper.press("关闭需求")
    assert "已撤销" in keeper.text
    keeper.fill({"原因": "其实是招满了"})
    keeper.press("更正，继续办理")
    keeper.choose("怎样结束", "已招满")
    keeper.fill({"说明": "五人已全部到岗。"})
    keeper.press("关闭需求")
    assert "需求已关闭" in keeper.text and "五人已全部到岗" not in keeper.text
    keeper.press("显示说明和原来的文字")
    assert "五人已全部到岗" in keeper.text


def test_an_officer_works_off_the_desk_a_line_at_a_time(place: Place) -> None:
    officer, keeper = an_officer(place, "马专员")
    companies = [a_company(name) for name in ("纺织", "电机", "食品")]
    for company, days in zip(companies, (-3, 0, 9), strict=True):
        make_care(company, officer, next_on=today() + timedelta(days=days), contacted_on=today() - timedelta(days=20))
    make_need(companies[0], on=today() - timedelta(days=31), occupation="4-09-08-01")
    keeper.open("/demand")
    assert "联系逾期" in keeper.text and "1 条逾期" in keeper.text
    keeper.press("记下")
    assert "请先勾选联系过的单位" in keeper.text
    keeper.press(f"已联系：{companies[1].name}")
    assert "已给 1 家单位各记一次联系" in keeper.text
    keeper.open("/demand?queue=late")
    keeper.tick(f"选中{companies[0].name}")
    keeper.fill({"情况": "电话里说还要两个保洁"})
    keeper.choose("下次联系", "一周后")
    keeper.tick("在办需求都还要")
    keeper.press("记下")
    assert "这里没有单位" in keeper.text, "nobody is late any more"
    keeper.open("/demand/needs?queue=untouched")
    assert "没有这样的需求" in keeper.text
    keeper.open("/demand/needs?q=保洁")
    keeper.follow("保洁员")
    assert "核实仍需要" in keeper.text
    keeper.follow("修改")
    keeper.fill({"需要人数": "2"})
    keeper.press("保存")
    assert "人数 5 → 2" in keeper.text
    posting = make_posting(employer=companies[0], title="车间保洁员")
    keeper.open(keeper.path)
    keeper.choose("单位自己发布的岗位，就是招这些人的", posting.title)
    keeper.press("关联这个岗位")
    assert "已关联岗位" in keeper.text


def test_what_an_officer_read_and_wrote_is_corrected_in_the_open(place: Place) -> None:
    officer, keeper = an_officer(place, "侯专员")
    company = a_company("玻璃")
    make_care(company, officer)
    keeper.open(f"/demand/employers/{company.id}")
    keeper.follow("记一次联系")
    keeper.fill({"见到的人": "胡厂长", "情况": "淡季，暂不招人"})
    keeper.press("保存")
    assert "胡厂长" not in keeper.text and "13800138000" not in keeper.text
    keeper.press("显示联系人、电话和走访情况")
    assert "胡厂长" in keeper.text and "13800138000" in keeper.text
    keeper.follow(f"更正{today()} 的记录")
    assert keeper.value("情况") == ""
    keeper.fill({"情况": "旺季，月底要两个会计"})
    keeper.press("保存")
    assert "已更正" in keeper.text
    keeper.press("列为重点企业")
    assert "请选择理由" in keeper.text
    keeper.choose("列为重点企业的理由", "用工量大")
    keeper.press("列为重点企业")
    keeper.press("取消")
    assert "没有列为重点企业" in keeper.text


def test_everything_of_an_officer_who_leaves_goes_to_another_in_one_step(place: Place) -> None:
    leaving, keeper = an_officer(place, "钱要走")
    taking, heir = an_officer(place, "秦接手")
    companies = [a_company("移交") for _ in range(2)]
    for company in companies:
        make_care(company, leaving)
    make_need(companies[0])
    _, lead = an_officer(place, "戚科长", "370100")
    lead.open("/demand/team")
    lead.follow("移交：钱要走")
    lead.press("移交这 2 家")
    assert "请选择专员" in lead.text and "请写明原因" in lead.text
    lead.choose("移交给", "秦接手（济南市历下区，负责 0 家）")
    lead.fill({"原因": "调离"})
    lead.press("移交这 2 家")
    assert "2 家单位连同在办需求和下次联系日期已移交" in lead.text
    lead.open("/demand/team?q=移交")
    assert "秦接手" in lead.text
    keeper.open(f"/demand/employers/{companies[0].id}")
    assert not keeper.offers("记一次联系"), "reading in the own district is left, writing is not"
    heir.open("/demand")
    assert all(company.name in heir.text for company in companies)
    heir.open("/demand/needs")
    assert "焊工" in heir.text and taking.id


def test_an_employer_announces_a_need_on_a_phone(place: Place) -> None:
    officer, keeper = an_officer(place, "邵专员")
    company = a_company("服装")
    make_care(company, officer)
    member = walks.signed_in(place, make_member(company, make_person(name="卫同事")))
    member.open("/employer/needs")
    assert "邵专员" in member.text
    member.follow("报一个用工需求")
    member.press("提交给专员")
    assert "请填写要招什么人" in member.text and "请填写需要多少人" in member.text
    member.fill({"要招什么人": "锁边平车熟手", "需要人数": "12", "最低工资": "5000"})
    member.press("提交给专员")
    assert "请选择工资按什么计算" in member.text and member.value("要招什么人") == "锁边平车熟手"
    member.choose("计算单位", "元/月")
    member.press("提交给专员")
    assert "已收到" in member.text and "锁边平车熟手" in member.text
    keeper.open("/notices")
    assert "企业自报用工需求：锁边平车熟手 12 人" in keeper.text
    member.follow("不招了：锁边平车熟手")
    member.press("撤销这条需求")
    assert "请写明为什么不招了" in member.text
    member.fill({"撤销的原因": "订单取消"})
    member.press("撤销这条需求")
    assert "已撤销这条需求" in member.text
    keeper.open("/demand/needs?queue=ended")
    assert "锁边平车熟手" in keeper.text


def test_a_file_of_another_system_is_read_and_its_bad_rows_come_back(place: Place) -> None:
    company = a_company("化工")
    _, lead = an_officer(place, "孟科长", "370100")
    lead.open("/demand/files")
    lead.press("上传")
    assert "请选择来源" in lead.text and "请选择文件" in lead.text
    lead.attach("CSV 文件", "用工需求.csv", f"统一社会信用代码,职业,需求人数\n{company.uscc},焊工,8\n{company.uscc},魔术师傅,2\n".encode())
    lead.choose("来自哪个系统", "企业急需紧缺用工服务平台")
    lead.press("上传")
    place.settle()
    lead.open(lead.path)
    assert "新增需求" in lead.text and lead.offers("下载未采用的行")
    lead.open("/demand/files")
    assert "用工需求.csv" in lead.text
    lead.open("/demand/needs?scope=area&q=化工")
    assert company.name in lead.text and "没有专员" in lead.text


def test_the_catalogue_is_computed_published_and_read_by_everybody(place: Place) -> None:
    regions = ("370102", "370103", "370104", "370105", "370112")
    for number, region in enumerate(regions):
        company = make_employer(name=f"济南{'甲乙丙丁戊'[number]}字紧缺{next(_numbers)}号有限公司", region=region)
        make_need(company, region=region, headcount=10 + number, occupation="6-18-02-04")
        make_need(company, region=region, headcount=4 + number, occupation="4-09-08-01")
        make_posting(employer=company, region=region, title=f"出纳{number}", occupation="2-06-03-00", headcount=2)
    leader = walks.signed_in(place, make_staff(Role.LEADER, "370100", name="薛局长"))
    leader.open("/demand/catalogues")
    leader.choose("时期", f"{today().year} 年 {today().month} 月")
    leader.press("开始计算")
    assert "可以离开这一页" in leader.text or "需求人数" in leader.text
    place.settle()
    leader.open(leader.path)
    page = leader.path
    assert "1. 焊工" in leader.text and "怎么算的" in leader.text
    leader.press("用固定的依据复算一次")
    place.settle()
    leader.open(page)
    assert "复算一致" in leader.text
    leader.open(f"{page}/rows/6-18-02-04")
    assert "上期结转" in leader.text or "本期新增" in leader.text
    leader.open(page)
    leader.press("发布")
    if "请写明原因" in leader.text:
        leader.fill({"替代的原因": "补录了一批需求"})
        leader.press("发布")
    assert "目录已发布" in leader.text
    visitor = place.visitor()
    visitor.open("/")
    visitor.follow("急需紧缺职业")
    assert "1. 焊工" in visitor.text and "各列的含义和算法" in visitor.text
    visitor.follow("职业小类")
    assert "6-18-02" in visitor.text
    visitor.open("/catalogue?region=370200", expect=404)
    assert "还没有发布这样的目录" in visitor.text
