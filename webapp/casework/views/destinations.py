"""The figures: 底数清、需求清、去向清 and the 毕业去向落实率 by place, the people behind each, figures that were kept, and the tables they read."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.destinations import figures, queries
from webapp.casework.destinations.figures import Clear
from webapp.casework.destinations.forms import FigureForm
from webapp.casework.views.room import asked, blueprint, leading, leads, opened_by_me, reading
from webapp.db import today, transaction
from webapp.reference import destinations as tables
from webapp.reference import queries as reference
from webapp.reference.models import RegionLevel
from webapp.web import found, paginate

PLACED = "placed"
"""The rate among the names of the rules, in an address."""


@blueprint.get("/casework/destinations")
@requires(Permission.CASE_READ)
def destinations() -> str:
    return _figures_page(FigureForm(formdata=None))


def _figures_page(form: FigureForm) -> str:
    grants = reading()
    years = figures.cohorts(grants)
    cohort, region = _year(years), _region()
    parts = figures.groups(figures.on_list(grants, cohort, region=region), by_street=_is_one_county(region))
    form.cohort.data = str(cohort)
    return render_template(
        "casework/destinations.html",
        form=form.offer(_regions_to_keep()),
        may_keep=bool(leading()),
        years=years,
        cohort=cohort,
        region=region,
        parts=parts,
        by_street=_is_one_county(region),
        whole=figures.total(parts),
        rules=list(Clear),
        formula=figures.FORMULA,
        formula_says=figures.FORMULA_SAYS,
        codes=tables.codes_of(tables.table_year(cohort)),
        table_year=tables.table_year(cohort),
        kept=paginate(queries.figures_within(grants), size=10),
        streets=tables.street_names(part.street for part in parts if part.street),
        regions=reference.regions(),
        placed=PLACED,
    )


def _year(years: Sequence[int]) -> int:
    """The one asked for, else the latest."""
    told = asked("cohort", 4)
    return int(told) if told.isascii() and told.isdigit() and len(told) == 4 else next(iter(years), today().year)


def _region() -> str:
    told = asked("region", 6)
    return told if reference.regions().is_known(told) else ""


def _is_one_county(region: str) -> bool:
    """By street where one county is looked at, by county else."""
    codes = {region} if region else {grant.region or "" for grant in reading()}
    rows = [reference.regions().get(code) for code in codes]
    return len(rows) == 1 and rows[0] is not None and rows[0].level is RegionLevel.COUNTY


def _regions_to_keep() -> list[tuple[str, str]]:
    """The places of the own grants."""
    regions = reference.regions()
    return [(code, regions.name(code)) for code in dict.fromkeys(grant.region or "" for grant in leading()) if code]


@blueprint.get("/casework/destinations/people")
@requires(Permission.CASE_READ)
def destination_people() -> str:
    """The rows behind a figure, by the same condition."""
    grants, rule, holds = reading(), asked("rule", 20), asked("met", 1) != "0"
    cohort, region = _year(()), _region()
    street = asked("street", 9) if "street" in request.args else None
    clear = next((one for one in Clear if one.value == rule), None)
    page = paginate(figures.people(figures.on_list(grants, cohort, region=region, street=street), _condition(clear, rule), holds=holds), size=50)
    return render_template(
        "casework/destination_people.html",
        page=page,
        cohort=cohort,
        title=_title(clear, rule, holds=holds),
        says=clear.rule if clear else figures.FORMULA_SAYS if rule == PLACED else "名单里这一毕业年度的全部人员，已退出的也在内",
        place=_place(region, street),
        clients=queries.clients_by_case(page.rows),
        opens=opened_by_me(page.rows),
        current=queries.current_by_case(case.id for case in page.rows),
        labels=tables.labels(),
        streets=tables.street_names(case.street for case in page.rows),
        regions=reference.regions(),
    )


def _condition(clear: Clear | None, rule: str) -> ColumnElement[bool] | None:
    return figures.met(clear) if clear else figures.is_placed() if rule == PLACED else None


def _title(clear: Clear | None, rule: str, *, holds: bool) -> str:
    if clear is not None:
        return clear.label if holds else f"{clear.label.removesuffix('清')}还不清"
    if rule == PLACED:
        return "计入落实的人" if holds else "没有计入落实的人"
    return "名单人数"


def _place(region: str, street: str | None) -> str:
    if street is None:
        return reference.regions().name(region) if region else "您的管辖区域"
    return tables.street_names([street]).get(street, street) or "没有分到街道的人"


@blueprint.post("/casework/destinations/figures")
@requires(Permission.CASE_LEAD)
def keep_figure() -> str | Response:
    form, grants = FigureForm().offer(_regions_to_keep()), leads()
    if form.validate_on_submit() and form.year is not None:
        with transaction():
            figure = figures.keep(grants, form.region.data, form.year, by=acting(Permission.CASE_LEAD), on=today())
        flash("已保存。以后名单变了，这个数和它的人仍能打开。", "success")
        return redirect(url_for(".placement_figure", key=figure.id), 303)
    return _figures_page(form)


@blueprint.get("/casework/destinations/figures/<uuid:key>")
@requires(Permission.CASE_READ)
def placement_figure(key: UUID) -> str:
    figure = found(queries.figure_within(key, reading()))
    told = asked("counted", 1)
    counted = {"1": True, "0": False}.get(told)
    page = paginate(figures.people_of(figure.id, reading(), counted=counted), size=50)
    return render_template(
        "casework/placement_figure.html",
        figure=figure,
        page=page,
        counted=counted,
        formula_says=figures.FORMULA_SAYS,
        clients=queries.clients_by_case(page.rows),
        opens=opened_by_me(page.rows),
        regions=reference.regions(),
    )


@blueprint.get("/casework/destinations/codes")
@requires(Permission.CASE_READ)
def destination_codes() -> str:
    """The tables that decide, with where they were read."""
    return render_template(
        "casework/destination_codes.html",
        tables=[(year, tables.codes_of(year)) for year in tables.years()],
        evidence=tables.evidence_kinds(),
        phrases=tables.pressure_phrases(),
        groups=tables.GROUPS,
    )
