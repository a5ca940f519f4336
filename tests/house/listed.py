"""What the town holds for the routes of rosters: a list that waits to be confirmed, one of a colleague, and people who wait for a caseworker."""

from typing import Any
from uuid import UUID

from tests.factories.casework import make_case, make_caseworker
from tests.factories.rosters import Graduates, as_csv, id_number, leading, read, send, spoilt
from webapp.accounts.models import Person
from webapp.casework.rosters import queries
from webapp.casework.rosters.allocating import propose
from webapp.casework.rosters.values import BadRow
from webapp.db import reading


def build(who: dict[str, Person]) -> dict[str, Any]:
    """The caseworker leads the city; the colleague sent a list of their own."""
    graduates = Graduates()
    content = as_csv([*graduates.rows(3), spoilt(graduates, 900, BadRow.NO_ID)])
    make_case(street="370102001")
    return {"own": _ready(content, who["caseworker"]), "colleagues": _ready(content, make_caseworker("370102")), "digest": _digest()}


def _ready(content: bytes, person: Person) -> UUID:
    return read(send(content, person)).id


def _digest() -> str:
    with reading():
        return propose(queries.waiting_by_street("370102", "graduates", leading()), queries.workers_of("370102"), most=500).digest


def addresses(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    names = ("roster", "confirm_roster", "drop_roster", "refused_of_roster", "roster_people")
    found = {(name, ""): {"key": rows["own"]} for name in names}
    found |= {(name, "of a colleague"): {"key": rows["colleagues"]} for name in names}
    found |= {("allocation_people", ""): {"county": "370102", "street": "370102001"}, ("allocation_people", "of Qingdao"): {"county": "370202"}}
    found |= {("allocation", "of Qingdao"): {"county": "370202"}}
    return {(f"casework.{name}", case): keys for (name, case), keys in found.items()}


def answers(rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, str]]:
    person = {"kind": "resident", "name": "钱小满", "id_number": id_number(77), "living": "370102", "year": "2026"}
    return {
        ("casework.enter", ""): person,
        ("casework.enter", "of Qingdao"): person | {"living": "370202"},
        ("casework.allocate", ""): {"county": "370102", "digest": rows["digest"]},
        ("casework.allocate", "of Qingdao"): {"county": "370202", "digest": rows["digest"]},
    }
