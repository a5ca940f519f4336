"""Ways that are about the person: signing out, no JavaScript, no mouse."""

import pytest

from tests.factories.accounts import PASSWORD, make_person
from tests.factories.postings import make_posting
from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import RUNNING, Place
from webapp.db import reading, session
from webapp.postings import queries
from webapp.postings.models import Posting, PostingState


def test_signing_out_ends_a_copied_cookie_too(place: Place) -> None:
    visitor = place.visitor()
    walks.register_seeker(place, visitor, phone=walks.new_phone(), name="吴求职")
    thief = place.visitor(cookie=visitor.session_cookie)
    thief.open("/account")
    assert thief.h1 == "我的账号"
    visitor.press("退出登录")
    assert visitor.session_cookie == "" and visitor.offers("登录")
    thief.open("/account")
    assert thief.h1 == "登录"


def test_a_new_password_ends_every_other_device(place: Place) -> None:
    phone = walks.new_phone()
    make_person(phone=phone, name="郑求职", password=PASSWORD)
    first, second = place.visitor(), place.visitor()
    for visitor in (first, second):
        visitor.open("/sign-in/password")
        visitor.fill({"手机号或邮箱": phone, "密码": PASSWORD})
        visitor.press("登录")
    first.open("/account/password")
    first.fill({"现在的密码": PASSWORD, "新密码": "haishi hen chang 7", "再填一次新密码": "haishi hen chang 7"})
    first.press("修改密码")
    assert "密码已修改" in first.text and first.h1 == "我的账号"
    second.open("/account")
    assert second.h1 == "登录"


def test_without_javascript_one_can_publish_search_and_apply(place: Place) -> None:
    title = "果树修剪工"
    company = walks.an_employer("济南壬癸农业有限公司")
    walks.publish(walks.its_owner(place, company, script=False), title)
    walks.review(walks.reviewer(place, script=False), title, "通过")
    place.settle()
    seeker = place.visitor(script=False)
    walks.search(seeker, title)
    seeker.follow(title)
    seeker.follow("应聘这个岗位")
    phone = walks.new_phone()
    make_person(phone=phone, name="冯求职")
    walks.sign_in(place, seeker, phone)
    assert seeker.h1 == f"应聘：{title}"
    seeker.tick("暂不同意")
    seeker.press("确认投递")
    assert "投递成功" in seeker.text
    seeker.press("撤回投递")
    assert "已撤回投递" in seeker.text


@pytest.mark.parametrize("platform", RUNNING, indirect=True, scope="package")
def test_without_a_mouse_one_can_search_and_apply(place: Place) -> None:
    title = "渔网编织工"
    walks.an_open_posting(place, walks.an_employer("济南子丑渔业有限公司"), title)
    seeker = walks.signed_in(place, make_person(name="陈求职"))
    assert isinstance(seeker, BrowserVisitor)
    keys = seeker.page.keyboard
    seeker.open("/")
    tab_to(seeker, "input#search-q")
    keys.type(title)
    seeker.moving(lambda: keys.press("Enter"))
    tab_to(seeker, f"a:has-text('{title}')")  # the words found are marked inside it
    seeker.moving(lambda: keys.press("Enter"))
    tab_to(seeker, "a:text-is('应聘这个岗位')")
    seeker.moving(lambda: keys.press("Enter"))
    tab_to(seeker, "textarea")
    keys.type("会编网。")
    tab_to(seeker, "input[type=radio]")
    keys.press("Space")
    tab_to(seeker, "button:text-is('确认投递')")
    seeker.moving(lambda: keys.press("Enter"))
    assert "投递成功" in seeker.text and "您同意把姓名和电话提供给这家单位" in seeker.text


@pytest.mark.parametrize("platform", RUNNING[:1], indirect=True, scope="package")
def test_without_a_mouse_a_reviewer_returns_one_and_approves_the_next(place: Place) -> None:
    county = "370702"  # 潍坊: nothing else waits there
    company = walks.an_employer("潍坊奎文铸锻有限公司", county)
    back, good = (make_posting(employer=company, title=title, region=county, state=PostingState.IN_REVIEW) for title in ("造型工", "熔炼工"))
    reviewer = walks.reviewer(place, county)
    assert isinstance(reviewer, BrowserVisitor)
    keys = reviewer.page.keyboard
    reviewer.open("/review/postings")
    tab_to(reviewer, "button:text-is('开始审核')")
    reviewer.moving(lambda: keys.press("Enter"))
    assert reviewer.h1 == "审核：造型工"
    keys.press("1")
    tab_to(reviewer, "summary:text-is('逐项写问题')")
    keys.press("Enter")
    tab_to(reviewer, "#remark_wage_unit")
    keys.type("arn 1 请写明计件单价。")
    reviewer.moving(lambda: keys.press("Enter"))
    assert "请点下面的一个按钮作出决定" in reviewer.text and reviewer.value("劳动报酬的问题") == "arn 1 请写明计件单价。", (
        "letters that are typed are no keys"
    )
    reviewer.moving(lambda: keys.press("a"))
    assert "您写了问题，却点了通过" in reviewer.text
    reviewer.moving(lambda: keys.press("r"))
    assert reviewer.h1 == "审核：熔炼工" and "退回修改" in reviewer.text
    reviewer.moving(lambda: keys.press("a"))
    assert "没有待审核的岗位了" in reviewer.text
    with reading():
        rows = [session().get_one(Posting, one.id, populate_existing=True) for one in (back, good)]
        assert [row.state for row in rows] == [PostingState.DRAFT, PostingState.OPEN]
        assert set(returned := queries.reviews_of(rows[0])[0].remarks) == {"duties", "wage_unit"} and "班" in returned["duties"]


def tab_to(visitor: BrowserVisitor, selector: str) -> None:
    """With the tab key alone; what has the focus must be seen to have it, and must not lie under something else."""
    for _ in range(80):
        visitor.page.keyboard.press("Tab")
        if visitor.page.locator(":focus").and_(visitor.page.locator(selector)).count():
            visitor.page.wait_for_function(f"() => !({_FOCUS})()[1]")  # the browser glides to what has the focus
            outline, hidden = visitor.page.evaluate(_FOCUS)
            assert outline and not hidden, f"{selector}: outline {outline}, covered by {hidden}"
            return
    raise AssertionError(f"the tab key does not reach {selector} on {visitor.path}")


_FOCUS = """() => {
  const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  const on_top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const covered = !on_top || !(node.contains(on_top) || on_top.contains(node));
  const rings = [style, getComputedStyle(node, "::after")];  // the link of a card is as large as the card, by its ::after
  const shown = rings.some((one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2);
  return [shown, covered ? (on_top ? on_top.outerHTML.slice(0, 120) : "nothing: outside the window") : ""];
}"""
