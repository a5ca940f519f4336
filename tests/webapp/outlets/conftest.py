"""Outlets on both databases: SQLite has one writer, on PostgreSQL two write at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services
from tests.conftest import make_settings, migrate
from tests.webapp.outlets.fake_outlet import FakeOutlet, fake_outlet
from webapp import db, ledger, sealing
from webapp.config import Settings, _driver
from webapp.outlets import roads
from workers.handlers import LISTENERS


@pytest.fixture(scope="package")
def migrated_postgres() -> Iterator[str]:
    services.needed(services.postgres_server)
    with services.fresh_database() as url:
        migrate(_driver(url))
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An open database whose facts are heard, and a folder for what leaves."""
    if request.param == "sqlite":
        request.getfixturevalue("database")
        settings = request.getfixturevalue("settings")
        roads.settle(settings)
        ledger.subscribe(LISTENERS)
        yield settings
        return
    with services.fresh_database(template=request.getfixturevalue("migrated_postgres")) as url:
        settings = make_settings(tmp_path, _driver(url))
        sealing.configure(settings.secrets)
        engine = db.connect(settings.database_url)
        roads.settle(settings)
        ledger.subscribe(LISTENERS)
        yield settings
        db.end_reading()
        engine.dispose()
        ledger.subscribe({})


@pytest.fixture
def their_server() -> Iterator[FakeOutlet]:
    with fake_outlet() as outlet:
        yield outlet
