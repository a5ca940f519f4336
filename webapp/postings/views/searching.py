"""The search page: what was asked, how it was understood, what fits, and what is near to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from flask import render_template, request, url_for

from search.query import WINDOW, Sort
from webapp.access import public
from webapp.postings import cards, narrowing, queries, showing, tallying
from webapp.postings import criteria as criteria_of
from webapp.postings.criteria import Criteria
from webapp.postings.queries import Found
from webapp.postings.reasons import Reasons, Why
from webapp.postings.showing import Card
from webapp.postings.views.room import blueprint
from webapp.postings.widening import Widened, enough, widened
from webapp.reference import queries as reference
from webapp.web import Page

SORTS = (
    (Sort.RELEVANCE, "相关度", ""),
    (Sort.DATE, "最新", "发布或收录"),
    (Sort.WAGE, "工资从高到低", ""),
    (Sort.DISTANCE, "离我最近", ""),
)
"""(order, its name, what a wide screen adds to the name)."""


class Row(NamedTuple):
    card: Card
    why: Why


@blueprint.get("/")
@blueprint.get("/postings")
@public
def search() -> str:
    criteria = criteria_of.read(request.args.to_dict(flat=False))
    least = enough(criteria)
    answer = queries.find_open(criteria.query, enough=least)
    wide = Widened(criteria.query, 0, ()) if answer.fallback else widened(criteria, answer.total)
    if wide.steps or (not answer.fallback and answer.total < least):
        criteria = replace(criteria, query=wide.query)
        answer = queries.find_open(criteria.query)
    if answer.total and not answer.rows and criteria.page > 1:  # behind the last page: the last one, not an empty one
        criteria = criteria.turned_to(-(-min(answer.total, WINDOW) // criteria_of.PAGE_SIZE))
        answer = queries.find_open(criteria.query)
    tallying.note(criteria, wide, answer)
    rows = _rows(criteria, answer)
    return render_template(
        "postings/search.html",
        criteria=criteria,
        answer=answer,
        wide=wide,
        page=Page(rows, criteria.page, criteria_of.PAGE_SIZE, answer.total),
        pages=Page(rows, criteria.page, criteria_of.PAGE_SIZE, min(answer.total, WINDOW)),
        facets=[] if answer.fallback else narrowing.facets(criteria, answer),
        bands=[] if answer.fallback else narrowing.bands(criteria, answer),
        said=_said(criteria),
        literal_url=_address(criteria, literal=["1"]) if criteria.understood.chips or criteria.understood.corrections else "",
        strict_url=_address(criteria, strict=["1"]) if wide.steps else "",
        chips=_chips(criteria),
        offers=_offers(criteria, answer),
        places=showing.place_options(criteria.one("region")),
        cities=_cities() if criteria.unknown_region else [],
        sorts=[sort for sort in SORTS if sort[0] is not Sort.DISTANCE or criteria.query.near],
        kilometres=criteria_of.KILOMETRES if criteria.query.near else (),
        next_url=_next(criteria, answer),
    )


def _rows(criteria: Criteria, answer: Found) -> list[Row]:
    reasons, also = Reasons(criteria.query), cards.names_behind(row.id for row in answer.rows)
    return [Row(showing.card(row, is_verified=row.id in answer.verified, also=also.get(row.id, ())), reasons.why(row)) for row in answer.rows]


def _said(criteria: Criteria) -> list[tuple[str, str]]:
    """(label, address without it) of every piece of the text that was understood."""
    return [(chip.label, _address(criteria, q=[chip.text_without] if chip.text_without else [])) for chip in criteria.understood.chips]


def _chips(criteria: Criteria) -> list[tuple[str, str, str]]:
    """(words, parameter, value) of every condition beside the text, the place first."""
    places = [("region", code) for code in criteria.chosen.get("region", ())]
    return [(narrowing.label(name, value), name, value) for name, value in (*places, *criteria.filters)]


def _offers(criteria: Criteria, answer: Found) -> list[tuple[str, str]]:
    """For an empty page: (words, address) of every search one condition wider that finds something, be it chosen or written."""
    if answer.total or answer.fallback:
        return []
    offers = []
    for name, value, words, count in narrowing.without_each(criteria):
        others = [one for one in criteria.chosen.get(name, ()) if one != value]
        offers.append((count, words, _address(criteria, **{name: others})))
    for chip in criteria.understood.chips:
        text = [chip.text_without] if chip.text_without else []
        count = queries.total_of(criteria_of.read({**criteria.chosen, "q": text}).query)
        if count:
            offers.append((count, chip.label, _address(criteria, q=text)))
    offers.sort(key=lambda offer: -offer[0])
    return [(f"去掉“{words}”，有 {count} 个岗位", url) for count, words, url in offers]


def _address(criteria: Criteria, **changed: Sequence[str]) -> str:
    """This search with some parameters changed; an empty list drops one."""
    kept = {name: list(values) for name, values in {**criteria.chosen, **changed}.items() if values}
    return url_for(".search", **kept)  # type: ignore[arg-type]  # lists become repeated parameters


def _next(criteria: Criteria, answer: Found) -> str:
    """Behind the last numbered page an order by date or wage goes on."""
    if answer.cursor is None or (criteria.page < criteria_of.PAGES and criteria.query.after is None):
        return ""
    return _address(criteria, after=[str(answer.cursor)])


def _cities() -> list[tuple[str, str]]:
    return [(city.short_name, url_for(".search", region=city.code)) for city in reference.regions().cities(reference.home_province())]
