"""What the conversations share: their blueprint, who is asking in which reach, and the words their templates use."""

from uuid import UUID

from flask import Blueprint, request, url_for
from markupsafe import Markup, escape

from webapp.access import Grant, Permission, Visitor, visitor
from webapp.demand import queries
from webapp.demand.models import Need, NeedState
from webapp.demand.values import title_of, wage_of
from webapp.employers.models import Employer
from webapp.web import NUL, found

blueprint = Blueprint("demand", __name__, template_folder="../templates")
_TONES = {NeedState.OPEN: "info", NeedState.POSTED: "good"}


def reading() -> tuple[Grant, ...]:
    """Where the visitor may read the ledger."""
    return visitor().grants_for(Permission.NEED_READ)


def keeping() -> tuple[Grant, ...]:
    """Where the visitor may be responsible for employers."""
    return visitor().grants_for(Permission.NEED_KEEP)


def me() -> UUID:
    return visitor().person_id


def asked(name: str, most: int = 60) -> str:
    """A word of the address, without what no database keeps."""
    return request.args.get(name, "").replace(NUL, "").strip()[:most]


def own_employer(key: UUID) -> Employer:
    """One the visitor is responsible for; anybody else's is not found."""
    return found(queries.own_employer(key, me(), keeping()))


def own_need(key: UUID, *, for_change: bool = False) -> Need:
    """One of an employer the visitor is responsible for; anybody else's is not found. Locked inside a transaction that changes it."""
    return found(queries.own_need(key, me(), keeping(), for_change=for_change))


def is_own(employer_id: UUID) -> bool:
    return queries.own_employer(employer_id, me(), keeping()) is not None


def room_entries(asking: Visitor) -> list[tuple[str, str, None]]:
    """The pages of this room for whoever is asking."""
    entries = []
    if asking.may(Permission.NEED_KEEP):
        entries.append(("联系单位", url_for("demand.desk"), None))
    entries.append(("用工需求", url_for("demand.needs"), None))
    if queries.leading(asking.grants_for(Permission.CARE_ASSIGN)):
        entries += [("分派和移交", url_for("demand.team"), None), ("导入", url_for("demand.files"), None)]
    entries.append(("急需紧缺目录", url_for("demand.catalogues"), None))
    return entries


def need_badge(need: Need) -> Markup:
    """A state is always a word; the tone only repeats it."""
    tone = _TONES.get(need.state, "neutral")
    return Markup('<span class="tag tag-{}"><span class="visually-hidden">状态：</span>{}</span>').format(tone, escape(need.state.label))


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"need_badge": need_badge, "need_title": title_of, "need_wage": wage_of, "room_entries": room_entries}
