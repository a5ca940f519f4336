"""Officers, whom they are responsible for, visits, needs and catalogues, by the operations the house itself uses."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any
from uuid import UUID

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer
from webapp.access import Actor, Grant, Level, Role
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import in_transaction, session, today, transaction
from webapp.demand import caring, cataloguing, operations, queries
from webapp.demand.catalogue_models import Catalogue
from webapp.demand.models import Care, KeyReason, Need, NeedSource, NeedState, Visit, VisitWay
from webapp.demand.operations import VisitValues
from webapp.demand.periods import Period
from webapp.demand.values import NeedValues
from webapp.employers.models import Employer

WELDER, CLEANER, ACCOUNTANT = "6-18-02-04", "4-09-08-01", "2-06-03-00"
BUREAU = Actor(None, Role.OFFICER.value, "web")


def make_officer(region: str = "370102", *, level: Level | None = None, name: str = "郑专员") -> Person:
    officer = make_staff(Role.OFFICER, region, name=name)
    if level is not None:
        with _ensured():
            people.grant_rows(officer.id)[-1].level = level
    return officer


def acting_as(officer: Person) -> Actor:
    return Actor(officer.id, Role.OFFICER.value, "web")


def grants_of(person: Person) -> tuple[Grant, ...]:
    """What a view hands to a query: the grants of the role, without the seeker's."""
    return tuple(grant for grant in people.grants_of(person.id) if grant.region)


def make_care(employer: Employer | None = None, officer: Person | None = None, **dates: date) -> Care:
    """The officer is responsible for the employer; `contacted_on` and `next_on` as given."""
    employer, officer = employer or make_employer(), officer or make_officer()
    with _ensured():
        care = caring.assign(session().get_one(Employer, employer.id), officer, by=BUREAU, on=today())
        for name, day in dates.items():
            setattr(care, name, day)
    return care


def need_values(**changes: Any) -> NeedValues:
    values: dict[str, Any] = {"occupation": WELDER, "headcount": 5, "region": "370102", "address": "工业南路 88 号", "conditions": "有焊工证。"}
    return NeedValues(**values | changes)


def make_need(
    employer: Employer | None = None, *, officer: Person | None = None, state: NeedState = NeedState.OPEN, on: date | None = None,
    source: NeedSource = NeedSource.VISIT, **changes: Any,
) -> Need:  # fmt: skip
    """A need of an employer; with `officer` that officer becomes responsible. `on`: the day it was opened and last touched."""
    employer = employer or make_employer()
    by = acting_as(officer) if officer else BUREAU
    with _ensured():
        if officer is not None and queries.open_care(employer.id) is None:
            make_care(employer, officer)
        need = operations.open_need(session().get_one(Employer, employer.id), need_values(**changes), source=source, by=by, on=on or today())
        session().flush()
        if state is NeedState.POSTED:
            operations.draft_posting(need, by=by, on=on or today())
        elif state is not NeedState.OPEN:
            operations.close_need(need, state, remark="已全部到岗。", by=by, on=on or today())
    return need


def make_visit(care: Care, *, on: date | None = None, summary: str = "下月要招焊工。", met: str = "孙经理", next_on: date | None = None) -> Visit:
    with _ensured():
        kept = session().get_one(Care, care.id)
        values = VisitValues(on=on or today(), way=VisitWay.ON_SITE, met=met, summary=summary, next_on=next_on)
        return operations.log_visit(kept, values, by=Actor(kept.officer_id, Role.OFFICER.value, "web"), on=max(today(), on or today()))


def make_key(employer: Employer, reason: KeyReason = KeyReason.PROJECT, *, since: date | None = None) -> None:
    with _ensured():
        caring.mark_key(session().get_one(Employer, employer.id), reason, since=since or today(), by=BUREAU)


def make_catalogue(region: str = "370100", period: str = "", *, published: bool = False, on: date | None = None) -> Catalogue:
    """Of the running quarter unless another period is named; computed, and published where asked for."""
    day = on or today()
    asked = Period.of(period or f"{day.year}Q{(day.month + 2) // 3}")
    assert asked is not None
    with transaction():
        key = cataloguing.ask(region, asked, by=BUREAU, on=day).id
    cataloguing.compute_catalogue(key, _no_lease, by=Actor.SYSTEM)
    if published:
        publish(key)
    with transaction():
        return session().get_one(Catalogue, key)


def publish(key: UUID, reason: str = "") -> None:
    with transaction():
        cataloguing.publish(session().get_one(Catalogue, key), reason=reason, by=BUREAU)


def _no_lease() -> None:
    """Nobody else is there to take the work over."""


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
