from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import today, transaction
from webapp.gate.showing import marked
from webapp.postings import gating, operations, queries, showing
from webapp.postings.forms import ReviewForm
from webapp.postings.models import NEXT, Posting, PostingState, ReviewDecision
from webapp.postings.operations import IllegalMove, Incomplete, NoReason, Refusal
from webapp.postings.views.room import blueprint
from webapp.web import found, paginate

QUEUES = (PostingState.IN_REVIEW, PostingState.OPEN, PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED, PostingState.TAKEN_DOWN)
"""What waits for a decision, and what may still be taken down."""


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.POSTING_REVIEW)


@blueprint.get("/review/postings")
@requires(Permission.POSTING_REVIEW)
def review_queue() -> str:
    state = next((state for state in QUEUES if state.value == request.args.get("state")), PostingState.IN_REVIEW)
    page = paginate(queries.for_review(_grants(), state))
    counts = queries.review_counts(_grants(), QUEUES)
    return render_template(
        "postings/review_queue.html",
        page=page,
        state=state,
        tabs=[(state.label, url_for(".review_queue", state=state.value), counts.get(state, 0)) for state in QUEUES],
        cards={row.id: showing.card(row) for row in page.rows},
        flags={row.id: gating.labels(row.flags, row.region, on=today()) for row in page.rows},
    )


@blueprint.route("/review/postings/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.POSTING_REVIEW)
def review(key: UUID) -> str | Response:
    if queries.was_returned(key, _grants()):
        flash("这个岗位刚刚已由其他审核员退回修改，不用再处理。", "info")
        return _next()
    posting = found(queries.reviewable(key, _grants()))
    form = ReviewForm()
    if form.validate_on_submit() and _decide(key, form):
        return _next()
    return _review_page(found(queries.reviewable(key, _grants())) if form.is_submitted() else posting, form)


def _decide(key: UUID, form: ReviewForm) -> bool:
    """Carries the decision out; False leaves the form with its words and says why."""
    reason, by = form.reason.data or "", acting(Permission.POSTING_REVIEW)
    try:
        with transaction():
            posting = found(queries.reviewable(key, _grants(), for_change=True))
            if form.decision.data == ReviewDecision.APPROVED.value:
                operations.approve(posting, by=by, seen=form.seen.data or 0)
            elif form.decision.data == ReviewDecision.RETURNED.value:
                operations.return_(posting, reason, by=by)
            elif form.decision.data == ReviewDecision.TAKEN_DOWN.value:
                operations.take_down(posting, reason, by=by)
            else:
                form.decision.errors = ["请点下面的一个按钮作出决定"]
                return False
    except NoReason as refusal:
        form.reason.errors = [str(refusal)]
    except Incomplete as refusal:
        form.decision.errors = [finding.message for finding in refusal.findings]
    except IllegalMove as refusal:
        form.decision.errors = [f"这个岗位已经有人处理过：现在是“{refusal.state.label}”"]
    except Refusal as refusal:
        form.decision.errors = [str(refusal)]
    else:
        flash(f"“{posting.title}”已处理：{posting.state.label}。", "success")
        return True
    return False


def _next() -> Response:
    """On to whoever has waited longest, so that a queue is worked off without going back to the list."""
    following = queries.next_waiting(_grants())
    if following is None:
        flash("没有待审核的岗位了。", "info")
        return redirect(url_for(".review_queue"), 303)
    return redirect(url_for(".review", key=following.id), 303)


def _review_page(posting: Posting, form: ReviewForm) -> str:
    employer = queries.employer_of(posting)
    waits = posting.state is PostingState.IN_REVIEW
    verdict = gating.verdict(posting, employer, on=today()) if waits else None
    form.seen.raw_data, form.seen.data = None, posting.version
    return render_template(
        "postings/review.html",
        form=form,
        posting=posting,
        employer=employer,
        is_verified=queries.is_verified(employer),
        card=showing.card(posting),
        elements=[(label, marked(value, verdict.findings) if verdict else value) for label, value in showing.elements(posting, employer)],
        not_stated=showing.NOT_FROM_SOURCE if posting.is_forwarded else showing.NOT_FILLED,
        verdict=verdict,
        reviews=queries.reviews_of(posting),
        waits=waits,
        may_take_down=PostingState.TAKEN_DOWN in NEXT[posting.state],
        is_own=operations.is_too_near(posting, visitor().person_id),
    )
