"""The outlets of the visitor's area: how each fares, and an administrator who adds, changes, suspends them and makes their keys."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import now, transaction
from webapp.outlets import operations, planning, queries, roads
from webapp.outlets.forms import OutletForm
from webapp.outlets.models import Outlet, Way
from webapp.outlets.operations import OutsideTheArea, Refusal, SlugTaken, WayIsFixed
from webapp.outlets.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found

SHIPMENTS_SHOWN = 10


def reading_grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.OUTLET_READ)


def managing_grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.OUTLET_MANAGE)


def manages(outlet: Outlet) -> bool:
    return any(grant.covers(outlet.region) for grant in managing_grants())


@blueprint.get("/outlets")
@requires(Permission.OUTLET_READ)
def outlets() -> str:
    rows = queries.outlets_within(reading_grants())
    return render_template(
        "outlets/outlets.html",
        rows=rows,
        health=queries.health_of(rows),
        counts=queries.group_counts(reading_grants()),
        regions=reference.regions(),
        may_manage=bool(managing_grants()),
    )


@blueprint.get("/outlets/<uuid:key>")
@requires(Permission.OUTLET_READ)
def outlet(key: UUID) -> str:
    row = found(queries.outlet_within(key, reading_grants()))
    return _outlet_page(row)


def _outlet_page(row: Outlet, new_key: str = "") -> str:
    return render_template(
        "outlets/outlet.html",
        outlet=row,
        health=queries.health_of([row])[row.id],
        late=queries.unanswered_since(row, reference.whole("outlet_receipt_hours")),
        receipt_hours=reference.whole("outlet_receipt_hours"),
        cycle=reference.whole("outlet_cycle_minutes"),
        shipments=queries.shipments_of(row, SHIPMENTS_SHOWN),
        run=planning.last_run(row.id),
        regions=reference.regions(),
        folder=roads.folder(row.slug) if row.way is Way.DROP else "",
        may_manage=manages(row),
        new_key=new_key,
        now=now(),
    )


@blueprint.route("/outlets/new", methods=["GET", "POST"])
@requires(Permission.OUTLET_MANAGE)
def new_outlet() -> str | Response:
    form = OutletForm().prepare(managing_grants())
    if form.validate_on_submit():
        try:
            with transaction():
                made = operations.add_outlet(form.slug.data or "", form.values(), by=acting(Permission.OUTLET_MANAGE))
        except Refusal as refusal:
            _beside(form, refusal)
        else:
            flash(f"渠道“{made.name}”已建立，几分钟内开始发布。", "success")
            return redirect(url_for(".outlet", key=made.id), 303)
    return render_template("outlets/outlet_form.html", form=form, outlet=None)


@blueprint.route("/outlets/<uuid:key>/edit", methods=["GET", "POST"])
@requires(Permission.OUTLET_MANAGE)
def change_outlet(key: UUID) -> str | Response:
    row = found(queries.outlet_within(key, managing_grants()))
    posted = OutletForm()
    form = (posted if posted.is_submitted() else OutletForm.of(row)).prepare(managing_grants(), row)
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(queries.outlet_within(key, managing_grants(), for_change=True))
                operations.change_outlet(kept, form.values(), by=acting(Permission.OUTLET_MANAGE))
        except Refusal as refusal:
            _beside(form, refusal)
        else:
            flash("渠道已修改，几分钟内生效。", "success")
            return redirect(url_for(".outlet", key=key), 303)
    return render_template("outlets/outlet_form.html", form=form, outlet=row)


def _beside(form: OutletForm, refusal: Refusal) -> None:
    """At the field it is about, where it is about one."""
    name = {SlugTaken: "slug", OutsideTheArea: "place", WayIsFixed: "way"}.get(type(refusal), "name")
    form[name].errors = [str(refusal)]


@blueprint.post("/outlets/<uuid:key>/suspend")
@requires(Permission.OUTLET_MANAGE)
def suspend(key: UUID) -> Response:
    with transaction():
        operations.suspend(found(queries.outlet_within(key, managing_grants(), for_change=True)), by=acting(Permission.OUTLET_MANAGE))
    flash("已暂停：不再发布新的岗位；撤下仍会照常送达。", "success")
    return redirect(url_for(".outlet", key=key), 303)


@blueprint.post("/outlets/<uuid:key>/resume")
@requires(Permission.OUTLET_MANAGE)
def resume(key: UUID) -> Response:
    with transaction():
        operations.resume(found(queries.outlet_within(key, managing_grants(), for_change=True)), by=acting(Permission.OUTLET_MANAGE))
    flash("已恢复，暂停期间的变化几分钟内补发。", "success")
    return redirect(url_for(".outlet", key=key), 303)


@blueprint.post("/outlets/<uuid:key>/key")
@requires(Permission.OUTLET_MANAGE)
def new_key(key: UUID) -> str:
    """Answers with the page itself: the key is shown in this one answer, and stands in no address and no cookie."""
    try:
        with transaction():
            row = found(queries.outlet_within(key, managing_grants(), for_change=True))
            made = operations.new_pull_key(row, by=acting(Permission.OUTLET_MANAGE))
    except Refusal as refusal:
        flash(str(refusal), "danger")
        made = ""
    return _outlet_page(found(queries.outlet_within(key, managing_grants())), made)
