from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.reference.models import Education
from webapp.seekers import operations, queries
from webapp.seekers.forms import ProfileForm, skills_in

blueprint = Blueprint("seekers", __name__, template_folder="templates")


@blueprint.route("/profile", methods=["GET", "POST"])
@requires(Permission.PROFILE_KEEP)
def profile() -> str | Response:
    form = ProfileForm.of(queries.profile_of(visitor().person_id))
    if not form.validate_on_submit():
        return render_template("seekers/profile.html", form=form)
    with transaction():
        operations.keep_profile(
            visitor().person_id,
            region=form.region.data or None,
            education=Education.of(form.education.data),
            experience_years=form.experience_years.data,
            wanted=(form.wanted.data or "").strip(),
            skills=skills_in(form.skills.data or ""),
            about=(form.about.data or "").strip(),
            by=acting(Permission.PROFILE_KEEP),
        )
    flash("求职资料已保存。", "success")
    return redirect(url_for("seekers.profile"), 303)
