"""What is done and due of a county's people counted whole, and a standard changed for all of them: seconds, statements, and whether the
list of the change holds exactly those whom an independent count finds.

    .venv/bin/python -m tests.bench.standards [--people 50000] [--database sqlite|postgres]

People are invented, of a reserved area code; every one has up to five records. Prints a table; the last line is one JSON object.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select

from tests import services
from tests.conftest import make_settings, migrate, opened
from tests.factories.casework import make_caseworker
from webapp import sealing
from webapp.access import Actor, Grant, Level, Role
from webapp.casework.models import Case, Client, Stage
from webapp.casework.serving import changes, counting
from webapp.casework.serving.changes import ChangeValues, ItemValues
from webapp.casework.serving.models import Entered, ServiceRecord, StandardChange, StandardChangeRow
from webapp.config import _driver
from webapp.db import engine, new_key, now, session, today, transaction

REGION, CITY, AT_ONCE = "370102", "370100", 1000
CITY_GRANT = (Grant(Role.CASEWORKER, Level.CITY, CITY),)


def main(people: int, database: str) -> None:
    with house(database):
        made = {number: served(number) for number in range(people)}
        keys = lay(made)
        result = figures(made, keys) | {"people": people, "database": database}
    for name, value in result.items():
        print(f"{name:24}{value:>14}")
    print(json.dumps(result))


@contextmanager
def house(database: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as var:
        settings = make_settings(Path(var))
        sealing.configure(settings.secrets)
        if database == "sqlite":
            migrate(settings.database_url)
            with opened(settings):
                yield
            return
        with services.fresh_database() as url:
            migrate(_driver(url))
            with opened(make_settings(Path(var), _driver(url))):
                yield


def served(number: int) -> tuple[str, ...]:
    """The kinds of the records of this person, by the number alone."""
    kinds = ("guidance", "referral", "referral", "referral", "traineeship")
    return kinds[: number % 6]


def figures(made: dict[int, tuple[str, ...]], keys: list[UUID]) -> dict[str, Any]:
    _, count_s, statements = timed(lambda: counting.count_all(no_lease, on=today()))
    _, again_s, _ = timed(lambda: counting.count_all(no_lease, on=today()))
    change = propose()
    _, preview_s, _ = timed(lambda: changes.look(change, no_lease))
    with transaction():
        changes.confirm(session().get_one(StandardChange, change), CITY_GRANT, by=Actor.SYSTEM, on=today())
    _, change_s, _ = timed(lambda: changes.carry_out(change, no_lease, on=today()))
    with transaction():
        listed = set(session().scalars(select(StandardChangeRow.case_id).where(StandardChangeRow.change_id == change)))
    expected = {keys[number] for number, kinds in made.items() if is_met(kinds, LIGHTER) != is_met(kinds, FULL)}
    return {
        "count_s": round(count_s, 1),
        "statements": statements,
        "again_s": round(again_s, 1),
        "preview_s": round(preview_s, 1),
        "change_s": round(change_s, 1),
        "changed": len(listed),
        "exactly_those": listed == expected,
    }


FULL = {"guidance": 1, "referral": 3, "traineeship": 1}
LIGHTER = {"guidance": 1, "referral": 1}


def is_met(kinds: tuple[str, ...], asked: dict[str, int]) -> bool:
    return all(kinds.count(kind) >= count for kind, count in asked.items())


def propose() -> UUID:
    items = tuple(ItemValues(kind, (kind,), count) for kind, count in LIGHTER.items())
    with transaction():
        values = ChangeValues("graduates", CITY, "轻", today(), items, "测试")
        return changes.propose(values, CITY_GRANT, by=Actor.SYSTEM).id


def lay(made: dict[int, tuple[str, ...]]) -> list[UUID]:
    worker, keys = make_caseworker(REGION), [new_key() for _ in made]
    for start in range(0, len(keys), AT_ONCE):
        some = range(start, min(start + AT_ONCE, len(keys)))
        clients = {number: new_key() for number in some}
        with transaction():
            session().execute(insert(Client), [_client(clients[number], number) for number in some])
            session().execute(insert(Case), [_case(keys[number], clients[number], number) for number in some])
            records = [_record(keys[number], worker.id, kind, place) for number in some for place, kind in enumerate(made[number])]
            if records:
                session().execute(insert(ServiceRecord), records)
    return keys


def _client(key: UUID, number: int) -> dict[str, Any]:
    mark = number.to_bytes(32, "big")
    return {"id": key, "id_number_index": mark, "id_number_sealed": b"x", "name_index": mark, "name_sealed": b"x", "created_at": now()}


def _case(key: UUID, client: UUID, number: int) -> dict[str, Any]:
    return {
        "id": key, "seq": number + 1, "client_id": client, "programme": "graduates", "cohort": 2026, "region": REGION, "street": "",
        "stage": Stage.OPEN, "entered_on": today() - timedelta(days=30), "version": 1, "created_at": now(),
    }  # fmt: skip


def _record(case: UUID, worker: UUID, kind: str, place: int) -> dict[str, Any]:
    return {
        "id": new_key(), "case_id": case, "type": kind, "on": today() - timedelta(days=place), "channel": "phone", "subject": str(place),
        "content_sealed": b"x", "by_id": worker, "role": "caseworker", "entered": Entered.WEB, "at": now(),
    }  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[Any, float, int]:
    """What it answered, the seconds, and how many statements were sent."""
    sent = [0]

    def hear(*told: Any) -> None:
        sent[0] += 1

    event.listen(engine(), "before_cursor_execute", hear)
    began = time.monotonic()
    answer = work()
    seconds = time.monotonic() - began
    event.remove(engine(), "before_cursor_execute", hear)
    return answer, seconds, sent[0]


def no_lease() -> None:
    """Nobody else could take the work over."""


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--people", type=int, default=50_000)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    given = asked.parse_args()
    main(given.people, given.database)
