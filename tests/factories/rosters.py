"""Made-up lists of graduates: ID numbers of an area code that no county has (370199), and rows that must come back, each with its reason."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from webapp.access import Actor, Grant, Level, Role
from webapp.accounts.models import Person
from webapp.casework.models import OriginKind
from webapp.casework.rosters import importing, operations
from webapp.casework.rosters.models import RosterFile
from webapp.casework.rosters.operations import Sending
from webapp.casework.rosters.values import BadRow
from webapp.db import session, transaction
from webapp.files import SHEETS, Limits, lay_down
from webapp.reference import operations as tables
from webapp.reference import queries as reference
from webapp.reference.models import PlaceKind

CITY = "370100"
HEADINGS = (
    "备注",
    "学生姓名",
    "公民身份号码",
    "性别",
    "联系电话",
    "生源所在地",
    "居住地",
    "街道",
    "院校名称",
    "学历层次",
    "专业名称",
    "毕业时间",
    "届别",
)
"""Of an old list, in an order of its own; 备注 is no field of ours and carries a mark."""
_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅鹏飞宁浩宇轩欣怡雨晨佳琪文博志远建国振东晓燕海立新春花冬永生家兴德胜长河青松"
_SCHOOLS = ("山东大学", "济南大学", "山东建筑大学", "山东科技大学", "没有登记的学院")
_STUDY = (("大学本科", "会计学"), ("本科", "计算机科学与技术"), ("专科", "保险实务"), ("硕士研究生", "法学"), ("本科生", "自拟专业"))
_DAYS = ("{:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{:%Y%m%d}", "{0.year}年{0.month}月{0.day}日", "{:%Y.%m}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
Row = list[str]


def id_number(number: int, *, born: date | None = None) -> str:
    """A right one of its own for every number below two million."""
    day = born or date(1999, 1, 1) + timedelta(days=number // 900)
    body = f"370199{day:%Y%m%d}{number % 900 + 1:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def name(number: int) -> str:
    return _NAMES[number % len(_NAMES)] + _GIVEN[number // 7 % len(_GIVEN)] + _GIVEN[number // 11 % len(_GIVEN)]


class Graduates:
    """Rows of `HEADINGS` for the counties of one city."""

    def __init__(self, city: str = CITY) -> None:
        counties = reference.regions().children(city)
        self._counties = [f"山东省济南市{row.name}" for row in counties]
        self._streets = [_streets(row.code) for row in counties]

    def row(self, number: int, mark: str = "") -> Row:
        here, study = number % len(self._counties), _STUDY[number % len(_STUDY)]
        streets = self._streets[here]
        day = date(2026, 6 + number % 2, 1 + number % 28)
        return [
            mark,
            name(number),
            id_number(number),
            "男" if (number % 900 + 1) % 2 else "女",
            f"1990000{number % 10_000:04d}",
            self._counties[(number * 3) % len(self._counties)],
            self._counties[here],
            streets[number // 3 % len(streets)] if streets else "",
            _SCHOOLS[number % len(_SCHOOLS)],
            *study,
            _DAYS[number % len(_DAYS)].format(day),
            "2026届",
        ]

    def rows(self, count: int, *, begin: int = 0) -> Iterator[Row]:
        return (self.row(number) for number in range(begin, begin + count))


def _streets(county: str) -> list[str]:
    found = {place.name for places in reference.place_names().values() for place in places if place.kind is PlaceKind.STREET and place.code == county}
    return sorted(name for name in found if name.endswith(("街道", "镇", "乡")))


def spoilt(graduates: Graduates, number: int, reason: BadRow, *, known: int = 0) -> Row:
    """A row that must come back for this reason, with its mark. `known`: a number whose person stands in the house under another name."""
    row = graduates.row(number, f"E{number}-{reason.value}")
    told = dict(zip(HEADINGS, row, strict=True)) | _SPOILING.get(reason, {})
    if reason is BadRow.BAD_ID:
        wrong = str((int(told["公民身份号码"][16]) + 1) % 10)
        told["公民身份号码"] = told["公民身份号码"][:16] + wrong + told["公民身份号码"][17]
    elif reason is BadRow.TOO_YOUNG:
        told["公民身份号码"] = id_number(number, born=date(2015, 5, 5))
    elif reason is BadRow.SEX_DIFFERS:
        told["性别"] = "女" if told["性别"] == "男" else "男"
    elif reason is BadRow.TWICE:
        told["公民身份号码"], told["性别"], told["学生姓名"] = id_number(known + 1), "", name(known + 1)
    elif reason is BadRow.NAME_DIFFERS:
        told["公民身份号码"], told["性别"] = id_number(known), ""
    return [told[heading] for heading in HEADINGS]


_SPOILING: dict[BadRow, dict[str, str]] = {
    BadRow.NO_NAME: {"学生姓名": ""},
    BadRow.BAD_NAME: {"学生姓名": "张三13900001111"},
    BadRow.NO_ID: {"公民身份号码": ""},
    BadRow.LOST_DIGITS: {"公民身份号码": "3.70199E+17"},
    BadRow.OLD_ID: {"公民身份号码": "370199990307451"},
    BadRow.SHORT_ID: {"公民身份号码": "37019919990307"},
    BadRow.BAD_BIRTH: {"公民身份号码": "370199200013451234"},
    BadRow.BAD_PHONE: {"联系电话": "1399000"},
    BadRow.BAD_DATE: {"毕业时间": "去年夏天"},
    BadRow.BAD_YEAR: {"届别": "今年"},
    BadRow.NO_YEAR: {"届别": "", "毕业时间": ""},
    BadRow.BAD_EDUCATION: {"学历层次": "社会大学"},
    BadRow.NO_PLACE: {"生源所在地": "", "居住地": ""},
    BadRow.BAD_PLACE: {"生源所在地": "月球", "居住地": "火星"},
    BadRow.OUTSIDE: {"生源所在地": "广东省广州市天河区", "居住地": "山东省青岛市市南区"},
}
SPOILT = (
    *_SPOILING,
    BadRow.BAD_ID,
    BadRow.TOO_YOUNG,
    BadRow.SEX_DIFFERS,
    BadRow.TWICE,
)
"""Reasons for which a row of these headings can be spoilt without anybody being known; NAME_DIFFERS needs somebody."""


def as_csv(rows: Iterator[Row] | Sequence[Row], headings: Sequence[str] = HEADINGS, *, encoding: str = "utf-8-sig") -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(headings)
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def leading(region: str = CITY) -> tuple[Grant, ...]:
    return (Grant(Role.CASEWORKER, Level.CITY, region),)


def no_lease() -> None:
    """Nobody else is there to take the work over."""


def send(
    content: bytes,
    lead: Person,
    *,
    regions: Sequence[str] = (CITY,),
    kind: OriginKind = OriginKind.SCHOOL,
    source: str = "",
    year: int | None = None,
    name: str = "名册.csv",
) -> RosterFile:
    stored = lay_down(content, name, SHEETS, Limits(most=1 << 28, unpacked=1 << 31))
    with transaction():
        by = Actor(lead.id, Role.CASEWORKER.value, "web")
        return operations.send(stored, Sending(kind, "graduates", source, year), regions=list(regions), by=by)


def read(row: RosterFile) -> RosterFile:
    importing.read_roster(row.id, no_lease)
    return stored(row)


def take(row: RosterFile, lead: Person) -> RosterFile:
    with transaction():
        operations.confirm(session().get_one(RosterFile, row.id), by=Actor(lead.id, Role.CASEWORKER.value, "web"))
    importing.take_roster(row.id, no_lease)
    return stored(row)


def stored(row: RosterFile) -> RosterFile:
    with transaction():
        return session().get_one(RosterFile, row.id)


def first(rows: Iterator[Row], count: int) -> list[Row]:
    return list(islice(rows, count))


def import_registers(folder: Path) -> None:
    """The tables of schools and majors, which ship empty, as an office would import them: one row each."""
    (folder / "schools.csv").write_text("name,code,province,level,source\n样例大学,4137019999,370000,本科,样例\n", encoding="utf-8")
    (folder / "majors.csv").write_text("name,level,code,class,source\n样例学,本科,999901,样例类,样例\n", encoding="utf-8")
    with transaction():
        for kind in ("schools", "majors"):
            tables.import_table(kind, folder / f"{kind}.csv", by=Actor.command())
