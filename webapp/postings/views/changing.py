"""An employer changes an open posting: written like a draft, checked as a difference, and in force once it was reviewed."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Actor, Permission, acting, requires, visitor
from webapp.db import today, transaction
from webapp.gate.checking import Verdict
from webapp.gate.showing import by_field
from webapp.postings import changing, gating, queries
from webapp.postings.forms import MoveForm, PostingForm, SubmitForm
from webapp.postings.models import Posting, PostingState, ReviewDecision
from webapp.postings.operations import Incomplete
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing.diffing import differences
from webapp.postings.reviewing.models import CHANGEABLE, ChangeState, PostingChange
from webapp.postings.values import from_json, values_of
from webapp.postings.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found

_CHANGEABLE = (PostingState.OPEN, PostingState.PAUSED)


def _by() -> Actor:
    return acting(Permission.POSTING_WRITE)


def _own(key: UUID, *, for_change: bool = False) -> Posting:
    return found(queries.own(key, visitor().grants_for(Permission.POSTING_WRITE), for_change=for_change))


@blueprint.route("/employer/postings/<uuid:key>/change", methods=["GET", "POST"])
@requires(Permission.POSTING_WRITE)
def change(key: UUID) -> str | Response:
    posting = _own(key)
    known = reviewing.live_change(posting)
    if posting.state not in _CHANGEABLE or (known is not None and known.state not in CHANGEABLE):
        flash("这个岗位现在不能修改：只有招聘中、已暂停的岗位可以改，审核中的修改请先撤回。", "info")
        return redirect(url_for(".check", key=key), 303)
    values = from_json(known.content) if known is not None else values_of(posting)
    form = (PostingForm() if request.method == "POST" else PostingForm.of(values)).prepare()
    if not form.validate_on_submit():
        if request.method == "GET" and known is not None:
            _show_what_is_wrong(form, posting, known)
        return _form_page(form, posting, known)
    try:
        with transaction():
            changing.propose(_own(key, for_change=True), form.values(), by=_by())
    except Refusal as refusal:
        flash(str(refusal), "danger")
        return redirect(url_for(".check", key=key), 303)
    if form.save.data:
        flash("修改已保存，还没有提交审核；求职者看到的还是原来的内容。", "success")
        return redirect(url_for(".change", key=key), 303)
    return redirect(url_for(".change_check", key=key), 303)


def _show_what_is_wrong(form: PostingForm, posting: Posting, known: PostingChange) -> None:
    if known.state is ChangeState.RETURNED:
        form.show_remarks(queries.reviews_of(posting)[0].remarks)
    if request.args.get("check"):
        form.show(_verdict(posting, known).blocks)


def _form_page(form: PostingForm, posting: Posting, known: PostingChange | None) -> str:
    last = next(iter(queries.reviews_of(posting)), None)
    back = last if known is not None and known.state is ChangeState.RETURNED and last and last.decision is ReviewDecision.RETURNED else None
    return render_template(
        "postings/form.html",
        form=form,
        posting=posting,
        changes=True,
        employers=(),
        sent_back=back,
        occupations=[row.name for row in reference.occupations().common()],
        days=reference.whole("posting_valid_days_max"),
        findings=by_field(gating.typed(form.readable(), on=today()).findings),
    )


def _verdict(posting: Posting, known: PostingChange) -> Verdict:
    return gating.verdict_of_change(posting, from_json(known.content), queries.employer_of(posting), on=today())


@blueprint.get("/employer/postings/<uuid:key>/change/check")
@requires(Permission.POSTING_WRITE)
def change_check(key: UUID) -> str:
    return _check_page(_own(key), SubmitForm(formdata=None))


def _check_page(posting: Posting, form: SubmitForm) -> str:
    known = found(reviewing.live_change(posting))
    return render_template(
        "postings/change.html",
        posting=posting,
        change=known,
        differences=differences(values_of(posting), from_json(known.content)),
        verdict=None if known.state is ChangeState.IN_REVIEW else _verdict(posting, known),
        form=form,
    )


@blueprint.post("/employer/postings/<uuid:key>/change/move")
@requires(Permission.POSTING_WRITE)
def change_move(key: UUID) -> str | Response:
    """Submitted, taken back or given up: which, the button says."""
    verb, done, following = found(_MOVES.get(MoveForm().to.data or ""))
    form = SubmitForm()
    if not form.validate_on_submit():
        return _check_page(_own(key), form)
    try:
        with transaction():
            posting = _own(key, for_change=True)
            verb(posting, found(reviewing.live_change(posting)), form.remark.data or "")
    except Incomplete as refusal:
        if not form.asks_why(refusal.findings):
            return redirect(url_for(".change", key=key, check=1), 303)
        return _check_page(_own(key), form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(done, "success")
    return redirect(url_for(following, key=key), 303)


def _submit(posting: Posting, known: PostingChange, remark: str) -> None:
    changing.submit(posting, known, by=_by(), on=today(), remark=remark)


def _take_back(posting: Posting, known: PostingChange, remark: str) -> None:
    changing.take_back(posting, known, by=_by())


def _drop(posting: Posting, known: PostingChange, remark: str) -> None:
    changing.drop(posting, by=_by())


_MOVES = {
    "submit": (_submit, "修改已提交审核。通过以前，求职者看到的还是原来的内容。", ".check"),
    "take_back": (_take_back, "已撤回审核，可以继续修改。", ".change"),
    "drop": (_drop, "修改已放弃，岗位内容没有变。", ".check"),
}
