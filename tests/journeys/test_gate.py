"""An employer whose words need mending: told while writing, mended by a button, explained where the post needs it; and who decides by the rules."""

from playwright.sync_api import expect

from tests.factories.accounts import make_staff
from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import Place
from webapp.access import Role

WHY = "职工浴室的女部营业时里面有人更衣，只能由女员工进去保洁。"


def test_an_employer_is_told_while_writing_and_a_button_mends(place: Place) -> None:
    employer = walks.its_owner(place, walks.an_employer("济南子丑浴业有限公司"))
    employer.open("/employer/postings/new")
    walks.fill_posting(employer, "浴室保洁员", 招聘条件="限女性，40岁以下，能上早班。", 工作内容="浴室保洁，每班八小时。入职交押金200元。")
    if isinstance(employer, BrowserVisitor):
        box = employer.page.locator("#gate-requirements")
        expect(box).to_contain_text("限女性")
        expect(box).to_contain_text("《就业促进法》")
        expect(employer.page.locator("#gate-duties")).to_contain_text("押金")
        box.get_by_role("button", name="改成“年满18周岁”").click()
        expect(box).not_to_contain_text("40岁以下")
        box.get_by_role("button", name="改成“男女不限”").click()
        expect(box).to_be_empty()
        assert employer.value("招聘条件") == "男女不限，年满18周岁，能上早班。"
        employer.page.locator("#gate-duties").get_by_role("button").click()
        expect(employer.page.locator("#gate-duties")).to_be_empty()
    employer.fill({"招聘条件": "男女不限，年满18周岁，能上早班。", "工作内容": "浴室保洁，每班八小时。"})
    employer.press("下一步：核对")
    assert "处要补充或修改" not in employer.text and "人工核对" not in employer.text
    employer.press("提交审核")
    assert walks.SUBMITTED in employer.text


def test_what_the_post_needs_is_explained_and_a_person_decides(place: Place) -> None:
    title = "女浴室保洁员"
    employer = walks.its_owner(place, walks.an_employer("济南寅卯浴业有限公司"), script=False)
    employer.open("/employer/postings/new")
    walks.fill_posting(employer, title, 招聘条件="限女性，40岁以下。")
    employer.press("存为草稿")
    assert "不得限定或优先某一性别" in employer.text, "without a script the form says it once the draft is saved"
    employer.press("下一步：核对")
    assert "有 1 处要补充或修改" in employer.text and "这 1 处会由审核员人工核对" in employer.text
    employer.press("提交审核")
    assert "请写明岗位为什么需要" in employer.text
    employer.fill({"岗位为什么需要": WHY})
    employer.press("提交审核")
    assert walks.SUBMITTED in employer.text

    reviewer = walks.reviewer(place)
    reviewer.open("/review/postings")
    assert "须核对：性别" in reviewer.text
    reviewer.follow(title)
    assert WHY in reviewer.text and "请核对这 2 处" in reviewer.text and "《妇女权益保障法》第四十三条" in reviewer.text
    reviewer.press("通过")
    place.settle()
    seeker = place.visitor()
    walks.search(seeker, title)
    seeker.follow(title)
    assert "限女性" in seeker.text and WHY not in seeker.text


def test_nothing_explains_what_no_post_may_be(place: Place) -> None:
    employer = walks.its_owner(place, walks.an_employer("济南辰巳网络有限公司"))
    employer.open("/employer/postings/new")
    walks.fill_posting(employer, "网络推广员", 工作内容="居家刷单返佣，佣金日结，每天八小时。")
    employer.press("下一步：核对")
    assert "刷单" in employer.text and not employer.offers("提交审核")
    employer.follow("去补充")
    assert "有几处需要修改" in employer.text and "刷单" in employer.value("工作内容")


def test_an_inspector_looks_up_the_rule_of_a_past_day(place: Place) -> None:
    inspector = walks.signed_in(place, make_staff(Role.INSPECTOR, "370100"))
    inspector.open("/gate/rules")
    assert "《妇女权益保障法》第四十三条" in inspector.text
    inspector.choose("地区", "济南市")
    inspector.fill({"在哪一天有效": "2022-06-01"})
    inspector.press("查看")
    assert "《妇女权益保障法》第四十三条" not in inspector.text and "《就业促进法》第二十七条" in inspector.text
    inspector.follow("看全部（含已失效）")
    assert "《妇女权益保障法》第四十三条" in inspector.text
