"""The relay on a real Valkey: it rings, it does not shout, and it survives what it depends on."""

from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue

from tests import services
from tests.factories.postings import make_posting
from tests.workers.support import states
from webapp import db, ledger
from webapp.access import Actor
from webapp.config import Settings
from webapp.db import reading, session, transaction
from webapp.events import PostingReopened
from webapp.ledger import DeliveryState, Entry
from workers import doorbell, relay
from workers.relay import Relay

pytestmark = pytest.mark.valkey


def rings(redis: "Redis", queue: str = "index") -> int:
    return Queue(queue, connection=redis, serializer="json").count


def age() -> timedelta | None:
    with reading():
        return ledger.age_of("relay")


def planned() -> int:
    with reading():
        return session().query(Entry).filter(Entry.event == "UpkeepDue").count()


@pytest.fixture
def quiet(house: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Nothing periodic is due: what is rung for is the test's own."""
    monkeypatch.setattr(relay.schedule, "SCHEDULE", ())
    return house


def test_the_relay_rings_for_what_is_due(quiet: Settings, redis: "Redis") -> None:
    one = Relay(redis)
    one.tick(0.0)
    assert rings(redis) == 0
    make_posting()
    one.tick(1.0)
    assert (rings(redis), rings(redis, "notify"), rings(redis, "batch")) == (1, 1, 2), "the batch queue follows submission and approval"


def test_nobody_is_rung_more_often_than_needed(quiet: Settings, redis: "Redis") -> None:
    with transaction():
        for number in range(50):
            ledger.record(PostingReopened(f"p{number}"), by=Actor.SYSTEM)
    one = Relay(redis)
    for tick in range(10):
        one.tick(float(tick))
    assert rings(redis) == doorbell.OUTSTANDING


def test_a_doorbell_carries_nothing(quiet: Settings, redis: "Redis") -> None:
    make_posting(title="电焊工急招")
    Relay(redis).tick(0.0)
    job = Queue("index", connection=redis, serializer="json").jobs[0]
    assert (job.func_name, job.args, job.kwargs, job.description) == ("workers.worker.ring", [], {}, "ring")


def test_the_relay_says_that_it_lives_once_a_second(quiet: Settings, redis: "Redis") -> None:
    one = Relay(redis)
    one.tick(10.0)
    beaten = age()
    assert beaten is not None
    one.tick(10.5)
    later = age()
    assert later is not None
    assert later > beaten, "not beaten again within the second"
    one.tick(11.1)
    assert (age() or later) < later


def test_a_relay_nobody_can_hear_does_not_beat(quiet: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_posting()
    one = Relay(doorbell.connect(f"unix://{tmp_path}/nobody.sock"))
    one.tick(0.0)
    one.tick(2.0)
    assert age() is None
    assert caplog.text.count("redis is away") == 1
    assert states("index_posting") == [DeliveryState.DUE]


def test_a_wiped_server_is_rung_again(quiet: Settings, redis: "Redis") -> None:
    make_posting()
    one = Relay(redis)
    one.tick(0.0)
    redis.flushall()
    one.tick(1.0)
    assert rings(redis) == 1


def test_a_server_that_came_back_is_rung_without_a_new_start(quiet: Settings, tmp_path: Path) -> None:
    services.needed(services.valkey)
    url, server, folder = services.start_valkey(tmp_path)
    one = Relay(doorbell.connect(url))
    try:
        one.tick(0.0)
        server.kill()
        server.wait()
        make_posting()
        one.tick(2.0)
        url, server, folder = services.start_valkey(folder)
        one.tick(4.0)
        assert rings(doorbell.connect(url)) == 1
    finally:
        server.kill()
        server.wait()


def test_a_database_that_is_away_is_survived(
    quiet: Settings, redis: "Redis", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = Relay(redis)
    with monkeypatch.context() as patch:
        patch.setattr(db, "_engine", db.make_engine("sqlite:////nowhere/zhilu.db"))
        one.tick(0.0)
        one.tick(2.0)
        db.engine().dispose()
    assert caplog.text.count("the database is away") == 1
    make_posting()
    one.tick(4.0)
    assert rings(redis) == 1
    assert "back again" in caplog.text


def test_periodic_work_is_planned_by_the_relay(house: Settings, redis: "Redis") -> None:
    one, other = Relay(redis), Relay(redis)
    one.tick(0.0)
    other.tick(0.0)
    assert planned() == len([job for job in relay.schedule.SCHEDULE if job.work is not None])
    assert rings(redis, "batch") > 0


def test_a_dead_server_costs_a_second_and_not_fifteen(tmp_path: Path) -> None:
    services.needed(services.valkey)
    connection = doorbell.connect("redis://127.0.0.1:1")
    assert not doorbell.answers(connection)
    kept = connection.connection_pool.connection_kwargs
    assert (kept["socket_timeout"], kept["socket_connect_timeout"], kept["retry"].get_retries()) == (1.0, 1.0, 0)


def test_a_relay_that_ends_properly_is_not_taken_for_one_that_lives(quiet: Settings, redis: "Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    one = Relay(redis)
    ticked = one.tick

    def last_tick(at: float) -> None:
        ticked(at)
        assert age() is not None
        one.stopping = True

    monkeypatch.setattr(one, "tick", last_tick)
    monkeypatch.setattr(relay.signal, "signal", lambda *_: None)
    one.run()
    assert age() is None
