"""A file of another department goes through the batch queue: carried once, gone on with after a kill, forgotten in time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.casework import make_case, make_caseworker
from tests.factories.destinations import insured, make_comparison
from tests.workers.support import deliveries
from webapp.casework.destinations import comparing
from webapp.casework.destinations.comparison_models import Comparison, Conflict
from webapp.config import Settings
from webapp.db import now, reading, session, today, transaction
from webapp.demand.models import WorkState
from webapp.ledger import DeliveryState
from workers import schedule
from workers.carrying import carry_one


class Killed(Exception):
    """Stands for the end of a process between two transactions."""


def die() -> None:
    raise Killed


def stored(key: object) -> Comparison:
    with reading():
        return session().get_one(Comparison, key)


def test_the_batch_queue_compares_a_file_once_and_wipes_it(house: Settings) -> None:
    row = make_comparison(insured([make_case(), make_case()]), make_caseworker(), run=False)
    while carry_one("batch", house):
        pass
    assert {one.state for one in deliveries("read_comparison")} == {DeliveryState.DONE}
    done = stored(row.id)
    assert (done.state, done.differing, done.content_sealed) == (WorkState.DONE, 2, None)


def test_a_job_that_was_killed_goes_on_behind_its_last_transaction(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "FACTS_AT_ONCE", 2)
    row = make_comparison(insured([make_case() for _ in range(5)]), make_caseworker(), run=False)
    for done in (2, 4):
        with pytest.raises(Killed):
            comparing.carry_out(row.id, die, on=today())
        assert (stored(row.id).done, stored(row.id).state) == (done, WorkState.RUNNING)
    comparing.carry_out(row.id, lambda: None, on=today())
    with reading():
        found = session().scalar(select(func.count()).select_from(Conflict))
    assert (found, stored(row.id).differing, stored(row.id).rows, stored(row.id).state) == (5, 5, 5, WorkState.DONE)


def test_what_a_file_said_is_forgotten_by_the_schedule(house: Settings) -> None:
    row = make_comparison(insured([make_case()]), make_caseworker())
    with transaction():
        session().get_one(Comparison, row.id).keep_through = today() - timedelta(days=1)
    schedule.plan(now())
    while carry_one("batch", house):
        pass
    assert stored(row.id).forgotten_on == today()
