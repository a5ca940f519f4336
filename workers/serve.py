"""`zhilu serve`: the whole embedded set in the foreground, and nothing of it afterwards.

The parent opens no database, no index and no thread; every part is a fork of it, so a start imports the code once. It watches its children:
one that dies is started again, later each time; one that keeps dying ends the whole with a line that says where to read why.
"""

import gc
import http.client
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

import search.current
from search.analysis import default_analysis
from search.engine import SearchError
from webapp.config import Settings
from workers import doorbell, indexing, logs, preflight, processes, relay, services, web, worker
from workers.opening import TablesBehind, open_house, upgrade
from workers.processes import Identity

READY_SECONDS = 60.0
STEADY_SECONDS = 60.0
DEATHS = 5
"""A part that dies this often without running STEADY_SECONDS in between is given up."""
LOOK_SECONDS = 0.1
LOG_BYTES = 5 * 2**20


class Failed(Exception):
    """The start, or a part while running, failed for good. The text says which and where to read why."""


@dataclass
class Part:
    """One process of the set and how it has fared."""

    name: str
    body: Callable[[], None]
    identity: Identity | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0
    """Monotonic; a part that died waits until then."""


@dataclass
class House:
    """What runs, and where it writes."""

    settings: Settings
    host: str
    port: int
    threads: int
    stopping: bool = False
    parts: list[Part] = field(default_factory=list)
    valkey: Identity | None = None

    def __post_init__(self) -> None:
        self.logs = self.settings.var / "logs"
        self.record = self.settings.var / "running.json"

    # starting

    def start(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        if not self.settings.redis_url:
            self.valkey = services.start_valkey(self.settings)
        default_analysis()  # its dictionary (60 MB) is then in memory once and not in every child that searches
        gc.freeze()  # what was imported is shared with the children; a collection would touch and copy it
        self._once(self._prepare)
        url = services.redis_url(self.settings)
        self.parts = [
            Part("relay", lambda: self._relay(url)),
            *(Part(name, lambda name=name: self._worker(name, url)) for name in doorbell.QUEUES),  # type: ignore[misc]  # binds the loop's name
            Part("web", lambda: web.run(self.settings, host=self.host, port=self.port, threads=self.threads)),
        ]
        for part in self.parts:
            self._launch(part)
        self._wait_for_web()

    def take_over(self) -> None:
        """Refuses beside a running set; ends what is left of one that was killed."""
        self.settings.var.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        left = processes.remembered(self.record)
        parent = left.pop("serve", None)
        if parent is not None and parent.process() is not None:
            raise Failed(f"{self.settings.var} 已经有一套正在运行（进程 {parent.pid}），请先停止它")
        processes.end(left.values())
        self._remember()

    def _remember(self) -> None:
        known = {part.name: part.identity for part in self.parts if part.identity is not None}
        processes.remember(self.record, {"serve": Identity.of(os.getpid()), **known})

    def _log(self, name: str) -> Path:
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def _once(self, body: Callable[[], None]) -> None:
        """A step in a child of its own, so that the parent stays empty-handed. What it prints is the operator's to see."""
        pid = processes.fork("prepare", body, None)
        while (status := _ended(pid)) is None:
            if self.stopping:
                processes.end([Identity.of(pid)])
                return
            time.sleep(LOOK_SECONDS)
        if status != 0:
            raise Failed("准备没有完成，没有启动任何服务")

    def _prepare(self) -> None:
        """Tables and index of this version. What goes wrong is one line; the log of a part would be the wrong place to look for it."""
        logs.configure("prepare")
        try:
            with open_house(self.settings):
                if self.settings.is_demo:
                    upgrade()
                if search.current.engine().needs_rebuild():
                    say("正在建立检索索引……")
                    taken = indexing.rebuild(lambda done, total: say(f"  已索引 {done}/{total}"))
                    say(f"检索索引已建立：{taken} 个岗位")
        except (TablesBehind, SearchError, SQLAlchemyError, OSError) as reason:
            say(str(reason) if isinstance(reason, TablesBehind) else f"准备失败：{logs.told(reason)}")
            raise SystemExit(1) from reason

    def _relay(self, url: str) -> None:
        logs.configure("relay")
        with open_house(self.settings, searches=False):
            relay.Relay(doorbell.connect(url)).run()

    def _worker(self, queue: str, url: str) -> None:
        logs.configure(f"worker:{queue}")
        with open_house(self.settings, searches=worker.searches(queue)):
            worker.run([queue], self.settings, url)

    def _launch(self, part: Part) -> None:
        pid = processes.fork(part.name, part.body, self._log(part.name))
        part.identity, part.started = Identity.of(pid), time.monotonic()
        self._remember()

    def _wait_for_web(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not self.stopping and not self._web_answers():
            self.look()
            if time.monotonic() > until:
                raise Failed(f"网站 {READY_SECONDS:.0f} 秒内没有应答，原因见 {self.logs / 'web.log'}")
            time.sleep(LOOK_SECONDS)

    def _web_answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    # running

    def watch(self) -> None:
        """Until a signal; raises Failed when a part keeps dying."""
        while not self.stopping:
            self.look()
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        for part in self.parts:
            if part.identity is None:
                if time.monotonic() >= part.start_at and not self.stopping:
                    self._launch(part)
            elif (status := _ended(part.identity.pid)) is not None:
                self._died(part, status)

    def _died(self, part: Part, status: int) -> None:
        lived = time.monotonic() - part.started
        part.deaths = 1 if lived > STEADY_SECONDS else part.deaths + 1
        if part.identity is not None:
            processes.end_rest(part.identity.pid)
        part.identity = None
        if self.stopping:
            return
        if part.deaths >= DEATHS:
            raise Failed(f"{part.name} 连续 {part.deaths} 次异常结束，全部停止。原因见 {self.logs / (part.name + '.log')}")
        pause = 0.2 * 2**part.deaths
        part.start_at = time.monotonic() + pause
        say(f"{part.name} 结束了（{_how(status)}），{pause:.1f} 秒后重新启动；日志：{self.logs / (part.name + '.log')}")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    # ending

    def end(self) -> None:
        """The web first, so that nobody writes what no worker would see; the queue last."""
        self.stopping = True
        processes.end(part.identity for part in reversed(self.parts) if part.identity is not None)
        if self.valkey is not None:
            services.stop_valkey(self.valkey)
        self.record.unlink(missing_ok=True)


def _ended(pid: int) -> int | None:
    """The exit status of our child, None while it runs."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return status if found else None


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"退出码 {code}"


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(settings: Settings, *, host: str, port: int, threads: int, ready: Callable[[], None]) -> None:
    """Starts everything, calls `ready` once the web answers, and ends everything on Ctrl-C, SIGTERM or failure. Raises NotReady, Failed."""
    preflight.check(settings, host, port)
    house = House(settings, host, port, threads)
    house.take_over()
    try:
        house.start()
        if not house.stopping:
            ready()
        house.watch()
    finally:
        house.end()
