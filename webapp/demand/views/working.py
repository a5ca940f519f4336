"""What an officer does to a need: change it, say that it still stands, count who was hired, make a posting of it, end it, correct the end."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from webapp.access import Permission, acting, requires
from webapp.db import today, transaction
from webapp.demand import operations, queries
from webapp.demand.forms import CloseForm, HiredForm, LinkForm, NeedForm, ReasonForm
from webapp.demand.models import Need
from webapp.demand.refusals import Refusal
from webapp.demand.views.employers import common_occupations
from webapp.demand.views.needs import need_page
from webapp.demand.views.room import blueprint, own_employer, own_need, reading
from webapp.web import Form, found

Act = Callable[[Need], object]


def _to(key: UUID) -> Response:
    return redirect(url_for(".need", key=key), 303)


def _do(key: UUID, act: Act, done: str) -> Response:
    """One button: what it refuses is said on the page of the need."""
    try:
        with transaction():
            act(own_need(key, for_change=True))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(done, "success")
    return _to(key)


def _submit(key: UUID, name: str, form: Form, field: Field, act: Act, done: str) -> str | Response:
    """One form of the page: what it refuses stands beside its field, with everything that was typed."""
    own_need(key)
    if form.validate_on_submit():
        try:
            with transaction():
                act(own_need(key, for_change=True))
        except Refusal as refusal:
            field.errors = [str(refusal)]
        else:
            flash(done, "success")
            return _to(key)
    return need_page(found(queries.need_in_area(key, reading())), **{name: form})


@blueprint.route("/demand/needs/<uuid:key>/edit", methods=["GET", "POST"])
@requires(Permission.NEED_KEEP)
def edit_need(key: UUID) -> str | Response:
    need = found(queries.need_in_area(key, reading()))
    employer = own_employer(need.employer_id)
    form = (NeedForm() if request.method == "POST" else NeedForm.of(need)).prepare()
    if form.validate_on_submit():
        try:
            with transaction():
                changed = operations.change_need(own_need(key, for_change=True), form.values(), by=acting(Permission.NEED_KEEP), on=today())
        except Refusal as refusal:
            form.headcount.errors = [str(refusal)]
        else:
            flash("已修改，原来的内容保留在办理记录里。" if changed else "没有改动。", "success" if changed else "info")
            return _to(key)
    return render_template("demand/need_form.html", form=form, employer=employer, need=need, occupations=common_occupations())


@blueprint.post("/demand/needs/<uuid:key>/confirm")
@requires(Permission.NEED_KEEP)
def confirm_need(key: UUID) -> Response:
    return _do(key, lambda need: operations.confirm_need(need, by=acting(Permission.NEED_KEEP), on=today()), "已记下：单位仍然需要。")


@blueprint.post("/demand/needs/<uuid:key>/draft")
@requires(Permission.NEED_KEEP)
def draft_posting(key: UUID) -> Response:
    done = "岗位草稿已生成，单位收到了通知；由单位补充后提交审核。"
    return _do(key, lambda need: operations.draft_posting(need, by=acting(Permission.NEED_KEEP), on=today()), done)


def _key(text: str | None) -> UUID:
    """The key that was chosen; of what is none, one that nothing bears: the operation says what may be linked."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


@blueprint.post("/demand/needs/<uuid:key>/link")
@requires(Permission.NEED_KEEP)
def link_posting(key: UUID) -> Response:
    posting_id = _key(LinkForm().posting.data)
    return _do(key, lambda need: operations.link_posting(need, posting_id, by=acting(Permission.NEED_KEEP), on=today()), "已关联岗位。")


@blueprint.post("/demand/needs/<uuid:key>/hired")
@requires(Permission.NEED_KEEP)
def record_hired(key: UUID) -> str | Response:
    form = HiredForm()

    def act(need: Need) -> None:
        operations.record_hired(need, form.hired.data or 0, by=acting(Permission.NEED_KEEP), on=today())

    return _submit(key, "hired", form, form.hired, act, "录用进度已更新。")


@blueprint.post("/demand/needs/<uuid:key>/close")
@requires(Permission.NEED_KEEP)
def close_need(key: UUID) -> str | Response:
    form = CloseForm()

    def act(need: Need) -> None:
        operations.close_need(need, form.wanted, remark=form.remark.data or "", by=acting(Permission.NEED_KEEP), on=today())

    return _submit(key, "close", form, form.state, act, "需求已关闭。")


@blueprint.post("/demand/needs/<uuid:key>/reopen")
@requires(Permission.NEED_KEEP)
def reopen_need(key: UUID) -> str | Response:
    form = ReasonForm()
    own_need(key)
    if form.validate_on_submit():
        try:
            with transaction():
                followed = operations.reopen_need(
                    own_need(key, for_change=True), reason=form.reason.data or "", by=acting(Permission.NEED_KEEP), on=today()
                )
        except Refusal as refusal:
            form.reason.errors = [str(refusal)]
        else:
            flash("已更正：需求继续办理，关错的一条保留备查、不计入统计。", "success")
            return _to(followed.id)
    return need_page(found(queries.need_in_area(key, reading())), reopen=form)
