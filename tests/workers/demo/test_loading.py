"""Loading again, elsewhere, in another process, on another day; and where it is refused."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from tests import services
from tests.conftest import ROOT, TEST_SECRETS, make_settings
from webapp import db, ledger, sealing
from webapp.config import Settings, _driver
from webapp.db import session, today
from webapp.postings.models import Posting
from workers import demo
from workers.demo import staff
from workers.demo.calendar import Calendar
from workers.demo.employers import plans, settle
from workers.demo.postings import postings_of


class TestLoadingAgain:
    def test_a_second_load_changes_nothing(self, house: Settings) -> None:
        before = _content()
        summary = demo.load(house)
        db.end_reading()
        assert not summary.loaded
        assert summary.open_postings >= 2000
        assert _content() == before

    def test_production_refuses_it(self, settings: Settings) -> None:
        production = make_settings(settings.var, mode="production")
        with pytest.raises(demo.NotADemo, match="生产模式"):
            demo.load(production)

    @pytest.mark.usefixtures("house")
    def test_another_process_makes_the_same_rows(self, loaded: Settings) -> None:
        """With another seed of hashing: an order that hangs on a set or on `hash` would show."""
        script = "from tests.workers.demo.test_loading import digest_of_some; print(digest_of_some())"
        environment = {**os.environ, "PYTHONHASHSEED": "17", "LOADED_DATABASE_URL": loaded.database_url}
        found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert found.stdout.strip() == _digest(_some_of_the_database()), found.stderr

    @pytest.mark.usefixtures("house")
    def test_a_load_on_another_day_gives_the_same_keys(self) -> None:
        now, later = ({row[0].id for row in _some(Calendar(today() + timedelta(days=days)))} for days in (0, 40))
        assert now == later


_SOME = 60


def _some(calendar: Calendar) -> list[list[Posting]]:
    offices = staff.Offices(calendar, [])
    settled = [settle(calendar, plan, offices, None)[0] for plan in plans()[:_SOME]]
    return [bundle for one in settled for bundle in postings_of(calendar, one, offices)]


def _told_apart(postings: list[Posting]) -> list[tuple[object, ...]]:
    names = [column.key for column in inspect(Posting).columns if column.key not in {"seq", "version"}]
    return sorted((tuple(_told(getattr(row, name)) for name in names) for row in postings), key=str)


def _told(value: object) -> str:
    """A sum by its value: the database gives 6000.00 back for 6000."""
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value or "")


def _digest(rows: list[tuple[object, ...]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _some_of_the_database() -> list[tuple[object, ...]]:
    keys = {bundle[0].id for bundle in _some(Calendar(today()))}
    return _told_apart(list(session().scalars(select(Posting).where(Posting.id.in_(keys)))))


def digest_of_some() -> str:
    sealing.configure(TEST_SECRETS)
    db.connect(os.environ["LOADED_DATABASE_URL"])
    return _digest(_told_apart([bundle[0] for bundle in _some(Calendar(today()))]))


def _content() -> str:
    """Of every table, every row."""
    told = []
    for table in db.Base.metadata.sorted_tables:
        rows = session().execute(select(table).order_by(*table.primary_key.columns)).all()
        told.append((table.name, [tuple(row) for row in rows]))
    return hashlib.sha256(repr(told).encode()).hexdigest()


@pytest.mark.postgres
def test_it_loads_into_postgresql(migrated_postgres: str, tmp_path: Path) -> None:
    with services.fresh_database(template=migrated_postgres) as url:
        settings = make_settings(tmp_path, _driver(url))
        sealing.configure(settings.secrets)
        engine = db.connect(settings.database_url)
        ledger.subscribe({})
        summary = demo.load(settings)
        assert (summary.loaded, summary.open_postings >= 2000, summary.staff > 50) == (True, True, True)
        assert not demo.load(settings).loaded
        db.end_reading()
        engine.dispose()
