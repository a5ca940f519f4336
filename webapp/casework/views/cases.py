"""One person: who they are, what was done, what is next. Details in full only for a purpose, which is written down before they are shown."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework import queries
from webapp.casework.desk import operations
from webapp.casework.desk.forms import CallForm, NextForm, ShowForm
from webapp.casework.desk.queries import names_of, rows_of
from webapp.casework.models import Case
from webapp.casework.refusals import Refusal
from webapp.casework.views.desk import just_logged
from webapp.casework.views.room import blueprint, keeping, leading, me, own_case, reading
from webapp.db import today, transaction
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.get("/casework/<uuid:key>")
@requires(Permission.CASE_READ)
def case(key: UUID) -> str:
    return _case_page(found(queries.case_within(key, reading())))


def _case_page(
    row: Case, *, shown: bool = False, call: CallForm | None = None, next_form: NextForm | None = None, show: ShowForm | None = None
) -> str:
    steps = queries.steps_of(row)
    assignments = queries.assignments_of(row)
    client = queries.client_of(row)
    is_kept = queries.kept_by(row.id, me(), keeping()) is not None
    planned = NextForm(
        formdata=None, prefix="then", data={"seen": row.version, "next_on": row.next_on, "what": row.next_what, "waiting": row.waiting.value}
    )
    return render_template(
        "casework/case.html",
        case=row,
        client=client,
        person=rows_of([row], reader=me(), leads=bool(leading()))[row.id],
        is_kept=is_kept,
        shown=shown and is_kept,
        steps=steps if is_kept else [step for step in steps if not step.note_sealed],
        names=names_of([*(step.by_id for step in steps), *(held.caseworker_id for held in assignments)]),
        assignments=assignments,
        origins=queries.origins_of(row),
        graduations=queries.graduations_of(client.id),
        tags=queries.tags_of(row, on=today()) if is_kept else (),
        call=call or CallForm(formdata=None, data={"seen": row.version}),
        next_form=next_form or planned,
        show=show or ShowForm(formdata=None),
        regions=reference.regions(),
        street=reference.place_names().street(row.street),
        on=today(),
        undoable=just_logged(),
    )


@blueprint.post("/casework/<uuid:key>/open")
@requires(Permission.CASE_KEEP)
def open_case(key: UUID) -> Response:
    """So that it is new to its caseworker no more; reading the page alone changes nothing."""
    with transaction():
        operations.open_case(own_case(key, for_change=True), by=acting(Permission.CASE_KEEP))
    return redirect(url_for(".case", key=key), 303)


@blueprint.post("/casework/<uuid:key>/show")
@requires(Permission.CASE_KEEP)
def show(key: UUID) -> str:
    """The answer itself holds the details: they stand in no address and no cookie, and are gone with the page."""
    form = ShowForm()
    row = own_case(key)
    if not form.validate_on_submit():
        return _case_page(row, show=form)
    with transaction():
        operations.show(own_case(key, for_change=True), form.chosen(), by=acting(Permission.CASE_KEEP))
    return _case_page(own_case(key), shown=True)


@blueprint.post("/casework/<uuid:key>/next")
@requires(Permission.CASE_KEEP)
def set_next(key: UUID) -> str | Response:
    form = NextForm(prefix="then")
    row = own_case(key)
    if not form.validate_on_submit():
        return _case_page(row, next_form=form)
    try:
        with transaction():
            operations.set_next(
                own_case(key, for_change=True),
                form.next_on.data,
                form.what.data or "",
                form.chosen(),
                seen=form.version(),
                by=acting(Permission.CASE_KEEP),
            )
    except Refusal as refusal:
        form.next_on.errors = [str(refusal)]
        form.seen.data = str(own_case(key).version)
        return _case_page(own_case(key), next_form=form)
    flash("下次日期已改。", "success")
    return redirect(url_for(".case", key=key, _anchor="next"), 303)


@blueprint.get("/casework/<uuid:key>/sheet")
@requires(Permission.CASE_KEEP)
def sheet(key: UUID) -> str:
    """To be printed and taken along: without the ID number, with room to write."""
    row = own_case(key)
    client = queries.client_of(row)
    return render_template(
        "casework/sheet.html",
        case=row,
        person=rows_of([row], reader=me(), leads=bool(leading()))[row.id],
        steps=queries.steps_of(row)[:20],
        graduations=queries.graduations_of(client.id),
        street=reference.place_names().street(row.street),
        regions=reference.regions(),
        on=today(),
    )
