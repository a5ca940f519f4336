"""Two lists of the shown city: a school's hand-over that was imported and waits to be dealt out, and one from above that waits to be confirmed.

Everybody is invented, with ID numbers of an area code that no place has. The lists are read and imported by the jobs themselves, so the
demo shows what a lead would see; a load that was ended before this is done makes what is missing.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from webapp.access import Actor, Role
from webapp.accounts.queries import person_by_email
from webapp.casework.models import OriginKind
from webapp.casework.programmes import GRADUATES
from webapp.casework.rosters import importing, operations
from webapp.casework.rosters.models import RosterFile
from webapp.casework.rosters.operations import Sending
from webapp.db import reading, session, transaction
from webapp.files import SHEETS, lay_down
from webapp.reference import queries as reference
from workers.demo import people, staff

_HEADINGS = ("姓名", "身份证号", "性别", "联系电话", "户籍所在地", "现居住地", "街道", "毕业院校", "学历", "专业", "毕业时间", "困难类别", "班级")
_SCHOOLS = ("临沂大学", "山东医学高等专科学校", "临沂职业学院", "山东师范大学", "山东科技大学", "临沂市商业学校")
_STUDY = (("本科", "会计学"), ("大专", "护理"), ("本科生", "机械工程"), ("专科", "大数据与会计"), ("硕士研究生", "法学"), ("本科", "电子商务"))
_GROUPS = ("", "", "", "低保家庭", "", "", "", "残疾", "", "", "")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TAKEN, _WAITING = 160, 60
_FIRST_PHONE = 7000


def lay(on: date) -> None:
    """Opens its own transactions; what is there already is left alone."""
    with reading():
        if session().scalar(select(func.count()).select_from(RosterFile)):
            return
        lead = person_by_email("caseworker.linyi@example.com")
    assert lead is not None, "the offices are laid first"
    by = Actor(lead.id, Role.CASEWORKER.value, "web")
    taken = _send("山东各校移交2026届.csv", _rows(0, _TAKEN), Sending(OriginKind.SCHOOL, GRADUATES), by)
    with transaction():
        operations.confirm(session().get_one(RosterFile, taken), by=by)
    importing.take_roster(taken, _alone)
    from_above = Sending(OriginKind.RETURNED, GRADUATES, f"省厅下发 {on.year} 年第 1 批", 2026)
    _send("户籍地回流名单.csv", _spoilt(list(_rows(_TAKEN - 20, _WAITING))), from_above, by)


def _alone() -> None:
    """No lease: nobody else works while the demo is laid."""


def _send(name: str, rows: Iterator[list[str]], sending: Sending, by: Actor) -> UUID:
    file = io.StringIO()
    csv.writer(file).writerows([_HEADINGS, *rows])
    stored = lay_down(file.getvalue().encode("gb18030"), name, SHEETS)
    with transaction():
        key = operations.send(stored, sending, regions=[staff.SHOWN_CITY], by=by).id
    importing.read_roster(key, _alone)
    return key


def _rows(begin: int, count: int) -> Iterator[list[str]]:
    places = reference.place_names()
    counties = reference.regions().children(staff.SHOWN_CITY)
    named_streets = [place for found in places.values() for place in found if place.street and not place.short]
    streets = {row.code: sorted({place.name for place in named_streets if place.street.startswith(row.code)}) for row in counties}
    for number in range(begin, begin + count):
        here, from_where = counties[number * 5 % len(counties)], counties[number % len(counties)]
        named = streets[here.code]
        identity = _id_number(number)
        yield [
            people.full_name(f"graduate:{number}"),
            identity,
            "男" if int(identity[16]) % 2 else "女",
            people.phone(_FIRST_PHONE + number),
            f"山东省临沂市{from_where.name}",
            f"临沂市{here.name}",
            named[number // 3 % len(named)] if named else "",
            _SCHOOLS[number % len(_SCHOOLS)],
            *_STUDY[number % len(_STUDY)],
            f"2026年{6 + number % 2}月{1 + number % 28}日",
            _GROUPS[number % len(_GROUPS)],
            f"{number % 4 + 1} 班",
        ]


def _spoilt(rows: list[list[str]]) -> Iterator[list[str]]:
    """As lists come: digits lost in Excel, half a phone number, somebody of another city."""
    rows[3][1], rows[9][3], rows[30][4], rows[30][5], rows[41][10] = "3.70199E+17", "1990000", "青岛市市南区", "青岛市市北区", "去年夏天"
    return iter(rows)


def _id_number(number: int) -> str:
    born = date(2003, 1, 1) + timedelta(days=number)
    body = f"370199{born:%Y%m%d}{700 + number % 290:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
