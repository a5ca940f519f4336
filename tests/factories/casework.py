"""Clients and cases as the operations leave them."""

from datetime import date
from itertools import count
from uuid import UUID

from tests.factories.accounts import make_staff
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.casework import operations, queries
from webapp.casework.models import Case, Client, Graduation
from webapp.db import new_key, session, today, transaction
from webapp.reference.models import Education

GRADUATES = "graduates"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_numbers = count(1)


def make_id_number(born: str = "20040315", area: str = "370199") -> str:
    """A right number of an area code that no county has, so that nobody's is met by chance."""
    body = f"{area}{born}{next(_numbers) % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def make_caseworker(region: str = "370102", **options: object) -> Person:
    return make_staff(Role.CASEWORKER, region, **options)


def caseworking(person: Person) -> Actor:
    return Actor(person.id, Role.CASEWORKER.value, "web")


def make_client(*, name: str = "孙毕业", phone: str | None = "13900001111", id_number: str | None = None) -> Client:
    number = id_number or make_id_number()
    client = Client(id=new_key(), id_number_index=queries.id_number_index(number), name_index=queries.name_index(name))
    client.id_number, client.name, client.born_year = number, name, int(number[6:10])
    if phone:
        client.phone, client.phone_index = phone, queries.phone_index(phone)
    with transaction():
        session().add(client)
    return client


def make_case(
    *,
    region: str = "370102",
    programme: str = GRADUATES,
    cohort: int | None = 2026,
    client: Client | None = None,
    caseworker: Person | None = None,
    on: date | None = None,
    school: str = "济南样例大学",
    major: str = "会计学",
    education: Education = Education.BACHELOR,
    **columns: object,
) -> Case:
    """A case of the county, held by `caseworker` where one is given; `columns` are set as they are afterwards."""
    client = client or make_client()
    day = on or today()
    with transaction():
        case = operations.open_case(client, programme, region=region, cohort=cohort, by=Actor.SYSTEM, on=day)
        if cohort is not None:
            session().add(Graduation(id=new_key(), client_id=client.id, year=cohort, school=school, major=major, education=education.value))
        if caseworker is not None:
            operations.assign(case, caseworker, by=Actor.SYSTEM, on=day)
        for name, value in columns.items():
            setattr(case, name, value)
    return case


def stored(key: UUID) -> Case:
    with transaction():
        return session().get_one(Case, key)
