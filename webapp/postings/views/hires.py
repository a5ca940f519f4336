from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires, visitor
from webapp.db import today, transaction
from webapp.postings import queries as postings
from webapp.postings.applying import hires as verbs
from webapp.postings.applying import queries, registrations, showing
from webapp.postings.applying.forms import HireForm, RegisterForm
from webapp.postings.applying.hires import NotThatDay
from webapp.postings.applying.models import NEXT, ApplicationState, HireState
from webapp.postings.applying.registrations import Due
from webapp.postings.refusals import Refusal
from webapp.postings.views.applicants import answerer, may_answer
from webapp.postings.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate


@blueprint.route("/employer/postings/<uuid:key>/applications/<uuid:application_key>/hire", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ANSWER)
def hire_applicant(key: UUID, application_key: UUID) -> str | Response:
    posting = found(postings.own(key, may_answer()))
    application = found(queries.application_to(posting, application_key))
    if ApplicationState.HIRED not in NEXT[application.state]:
        flash(f"这份应聘现在是“{application.state.label}”，不能再登记录用。", "info")
        return redirect(url_for(".applicant", key=key, application_key=application_key), 303)
    form = HireForm()
    if form.validate_on_submit() and _hire(key, application_key, form):
        return redirect(url_for(".applicant", key=key, application_key=application_key), 303)
    return render_template(
        "applying/hire.html",
        form=form,
        posting=posting,
        application=application,
        who=showing.applicants([application])[application.id],
        left=queries.places_left(posting),
        duties=verbs.duties(posting.region),
    )


def _hire(key: UUID, application_key: UUID, form: HireForm) -> bool:
    """False leaves the form with its words and says why."""
    try:
        with transaction():
            posting = found(postings.own(key, may_answer(), for_change=True))
            application = found(queries.application_to(posting, application_key, for_change=True))
            hired = verbs.hire(application, posting, on=form.day(), by=answerer())
    except NotThatDay as refusal:
        form.on.errors = [str(refusal)]
        return False
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        until = f"请在 {hired.due_on} 前办好就业登记，再回来勾上。" if hired.due_on else "请按当地规定办好就业登记，再回来勾上。"
        flash(f"已登记录用。{until}", "success")
    return True


@blueprint.get("/employer/hires")
@requires(Permission.APPLICATION_READ)
def hires() -> str:
    return _hires_page(RegisterForm(formdata=None), None)


def _hires_page(form: RegisterForm, wrong_row: UUID | None) -> str:
    grants = visitor().grants_for(Permission.APPLICATION_READ)
    state = next((one for one in HireState if one.value == request.args.get("show")), HireState.WAITING)
    counts = queries.hire_counts(grants)
    page = paginate(queries.hires_of(grants, state))
    applications = queries.applications_behind(page.rows)
    return render_template(
        "applying/hires.html",
        page=page,
        state=state,
        form=form,
        wrong_row=wrong_row,
        tabs=[(one.label, url_for(".hires", show=one.value), counts.get(one, 0)) for one in HireState],
        applications=applications,
        people=showing.applicants(applications.values()),
        postings=queries.postings_of(applications.values()),
        duties=verbs.duties(None),
        today=today(),
    )


@blueprint.post("/employer/hires/<uuid:key>/register")
@requires(Permission.APPLICATION_ANSWER)
def register_hire(key: UUID) -> str | Response:
    form = RegisterForm()
    found(queries.hire(key, may_answer()))
    if not form.validate_on_submit():
        return _hires_page(form, key)
    try:
        with transaction():
            verbs.register(found(queries.hire(key, may_answer(), for_change=True)), on=form.day(), by=answerer())
    except NotThatDay as refusal:
        form.on.errors = [str(refusal)]
        return _hires_page(form, key)
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash("已记下就业登记。求职者会看到办理日期。", "success")
    return redirect(url_for(".hires"), 303)


@blueprint.post("/employer/hires/<uuid:key>/never-came")
@requires(Permission.APPLICATION_ANSWER)
def never_came(key: UUID) -> Response:
    try:
        with transaction():
            verbs.never_came(found(queries.hire(key, may_answer(), for_change=True)), by=answerer())
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash("已记下：没有到岗。名额空出来了，不用再办就业登记。", "success")
    return redirect(url_for(".hires"), 303)


@blueprint.get("/figures/hires")
@requires(Permission.FIGURES_READ)
def hire_figures() -> str:
    """For staff of an area: how many employments wait for their registration. Postings, employers and days; no names."""
    grants = visitor().grants_for(Permission.FIGURES_READ)
    region = request.args.get("region", "").strip()
    due = next((one for one in Due if one.value == request.args.get("show")), Due.OVER)
    if region and not any(grant.covers(region) for grant in grants):
        abort(404)
    page = paginate(registrations.rows_of(due, region, grants), size=50)
    return render_template(
        "applying/hire_figures.html",
        region=region,
        area=reference.regions().name(region) if region else "",
        due=due,
        counts=registrations.counts(region, grants),
        places=registrations.by_place(region, grants),
        page=page,
        postings=registrations.postings_of(page.rows),
        names=reference.regions().name,
        duties=verbs.duties(None),
        today=today(),
    )
