from collections.abc import Callable, Sequence
from uuid import UUID

from flask import flash, get_template_attribute, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires
from webapp.db import today, transaction
from webapp.employers.models import Employer
from webapp.gate.showing import by_field, marked
from webapp.postings import gating, operations, queries, showing
from webapp.postings.applying import queries as applying
from webapp.postings.forms import MoveForm, PostingForm, SubmitForm
from webapp.postings.life import operations as life
from webapp.postings.life import queries as lived
from webapp.postings.models import NEXT, Posting, PostingState
from webapp.postings.operations import Incomplete
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing import queries as desk
from webapp.postings.values import values_of
from webapp.postings.views.room import blueprint, form_page, may_write, own, writer
from webapp.web import found, paginate

MOVES: dict[PostingState, Callable[..., None]] = {
    PostingState.PAUSED: operations.pause,
    PostingState.OPEN: operations.reopen,
    PostingState.FILLED: operations.fill,
    PostingState.WITHDRAWN: operations.withdraw,
    PostingState.DRAFT: operations.revise,
}
"""Where an employer may move a posting to by a button; review and expiry are not among them."""
DONE = {
    PostingState.PAUSED: "岗位已暂停，求职者暂时搜不到它。",
    PostingState.OPEN: "岗位已恢复招聘。",
    PostingState.FILLED: "已标记为招满，求职者不再看到它。",
    PostingState.WITHDRAWN: "岗位已撤回。",
    PostingState.DRAFT: "已转为草稿，修改后重新提交审核。",
}


@blueprint.get("/employer/postings")
@requires(Permission.POSTING_WRITE)
def employer_list() -> str:
    state = next((state for state in PostingState if state.value == request.args.get("state")), None)
    page = paginate(queries.of_employers(may_write(), state))
    counts = queries.state_counts(may_write())
    return render_template(
        "postings/employer_list.html",
        page=page,
        state=state,
        counts=[(state, counts[state]) for state in PostingState if state in counts],
        total=sum(counts.values()),
        cards={row.id: showing.card(row) for row in page.rows},
        applications=applying.application_counts(page.rows),
        returned=queries.returned(page.rows),
        changes=desk.live_changes(page.rows),
        employers=queries.employers_of(may_write()),
    )


@blueprint.route("/employer/postings/new", methods=["GET", "POST"])
@requires(Permission.POSTING_WRITE)
def new() -> str | Response:
    employers = queries.employers_of(may_write())
    form = PostingForm().prepare(employers)
    if not employers or not form.validate_on_submit():
        return form_page(form, None, employers=employers)
    values = form.values()
    with transaction():
        employer = found(_chosen(queries.employers_of(may_write()), form))
        posting = operations.draft(employer, values, by=writer())
    return _saved(posting, form)


def _chosen(employers: Sequence[Employer], form: PostingForm) -> Employer | None:
    if "employer" not in form:
        return next(iter(employers), None)
    return next((employer for employer in employers if str(employer.id) == form.employer.data), None)


@blueprint.route("/employer/postings/<uuid:key>/edit", methods=["GET", "POST"])
@requires(Permission.POSTING_WRITE)
def edit(key: UUID) -> str | Response:
    posting = own(key)
    if posting.state is not PostingState.DRAFT and request.method == "GET":
        flash(operations.NotADraft.says, "info")
        return redirect(url_for(".check", key=key), 303)
    form = (PostingForm() if request.method == "POST" else PostingForm.of(values_of(posting))).prepare()
    if not form.validate_on_submit():
        if request.method == "GET" and (back := queries.return_of(posting)):
            form.show_remarks(back.remarks)
        if request.method == "GET" and request.args.get("check"):
            form.show(gating.verdict(posting, queries.employer_of(posting), on=today()).blocks)
        return form_page(form, posting, sent_back=queries.return_of(posting))
    values = form.values()
    try:
        with transaction():
            posting = own(key, for_change=True)
            operations.change(posting, values, by=writer())
    except Refusal as refusal:
        return form_page(form, own(key), refused=str(refusal))
    return _saved(posting, form)


def _saved(posting: Posting, form: PostingForm) -> Response:
    """To the page of answers, or back to the form: both buttons keep what was typed."""
    if form.save.data:
        flash("草稿已保存，可以随时回来继续填。", "success")
        return redirect(url_for(".edit", key=posting.id), 303)
    return redirect(url_for(".check", key=posting.id), 303)


@blueprint.post("/employer/postings/words")
@requires(Permission.POSTING_WRITE)
def words() -> Response:
    """Field -> what the gate says of it as it stands, in the words of its box; nothing is kept."""
    form = PostingForm().prepare(queries.employers_of(may_write()))
    form.validate()
    inside = get_template_attribute("gate/_findings.html", "inside")
    said = by_field(gating.typed(form.readable(), on=today()).findings)
    return jsonify({field: inside(field, findings) for field, findings in said.items()})


@blueprint.get("/employer/postings/<uuid:key>")
@requires(Permission.POSTING_WRITE)
def check(key: UUID) -> str:
    return _check_page(own(key))


def _check_page(posting: Posting, form: SubmitForm | None = None) -> str:
    employer = queries.employer_of(posting)
    verdict = gating.verdict(posting, employer, on=today()) if posting.state is PostingState.DRAFT else None
    found = verdict.findings if verdict else ()
    return render_template(
        "postings/check.html",
        posting=posting,
        employer=employer,
        is_verified=queries.is_verified(employer),
        card=showing.card(posting),
        elements=[(label, marked(value, found)) for label, value in showing.elements(posting, employer)],
        verdict=verdict,
        form=form or SubmitForm(formdata=None),
        reviews=queries.reviews_of(posting),
        change=reviewing.live_change(posting),
        asks_outcome=posting.state in life.ENDED and posting.opened_at is not None and lived.outcome_of(posting) is None,
        moves=[state for state in MOVES if state in NEXT[posting.state] and _is_offered(posting, state)],
        applications=applying.application_counts([posting]).get(posting.id, 0),
    )


def _is_offered(posting: Posting, state: PostingState) -> bool:
    """A review in hand opens a posting, no button of its employer does; what expired or was stopped goes through a review again."""
    if state is PostingState.WITHDRAWN:
        return posting.state in operations.WITHDRAWABLE
    if posting.state is PostingState.FILLED:
        return state is (PostingState.DRAFT if operations.was_stopped(posting) else PostingState.OPEN)
    return state is not PostingState.OPEN or posting.state is PostingState.PAUSED


@blueprint.post("/employer/postings/<uuid:key>/submit")
@requires(Permission.POSTING_WRITE)
def submit(key: UUID) -> str | Response:
    form = SubmitForm()
    if not form.validate_on_submit():
        return _check_page(own(key), form)
    try:
        with transaction():
            posting = own(key, for_change=True)
            operations.submit(posting, by=writer(), on=today(), remark=form.remark.data or "")
    except Incomplete as refusal:
        if not form.asks_why(refusal.findings):
            return redirect(url_for(".edit", key=key, check=1), 303)
        return _check_page(own(key), form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("已提交审核，通过后自动发布，结果会通知您。", "success")
    return redirect(url_for(".check", key=key), 303)


@blueprint.post("/employer/postings/<uuid:key>/move")
@requires(Permission.POSTING_WRITE)
def move(key: UUID) -> Response:
    wanted = next((state for state in MOVES if state.value == MoveForm().to.data), None)
    verb = MOVES[found(wanted)]
    try:
        with transaction():
            posting = own(key, for_change=True)
            verb(posting, by=writer())
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(DONE[found(wanted)], "success")
    return redirect(url_for(".edit" if wanted is PostingState.DRAFT else ".check", key=key), 303)


@blueprint.post("/employer/postings/<uuid:key>/copy")
@requires(Permission.POSTING_WRITE)
def copy(key: UUID) -> Response:
    with transaction():
        posting = own(key)
        made = operations.copy(posting, found(queries.employer_of(posting)), by=writer())
    flash("已复制为新的草稿，请填写新的有效期。", "success")
    return redirect(url_for(".edit", key=made.id), 303)
