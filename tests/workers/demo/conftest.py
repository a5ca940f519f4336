"""The demo, loaded once for this folder, in two goes: the first one is ended in the middle."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import TEST_SECRETS, make_settings
from webapp import db, ledger, sealing
from webapp.config import Settings
from webapp.sources import storing
from workers import demo


class Ended(Exception):
    """Stands for the terminal that was closed in the middle of a load."""


def end_among_postings(what: str, done: int, total: int) -> None:
    if what == "岗位" and done > total // 2:
        raise Ended


@pytest.fixture(scope="package")
def loaded(tmp_path_factory: pytest.TempPathFactory, template_database: Path) -> Settings:
    """A database into which the demo was loaded in two goes: the first one was ended in the middle."""
    settings = make_settings(tmp_path_factory.mktemp("demo"))
    shutil.copy(template_database, settings.var / "zhilu.db")
    sealing.configure(TEST_SECRETS)
    engine = db.connect(settings.database_url)
    ledger.subscribe({})
    storing.settle(settings.var)
    with pytest.raises(Ended):
        demo.load(settings, end_among_postings)
    assert demo.load(settings).loaded
    db.end_reading()
    engine.dispose()
    return settings


@pytest.fixture
def house(loaded: Settings) -> Iterator[Settings]:
    """The loaded database, open; a test that changes it does so in `scratch`."""
    yield from opened(loaded)


@pytest.fixture
def scratch(loaded: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the loaded database for one test."""
    with db.make_engine(loaded.database_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(loaded.var / "zhilu.db", tmp_path / "zhilu.db")
    yield from opened(make_settings(tmp_path))


def opened(settings: Settings) -> Iterator[Settings]:
    sealing.configure(TEST_SECRETS)
    engine = db.connect(settings.database_url)
    ledger.subscribe({})
    storing.settle(settings.var)
    yield settings
    db.end_reading()
    engine.dispose()
