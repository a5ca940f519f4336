from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.db import LOCAL_ZONE, transaction
from webapp.notices import labels, operations, queries
from webapp.notices.forms import LedgerFilter
from webapp.notices.operations import NotInTrouble
from webapp.web import found, here_or, paginate, span

blueprint = Blueprint("notices", __name__, template_folder="templates")
ENTRIES_PER_PAGE = 50


@blueprint.get("/notices")
@requires(Permission.ACCOUNT_OWN)
def inbox() -> str:
    me = visitor().person_id
    return render_template("notices/inbox.html", page=paginate(queries.inbox(me)), unread=queries.unread_count(me), zone=LOCAL_ZONE)


@blueprint.post("/notices/<uuid:key>/read")
@requires(Permission.ACCOUNT_OWN)
def read(key: UUID) -> Response:
    """Opens the thing a notice is about. A POST, because a mail scanner or a preloading browser that follows links reads nothing."""
    with transaction():
        notice = found(queries.notice_of(visitor().person_id, key, locked=True))
        operations.mark_read(notice)
    return redirect(here_or(url_for("notices.inbox"), notice.path), 303)


@blueprint.post("/notices/read")
@requires(Permission.ACCOUNT_OWN)
def read_all() -> Response:
    with transaction():
        operations.mark_all_read(visitor().person_id)
    flash("全部消息已标为已读。", "success")
    return redirect(url_for("notices.inbox"), 303)


@blueprint.get("/deliveries")
@requires(Permission.DELIVERIES_READ)
def deliveries() -> str:
    page = paginate(queries.troubled())
    pulses, figures = queries.pulses(), queries.queue_figures()
    return render_template(
        "notices/deliveries.html",
        page=page,
        entries=queries.entries_of(list(page.rows)),
        pulses=pulses,
        figures=figures,
        stale=[pulse for pulse in pulses if pulse.stale],
        relay_missing=all(pulse.name != "relay" for pulse in pulses),
        labels=labels,
        span=span,
        zone=LOCAL_ZONE,
    )


@blueprint.post("/deliveries/<uuid:key>/retry")
@requires(Permission.DELIVERIES_READ)
def retry(key: UUID) -> Response:
    try:
        with transaction():
            operations.retry_delivery(key, by=acting(Permission.DELIVERIES_READ))
    except NotInTrouble:
        abort(404)
    flash("已重新排队，稍后自动处理。", "success")
    return redirect(url_for("notices.deliveries"), 303)


@blueprint.post("/deliveries/<uuid:key>/close")
@requires(Permission.DELIVERIES_READ)
def close(key: UUID) -> Response:
    try:
        with transaction():
            operations.close_delivery(key, by=acting(Permission.DELIVERIES_READ))
    except NotInTrouble:
        abort(404)
    flash("已关闭，不再处理。待发送的内容已清除。", "success")
    return redirect(url_for("notices.deliveries"), 303)


@blueprint.get("/ledger")
@requires(Permission.LEDGER_READ)
def ledger() -> str:
    form = LedgerFilter(request.args)
    if form.validate():
        wanted = queries.entries(day=form.day.data, event=form.event.data, subject=(form.subject.data or "").strip())
        page = paginate(wanted, size=ENTRIES_PER_PAGE)
    else:
        page = None
    return render_template("notices/ledger.html", form=form, page=page, labels=labels, zone=LOCAL_ZONE)
