"""Where a journey runs: in this process, or on a platform that really runs (relay, workers, web, Valkey, SQLite or PostgreSQL, and the
embedded index or Elasticsearch).

A place makes visitors, each at an address of its own (limits are counted by address), waits until the house has done what it owes, and
reads what was sent, as a person would look at a phone or into a mailbox.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import SMTPUTF8
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

import search.current
from tests import services
from tests.conftest import ROOT
from tests.factories.accounts import relay_lives
from tests.journeys.browser import PHONE, BrowserVisitor, Inspector
from tests.journeys.visitor import ClientVisitor, Visitor
from tests.search.engines import fresh_access, swept
from tests.webapp.conftest import CheckingClient
from webapp import ledger
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import reading, session
from webapp.ledger import Delivery, DeliveryState
from webapp.notices import links
from workers.carrying import carry_one
from workers.handlers import BATCH, LISTENERS, NOTIFY
from workers.index_queue import IndexQueue
from workers.opening import open_house

PATIENCE = 15.0
RUNNING = [
    pytest.param("sqlite", marks=[pytest.mark.browser, pytest.mark.valkey]),
    pytest.param("postgres", marks=[pytest.mark.browser, pytest.mark.valkey, pytest.mark.postgres]),
]
"""The platforms a browser can visit."""
QUICK = ["here", RUNNING[0]]
"""For most journeys: each place more costs the suite their time again, and what hangs on the database is tested in the rooms on both."""
EVERYWHERE = ["here", *RUNNING]
"""For the journeys that every release has to walk on both databases."""
ON_ELASTICSEARCH = pytest.param("elasticsearch", marks=[pytest.mark.browser, pytest.mark.valkey, pytest.mark.postgres])
"""PostgreSQL, Valkey and Elasticsearch: what runs in production. Only journeys that search go there, because the others never ask the engine,
and a node that starts and all of them would make the suite two minutes longer."""
START_SECONDS = 60.0


@dataclass
class Place:
    settings: Settings
    visitors: list[Visitor] = field(default_factory=list)
    _addresses: int = 0

    def visitor(self, *, cookie: str = "", script: bool = True) -> Visitor:
        self._addresses += 1
        made = self._arrive(f"10.1.{self._addresses // 250}.{self._addresses % 250 + 1}", cookie, script=script)
        self.visitors.append(made)
        return made

    def _arrive(self, address: str, cookie: str, *, script: bool) -> Visitor:
        raise NotImplementedError

    def settle(self) -> None:
        """Until nothing is owed any more."""
        raise NotImplementedError

    def code_for(self, phone: str) -> str:
        """The six digits of the newest text message to this phone."""
        self.settle()
        found = [text for _, text in sorted(self._texts()) if text.startswith(f"To: {phone}\n")]
        assert found, "no text message came"
        digits = re.search(r"(?<!\d)\d{6}(?!\d)", found[-1].partition("\n")[2])
        assert digits, "a text message without a code"
        return digits[0]

    def _texts(self) -> Iterator[tuple[float, str]]:
        for path in self.settings.messages_directory.glob("sms-*"):
            yield path.stat().st_mtime, path.read_text(encoding="utf-8")

    def mails_to(self, address: str) -> list[Message]:
        mails = [message_from_bytes(path.read_bytes(), policy=SMTPUTF8) for path in sorted(self.settings.messages_directory.glob("email-*"))]
        return [mail for mail in mails if mail["To"] == address]

    @contextmanager
    def index_away(self) -> Iterator[None]:
        """The folder of the index is gone, as after a wrong hand; afterwards it is there again."""
        kept = self.settings.search_directory.with_name("search.away")
        self.settings.search_directory.rename(kept)
        try:
            yield
        finally:
            shutil.rmtree(self.settings.search_directory, ignore_errors=True)
            kept.rename(self.settings.search_directory)

    @contextmanager
    def index_broken(self) -> Iterator[None]:
        """Every file of the index is there and none can be read."""
        with self.index_away():
            kept = self.settings.search_directory.with_name("search.away")
            for path in kept.rglob("*"):
                broken = self.settings.search_directory / path.relative_to(kept)
                if path.is_dir():
                    broken.mkdir(parents=True, exist_ok=True)
                else:
                    broken.parent.mkdir(parents=True, exist_ok=True)
                    broken.write_bytes(b"broken" * 20)
            yield


def written(mail: Message) -> tuple[str, str]:
    """Subject and text."""
    return str(mail["Subject"]), mail.get_payload(decode=True).decode()  # type: ignore[union-attr]  # one part, never a list


@dataclass
class HerePlace(Place):
    """In this process: the test client, and the workers' own functions."""

    app: Flask = field(kw_only=True)

    def _arrive(self, address: str, cookie: str, *, script: bool) -> Visitor:
        return ClientVisitor(self.app, address, cookie)

    def settle(self) -> None:
        relay_lives()
        index = IndexQueue(lambda: False)
        try:
            while sum((carry_one(NOTIFY, self.settings), carry_one(BATCH, self.settings), index.drain())):
                pass
        finally:
            index.close()


@contextmanager
def here(settings: Settings) -> Iterator[Place]:
    """The open database of the fixture `database`, and an empty index."""
    ledger.subscribe(LISTENERS)
    search.current.engine().rebuild([])
    app = create_app(settings)
    app.testing = True
    app.test_client_class = CheckingClient
    relay_lives()
    with _links_to(settings.base_url):
        yield HerePlace(settings, app=app)


@contextmanager
def _links_to(base_url: str) -> Iterator[None]:
    """Letters lead to this place while it is open; the process forgets it afterwards, for the tests that follow."""
    links.settle(base_url)
    try:
        yield
    finally:
        links.settle("")


@dataclass
class RunningPlace(Place):
    browser: Browser = field(kw_only=True)
    url: str = field(kw_only=True)
    inspector: Inspector | None = field(kw_only=True)

    def _arrive(self, address: str, cookie: str, *, script: bool) -> Visitor:
        context = self.browser.new_context(
            base_url=self.url,
            viewport=PHONE,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            extra_http_headers={"X-Forwarded-For": address},
        )
        context.set_default_timeout(PATIENCE * 1000)
        if cookie:
            context.add_cookies([{"name": "session", "value": cookie, "url": self.url}])
        return BrowserVisitor(context, self.inspector, script=script)

    def settle(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with reading():
                if not session().scalar(select(Delivery.id).where(Delivery.state == DeliveryState.DUE).limit(1)):
                    return
            time.sleep(0.05)
        raise AssertionError("the workers did not finish in time")

    def leave(self) -> None:
        for context in self.browser.contexts:
            context.close()


@dataclass(frozen=True)
class Platform:
    settings: Settings
    url: str


@contextmanager
def running(kind: str) -> Iterator[Platform]:
    """`zhilu serve` in a folder of its own, on a free port, behind a (pretended) proxy that tells addresses apart."""
    with ExitStack() as stack:
        var = Path(tempfile.mkdtemp(prefix="zhilu-journey-"))
        stack.callback(shutil.rmtree, var, ignore_errors=True)
        redis_url, server, folder = services.start_valkey()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(_end, server)
        port = _free_port()
        environment = _environment(var) | {"REDIS_URL": redis_url, "ZHILU_BASE_URL": f"http://127.0.0.1:{port}"}
        if kind != "sqlite":
            environment["DATABASE_URL"] = stack.enter_context(services.fresh_database())
        if kind == "elasticsearch":
            stack.enter_context(swept())
            access = fresh_access()
            environment |= {"ELASTICSEARCH_URL": ",".join(access.urls), "ELASTICSEARCH_INDEX": access.prefix}
        log = stack.enter_context((var / "serve.log").open("wb"))
        served = subprocess.Popen(
            [sys.executable, "-m", "workers.cli", "serve", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        stack.callback(_end, served)
        _wait_until_started(served, var / "serve.log")
        yield Platform(Settings.from_env(environment), environment["ZHILU_BASE_URL"])


@contextmanager
def visiting(platform: Platform, browser: Browser, inspector: Inspector | None) -> Iterator[Place]:
    """One journey on a running platform; this process may look into its database meanwhile."""
    with open_house(platform.settings) as settings, _links_to(platform.url):
        place = RunningPlace(settings, browser=browser, url=platform.url, inspector=inspector)
        try:
            yield place
        finally:
            place.leave()


def _environment(var: Path) -> dict[str, str]:
    ours = ("ZHILU_", "DATABASE_", "REDIS_", "SMTP_", "ELASTIC")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"ZHILU_VAR": str(var), "ZHILU_PROXIES": "1", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_until_started(served: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while "职路已启动" not in log.read_text(encoding="utf-8", errors="replace"):
        assert served.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8", errors="replace")[-2000:]
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
