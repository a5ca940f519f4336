from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Select
from werkzeug.wrappers import Response

from webapp.access import Actor, Grant, Permission, acting, requires, visitor
from webapp.db import now, today, transaction
from webapp.postings import queries as postings
from webapp.postings.applying import answering, operations, queries, showing
from webapp.postings.applying.forms import MoveApplicationForm, RefuseForm
from webapp.postings.applying.models import NEXT, Application, ApplicationState, Reason
from webapp.postings.applying.moves import IllegalStep
from webapp.postings.applying.queries import Passed, Shelf
from webapp.postings.applying.wording import ANSWERED_AT_ONCE, how_many_at_once
from webapp.postings.models import NEXT as POSTING_NEXT
from webapp.postings.models import Posting, PostingState
from webapp.postings.refusals import Refusal
from webapp.postings.views.room import blueprint
from webapp.reference import queries as reference
from webapp.web import found, here_or, paginate

MOVES = {ApplicationState.CONTACTED: operations.contact, ApplicationState.OFFER: operations.offer}
DONE = {ApplicationState.CONTACTED: "已记下：联系过了。求职者会看到。", ApplicationState.OFFER: "已记下：拟录用。求职者会收到消息。"}


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.APPLICATION_READ)


def may_answer() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.APPLICATION_ANSWER)


def answerer() -> Actor:
    return acting(Permission.APPLICATION_ANSWER)


@blueprint.get("/employer/applications")
@requires(Permission.APPLICATION_READ)
def applicants() -> str:
    return _shelves(None)


@blueprint.get("/employer/postings/<uuid:key>/applications")
@requires(Permission.APPLICATION_READ)
def applications(key: UUID) -> str:
    return _shelves(found(postings.own(key, _grants())))


def _shelves(posting: Posting | None) -> str:
    """All that a member of an employer has to do about whoever applied, by what has to be done: of one posting, or of all."""
    passed = next((one for one in Passed if posting and one.value == request.args.get("passed")), None)
    shelf = next((one for one in Shelf if one.value == request.args.get("show")), None if passed else Shelf.OPEN)
    counts = queries.shelf_counts(_grants(), posting)
    waiting = sum(counts[one] for one in (Shelf.NEW, Shelf.SEEN))
    page = paginate(_wanted(posting, shelf, passed))
    here = {"endpoint": ".applications", "key": posting.id} if posting else {"endpoint": ".applicants"}
    return render_template(
        "applying/applicants.html",
        posting=posting,
        page=page,
        shelf=shelf,
        passed=passed,
        tabs=[(_label(one), url_for(**here, show=one.value), counts[one]) for one in Shelf if counts[one] or one in {shelf, Shelf.OPEN}],
        current=_label(shelf) if shelf else "",
        least=reference.whole("application_figures_least"),
        spans=(reference.whole("application_figures_days"), reference.whole("application_overdue_days")),
        answering=answering.answering_of(postings.employer_keys(_grants())),
        funnel=queries.passed_counts(posting) if posting else {},
        left=queries.places_left(posting) if posting else None,
        may_fill=posting is not None and PostingState.FILLED in POSTING_NEXT[posting.state],
        waiting=waiting,
        at_once=how_many_at_once(waiting),
        **_rows(page.rows),
    )


def _label(shelf: Shelf) -> str:
    """How long is too long is a parameter."""
    return f"超过 {reference.whole('application_overdue_days')} 天" if shelf is Shelf.OVERDUE else shelf.label


def _wanted(posting: Posting | None, shelf: Shelf | None, passed: Passed | None) -> Select[Application]:
    if posting is not None and passed is not None and shelf is None:
        return queries.that_passed(posting, passed)
    return queries.of_employers(_grants(), shelf or Shelf.OPEN, posting)


def _rows(rows: Iterable[Application]) -> dict[str, Any]:
    """What a list of applications shows of each, by its key."""
    known = list(rows)
    return {
        "people": showing.applicants(known),
        "postings": queries.postings_of(known),
        "interviews": queries.interviews_of(known),
        "next_states": NEXT,
        "at": now(),
    }


@blueprint.get("/employer/postings/<uuid:key>/applications/<uuid:application_key>")
@requires(Permission.APPLICATION_READ)
def applicant(key: UUID, application_key: UUID) -> str:
    posting = found(postings.own(key, _grants()))
    application = found(queries.application_to(posting, application_key))
    interview = queries.interview_of(application)
    steps = queries.steps_of(application)
    waiting = queries.of_employers(_grants(), Shelf.NEW)
    return render_template(
        "applying/applicant.html",
        posting=posting,
        application=application,
        who=showing.applicants([application])[application.id],
        interview=interview,
        hire=queries.hire_of(application),
        history=showing.history(steps, interview, for_seeker=False),
        reason=showing.reason_of(steps),
        allowed=NEXT[application.state],
        following=queries.first(waiting),
        today=today(),
    )


@blueprint.post("/employer/postings/<uuid:key>/applications/<uuid:application_key>/open")
@requires(Permission.APPLICATION_READ)
def open_application(key: UUID, application_key: UUID) -> Response:
    """Before anything personal is shown, that it was opened is on the ledger."""
    try:
        with transaction():
            posting = found(postings.own(key, _grants()))
            application = found(queries.application_to(posting, application_key, for_change=True))
            operations.open_(application, by=acting(Permission.APPLICATION_READ))
    except Refusal as refusal:
        flash(str(refusal), "info")
    return redirect(url_for(".applicant", key=key, application_key=application_key), 303)


@blueprint.post("/employer/postings/<uuid:key>/applications/<uuid:application_key>/move")
@requires(Permission.APPLICATION_ANSWER)
def move_application(key: UUID, application_key: UUID) -> Response:
    form = MoveApplicationForm()
    wanted = found(next((state for state in MOVES if state.value == form.to.data), None))
    try:
        with transaction():
            posting = found(postings.own(key, may_answer()))
            application = found(queries.application_to(posting, application_key, for_change=True))
            MOVES[wanted](application, by=answerer())
    except Refusal as refusal:
        flash(str(refusal), "info")
    else:
        flash(DONE[wanted], "success")
    default = url_for(".applicant", key=key, application_key=application_key)
    return redirect(here_or(default, form.next.data), 303)


@blueprint.route("/employer/applications/refuse", methods=["GET", "POST"])
@requires(Permission.APPLICATION_ANSWER)
def refuse_applications() -> str | Response:
    """One page for one application and for many: who is answered stands on it, and in its address, before the button does."""
    if request.args.get("rest"):
        return _name_the_rest()
    form = RefuseForm()
    if form.validate_on_submit():
        return _refuse(_asked_for(), form.why(), form.remark.data or "")
    rows = [row for row in queries.chosen(_asked_for(), may_answer()) if ApplicationState.REFUSED in NEXT[row.state]]
    if not rows:
        flash("没有选中还能答复的应聘。请先勾选，再点“答复：不合适”。", "info")
        return redirect(_back(), 303)
    if request.method == "GET":
        form.reason.data = request.args.get("reason")
    return render_template("applying/refuse.html", form=form, rows=rows, back=_back(), **_rows(rows))


def _name_the_rest() -> Response:
    """All that wait for an answer at one posting, by their keys: whoever applies meanwhile is not among them."""
    key = _key(request.args["rest"])
    posting = postings.own(key, may_answer()) if key else None
    rows = queries.unanswered(posting, ANSWERED_AT_ONCE) if posting else ()
    back = url_for(".applications", key=posting.id) if posting else None
    return redirect(url_for(".refuse_applications", application=[row.id for row in rows], reason=Reason.FILLED.value, next=back), 303)


def _asked_for() -> list[UUID]:
    """The keys in the address; whether they are the visitor's the query decides."""
    return [key for key in map(_key, request.args.getlist("application")[:ANSWERED_AT_ONCE]) if key is not None]


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refuse(keys: list[UUID], reason: Reason, remark: str) -> Response:
    done = missed = 0
    with transaction():
        for application in queries.chosen(keys, may_answer(), for_change=True):
            try:
                operations.refuse(application, reason, remark=remark, by=answerer())
                done += 1
            except IllegalStep:
                missed += 1
    if done:
        flash(f"已答复 {done} 份应聘，求职者会收到消息。", "success")
    if missed:
        flash(f"有 {missed} 份刚刚撤回或已有结果，没有改动。", "info")
    return redirect(_back(), 303)


def _back() -> str:
    return here_or(url_for(".applicants"), request.args.get("next"))
