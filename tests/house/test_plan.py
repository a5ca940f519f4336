"""Contracts between the rooms, and the database that the models describe."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.conftest import ROOT
from webapp import db


def test_the_import_contracts_hold() -> None:
    lint = [str(Path(sys.executable).with_name("lint-imports"))]
    found = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_there_is_one_migration_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@pytest.mark.usefixtures("database")
def test_the_migrations_make_what_the_models_say() -> None:
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []
