"""How every process of the house opens what it needs, in one order: settings, keys, database, tables, listeners, search engine.

Call `open_house` after a fork, never before it. The tables of the embedded set are brought up to date by whoever comes first; those of a
production database are an operator's decision (`zhilu db upgrade`), and a process that finds them behind refuses to start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

import migrations
from webapp import db, ledger
from webapp.app import prepare
from webapp.config import Settings
from webapp.reference import operations as reference
from webapp.reference.models import ShippedTable
from workers.handlers import LISTENERS


class TablesBehind(Exception):
    """The database has no tables yet, or those of an earlier version. The text says what to do."""


@contextmanager
def open_house(settings: Settings, *, behind_is_fine: bool = False, searches: bool = True) -> Iterator[Settings]:
    """Everything a process needs (see `prepare`), let go of at the end. Raises TablesBehind in production where a migration is due."""
    for folder in (settings.var, settings.shared):
        folder.mkdir(parents=True, exist_ok=True)
    prepare(settings, searches=searches)
    ledger.subscribe(LISTENERS)
    try:
        if not behind_is_fine and not is_current():
            if not settings.is_demo:
                raise TablesBehind("数据库的表还没有建立或不是这个版本的，请先运行：zhilu db upgrade")
            upgrade()
        yield settings
    finally:
        db.end_reading()
        db.engine().dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config


def is_current() -> bool:
    """True when the tables are this version's and reference tables are loaded."""
    with db.engine().connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
        if set(found) != set(ScriptDirectory.from_config(_config()).get_heads()):
            return False
        return connection.scalar(select(func.count()).select_from(ShippedTable)) != 0


def upgrade() -> None:
    """Brings the tables to this version and loads the reference tables that ship with it; doing it again changes nothing."""
    config = _config()
    with db.engine().execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with db.transaction():
        reference.load_shipped()
