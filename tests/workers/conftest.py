"""The workers' tests run on both databases: SQLite ignores SKIP LOCKED, and PostgreSQL does not make writers wait for one another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

import search.current
from search.embedded import EmbeddedEngine
from tests import services
from tests.conftest import make_settings, migrate
from webapp import db, ledger, sealing
from webapp.config import Settings, _driver
from workers import doorbell
from workers.handlers import LISTENERS


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """A migrated database that every test copies."""
    services.needed(services.postgres_server)
    with services.fresh_database() as url:
        migrate(_driver(url))
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An open database with the real table of listeners, and an empty index; once on each kind of database."""
    if request.param == "sqlite":
        request.getfixturevalue("database")
        yield _listening(request.getfixturevalue("settings"))
        return
    with services.fresh_database(template=request.getfixturevalue("migrated_postgres")) as url:
        settings = make_settings(tmp_path, _driver(url))
        sealing.configure(settings.secrets)
        engine = db.connect(settings.database_url)
        yield _listening(settings)
        db.end_reading()
        engine.dispose()
        ledger.subscribe({})


def _listening(settings: Settings) -> Settings:
    ledger.subscribe(LISTENERS)
    engine = EmbeddedEngine(settings.search_directory)
    engine.rebuild([])
    search.current.use(engine)
    return settings


@pytest.fixture
def redis() -> Iterator["Redis"]:
    """A real server, emptied for the test."""
    connection = doorbell.connect(services.needed(services.valkey))
    connection.flushdb()
    yield connection
    connection.close()
