"""The embedded set as a newcomer starts it, ends it, and pulls the plug."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import services
from tests.conftest import ROOT
from workers import processes
from workers.processes import Identity

pytestmark = [pytest.mark.valkey, pytest.mark.timeout(180)]
NAMES = {"relay", "index", "notify", "batch", "web"}


class Served:
    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = _free_port()
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([sys.executable, "-m", "workers.cli", *words], cwd=ROOT, env=self.env(), capture_output=True, text=True, check=False)

    def env(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("ZHILU_", "DATABASE_", "REDIS_", "SMTP_", "ELASTIC"))}
        return plain | {"ZHILU_VAR": str(self.var)}

    def start(self) -> float:
        """Until it says that it is ready; answers the seconds."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers.cli", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "已启动" in line:
                return time.monotonic() - began
        raise AssertionError(self.said)

    def known(self) -> dict[str, Identity]:
        return processes.remembered(self.var / "running.json")

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/postings")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=30)
        self.said += rest
        return self.process.returncode


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    services.needed(lambda: str(services.valkey_program()))
    one = Served(tmp_path)
    yield one
    if one.process is not None and one.process.poll() is None:
        one.process.kill()
        one.process.communicate()
    processes.end([*one.known().values(), *processes.remembered(tmp_path / "valkey" / "process.json").values()])


def all_gone(family: list[psutil.Process]) -> bool:
    return psutil.wait_procs(family, timeout=15)[1] == []


def test_ctrl_c_ends_everything_and_a_second_start_is_quick(served: Served) -> None:
    served.start()
    assert served.answers()
    family = served.family()
    assert set(served.known()) == NAMES | {"serve"}
    assert served.end() == 0
    assert all_gone(family)
    assert served.known() == {}
    assert served.start() < 10, "a shared build server is slow; bench measures the 5 s of the promise"
    assert served.end(signal.SIGTERM) == 0
    assert "正在建立检索索引" in served.said
    assert served.said.count("检索索引已建立") == 1, "only the first start builds it"


def test_a_part_that_dies_is_started_again_and_said_so(served: Served) -> None:
    served.start()
    before = served.known()
    for name in ("relay", "web"):
        os.kill(before[name].pid, signal.SIGKILL)
    end = time.monotonic() + 20
    while time.monotonic() < end and (served.known().get("web") in {None, before["web"]} or not served.answers()):
        time.sleep(0.1)
    assert served.answers()
    assert served.known()["relay"] != before["relay"]
    served.end()
    assert "relay 结束了（信号 SIGKILL）" in served.said


def test_a_part_that_keeps_dying_ends_the_whole_with_a_clear_line(served: Served) -> None:
    served.start()
    assert served.process is not None
    family = served.family()
    end = time.monotonic() + 60
    while served.process.poll() is None and time.monotonic() < end:
        relay = served.known().get("relay")
        if relay is not None and relay.process() is not None:
            os.kill(relay.pid, signal.SIGKILL)
        time.sleep(0.05)
    rest, _ = served.process.communicate(timeout=30)
    assert served.process.returncode == 1
    assert "relay 连续 5 次异常结束" in rest
    assert "Traceback" not in rest
    assert all_gone(family)


def test_a_set_beside_a_running_one_is_refused(served: Served) -> None:
    served.start()
    second = served.command("serve", "--port", str(_free_port()))
    assert (second.returncode, second.stdout) == (1, "")
    assert f"已经有一套正在运行（进程 {served.known()['serve'].pid}）" in second.stderr
    assert served.answers()
    served.end()


def test_pulling_the_plug_leaves_no_process_and_the_next_start_is_sound(served: Served) -> None:
    served.start()
    family = served.family()
    valkey = processes.remembered(served.var / "valkey" / "process.json")["valkey"]
    assert served.end(signal.SIGKILL) == -signal.SIGKILL
    assert all_gone([process for process in family if process.pid != valkey.pid])
    served.start()
    assert served.answers()
    assert served.end() == 0
    assert valkey.process() is None, "what the killed start left was adopted and is now ended"


def test_everything_that_is_missing_is_named_at_once(served: Served, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    served.var = tmp_path / "file" / "var"
    with socket.create_server(("127.0.0.1", served.port)):
        found = served.command("serve", "--port", str(served.port))
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert str(served.var) in found.stderr


def test_a_taken_port_is_one_clear_line(served: Served) -> None:
    with socket.create_server(("127.0.0.1", served.port)):
        found = served.command("serve", "--port", str(served.port))
    assert found.returncode == 1
    assert f"端口 127.0.0.1:{served.port} 不能使用" in found.stderr
    assert found.stderr.count("\n") == 1


def test_the_running_set_passes_its_own_check(served: Served) -> None:
    served.start()
    found = served.command("check")
    assert found.returncode == 0, found.stdout
    lines = [line.split() for line in found.stdout.splitlines()]
    assert {state for state, *_ in lines} == {"正常"}
    named = {part.partition("：")[0] for _, part, *_ in lines}
    later = {"索引核对", "索引重建"}  # told once such a run was: the relay asks for the first check within seconds of its start
    assert named - later == {"设置", "数据库", "队列", "队列设置", "检索索引", "调度", "任务"}
    served.end()
    after = served.command("check")
    assert after.returncode == 1
    assert "调度：没有运行" in after.stdout
    assert "任务不会丢失" in after.stdout


def test_the_record_names_every_process_by_number_and_birth(served: Served) -> None:
    served.start()
    kept = json.loads((served.var / "running.json").read_text())
    assert {name: set(fields) for name, fields in kept.items()} == {name: {"pid", "born"} for name in NAMES | {"serve"}}
    served.end()
