from uuid import UUID

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.inspection import phone_file, queries
from webapp.inspection.forms import PhoneFileForm, PhoneForm
from webapp.inspection.operations import phones
from webapp.inspection.operations.phones import PhoneImport
from webapp.inspection.operations.refusals import Refusal
from webapp.inspection.views.room import areas, blueprint
from webapp.reference import queries as reference
from webapp.reference.models import PhoneEntry
from webapp.web import found, paginate


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.PHONES_KEEP)


@blueprint.get("/inspection/phones")
@requires(Permission.PHONES_KEEP)
def phone_book() -> str:
    return _book_page(PhoneFileForm(formdata=None))


def _book_page(form: PhoneFileForm, report: PhoneImport | None = None) -> str:
    return render_template(
        "inspection/phone_book.html",
        page=paginate(queries.phone_book(_grants()), size=50),
        form=form,
        report=report,
        columns=list(phone_file.COLUMNS),
        regions=reference.regions(),
    )


@blueprint.get("/inspection/phones/template.csv")
@requires(Permission.PHONES_KEEP)
def phone_template() -> FlaskResponse:
    response = FlaskResponse(phone_file.template(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="phones.csv"'
    return response


@blueprint.post("/inspection/phones/import")
@requires(Permission.PHONES_KEEP)
def import_phones() -> str | Response:
    """The good lines are taken; when all were, one line says so, else the page shows each of the others with its reason."""
    form = PhoneFileForm()
    if not form.validate_on_submit():
        return _book_page(form)
    try:
        rows, bad = phone_file.read(form.file.data.read())
    except phone_file.NotAPhoneFile as refusal:
        form.file.errors = [str(refusal)]
        return _book_page(form)
    with transaction():
        report = phones.take_in(rows, bad, _grants(), by=acting(Permission.PHONES_KEEP))
    if report.refused:
        return _book_page(form, report)
    flash(f"已导入：新增 {report.added} 条，修改 {report.changed} 条，不变 {report.same} 条。", "success")
    return redirect(url_for(".phone_book"), 303)


@blueprint.route("/inspection/phones/new", methods=["GET", "POST"])
@requires(Permission.PHONES_KEEP)
def new_phone() -> str | Response:
    form = PhoneForm().prepare(areas(_grants()))
    if form.validate_on_submit() and _save(form, None):
        return redirect(url_for(".phone_book"), 303)
    return render_template("inspection/phone_form.html", form=form, entry=None)


@blueprint.route("/inspection/phones/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.PHONES_KEEP)
def edit_phone(key: UUID) -> str | Response:
    entry = found(queries.phone_entry(key, _grants()))
    form = PhoneForm.of(entry, areas(_grants()))
    if form.validate_on_submit() and _save(form, key):
        return redirect(url_for(".phone_book"), 303)
    return render_template("inspection/phone_form.html", form=form, entry=entry)


def _save(form: PhoneForm, key: UUID | None) -> bool:
    """The region is one of the offered ones, so it lies in the keeper's area."""
    try:
        with transaction():
            entry: PhoneEntry | None = found(queries.phone_entry(key, _grants())) if key else None
            phones.save(entry, form.row(), by=acting(Permission.PHONES_KEEP))
    except Refusal as refusal:
        form.number.errors = [str(refusal)]
        return False
    flash("已保存，岗位页面上马上能看到。", "success")
    return True


@blueprint.post("/inspection/phones/<uuid:key>/remove")
@requires(Permission.PHONES_KEEP)
def remove_phone(key: UUID) -> Response:
    with transaction():
        phones.remove(found(queries.phone_entry(key, _grants())), by=acting(Permission.PHONES_KEEP))
    flash("已删除。", "success")
    return redirect(url_for(".phone_book"), 303)
