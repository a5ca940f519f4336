"""An employer changes an open posting: written like a draft, checked as a difference, and in force once it was reviewed."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires
from webapp.db import today, transaction
from webapp.gate.checking import Verdict
from webapp.postings import changing, gating, queries
from webapp.postings.forms import MoveForm, PostingForm, SubmitForm
from webapp.postings.models import Posting, PostingReview, PostingState, ReviewDecision
from webapp.postings.operations import Incomplete
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing.diffing import differences
from webapp.postings.reviewing.models import CHANGEABLE, ChangeState, PostingChange
from webapp.postings.values import from_json, values_of
from webapp.postings.views.room import blueprint, form_page, own, writer
from webapp.web import found

_CHANGEABLE = (PostingState.OPEN, PostingState.PAUSED)
_NOT_NOW = "这个岗位现在不能修改：只有招聘中、已暂停的岗位可以改，审核中的修改请先撤回"


@blueprint.route("/employer/postings/<uuid:key>/change", methods=["GET", "POST"])
@requires(Permission.POSTING_WRITE)
def change(key: UUID) -> str | Response:
    posting = own(key)
    known = reviewing.live_change(posting)
    if request.method == "GET" and not _may_change(posting, known):
        flash(_NOT_NOW, "info")
        return redirect(url_for(".check", key=key), 303)
    values = from_json(known.content) if known is not None else values_of(posting)
    form = (PostingForm() if request.method == "POST" else PostingForm.of(values)).prepare()
    if not form.validate_on_submit():
        if request.method == "GET" and known is not None:
            _show_what_is_wrong(form, posting, known)
        return form_page(form, posting, changes=True, sent_back=_sent_back(posting, known), refused="" if _may_change(posting, known) else _NOT_NOW)
    try:
        with transaction():
            changing.propose(own(key, for_change=True), form.values(), by=writer())
    except Refusal:
        return form_page(form, own(key), changes=True, refused=_NOT_NOW)
    if form.save.data:
        flash("修改已保存，还没有提交审核；求职者看到的还是原来的内容。", "success")
        return redirect(url_for(".change", key=key), 303)
    return redirect(url_for(".change_check", key=key), 303)


def _may_change(posting: Posting, known: PostingChange | None) -> bool:
    return posting.state in _CHANGEABLE and (known is None or known.state in CHANGEABLE)


def _show_what_is_wrong(form: PostingForm, posting: Posting, known: PostingChange) -> None:
    if known.state is ChangeState.RETURNED:
        form.show_remarks(queries.reviews_of(posting)[0].remarks)
    if request.args.get("check"):
        form.show(_verdict(posting, known).blocks)


def _sent_back(posting: Posting, known: PostingChange | None) -> PostingReview | None:
    last = next(iter(queries.reviews_of(posting)), None)
    return last if known is not None and known.state is ChangeState.RETURNED and last and last.decision is ReviewDecision.RETURNED else None


def _verdict(posting: Posting, known: PostingChange) -> Verdict:
    return gating.verdict_of_change(posting, from_json(known.content), queries.employer_of(posting), on=today())


@blueprint.get("/employer/postings/<uuid:key>/change/check")
@requires(Permission.POSTING_WRITE)
def change_check(key: UUID) -> str:
    return _check_page(own(key), SubmitForm(formdata=None))


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
        return _check_page(own(key), form)
    try:
        with transaction():
            posting = own(key, for_change=True)
            verb(posting, found(reviewing.live_change(posting)), form.remark.data or "")
    except Incomplete as refusal:
        if not form.asks_why(refusal.findings):
            return redirect(url_for(".change", key=key, check=1), 303)
        return _check_page(own(key), form)
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(done, "success")
    return redirect(url_for(following, key=key), 303)


def _submit(posting: Posting, known: PostingChange, remark: str) -> None:
    changing.submit(posting, known, by=writer(), on=today(), remark=remark)


def _take_back(posting: Posting, known: PostingChange, remark: str) -> None:
    changing.take_back(posting, known, by=writer())


def _drop(posting: Posting, known: PostingChange, remark: str) -> None:
    changing.drop(posting, by=writer())


_MOVES = {
    "submit": (_submit, "修改已提交审核。通过以前，求职者看到的还是原来的内容。", ".check"),
    "take_back": (_take_back, "已撤回审核，可以继续修改。", ".change"),
    "drop": (_drop, "修改已放弃，岗位内容没有变。", ".check"),
}
