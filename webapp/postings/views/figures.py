from flask import abort, render_template, request, url_for

from webapp.access import Grant, Permission, requires, visitor
from webapp.db import now
from webapp.postings import figures as counts
from webapp.postings import showing
from webapp.postings.figures import Figure, Slice
from webapp.postings.models import PostingState
from webapp.postings.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate

COUNTIES_OF = 2
"""The most cities whose counties are listed on one page."""


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.FIGURES_READ)


@blueprint.get("/figures")
@requires(Permission.FIGURES_READ)
def figures() -> str:
    region = request.args.get("region", "").strip()
    if region and not any(grant.covers(region) for grant in _grants()):
        abort(404)
    everything = found(Slice.of({"region": region}))
    is_open = found(Slice.of({"region": region, "state": PostingState.OPEN.value}))
    return render_template(
        "postings/figures.html",
        region=region,
        area=reference.regions().name(region) if region else "、".join(_areas()) or "没有管辖区域",
        states=counts.by_state(everything, _grants()),
        origins=counts.by_origin(is_open, _grants()),
        tables=_tables(is_open),
        at=now(),
    )


def _areas() -> list[str]:
    return list(dict.fromkeys(reference.regions().name(grant.region) for grant in _grants() if grant.region))


def _tables(is_open: Slice) -> list[tuple[str, str, str, list[Figure]]]:
    """(id, title, definition, figures) of everything that is counted among the open ones; counties only inside a city, else they are a book."""
    cities = counts.by_city(is_open, _grants())
    tables = [("city", "按市", "工作地点所在的市；只写到省的单列。点市名看它的县（市、区）。", cities)]
    if len(cities) <= COUNTIES_OF:
        tables.append(("county", "按县（市、区）", "工作地点的区划代码；只写到市的单列。", counts.by_county(is_open, _grants())))
    return [
        *tables,
        ("occupation", "按职业大类", "《职业分类大典》的大类，取岗位的职业代码。", counts.by_occupation(is_open, _grants())),
        ("industry", "按行业门类", "GB/T 4754-2017 的门类，取用人单位的行业代码。", counts.by_industry(is_open, _grants())),
        ("source", "按来源平台", "只计转载岗位，按来源写明的平台名称。", counts.by_source(is_open, _grants())),
    ]


@blueprint.get("/figures/postings")
@requires(Permission.FIGURES_READ)
def figure_rows() -> str:
    wanted = found(Slice.of(request.args))
    page = paginate(counts.rows_of(wanted, _grants()), size=50)
    return render_template(
        "postings/figure_rows.html",
        page=page,
        slice=wanted,
        words=counts.words(wanted),
        cards={row.id: showing.card(row) for row in page.rows},
        back=url_for(".figures"),
    )
