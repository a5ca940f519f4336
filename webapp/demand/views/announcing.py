"""An employer says itself what it needs, on a phone in a minute, and sees what became of it."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import today, transaction
from webapp.demand import operations, queries
from webapp.demand.forms import AnnounceForm, RemarkForm
from webapp.demand.models import NeedSource
from webapp.demand.refusals import Refusal
from webapp.demand.views.room import blueprint
from webapp.employers.models import Employer
from webapp.postings import queries as postings
from webapp.reference import queries as reference
from webapp.web import found, paginate


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.NEED_ANNOUNCE)


def _employers() -> Sequence[Employer]:
    return postings.employers_of(_grants())


@blueprint.get("/employer/needs")
@requires(Permission.NEED_ANNOUNCE)
def own_needs() -> str:
    page = paginate(queries.announced_by(_grants()))
    return render_template(
        "demand/own_needs.html",
        page=page,
        employers={employer.id: employer for employer in _employers()},
        officers=queries.officers_of(employer.id for employer in _employers()),
        linked=queries.postings_of(page.rows),
        announced=NeedSource.EMPLOYER,
        regions=reference.regions(),
    )


@blueprint.route("/employer/needs/new", methods=["GET", "POST"])
@requires(Permission.NEED_ANNOUNCE)
def announce() -> str | Response:
    employers = _employers()
    form = AnnounceForm().offer(employers)
    if employers and form.validate_on_submit():
        with transaction():
            employer = found(form.chosen(_employers()))
            operations.announce_need(employer, form.values(), by=acting(Permission.NEED_ANNOUNCE), on=today())
        flash("已收到。企业服务专员会与您联系，帮您起草岗位。", "success")
        return redirect(url_for(".own_needs"), 303)
    return render_template("demand/announce.html", form=form, employers=employers)


@blueprint.route("/employer/needs/<uuid:key>/withdraw", methods=["GET", "POST"])
@requires(Permission.NEED_ANNOUNCE)
def withdraw_need(key: UUID) -> str | Response:
    need = found(queries.announced(key, _grants()))
    form = RemarkForm()
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(queries.announced(key, _grants(), for_change=True))
                operations.withdraw_announced(kept, remark=form.remark.data or "", by=acting(Permission.NEED_ANNOUNCE), on=today())
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash("已撤销这条需求。", "success")
        return redirect(url_for(".own_needs"), 303)
    return render_template("demand/withdraw.html", form=form, need=need)
