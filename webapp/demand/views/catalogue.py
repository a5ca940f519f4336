"""The catalogue for staff: asked for, watched while it is computed, read with the rows behind each rank, published, and proved again."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import today, transaction
from webapp.demand import catalogue_queries, cataloguing, queries
from webapp.demand.catalogue_models import Catalogue, CatalogueRow, CatalogueState, InputKind, OccupationLevel
from webapp.demand.forms import CatalogueForm, PublishForm
from webapp.demand.periods import Period, offered
from webapp.demand.refusals import Refusal
from webapp.demand.views.room import blueprint, reading
from webapp.reference import queries as reference
from webapp.reference.models import RegionLevel
from webapp.web import found, paginate

_RUNNING = frozenset({CatalogueState.WAITING, CatalogueState.COMPUTING})


def _publishing() -> tuple[Grant, ...]:
    return queries.publishing(visitor().grants_for(Permission.CATALOGUE_PUBLISH))


def _form() -> CatalogueForm:
    """For the places of the own grants: a province offers its cities too."""
    regions, codes = reference.regions(), dict[str, None]()
    for grant in _publishing():
        codes |= dict.fromkeys((grant.region or "", *(row.code for row in regions.children(grant.region) if row.level is RegionLevel.CITY)))
    return CatalogueForm().offer(((code, regions.name(code)) for code in codes if code), offered(today()))


@blueprint.route("/demand/catalogues", methods=["GET", "POST"])
@requires(Permission.NEED_READ)
def catalogues() -> str | Response:
    form = _form()
    if form.is_submitted() and not _publishing():
        abort(403)
    if form.validate_on_submit():
        try:
            with transaction():
                period = found(Period.of(form.period.data))
                asked = cataloguing.ask(form.region.data, period, by=acting(Permission.CATALOGUE_PUBLISH), on=today())
        except Refusal as refusal:
            form.period.errors = [str(refusal)]
        else:
            return redirect(url_for(".catalogue", key=asked.id), 303)
    return render_template(
        "demand/catalogues.html",
        form=form,
        may_publish=bool(_publishing()),
        page=paginate(catalogue_queries.of_staff(reading())),
        period_of=cataloguing.period_of,
        regions=reference.regions(),
    )


@blueprint.get("/demand/catalogues/<uuid:key>")
@requires(Permission.NEED_READ)
def catalogue(key: UUID) -> str:
    return _catalogue_page(found(catalogue_queries.one_of_staff(key, reading())), PublishForm(formdata=None))


def _catalogue_page(row: Catalogue, form: PublishForm) -> str:
    level = level_asked()
    replaced = cataloguing.published_id(row.region, row.period)
    return render_template(
        "demand/catalogue.html",
        catalogue=row,
        form=form,
        level=level,
        levels=OccupationLevel,
        rows=cataloguing.rows_of(row.id, level),
        is_running=row.state in _RUNNING,
        may_publish=catalogue_queries.to_publish(row.id, _publishing()) is not None,
        replaces=replaced is not None and replaced != row.id,
        period=cataloguing.period_of(row),
        names=queries.names_of([row.asked_by, row.published_by]),
        regions=reference.regions(),
    )


def level_asked() -> OccupationLevel:
    return next((level for level in OccupationLevel if level.value == request.args.get("level")), OccupationLevel.UNIT)


@blueprint.get("/demand/catalogues/<uuid:key>/rows/<code>")
@requires(Permission.NEED_READ)
def catalogue_inputs(key: UUID, code: str) -> str:
    """The rows behind one rank: those of the own area by name, all others in the sums."""
    row = found(catalogue_queries.one_of_staff(key, reading()))
    ranked = found(_ranked(row, code))
    page = paginate(catalogue_queries.inputs_behind(row, code, reading()), size=50)
    groups, needs = catalogue_queries.groups_behind(row, code), catalogue_queries.needs_by_id(page.rows)
    return render_template(
        "demand/catalogue_inputs.html",
        catalogue=row,
        ranked=ranked,
        page=page,
        groups=groups,
        elsewhere=sum(group.rows for group in groups if group.kind in {InputKind.NEED, InputKind.POSTING}) - page.total,
        postings=catalogue_queries.postings_by_id(page.rows),
        needs=needs,
        employers=queries.employers_by_id(need.employer_id for need in needs.values()),
        period=cataloguing.period_of(row),
        regions=reference.regions(),
    )


def _ranked(row: Catalogue, code: str) -> CatalogueRow | None:
    return next((ranked for ranked in cataloguing.rows_of(row.id) if ranked.occupation == code), None)


@blueprint.post("/demand/catalogues/<uuid:key>/publish")
@requires(Permission.CATALOGUE_PUBLISH)
def publish_catalogue(key: UUID) -> str | Response:
    row, form = found(catalogue_queries.to_publish(key, _publishing())), PublishForm()
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(catalogue_queries.to_publish(key, _publishing()))
                cataloguing.publish(kept, reason=form.reason.data or "", by=acting(Permission.CATALOGUE_PUBLISH))
        except Refusal as refusal:
            form.reason.errors = [str(refusal)]
        else:
            flash("目录已发布，所有人都能看到。", "success")
            return redirect(url_for(".catalogue", key=key), 303)
    return _catalogue_page(row, form)


@blueprint.post("/demand/catalogues/<uuid:key>/recheck")
@requires(Permission.CATALOGUE_PUBLISH)
def recheck_catalogue(key: UUID) -> Response:
    try:
        with transaction():
            kept = found(catalogue_queries.to_publish(key, _publishing()))
            cataloguing.ask_recheck(kept, by=acting(Permission.CATALOGUE_PUBLISH))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("已要求复算，结果稍后显示在这一页。", "info")
    return redirect(url_for(".catalogue", key=key), 303)
