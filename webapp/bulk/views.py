"""An employer takes the template, uploads what it filled in, looks at what was found, confirms, and takes back what is to be mended."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import files, sealing
from webapp.access import Actor, Grant, Permission, acting, requires, visitor
from webapp.bulk import checking, operations, queries, reading, writing
from webapp.bulk.forms import ConfirmForm, UploadForm
from webapp.bulk.models import RETURNED, Aim, BulkUpload, RowState, UploadState
from webapp.db import LOCAL_ZONE, today, transaction
from webapp.employers.models import Employer
from webapp.files import TABLES, FileKind, FileType, NotAccepted
from webapp.postings import queries as postings
from webapp.postings.refusals import Refusal
from webapp.reference import queries as reference
from webapp.sources.reading import NotReadable
from webapp.web import disposition, found, paginate

blueprint = Blueprint("bulk", __name__, template_folder="templates")


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.POSTING_WRITE)


def _by() -> Actor:
    return acting(Permission.POSTING_WRITE)


@blueprint.get("/employer/bulk")
@requires(Permission.POSTING_WRITE)
def start() -> str:
    employers = postings.employers_of(_grants())
    return _start_page(UploadForm(formdata=None).prepare(employers), employers)


def _start_page(form: UploadForm, employers: Sequence[Employer]) -> str:
    page = paginate(queries.of_employers(_grants()), size=10)
    return render_template(
        "bulk/start.html",
        form=form,
        employers=employers,
        names={employer.id: employer.name for employer in employers},
        page=page,
        files=queries.names(page.rows),
        counts=queries.counts(upload.id for upload in page.rows),
        most=reference.whole("bulk_rows_max"),
        megabytes=reference.whole("bulk_file_megabytes_max"),
        kept_days=reference.whole("bulk_kept_days"),
    )


@blueprint.get("/employer/bulk/template")
@requires(Permission.POSTING_WRITE)
def template() -> Response:
    most, days = reference.whole("bulk_rows_max"), reference.whole("posting_valid_days_max")
    return _workbook(writing.template(today(), most=most, days=days), "批量发布岗位模板.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    return Response(content, mimetype=FileType.XLSX.media_type, headers={"Content-Disposition": disposition("attachment", name)})


@blueprint.post("/employer/bulk")
@requires(Permission.POSTING_WRITE)
def upload() -> str | BaseResponse:
    employers = postings.employers_of(_grants())
    form = UploadForm().prepare(employers)
    if employers and form.validate_on_submit():
        try:
            kept = _keep(form, found(form.chosen(employers)))
        except (NotReadable, NotAccepted, Refusal) as refusal:
            form.file.errors = [str(refusal)]
        else:
            return redirect(url_for(".table", key=kept.id), 303)
    return _start_page(form, employers)


def _keep(form: UploadForm, employer: Employer) -> BulkUpload:
    """Read and checked before anything is written: that takes a second or two, in which nobody else may have to wait."""
    content = form.content
    table = reading.read(content, files.accept(content, TABLES), most=reference.whole("bulk_rows_max"))
    checked = checking.check(table, employer, on=today())
    stored = files.lay_down(content, form.file_name, TABLES)
    with transaction():
        mine = found(next((one for one in postings.employers_of(_grants()) if one.id == employer.id), None))
        return operations.keep(mine, table, checked, stored, by=_by())


@blueprint.get("/employer/bulk/<uuid:key>")
@requires(Permission.POSTING_WRITE)
def table(key: UUID) -> str:
    kept = found(queries.own(key, _grants()))
    counts = queries.counts([kept.id])[kept.id]
    state = _shown_state(counts)
    employer = next(one for one in postings.employers_of(_grants()) if one.id == kept.employer_id)
    page = paginate(queries.rows_of(kept, [state] if state else RowState))
    return render_template(
        "bulk/table.html",
        upload=kept,
        employer=employer,
        file_name=queries.names([kept]).get(kept.id, ""),
        counts=counts,
        groups=[(one, counts[one]) for one in RowState if one in counts],
        state=state,
        page=page,
        postings=postings.named(row.posting_id for row in page.rows if row.posting_id),
        is_verified=postings.is_verified(employer),
        to_submit=sum(counts.get(one, 0) for one in operations.states_of(Aim.SUBMIT)),
        to_draft=sum(counts.get(one, 0) for one in operations.states_of(Aim.DRAFT)),
        to_mend=sum(counts.get(one, 0) for one in RETURNED),
        left=sum(counts.get(one, 0) for one in operations.states_of(kept.aim)) if kept.aim else 0,
        is_waiting=kept.state is UploadState.CONFIRMED,
    )


def _shown_state(counts: dict[RowState, int]) -> RowState | None:
    """The group that was asked for; without a wish all rows are shown."""
    return next((one for one in counts if one.value == request.args.get("rows")), None)


@blueprint.post("/employer/bulk/<uuid:key>/confirm")
@requires(Permission.POSTING_WRITE)
def confirm(key: UUID) -> BaseResponse:
    aim = found(ConfirmForm().chosen)
    try:
        with transaction():
            operations.confirm(found(queries.own(key, _grants(), for_change=True)), aim, by=_by())
    except Refusal as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for(".table", key=key), 303)


@blueprint.get("/employer/bulk/<uuid:key>/returned")
@requires(Permission.POSTING_WRITE)
def returned(key: UUID) -> Response:
    """Made anew from the file that was uploaded, so that nothing of it is kept twice."""
    kept = found(queries.own(key, _grants()))
    stored = found(files.latest(kept.id, FileKind.POSTINGS))
    reasons = found(queries.reasons_of(kept, RETURNED) or None)
    try:
        table = reading.read(files.read(stored), stored.type, most=kept.rows)
    except (files.Gone, sealing.NotOpened):
        abort(410)
    content = writing.returned(table, reasons, today(), days=reference.whole("posting_valid_days_max"))
    return _workbook(content, f"需要修改的岗位-{kept.at.astimezone(LOCAL_ZONE):%Y%m%d-%H%M}.xlsx")
