"""A caseworker's desk: counters that are filters, a list that is worked off by keyboard, one line for whoever was called."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.desk import filters, logging, operations, queries
from webapp.casework.desk.filters import FACETS, NOBODY, Order, Shelf
from webapp.casework.desk.forms import CallForm, FilterForm
from webapp.casework.models import CaseStep, Standing, TagKind, Willingness
from webapp.casework.refusals import Refusal
from webapp.casework.views.asking import Asked, asked, from_text
from webapp.casework.views.room import blueprint, leading, me, own_case
from webapp.db import today, transaction
from webapp.reference import queries as reference
from webapp.reference.models import Education
from webapp.web import found, here_or, paginate

PAGE = 50


@blueprint.get("/casework")
@requires(Permission.CASE_READ)
def desk() -> str:
    return _desk_page(asked(), CallForm(formdata=None))


def _desk_page(ask: Asked, form: CallForm, row: UUID | None = None) -> str:
    on = today()
    page = paginate(ask.filters.rows(on), size=PAGE)
    return render_template(
        "casework/desk.html",
        ask=ask,
        form=form,
        row=row or _key("row"),
        on=on,
        counts=ask.filters.counts(on),
        page=page,
        rows=queries.rows_of(page.rows, reader=me(), leads=bool(leading())),
        facets=_facets(ask),
        orders=Order,
        shelves=Shelf,
        may_write={case.id: case.caseworker_id == me() or bool(leading()) for case in page.rows},
        saved=queries.saved_filters(me()),
        filter_form=FilterForm(formdata=None),
        undoable=just_logged(),
    )


def _key(name: str) -> UUID | None:
    """A key in the address; none where it is none."""
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None


def just_logged() -> CaseStep | None:
    """The line this page was led back from, while it can be taken back."""
    case_key, step_key = _key("of"), _key("undo")
    return logging.undoable(case_key, step_key, me()) if case_key and step_key else None


def _facets(ask: Asked) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    on = today()
    shown = []
    for name, title in FACETS.items():
        if name == "caseworker" and ask.is_mine:
            continue
        if name == "tag" and not (ask.is_mine or leading()):
            continue
        counted = filters.facet_counts(ask.filters, name, on)
        names = queries.names_of(UUID(value) for value, _ in counted if value != NOBODY) if name == "caseworker" else {}
        shown.append((name, title, [(value, _label(name, value, names), count) for value, count in counted]))
    return shown


def _label(name: str, value: str, names: dict[UUID, str]) -> str:
    if value == NOBODY:
        return "未定"
    if name == "caseworker":
        return names.get(UUID(value), value)
    if name == "education":
        return Education.of(int(value)).label
    if name == "street":
        return reference.place_names().street(value) or value
    kind = {"willingness": Willingness, "standing": Standing, "tag": TagKind}.get(name)
    return next((member.label for member in kind if member.value == value), value) if kind else value


@blueprint.post("/casework/<uuid:key>/log")
@requires(Permission.CASE_KEEP)
def log_call(key: UUID) -> str | Response:
    """From the list the list comes back with the next row open; from the page of the case that page."""
    form, back = CallForm(), here_or(url_for(".desk"), request.args.get("next"))
    own_case(key)
    if form.validate_on_submit():
        try:
            with transaction():
                case = own_case(key, for_change=True)
                row = logging.log_call(case, form.call(today()), seen=form.version(), by=acting(Permission.CASE_KEEP), on=today())
        except Refusal as refusal:
            form.outcome.errors = [str(refusal)]
            form.seen.data = str(own_case(key).version)
        else:
            flash(f"{case.number}：{row.said}", "success")
            return redirect(f"{back}{'&' if '?' in back else '?'}undo={row.id}&of={case.id}", 303)
    return _desk_page(asked(from_text(back.partition("?")[2])), form, key)


@blueprint.post("/casework/<uuid:key>/undo/<uuid:step_key>")
@requires(Permission.CASE_KEEP)
def undo_call(key: UUID, step_key: UUID) -> Response:
    back = here_or(url_for(".desk"), request.args.get("next"))
    try:
        with transaction():
            logging.undo(own_case(key, for_change=True), step_key, by=acting(Permission.CASE_KEEP))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("已撤销，恢复到记录之前。", "success")
    return redirect(back, 303)


@blueprint.post("/casework/filters")
@requires(Permission.CASE_READ)
def save_filter() -> str | Response:
    form = FilterForm()
    words = from_text(form.query.data or "")
    if form.validate_on_submit():
        try:
            with transaction():
                operations.save_filter(form.name.data or "", words, person_id=me())
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash("已存为常用筛选。", "success")
    else:
        flash("".join(form.name.errors) or "没有存下，请再试一次", "danger")
    return redirect(asked(words).url(), 303)


@blueprint.post("/casework/filters/<uuid:key>/remove")
@requires(Permission.CASE_READ)
def remove_filter(key: UUID) -> Response:
    with transaction() as writing:
        writing.delete(found(queries.own_filter(key, me())))
    flash("已删除这个常用筛选。", "success")
    return redirect(url_for(".desk"), 303)
