"""Postings shown to one person, their answer, and the person's own page of them."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework import queries
from webapp.casework.models import Case
from webapp.casework.refusals import Refusal
from webapp.casework.serving import queries as served
from webapp.casework.serving import referring
from webapp.casework.serving.forms import AnswerForm, ReferForm
from webapp.casework.serving.models import Referral
from webapp.casework.views.room import asked, blueprint, keeping, me, own_case
from webapp.casework.views.serving import person_of
from webapp.db import session, today, transaction
from webapp.postings import queries as postings
from webapp.postings.models import Posting
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.web import found

_AT_MOST = 30


@blueprint.route("/casework/<uuid:key>/referrals", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def refer(key: UUID) -> str | Response:
    case, form = own_case(key), ReferForm().prepare()
    if form.is_submitted() and form.validate():
        try:
            with transaction():
                offered = session().scalars(select(Posting).where(Posting.id.in_(form.keys()), postings.open_now())).all()
                tied = referring.refer(
                    [own_case(key, for_change=True)], offered, channel=form.channel.data, by=acting(Permission.CASE_KEEP), on=today()
                )
        except Refusal as refusal:
            form.postings.errors = [str(refusal)]
        else:
            flash(f"已推荐 {tied} 个岗位，等本人答复。单位看不到这次推荐。", "success")
            return redirect(url_for(".refer", key=key), 303)
    return _refer_page(case, form)


def _refer_page(case: Case, form: ReferForm, answer: AnswerForm | None = None, answer_key: UUID | None = None) -> str:
    text, held = asked("q"), served.referrals_of(case)
    return render_template(
        "casework/referrals.html",
        case=case,
        person=person_of(case),
        form=form,
        text=text,
        offered=_offered(case, text),
        ticked=set(form.postings.data or ()),
        referrals=held,
        postings=served.postings_by_id(row.posting_id for row in held),
        names=served.people_by_id(row.by_id for row in held),
        channels=serving.service_channels(),
        answer=answer or AnswerForm(formdata=None),
        answer_key=answer_key,
        regions=reference.regions(),
        major=next((row.major for row in queries.graduations_of(case.client_id)), ""),
    )


def _offered(case: Case, text: str) -> Sequence[Posting]:
    """Open ones of the county's city whose title, employer or work holds the words, those of the county first; without words the latest."""
    wanted = select(Posting).where(postings.open_now(), postings.within(f"{case.region[:4]}00"))
    for word in text.split()[:4]:
        wanted = wanted.where(or_(*(column.contains(word, autoescape=True) for column in (Posting.title, Posting.employer_name, Posting.duties))))
    referred = select(Referral.posting_id).where(Referral.case_id == case.id)
    wanted = wanted.where(Posting.id.not_in(referred))
    return session().scalars(wanted.order_by((Posting.region != case.region), Posting.opened_at.desc(), Posting.id).limit(_AT_MOST)).all()


@blueprint.post("/casework/referrals/<uuid:key>/answer")
@requires(Permission.CASE_KEEP)
def answer_referral(key: UUID) -> str | Response:
    form = AnswerForm()
    _, case = found(served.referral_kept_by(key, me(), keeping()))
    try:
        with transaction():
            row, held = found(served.referral_kept_by(key, me(), keeping(), for_change=True))
            referring.answer(row, held, *form.said(), by=acting(Permission.CASE_KEEP), on=today())
    except Refusal as refusal:
        form.answer.errors = [str(refusal)]
        return _refer_page(case, ReferForm(formdata=None).prepare(), form, key)
    flash("本人的答复已登记。", "success")
    return redirect(url_for(".refer", key=case.id), 303)


# the person's own page


@blueprint.get("/my-service/referrals")
@requires(Permission.CASE_OWN)
def my_referrals() -> str:
    return _my_page()


def _my_page(form: AnswerForm | None = None, key: UUID | None = None) -> str:
    rows = served.referrals_to(me())
    return render_template(
        "casework/my_referrals.html",
        referrals=rows,
        postings=served.postings_by_id(row.posting_id for row in rows),
        form=form or AnswerForm(formdata=None),
        answer_key=key,
        regions=reference.regions(),
    )


@blueprint.post("/my-service/referrals/<uuid:key>")
@requires(Permission.CASE_OWN)
def answer_my_referral(key: UUID) -> str | Response:
    form = AnswerForm()
    found(served.referral_to(key, me()))
    try:
        with transaction():
            row, case = found(served.referral_to(key, me(), for_change=True))
            referring.answer(row, case, *form.said(), by=acting(Permission.CASE_OWN), on=today())
    except Refusal as refusal:
        form.answer.errors = [str(refusal)]
        return _my_page(form, key)
    flash("您的答复已告诉就业专员。", "success")
    return redirect(url_for(".my_referrals"), 303)
