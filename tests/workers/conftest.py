"""The workers' tests run on both databases: SQLite ignores SKIP LOCKED, and PostgreSQL does not make writers wait for one another."""

from collections.abc import Iterator

import pytest
from redis import Redis

import search.current
from search.embedded import EmbeddedEngine
from tests import services
from webapp import ledger
from webapp.config import Settings
from workers import doorbell
from workers.handlers import LISTENERS


@pytest.fixture
def house(both: Settings) -> Settings:
    """An open database with the real table of listeners, and an empty index; once on each kind of database."""
    ledger.subscribe(LISTENERS)
    engine = EmbeddedEngine(both.search_directory)
    engine.rebuild([])
    search.current.use(engine)
    return both


@pytest.fixture
def redis() -> Iterator["Redis"]:
    """A real server, emptied for the test."""
    connection = doorbell.connect(services.needed(services.valkey))
    connection.flushdb()
    yield connection
    connection.close()
