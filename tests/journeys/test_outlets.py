"""An administrator opens ways out of the house; postings leave on them and come back with receipts; the public reads the market's page."""

import json
from datetime import timedelta

from sqlalchemy import select, update

from tests.factories.accounts import make_staff
from tests.journeys import walks
from tests.journeys.places import Place
from tests.journeys.visitor import Visitor
from webapp.access import Role
from webapp.db import now, reading, session, transaction
from webapp.outlets import roads, tending
from webapp.outlets.models import Dispatch, Outlet, Publication


def _administrator(place: Place) -> Visitor:
    return walks.signed_in(place, make_staff(Role.SYSTEM_ADMIN, "370100"))


def _cycle(place: Place, slug: str) -> None:
    """What the worker does each minute, now."""
    roads.settle(place.settings)
    place.settle()
    with transaction():
        session().execute(update(Outlet).where(Outlet.slug == slug).values(checked_at=None))
    tending.serve(lambda: None)


def _fill_outlet(visitor: Visitor, name: str, slug: str, way: str) -> None:
    visitor.open("/outlets/new")
    visitor.fill({"渠道名称": name, "英文名": slug})
    visitor.choose("类型", "省级公共招聘平台")
    visitor.choose("所属地区", "济南市（370100）")
    visitor.choose("发布方式", way)


def test_an_administrator_opens_a_folder_for_the_province_and_looks_after_what_it_refused(place: Place) -> None:
    company = walks.an_employer("济南甲子铸造有限公司")
    walks.an_open_posting(place, company, "翻砂工")
    kept = walks.an_open_posting(place, company, "砂型浇注工")
    admin = _administrator(place)
    admin.open("/outlets")
    admin.follow("新建渠道")
    _fill_outlet(admin, "省公共招聘网", "Shandong Platform", "推送到对方的接口")
    admin.fill({"接口地址": "http://jobs.example.com/in"})
    admin.press("建立渠道")
    assert "有几处需要修改" in admin.text and "必须以 https:// 开头" in admin.text and "英文名用小写字母开头" in admin.text
    assert admin.value("渠道名称") == "省公共招聘网" and admin.value("接口地址") == "http://jobs.example.com/in"
    slug = f"shandong-{kept.id.hex[-6:]}"
    admin.fill({"英文名": slug})
    admin.choose("发布方式", "放进交换文件夹")
    admin.press("建立渠道")
    assert "已建立" in admin.text and "请对方放进其中的 receipts 文件夹" in admin.text
    _cycle(place, slug)
    _answer(slug, refused=str(kept.id))
    _cycle(place, slug)
    admin.open("/outlets")
    admin.follow("省公共招聘网")
    assert "有 1 个要处理" in admin.text
    admin.open("/outlets/items")
    assert "岗位名称含商标" in admin.text
    admin.press("重试")
    assert "已重新排队" in admin.text
    _cycle(place, slug)
    _answer(slug, refused=str(kept.id))
    _cycle(place, slug)
    admin.open("/outlets/items")
    admin.follow("放弃")
    admin.press("放弃")
    assert "请写明为什么放弃" in admin.text
    admin.fill({"为什么放弃": "省平台来电，不收这个名称"})
    admin.press("放弃")
    assert "已放弃" in admin.text and not admin.offers("放弃")
    for group in ("given_up", "receipted", "waiting", "published"):
        admin.open(f"/outlets/items?group={group}")
    _the_employer_sees_it(place, company, kept.id)


def _answer(slug: str, *, refused: str) -> None:
    """As the province would: a receipt for each, but for one."""
    with reading() as read:
        given = list(read.execute(select(Dispatch.posting_id, Dispatch.number).join(Outlet).where(Outlet.slug == slug, Dispatch.is_latest)))
    reply = {
        "receipts": [{"identifier": str(key), "receipt": f"SD-{number:05d}"} for key, number in given if str(key) != refused],
        "refused": [{"identifier": refused, "reason": "岗位名称含商标"}],
    }
    folder = roads.folder(slug) / "receipts"
    folder.mkdir(exist_ok=True)
    (folder / "1.json").write_text(json.dumps(reply), encoding="utf-8")


def _the_employer_sees_it(place: Place, company, key) -> None:
    owner = walks.its_owner(place, company)
    owner.open(f"/employer/postings/{key}")
    owner.follow("发布到哪里")
    assert "省公共招聘网" in owner.text and "省平台来电，不收这个名称" in owner.text
    reviewer = walks.reviewer(place)
    reviewer.open(f"/review/postings/{key}")
    reviewer.follow("发布到哪里")
    assert "以前" in reviewer.text
    stranger = walks.its_owner(place, walks.an_employer("济南乙丑铸造有限公司"))
    stranger.open(f"/outlets/posting/{key}", expect=404)


def test_a_market_publishes_every_morning_and_staff_paste_it_into_groups(place: Place) -> None:
    company = walks.an_employer("济南丙寅餐饮有限公司")
    postings = [walks.an_open_posting(place, company, title) for title in ("凉菜厨师", "洗碗工", "传菜员")]
    slug = f"market-{postings[0].id.hex[-6:]}"
    admin = _administrator(place)
    _fill_outlet(admin, "历下区零工市场", slug, "本平台的公开页面")
    admin.choose("什么时候发布", "定时：只按发布计划发布")
    admin.press("建立渠道")
    admin.open("/outlets/plans/new")
    admin.fill({"计划名称": "早市岗位", "几点": "九点", "一次最多多少个岗位": "很多"})
    admin.press("建立计划")
    assert "有几处需要修改" in admin.text and "24 小时制" in admin.text and admin.value("几点") == "九点"
    admin.fill({"几点": "06:30", "一次最多多少个岗位": "20"})
    admin.choose("所属地区", "济南市（370100）")
    admin.tick("历下区零工市场")
    admin.tick("周一")
    admin.press("建立计划")
    assert "每周一 06:30" in admin.text and "还没有执行过" in admin.text
    _come_to_its_time(place)
    admin.open("/outlets/plans")
    admin.follow("早市岗位")
    assert "晚" in admin.text
    reader = place.visitor()
    reader.open(f"/outlets/{slug}")
    assert reader.h1 == "历下区零工市场" and reader.offers("洗碗工")
    assert "1. " in reader.value("文字") or "1. " in reader.value("第 1 段")
    reader.open(f"/outlets/{slug}/screen")
    assert reader.offers("传菜员")
    owner = walks.its_owner(place, company)
    owner.open(f"/employer/postings/{postings[1].id}")
    owner.press("撤回岗位")
    reader.open(f"/outlets/{slug}")
    assert not reader.offers("洗碗工") and reader.offers("凉菜厨师")
    admin.open("/outlets/plans")
    admin.follow("早市岗位")
    admin.press("停止这个计划")
    assert "已停止" in admin.text
    admin.press("恢复这个计划")
    with reading() as read:
        run = read.scalar(select(Dispatch.run_id).join(Outlet).where(Outlet.slug == slug, Dispatch.run_id.is_not(None)))
    admin.open(f"/outlets/runs/{run}")
    assert "计划发布" in admin.text


def _come_to_its_time(place: Place) -> None:
    """A week later, and the relay was away for an hour."""
    with transaction():
        session().execute(update(Publication).values(next_at=now() - timedelta(hours=1)))
    tending.publish_due(lambda: None)
    place.settle()


def test_a_partner_gets_a_key_that_is_shown_once(place: Place) -> None:
    posting = walks.an_open_posting(place, walks.an_employer("济南丁卯物流有限公司"), "夜班分拣员")
    slug = f"partner-{posting.id.hex[-6:]}"
    admin = _administrator(place)
    _fill_outlet(admin, "泉城人力网", slug, "对方凭密钥来取")
    admin.press("建立渠道")
    admin.press("发给密钥")
    assert "只显示这一次" in admin.text
    admin.open("/outlets")
    admin.follow("泉城人力网")
    assert "只显示这一次" not in admin.text and "已发" in admin.text
    admin.follow("修改")
    assert admin.value("渠道名称") == "泉城人力网"
    admin.press("保存")
    admin.press("暂停这个渠道")
    assert "已暂停" in admin.text
    admin.press("恢复这个渠道")
    visitor = place.visitor()
    visitor.open("/feeds")
    assert "identifier" in visitor.text and "撤下通知" in visitor.text
