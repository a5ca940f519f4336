"""A caseworker's day at the desk: with the keyboard alone, without JavaScript, many at once, and two who write about the same person."""

import pytest

from tests.factories.accounts import make_person
from tests.factories.casework import make_case, make_caseworker, make_client
from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import RUNNING, Place
from webapp.access import Actor, Level, Role
from webapp.accounts import operations as accounts
from webapp.accounts.models import Person
from webapp.db import session, transaction


def a_caseworker(name: str) -> Person:
    """Below a county: leads nobody."""
    person = make_person(name=name)
    with transaction():
        accounts.grant_role(session().get_one(Person, person.id), Role.CASEWORKER, region="370103", level=Level.STREET, by=Actor.SYSTEM)
    return person


def people_of(caseworker: Person, *names: str) -> None:
    for name in names:
        make_case(region="370103", client=make_client(name=name), caseworker=caseworker, school="山东样例大学")


@pytest.mark.parametrize("platform", RUNNING[:1], indirect=True, scope="package")
def test_a_day_at_the_desk_by_keyboard_alone(place: Place) -> None:
    caseworker = a_caseworker("鲁专员")
    people_of(caseworker, "方一", "方二", "方三")
    desk = walks.signed_in(place, caseworker)
    desk.open("/casework")
    assert "共 3 人" in desk.text and "方一" in desk.text
    assert isinstance(desk, BrowserVisitor)
    keys = desk.page.keyboard
    desk.moving(lambda: keys.press("j"))
    assert desk.page.locator(".is-open").count() == 1
    keys.press("m")
    keys.type("2 月考完研再找")
    keys.press("Escape")
    desk.moving(lambda: keys.press("7"))
    assert "在备考" in desk.text and "撤销刚才的记录" in desk.text
    desk.moving(lambda: keys.press("2"))
    assert "没人接（第 1 次）" in desk.text
    desk.moving(lambda: keys.press("z"))
    assert "已撤销" in desk.text
    keys.press("/")
    keys.type("方一")
    desk.moving(lambda: keys.press("Enter"))
    assert "共 1 人" in desk.text and "暂无就业意愿" in desk.text
    desk.moving(lambda: keys.press("o"))
    assert "2 月考完研再找" in desk.text and "方一" in desk.h1


def test_without_javascript_a_line_is_written_with_one_press(place: Place) -> None:
    caseworker = a_caseworker("唐专员")
    people_of(caseworker, "许一")
    desk = walks.signed_in(place, caseworker, script=False)
    desk.open("/casework")
    desk.follow("记一笔")
    desk.fill({"情况": "下午上班再打"})
    desk.press("没人接")
    assert "没人接（第 1 次）" in desk.text
    desk.press("撤销刚才的记录")
    assert "已撤销" in desk.text


def test_many_are_given_to_a_colleague_and_told_at_once(place: Place) -> None:
    lead, taking = make_caseworker("370103", name="戴科长"), a_caseworker("任专员")
    for name in ("葛一", "葛二"):
        make_case(region="370103", client=make_client(name=name), school="济南移交学院")
    desk = walks.signed_in(place, lead)
    desk.open("/casework?school=济南移交学院")
    assert "共 2 人" in desk.text
    desk.press("处理全部 2 人")
    assert "处理选中的 2 人" in desk.h1
    desk.press("交给这位专员")
    assert "请选择就业专员" in desk.text
    desk.choose("交给", "任专员（在办 0 人）")
    desk.press("交给这位专员")
    assert "2 人已交给新的就业专员" in desk.text
    desk.press("处理全部 2 人")
    desk.fill({"短信内容": "周六上午九点，区人力资源市场有毕业生招聘会。"})
    desk.press("发给这 2 人")
    assert "2 条短信已排队发送" in desk.text
    heir = walks.signed_in(place, taking)
    heir.open("/casework?shelf=new")
    assert "葛一" in heir.text and "共 2 人" in heir.text
    heir.follow("葛一")
    heir.press("看过了")
    heir.open("/casework?shelf=new")
    assert "共 1 人" in heir.text


def test_details_are_read_for_a_purpose_and_an_old_page_loses_nothing(place: Place) -> None:
    caseworker = a_caseworker("姚专员")
    people_of(caseworker, "柏一")
    desk, other = (walks.signed_in(place, caseworker) for _ in range(2))
    for one in (desk, other):
        one.open("/casework")
        one.follow("柏一")
    desk.press("查看完整内容")
    assert "请选择查看的用途" in desk.text
    desk.choose("为什么要看", "联系本人")
    desk.press("查看完整内容")
    assert "这次查看已经记录" in desk.text
    desk.open(desk.path.removesuffix("/show"))
    desk.press("没人接")
    other.fill({"情况": "约了周三来"})
    other.press("已联系上")
    assert "别人改过这条记录" in other.text and other.value("情况") == "约了周三来"
