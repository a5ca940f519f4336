"""The demo, loaded once for this folder, in two goes: the first one is ended in the middle."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import make_settings, opened
from webapp import db
from webapp.config import Settings
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
    with opened(settings):
        with pytest.raises(Ended):
            demo.load(settings, end_among_postings)
        assert demo.load(settings).loaded
    return settings


@pytest.fixture
def house(loaded: Settings) -> Iterator[Settings]:
    """The loaded database, open; a test that changes it does so in `scratch`."""
    with opened(loaded):
        yield loaded


@pytest.fixture
def scratch(loaded: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the loaded database for one test."""
    with db.make_engine(loaded.database_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(loaded.var / "zhilu.db", tmp_path / "zhilu.db")
    with opened(make_settings(tmp_path)) as settings:
        yield settings
