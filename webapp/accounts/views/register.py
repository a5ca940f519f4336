"""Registering: consent and phone, then the code, then the name. A registered phone gets the same answers and is signed in."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import access, web
from webapp.access import Permission, public, requires
from webapp.accounts import limits, operations, passwords, privacy, queries
from webapp.accounts.forms import ConsentForm, WelcomeForm
from webapp.accounts.models import CodePurpose, Person
from webapp.accounts.views import doors
from webapp.accounts.views.doors import blueprint
from webapp.accounts.views.mailbox import TOO_MANY, sent_words
from webapp.accounts.views.sign_in import Answer, ask_for_code
from webapp.db import session, transaction


@blueprint.get("/register")
@public
def register() -> Answer:
    return render_template("accounts/register.html", next=doors.target())


@blueprint.route("/register/seeker", methods=["GET", "POST"])
@public
def register_seeker() -> Answer:
    return _first_step("求职者")


@blueprint.route("/register/employer", methods=["GET", "POST"])
@public
def register_employer() -> Answer:
    """The person's half; the organisation's follows at `employers.register`, where whoever is signed in goes at once."""
    if current_user.is_authenticated and access.visitor().may(Permission.EMPLOYER_REGISTER):
        return redirect(url_for("employers.register"), 303)
    if not doors.target():
        return redirect(url_for("accounts.register_employer", next=url_for("employers.register")), 303)
    return _first_step("用人单位")


def _first_step(face: str) -> Answer:
    form = ConsentForm()
    template = "accounts/register_employer.html" if face == "用人单位" else "accounts/register_seeker.html"
    if form.validate_on_submit():
        return ask_for_code(form, form.phone.number, CodePurpose.REGISTER, template)
    return render_template(template, form=form, next=doors.target())


@blueprint.get("/privacy")
@public
def privacy_notice() -> Answer:
    return render_template("accounts/privacy.html", sections=privacy.SECTIONS, version=privacy.VERSION)


@blueprint.route("/account/welcome", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def welcome() -> Answer:
    """The last step: what to call the person, and what they may add."""
    visitor = access.visitor()
    form = WelcomeForm()
    minimum = queries.password_minimum(visitor.person_id)
    if form.validate_on_submit():
        weak = _weakness(form, minimum)
        if weak:
            form.password.errors = [weak]
        else:
            done = _save(form)
            if done is not None:
                return done
    return render_template("accounts/welcome.html", form=form, minimum=minimum, onward=_onward(), face=_face())


def _face() -> str:
    return "staff" if queries.is_staff(access.visitor().person_id) else doors.face()


def _onward() -> str:
    return web.here_or(url_for("postings.search"), request.args.get("next"))


def _weakness(form: WelcomeForm, minimum: int) -> str | None:
    if not form.password.data:
        return None
    person = session().get_one(Person, access.visitor().person_id)
    about = tuple(part for part in (person.phone, form.name.name_given, form.email.address) if part)
    return passwords.weakness(form.password.data, minimum=minimum, about=about)


def _save(form: WelcomeForm) -> Response | None:
    """None where the form has to be shown again. A first password ends no session: nobody else could have signed in with one."""
    by = doors.acting_for_self()
    kept = passwords.hash_password(form.password.data) if form.password.data else None
    try:
        with transaction():
            person = session().get_one(Person, access.visitor().person_id)
            asked = operations.change_profile(person, name=form.name.name_given, email=form.email.address, by=by)
            if kept is not None and person.password_hash is None:
                operations.set_first_password(person, kept, by=by)
    except operations.AlreadyRegistered:
        form.email.errors = ["这个邮箱不能使用，请换一个，或者先不填。"]
        return None
    except limits.TooMany as limit:
        form.email.errors = [TOO_MANY.format(limit.minutes)]
        return None
    flash(f"注册完成。{sent_words(asked)}", "success")
    return redirect(_onward(), 303)
