"""Relay and workers as processes of their own, a mail server that remembers, and seekers who wait for every posting.

Used by the kill tests and by the latency bench: publishing goes through the house's own operations, everything after it through the queue.
"""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller
from sqlalchemy import select

import search.current
from tests import services
from tests.conftest import ROOT
from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import actor_of, posting_values
from tests.factories.seekers import make_saved_search
from webapp import db
from webapp.access import Role
from webapp.config import Settings
from webapp.db import reading, session, today, transaction
from webapp.ledger import Delivery, DeliveryState
from webapp.postings import operations
from webapp.postings.models import Posting
from workers.opening import open_house

PARTS = {"relay": ["relay"], "index": ["worker", "index"], "notify": ["worker", "notify"], "batch": ["worker", "batch"]}
SEARCHED = "电焊工"


class Mailbox:
    """Counts every mail by its Message-ID, and takes its time, so that a kill meets a mail under way."""

    def __init__(self, seed: int) -> None:
        self.received: Counter[str] = Counter()
        self._random = random.Random(seed)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's own name
        head = envelope.content.decode("utf-8", "replace")
        self.received[head.partition("Message-ID: ")[2].partition("\r\n")[0]] += 1
        await asyncio.sleep(self._random.uniform(0, 0.06))
        return "250 OK"


@dataclass
class Server:
    """A Valkey that may be killed and started again in its place."""

    url: str
    process: "subprocess.Popen[bytes]"
    folder: Path

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """In its place, with what it had written."""
        _, self.process, _ = services.start_valkey(self.folder)

    def wipe(self) -> None:
        """kill -9, and an empty server in its place: every doorbell is gone."""
        self.kill()
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        self.start()


@dataclass
class Running:
    settings: Settings
    environment: dict[str, str]
    mailbox: Mailbox
    valkey: Server
    seekers: list[UUID] = field(default_factory=list)
    waiting: list[UUID] = field(default_factory=list)
    """Postings in review, to be approved."""
    reviewer: Any = None
    owner: Any = None
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    born: dict[str, float] = field(default_factory=dict)

    def start(self, part: str) -> None:
        with (self.settings.var / f"{part}.log").open("ab") as log:
            self.processes[part] = subprocess.Popen(
                [sys.executable, "-m", "workers.cli", *PARTS[part]], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.born[part] = time.monotonic()

    def kill(self, part: str) -> None:
        self.processes[part].kill()
        self.processes[part].wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def approve(self, posting_id: UUID) -> None:
        with transaction():
            operations.approve(session().get_one(Posting, posting_id, with_for_update=True), by=actor_of(self.reviewer, Role.REVIEWER))

    def wait_until_settled(self, seconds: float) -> bool:
        """True when no delivery is due, leased or waiting for its next try; else says what is."""
        until = time.monotonic() + seconds
        while (left := self._left()) and time.monotonic() < until:
            time.sleep(0.2)
        for listener, attempts, error in left[:10]:
            print(f"not settled: {listener} attempts={attempts} {error or ''}")
        if left:
            self.tell_processes()
        return not left

    def tell_processes(self) -> None:
        for part, process in self.processes.items():
            last = (self.settings.var / f"{part}.log").read_text("utf-8", "replace").splitlines()[-3:]
            print(f"{part}: exit={process.poll()}", *last, sep="\n  ")

    def _left(self) -> list[tuple[str, int, str | None]]:
        with reading():
            wanted = select(Delivery.listener, Delivery.attempts, Delivery.last_error).where(Delivery.state == DeliveryState.DUE)
            return [(row.listener, row.attempts, row.last_error) for row in session().execute(wanted)]


@contextmanager
def running(database: str, *, postings: int, seekers: int, seed: int = 1, elasticsearch: str = "") -> Iterator[Running]:
    """An open house in this process, with `postings` waiting for review and nothing else running yet but the services.

    `elasticsearch`: the address of a cluster that nobody else uses; empty: the embedded engine.
    """
    with ExitStack() as stack:
        var = Path(tempfile.mkdtemp(prefix="zhilu-faults-"))
        stack.callback(shutil.rmtree, var, ignore_errors=True)
        server = Server(*services.start_valkey())
        stack.callback(server.end)
        mailbox = Mailbox(seed)
        post = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
        post.start()
        stack.callback(post.stop)
        environment = _environment(var, server.url, f"smtp://127.0.0.1:{post.port}")
        if database == "postgres":
            environment["DATABASE_URL"] = stack.enter_context(services.fresh_database())
        if elasticsearch:
            environment["ELASTICSEARCH_URL"] = elasticsearch
        settings = stack.enter_context(open_house(Settings.from_env(environment)))
        one = Running(settings, environment, mailbox, server)
        stack.callback(one.stop)
        search.current.engine().rebuild([])
        _populate(one, postings, seekers)
        try:
            yield one
        except Exception:
            one.tell_processes()
            raise


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _environment(var: Path, redis_url: str, smtp_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHILU_", "DATABASE_", "REDIS_", "SMTP_", "ELASTIC"))}
    return kept | {"ZHILU_VAR": str(var), "REDIS_URL": redis_url, "SMTP_URL": smtp_url, "PYTHONPATH": str(ROOT)}


def _populate(one: Running, postings: int, seekers: int) -> None:
    employer = make_employer()
    owner = actor_of(owner_of(employer), Role.EMPLOYER_OWNER)
    one.reviewer, one.owner = make_staff(Role.REVIEWER), owner
    db.end_reading()
    for number in range(seekers):
        person = make_person(email=f"seeker{number}@example.com")
        make_saved_search(person, q=SEARCHED)
        one.seekers.append(person.id)
    for number in range(postings):
        with transaction():
            posting = operations.draft(employer, posting_values(title=f"{SEARCHED}{number}"), by=owner)
            operations.submit(posting, by=owner, on=today())
            one.waiting.append(posting.id)
