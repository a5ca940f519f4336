"""The published catalogue, for everybody: on a screen, on paper, as a file."""

from collections.abc import Iterator
from uuid import UUID

from flask import Response as Download
from flask import render_template

from webapp.access import public
from webapp.db import session
from webapp.demand import catalogue_queries, cataloguing
from webapp.demand.catalogue_models import Catalogue, OccupationLevel
from webapp.demand.sheets import sheet
from webapp.demand.views.catalogue import level_asked
from webapp.demand.views.needs import download
from webapp.demand.views.room import asked, blueprint
from webapp.reference import queries as reference
from webapp.web import found

HEADERS = (
    "级别", "位次", "上期位次", "变化", "职业代码", "职业名称", "需求人数", "其中上期结转", "其中急需", "求职人数", "其中上期结转的求职者",
    "分摊的无要求求职者", "缺口", "求人倍率", "报告单位数", "报告县区数", "需求最多的县区", "得分",
)  # fmt: skip


@blueprint.get("/catalogue")
@public
def public_catalogue() -> str | tuple[str, int]:
    """The one asked for, or the newest of all; a place or period without one says so and offers those that are."""
    region, period = asked("region", 7), asked("period", 7)
    row, level = catalogue_queries.newest(region, period), level_asked()
    offered = session().scalars(catalogue_queries.published()).all()
    page = render_template(
        "demand/public_catalogue.html",
        catalogue=row,
        level=level,
        levels=OccupationLevel,
        rows=cataloguing.rows_of(row.id, level) if row else [],
        versions=catalogue_queries.versions_of(row) if row else [],
        offered=offered,
        periods=list(dict.fromkeys((one.period, cataloguing.period_of(one).label) for one in offered)),
        period_of=cataloguing.period_of,
        regions=reference.regions(),
    )
    return page if row or not (region or period) else (page, 404)


@blueprint.get("/catalogue/<uuid:key>/download")
@public
def download_catalogue(key: UUID) -> Download:
    row = found(catalogue_queries.published_one(key))
    return download(sheet(HEADERS, _lines(row)), f"catalogue-{row.region}-{row.period}-v{row.version}.csv")


def _lines(catalogue: Catalogue) -> Iterator[tuple[object, ...]]:
    regions = reference.regions()
    for row in (row for level in OccupationLevel for row in cataloguing.rows_of(catalogue.id, level)):
        yield (
            row.level.label, row.rank, row.previous_rank, row.change.label, row.occupation, row.name, row.demand, row.demand_carried, row.urgent,
            row.seekers, row.seekers_carried, row.spread / 100, row.gap, None if row.ratio is None else row.ratio / 100, row.employers,
            row.counties, regions.name(row.typical), row.score / 10_000,
        )  # fmt: skip
