"""帮扶计划 of one person: read and printed by who keeps the case, made anew, and a step at a time done."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.refusals import NoSteps, Refusal
from webapp.casework.serving import planning
from webapp.casework.serving import queries as served
from webapp.casework.serving.forms import PlanForm
from webapp.casework.views.room import blueprint, own_case
from webapp.casework.views.serving import person_of
from webapp.db import today, transaction
from webapp.web import found


@blueprint.get("/casework/<uuid:key>/plan")
@requires(Permission.CASE_KEEP)
def plan(key: UUID) -> str:
    """For who keeps the case alone: it is the paper they work by, and is printed."""
    case = own_case(key)
    versions = served.plans_of(case)
    current = served.plan_of(case)
    return render_template(
        "casework/plan.html",
        case=case,
        person=person_of(case),
        plan=current,
        steps=served.steps_of_plan(current) if current else (),
        versions=versions,
        names=served.people_by_id(version.by_id for version in versions),
        on=today(),
    )


@blueprint.route("/casework/<uuid:key>/plan/new", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def make_plan(key: UUID) -> str | Response:
    case, form = own_case(key), PlanForm()
    if form.validate_on_submit():
        try:
            with transaction():
                made = planning.make_plan(own_case(key, for_change=True), form.values(today()), by=acting(Permission.CASE_KEEP), on=today())
        except Refusal as refusal:
            field = form["what1"] if isinstance(refusal, NoSteps) else form.goal
            field.errors = [str(refusal)]
        else:
            flash(f"第 {made.number} 版计划已保存。", "success")
            return redirect(url_for(".plan", key=key), 303)
    before = served.plan_of(case)
    return render_template(
        "casework/plan_form.html",
        form=form,
        case=case,
        person=person_of(case),
        before=before,
        steps=served.steps_of_plan(before) if before else (),
    )


@blueprint.post("/casework/<uuid:key>/plan/steps/<int:position>")
@requires(Permission.CASE_KEEP)
def finish_plan_step(key: UUID, position: int) -> Response:
    with transaction():
        case = own_case(key, for_change=True)
        current = found(served.plan_of(case))
        step = found(next((step for step in served.steps_of_plan(current) if step.position == position), None))
        planning.finish_step(current, step, case, by=acting(Permission.CASE_KEEP), on=today())
    flash(f"第 {position} 步已完成。", "success")
    return redirect(url_for(".plan", key=key), 303)
