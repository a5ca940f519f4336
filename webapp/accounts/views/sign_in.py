"""Signing in by one-time code or by password, and signing out. What is answered never tells whether an account exists."""

from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import access
from webapp.access import Actor, public
from webapp.accounts import limits, operations, passwords, queries
from webapp.accounts.forms import CodeConsentForm, CodeForm, PasswordSignInForm, PhoneForm
from webapp.accounts.models import CodePurpose, LoginCode, Person, Session
from webapp.accounts.operations import CodeAnswer
from webapp.accounts.views import doors
from webapp.accounts.views.doors import STRANGER, blueprint
from webapp.db import session, transaction
from webapp.sealing import mask_phone
from webapp.web import Form

Answer = Response | str | tuple[str, int]
DISABLED = "这个账号已停用，不能登录。如有疑问，请拨打 12333 或联系本单位管理员。"
SPENT = "验证码已失效（超过有效时间、用过一次，或填错太多次）。请重新获取。"
WRONG_CODE = "验证码不对。请填最新一条短信里的 6 位数字。"
_ENTRY = frozenset({CodePurpose.SIGN_IN, CodePurpose.REGISTER})


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    form = PhoneForm()
    if form.validate_on_submit():
        return ask_for_code(form, form.phone.number, CodePurpose.SIGN_IN, "accounts/sign_in.html")
    return render_template("accounts/sign_in.html", form=form, next=doors.target())


def ask_for_code(form: Form, phone: str, purpose: CodePurpose, template: str, endpoint: str = "accounts.sign_in_code") -> Answer:
    """On to the page where the code is typed; back to the form where there have been too many; 503 where codes are not sent now."""
    if not queries.code_service_alive():
        return render_template("accounts/code_away.html", next=doors.target()), 503
    try:
        with transaction():
            code = operations.request_code(phone=phone, purpose=purpose, origin=doors.origin(), by=STRANGER)
    except limits.TooMany as limit:
        words = f"获取验证码太频繁。请 {limit.minutes} 分钟后再试，或者用密码登录。"
        return render_template(template, form=form, next=doors.target(), refused=words, waiting=_waiting(phone, endpoint)), 429
    return redirect(url_for(endpoint, code_id=code.id, next=doors.target() or None), 303)


def _waiting(phone: str, endpoint: str) -> str:
    """Where the code that was sent last may still be typed, for whoever asked for it from here; else empty."""
    code = queries.waiting_code(phone, _ENTRY, origin=doors.origin())
    return url_for(endpoint, code_id=code.id, next=doors.target() or None) if code is not None else ""


@blueprint.route("/sign-in/code/<uuid:code_id>", methods=["GET", "POST"])
@public
def sign_in_code(code_id: UUID) -> Answer:
    form = CodeForm()
    if form.validate_on_submit():
        return _enter_with(form, code_id, consented=False)
    return code_page(form, code_id)


@blueprint.post("/sign-in/code/<uuid:code_id>/register")
@public
def register_with_code(code_id: UUID) -> Answer:
    """Whoever signed in with a phone that no account has registers with the same code, after the consent."""
    form = CodeConsentForm()
    if form.validate_on_submit():
        return _enter_with(form, code_id, consented=True)
    return render_template("accounts/sign_in_unknown.html", form=form, code_id=code_id, next=doors.target(), face=doors.face())


def code_page(form: Form, code_id: UUID, *, refused: str = "", status: int = 200) -> Answer:
    code = queries.open_code(code_id)
    phone = mask_phone(code.phone) if code is not None and code.phone else ""
    refused = refused or ("" if code is not None else SPENT)
    return render_template("accounts/sign_in_code.html", form=form, code_id=code_id, phone=phone, next=doors.target(), refused=refused), status


def _enter_with(form: CodeForm, code_id: UUID, *, consented: bool) -> Answer:
    again = CodeForm(formdata=None)
    token, person = None, None
    try:
        with transaction():
            answer, code = operations.check_code(code_id, form.code.digits, purposes=_ENTRY, origin=doors.origin())
            if answer is CodeAnswer.RIGHT and code is not None:
                person = _holder(code, consented=consented)
                token = _open(person, code) if person is not None else None
    except limits.TooMany as limit:
        return code_page(again, code_id, refused=f"填错太多次。请 {limit.minutes} 分钟后再试。", status=429)
    except operations.Disabled:
        return code_page(again, code_id, refused=DISABLED)
    if answer is not CodeAnswer.RIGHT:
        return code_page(again, code_id, refused=WRONG_CODE if answer is CodeAnswer.WRONG else SPENT)
    if token is None or person is None:
        offer = CodeConsentForm(formdata=None, code=form.code.digits)
        return render_template("accounts/sign_in_unknown.html", form=offer, code_id=code_id, next=doors.target(), face=doors.face())
    return doors.enter(token, nameless=person.name_sealed is None)


def _holder(code: LoginCode, *, consented: bool) -> Person | None:
    """A registration code brings its consent along, so it makes the account; a sign-in code alone only finds one."""
    if consented or code.purpose is CodePurpose.REGISTER:
        return operations.register_seeker(code, by=STRANGER)
    return queries.person_by_phone(code.phone or "")


def _open(person: Person, code: LoginCode) -> str:
    operations.spend_code(code)
    doors.leave_old_session()
    return operations.start_session(person, device=doors.device(), method="code", by=Actor(person.id, "person", "web"))


@blueprint.post("/sign-in/code/<uuid:code_id>/again")
@public
def code_again(code_id: UUID) -> Answer:
    """A new code to the phone of this one. Once it is used or expired the phone has to be typed again."""
    code = queries.open_code(code_id)
    if code is None or code.phone is None or code.purpose not in _ENTRY:
        return redirect(url_for("accounts.sign_in", next=doors.target() or None), 303)
    form = PhoneForm(formdata=None, phone=code.phone)
    return ask_for_code(form, code.phone, code.purpose, "accounts/sign_in.html")


@blueprint.route("/sign-in/password", methods=["GET", "POST"])
@public
def sign_in_password() -> Answer:
    form = PasswordSignInForm()
    if not form.validate_on_submit():
        return password_page(form)
    try:
        return _enter_with_password(form)
    except limits.TooMany as limit:
        return password_page(form, refused=_locked(limit.minutes), status=429)
    except operations.Disabled:
        return password_page(form, refused=DISABLED)
    except passwords.TooBusy:
        abort(503, "现在登录的人太多，请过一分钟再试。")


def password_page(form: PasswordSignInForm, *, refused: str = "", status: int = 200) -> Answer:
    return render_template("accounts/sign_in_password.html", form=form, next=doors.target(), refused=refused), status


def _locked(minutes: int) -> str:
    return f"填错太多次，为了安全先锁住。请 {minutes} 分钟后再试，或者用短信验证码登录。"


def _enter_with_password(form: PasswordSignInForm) -> Answer:
    """Three steps, because a hash is never computed inside a transaction: count the try, compute, sign in or say no."""
    name = form.name()
    with transaction():
        found = queries.person_by_email(name) if "@" in name else queries.person_by_phone(name)
        opened = operations.open_password_attempt(name, found, origin=doors.origin())
    if not passwords.verify(opened.password_hash, form.password.data or ""):
        with transaction():
            minutes = operations.note_wrong_password(opened, by=STRANGER)
        refused = _locked(minutes) if minutes else "手机号（邮箱）或密码不对。请再试一次，或者用短信验证码登录。"
        return password_page(form, refused=refused, status=429 if minutes else 200)
    with transaction():
        person = session().get_one(Person, opened.person_id)
        limits.clear(opened.attempt)
        doors.leave_old_session()
        token = operations.start_session(person, device=doors.device(), method="password", by=Actor(person.id, "person", "web"))
    return doors.enter(token, nameless=person.name_sealed is None)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Open to all: a form whose session ended meanwhile signs out as well."""
    if current_user.is_authenticated:
        with transaction():
            held = session().get(Session, access.visitor().session_id)
            if held is not None:
                operations.end_session(held, by=doors.acting_for_self())
    return doors.without_session(redirect(url_for("postings.search"), 303))
