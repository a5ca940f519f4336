from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.postings import queries as postings
from webapp.postings.applying import operations, queries, showing
from webapp.postings.operations import Refusal
from webapp.postings.views.room import blueprint
from webapp.web import found, paginate


@blueprint.get("/employer/postings/<uuid:key>/applications")
@requires(Permission.APPLICATION_READ)
def applications(key: UUID) -> str:
    posting = found(postings.own(key, visitor().grants_for(Permission.APPLICATION_READ)))
    page = paginate(queries.applications_to(posting))
    return render_template("applying/applications.html", posting=posting, page=page, people=showing.applicants(page.rows, queries.people(page.rows)))


@blueprint.post("/employer/postings/<uuid:key>/applications/<uuid:application_key>/open")
@requires(Permission.APPLICATION_READ)
def open_application(key: UUID, application_key: UUID) -> Response:
    """Before anything personal is shown, that it was opened is on the ledger."""
    try:
        with transaction():
            posting = found(postings.own(key, visitor().grants_for(Permission.APPLICATION_READ)))
            application = found(queries.application_to(posting, application_key, for_change=True))
            operations.open_application(application, by=acting(Permission.APPLICATION_READ))
    except Refusal as refusal:
        flash(str(refusal), "info")
    return redirect(url_for(".applications", key=key, _anchor=f"a-{application_key}"), 303)
