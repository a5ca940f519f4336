"""Stretches of way that several journeys share, in the words of the pages."""

import itertools
from datetime import timedelta

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, make_uscc, owner_of
from tests.factories.postings import make_posting
from tests.journeys.places import Place, written
from tests.journeys.visitor import Visitor
from webapp.access import Actor, Role
from webapp.accounts import operations as accounts
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.employers.models import Employer
from webapp.postings.models import Posting

_numbers = itertools.count(1)
SUBMITTED = "已提交审核"
CONFIRM = "请确认您的邮箱"


def new_phone() -> str:
    return f"1580000{next(_numbers):04d}"


def signed_in(place: Place, person: Person, *, script: bool = True) -> Visitor:
    """Past the sign-in page, for journeys that are about something else."""
    with transaction():
        token = accounts.start_session(session().get_one(Person, person.id), device="测试", by=Actor.SYSTEM)
    return place.visitor(cookie=token, script=script)


def reviewer(place: Place, region: str = "370100", *, name: str = "李审核", script: bool = True) -> Visitor:
    return signed_in(place, make_staff(Role.REVIEWER, region, name=name), script=script)


def an_employer(name: str, region: str = "370102") -> Employer:
    return make_employer(name=name, region=region)


def its_owner(place: Place, employer: Employer, *, script: bool = True) -> Visitor:
    return signed_in(place, owner_of(employer), script=script)


def an_open_posting(place: Place, employer: Employer, title: str) -> Posting:
    posting = make_posting(employer=employer, title=title)
    place.settle()
    return posting


def sign_in(place: Place, visitor: Visitor, phone: str) -> None:
    """From the page that asks for the phone."""
    visitor.fill({"手机号": phone})
    visitor.press("获取验证码")
    visitor.fill({"验证码": place.code_for(phone)})
    visitor.press("登录")


def register_seeker(place: Place, visitor: Visitor, *, phone: str, name: str, email: str = "", at: str = "/register") -> None:
    """`at` leads to the registration page."""
    visitor.open(at)
    visitor.follow("我要找工作")
    _prove_phone(place, visitor, phone)
    assert visitor.h1 == "怎么称呼您"
    visitor.fill({"姓名": name, "邮箱": email})
    visitor.press("完成")


def confirm_email(place: Place, visitor: Visitor, address: str) -> None:
    """By the link in the letter, and the button behind it."""
    place.settle()
    letter = next(text for title, text in map(written, place.mails_to(address)) if title == CONFIRM)
    visitor.open("/confirm-email/" + letter.partition("/confirm-email/")[2].split()[0])
    visitor.press("确认邮箱")
    assert visitor.h1 == "邮箱已确认"


def news_to(place: Place, address: str) -> list[tuple[str, str]]:
    """Title and text of every mail but the question whether the address is right."""
    return [(title, text) for title, text in map(written, place.mails_to(address)) if title != CONFIRM]


def _prove_phone(place: Place, visitor: Visitor, phone: str) -> None:
    visitor.fill({"手机号": phone})
    visitor.tick("我看过并同意个人信息处理告知")
    visitor.press("获取验证码")
    visitor.fill({"验证码": place.code_for(phone)})
    visitor.press("登录")


def verify(reviewer: Visitor, name: str, decision: str) -> None:
    """An employer that uploaded no licence: the reviewer looked it up in the public register."""
    reviewer.open("/verify")
    reviewer.follow(name)
    reviewer.tick("没有上传营业执照；我已核对原件，或在公示系统查到这家单位正常经营")
    reviewer.press(decision)


def register_employer(place: Place, visitor: Visitor, *, phone: str, name: str) -> None:
    visitor.open("/")
    visitor.follow("登录")
    visitor.follow("还没有账号，去注册")
    visitor.follow("我要招人")
    _prove_phone(place, visitor, phone)
    visitor.fill({"姓名": "赵经办"})
    visitor.press("完成")
    fill_employer(visitor, name)
    visitor.press("提交核验")


def fill_employer(visitor: Visitor, name: str, uscc: str | None = None) -> None:
    visitor.fill({"单位名称": name, "统一社会信用代码": uscc or make_uscc(), "详细地址": "解放路 1 号", "单位基本情况": "生产农业机械，成立十年。"})
    visitor.choose("所在区县", "历下区")
    visitor.choose("行业", "制造业")
    visitor.choose("人数规模", "50–99人")
    visitor.fill({"联系人": "张主任", "联系人手机号": "13800138000"})


def fill_posting(visitor: Visitor, title: str, **changes: str) -> None:
    texts = {
        "岗位名称": title,
        "招聘人数": "5",
        "工作内容": "焊接农机车架，两班倒，每班八小时。",
        "招聘条件": "有相应证书。",
        "技能": "氩弧焊、看图纸",
        "详细地址": "工业南路 88 号",
        "最低工资": "6000",
        "最高工资": "8000",
        "社会保险": "入职当月缴纳五项社会保险。",
        "福利": "包住、工作餐",
        "劳动保护": "发放面罩和防护手套。",
        "职业危害": "电焊烟尘，配有排烟设备。",
        "有效期至": f"{today() + timedelta(days=30)}",
    }
    visitor.choose("用工类型", "全职")
    visitor.choose("最低学历", "高中")
    visitor.choose("工作经验", "1 年以上")
    visitor.choose("所在县（市、区）", "历下区")
    visitor.choose("计算单位", "元/月")
    visitor.fill(texts | changes)


def publish(visitor: Visitor, title: str) -> None:
    """An employer's way from the list of postings to the review."""
    visitor.open("/employer/postings")
    visitor.follow("发布新岗位")
    fill_posting(visitor, title)
    visitor.press("下一步：核对")
    visitor.press("提交审核")
    assert SUBMITTED in visitor.text


def review(visitor: Visitor, title: str, button: str, reason: str = "") -> None:
    visitor.open("/review/postings")
    visitor.follow(title)
    if reason:
        visitor.fill({"其他要说的": reason})
    visitor.press(button)


def search(visitor: Visitor, text: str) -> None:
    visitor.open("/")
    visitor.fill({"职位、技能或单位": text})
    visitor.press("搜索")
