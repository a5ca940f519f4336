"""From an employer's first visit to an application on its desk, and what may happen to a posting on the way."""

import pytest

from tests.factories.accounts import make_person
from tests.journeys import walks
from tests.journeys.places import ON_ELASTICSEARCH, RUNNING, Place

pytestmark = pytest.mark.parametrize("platform", ["here", *RUNNING, ON_ELASTICSEARCH], indirect=True, scope="package")


def test_an_employer_registers_and_publishes_and_a_seeker_finds_it_and_applies(place: Place) -> None:
    title, name = "数控车床操作工", "济南泉城机械有限公司"
    employer, phone = place.visitor(), walks.new_phone()
    walks.register_employer(place, employer, phone=phone, name=name)
    assert "还没有上传营业执照" in employer.text

    employer.open("/employer/postings")
    employer.follow("发布新岗位")
    employer.fill({"岗位名称": title, "招聘人数": "5"})
    employer.press("存为草稿")
    assert "草稿已保存" in employer.text
    employer.open("/employer/postings")
    employer.follow(title)
    assert "单位还没有通过核验" in employer.text and not employer.offers("提交审核")

    first, reviewer = walks.reviewer(place), walks.reviewer(place)
    walks.verify(first, name, "初核通过")
    assert "再由另一位审核员复核" in first.text
    walks.verify(reviewer, name, "复核通过")
    assert "结论已记录" in reviewer.text

    employer.open("/employer/postings")
    employer.follow(title)
    employer.follow("去补充")
    assert employer.value("招聘人数") == "5"
    walks.fill_posting(employer, title)
    employer.press("下一步：核对")
    employer.press("提交审核")
    assert walks.SUBMITTED in employer.text and "审核中" in employer.text

    walks.review(reviewer, title, "通过")
    place.settle()
    seeker = place.visitor()
    walks.search(seeker, title)
    seeker.follow(title)
    seeker.follow("应聘这个岗位")
    assert seeker.h1 == "登录"
    seeker_phone = walks.new_phone()
    seeker.follow("还没有账号，去注册")
    walks.register_seeker(place, seeker, phone=seeker_phone, name="孙求职", at=seeker_address(seeker))
    assert seeker.h1 == f"应聘：{title}", "registering led away from the posting"
    seeker.fill({"想对用人单位说的话": "有三年经验，下周能上班。"})
    seeker.tick(f"同意向“{name}”提供我的姓名和手机号码")
    seeker.press("确认投递")
    assert "投递成功" in seeker.text and "投递编号" in seeker.text

    place.settle()
    employer.open("/notices")
    assert f"岗位“{title}”收到新的应聘" in employer.text
    employer.press("查看")
    assert seeker_phone not in employer.text
    employer.press("打开，查看姓名和电话")
    assert seeker_phone in employer.text and "孙求职" in employer.text and "有三年经验" in employer.text


def seeker_address(visitor: object) -> str:
    """Where the visitor stands, with what the address carries on."""
    url = getattr(visitor, "_url", None) or visitor.page.url  # type: ignore[attr-defined]  # either kind of visitor
    return str(url)


def test_a_saved_search_brings_exactly_one_notice_and_one_mail(place: Place) -> None:
    title, email = "缝纫机维修工", f"{walks.new_phone()}@example.com"
    seeker = place.visitor()
    walks.register_seeker(place, seeker, phone=walks.new_phone(), name="钱求职", email=email)
    walks.confirm_email(place, seeker, email)
    walks.search(seeker, title)
    seeker.follow("订阅这个搜索")
    seeker.press("保存订阅")
    assert "已保存订阅" in seeker.text
    assert walks.news_to(place, email) == []

    employer = walks.its_owner(place, walks.an_employer("济南甲乙服装有限公司"))
    walks.publish(employer, title)
    walks.review(walks.reviewer(place), title, "通过")
    place.settle()
    seeker.open("/notices")
    assert seeker.text.count(f"新岗位：{title}") == 2, "the title of one notice, and the same for a screen reader on its button"
    assert [heading for heading, _ in walks.news_to(place, email)] == [f"新岗位：{title}（济南甲乙服装有限公司）"]

    posting_page = walks.news_to(place, email)[0][1].partition("查看岗位：")[2].split()[0]
    assert posting_page.startswith(place.settings.base_url)
    seeker.press("查看")
    assert seeker.h1 == title and posting_page.endswith(seeker.path)
    employer.open(f"/employer{seeker.path}")
    employer.press("暂停招聘")
    employer.press("恢复招聘")
    place.settle()
    assert len(walks.news_to(place, email)) == 1, "a posting that was paused and came back is no news"


def test_a_withdrawn_posting_is_not_found_from_that_moment_on(place: Place) -> None:
    title = "挖掘机驾驶员"
    company = walks.an_employer("济南丙丁工程有限公司")
    posting = walks.an_open_posting(place, company, title)
    seeker, employer = place.visitor(), walks.its_owner(place, company)
    walks.search(seeker, title)
    assert seeker.offers(title)
    employer.open(f"/employer/postings/{posting.id}")
    employer.press("撤回岗位")
    walks.search(seeker, title)
    assert not seeker.offers(title), "the database says what is open, however late the index is"
    seeker.open(f"/postings/{posting.id}", expect=404)
    place.settle()
    walks.search(seeker, title)
    assert not seeker.offers(title)


def test_a_filled_posting_says_so_on_its_page(place: Place) -> None:
    title = "起重机司索工"
    company = walks.an_employer("济南戊己吊装有限公司")
    posting = walks.an_open_posting(place, company, title)
    employer, seeker = walks.its_owner(place, company), walks.signed_in(place, make_person(name="周求职"))
    employer.open(f"/employer/postings/{posting.id}")
    employer.press("已招满")
    seeker.open(f"/postings/{posting.id}", expect=410)
    assert "已经招满" in seeker.text and not seeker.offers("应聘这个岗位")
    seeker.open(f"/postings/{posting.id}/apply", expect=410)
    assert not seeker.offers("确认投递")


def test_a_posting_comes_back_with_its_reason_and_is_approved_once_corrected(place: Place) -> None:
    title = "锅炉巡检员"
    company = walks.an_employer("济南庚辛热力有限公司")
    employer, reviewer = walks.its_owner(place, company), walks.reviewer(place)
    walks.publish(employer, title)
    reviewer.open("/review/postings")
    reviewer.follow(title)
    reviewer.press("退回修改")
    assert "理由" in reviewer.text and "审核中" in reviewer.text, "without a reason nothing is decided"
    reviewer.fill({"其他要说的": "请写明班次和夜班补贴。"})
    reviewer.press("退回修改")
    place.settle()
    employer.open("/notices")
    employer.press("查看")
    assert "请写明班次和夜班补贴。" in employer.text
    employer.open("/employer/postings")
    employer.follow(title)
    employer.follow("修改工作内容")
    employer.fill({"工作内容": "锅炉巡检，三班倒，夜班每班补贴 40 元。"})
    employer.press("下一步：核对")
    employer.press("提交审核")
    walks.review(reviewer, title, "通过")
    place.settle()
    seeker = place.visitor()
    walks.search(seeker, f"{title} 夜班")
    seeker.follow(title)
    assert "夜班每班补贴 40 元" in seeker.text
