"""One person's traineeship: begun, paid month by month, ended. Nowhere an employment."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework import queries as cases
from webapp.casework.models import Case
from webapp.casework.refusals import Refusal
from webapp.casework.traineeships import operations, queries, rules
from webapp.casework.traineeships.forms import BeginForm, EndForm, PayForm, told_day
from webapp.casework.traineeships.models import TraineePost, Traineeship
from webapp.casework.traineeships.refusals import BadLength, NoPlaceLeft, OutsideAgreement, PostClosed
from webapp.casework.views.room import blueprint, keeping, me, own_case, reading
from webapp.db import session, today, transaction
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.route("/casework/cases/<uuid:key>/traineeship", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def begin_traineeship(key: UUID) -> str | Response:
    case = own_case(key)
    form = BeginForm().offer(_offered())
    if form.validate_on_submit():
        try:
            with transaction():
                post = found(queries.post_within(form.post_id, keeping(), for_change=True))
                kept, by = own_case(key, for_change=True), acting(Permission.CASE_KEEP)
                row = operations.begin(kept, post, from_on=told_day(form.from_on), to_on=told_day(form.to_on), by=by, on=today())
        except (NoPlaceLeft, PostClosed) as refusal:
            form.post.errors = [str(refusal)]
        except (OutsideAgreement, BadLength) as refusal:
            form.to_on.errors = [str(refusal)]
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash("已登记见习。见习不是就业，去向不变。", "success")
            return redirect(url_for(".traineeship", key=row.id), 303)
    client = cases.client_of(case)
    found_out = rules.eligibility(case, client.id_number or "", cases.graduations_of(client.id), on=today())
    return render_template(
        "casework/traineeship_begin.html", case=case, client=client, form=form, eligibility=found_out, rows=queries.of_case(case.id)
    )


def _offered() -> list[tuple[TraineePost, str]]:
    posts = queries.open_posts(keeping(), today())
    employers, taken = queries.employers_by_id(post.employer_id for post in posts), queries.taken_by_post(post.id for post in posts)
    return [(post, f"{employers[post.employer_id].name}：{post.title}（余 {post.places - taken.get(post.id, 0)} 个，{post.from_on} 至 {post.to_on}）")
            for post in posts]  # fmt: skip


@blueprint.get("/casework/traineeships/<uuid:key>")
@requires(Permission.CASE_READ)
def traineeship(key: UUID) -> str:
    return _page(found(queries.one_within(key, reading())), EndForm(formdata=None), PayForm(formdata=None, prefix="pay"))


def _own(key: UUID, *, for_change: bool = False) -> tuple[Traineeship, Case]:
    """The case first: whoever changes locks it before what hangs on it."""
    row = found(queries.one_within(key, keeping()))
    case = own_case(row.case_id, for_change=for_change)
    return (found(queries.one_within(key, keeping(), for_change=True)), case) if for_change else (row, case)


@blueprint.post("/casework/traineeships/<uuid:key>/end")
@requires(Permission.CASE_KEEP)
def end_traineeship(key: UUID) -> str | Response:
    row, _ = _own(key)
    form = EndForm()
    if form.validate_on_submit():
        try:
            with transaction():
                kept, case = _own(key, for_change=True)
                by, retained = acting(Permission.CASE_KEEP), bool(form.retained.data)
                operations.end(case, kept, form.how, ended_on=told_day(form.ended_on), retained=retained, by=by, on=today())
        except Refusal as refusal:
            form.ended_on.errors = [str(refusal)]
        else:
            flash("见习已结束。留用后签了劳动合同的，请另外登记去向。", "success")
            return redirect(url_for(".traineeship", key=key), 303)
    return _page(row, form, PayForm(formdata=None, prefix="pay"))


@blueprint.post("/casework/traineeships/<uuid:key>/allowances")
@requires(Permission.CASE_KEEP)
def pay_trainee(key: UUID) -> str | Response:
    row, _ = _own(key)
    form = PayForm(prefix="pay")
    if form.validate_on_submit():
        try:
            with transaction():
                kept, _ = _own(key, for_change=True)
                post = session().get_one(TraineePost, kept.post_id)
                month = found(form.first)
                operations.pay(kept, post, month, form.amount, paid_on=told_day(form.paid_on), by=acting(Permission.CASE_KEEP), on=today())
        except Refusal as refusal:
            form.month.errors = [str(refusal)]
        else:
            flash("已登记这个月的补助。", "success")
            return redirect(url_for(".traineeship", key=key), 303)
    return _page(row, EndForm(formdata=None), form)


def _page(row: Traineeship, form: EndForm, pay: PayForm) -> str:
    case, post = session().get_one(Case, row.case_id), session().get_one(TraineePost, row.post_id)
    return render_template(
        "casework/traineeship.html",
        row=row,
        case=case,
        client=cases.client_of(case),
        post=post,
        employer=queries.employers_by_id([post.employer_id])[post.employer_id],
        ledger=queries.ledger_of(row.id),
        trouble=rules.allowance_trouble(post.allowance, region=post.region, on=row.from_on),
        form=form,
        pay=pay,
        may_keep=cases.kept_by(case.id, me(), keeping()) is not None,
        regions=reference.regions(),
    )
