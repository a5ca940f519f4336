"""`zhilu alive`: the health check of one process, by its own heartbeat and nobody else's."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp import db
from webapp.config import Settings
from webapp.db import now, transaction
from webapp.ledger import Heartbeat
from workers.cli import main


@pytest.fixture
def house(database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ZHILU_MODE", "DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ZHILU_VAR", str(settings.var))
    return settings.var


def beat(name: str, seconds_ago: int) -> None:
    with transaction() as session:
        session.add(Heartbeat(name=name, at=now() - timedelta(seconds=seconds_ago)))


def alive(process: str) -> tuple[int, str]:
    db.end_reading()
    found = CliRunner().invoke(main, ["alive", process, "--within", "60"])
    return found.exit_code, found.output


def test_who_has_beaten_lately_lives(house: Path) -> None:
    beat("relay", 5)
    beat(f"worker:index:{socket.gethostname()}:7", 30)
    assert alive("relay")[0] == 0
    assert alive("worker:index")[0] == 0


def test_who_has_not_beaten_for_long_or_ever_does_not(house: Path) -> None:
    beat("relay", 90)
    assert alive("relay")[0] == 1
    code, told = alive("worker:notify")
    assert (code, "没有心跳" in told) == (1, True)


def test_the_worker_of_another_host_or_queue_says_nothing_of_this_one(house: Path) -> None:
    beat("worker:index:another-host:7", 1)
    beat(f"worker:notify:{socket.gethostname()}:8", 1)
    beat(f"worker:index:{socket.gethostname()}:6", 500)
    assert alive("worker:index")[0] == 1
