"""A person's own account: what is kept about them (masked), where they are signed in, and their password."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp import access
from webapp.access import Permission, requires
from webapp.accounts import limits, operations, passwords, queries
from webapp.accounts.forms import IdNumberForm, NewPasswordByCodeForm, NewPasswordForm, ProfileForm
from webapp.accounts.models import CodePurpose, Person
from webapp.accounts.operations import CodeAnswer
from webapp.accounts.views import doors
from webapp.accounts.views.doors import blueprint
from webapp.accounts.views.mailbox import TOO_MANY, sent_words
from webapp.accounts.views.sign_in import SPENT, WRONG_CODE, Answer
from webapp.db import session, transaction
from webapp.sealing import blind
from webapp.web import found


def me() -> Person:
    return session().get_one(Person, access.visitor().person_id)


@blueprint.get("/account")
@requires(Permission.ACCOUNT_OWN)
def account() -> Answer:
    visitor = access.visitor()
    may_recruit = visitor.may(Permission.EMPLOYER_REGISTER)
    held = queries.sessions_of(visitor.person_id)
    return render_template("accounts/account.html", person=me(), visitor=visitor, held=held, may_recruit=may_recruit)


@blueprint.route("/account/profile", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def profile() -> Answer:
    person = me()
    form = ProfileForm(name=person.name, email=person.email)
    if form.validate_on_submit():
        try:
            with transaction():
                asked = operations.change_profile(me(), name=form.name.name_given, email=form.email.address, by=doors.acting_for_self())
        except operations.AlreadyRegistered:
            form.email.errors = ["这个邮箱不能使用，请换一个。"]
        except limits.TooMany as limit:
            form.email.errors = [TOO_MANY.format(limit.minutes)]
        else:
            return _done(f"资料已保存。{sent_words(asked)}")
    return render_template("accounts/profile.html", form=form)


@blueprint.route("/account/id-number", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def id_number() -> Answer:
    form = IdNumberForm()
    if form.validate_on_submit():
        try:
            with transaction():
                operations.set_id_number(me(), form.number, by=doors.acting_for_self())
        except operations.TooYoung:
            form.id_number.errors = ["法律规定，未满16周岁不能求职就业，所以没有保存。如有困难，请拨打 12333。"]
        except operations.AlreadyRegistered:
            form.id_number.errors = ["这个身份证号不能使用。如果确实是您本人的，请带证件到就近的公共就业服务窗口，或拨打 12333。"]
        else:
            return _done("身份证号已加密保存。")
    return render_template("accounts/id_number.html", form=form, kept=me().id_number_sealed is not None)


def _done(words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("accounts.account"), 303)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.ACCOUNT_OWN)
def end_session(session_id: UUID) -> Answer:
    with transaction():
        held = found(queries.session_of(access.visitor().person_id, session_id))
        operations.end_session(held, by=doors.acting_for_self())
    if session_id == access.visitor().session_id:
        return doors.without_session(redirect(url_for("postings.search"), 303))
    return _done("那台设备已退出登录。")


@blueprint.post("/account/sessions/end-others")
@requires(Permission.ACCOUNT_OWN)
def end_others() -> Answer:
    visitor = access.visitor()
    with transaction():
        operations.end_other_sessions(visitor.person_id, keep=visitor.session_id, by=doors.acting_for_self())
    return _done("其他设备都已退出登录。")


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def password() -> Answer:
    """With the current one. Who has none, or forgot it, takes the way by code."""
    form = NewPasswordForm()
    if form.validate_on_submit() and _is_strong(form) and _proves_current(form):
        return _change(form.password.data or "")
    person = me()
    return render_template("accounts/password.html", form=form, has_one=person.password_hash is not None, minimum=queries.password_minimum(person.id))


def _is_strong(form: NewPasswordForm | NewPasswordByCodeForm) -> bool:
    person = me()
    about = tuple(part for part in (person.phone, person.name, person.email) if part)
    weak = passwords.weakness(form.password.data or "", minimum=queries.password_minimum(person.id), about=about)
    if weak:
        form.password.errors = [weak]
    return weak is None


def _proves_current(form: NewPasswordForm) -> bool:
    """Counted like a sign-in: a stolen session must not be a place to guess the password."""
    kept = me().password_hash
    try:
        with transaction():
            attempt = limits.open_attempt(blind("password_change", str(access.visitor().person_id)), doors.origin())
    except limits.TooMany as limit:
        form.current.errors = [f"填错太多次。请 {limit.minutes} 分钟后再试，或者用短信验证码修改。"]
        return False
    if not passwords.verify(kept, form.current.data or ""):
        form.current.errors = ["现在的密码不对。忘了的话，可以用短信验证码修改。"]
        return False
    with transaction():
        limits.clear(attempt)
    return True


def _change(password: str) -> Response:
    """Ends all sessions, this one too, and gives this device a new token."""
    kept = passwords.hash_password(password)
    with transaction():
        token = _change_within(kept)
    flash("密码已修改，其他设备都已退出登录。", "success")
    return doors.with_session(redirect(url_for("accounts.account"), 303), token)


def _change_within(kept: str) -> str:
    by = doors.acting_for_self()
    person = me()
    operations.change_password(person, kept, by=by)
    return operations.start_session(person, device=doors.device(), method="password_change", by=by)


@blueprint.post("/account/password/code")
@requires(Permission.ACCOUNT_OWN)
def password_code() -> Answer:
    if not queries.code_service_alive():
        return render_template("accounts/code_away.html", next=""), 503
    try:
        with transaction():
            code = operations.request_code(phone=me().phone or "", purpose=CodePurpose.PASSWORD, origin=doors.origin(), by=doors.acting_for_self())
    except limits.TooMany as limit:
        flash(f"获取验证码太频繁。请 {limit.minutes} 分钟后再试。", "danger")
        return redirect(url_for("accounts.password"), 303)
    return redirect(url_for("accounts.password_by_code", code_id=code.id), 303)


@blueprint.route("/account/password/code/<uuid:code_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def password_by_code(code_id: UUID) -> Answer:
    form = NewPasswordByCodeForm()
    if form.validate_on_submit() and _is_strong(form):
        done = _change_by_code(form, code_id)
        if done is not None:
            return done
    return render_template("accounts/password_by_code.html", form=form, minimum=queries.password_minimum(access.visitor().person_id))


def _change_by_code(form: NewPasswordByCodeForm, code_id: UUID) -> Response | None:
    kept = passwords.hash_password(form.password.data or "")
    token = None
    try:
        with transaction():
            answer, code = operations.check_code(code_id, form.code.digits, purposes=frozenset({CodePurpose.PASSWORD}), origin=doors.origin())
            if answer is CodeAnswer.RIGHT and code is not None and code.phone_index == me().phone_index:
                operations.spend_code(code)
                token = _change_within(kept)
    except limits.TooMany as limit:
        form.code.errors = [f"填错太多次。请 {limit.minutes} 分钟后再试。"]
        return None
    if token is None:
        form.code.errors = [WRONG_CODE if answer is CodeAnswer.WRONG else SPENT]
        return None
    flash("密码已修改，其他设备都已退出登录。", "success")
    return doors.with_session(redirect(url_for("accounts.account"), 303), token)
