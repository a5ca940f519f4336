"""Files of needs from other systems and lists of employers: sent here, read by the batch queue, with every bad row back."""

from uuid import UUID

from flask import Response as Download
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.db import today, transaction
from webapp.demand import importing, queries
from webapp.demand.forms import NeedFileForm, RosterForm
from webapp.demand.importing import RosterReport
from webapp.demand.models import WorkState
from webapp.demand.rows import TEMPLATE
from webapp.demand.sheets import sheet
from webapp.demand.views.leading import leads
from webapp.demand.views.needs import download
from webapp.demand.views.room import blueprint, me
from webapp.reference import queries as reference
from webapp.sources.reading import NotReadable
from webapp.web import found, paginate


@blueprint.get("/demand/files")
@requires(Permission.CARE_ASSIGN)
def files() -> str:
    leads()
    return _files_page(NeedFileForm(formdata=None), RosterForm(formdata=None, prefix="roster"))


def _files_page(form: NeedFileForm, roster: RosterForm, report: RosterReport | None = None) -> str:
    return render_template(
        "demand/files.html",
        form=form,
        roster=roster,
        report=report,
        page=paginate(queries.batches_of(me())),
        most=reference.whole("need_file_rows_max"),
    )


@blueprint.post("/demand/files")
@requires(Permission.CARE_ASSIGN)
def send_file() -> str | Response:
    form, regions = NeedFileForm(), [grant.region for grant in leads() if grant.region]
    if form.validate_on_submit():
        content = form.content
        try:
            with transaction():
                batch = importing.send_file(content, form.file_name, form.system, regions=regions, by=acting(Permission.CARE_ASSIGN))
        except NotReadable as refusal:
            form.file.errors = [str(refusal)]
        else:
            return redirect(url_for(".need_file", key=batch.id), 303)
    return _files_page(form, RosterForm(formdata=None, prefix="roster"))


@blueprint.get("/demand/files/template")
@requires(Permission.CARE_ASSIGN)
def file_template() -> Download:
    return download(sheet(TEMPLATE, []), "needs-template.csv")


@blueprint.get("/demand/files/<uuid:key>")
@requires(Permission.CARE_ASSIGN)
def need_file(key: UUID) -> str:
    batch = found(queries.batch_of(key, me()))
    return render_template("demand/file.html", batch=batch, is_waiting=batch.state in {WorkState.WAITING, WorkState.RUNNING})


@blueprint.get("/demand/files/<uuid:key>/refused")
@requires(Permission.CARE_ASSIGN)
def refused_rows(key: UUID) -> Download:
    batch = found(queries.batch_of(key, me()))
    return download(found(batch.refusals), "needs-refused.csv")


@blueprint.post("/demand/roster")
@requires(Permission.CARE_ASSIGN)
def send_roster() -> str:
    grants, form, report = leads(), RosterForm(prefix="roster"), None
    if form.validate_on_submit():
        try:
            report = importing.import_roster(form.content, grants, by=acting(Permission.CARE_ASSIGN), on=today())
        except NotReadable as refusal:
            form.file.errors = [str(refusal)]
        else:
            flash(f"名录已导入：新列入 {report.marked} 家，到期日期延后 {report.changed} 家，没有变化 {report.unchanged} 家。", "success")
    return _files_page(NeedFileForm(formdata=None), form, report)
