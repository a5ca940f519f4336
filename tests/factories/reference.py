"""Reference values as a test wants them."""

from sqlalchemy import update

from webapp.db import new_key, session, transaction
from webapp.reference.models import Parameter, ShippedTable
from webapp.reference.queries import forget


def set_parameter(key: str, value: str) -> None:
    """Every row of this parameter says `value` from now on, also to a process that has read the table before."""
    with transaction():
        session().execute(update(Parameter).where(Parameter.key == key).values(value=value))
        session().execute(update(ShippedTable).where(ShippedTable.kind == "parameters").values(version=str(new_key())))
    forget()
