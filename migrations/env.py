"""Runs the migrations on the database the settings name (or on a connection handed over by a test)."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, Enum

from webapp import files, ledger
from webapp.accounts import models as accounts
from webapp.casework import models as casework
from webapp.casework.desk import models as casework_desk
from webapp.casework.destinations import comparison_models as comparisons
from webapp.casework.destinations import models as destinations
from webapp.casework.rosters import models as rosters
from webapp.casework.serving import models as serving
from webapp.casework.traineeships import models as traineeships
from webapp.config import Settings
from webapp.db import Base, make_engine
from webapp.demand import catalogue_models as catalogue
from webapp.demand import models as demand
from webapp.employers import models as employers
from webapp.inspection import models as inspection
from webapp.matching import models as matching
from webapp.notices import models as notices
from webapp.outlets import models as outlets
from webapp.postings import models as postings
from webapp.postings.applying import models as applying
from webapp.postings.life import models as life
from webapp.postings.reviewing import models as reviewing
from webapp.reference import destination_models as destination_tables
from webapp.reference import models as reference
from webapp.reference import service_models as services
from webapp.reference import study
from webapp.seekers import models as seekers
from webapp.sources import models as sources

MODELS = (
    ledger,
    accounts,
    applying,
    casework,
    casework_desk,
    catalogue,
    comparisons,
    demand,
    destination_tables,
    destinations,
    employers,
    files,
    inspection,
    life,
    matching,
    notices,
    outlets,
    postings,
    reference,
    reviewing,
    rosters,
    seekers,
    services,
    serving,
    sources,
    traineeships,
    study,
)
"""Imported so that Base.metadata knows every table."""


def render_item(kind: str, item: object, autogen_context: object) -> str | Literal[False]:
    """A code column is a plain string in a migration: its values are the application's business."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    engine = make_engine(Settings.from_env().database_url).execution_options(writes=True)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


run()
