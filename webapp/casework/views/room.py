"""What the conversations share: their blueprint, who is asking in which reach, and the words their templates use."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, abort, request, url_for

from webapp.access import Grant, Permission, Visitor, visitor
from webapp.casework import queries
from webapp.casework.models import Case, Client
from webapp.reference.models import Education
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


def opened_by_me(cases: Iterable[Case]) -> set[UUID]:
    """Those of a list that the visitor may write in: their rows lead further."""
    lead = leading()
    return {case.id for case in cases if case.caseworker_id == me() or any(grant.covers(case.region) for grant in lead)}


def case_entries(asking: Visitor) -> list[tuple[str, str, None]]:
    """The pages of this room for whoever is asking."""
    keeps = asking.may(Permission.CASE_KEEP)
    leads_area = bool(queries.leading(asking.grants_for(Permission.CASE_LEAD)))
    pages = (
        (True, "工作台", "desk"),
        (keeps, "日程", "agenda"),
        (leads_area, "导入名册", "rosters"),
        (leads_area, "分派", "allocation"),
        (keeps, "登记毕业生", "enter"),
        (keeps, "登记其他人", "admit"),
        (True, "服务记录", "service_log"),
        (True, "去向和落实率", "destinations"),
        (keeps, "去向核查", "destination_checks"),
        (leads_area, "部门比对", "comparisons"),
        (True, "就业见习", "traineeships"),
        (True, "服务标准", "standards"),
        (True, "帮扶项目", "programme_list"),
    )
    return [(label, url_for(f"casework.{endpoint}"), None) for shows, label, endpoint in pages if shows]


def education_label(rank: int) -> str:
    return Education.of(rank).label


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"case_entries": case_entries, "education_label": education_label, "mask_name": mask_name, "shown_name": shown_name}
