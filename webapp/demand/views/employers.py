"""One employer as its officer knows it: what it needs, what was heard, why it is a 重点企业."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from webapp.access import Permission, acting, requires
from webapp.db import today, transaction
from webapp.demand import caring, operations, queries, queues
from webapp.demand.forms import KeyForm, NeedForm, VisitForm
from webapp.demand.models import KeyReason, Visit
from webapp.demand.refusals import Ended, Refusal, TooEarly
from webapp.demand.values import title_of
from webapp.demand.views.room import blueprint, is_own, keeping, me, own_employer, reading
from webapp.employers import operations as employing
from webapp.employers.models import Employer
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.get("/demand/employers/<uuid:key>")
@requires(Permission.NEED_READ)
def employer(key: UUID) -> str:
    return _employer_page(found(queries.employer_in_area(key, reading())), KeyForm(formdata=None))


@blueprint.post("/demand/employers/<uuid:key>/notes")
@requires(Permission.NEED_KEEP)
def show_notes(key: UUID) -> str:
    """Whose notes, names and phone these are learns from the ledger who read them, before they are read."""
    with transaction():
        row, by = own_employer(key), acting(Permission.NEED_KEEP)
        operations.show_notes(row, by=by)
        employing.show_contact(row, by=by)
    return _employer_page(own_employer(key), KeyForm(formdata=None), notes_shown=True)


def _employer_page(row: Employer, form: KeyForm, *, notes_shown: bool = False) -> str:
    on = today()
    needs, visits, cares = queries.live_needs_of(row), queries.visits_of(row), queries.cares_of(row)
    return render_template(
        "demand/employer.html",
        employer=row,
        form=form,
        own=is_own(row.id),
        notes_shown=notes_shown,
        needs=needs,
        late={need.id for need in needs if queues.is_late(need, on)},
        visits=visits,
        cares=cares,
        names=queries.names_of([*(care.officer_id for care in cares), *(visit.officer_id for visit in visits)]),
        marks=queries.marks_of([row.id], on).get(row.id, []),
        regions=reference.regions(),
        industries=reference.industries(),
        on=on,
    )


@blueprint.route("/demand/employers/<uuid:key>/visits/new", methods=["GET", "POST"])
@requires(Permission.NEED_KEEP)
def new_visit(key: UUID) -> str | Response:
    row = own_employer(key)
    form = (VisitForm() if request.method == "POST" else VisitForm(data={"on": today()})).ask_about(_asked(row))
    if form.validate_on_submit():
        try:
            with transaction():
                visit = _log(own_employer(key), form)
        except Refusal as refusal:
            _field_of(form, refusal).errors = [str(refusal)]
        else:
            flash("已记下这次联系。", "success")
            if form.and_need.data:
                return redirect(url_for(".new_need", key=key, visit=visit.id), 303)
            return redirect(url_for(".employer", key=key), 303)
    return render_template("demand/visit.html", form=form, employer=row, visit=None)


def _field_of(form: VisitForm, refusal: Refusal) -> Field:
    """Where what was refused was typed."""
    if isinstance(refusal, TooEarly):
        return form.next_on
    return form.confirmed if isinstance(refusal, Ended) and "confirmed" in form else form.on


def _asked(row: Employer) -> list[tuple[str, str]]:
    return [(str(need.id), f"{title_of(need)} {need.left} 人（{need.touched_on} 核实）") for need in queries.live_needs_of(row)]


def _log(row: Employer, form: VisitForm) -> Visit:
    care = found(queries.open_care(row.id))
    confirmed = [need for need in queries.live_needs_of(row) if str(need.id) in form.confirmed_keys()]
    return operations.log_visit(care, form.values(), confirmed=confirmed, by=acting(Permission.NEED_KEEP), on=today())


@blueprint.route("/demand/visits/<uuid:key>/correct", methods=["GET", "POST"])
@requires(Permission.NEED_KEEP)
def correct_visit(key: UUID) -> str | Response:
    visit = found(queries.own_visit(key, me(), keeping()))
    row = own_employer(visit.employer_id)
    form = (VisitForm() if request.method == "POST" else VisitForm.of(visit)).ask_about(())
    if form.validate_on_submit():
        try:
            with transaction():
                kept, care = found(queries.own_visit(key, me(), keeping(), for_change=True)), found(queries.open_care(row.id))
                operations.correct_visit(kept, care, form.values(), by=acting(Permission.NEED_KEEP), on=today())
        except Refusal as refusal:
            _field_of(form, refusal).errors = [str(refusal)]
        else:
            flash("已更正，原来的记录保留备查。", "success")
            return redirect(url_for(".employer", key=row.id), 303)
    return render_template("demand/visit.html", form=form, employer=row, visit=visit)


@blueprint.route("/demand/employers/<uuid:key>/needs/new", methods=["GET", "POST"])
@requires(Permission.NEED_KEEP)
def new_need(key: UUID) -> str | Response:
    row = own_employer(key)
    form = (NeedForm() if request.method == "POST" else NeedForm(data={"region": row.region, "address": row.address})).prepare()
    if form.validate_on_submit():
        with transaction():
            need = operations.open_need(own_employer(key), form.values(), visit=_visit(), by=acting(Permission.NEED_KEEP), on=today())
        flash("需求已登记。点“生成岗位草稿”，单位就能补充后提交审核。", "success")
        return redirect(url_for(".need", key=need.id), 303)
    return render_template("demand/need_form.html", form=form, employer=row, need=None, occupations=common_occupations())


def _visit() -> Visit | None:
    """The visit on which it was heard, where the address names one of the visitor's own."""
    try:
        return queries.own_visit(UUID(request.args.get("visit", "")), me(), keeping())
    except ValueError:
        return None


def common_occupations() -> list[str]:
    return [row.name for row in reference.occupations().common()]


@blueprint.post("/demand/employers/<uuid:key>/marks")
@requires(Permission.NEED_KEEP)
def mark(key: UUID) -> str | Response:
    row, form = own_employer(key), KeyForm()
    if form.validate_on_submit():
        reason = next(reason for reason in KeyReason if reason.value == form.kind.data)
        try:
            with transaction():
                caring.mark_key(own_employer(key), reason, since=today(), by=acting(Permission.NEED_KEEP))
        except Refusal as refusal:
            form.kind.errors = [str(refusal)]
        else:
            flash("已列为重点企业。", "success")
            return redirect(url_for(".employer", key=key), 303)
    return _employer_page(row, form)


@blueprint.post("/demand/employers/<uuid:key>/marks/<uuid:mark_key>/end")
@requires(Permission.NEED_KEEP)
def unmark(key: UUID, mark_key: UUID) -> Response:
    with transaction():
        kept = found(queries.mark_of(mark_key, own_employer(key), today()))
        caring.unmark_key(kept, by=acting(Permission.NEED_KEEP), on=today())
    flash("已取消，原来的起止日期保留备查。", "success")
    return redirect(url_for(".employer", key=key), 303)
