"""An employer looks after a posting: its readers, its end, whether it is still true, what came of it; and the templates it begins with."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires
from webapp.db import transaction
from webapp.postings import queries
from webapp.postings.applying import queries as applying
from webapp.postings.forms import OutcomeForm, ProlongForm, TemplateForm
from webapp.postings.life import operations
from webapp.postings.life import queries as lived
from webapp.postings.models import Posting
from webapp.postings.operations import Incomplete
from webapp.postings.refusals import Refusal
from webapp.postings.views.room import blueprint, may_write, own, writer
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.get("/employer/postings/<uuid:key>/life")
@requires(Permission.POSTING_WRITE)
def life(key: UUID) -> str:
    return _page(own(key))


def _page(
    posting: Posting, *, prolonging: ProlongForm | None = None, answering: OutcomeForm | None = None, saving: TemplateForm | None = None
) -> str:
    days, outcome = lived.days_of(posting), lived.outcome_of(posting)
    return render_template(
        "postings/life.html",
        posting=posting,
        views=lived.views_of([posting]).get(posting.id, 0),
        applications=applying.application_counts([posting]).get(posting.id, 0),
        days=days,
        shown_days=lived.SHOWN_DAYS,
        outcome=outcome,
        most=reference.whole("posting_valid_days_max"),
        prolonging=prolonging or ProlongForm(formdata=None, until=posting.valid_through),
        answering=answering or OutcomeForm(formdata=None, obj=outcome),
        saving=saving or TemplateForm(formdata=None, name=posting.title),
        lasts=posting.state in operations.LASTS,
        is_over=posting.state in operations.ENDED,
    )


@blueprint.post("/employer/postings/<uuid:key>/prolong")
@requires(Permission.POSTING_WRITE)
def prolong(key: UUID) -> str | Response:
    posting, form = own(key), ProlongForm()
    if not form.validate_on_submit():
        return _page(posting, prolonging=form)
    try:
        with transaction():
            operations.prolong(own(key, for_change=True), found(form.until.data), by=writer())
    except Incomplete as refusal:
        form.until.errors = [one.message for one in refusal.findings]
        return _page(own(key), prolonging=form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(f"有效期已改为 {form.until.data}。", "success")
    return redirect(url_for(".life", key=key), 303)


@blueprint.post("/employer/postings/<uuid:key>/confirm")
@requires(Permission.POSTING_WRITE)
def confirm(key: UUID) -> Response:
    try:
        with transaction():
            operations.confirm(own(key, for_change=True), by=writer())
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("谢谢确认，岗位继续招聘。", "success")
    return redirect(url_for(".life", key=key), 303)


@blueprint.post("/employer/postings/<uuid:key>/outcome")
@requires(Permission.POSTING_WRITE)
def answer_outcome(key: UUID) -> str | Response:
    posting, form = own(key), OutcomeForm()
    if not form.validate_on_submit():
        return _page(posting, answering=form)
    try:
        with transaction():
            hired, here = form.hired.data or 0, form.hired_here.data or 0
            operations.answer_outcome(own(key, for_change=True), hired=hired, hired_here=here, by=writer())
    except operations.MoreThanAll as refusal:
        form.hired_here.errors = [str(refusal)]
        return _page(own(key), answering=form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("招聘结果已记下，谢谢。", "success")
    return redirect(url_for(".life", key=key), 303)


@blueprint.post("/employer/postings/<uuid:key>/template")
@requires(Permission.POSTING_WRITE)
def save_template(key: UUID) -> str | Response:
    posting, form = own(key), TemplateForm()
    if not form.validate_on_submit():
        return _page(posting, saving=form)
    try:
        with transaction():
            operations.save_template(own(key, for_change=True), form.name.data or "", by=writer())
    except Refusal as refusal:
        form.name.errors = [str(refusal)]
        return _page(own(key), saving=form)
    flash("已存为模板，发布新岗位时可以直接用。", "success")
    return redirect(url_for(".templates"), 303)


@blueprint.get("/employer/templates")
@requires(Permission.POSTING_WRITE)
def templates() -> str:
    rows = lived.templates_of(may_write())
    names = {employer.id: employer.name for employer in queries.employers_of(may_write())}
    return render_template("postings/templates.html", rows_of_templates=rows, names=names)


@blueprint.post("/employer/templates/<uuid:key>/use")
@requires(Permission.POSTING_WRITE)
def use_template(key: UUID) -> Response:
    with transaction():
        template = found(lived.template(key, may_write()))
        employer = found(next((one for one in queries.employers_of(may_write()) if one.id == template.employer_id), None))
        posting = operations.draft_from(template, employer, by=writer())
    flash("已按模板建好草稿，请填写有效期，核对后提交。", "success")
    return redirect(url_for(".edit", key=posting.id), 303)


@blueprint.post("/employer/templates/<uuid:key>/remove")
@requires(Permission.POSTING_WRITE)
def remove_template(key: UUID) -> Response:
    with transaction():
        operations.remove_template(found(lived.template(key, may_write())), by=writer())
    flash("模板已删除。", "success")
    return redirect(url_for(".templates"), 303)
