"""The house on a database of its own for every test: a migrated SQLite file, copied from a template made once per run."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

import search.current
from search.embedded import EmbeddedEngine
from tests import services
from webapp import db, ledger, sealing
from webapp.app import settle
from webapp.config import Secrets, Settings, _driver
from webapp.reference import operations as reference

pytest_plugins = ["tests.report", "tests.scheduling"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
WRITERS = 8
"""Connections that a test on PostgreSQL may hold at once."""
TEST_SECRETS = Secrets("test-session-key", {"test": b"k" * 32}, b"i" * 32)


def make_settings(var: Path, database_url: str | None = None, **changes: object) -> Settings:
    values: dict[str, object] = {
        "mode": "demo",
        "var": var,
        "database_url": database_url or f"sqlite:///{var / 'zhilu.db'}",
        "redis_url": None,
        "base_url": "http://localhost",
        "smtp_url": None,
        "mail_from": "no-reply@zhilu.invalid",
        "service_name": "职路",
        "home_region": "370000",
        "proxies": 0,
        "files": var / "files",
        "max_request_bytes": 4 * 1024 * 1024,
        "secrets": TEST_SECRETS,
    }
    return Settings(**{**values, **changes})


def migrate(url: str) -> None:
    """Brings an empty database to the head revision and loads the shipped reference tables."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = db.connect(url)
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with db.transaction():
        reference.load_shipped()
    engine.dispose()


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "zhilu.db"
    sealing.configure(TEST_SECRETS)
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@contextmanager
def opened(settings: Settings, **options: object) -> Iterator[Settings]:
    """The database these settings name, with nobody listening to events."""
    settle(settings)
    engine = db.connect(settings.database_url, **options)
    ledger.subscribe({})
    try:
        yield settings
    finally:
        db.end_reading()
        engine.dispose()
        ledger.subscribe({})


@pytest.fixture
def database(settings: Settings, template_database: Path) -> Iterator[None]:
    """An open database with the shipped reference tables."""
    shutil.copy(template_database, settings.var / "zhilu.db")
    with opened(settings):
        yield


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """A migrated database on a server, which every test copies."""
    services.needed(services.postgres_server)
    with services.fresh_database() as url:
        migrate(_driver(url))
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The open database of `database`, once of each kind: SQLite has one writer, on PostgreSQL several write at once."""
    if request.param == "sqlite":
        request.getfixturevalue("database")
        yield request.getfixturevalue("settings")
        return
    template = request.getfixturevalue("migrated_postgres")
    with services.fresh_database(template=template) as url, opened(make_settings(tmp_path, _driver(url)), pool_size=WRITERS) as settings:
        yield settings


@pytest.fixture
def index(settings: Settings) -> EmbeddedEngine:
    """An empty embedded search index, in use by this process."""
    engine = EmbeddedEngine(settings.search_directory)
    search.current.use(engine)
    return engine
