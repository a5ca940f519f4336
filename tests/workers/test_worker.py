"""One worker process on a real Valkey, as the operating system sees it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from rq import Queue, SimpleWorker, Worker

from tests import services
from tests.conftest import ROOT
from tests.factories.postings import make_forwarded, make_posting
from tests.faults.running import Running, running
from tests.workers.support import states, told
from webapp.config import Settings
from webapp.db import new_key, reading, session
from webapp.events import BatchImported
from webapp.ledger import DeliveryState, Heartbeat
from workers import doorbell, worker
from workers.pulse import Pulse
from workers.worker import Desk, OneQueueOnly

pytestmark = pytest.mark.valkey
DONE = DeliveryState.DONE


@pytest.fixture
def set_of_parts() -> Iterator[Running]:
    services.needed(services.valkey)
    with running("sqlite", postings=3, seekers=1) as one:
        yield one


def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def beating(kind: str) -> bool:
    with reading():
        return session().query(Heartbeat).filter(Heartbeat.name.like(f"{kind}%")).count() > 0


@pytest.mark.parametrize("queues", [(), ("index", "notify"), ("index", "index"), ("mail",)])
def test_a_worker_of_any_but_one_queue_is_refused(queues: tuple[str, ...]) -> None:
    with pytest.raises(OneQueueOnly):
        worker.one_queue(queues)


def test_the_command_refuses_two_queues_in_one_line() -> None:
    asked = [sys.executable, "-m", "workers.cli", "worker", "index", "notify"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
    assert "只能处理一个队列" in found.stderr


def test_a_worker_reads_json_and_runs_in_its_own_process(set_of_parts: Running) -> None:
    set_of_parts.start("notify")
    connection = doorbell.connect(set_of_parts.valkey.url)
    assert until(lambda: bool(Worker.all(connection=connection)))
    (listener,) = Worker.all(connection=connection)
    assert listener.queue_names() == ["notify"]
    assert issubclass(worker._Listener, SimpleWorker)
    kept = doorbell.queue("notify", connection)
    assert kept.serializer.dumps({"a": 1}) == b'{"a": 1}'
    assert worker.WORKER_TTL <= 60


def test_an_approved_posting_goes_all_the_way(set_of_parts: Running) -> None:
    for part in ("relay", "index", "notify"):
        set_of_parts.start(part)
    for posting_id in set_of_parts.waiting:
        set_of_parts.approve(posting_id)
    assert until(lambda: states("deliver_message") == [DONE] * 3 and states("index_posting") == [DONE] * 3)
    assert set(set_of_parts.mailbox.received.values()) == {1}


def test_sigterm_ends_a_worker_at_once_and_takes_it_off_the_page(set_of_parts: Running) -> None:
    set_of_parts.start("notify")
    assert until(lambda: beating("worker:notify"))
    process = set_of_parts.processes["notify"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not beating("worker:notify")


def test_sigterm_while_redis_is_away_ends_a_worker_too(set_of_parts: Running) -> None:
    server = set_of_parts.valkey
    set_of_parts.start("notify")
    assert until(lambda: beating("worker:notify"))
    server.kill()
    process = set_of_parts.processes["notify"]
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def test_a_worker_outlives_its_redis(set_of_parts: Running) -> None:
    for part in ("relay", "index", "notify"):
        set_of_parts.start(part)
    assert until(lambda: beating("worker:index") and beating("relay"))
    set_of_parts.valkey.wipe()
    set_of_parts.approve(set_of_parts.waiting[0])
    assert until(lambda: states("index_posting") == [DONE])
    assert all(process.poll() is None for process in set_of_parts.processes.values())


def test_a_worker_does_what_waited_before_it_started(set_of_parts: Running) -> None:
    set_of_parts.approve(set_of_parts.waiting[0])
    set_of_parts.start("index")  # no relay: nobody rings
    assert until(lambda: states("index_posting") == [DONE])


def test_a_round_ends_with_the_present_delivery_when_the_worker_is_to_stop(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("notify", house, Pulse("worker:notify:test:1"))
    for _ in range(3):
        make_posting()
    carry = worker.carry_one

    def carried(queue: str, settings: Settings) -> bool:
        desk.stopping = True
        return carry(queue, settings)

    monkeypatch.setattr(worker, "carry_one", carried)
    desk.drain()
    assert states("match_posting") == [DONE, DeliveryState.DUE, DeliveryState.DUE]


def test_a_long_batch_is_put_down_when_the_worker_is_to_stop(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = new_key()
    for number in range(3):
        make_forwarded(source_key=f"A-{number}", batch_id=batch)
    told(BatchImported(str(batch), 3, 0))
    desk = Desk("index", house, Pulse("worker:index:test:1"))
    desk.stopping = True
    desk.drain()
    desk.close()
    assert states("index_batch") == [DeliveryState.DUE]


def test_ringing_where_nobody_works_is_a_failed_job_and_nothing_else(redis: object) -> None:
    with pytest.raises(RuntimeError, match="no worker"):
        worker.ring()


def test_no_worker_is_left_behind(set_of_parts: Running) -> None:
    set_of_parts.start("notify")
    assert until(lambda: beating("worker:notify"))
    set_of_parts.stop()
    ours = psutil.Process(os.getpid()).children(recursive=True)
    assert [child for child in ours if "workers.cli" in " ".join(child.cmdline())] == []


def test_a_job_in_pickle_is_not_run(set_of_parts: Running, tmp_path: Path) -> None:
    """Whoever writes to Redis must not be able to run code here."""
    planted = Queue("notify", connection=doorbell.connect(set_of_parts.valkey.url), serializer="pickle")
    planted.enqueue("os.mkdir", str(tmp_path / "owned"))
    set_of_parts.start("notify")
    assert until(lambda: planted.count == 0)
    set_of_parts.stop()
    assert not (tmp_path / "owned").exists()
