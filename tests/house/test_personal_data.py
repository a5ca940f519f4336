"""Personal data is planted, carried through whole flows by the pages and the workers, and then searched for where it may not be.

It may stand in pages shown to whom it concerns, in the message folder of the demo (that is the phone and the mailbox), and encrypted in
the database. It may not stand in the bytes of the database, the index, a log line, an address, the ledger, or anything Redis holds.

What a source writes into the text of its own posting is published by the source and not looked for here.
"""

import logging
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Response, request
from redis import Redis
from sqlalchemy import select

import search.current
from search.query import PostingQuery
from tests import services
from tests.factories.accounts import PASSWORD, make_staff
from tests.factories.demand import make_need, make_officer
from tests.factories.employers import make_employer
from tests.factories.inspection import make_draw, make_inspector
from tests.house import placed
from tests.house.town import ID_NUMBER
from tests.journeys import walks
from tests.journeys.places import HerePlace, here
from tests.journeys.visitor import Visitor
from webapp.access import Role
from webapp.config import Settings
from webapp.db import reading, today
from webapp.ledger import Delivery, Entry
from workers import doorbell
from workers.logs import configure
from workers.relay import Relay

TITLE = "琉璃吹制工"
SEEKER = {"phone": "15912340001", "name": "欧阳拾柒", "email": "ouyang.shiqi@planted.example", "id_number": ID_NUMBER, "password": "Xiaoqing he 1717"}
OWNER = {"phone": "15912340002", "name": "司马拾捌", "email": "sima.shiba@planted.example", "password": "Baiyun shan 1818"}
CONTACT = {"name": "令狐拾玖", "phone": "15912340003"}
STAFF = {"phone": "15912340004", "name": "上官贰拾"}
VISIT = {"met": "诸葛贰壹厂长", "summary": "诸葛贰壹说妻子在家带孩子", "remark": "慕容贰贰等五人到岗"}
LETTER = "家住千佛山脚下，可以上夜班。"
HOST = {"name": "东方贰壹", "phone": "15912340005", "place": "佛慧山路 21 号传达室", "note": "从东门进，找穿蓝衣服的门卫"}
WORDS = {"wish": "孩子放学以后才走得开", "remark": "琉璃吹得好，只差一个烧窑的证"}
REPORTER = {"phone": "15912340006", "name": "东方贰贰"}
TOLD = {"report": "公羊贰贰让我交了押金五百元。", "remark": "门卫诸葛贰叁接的电话。", "note": "问过出纳闻人贰肆。"}
_ADDRESSES = re.compile(r"""(?:href|action|src|content)=["']([^"']*)["']""")


@dataclass
class Town:
    """What was planted (told apart by what it is), and everything that left the house on the way."""

    place: HerePlace
    planted: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def plant(self, who: str, values: dict[str, str]) -> None:
        self.planted |= {f"{who} {what}": value for what, value in values.items()}

    def watch(self, response: Response) -> Response:
        self.addresses += [request.url, response.headers.get("Location", "")]
        if response.mimetype == "text/html":
            self.addresses += _ADDRESSES.findall(response.get_data(as_text=True))
        return response

    def found_in(self, what: bytes | str, *, beside: frozenset[str] = frozenset()) -> list[str]:
        """Names of what was planted and stands in there; never the values, which would land in the report of the test."""
        text = what if isinstance(what, bytes) else unquote(what).encode()
        return [name for name, value in self.planted.items() if name not in beside and value.encode() in text]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every logger at its loudest, SQLAlchemy with its statements (at DEBUG it would print rows: nobody's setting), from the start on."""
    kept = logging.getLogger().handlers[:], logging.getLogger().level
    configure("test")  # what every process does; it replaces the handlers of the root, so pytest's own is put back
    logging.getLogger().handlers[:] = kept[0]
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "sqlalchemy")
    return caplog


@pytest.fixture
def town(lines: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[Town]:
    request.getfixturevalue("database")
    request.getfixturevalue("index")
    with here(request.getfixturevalue("settings")) as place:
        assert isinstance(place, HerePlace)
        lived = Town(place)
        place.app.after_request(lived.watch)
        yield lived


def live(town: Town) -> None:
    """Registering, signing in both ways, an ID number, a saved search, publishing, reviewing, applying, reading, leaving, and mistakes."""
    for who, values in (
        ("seeker", SEEKER),
        ("owner", OWNER),
        ("contact", CONTACT),
        ("staff", STAFF),
        ("letter", {"text": LETTER}),
        ("host", HOST),
        ("words", WORDS),
    ):
        town.plant(who, values)
    seeker = _a_seeker(town)
    owner = _an_employer(town)
    reviewer = walks.signed_in(town.place, make_staff(Role.REVIEWER, name=STAFF["name"]))
    reviewer.open("/verify")
    reviewer.follow("济南琉璃工艺有限公司")
    reviewer.press("显示联系电话")
    assert CONTACT["phone"] in reviewer.text
    reviewer.tick("没有上传营业执照；我已核对原件，或在公示系统查到这家单位正常经营")
    reviewer.press("初核通过")
    walks.verify(walks.reviewer(town.place), "济南琉璃工艺有限公司", "复核通过")
    walks.publish(owner, TITLE)
    walks.review(reviewer, TITLE, "通过")
    town.place.settle()
    _apply(town, seeker, owner)
    _inspect(town)
    _visit(town)
    placed.live(town)
    _mistakes(town)


def _code(town: Town, phone: str) -> str:
    code = town.place.code_for(phone)
    town.plant(f"code {len(town.planted)}", {"digits": f"{code}"})
    return code


def _enter(town: Town, visitor: Visitor, who: dict[str, str], link: str) -> None:
    visitor.open("/register")
    visitor.follow(link)
    visitor.fill({"手机号": who["phone"]})
    visitor.tick("我看过并同意个人信息处理告知")
    visitor.press("获取验证码")
    visitor.fill({"验证码": _code(town, who["phone"])})
    visitor.press("登录")
    visitor.fill({"姓名": who["name"], "邮箱": who["email"], "登录密码": who["password"]})
    visitor.press("完成")
    town.plant(f"session {who['phone'][-1]}", {"token": visitor.session_cookie})


def _a_seeker(town: Town) -> Visitor:
    seeker = town.place.visitor()
    _enter(town, seeker, SEEKER, "我要找工作")
    walks.confirm_email(town.place, seeker, SEEKER["email"])
    seeker.open("/account/id-number")
    seeker.fill({"身份证号": SEEKER["id_number"]})
    seeker.press("保存")
    assert "身份证号已加密保存" in seeker.text
    walks.search(seeker, TITLE)
    seeker.follow("订阅这个搜索")
    seeker.press("保存订阅")
    return seeker


def _an_employer(town: Town) -> Visitor:
    owner = town.place.visitor()
    _enter(town, owner, OWNER, "我要招人")
    walks.fill_employer(owner, "济南琉璃工艺有限公司")
    owner.fill({"联系人": CONTACT["name"], "联系人手机号": CONTACT["phone"]})
    owner.press("提交核验")
    return owner


def _apply(town: Town, seeker: Visitor, owner: Visitor) -> None:
    seeker.open("/notices")
    seeker.press("查看")
    seeker.follow("应聘这个岗位")
    seeker.fill({"想对用人单位说的话": LETTER})
    seeker.tick("同意向“济南琉璃工艺有限公司”提供我的姓名和手机号码")
    seeker.press("确认投递")
    town.place.settle()
    owner.open("/notices")
    owner.press("查看")
    owner.press("打开，查看姓名和电话")
    assert SEEKER["phone"] in owner.text and SEEKER["name"] in owner.text and LETTER in owner.text
    _meet(town, seeker, owner)


def _meet(town: Town, seeker: Visitor, owner: Visitor) -> None:
    """An interview and its end: both sides write by hand what may stand nowhere but on the other's page."""
    owner.follow("约面试")
    owner.fill({"日期": str(today() + timedelta(days=1)), "时间": "9:30", "地点": HOST["place"], "找谁": HOST["name"]})
    owner.fill({"联系电话": HOST["phone"], "要带什么、怎么走": HOST["note"]})
    owner.press("约好，通知求职者")
    town.place.settle()
    seeker.open("/notices")
    seeker.press("查看")
    assert all(value in seeker.text for value in HOST.values())
    seeker.follow("需要改时间")
    seeker.fill({"什么时候能来": WORDS["wish"]})
    seeker.press("告诉单位")
    owner.open("/employer/applications")
    assert WORDS["wish"] in owner.text
    owner.follow("不合适")
    owner.tick("技能或证书与岗位要求还有差距")
    owner.fill({"想对求职者说的话": WORDS["remark"]})
    owner.press("发送答复")
    seeker.open("/notices")
    seeker.press("查看")
    assert WORDS["remark"] in seeker.text


def _inspect(town: Town) -> None:
    """A spot check with its call, and a report of a stranger who is told the outcome by phone."""
    for who, values in (("reporter", REPORTER), ("told", TOLD)):
        town.plant(who, values)
    inspector = make_inspector()
    make_draw(inspector)
    desk = walks.signed_in(town.place, inspector)
    desk.open("/inspection/checks")
    desk.follow(TITLE)
    desk.press("显示联系电话")
    assert CONTACT["phone"] in desk.text
    desk.choose("通话结果", "接通，问到了")
    desk.choose("结论", "有效")
    desk.fill({"备注": TOLD["remark"]})
    desk.press("记下，看下一个")
    number = _report(town)
    desk.open("/inspection/reports")
    desk.follow(number)
    desk.press("受理")
    desk.press("显示举报人联系方式")
    assert all(value in desk.text for value in (*REPORTER.values(), TOLD["report"]))
    desk.choose("处理结果", "不属实")
    desk.fill({"告诉举报人的话": "单位没有收费。", "核查经过": TOLD["note"]})
    desk.press("办结")
    desk.press("生成移送材料")
    assert TOLD["note"] in desk.text
    town.place.settle()


def _report(town: Town) -> str:
    stranger = town.place.visitor()
    walks.search(stranger, TITLE)
    stranger.follow(TITLE)
    stranger.follow("网上举报这个岗位")
    stranger.choose("举报什么", "收费、扣押证件或骗取财物")
    stranger.fill({"具体情况": TOLD["report"], "怎么称呼您": REPORTER["name"], "手机号": REPORTER["phone"]})
    stranger.tick("同意把处理结果用短信发到这个手机号")
    stranger.press("提交举报")
    number, code = re.findall(r"(?:举报编号|查询码)\s*([0-9A-Z]+(?: [0-9A-Z]{4})?)", stranger.text)
    town.plant("report", {"secret": code.replace(" ", "")})
    stranger.open("/reports")
    stranger.fill({"举报编号": number, "查询码": code})
    stranger.press("查结果")
    assert "待受理" in stranger.text
    return number


def _visit(town: Town) -> None:
    """What an officer writes down of a visit and of the end of a need, and reads again."""
    officer = make_officer("370102", name=STAFF["name"])
    need = make_need(make_employer(name="济南走访工艺有限公司"), officer=officer)
    town.plant("visit", {"met": VISIT["met"], "summary": VISIT["summary"], "remark": VISIT["remark"]})
    visitor = walks.signed_in(town.place, officer)
    visitor.open(f"/demand/employers/{need.employer_id}")
    visitor.follow("记一次联系")
    visitor.fill({"见到的人": VISIT["met"], "情况": VISIT["summary"]})
    visitor.press("保存")
    visitor.press("显示联系人、电话和走访情况")
    assert VISIT["met"] in visitor.text and VISIT["summary"] in visitor.text
    visitor.open(f"/demand/needs/{need.id}")
    visitor.choose("怎样结束", "已招满")
    visitor.fill({"说明": VISIT["remark"]})
    visitor.press("关闭需求")
    visitor.press("显示说明和原来的文字")
    assert VISIT["remark"] in visitor.text
    town.place.settle()


def _mistakes(town: Town) -> None:
    """Ways on which a careless line of code would repeat what was typed."""
    stranger = town.place.visitor()
    for account in (SEEKER["phone"], SEEKER["email"]):
        stranger.open("/sign-in/password?next=/account")
        stranger.fill({"手机号或邮箱": account, "密码": SEEKER["password"] + "x"})
        stranger.press("登录")
        assert "密码不对" in stranger.text
    stranger.fill({"手机号或邮箱": SEEKER["email"], "密码": SEEKER["password"]})
    stranger.press("登录")
    assert stranger.h1 == "我的账号"
    stranger.open("/account/profile")
    stranger.fill({"邮箱": OWNER["email"]})
    stranger.press("保存")
    assert "不能使用" in stranger.text
    stranger.open("/account/password")
    stranger.fill({"现在的密码": SEEKER["password"], "新密码": PASSWORD, "再填一次新密码": PASSWORD + "x"})
    stranger.press("修改密码")
    stranger.press("退出登录")


def test_nothing_planted_is_where_it_may_not_be(town: Town, settings: Settings, lines: pytest.LogCaptureFixture) -> None:
    live(town)
    assert len(town.planted) > 15 and len(town.addresses) > 500
    _look_into_the_database(town, settings)
    _look_into_the_index(town, settings)
    _look_into_the_ledger(town)
    assert {name for address in town.addresses if not address.startswith("tel:") for name in town.found_in(address)} == set()
    told = "\n".join(record.getMessage() + (record.exc_text or "") for record in lines.records)
    assert "INSERT INTO person" in told, "the watch over the log lines sees the statements"
    assert town.found_in(told, beside=_too_short(town)) == []


def _too_short(town: Town) -> frozenset[str]:
    """Six digits may stand in a key or a time by chance: they are looked for as a value of their own instead."""
    return frozenset(name for name in town.planted if name.startswith("code"))


def _look_into_the_database(town: Town, settings: Settings) -> None:
    content = b"".join(path.read_bytes() for path in sorted(settings.var.glob("zhilu.db*")))
    assert TITLE.encode() in content, "the watch over the file sees what is written plainly"
    assert town.found_in(content, beside=_too_short(town)) == []
    codes = [town.planted[name].encode() for name in _too_short(town)]
    assert [code for code in codes if re.search(rb"(?<![0-9a-f-])" + code + rb"(?![0-9a-f-])", content)] == []


def _look_into_the_index(town: Town, settings: Settings) -> None:
    files = [path for path in settings.search_directory.rglob("*") if path.is_file()]
    assert files and {name for path in files for name in town.found_in(path.read_bytes(), beside=_too_short(town))} == set()
    engine = search.current.engine()
    assert engine.find(PostingQuery(text=TITLE)).total == 1, "the watch over the index finds what is in it"
    assert {name: engine.find(PostingQuery(text=value)).total for name, value in town.planted.items()} == dict.fromkeys(town.planted, 0)


def _look_into_the_ledger(town: Town) -> None:
    with reading() as session:
        entries = "\n".join(f"{row.event} {row.payload} {row.subject} {row.by_role} {row.by_origin}" for row in session.scalars(select(Entry)))
        deliveries = "\n".join(f"{row.listener} {row.last_error}" for row in session.scalars(select(Delivery)))
    assert "ApplicationSent" in entries and "send_code" in deliveries
    assert town.found_in(entries + deliveries, beside=_too_short(town)) == []
    values = set(re.findall(r"'([^']*)'", entries))
    assert values & {town.planted[name] for name in _too_short(town)} == set()


def test_what_was_planted_did_reach_the_people_it_is_for(town: Town) -> None:
    """Otherwise finding nothing elsewhere would prove nothing."""
    live(town)
    assert [title for title, _ in walks.news_to(town.place, SEEKER["email"])] == [f"新岗位：{TITLE}（济南琉璃工艺有限公司）"]
    letters = "\n".join(path.read_text(encoding="utf-8") for path in town.place.settings.messages_directory.iterdir())
    assert town.found_in(letters)


@pytest.mark.valkey
def test_redis_holds_nothing_of_a_person(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, server, _ = services.needed(lambda: services.start_valkey(tmp_path))
    connection = doorbell.connect(url)
    try:
        relay = Relay(connection)
        original = town.place.settle
        monkeypatch.setattr(town.place, "settle", lambda: (relay.tick(time.monotonic()), original())[1])
        live(town)
        relay.tick(time.monotonic())
        held = list(_everything(connection))
        assert any("workers.worker.ring" in text for text in held), "the watch over Redis sees the doorbells"
        assert {name for text in held for name in town.found_in(text, beside=_too_short(town))} == set()
        folder = b"".join(path.read_bytes() for path in tmp_path.rglob("*.aof"))
        assert folder and town.found_in(folder, beside=_too_short(town)) == []
    finally:
        connection.close()
        server.kill()
        server.wait()


def _everything(connection: "Redis") -> Iterator[str]:
    readers = {
        b"string": connection.get,
        b"hash": connection.hgetall,
        b"list": lambda key: connection.lrange(key, 0, -1),
        b"set": connection.smembers,
        b"zset": lambda key: connection.zrange(key, 0, -1, withscores=True),
    }
    for key in connection.scan_iter():
        kind = connection.type(key)
        yield f"{key!r} {readers[kind](key)!r}"
        if kind == b"hash" and connection.hexists(key, "data"):  # RQ packs what a job calls, and with what
            yield zlib.decompress(connection.hget(key, "data")).decode()
