"""Services, plans and referrals as the operations leave them."""

from datetime import date
from typing import Any

from sqlalchemy import update

from tests.factories.casework import caseworking, make_caseworker
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.casework import queries as cases
from webapp.casework.models import Case
from webapp.casework.serving import operations, planning, referring
from webapp.casework.serving.models import Plan, ServiceRecord
from webapp.casework.serving.operations import ServiceValues
from webapp.casework.serving.planning import PlanValues, StepValues
from webapp.db import session, today, transaction
from webapp.files import Stored
from webapp.postings.models import Posting
from webapp.reference import operations as reference
from webapp.reference.service_models import ServiceStandard


def service(**changes: Any) -> ServiceValues:
    values: dict[str, Any] = {"type": "guidance", "on": today(), "channel": "phone", "content": "想做会计，建议先考初级证书。"}
    return ServiceValues(**values | changes)


def make_service(case: Case, worker: Person | None = None, *, evidence: Stored | None = None, **changes: Any) -> ServiceRecord:
    by = caseworking(worker or make_caseworker(case.region))
    with transaction():
        row = session().get_one(Case, case.id)
        return operations.log_service(row, service(**changes), evidence=evidence, by=by, on=today())


def make_plan(case: Case, worker: Person | None = None, *, goal: str = "三个月内找到会计工作", due_on: date | None = None) -> Plan:
    by = caseworking(worker or make_caseworker(case.region))
    values = PlanValues(goal, (StepValues("报名初级会计培训", due_on=due_on), StepValues("推荐三个岗位")))
    with transaction():
        return planning.make_plan(session().get_one(Case, case.id), values, by=by, on=today())


def refer(people: list[Case], offered: list[Posting], worker: Person, channel: str = "phone") -> int:
    with transaction():
        rows = [session().get_one(Case, case.id) for case in people]
        held = [session().get_one(Posting, posting.id) for posting in offered]
        return referring.refer(rows, held, channel=channel, by=caseworking(worker), on=today())


def set_standard(programme: str, region: str, *items: dict[str, Any]) -> None:
    """A standard of staff that holds for as long as anybody can remember."""
    rows = [
        {
            "standard": "试行", "programme": programme, "region": region, "valid_from": date(2020, 1, 1), "valid_to": None, "item": "guidance",
            "types": ["guidance"], "count": 1, "basis": "测试", "source": "测试", "checked": False, "change_id": None,
        } | item
        for item in items
    ]  # fmt: skip
    with transaction():
        reference.add_staff_rows("service_standards", rows)


def without_standard(programme: str, region: str) -> None:
    """The shipped standard of that place is no more."""
    with transaction():
        gone = update(ServiceStandard).where(ServiceStandard.programme == programme, ServiceStandard.region == region)
        session().execute(gone.values(valid_to=date(2000, 1, 1)))
        reference.forget()


def steps(case: Case) -> list[str]:
    with transaction():
        return [row.said for row in cases.steps_of(session().get_one(Case, case.id))]


SYSTEM = Actor.SYSTEM
