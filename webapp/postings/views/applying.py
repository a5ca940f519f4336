from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Actor, Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.postings import queries as postings
from webapp.postings import showing as cards
from webapp.postings.applying import answering, hires, interviews, operations, queries, showing
from webapp.postings.applying.forms import ApplyForm, ConsentForm, OtherTimeForm
from webapp.postings.applying.models import LIVE, NEXT, Application, ApplicationState
from webapp.postings.applying.operations import AlreadyApplied
from webapp.postings.models import Posting
from webapp.postings.refusals import Refusal
from webapp.postings.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate


def _by() -> Actor:
    return acting(Permission.APPLICATION_SEND)


@blueprint.route("/postings/<uuid:key>/apply", methods=["GET", "POST"])
@requires(Permission.APPLICATION_SEND)
def apply(key: UUID) -> str | Response:
    posting = found(postings.shown(key))
    known = queries.application_by(visitor().person_id, key)
    if known is not None and known.state is not ApplicationState.WITHDRAWN:
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
        card=cards.card(posting),
        is_open=postings.is_open(posting),
        answer_days=answering.told(posting.employer_id),
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
                by=_by(),
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
    found_interviews = queries.interviews_of(page.rows)
    return render_template(
        "applying/my_applications.html",
        page=page,
        postings=queries.postings_of(page.rows),
        interviews=found_interviews,
        steps={row.id: showing.next_step(row, found_interviews.get(row.id)) for row in page.rows},
        live=LIVE,
    )


@blueprint.get("/applications/<uuid:key>")
@requires(Permission.APPLICATION_SEND)
def application(key: UUID) -> str:
    own = found(queries.own_application(key, visitor().person_id))
    posting = queries.postings_of([own])[own.posting_id]
    interview, steps = queries.interview_of(own), queries.steps_of(own)
    ended = own.state not in LIVE and own.state is not ApplicationState.HIRED
    return render_template(
        "applying/application.html",
        application=own,
        posting=posting,
        interview=interview,
        hire=queries.hire_of(own),
        duties=hires.duties(posting.region),
        history=showing.history(steps, interview, for_seeker=True),
        reason=showing.reason_of(steps),
        remark=steps[-1].remark if steps else None,
        next_step=showing.next_step(own, interview),
        is_live=own.state in LIVE,
        allowed=NEXT[own.state],
        may_apply_again=own.state is ApplicationState.WITHDRAWN and postings.is_open(posting),
        similar=[cards.card(row) for row in postings.similar(posting)] if ended else [],
        ended=ended,
    )


@blueprint.post("/applications/<uuid:key>/withdraw")
@requires(Permission.APPLICATION_SEND)
def withdraw_application(key: UUID) -> Response:
    return _change(key, lambda own: operations.withdraw(own, by=_by()), "已撤回投递，用人单位不再看到您的姓名、电话和留言。")


@blueprint.post("/applications/<uuid:key>/consent")
@requires(Permission.APPLICATION_SEND)
def change_consent(key: UUID) -> Response:
    given = ConsentForm().given.data == "yes"
    said = "已同意提供姓名和电话，请留意来电。" if given else "已收回同意，单位不再看到您的姓名和电话。"
    return _change(key, lambda own: operations.consent(own, given=given, by=_by()), said)


@blueprint.post("/applications/<uuid:key>/decline")
@requires(Permission.APPLICATION_SEND)
def decline_offer(key: UUID) -> Response:
    return _change(key, lambda own: operations.decline(own, by=_by()), "已谢绝录用，单位会收到消息。")


@blueprint.post("/applications/<uuid:key>/interview/confirm")
@requires(Permission.APPLICATION_SEND)
def confirm_interview(key: UUID) -> Response:
    days, hours = reference.whole("interview_remind_days"), reference.whole("interview_remind_hours")
    said = f"已告诉单位您会来。面试前 {days} 天和前 {hours} 小时我们再提醒您。"
    return _change(key, lambda own: interviews.confirm(own, by=_by()), said)


def _change(key: UUID, verb: Callable[[Application], None], said: str) -> Response:
    try:
        with transaction():
            verb(found(queries.own_application(key, visitor().person_id, for_change=True)))
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash(said, "success")
    return redirect(url_for(".application", key=key), 303)


@blueprint.route("/applications/<uuid:key>/interview/other-time", methods=["GET", "POST"])
@requires(Permission.APPLICATION_SEND)
def ask_other_time(key: UUID) -> str | Response:
    own = found(queries.own_application(key, visitor().person_id))
    interview = queries.interview_of(own)
    if interview is None or not interview.is_ahead:
        flash("现在没有约好的面试。", "info")
        return redirect(url_for(".application", key=key), 303)
    form = OtherTimeForm()
    if form.validate_on_submit():
        wish = form.wish.data or ""
        return _change(key, lambda row: interviews.ask_other_time(row, wish, by=_by()), "已告诉单位您想改时间。改好之前，原来的时间仍然有效。")
    posting = queries.postings_of([own])[own.posting_id]
    return render_template("applying/other_time.html", form=form, application=own, posting=posting, interview=interview)
