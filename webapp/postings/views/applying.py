from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.postings import queries as postings
from webapp.postings import showing
from webapp.postings.applying import operations, queries
from webapp.postings.applying.forms import ApplyForm
from webapp.postings.applying.models import ApplicationState
from webapp.postings.applying.operations import AlreadyApplied
from webapp.postings.models import Posting
from webapp.postings.operations import Refusal
from webapp.postings.views.room import blueprint
from webapp.web import found, paginate


@blueprint.route("/postings/<uuid:key>/apply", methods=["GET", "POST"])
@requires(Permission.APPLICATION_SEND)
def apply(key: UUID) -> str | Response:
    posting = found(postings.shown(key))
    known = queries.application_by(visitor().person_id, key)
    if known is not None and known.state is ApplicationState.SENT:
        return redirect(url_for(".application", key=known.id), 303)
    form = ApplyForm()
    form.ask_for(posting.employer_name)
    if postings.is_open(posting) and posting.employer_id is not None and form.validate_on_submit():
        return _send(key, form)
    status = 200 if postings.is_open(posting) else 410
    return Response(_apply_page(posting, form), status, mimetype="text/html")


def _apply_page(posting: Posting, form: ApplyForm) -> str:
    return render_template(
        "applying/apply.html",
        form=form,
        posting=posting,
        card=showing.card(posting),
        is_open=postings.is_open(posting),
    )


def _send(key: UUID, form: ApplyForm) -> Response:
    try:
        with transaction():
            posting = found(postings.locked(key))
            application = operations.apply(
                posting,
                visitor().person_id,
                message=form.message.data or "",
                shares_phone=form.shares_phone.data == "yes",
                by=acting(Permission.APPLICATION_SEND),
            )
    except AlreadyApplied as known:
        flash(str(known), "info")
        return redirect(url_for(".application", key=known.application_id), 303)
    except Refusal as refusal:
        flash(str(refusal), "danger")
        return redirect(url_for(".detail", key=key), 303)
    flash("投递成功。", "success")
    return redirect(url_for(".application", key=application.id), 303)


@blueprint.get("/applications")
@requires(Permission.APPLICATION_SEND)
def my_applications() -> str:
    page = paginate(queries.applications_of(visitor().person_id))
    return render_template("applying/my_applications.html", page=page, postings=queries.postings_of(page.rows))


@blueprint.get("/applications/<uuid:key>")
@requires(Permission.APPLICATION_SEND)
def application(key: UUID) -> str:
    own = found(queries.own_application(key, visitor().person_id))
    posting = queries.postings_of([own])[own.posting_id]
    return render_template("applying/application.html", application=own, posting=posting, card=showing.card(posting))


@blueprint.post("/applications/<uuid:key>/withdraw")
@requires(Permission.APPLICATION_SEND)
def withdraw_application(key: UUID) -> Response:
    try:
        with transaction():
            own = found(queries.own_application(key, visitor().person_id, for_change=True))
            operations.withdraw_application(own, by=acting(Permission.APPLICATION_SEND))
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash("已撤回投递，用人单位不再看到您的姓名、电话和留言。", "success")
    return redirect(url_for(".application", key=key), 303)
