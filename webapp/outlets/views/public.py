"""The public page of an outlet that is a page of ours (a market's screen, a list to print, words for a WeChat group), and the page that says
where one posting was published."""

from uuid import UUID

from flask import Response, render_template

from webapp.access import Permission, public, requires, visitor
from webapp.db import today
from webapp.notices.links import link
from webapp.outlets import planning, queries
from webapp.outlets.models import Outlet, Way
from webapp.outlets.views.room import blueprint
from webapp.outlets.words import blocks
from webapp.postings import showing
from webapp.postings.showing import Card
from webapp.reference import queries as reference
from webapp.web import found

RENEWED_SECONDS = 300


@blueprint.get("/outlets/<slug>")
@public
def page(slug: str) -> str:
    outlet = found(_shown(slug))
    cards = _cards(outlet)
    return render_template(
        "outlets/page.html",
        outlet=outlet,
        cards=cards,
        blocks=blocks(outlet.name, cards, link(f"/outlets/{outlet.slug}"), on=today()),
        run=planning.last_run(outlet.id),
    )


@blueprint.get("/outlets/<slug>/screen")
@public
def screen(slug: str) -> Response:
    """For a screen on a wall: one table, which renews itself because nobody stands there to press a button."""
    outlet = found(_shown(slug))
    shown = render_template("outlets/screen.html", outlet=outlet, cards=_cards(outlet), run=planning.last_run(outlet.id), on=today())
    return Response(shown, mimetype="text/html", headers={"Refresh": str(RENEWED_SECONDS)})


def _cards(outlet: Outlet) -> list[Card]:
    return [showing.card(row) for row in queries.shown_at(outlet, reference.whole("outlet_page_rows"))]


def _shown(slug: str) -> Outlet | None:
    """One that is suspended shows nothing, and is not there."""
    outlet = queries.outlet_named(slug)
    return outlet if outlet is not None and outlet.way is Way.SHOW and outlet.is_active else None


@blueprint.get("/outlets/posting/<uuid:key>")
@requires(Permission.ACCOUNT_OWN)
def of_posting(key: UUID) -> str:
    """For the posting's employer, and for staff of its area."""
    own = queries.posting_of_member(key, visitor().grants_for(Permission.POSTING_WRITE))
    posting = found(own or queries.posting_in_area(key, visitor().grants_for(Permission.OUTLET_READ)))
    words = queries.words_about(posting)
    return render_template(
        "outlets/of_posting.html",
        posting=posting,
        is_own=own is not None,
        words=words,
        outlets=queries.outlets_by_key(word.outlet_id for word in words),
    )
