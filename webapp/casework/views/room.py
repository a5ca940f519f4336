"""What the conversations share: their blueprint, and who is asking in which reach."""

from uuid import UUID

from flask import Blueprint, abort, url_for

from webapp.access import Grant, Permission, Visitor, visitor
from webapp.casework import queries
from webapp.casework.models import Case
from webapp.reference.models import Education
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


def must_lead() -> tuple[Grant, ...]:
    """For pages of whoever leads an area; 403 for who works below a county."""
    return leading() or abort(403)


def me() -> UUID:
    return visitor().person_id


def own_case(key: UUID, *, for_change: bool = False) -> Case:
    """One the visitor may write in; anybody else's is not found. Locked inside a transaction that changes it."""
    return found(queries.kept_by(key, me(), keeping(), for_change=for_change))


def case_entries(asking: Visitor) -> list[tuple[str, str, None]]:
    """The pages of this room for whoever is asking."""
    entries = [("工作台", url_for("casework.desk"), None)]
    if asking.may(Permission.CASE_KEEP):
        entries.append(("日程", url_for("casework.agenda"), None))
    return entries


def education_label(rank: int) -> str:
    return Education.of(rank).label


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"case_entries": case_entries, "education_label": education_label}
