"""Registers too large to be held in memory: asked in the database, one row at a time."""

from webapp.db import session
from webapp.reference.models import CompanyEnd


def company_end(uscc: str) -> CompanyEnd | None:
    """How the register of companies says that an organisation ended; None: it says nothing of the kind."""
    return session().get(CompanyEnd, uscc)
