"""A licence on its way: files that cannot be taken are told in Chinese, two reviewers look and verify, the employer hears of it."""

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.files import PDF, PNG
from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import RUNNING, Place
from tests.journeys.visitor import Visitor
from webapp import files
from webapp.access import Role

pytestmark = pytest.mark.parametrize("platform", RUNNING[:1], indirect=True, scope="package")
NAME = "济南厚德印务有限公司"


def test_a_licence_is_uploaded_and_looked_at_by_two_who_are_not_the_same(place: Place) -> None:
    owner = walks.signed_in(place, make_person(name="牛印务"))
    owner.open("/employer/register")
    walks.fill_employer(owner, NAME)
    owner.press("提交核验")
    assert owner.h1 == "上传证照" and "还没有上传营业执照" in owner.text
    _what_cannot_be_taken_is_told(owner)
    owner.attach("文件", "委托书.pdf", PDF)
    owner.press("上传")
    assert "委托证明已上传" in owner.text and "还没有上传营业执照" in owner.text
    owner.choose("证照种类", "营业执照")
    owner.attach("文件", "营业执照.png", PNG)
    owner.press("上传")
    assert "营业执照已上传" in owner.text and "还没有上传营业执照" not in owner.text

    who = make_staff(Role.REVIEWER, "370100", name="曹初核")
    first, elsewhere, second = walks.signed_in(place, who), walks.signed_in(place, who), walks.reviewer(place, name="华复核")
    for visitor in (first, elsewhere, second):
        visitor.open("/verify")
        visitor.follow(NAME)
    _look_at_the_licence(first)
    first.press("初核通过")
    assert "再由另一位审核员复核" in first.text
    first.follow(NAME)
    assert "您已初核通过，等另一位审核员复核" in first.text and not first.offers("复核通过")
    elsewhere.press("初核通过")
    assert "您已经初核过这家单位" in elsewhere.text, "the same person in another window is no second pair of eyes"
    second.open("/verify")
    second.follow(NAME)
    assert "初核已通过" in second.text
    second.press("复核通过")
    assert "结论已记录" in second.text

    place.settle()
    owner.open("/notices")
    owner.press("查看：单位核验通过")
    assert "已核验" in owner.text and "下次核验" in owner.text


def _what_cannot_be_taken_is_told(owner: Visitor) -> None:
    assert isinstance(owner, BrowserVisitor)
    owner.choose("证照种类", "委托证明")
    owner.attach("文件", "委托书.png", PNG + bytes(2 * files.BYTES_AT_MOST))
    owner.press("上传", expect=413)
    assert "提交的内容太大，没有收下" in owner.h1
    owner.page.go_back()
    assert owner.value("证照种类") == "authority"
    owner.press("上传")
    assert "请选择要上传的照片或扫描件" in owner.text and owner.value("证照种类") == "authority"
    owner.attach("文件", "委托书.doc", b"\xd0\xcf\x11\xe0 a letter of an old word processor")
    owner.press("上传")
    assert "文件不能识别，请上传 PDF、JPEG 图片、PNG 图片" in owner.text and owner.value("证照种类") == "authority"
    owner.attach("文件", "委托书.png", PNG + bytes(files.BYTES_AT_MOST))
    owner.press("上传")
    assert "文件太大，最多 8 MB" in owner.text and owner.value("证照种类") == "authority"


def _look_at_the_licence(reviewer: Visitor) -> None:
    """The picture itself, no page."""
    assert isinstance(reviewer, BrowserVisitor)
    with reviewer.page.expect_navigation() as shown:
        reviewer.page.get_by_role("button", name="查看营业执照").click()
    assert shown.value is not None and shown.value.headers["content-type"] == "image/png"
    reviewer.page.go_back()
    reviewer.problems.clear()  # Chromium lays a picture out with a style of its own, which our policy refuses: it is seen all the same
