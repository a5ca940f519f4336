"""Who gets whom: a proposal by street and load that a lead looks at and confirms, and the people behind each of its figures."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.programmes import GRADUATES
from webapp.casework.refusals import Refusal
from webapp.casework.rosters import allocating, queries
from webapp.casework.rosters.forms import AllocationForm
from webapp.casework.views.room import asked, blueprint, leads
from webapp.db import today, transaction
from webapp.reference import queries as reference
from webapp.web import found, paginate


@blueprint.get("/casework/allocation")
@requires(Permission.CASE_LEAD)
def allocation() -> str:
    grants = leads()
    waiting = queries.counties_waiting(GRADUATES, grants)
    county = _county(asked("county", 6) or next(iter(waiting), ""))
    streets = queries.waiting_by_street(county, GRADUATES, grants) if county else {}
    workers = queries.workers_of(county) if county else []
    most = _most(county)
    proposal = allocating.propose(streets, workers, most=most)
    return render_template(
        "casework/allocation.html",
        form=AllocationForm(formdata=None, data={"county": county, "digest": proposal.digest}),
        county=county,
        waiting=waiting,
        streets=streets,
        workers=workers,
        proposal=proposal,
        most=most,
        names=queries.street_names_of(streets),
        regions=reference.regions(),
    )


def _county(code: str) -> str:
    """One of the area; none where the area has nobody waiting. Another one is not found."""
    return found(code if not code or any(grant.covers(code) for grant in leads()) else None)


def _most(county: str) -> int:
    return reference.whole("caseload_most", region=county or reference.NATION)


@blueprint.post("/casework/allocation")
@requires(Permission.CASE_LEAD)
def allocate() -> Response:
    form, grants = AllocationForm(), leads()
    county = found(_county(form.county.data or "") or None) if form.validate_on_submit() else ""
    try:
        with transaction():
            given = allocating.assign_as_proposed(
                county, GRADUATES, form.digest.data or "", grants, most=_most(county), by=acting(Permission.CASE_LEAD), on=today()
            )
    except Refusal as refusal:
        flash(str(refusal), "warning")
    else:
        flash(f"已分派 {sum(given.values())} 人给 {len(given)} 位专员。", "success")
    return redirect(url_for(".allocation", county=county), 303)


@blueprint.get("/casework/allocation/people")
@requires(Permission.CASE_LEAD)
def allocation_people() -> str:
    """Whom a figure of the page counts: who waits in a street of a county, or whom a caseworker holds there."""
    grants, county, street, worker = leads(), _county(asked("county", 6)), asked("street", 9), asked("worker", 36)
    page = paginate(queries.behind(county, GRADUATES, grants, street=street, worker=worker), size=50)
    return render_template(
        "casework/allocation_people.html",
        page=page,
        county=county,
        street=street,
        worker=worker,
        clients=queries.clients_of(page.rows),
        graduations=queries.latest_graduations(page.rows),
        streets=queries.street_names(page.rows),
        workers=queries.names_of(page.rows),
        regions=reference.regions(),
    )
