"""Publications at fixed times: planning them, and the log of what was planned against what was done."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.db import transaction
from webapp.outlets import operations, planning, queries
from webapp.outlets.forms import PublicationForm
from webapp.outlets.models import Outlet
from webapp.outlets.operations import NoOutlets, OutsideTheArea, Refusal
from webapp.outlets.views.managing import managing_grants, reading_grants
from webapp.outlets.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate


@blueprint.get("/outlets/plans")
@requires(Permission.OUTLET_READ)
def plans() -> str:
    rows = planning.publications_within(reading_grants())
    runs = {row.id: planning.latest_run_of(row.id) for row in rows}
    return render_template(
        "outlets/plans.html",
        rows=rows,
        runs=runs,
        outcomes=planning.outcomes(run for run in runs.values() if run),
        outlets={row.id: planning.outlets_of(row.id) for row in rows},
        late=reference.whole("publication_late_minutes"),
        may_manage=bool(managing_grants()),
    )


@blueprint.get("/outlets/plans/<uuid:key>")
@requires(Permission.OUTLET_READ)
def plan(key: UUID) -> str:
    row = found(planning.publication_within(key, reading_grants()))
    page = paginate(planning.runs_of(row), size=30)
    return render_template(
        "outlets/plan.html",
        plan=row,
        page=page,
        outcomes=planning.outcomes(page.rows),
        outlets=planning.outlets_of(row.id),
        named=queries.outlets_by_key(run.outlet_id for run in page.rows),
        late=reference.whole("publication_late_minutes"),
        regions=reference.regions(),
        may_manage=any(grant.covers(row.region) for grant in managing_grants()),
    )


@blueprint.get("/outlets/runs/<uuid:key>")
@requires(Permission.OUTLET_READ)
def run(key: UUID) -> str:
    row = found(planning.run_within(key, reading_grants()))
    part = request.args.get("part", "")
    page = paginate(planning.dispatches_of(row, part), size=50)
    return render_template(
        "outlets/run.html",
        run=row,
        plan=found(planning.publication_within(row.publication_id, reading_grants())),
        outcome=planning.outcomes([row]).get(row.id, planning.Outcome()),
        outlet=queries.outlets_by_key([row.outlet_id])[row.outlet_id],
        page=page,
        part=part,
        postings=queries.titles(page.rows),
        late=reference.whole("publication_late_minutes"),
    )


@blueprint.route("/outlets/plans/new", methods=["GET", "POST"])
@requires(Permission.OUTLET_MANAGE)
def new_plan() -> str | Response:
    outlets = planning.plannable(managing_grants())
    form = PublicationForm().prepare(managing_grants(), outlets)
    if outlets and form.validate_on_submit():
        try:
            with transaction():
                made = operations.plan_publication(form.values(), _chosen(form), by=acting(Permission.OUTLET_MANAGE))
        except Refusal as refusal:
            _beside(form, refusal)
        else:
            flash("发布计划已建立，到点自动发布。", "success")
            return redirect(url_for(".plan", key=made.id), 303)
    return render_template("outlets/plan_form.html", form=form, plan=None, outlets=outlets)


@blueprint.route("/outlets/plans/<uuid:key>/edit", methods=["GET", "POST"])
@requires(Permission.OUTLET_MANAGE)
def change_plan(key: UUID) -> str | Response:
    row = found(planning.publication_within(key, managing_grants()))
    chosen, offered = planning.outlets_of(row.id), planning.plannable(managing_grants())
    outlets = [*offered, *(outlet for outlet in chosen if outlet.id not in {one.id for one in offered})]
    posted = PublicationForm()
    form = (posted if posted.is_submitted() else PublicationForm.of(row, chosen)).prepare(managing_grants(), outlets)
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(planning.publication_within(key, managing_grants(), for_change=True))
                operations.change_publication(kept, form.values(), _chosen(form), by=acting(Permission.OUTLET_MANAGE))
        except Refusal as refusal:
            _beside(form, refusal)
        else:
            flash("发布计划已修改，从下一次起生效。", "success")
            return redirect(url_for(".plan", key=key), 303)
    return render_template("outlets/plan_form.html", form=form, plan=row, outlets=outlets)


def _chosen(form: PublicationForm) -> list[Outlet]:
    """Those of the administrator's own area, read anew."""
    wanted = set(form.outlets.data or ())
    return [outlet for outlet in queries.outlets_within(managing_grants()) if str(outlet.id) in wanted]


def _beside(form: PublicationForm, refusal: Refusal) -> None:
    name = {NoOutlets: "outlets", OutsideTheArea: "place"}.get(type(refusal), "title")
    form[name].errors = [str(refusal)]


@blueprint.post("/outlets/plans/<uuid:key>/stop")
@requires(Permission.OUTLET_MANAGE)
def stop_plan(key: UUID) -> Response:
    with transaction():
        operations.stop_publication(found(planning.publication_within(key, managing_grants(), for_change=True)), by=acting(Permission.OUTLET_MANAGE))
    flash("已停止，不再按这个计划发布；已发布的岗位照常展示和撤下。", "success")
    return redirect(url_for(".plan", key=key), 303)


@blueprint.post("/outlets/plans/<uuid:key>/resume")
@requires(Permission.OUTLET_MANAGE)
def resume_plan(key: UUID) -> Response:
    with transaction():
        operations.resume_publication(
            found(planning.publication_within(key, managing_grants(), for_change=True)), by=acting(Permission.OUTLET_MANAGE)
        )
    flash("已恢复，从下一个发布时间起照常发布。", "success")
    return redirect(url_for(".plan", key=key), 303)
