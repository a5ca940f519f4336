"""A posting after it was published: reminders that change nothing by themselves, a longer life or an end, what came of it, copies, templates,
its readers, and the pause when too many apply."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_person
from tests.factories.postings import make_posting
from tests.journeys import walks
from tests.journeys.places import QUICK, HerePlace, Place
from tests.journeys.visitor import Visitor
from webapp.accounts.models import Person
from webapp.db import new_key, reading, session, today, transaction
from webapp.employers.models import Employer
from webapp.postings.applying.models import Application
from webapp.postings.life import operations as life
from webapp.postings.life import viewing
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.parametrize("platform", QUICK, indirect=True, scope="package")
SOON = today() + timedelta(days=7)
LATER = today() + timedelta(days=60)


def as_it_is(posting: Posting) -> tuple[PostingState, object]:
    with reading():
        row = session().get_one(Posting, posting.id, populate_existing=True)
        return row.state, row.valid_through


def reminded(place: Place, company: Employer, title: str) -> Visitor:
    """What the clock does each morning; then the employer's inbox."""
    life.remind(today(), lambda: None)
    place.settle()
    owner = walks.its_owner(place, company)
    owner.open("/notices")
    assert f"岗位“{title}”7 天后到期" in owner.text
    owner.press(f"查看：岗位“{title}”7 天后到期")
    return owner


def test_a_reminder_leads_to_a_longer_life_or_an_end_and_to_what_came_of_it(place: Place) -> None:
    company, title = walks.an_employer("济南稻香粮油有限公司"), "碾米工"
    posting = make_posting(employer=company, title=title, valid_through=SOON)
    owner = reminded(place, company, title)
    assert owner.h1 == f"{title}：浏览、到期和结果" and as_it_is(posting) == (PostingState.OPEN, SOON), "looking moves nothing"
    for address in ("prolong", "confirm", "move"):
        owner.open(f"/employer/postings/{posting.id}/{address}", expect=405)
    assert as_it_is(posting) == (PostingState.OPEN, SOON)

    owner.open(f"/employer/postings/{posting.id}/life")
    owner.fill({"有效期至": f"{today() + timedelta(days=400)}"})
    owner.press("延长")
    assert "有几处需要修改" in owner.text and owner.value("有效期至") == f"{today() + timedelta(days=400)}"
    owner.fill({"有效期至": f"{LATER}"})
    owner.press("延长")
    assert "有效期已改为" in owner.text and as_it_is(posting) == (PostingState.OPEN, LATER)
    owner.press("还在招，内容没有变")
    assert "谢谢确认" in owner.text

    owner.press("招满了，停止招聘")
    assert as_it_is(posting)[0] is PostingState.FILLED
    owner.follow("填写招聘结果")
    assert "招到人了吗" in owner.text and not owner.offers("延长")
    owner.fill({"一共招到": "3", "其中通过本平台招到": "五"})
    owner.press("保存")
    assert "要写成整数" in owner.text and owner.value("一共招到") == "3"
    owner.fill({"其中通过本平台招到": "5"})
    owner.press("保存")
    assert "不能多于招到的总人数" in owner.text
    owner.fill({"其中通过本平台招到": "2"})
    owner.press("保存")
    assert "招到 3 人，其中通过本平台 2 人" in owner.text


def test_a_posting_is_copied_and_kept_as_a_template_to_begin_with(place: Place) -> None:
    company, title = walks.an_employer("济南青石雕刻有限公司"), "石雕工"
    posting = make_posting(employer=company, title=title)
    owner = walks.its_owner(place, company)
    owner.open(f"/employer/postings/{posting.id}")
    owner.press("复制为新草稿")
    assert "已复制为新的草稿" in owner.text and owner.value("岗位名称") == title and owner.value("有效期至") == ""
    owner.fill({"岗位名称": "石雕学徒", "有效期至": f"{LATER}"})
    owner.press("下一步：核对")
    owner.press("提交审核")
    assert walks.SUBMITTED in owner.text and as_it_is(posting)[0] is PostingState.OPEN

    owner.open(f"/employer/postings/{posting.id}")
    owner.follow("浏览、到期和结果")
    owner.fill({"模板名称": ""})
    owner.press("存为模板")
    assert "请给模板起个名称" in owner.text
    owner.fill({"模板名称": "石雕工（旺季）"})
    owner.press("存为模板")
    assert "已存为模板" in owner.text
    owner.open("/employer/postings")
    owner.follow("用模板发布")
    owner.press("用它发布：石雕工（旺季）")
    assert "请填写有效期" in owner.text and owner.value("岗位名称") == title and owner.value("有效期至") == ""
    owner.open("/employer/templates")
    owner.press("删除：石雕工（旺季）")
    assert "还没有模板" in owner.text


def test_readers_and_applications_are_counted_and_a_flood_pauses_the_posting(place: Place) -> None:
    company, title = walks.an_employer("济南大明湖游船有限公司"), "游船驾驶员"
    posting = make_posting(employer=company, title=title, headcount=1)
    _have_applied(posting, 99)
    seeker = walks.signed_in(place, make_person(name="丁行船"))
    seeker.open(f"/postings/{posting.id}")
    seeker.follow("应聘这个岗位")
    seeker.tick("暂不同意")
    seeker.press("确认投递")
    assert "投递成功" in seeker.text
    place.settle()
    assert as_it_is(posting)[0] is PostingState.PAUSED
    seeker.open(f"/postings/{posting.id}", expect=410)
    assert "暂停招聘" in seeker.text

    owner = walks.its_owner(place, company)
    owner.open("/notices")
    owner.press(f"查看：岗位“{title}”收到 100 份应聘，已暂停接收")
    if isinstance(place, HerePlace):
        viewing.gatherer.keep()  # a running platform writes its counts down every half minute: too long to wait for
        owner.open(owner.path)
        assert "浏览（约数） 1次" in owner.text
    assert "100" in owner.text and f"{today()}" in owner.text
    assert "招聘已暂停" in owner.text and not owner.offers("还在招，内容没有变")
    owner.press("恢复招聘")
    assert as_it_is(posting)[0] is PostingState.OPEN


def _have_applied(posting: Posting, count: int) -> None:
    """Rows alone: a hundred visitors would take minutes."""
    with transaction() as session:
        people = [Person(id=new_key()) for _ in range(count)]
        session.add_all(people)
        session.flush()
        number = posting.id.hex[-8:]
        session.add_all(
            Application(number=f"{int(number, 16)}{place:03d}", posting_id=posting.id, person_id=who.id) for place, who in enumerate(people)
        )
