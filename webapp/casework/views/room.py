"""What the conversations share: their blueprint, and who is asking in which reach."""

from uuid import UUID

from flask import Blueprint, abort, request, url_for

from webapp.access import Grant, Permission, Visitor, visitor
from webapp.casework import queries
from webapp.casework.models import Case, Client
from webapp.sealing import mask_name
from webapp.web import NUL, found

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


def leads() -> tuple[Grant, ...]:
    """As `leading`; 403 for who works below a county."""
    return leading() or abort(403)


def me() -> UUID:
    return visitor().person_id


def own_case(key: UUID, *, for_change: bool = False) -> Case:
    """One the visitor may write in; anybody else's is not found. Locked inside a transaction that changes it."""
    return found(queries.kept_by(key, me(), keeping(), for_change=for_change))


def asked(name: str, most: int = 60) -> str:
    """A word of the address, without what no database keeps."""
    return request.args.get(name, "").replace(NUL, "").strip()[:most]


def shown_name(case: Case, client: Client) -> str:
    """In full for who holds the case, the family name alone for everybody else."""
    name = client.name or ""
    return name if case.caseworker_id == me() else mask_name(name)


def case_entries(asking: Visitor) -> list[tuple[str, str, None]]:
    """The pages of this room for whoever is asking."""
    entries: list[tuple[str, str, None]] = []
    if asking.may(Permission.CASE_KEEP):
        entries.append(("单个登记", url_for("casework.enter"), None))
    if queries.leading(asking.grants_for(Permission.CASE_LEAD)):
        entries.append(("导入名册", url_for("casework.rosters"), None))
        entries.append(("分派", url_for("casework.allocation"), None))
    return entries


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"case_entries": case_entries, "shown_name": shown_name}
