"""The public page of an outlet that is a page of ours (a market's screen, a list to print, words for a WeChat group), and the page that says
where one posting was published."""

from uuid import UUID

from flask import render_template, request

from webapp.access import Permission, public, requires, visitor
from webapp.db import today
from webapp.notices.links import link
from webapp.outlets import queries
from webapp.outlets.models import Outlet, Way
from webapp.outlets.views.room import blueprint
from webapp.outlets.words import blocks
from webapp.postings import showing
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.get("/outlets/<slug>")
@public
def page(slug: str) -> str:
    outlet = found(_shown(slug))
    rows = queries.shown_at(outlet, reference.whole("outlet_page_rows"))
    run = queries.last_run(outlet.id)
    cards = [showing.card(row) for row in rows]
    as_screen = request.args.get("screen") == "1"
    return render_template(
        "outlets/screen.html" if as_screen else "outlets/page.html",
        outlet=outlet,
        cards=cards,
        blocks=[] if as_screen else blocks(outlet.name, cards, link(f"/outlets/{outlet.slug}"), on=today()),
        at=run.began_at if run else None,
        on=today(),
    )


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
