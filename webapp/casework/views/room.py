"""What the conversations share: their blueprint, and who is asking in which reach."""

from uuid import UUID

from flask import Blueprint

from webapp.access import Grant, Permission, visitor
from webapp.casework import queries
from webapp.casework.models import Case
from webapp.web import found

blueprint = Blueprint("casework", __name__, template_folder="../templates")


def reading() -> tuple[Grant, ...]:
    """Where the visitor may read cases."""
    return visitor().grants_for(Permission.CASE_READ)


def keeping() -> tuple[Grant, ...]:
    """Where the visitor may hold cases."""
    return visitor().grants_for(Permission.CASE_KEEP)


def leading() -> tuple[Grant, ...]:
    """Where the visitor says who holds which case; empty for who works below a county."""
    return queries.leading(visitor().grants_for(Permission.CASE_LEAD))


def me() -> UUID:
    return visitor().person_id


def own_case(key: UUID, *, for_change: bool = False) -> Case:
    """One the visitor may write in; anybody else's is not found. Locked inside a transaction that changes it."""
    return found(queries.kept_by(key, me(), keeping(), for_change=for_change))
