"""The 用工需求台账 of the shown city, and its published 急需紧缺目录: made by the operations themselves, so its keys are those of the day.

One district has an officer to sign in as, with contacts that are late, due today and to come, and needs in every queue; the other
districts are looked after by the city's officer. A load that was ended before this is done makes it anew from nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import func, select

from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.accounts.queries import person_by_email
from webapp.db import reading, session, transaction
from webapp.demand import caring, cataloguing, operations
from webapp.demand.catalogue_models import Catalogue, CatalogueState
from webapp.demand.models import Care, KeyReason, Need, NeedSource, NeedState, Urgency, VisitWay
from webapp.demand.operations import VisitValues
from webapp.demand.periods import Period, around
from webapp.demand.values import NeedValues
from webapp.employers.models import Employer, EmployerState, Membership
from webapp.postings.models import Posting, PostingState
from webapp.reference.models import WageUnit
from workers.demo import staff
from workers.demo.calendar import dice

SHOWN_DISTRICT = "371312"
_NEXT = (-5, -2, 0, 0, 2, 4, 7, 11, 14, 21)
"""Days until the next contact, employer by employer."""
_HEARD = (
    "新接了一批出口订单，夜班缺人，想先招熟手。",
    "设备升级，老员工要培训，新人以学徒为主。",
    "淡季，只补离职的缺；年后再谈扩招。",
    "反映住宿紧张，问能否对接人才公寓。",
    "今年产线搬进新厂房，分三批到岗。",
)
_CONDITIONS = ("能倒班，有熟手带教。", "有相应证书，没有证书的可以先来试岗。", "会看图纸。", "做过同样的活，肯学就行。")
_KEY = (KeyReason.PROJECT, KeyReason.MANUFACTURING, KeyReason.LARGE)


@dataclass(frozen=True, slots=True)
class _Office:
    officer: Person
    by: Actor


def lay(on: date) -> None:
    """Opens its own transactions; what is there already is left alone."""
    with transaction():
        if not session().scalar(select(func.count()).select_from(Care)):
            _lay_ledger(on)
    for period in (around(on, quarter=False).before, around(on, quarter=False)):
        _publish(period, on)


def _lay_ledger(on: date) -> None:
    district, city = _office("officer@example.com"), _office(f"officer.{staff.SHOWN_CITY}@example.com")
    for number, employer in enumerate(_employers()):
        if number % 7 == 4:
            _leave_alone(employer, on)
            continue
        office = district if employer.region == SHOWN_DISTRICT else city
        care = caring.assign(employer, office.officer, by=office.by, on=on - timedelta(days=70))
        if number % 3 == 0:
            caring.mark_key(employer, _KEY[number // 3 % len(_KEY)], since=on - timedelta(days=65), by=office.by)
        _visits(care, office, number, on)
        session().flush()
        _needs(employer, office, number, on)


def _office(email: str) -> _Office:
    officer = person_by_email(email)
    assert officer is not None, f"the offices have {email}"
    return _Office(officer, Actor(officer.id, Role.OFFICER.value, "web"))


def _employers() -> Sequence[Employer]:
    """Verified ones of the shown city, those of the shown district first."""
    inside = Employer.region.startswith(staff.SHOWN_CITY[:4])
    wanted = select(Employer).where(inside, Employer.state == EmployerState.VERIFIED).order_by((Employer.region != SHOWN_DISTRICT), Employer.id)
    return session().scalars(wanted).all()


def _leave_alone(employer: Employer, on: date) -> None:
    """A key employer that nobody looks after yet, for the red list."""
    caring.mark_key(employer, KeyReason.PROJECT, since=on - timedelta(days=3), by=Actor.command())


def _visits(care: Care, office: _Office, number: int, on: date) -> None:
    ways = list(VisitWay)
    days = (60, 33, 12) if number % 4 else (41,)
    for place, (ago, following) in enumerate(pairwise((*days, -_NEXT[number % len(_NEXT)]))):
        summary = _HEARD[(number + place) % len(_HEARD)]
        met = f"{'王李张刘陈'[number % 5]}{('经理', '厂长', '主任')[place % 3]}"
        values = VisitValues(
            on=on - timedelta(days=ago), way=ways[(number + place) % len(ways)], met=met, summary=summary, next_on=on - timedelta(days=following)
        )
        operations.log_visit(care, values, by=office.by, on=on)


def _needs(employer: Employer, office: _Office, number: int, on: date) -> None:
    """Of the work the employer looks for anyway; two with the posting it has, others old, urgent, announced or ended."""
    chance = dice(f"needs:{employer.uscc}")
    for place, posting in enumerate(_works_of(employer)):
        kind, opened = (number + place) % 6, on - timedelta(days=chance.choice((3, 9, 20, 38, 52)))
        source = NeedSource.EMPLOYER if kind == 4 else NeedSource.VISIT
        by = _member(employer) if kind == 4 else office.by
        values = _values(posting, chance.randint(2, 12), opened, chance.choice(list(Urgency)), _CONDITIONS[(number + place) % len(_CONDITIONS)])
        need = operations.open_need(employer, values, source=source, by=by, on=opened)
        session().flush()
        _go_on(need, posting, kind, office, on)


def _go_on(need: Need, posting: Posting, kind: int, office: _Office, on: date) -> None:
    if kind == 0:
        operations.link_posting(need, posting.id, by=office.by, on=need.opened_on)
        operations.record_hired(need, min(2, need.headcount), by=office.by, on=on - timedelta(days=1))
    elif kind == 1:
        operations.link_posting(need, posting.id, by=office.by, on=need.opened_on)
    elif kind == 2:
        operations.close_need(need, NeedState.FILLED, remark="都已到岗，单位确认。", by=office.by, on=on - timedelta(days=1))
    elif kind == 3:
        operations.record_hired(need, need.headcount, by=office.by, on=on - timedelta(days=1))


def _works_of(employer: Employer) -> Iterator[Posting]:
    wanted = select(Posting).where(Posting.employer_id == employer.id, Posting.state == PostingState.OPEN, Posting.occupation.is_not(None))
    seen: set[str | None] = set()
    for posting in session().scalars(wanted.order_by(Posting.id)).all():
        if posting.occupation not in seen and len(seen) < 3:
            seen.add(posting.occupation)
            yield posting


def _values(posting: Posting, headcount: int, opened: date, urgency: Urgency, conditions: str) -> NeedValues:
    monthly = posting.wage_unit is WageUnit.MONTH
    return NeedValues(
        occupation=posting.occupation or "",
        headcount=headcount,
        region=posting.region or "",
        title=posting.title[:60],
        employment_type=posting.employment_type,
        by_on=opened + timedelta(days=45) if urgency is not Urgency.NORMAL else None,
        urgency=urgency,
        address=posting.address[:120],
        wage_unit=posting.wage_unit if monthly else None,
        wage_low=posting.wage_low if monthly else None,
        wage_high=posting.wage_high if monthly else None,
        education=posting.education,
        conditions=conditions,
    )


def _member(employer: Employer) -> Actor:
    owner = session().scalar(select(Membership.person_id).where(Membership.employer_id == employer.id, Membership.owner))
    return Actor(owner, Role.EMPLOYER_OWNER.value, "web")


def _publish(period: Period, on: date) -> None:
    """Asked for, computed and published, from wherever an earlier load was ended."""
    with reading():
        leader = Actor(_office("leader@example.com").officer.id, Role.LEADER.value, "web")
    known = select(Catalogue).where(Catalogue.region == staff.SHOWN_CITY, Catalogue.period == period.code)
    with transaction():
        catalogue = session().scalar(known) or cataloguing.ask(staff.SHOWN_CITY, period, by=leader, on=on)
    cataloguing.compute_catalogue(catalogue.id, _nobody_waits, by=Actor.SYSTEM)
    with transaction():
        computed = session().get_one(Catalogue, catalogue.id)
        if computed.state is CatalogueState.READY:
            cataloguing.publish(computed, by=leader)


def _nobody_waits() -> None:
    """A load holds no lease."""
