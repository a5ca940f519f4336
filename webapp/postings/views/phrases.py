"""The sentences reviewers return postings with: those that ship, and those of the own area, which its reviewers keep."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires
from webapp.db import transaction
from webapp.postings.review_forms import REMARKED, PhraseForm
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing import phrases as kept
from webapp.postings.views.room import blueprint, may_review, reviewer
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.route("/review/phrases", methods=["GET", "POST"])
@requires(Permission.POSTING_REVIEW)
def phrases() -> str | Response:
    form = PhraseForm()
    region = next((grant.region for grant in may_review() if grant.region), None)
    if region and form.validate_on_submit():
        with transaction():
            reviewing.add_phrase(region, form.field.data or "", form.text.data or "", by=reviewer())
        flash("已添加，本辖区的审核员都能用。", "success")
        return redirect(url_for(".phrases"), 303)
    return render_template(
        "postings/phrases.html",
        form=form,
        shipped=kept.SHIPPED,
        own=kept.of_areas(may_review()),
        mine=[grant.region for grant in may_review()],
        labels=REMARKED,
        regions=reference.regions(),
    )


@blueprint.post("/review/phrases/<uuid:key>/remove")
@requires(Permission.POSTING_REVIEW)
def remove_phrase(key: UUID) -> Response:
    with transaction():
        reviewing.remove_phrase(found(kept.own(key, may_review())), by=reviewer())
    flash("已删除。", "success")
    return redirect(url_for(".phrases"), 303)
