"""Outlets on both databases: SQLite has one writer, on PostgreSQL two write at once."""

from collections.abc import Iterator

import pytest

from tests.webapp.outlets.fake_outlet import FakeOutlet, fake_outlet
from webapp import ledger
from webapp.config import Settings
from workers.handlers import LISTENERS


@pytest.fixture
def house(both: Settings) -> Settings:
    """An open database whose facts are heard, and a folder for what leaves."""
    ledger.subscribe(LISTENERS)
    return both


@pytest.fixture
def their_server() -> Iterator[FakeOutlet]:
    with fake_outlet() as outlet:
        yield outlet
