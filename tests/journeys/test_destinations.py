"""A graduate's destination from the desk to the phone and back; a file of social insurance decided; a traineeship that is no employment."""

from tests.factories.casework import make_case, make_caseworker, make_client
from tests.factories.destinations import insured, make_destination, make_trainee_post
from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import Place
from tests.journeys.visitor import Visitor
from webapp.casework.models import Case
from webapp.db import today

_numbers = iter(range(1, 1000))


def a_graduate(keeper: object, name: str, **columns: object) -> tuple[Case, str]:
    phone = f"1590000{next(_numbers):04d}"
    return make_case(client=make_client(name=name, phone=phone), caseworker=keeper, **columns), phone  # type: ignore[arg-type]


def the_link(place: Place, phone: str) -> str:
    place.settle()
    found = [text for _, text in sorted(place._texts()) if text.startswith(f"To: {phone}\n")]
    assert found, "no text message came"
    return "/my-service/destination/" + found[-1].partition("/my-service/destination/")[2].split()[0]


def upload(visitor: Visitor, label: str, name: str, content: str) -> bool:
    """False where there is no browser to choose a file with."""
    if not isinstance(visitor, BrowserVisitor):
        return False
    visitor.control(label).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    return True


def test_a_graduate_confirms_one_destination_and_disputes_another(place: Place) -> None:
    keeper = make_caseworker("370102", name="何专员")
    case, phone = a_graduate(keeper, "许小满")
    desk = walks.signed_in(place, keeper)
    desk.open(f"/casework/cases/{case.id}/destination")
    desk.choose("去向", "11 签劳动合同形式就业")
    desk.choose("证明材料", "就业见习证明")
    desk.choose("谁说的", "本人")
    desk.fill({"单位（学校）名称": "济南琢玉软件有限公司", "岗位（专业）": "测试工程师"})
    desk.press("登记")
    assert "不准将毕业生顶岗实习、见习证明材料作为就业证明材料" in desk.text and desk.value("岗位（专业）") == "测试工程师"
    desk.choose("证明材料", "劳动合同")
    desk.press("登记")
    assert "已登记去向" in desk.text and "琢玉" not in desk.text
    desk.press("显示单位、岗位和本人说的话")
    assert "济南琢玉软件有限公司" in desk.text
    desk.press("发短信请本人核对")
    graduate = place.visitor()
    graduate.open(the_link(place, phone))
    assert "签劳动合同形式就业" in graduate.text and "何专员" in graduate.text and "许" not in graduate.text
    graduate.press("对，是这样")
    assert "已经按您说的登记" in graduate.text
    desk.open(f"/casework/cases/{case.id}/destination")
    assert "本人已确认" in desk.text
    desk.press("发短信请本人核对")
    graduate.open(the_link(place, phone))
    graduate.follow("不对，没有这回事")
    graduate.press("提出异议")
    assert "请写一句哪里不对" in graduate.text
    graduate.fill({"哪里不对": "试用三天就辞了"})
    graduate.press("提出异议")
    assert "我们在核实" in graduate.text
    desk.open("/notices")
    assert "本人对去向有异议" in desk.text
    desk.open("/casework/destinations/checks")
    desk.follow("本人有异议")
    assert "试用三天就辞了" not in desk.text
    desk.press("显示单位和本人说的话")
    assert "试用三天就辞了" in desk.text
    desk.choose("结论", "核实属实")
    desk.fill({"核查经过和理由": "与单位核对过", "告诉本人的话": "不签协议就不发毕业证，请尽快确认"})
    desk.press("办结")
    assert "四不准" in desk.text and desk.value("核查经过和理由") == "与单位核对过" and "试用三天就辞了" in desk.text
    desk.choose("结论", "不实，撤销登记")
    desk.fill({"告诉本人的话": "已经撤销，有合适的岗位我们再联系您"})
    desk.press("办结")
    assert "已办结" in desk.text
    desk.open("/casework/destinations")
    assert "毕业去向落实率" in desk.text and "1 人" in desk.text


def test_a_graduate_says_how_it_really_is(place: Place) -> None:
    keeper = make_caseworker("370103", name="吕专员")
    case, phone = a_graduate(keeper, "施冬雪", region="370103")
    make_destination(case)
    desk = walks.signed_in(place, keeper)
    desk.open(f"/casework/cases/{case.id}/destination")
    desk.press("发短信请本人核对")
    graduate = place.visitor()
    graduate.open(the_link(place, phone))
    graduate.follow("情况变了，或写得不准")
    graduate.choose("您现在的情况", "待就业")
    graduate.press("提交")
    assert "待就业" in graduate.text
    desk.open(f"/casework/cases/{case.id}/destination")
    assert "待就业" in desk.text and "以前的登记" in desk.text


def test_a_file_of_social_insurance_is_compared_and_decided_together(place: Place) -> None:
    lead = make_caseworker("370104", name="孔科长")
    people = [a_graduate(lead, name, region="370104")[0] for name in ("曹一一", "严二二", "华三三")]
    make_destination(people[2])
    desk = walks.signed_in(place, lead)
    desk.open("/casework/comparisons")
    desk.press("上传并比对")
    assert "请选择部门" in desk.text and "请选择用途" in desk.text and "请选择文件" in desk.text
    if not upload(desk, "文件", "参保.csv", insured(people, unit="济南比对一号有限公司")):
        return
    desk.choose("哪个部门的数据", "社会保险")
    desk.choose("比对用途", "核对毕业生和失业人员的就业状态")
    desk.fill({"数据截至哪天": f"{today()}"})
    desk.press("上传并比对")
    place.settle()
    desk.open(desk.path)
    assert "说法不一致" in desk.text and "济南比对一号有限公司" in desk.text
    desk.follow("济南比对一号有限公司")
    desk.press("处理选中的")
    assert "请选择怎样处理" in desk.text and "请写明理由" in desk.text
    desk.choose("怎样处理", "采用对方的")
    desk.choose("采用时登记为", "12 其他录用形式就业")
    desk.fill({"理由": "与社保系统核对"})
    desk.press("这一组全部 2 人照此处理")
    assert "已处理 2 人" in desk.text
    desk.open("/casework/destinations")
    assert "÷" in desk.text


def test_a_traineeship_is_arranged_paid_and_ended_and_counts_as_no_employment(place: Place) -> None:
    keeper = make_caseworker("370105", name="金专员")
    case, _ = a_graduate(keeper, "魏见习", region="370105")
    post = make_trainee_post(region="370105", allowance="1500")
    desk = walks.signed_in(place, keeper)
    desk.open("/casework/traineeships")
    assert "软件测试见习" in desk.text and "低于最低工资" in desk.text
    desk.open(f"/casework/traineeships/posts/{post.id}")
    assert "低于当地最低工资" in desk.text
    desk.press("已备案")
    desk.open("/casework/traineeships/posts/new")
    desk.press("登记")
    assert "请选择见习单位" in desk.text
    desk.open(f"/casework/cases/{case.id}/traineeship")
    assert "符合见习条件" in desk.text
    desk.fill({"开始日期": f"{post.from_on}", "结束日期": f"{post.to_on}"})
    desk.press("登记见习")
    assert "请选择见习岗位" in desk.text and desk.value("开始日期") == f"{post.from_on}"
    desk.choose("见习岗位", f"济南甲乙机械有限公司：软件测试见习（余 3 个，{post.from_on} 至 {post.to_on}）")
    desk.press("登记见习")
    assert "见习不是就业" in desk.text
    desk.fill({"哪个月的补助": f"{today():%Y-%m}", "发了多少": "1200", "哪天发的": f"{today()}"})
    desk.press("登记补助")
    assert "少发 300.00 元" in desk.text
    desk.fill({"结束日期": f"{today()}"})
    desk.choose("怎样结束", "提前留用")
    desk.tick("单位留用")
    desk.press("登记结束")
    assert "见习已结束" in desk.text
    desk.open("/casework/traineeships")
    assert "100.0%" in desk.text
    desk.open(f"/casework/cases/{case.id}/destination")
    assert "还没有登记去向" in desk.text
