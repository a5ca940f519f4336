"""Every desk of the house is opened by whoever works there, from the menu, so that each page is seen by the browser and by axe."""

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_member
from tests.factories.sources import import_rows, row, write_rows
from tests.journeys import walks
from tests.journeys.places import EVERYWHERE, Place
from webapp.access import Actor, Role
from webapp.db import today, transaction
from webapp.events import IndexRebuildAsked
from webapp.ledger import Delivery, DeliveryState, record
from webapp.postings.models import SearchTally

pytestmark = pytest.mark.parametrize("platform", EVERYWHERE, indirect=True, scope="package")


def test_a_visitor_reads_everything_public(place: Place) -> None:
    visitor = place.visitor()
    visitor.open("/register/seeker")
    visitor.follow("看全文")
    assert "个人信息" in visitor.h1
    visitor.press("长者版")
    assert visitor.offers("标准版")
    visitor.open("/")
    visitor.press("标准版")
    visitor.open("/no-such-page", expect=404)
    assert visitor.text
    visitor.open("/sign-in")
    walks.sign_in(place, visitor, walks.new_phone())
    assert visitor.h1 == "这个手机号还没有注册"
    visitor.tick("我看过并同意个人信息处理告知")
    visitor.press("同意并注册")
    assert visitor.h1 == "怎么称呼您"


def test_a_seeker_keeps_a_profile(place: Place) -> None:
    seeker = walks.signed_in(place, make_person(name="韩求职"))
    seeker.open("/")
    seeker.follow("资料")
    seeker.fill({"想找什么工作": "木工", "工作年限": "三十年"})
    seeker.press("保存")
    assert "有几处需要修改" in seeker.text and seeker.value("想找什么工作") == "木工" and seeker.value("工作年限") == "三十年"
    seeker.fill({"工作年限": "30"})
    seeker.press("保存")
    assert "求职资料已保存" in seeker.text
    for address in ("/account/profile", "/account/id-number", "/account", "/applications", "/saved-searches"):
        seeker.open(address)


def test_an_owner_lets_a_colleague_in_and_out(place: Place) -> None:
    company, phone = walks.an_employer("济南戌亥木业有限公司"), walks.new_phone()
    make_person(phone=phone, name="杨同事")
    make_member(company)
    owner = walks.its_owner(place, company)
    owner.open("/employer")
    owner.follow("成员")
    owner.fill({"对方的手机号": "15899990000"})
    owner.press("添加")
    assert "还没有注册" in owner.text and owner.value("对方的手机号") == "15899990000"
    owner.fill({"对方的手机号": phone})
    owner.press("添加")
    assert "已添加" in owner.text
    owner.open("/employer")
    owner.follow("修改单位信息")


def test_a_leader_opens_every_figure(place: Place) -> None:
    walks.an_open_posting(place, walks.an_employer("济南金木家具有限公司"), "家具喷漆工")
    leader = walks.signed_in(place, make_staff(Role.LEADER, "370100"))
    leader.open("/figures")
    leader.open("/figures?region=370102")
    leader.open("/figures/postings?state=open&region=370102")
    assert leader.offers("家具喷漆工")


def test_a_reviewer_explains_a_word_that_nobody_found(place: Place) -> None:
    walks.an_open_posting(place, walks.an_employer("济南扫尘保洁有限公司"), "保洁员")
    with transaction() as session:
        for text, region, times in (("拖地板", "370102", 41), ("开三轮 送货", "", 12), ("随便找找", "", 7), ("3d建模 远程在家做的", "370100", 5)):
            session.merge(
                SearchTally(day=today(), text=text, region=region, searches=times + 2, unmet=times, widened=times // 2, empty=times - times // 2)
            )
    reviewer = walks.reviewer(place)
    reviewer.open("/search-report?days=7")
    assert "拖地板" in reviewer.text
    reviewer.press("忽略：随便找找")
    assert "不再出现" in reviewer.text
    reviewer.follow("拖地板")
    reviewer.fill({"同类的词": "保洁、清洁工", "职业": "没有这种职业"})
    reviewer.press("保存，马上生效")
    assert "没有叫“没有这种职业”的职业" in reviewer.text and reviewer.value("同类的词") == "保洁、清洁工"
    reviewer.fill({"职业": "保洁员"})
    reviewer.press("保存，马上生效")
    assert "现在搜“拖地板”能找到" in reviewer.text
    seeker = place.visitor()
    walks.search(seeker, "拖地板")
    assert seeker.offers("保洁员")
    reviewer.open("/search-report/wordings")
    reviewer.press("恢复：随便找找")
    reviewer.press("删除：拖地板")
    assert "已删除" in reviewer.text


def test_the_administrators_work_at_their_desks(place: Place) -> None:
    operator = walks.signed_in(place, make_staff(Role.SYSTEM_ADMIN, "370100"))
    operator.open("/staff")
    operator.open("/staff/invite")
    phone = walks.new_phone()
    operator.fill({"手机号": phone, "姓名": "朱专员"})
    operator.choose("岗位角色", Role.CASEWORKER.label)
    operator.choose("负责的地区", "济南市历下区（370102）")
    operator.press("开通")
    assert "已开通" in operator.text and phone not in operator.text
    _in_trouble()
    operator.open("/deliveries")
    assert "要求重建索引 → 重建索引" in operator.text
    operator.press("关闭")
    assert "已关闭" in operator.text and "要求重建索引" not in operator.text
    auditor = walks.signed_in(place, make_staff(Role.AUDIT_ADMIN, "370100"))
    auditor.open("/ledger")
    assert "授予角色" in auditor.text and phone not in auditor.text
    auditor.open("/ledger?subject=nobody")


def _in_trouble() -> None:
    """A delivery that failed too often."""
    with transaction() as session:
        entry = record(IndexRebuildAsked("a test"), by=Actor.SYSTEM)
        session.flush()
        for made in session.query(Delivery).filter(Delivery.entry_id == entry.id):
            made.state, made.attempts, made.last_error = DeliveryState.PARKED, 12, "OSError at embedded.py:100 in put"


def test_a_forwarded_posting_names_what_its_source_did_not_say(place: Place) -> None:
    import_rows(write_rows(place.settings.var / "forwarded.csv", [row(1, title="仓储叉车工", salary_text="面议")]))
    place.settle()
    seeker = place.visitor()
    walks.search(seeker, "仓储叉车工")
    seeker.follow("仓储叉车工")
    assert "来源未提供" in seeker.text and not seeker.offers("应聘这个岗位")
