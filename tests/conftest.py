"""The house on a database of its own for every test: a migrated SQLite file, copied from a template made once per run."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

import search.current
from search.embedded import EmbeddedEngine
from webapp import db, files, ledger, sealing
from webapp.config import Secrets, Settings
from webapp.reference import operations as reference
from webapp.sources import storing

pytest_plugins = ["tests.report"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
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


@pytest.fixture
def database(settings: Settings, template_database: Path) -> Iterator[None]:
    """An open database with the shipped reference tables and nobody listening to events."""
    shutil.copy(template_database, settings.var / "zhilu.db")
    sealing.configure(settings.secrets)
    engine = db.connect(settings.database_url)
    files.settle(settings.files)
    ledger.subscribe({})
    storing.settle(settings.var)
    yield
    db.end_reading()
    engine.dispose()


@pytest.fixture
def index(settings: Settings) -> EmbeddedEngine:
    """An empty embedded search index, in use by this process."""
    engine = EmbeddedEngine(settings.search_directory)
    search.current.use(engine)
    return engine
