"""One person's destination as the office keeps it: registered, asked about, read in full with a trace, and left by the rule."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import files
from webapp.access import Permission, acting, requires
from webapp.casework import queries as cases
from webapp.casework.destinations import confirming, operations, queries
from webapp.casework.destinations.forms import PressForm, RegisterForm
from webapp.casework.destinations.refusals import NoProof, UnknownCode, UnknownEvidence
from webapp.casework.models import Case
from webapp.casework.refusals import Refusal
from webapp.casework.views.room import blueprint, own_case
from webapp.db import today, transaction
from webapp.files import FileKind, NotAccepted, Stored
from webapp.reference import destinations as tables
from webapp.reference import queries as reference
from webapp.web import as_file, found


def _form(case: Case, *, fresh: bool = False) -> RegisterForm:
    form = RegisterForm(formdata=None) if fresh else RegisterForm()
    return form.offer(tables.codes_of(tables.table_year(case.cohort)), tables.evidence_kinds())


@blueprint.route("/casework/cases/<uuid:key>/destination", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def destination(key: UUID) -> str | Response:
    case = own_case(key)
    form = _form(case)
    if form.validate_on_submit():
        try:
            stored = _laid_down(form)
            with transaction():
                kept = own_case(key, for_change=True)
                operations.register(kept, form.values(), stored=stored, by=acting(Permission.CASE_KEEP), on=today())
        except NotAccepted as refusal:
            form.file.errors = [str(refusal)]
        except (NoProof, UnknownEvidence) as refusal:
            form.evidence.errors = [str(refusal)]
        except UnknownCode as refusal:
            form.code.errors = [str(refusal)]
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash("已登记去向。请让本人核对：可以发一条确认短信。", "success")
            return redirect(url_for(".destination", key=key), 303)
    return _page(own_case(key), form)


def _laid_down(form: RegisterForm) -> Stored | None:
    if form.upload is None:
        return None
    return files.lay_down(form.upload.stream.read(files.BYTES_AT_MOST + 1), form.upload.filename or "", files.DOCUMENTS)


def _page(case: Case, form: RegisterForm, *, shown: bool = False) -> str:
    current, on = queries.current_of(case.id), today()
    history = queries.history_of(case.id)
    return render_template(
        "casework/destination.html",
        case=case,
        client=cases.client_of(case),
        form=form,
        current=current,
        history=history,
        papers={row.id for row in history if files.latest(row.id, FileKind.DESTINATION)},
        checks=queries.open_checks_of(current.id) if current else (),
        gaps=operations.leaving_gaps(case, current, on=on),
        shown=shown,
        labels=tables.labels(),
        evidence={row.code: row for row in tables.evidence_kinds()},
        table_year=tables.table_year(case.cohort),
        regions=reference.regions(),
    )


@blueprint.post("/casework/cases/<uuid:key>/destination/show")
@requires(Permission.CASE_KEEP)
def show_destination(key: UUID) -> str:
    """Units, posts and what the person said: who read them is written down before they are shown."""
    with transaction():
        case = own_case(key, for_change=True)
        operations.show(case, found(queries.current_of(case.id)), by=acting(Permission.CASE_KEEP), on=today())
    case = own_case(key)
    return _page(case, _form(case, fresh=True), shown=True)


@blueprint.post("/casework/cases/<uuid:key>/destinations/<uuid:destination_key>/paper")
@requires(Permission.CASE_KEEP)
def destination_paper(key: UUID, destination_key: UUID) -> Response:
    with transaction():
        case = own_case(key, for_change=True)
        row = found(next((one for one in queries.history_of(case.id) if one.id == destination_key), None))
        stored = found(files.latest(row.id, FileKind.DESTINATION))
        operations.show(case, row, by=acting(Permission.CASE_KEEP), on=today())
    return as_file(stored)


@blueprint.post("/casework/cases/<uuid:key>/destination/ask")
@requires(Permission.CASE_KEEP)
def ask_destination(key: UUID) -> Response:
    return _done(key, "已发确认短信，本人打开链接就能核对。")


@blueprint.post("/casework/cases/<uuid:key>/leave-placed")
@requires(Permission.CASE_KEEP)
def leave_placed(key: UUID) -> Response:
    return _done(key, "已退出名单。以后情况有变化，可以重新纳入。")


def _done(key: UUID, words: str) -> Response:
    """The button that was pressed, by the endpoint."""
    own_case(key)
    if PressForm().validate_on_submit():
        try:
            with transaction():
                case, by = own_case(key, for_change=True), acting(Permission.CASE_KEEP)
                if request.endpoint == "casework.leave_placed":
                    operations.leave_placed(case, by=by, on=today())
                else:
                    confirming.ask_confirmation(case, found(queries.current_of(case.id)), by=by, on=today())
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash(words, "success")
    return redirect(url_for(".destination", key=key), 303)
