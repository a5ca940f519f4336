"""Children that end with their parent, and the private Valkey that is adopted or ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import services as tested_services
from tests.conftest import ROOT, make_settings
from webapp.config import Settings
from workers import doorbell, processes, services
from workers.processes import Identity

PARENT = """
import sys, time
from pathlib import Path
from workers import processes
pid = processes.fork("child", lambda: time.sleep(60), Path(sys.argv[1]))
print(pid, flush=True)
time.sleep(60)
"""


def gone(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child, 0.3)
        parent.kill()
    assert gone(child)


def test_what_a_child_prints_goes_to_its_own_log(tmp_path: Path) -> None:
    pid = processes.fork("child", lambda: os.write(1, "写在日志里\n".encode()), tmp_path / "log")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert (tmp_path / "log").read_text(encoding="utf-8") == "写在日志里\n"


def test_a_child_that_raises_ends_with_a_code(tmp_path: Path) -> None:
    def broken() -> None:
        raise LookupError

    pid = processes.fork("child", broken, tmp_path / "log")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    assert "LookupError" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_number_that_was_given_out_again_is_another_process() -> None:
    mine = Identity.of(os.getpid())
    assert mine.process() is not None
    assert Identity(mine.pid, mine.born - 100).process() is None


def test_who_runs_is_remembered_and_a_broken_record_is_nobody(tmp_path: Path) -> None:
    path = tmp_path / "running.json"
    assert processes.remembered(path) == {}
    processes.remember(path, {"web": Identity(1, 2.0)})
    assert processes.remembered(path) == {"web": Identity(1, 2.0)}
    for text in ("{", "[]", '{"web": 3}', '{"web": {"pid": 1}}'):
        path.write_text(text)
        assert processes.remembered(path) == {}


def test_what_does_not_end_when_asked_is_ended() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        processes.end([Identity.of(process.pid)], patience=0.3)
        assert gone(process.pid)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    tested_services.needed(lambda: str(tested_services.valkey_program()))
    yield make_settings(tmp_path)
    processes.end(processes.remembered(tmp_path / "valkey" / "process.json").values())


@pytest.mark.valkey
def test_the_private_valkey_keeps_what_it_is_told_and_only_its_owner_reaches_it(settings: Settings) -> None:
    services.start_valkey(settings)
    connection = doorbell.connect(services.redis_url(settings))
    assert connection.config_get("appendonly") == {"appendonly": "yes"}
    assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert connection.config_get("port") == {"port": "0"}
    socket = Path(services.redis_url(settings).removeprefix("unix://"))
    assert (socket.stat().st_mode & 0o777, socket.parent.stat().st_mode & 0o777) == (0o700, 0o700)


@pytest.mark.valkey
def test_a_start_adopts_the_valkey_an_earlier_one_left(settings: Settings) -> None:
    first = services.start_valkey(settings)
    assert services.start_valkey(settings) == first
    services.stop_valkey(first)
    assert first.process() is None
    assert services.start_valkey(settings) != first


@pytest.mark.valkey
def test_a_valkey_that_does_not_answer_is_replaced(settings: Settings) -> None:
    first = services.start_valkey(settings)
    os.kill(first.pid, signal.SIGSTOP)
    second = services.start_valkey(settings)
    assert (first.process(), second.pid == first.pid) == (None, False)
    assert doorbell.answers(doorbell.connect(services.redis_url(settings)))


@pytest.mark.valkey
def test_a_path_too_long_for_a_socket_gets_a_private_place(tmp_path: Path) -> None:
    deep = make_settings(tmp_path / ("长" * 30) / "var")
    identity = services.start_valkey(deep)
    socket = Path(services.redis_url(deep).removeprefix("unix://"))
    try:
        assert len(os.fsencode(socket)) < 107
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        assert doorbell.answers(doorbell.connect(services.redis_url(deep)))
    finally:
        services.stop_valkey(identity)
        socket.parent.rmdir() if not any(socket.parent.iterdir()) else None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can lay down a folder of another account")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    (tmp_path / "valkey").mkdir()
    os.chown(tmp_path / "valkey", 65534, 65534)
    with pytest.raises(services.ServiceFailed, match="其他用户"):
        services.start_valkey(settings)
