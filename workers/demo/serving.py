"""People of the shown county who are looked after by name: served, overdue, unwilling, with plans and postings; made by the operations
themselves. Names are invented, ID numbers carry an area code that no county has.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import func, select

from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.accounts.queries import person_by_email
from webapp.casework import operations as cases
from webapp.casework import queries as case_queries
from webapp.casework.models import Case, Client, Graduation, Origin, OriginKind, Sex, TagKind, Willingness
from webapp.casework.serving import counting, operations, planning, programmes, referring, willing
from webapp.casework.serving.models import Answer, DeclineReason, Doer, NeedKind, Referral, ServiceRecord
from webapp.casework.serving.operations import ServiceValues
from webapp.casework.serving.planning import PlanValues, StepValues
from webapp.db import new_key, session, transaction
from webapp.postings import queries as postings
from webapp.postings.models import Posting
from webapp.reference.models import Education

COUNTY = "371302"
_AREA = "370199"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FAMILIES, _GIVEN = "赵钱孙李周吴郑王冯陈褚卫", ("小雨", "子涵", "文博", "佳怡", "浩然", "思远", "雅静", "志强")
_STUDIED = (
    ("会计学", Education.BACHELOR),
    ("机械设计制造及其自动化", Education.BACHELOR),
    ("护理", Education.JUNIOR_COLLEGE),
    ("计算机应用技术", Education.JUNIOR_COLLEGE),
)
_ENTERED = (120, 75, 40, 100, 20, 9, 60, 30)
"""Days ago, person by person."""
_PEOPLE = 24
_DONE = (
    ("policy", "phone", "讲了求职补贴和灵活就业社保补贴怎样申请。"),
    ("guidance", "phone", "想留在临沂，建议简历里补上实习经历。"),
    ("guidance", "office", "做了职业倾向测评，更适合和人打交道的工作。"),
    ("policy", "group_message", "群发了招聘会通知。"),
)


def lay(on: date) -> None:
    """Opens its own transactions; a second time it changes nothing."""
    with transaction():
        if session().scalar(select(func.count()).select_from(ServiceRecord)):
            return
        worker = person_by_email("caseworker@example.com")
        assert worker is not None, "the offices have a caseworker"
        held = [_somebody(number, worker, on) for number in range(_PEOPLE)]
        for number, case in enumerate(held):
            _serve(case, number, worker, on)
        session().flush()
        _refer(held, worker, on)
        for number, case in enumerate(held[:4]):
            _unemployed(case, number, on)
    for code in ("long_unemployed_youth", "hardship"):
        with transaction():
            run = programmes.ask(code, by=Actor.SYSTEM, on=on)
        programmes.evaluate(run.id, lambda: None)


def _number(serial: int, born: date, sex: Sex) -> str:
    body = f"{_AREA}{born:%Y%m%d}{500 + serial * 2 + (sex is Sex.MALE):03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def _somebody(number: int, worker: Person, on: date) -> Case:
    sex = Sex.FEMALE if number % 2 else Sex.MALE
    born = date(1984, 3, 5) if number == 3 else date(2001 + number % 4, 1 + number % 12, 5 + number)
    id_number, name = _number(number, born, sex), _FAMILIES[number % 12] + _GIVEN[number % 8]
    client = Client(id=new_key(), id_number_index=case_queries.id_number_index(id_number), name_index=case_queries.name_index(name))
    client.id_number, client.name, client.born_year, client.sex = id_number, name, born.year, sex
    client.phone, client.phone_index = f"1390539{number:04d}", case_queries.phone_index(f"1390539{number:04d}")
    client.household_region, client.living_region = ("510105" if number % 5 == 4 else COUNTY), COUNTY
    major, education = _STUDIED[number % len(_STUDIED)]
    session().add_all(
        [client, Graduation(id=new_key(), client_id=client.id, year=on.year, school="临沂样例学院", major=major, education=education.value)]
    )
    session().flush()
    entered = on - timedelta(days=_ENTERED[number % len(_ENTERED)])
    case = cases.open_case(client, "graduates", region=COUNTY, cohort=on.year, by=Actor.SYSTEM, on=entered)
    session().add(Origin(id=new_key(), case_id=case.id, kind=OriginKind.SCHOOL, source="临沂样例学院", year=on.year, on=entered))
    cases.assign(case, worker, by=Actor.SYSTEM, on=entered)
    if number % 6 == 0:
        cases.tag(case, TagKind.LOW_INCOME, source="民政名单", since=entered, by=Actor.SYSTEM, on=entered)
    session().flush()
    return case


def _serve(case: Case, number: int, worker: Person, on: date) -> None:
    by = Actor(worker.id, Role.CASEWORKER.value, "web")
    if number % 7 == 5:
        willing.tell_willingness(case, Willingness.UNWILLING, note="准备考研，明年再找工作", by=by, on=on)
        return
    if number % 4:
        willing.tell_willingness(case, Willingness.WILLING, needs=[list(NeedKind)[number % len(NeedKind)]], by=by, on=on)
    for place, (kind, channel, content) in enumerate(_DONE[: number % 5]):
        day = max(case.since, on - timedelta(days=5 * place + number % 3))
        operations.log_service(case, ServiceValues(kind, day, channel, content), by=by, on=on)
    if case.is_hardship and number % 12 == 0:
        steps = (
            StepValues("报名职业技能培训", Doer.PERSON, on + timedelta(days=7)),
            StepValues("推荐三个离家近的岗位", due_on=on + timedelta(days=14)),
        )
        planning.make_plan(case, PlanValues("两个月内找到月薪五千以上的工作", steps, agreed_on=on), by=by, on=on)
    counting.count(case, on=on)


def _refer(held: Sequence[Case], worker: Person, on: date) -> None:
    """Open postings of the county to some of them, each with another answer."""
    by = Actor(worker.id, Role.CASEWORKER.value, "web")
    offered = session().scalars(select(Posting).where(postings.open_now(), Posting.region == COUNTY).order_by(Posting.seq).limit(4)).all()
    willing_ones = [case for case in held if case.willingness is not Willingness.UNWILLING]
    for (first, second), case in zip(pairwise([*offered, *offered, *offered]), willing_ones[::3], strict=False):
        referring.refer([case], [first, second], channel="phone", by=by, on=on)
    session().flush()
    said = ((Answer.ACCEPTED, None), (Answer.DECLINED, DeclineReason.PLACE), None)
    for number, referral in enumerate(session().scalars(select(Referral).order_by(Referral.id))):
        told = said[number % len(said)]
        if told is not None:
            referring.answer(referral, session().get_one(Case, referral.case_id), *told, by=by, on=on)


def _unemployed(case: Case, number: int, on: date) -> None:
    since = on - timedelta(days=(210, 60, 250, 400)[number])
    client = case_queries.client_of(case)
    willing.note_unemployment(client, since=since, source="失业登记", is_registered=number % 2 == 1, by=Actor.SYSTEM)
