from datetime import UTC, datetime, time, timedelta

import pytest

from tests.factories.outlets import make_outlet
from tests.factories.postings import make_forwarded
from tests.workers.support import deliveries
from webapp import ledger
from webapp.config import Settings
from webapp.db import now, reading, session, today, transaction
from webapp.events import UpkeepDue
from webapp.ledger import Delivery, DeliveryState, Entry, Heartbeat, ScheduleRun
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference
from workers import retention, schedule
from workers.carrying import carry_one
from workers.schedule import SCHEDULE, Daily, Every

ALWAYS = [job for job in SCHEDULE if job.needed is None]
NIGHT = datetime(2026, 11, 25, 16, 5, tzinfo=UTC)  # 00:05 on the 26th in Shandong


def test_a_daily_job_keeps_the_wall_clock_of_the_service() -> None:
    plan = Daily(time(0, 5))
    assert plan.last_due(NIGHT) == NIGHT
    assert plan.last_due(NIGHT - timedelta(seconds=1)) == NIGHT - timedelta(days=1)
    assert plan.last_due(NIGHT + timedelta(hours=23)) == NIGHT


def test_an_hourly_job_means_the_same_minutes_in_every_process() -> None:
    plan = Every(timedelta(hours=1), timedelta(minutes=20))
    assert plan.last_due(NIGHT) == NIGHT.replace(hour=15, minute=20)
    assert plan.last_due(NIGHT.replace(minute=20)) == NIGHT.replace(minute=20)


def runs(name: str) -> int:
    with reading():
        return session().query(ScheduleRun).filter(ScheduleRun.name == name).count()


def test_two_relays_plan_each_minute_once(house: Settings) -> None:
    assert set(schedule.plan(NIGHT)) == {job.name for job in ALWAYS}
    assert schedule.plan(NIGHT) == []
    assert schedule.plan(NIGHT + timedelta(seconds=59)) == []


def test_a_relay_that_lost_the_race_plans_nothing(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Blind:
        """The look of a relay that looked before the other wrote."""

        def __enter__(self) -> "Blind":
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def get(self, *_: object) -> None:
            return None

    schedule.plan(NIGHT)
    monkeypatch.setattr(schedule, "reading", Blind)
    assert schedule.plan(NIGHT) == []
    with reading():
        assert session().query(Entry).count() == len(ALWAYS)


def test_an_hour_of_ticks_plans_an_hourly_job_once(house: Settings) -> None:
    for minute in range(60):
        schedule.plan(NIGHT + timedelta(minutes=minute))
    assert (runs("check_index"), runs("expire_postings")) == (2, 1)  # 15:20 was due when it began


def test_what_was_missed_in_an_outage_runs_once(house: Settings) -> None:
    schedule.plan(NIGHT - timedelta(hours=10))
    planned = schedule.plan(NIGHT + timedelta(minutes=30))
    assert planned.count("expire_postings") == 1
    assert runs("check_index") == 2


def test_a_job_with_nothing_to_do_is_not_planned(house: Settings) -> None:
    assert "serve_outlets" not in schedule.plan(NIGHT)
    make_outlet()
    assert schedule.plan(NIGHT) == ["serve_outlets"], "the minute was not used up by the look that found nothing"
    while carry_one("batch", house):
        pass
    assert "serve_outlets" not in schedule.plan(NIGHT + timedelta(minutes=1))


def test_expired_postings_are_closed_by_the_batch_queue(house: Settings) -> None:
    posting = make_forwarded(valid_through=today() - timedelta(days=1))
    schedule.plan(now())
    while carry_one("batch", house):
        pass
    with reading():
        assert session().get_one(Posting, posting.id).state is PostingState.EXPIRED
    assert {one.state for one in deliveries("run_upkeep")} == {DeliveryState.DONE}


def test_every_retention_span_is_a_shipped_parameter(house: Settings) -> None:
    assert all(reference.whole(kept.parameter) > 0 for kept in retention.KEPT)


def test_sign_in_records_are_kept_six_months_as_the_law_asks(house: Settings) -> None:
    assert reference.whole("sign_in_kept_days") >= 183


def done_days_ago(days: int, state: DeliveryState) -> None:
    with transaction() as writing:
        entry = ledger.record(UpkeepDue("purge", f"{days}"), by=ledger.Actor.SYSTEM)
        writing.flush()
        delivery = writing.query(Delivery).filter(Delivery.entry_id == entry.id).one()
        delivery.state, delivery.finished_at = state, now() - timedelta(days=days)


def test_finished_deliveries_go_after_their_time_and_troubled_ones_stay(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        done_days_ago(31, DeliveryState.DONE)
    done_days_ago(29, DeliveryState.DONE)
    done_days_ago(400, DeliveryState.PARKED)
    done_days_ago(400, DeliveryState.UNKNOWN)
    assert retention.purge(lambda: None) == 5
    with reading():
        assert session().query(Delivery).count() == 3
        assert session().query(Entry).count() == 8, "the audit keeps what happened"


def test_a_worker_that_vanished_is_taken_off_the_page_and_the_relay_is_not(house: Settings) -> None:
    with transaction() as writing:
        for name, hours in (("relay", 5), ("worker:index:a:1", 5), ("worker:index:a:2", 0)):
            writing.add(Heartbeat(name=name, at=now() - timedelta(hours=hours), detail=""))
    retention.forget_processes(lambda: None)
    with reading():
        assert {row.name for row in session().query(Heartbeat)} == {"relay", "worker:index:a:2"}
