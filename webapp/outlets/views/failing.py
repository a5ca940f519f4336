"""What was told to the outlets of the visitor's area, above all what failed; an administrator has it told anew or gives it up."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.db import transaction
from webapp.outlets import operations, queries
from webapp.outlets.forms import GiveUpForm, PressForm
from webapp.outlets.models import Outlet
from webapp.outlets.operations import Refusal
from webapp.outlets.queries import GROUPS
from webapp.outlets.views.managing import manages, managing_grants, reading_grants
from webapp.outlets.views.room import blueprint
from webapp.web import found, here_or, paginate

AT_ONCE = 1000
"""So many are told anew by one button."""


@blueprint.get("/outlets/items")
@requires(Permission.OUTLET_READ)
def dispatches() -> str:
    group = request.args.get("group", "troubled")
    group = group if group in GROUPS or group == "published" else "troubled"
    outlet = _asked_outlet()
    outlet_id = outlet.id if outlet else None
    page = paginate(queries.dispatches(reading_grants(), group, outlet_id), size=50)
    counts = queries.group_counts(reading_grants(), outlet_id)
    return render_template(
        "outlets/dispatches.html",
        page=page,
        group=group,
        label="在渠道上的" if group == "published" else GROUPS[group][0],
        tabs=[(label, url_for(".dispatches", group=name, outlet=outlet_id), counts[name]) for name, (label, _) in GROUPS.items()],
        outlet=outlet,
        outlets=queries.outlets_by_key(row.outlet_id for row in page.rows),
        postings=queries.titles(page.rows),
        may_manage=bool(managing_grants()),
        manages=manages,
    )


def _asked_outlet() -> Outlet | None:
    text = request.args.get("outlet", "")
    if not text:
        return None
    try:
        key = UUID(text)
    except ValueError:
        return found(None)
    return found(queries.outlet_within(key, reading_grants()))


@blueprint.post("/outlets/items/<uuid:key>/retry")
@requires(Permission.OUTLET_MANAGE)
def retry(key: UUID) -> Response:
    try:
        with transaction():
            operations.retry(found(queries.dispatch_within(key, managing_grants())), by=acting(Permission.OUTLET_MANAGE))
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash("已重新排队，下一分钟发出。", "success")
    return redirect(_back(), 303)


def _back() -> str:
    """To the list it was pressed in."""
    return here_or(url_for(".dispatches"), PressForm().back.data)


@blueprint.post("/outlets/<uuid:key>/retry")
@requires(Permission.OUTLET_MANAGE)
def retry_all(key: UUID) -> Response:
    with transaction():
        outlet = found(queries.outlet_within(key, managing_grants(), for_change=True))
        waiting = queries.troubled_of(outlet, AT_ONCE)
        done = operations.retry_all(waiting, by=acting(Permission.OUTLET_MANAGE))
    flash(f"{done} 个已重新排队，下一分钟起发出。", "success")
    return redirect(url_for(".dispatches", outlet=key), 303)


@blueprint.route("/outlets/items/<uuid:key>/give-up", methods=["GET", "POST"])
@requires(Permission.OUTLET_MANAGE)
def give_up(key: UUID) -> str | Response:
    dispatch = found(queries.dispatch_within(key, managing_grants()))
    form = GiveUpForm()
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(queries.dispatch_within(key, managing_grants()))
                operations.give_up(kept, form.reason.data or "", by=acting(Permission.OUTLET_MANAGE))
        except Refusal as refusal:
            flash(str(refusal), "info")
        else:
            flash("已放弃，理由已记下。", "success")
        return redirect(url_for(".dispatches"), 303)
    return render_template(
        "outlets/give_up.html",
        form=form,
        dispatch=dispatch,
        outlet=queries.outlets_by_key([dispatch.outlet_id])[dispatch.outlet_id],
        posting=queries.titles([dispatch])[dispatch.posting_id],
    )
