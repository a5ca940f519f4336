"""Graduates of one district of the shown city, where they went, and what their office does about it: made by the operations themselves.

Everybody is invented, with ID numbers of an area code that no place has. One destination waits for the graduate's word, one is disputed, one unit
has too many at once, a file of social insurance says something else than the list, and three people are in training.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from webapp.access import Actor, Grant, Level, Role
from webapp.accounts.models import Person
from webapp.accounts.queries import person_by_email
from webapp.casework import operations as casework
from webapp.casework.destinations import comparing, confirming, figures, operations, queries
from webapp.casework.destinations.comparison_models import Department
from webapp.casework.destinations.figures import GRADUATES
from webapp.casework.destinations.models import ToldBy, Word
from webapp.casework.destinations.operations import DestinationValues
from webapp.casework.models import Case, Client, Graduation, Willingness
from webapp.casework.queries import id_number_index, name_index, phone_index
from webapp.casework.traineeships import operations as training
from webapp.casework.traineeships.models import Ending, TraineePost
from webapp.db import new_key, now, session, transaction
from webapp.employers.models import Employer, EmployerState
from webapp.reference import destinations as tables
from webapp.reference.models import Education, PlaceKind, PlaceName

DISTRICT = "371302"
PEOPLE = 40
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = ("子涵", "雨桐", "浩然", "欣怡", "梓萱", "俊杰", "思远", "若曦", "志强", "晓雯", "文博", "静怡")
_MAJORS = ("会计学", "机械设计制造及其自动化", "计算机科学与技术", "学前教育", "护理学", "物流管理")
_SCHOOLS = ("临沂样例大学", "鲁南示范职业学院", "沂蒙试用师范学院")
_UNITS = ("临沂样例机械有限公司", "临沂示范物流有限公司", "临沂试用软件有限公司", "临沂虚拟食品有限公司")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CODES: tuple[tuple[str, str, ToldBy], ...] = (
    ("11", "contract", ToldBy.GRADUATE),
    ("10", "agreement", ToldBy.SCHOOL),
    ("80", "admission", ToldBy.GRADUATE),
    ("70", "told", ToldBy.CASEWORKER),
    ("76", "promise", ToldBy.GRADUATE),
    ("11", "told", ToldBy.CASEWORKER),
    ("71", "promise", ToldBy.GRADUATE),
)


def lay(on: date) -> None:
    """Opens its own transactions; what is there already is left alone."""
    with transaction():
        if session().scalar(select(func.count()).select_from(TraineePost)):
            return
        keeper = person_by_email("caseworker@example.com")
        assert keeper is not None, "the offices have a caseworker"
        by = Actor(keeper.id, Role.CASEWORKER.value, "web")
        cases = [_graduate(number, keeper, by, on) for number in range(PEOPLE)]
        session().flush()
        for number, case in enumerate(cases):
            _went(case, number, by, on)
        _words(cases, by, on)
        _trained(cases, by, on)
        figures.keep((Grant(Role.CASEWORKER, Level.COUNTY, DISTRICT),), DISTRICT, on.year, by=by, on=on)
        numbers = [_number(number) for number in (3, 10, 17, 24, 7, 14, 31)]
    _compared(numbers, keeper, on)


def _number(number: int) -> str:
    body = f"3701992003{number % 12 + 1:02d}{number % 28 + 1:02d}{number:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def _graduate(number: int, keeper: Person, by: Actor, on: date) -> Case:
    name = _FAMILY[number % len(_FAMILY)] + _GIVEN[number * 5 % len(_GIVEN)]
    id_number, phone = _number(number), f"1990007{number:04d}"
    client = Client(id=new_key(), id_number_index=id_number_index(id_number), name_index=name_index(name), phone_index=phone_index(phone))
    client.id_number, client.name, client.phone, client.born_year = id_number, name, phone, 2003
    client.household_region = DISTRICT if number % 9 else None
    session().add(client)
    streets = (
        session()
        .scalars(select(PlaceName.street).where(PlaceName.code == DISTRICT, PlaceName.kind == PlaceKind.STREET).order_by(PlaceName.street).limit(4))
        .all()
    )
    street = streets[number % len(streets)] if streets and number % 11 else ""
    case = casework.open_case(client, GRADUATES, region=DISTRICT, cohort=on.year, street=street, by=by, on=on - timedelta(days=100))
    graduation = Graduation(id=new_key(), client_id=client.id, year=on.year, school=_SCHOOLS[number % 3], education=Education.BACHELOR.value)
    graduation.major, graduation.graduated_on = _MAJORS[number % len(_MAJORS)], date(on.year, 7, 1)
    session().add(graduation)
    if number % 13:
        casework.assign(case, keeper, by=by, on=on - timedelta(days=95))
    case.contacted_on = on - timedelta(days=number % 40) if number % 8 else None
    case.willingness = Willingness.WILLING if number % 8 > 1 else Willingness.UNWILLING if number % 8 else Willingness.UNKNOWN
    case.has_plan = number % 5 == 0
    return case


def _went(case: Case, number: int, by: Actor, on: date) -> None:
    """Two in three are known of; six of them at one unit within a week, which makes a check."""
    if number % 3 == 2 and number < 30:
        return
    code, evidence, told_by = _CODES[number % len(_CODES)]
    unit = "" if code in {"70", "71", "76"} else _SCHOOLS[0] if code == "80" else _UNITS[number % len(_UNITS)]
    values = DestinationValues(code=code, evidence=evidence, told_by=told_by, unit=unit, region=DISTRICT, from_on=on - timedelta(days=60))
    day = on - timedelta(days=50 - number)
    if number >= 34:
        values, day = replace(values, code="10", evidence="agreement", told_by=ToldBy.SCHOOL, unit="临沂样例人力资源有限公司"), on - timedelta(days=2)
    row = operations.register(case, values, by=by, on=day)
    if number % 4 == 0:
        row.word, row.word_at = Word.CONFIRMED, now()


def _words(cases: Sequence[Case], by: Actor, on: date) -> None:
    """One graduate is asked, one says that it is not so."""
    for number, reason in ((1, ""), (15, "这家单位我没有去，协议是学校让先签的")):
        current = queries.current_of(cases[number].id)
        assert current is not None, "registered a moment ago"
        asked = confirming.ask_confirmation(cases[number], current, by=by, on=on)
        session().flush()
        if reason:
            confirming.dispute(asked, reason, on=on)


def _trained(cases: Sequence[Case], by: Actor, on: date) -> None:
    employers = (
        session()
        .scalars(
            select(Employer).where(Employer.region.startswith(DISTRICT[:4]), Employer.state == EmployerState.VERIFIED).order_by(Employer.id).limit(2)
        )
        .all()
    )
    begin = (on - timedelta(days=120)).replace(day=1)
    for place, employer in enumerate(employers):
        values = training.PostValues(
            title=("软件测试见习", "行政助理见习")[place], places=4, region=DISTRICT, allowance=Decimal((2400, 1500)[place]), from_on=begin,
            to_on=begin + timedelta(days=300),
        )  # fmt: skip
        post = training.open_post(employer, values, by=by, on=begin)
        session().flush()
        if place == 0:
            training.file_post(post, by=by, on=begin + timedelta(days=5))
            _trainees([cases[number] for number in (5, 11, 20)], post, by, on)


def _trainees(cases: Sequence[Case], post: TraineePost, by: Actor, on: date) -> None:
    for place, case in enumerate(cases):
        row = training.begin(case, post, from_on=post.from_on, to_on=post.from_on + timedelta(days=100 + 80 * place), by=by, on=on)
        session().flush()
        for month in range(2):
            first = (post.from_on + timedelta(days=32 * month)).replace(day=1)
            training.pay(row, post, first, post.allowance - (300 if place and month else 0), paid_on=first + timedelta(days=28), by=by, on=on)
        if place == 0:
            training.end(case, row, Ending.COMPLETED, ended_on=min(row.to_on, on), retained=True, by=by, on=on)


def _compared(numbers: Sequence[str], keeper: Person, on: date) -> None:
    """Sent and read at once: the demo begins with something to decide."""
    lines = ["身份证号码,单位名称,参保状态,参保日期"]
    lines += [
        f"{number},{_UNITS[place // 2 % len(_UNITS)]},{'停保' if place > 3 else '参保缴费'},{on.year}-09-01" for place, number in enumerate(numbers)
    ]
    with transaction():
        purpose = tables.purpose("destination_check")
        assert purpose is not None, "the purposes ship"
        by = Actor(keeper.id, Role.CASEWORKER.value, "web")
        content = "\n".join(lines).encode()
        row = comparing.send(content, Department.INSURANCE, purpose, as_of=on - timedelta(days=3), regions=[DISTRICT], by=by, on=on)
    comparing.carry_out(row.id, lambda: None, on=on)
