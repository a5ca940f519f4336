"""Destinations, checks, comparisons and traineeships as the operations leave them."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from tests.factories.casework import caseworking, make_case, make_caseworker
from tests.factories.employers import make_employer
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.casework.destinations import comparing, confirming, operations, queries
from webapp.casework.destinations.comparison_models import Comparison, Department
from webapp.casework.destinations.models import Destination, ToldBy
from webapp.casework.destinations.operations import DestinationValues
from webapp.casework.models import Case
from webapp.casework.traineeships import operations as training
from webapp.casework.traineeships.models import TraineePost, Traineeship
from webapp.db import session, today, transaction
from webapp.employers.models import Employer
from webapp.files import Stored
from webapp.notices.models import Message
from webapp.reference import destinations as reference

CONTRACT = DestinationValues(code="11", evidence="contract", told_by=ToldBy.GRADUATE, unit="济南样例机床有限公司", position="装配工")
WAITING = DestinationValues(code="70", evidence="told", told_by=ToldBy.GRADUATE)


def make_destination(
    case: Case, values: DestinationValues = CONTRACT, *, stored: Stored | None = None, on: date | None = None, by: Actor = Actor.SYSTEM
) -> Destination:
    with transaction():
        return operations.register(session().get_one(Case, case.id), values, stored=stored, by=by, on=on or today())


def ask(case: Case) -> str:
    """A link sent to the graduate; answers its token, as the text message holds it."""
    with transaction():
        row = session().get_one(Case, case.id)
        current = queries.current_of(case.id)
        assert current is not None
        asked = confirming.ask_confirmation(row, current, by=Actor.SYSTEM, on=today())
    return token_of(asked.id)


def token_of(link_id: UUID) -> str:
    with transaction():
        message = next(row for row in session().query(Message) if row.dedupe_key == f"destination:{link_id}")
        return (message.body or "").partition(f"{confirming.PATH}/")[2].split()[0]


def confirm(case: Case) -> None:
    token = ask(case)
    with transaction():
        link = queries.link_by_token(token, for_change=True)
        assert link is not None
        confirming.confirm(link, on=today())


def current(case: Case) -> Destination | None:
    with transaction():
        return queries.current_of(case.id)


def id_numbers(cases: Sequence[Case]) -> list[str]:
    with transaction():
        clients = queries.clients_by_case(cases)
        return [clients[case.id].id_number or "" for case in cases]


def make_comparison(
    content: str | bytes, person: Person, *, department: Department = Department.INSURANCE, region: str = "370102", run: bool = True
) -> Comparison:
    """Sent by this caseworker for the county, and read unless `run` is False."""
    data = content.encode() if isinstance(content, str) else content
    with transaction():
        purpose = reference.purpose("destination_check")
        assert purpose is not None
        row = comparing.send(data, department, purpose, as_of=today(), regions=[region], by=caseworking(person), on=today())
    if run:
        comparing.carry_out(row.id, lambda: None, on=today())
    with transaction():
        return session().get_one(Comparison, row.id)


def insured(cases: Sequence[Case], *, unit: str = "济南样例软件有限公司", state: str = "参保缴费") -> str:
    """A file of social insurance that names these people."""
    lines = [f"{number},{unit},{state},2026-09-01" for number in id_numbers(cases)]
    return "\n".join(["身份证号码,单位名称,参保状态,参保日期", *lines]) + "\n"


def make_trainee_post(employer: Employer | None = None, *, region: str = "370102", places: int = 3, allowance: str = "2600") -> TraineePost:
    with transaction():
        values = training.PostValues(
            title="软件测试见习", places=places, region=region, allowance=Decimal(allowance),
            from_on=today().replace(day=1), to_on=today().replace(day=1) + timedelta(days=180),
        )  # fmt: skip
        return training.open_post(employer or make_employer(), values, by=Actor.SYSTEM, on=today())


def make_traineeship(case: Case | None = None, post: TraineePost | None = None) -> Traineeship:
    case = case or make_case(caseworker=make_caseworker())
    post = post or make_trainee_post()
    with transaction():
        row = session().get_one(Case, case.id)
        kept = session().get_one(TraineePost, post.id)
        return training.begin(row, kept, from_on=kept.from_on, to_on=kept.to_on, by=Actor.SYSTEM, on=today())
