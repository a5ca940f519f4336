"""The desk of the reviewers: the queue, one item held at a time, decisions with reasons beside the fields, and how quickly it goes."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Actor, Grant, Permission, acting, requires, visitor
from webapp.db import today, transaction
from webapp.employers.models import Employer
from webapp.gate.checking import Verdict
from webapp.gate.findings import Finding
from webapp.gate.showing import marked
from webapp.postings import changing, gating, operations, queries, showing
from webapp.postings.forms import REMARKED, ReviewForm
from webapp.postings.models import NEXT, Posting, PostingState, ReviewDecision
from webapp.postings.operations import IllegalMove, Incomplete, NoReason
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing import phrases
from webapp.postings.reviewing import queries as desk
from webapp.postings.reviewing.diffing import differences
from webapp.postings.reviewing.models import PostingChange, ReviewItem
from webapp.postings.values import PostingValues, from_json, values_of
from webapp.postings.views.room import blueprint
from webapp.web import found, paginate, span

QUEUES = (PostingState.IN_REVIEW, PostingState.OPEN, PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED, PostingState.TAKEN_DOWN)
"""What waits for a decision, and what may still be taken down."""
_WAITS = "待审核"


class Undecided(Refusal):
    says = "您写了退回的理由，又点了“通过”。要通过，请先去掉理由；不通过，请点旁边的按钮"


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.POSTING_REVIEW)


def _by() -> Actor:
    return acting(Permission.POSTING_REVIEW)


@blueprint.get("/review/postings")
@requires(Permission.POSTING_REVIEW)
def review_queue() -> str:
    state = next((state for state in QUEUES if state.value == request.args.get("state")), PostingState.IN_REVIEW)
    waits = state is PostingState.IN_REVIEW
    page = paginate(desk.waiting(_grants()) if waits else queries.for_review(_grants(), state))
    pace, items = desk.pace(_grants()), desk.items(page.rows)
    counts = queries.review_counts(_grants(), QUEUES) | {PostingState.IN_REVIEW: pace.waiting}
    return render_template(
        "postings/review_queue.html",
        page=page,
        label=_WAITS if waits else state.label,
        waits=waits,
        pace=pace,
        typical=span(pace.typical) if pace.typical is not None else "",
        limit=span(pace.limit),
        days=desk.SHOWN_DAYS,
        items=items,
        holders=queries.names_of(item.holder_id for item in items.values()),
        me=visitor().person_id,
        tabs=[
            (_WAITS if one is PostingState.IN_REVIEW else one.label, url_for(".review_queue", state=one.value), counts.get(one, 0)) for one in QUEUES
        ],
        cards={row.id: showing.card(row) for row in page.rows},
        flags={row.id: gating.labels(row.flags, row.region, on=today()) for row in page.rows if row.flags},
    )


@blueprint.get("/review/decided")
@requires(Permission.POSTING_REVIEW)
def review_decided() -> str:
    page = paginate(desk.decided(_grants()), size=50)
    postings = queries.named([row.posting_id for row in page.rows])
    return render_template("postings/review_decided.html", page=page, postings=postings, days=desk.SHOWN_DAYS, span=span)


@blueprint.post("/review/next")
@requires(Permission.POSTING_REVIEW)
def review_next() -> Response:
    """The first that nobody holds, held from now on."""
    return _next()


@blueprint.post("/review/postings/<uuid:key>/take")
@requires(Permission.POSTING_REVIEW)
def review_take(key: UUID) -> Response:
    if _is_gone(key):
        return redirect(url_for(".review_queue"), 303)
    try:
        with transaction():
            reviewing.take(found(queries.reviewable(key, _grants(), for_change=True)), by=_by())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return redirect(url_for(".review", key=key), 303)


@blueprint.post("/review/postings/<uuid:key>/release")
@requires(Permission.POSTING_REVIEW)
def review_release(key: UUID) -> Response:
    if _is_gone(key):
        return redirect(url_for(".review_queue"), 303)
    with transaction():
        reviewing.release(found(queries.reviewable(key, _grants(), for_change=True)), by=_by())
    return redirect(url_for(".review_queue"), 303)


@blueprint.route("/review/postings/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.POSTING_REVIEW)
def review(key: UUID) -> str | Response:
    if _is_gone(key):
        return _next() if request.method == "POST" else redirect(url_for(".review_queue"), 303)
    posting = found(queries.reviewable(key, _grants()))
    form = ReviewForm().offer(phrases.offered(_grants()))
    if form.validate_on_submit() and _decide(key, form):
        return _next()
    return _review_page(found(queries.reviewable(key, _grants())) if form.is_submitted() else posting, form)


def _is_gone(key: UUID) -> bool:
    """It went back to its employer meanwhile; says so."""
    if not queries.was_returned(key, _grants()):
        return False
    flash("这个岗位刚刚已由其他审核员退回，或由单位撤回修改，不用再处理。", "info")
    return True


def _decide(key: UUID, form: ReviewForm) -> bool:
    """Carries the decision out; False leaves the form with its words and says why."""
    try:
        with transaction():
            posting = found(queries.reviewable(key, _grants(), for_change=True))
            change = desk.change_of(reviewing.waiting_item(posting))
            if not _carry_out(posting, change, form):
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
        flash(f"“{posting.title}”已处理：{_done(posting, change, form.decision.data or '')}。", "success")
        return True
    return False


def _done(posting: Posting, change: PostingChange | None, decision: str) -> str:
    is_returned = decision == ReviewDecision.RETURNED.value
    if change is not None and posting.state is not PostingState.TAKEN_DOWN:
        return "修改已退回" if is_returned else "修改已通过，岗位内容已更新"
    return "不发布" if is_returned and posting.is_forwarded else posting.state.label


def _carry_out(posting: Posting, change: PostingChange | None, form: ReviewForm) -> bool:
    """The decision whose button was pressed; False where none was. Raises Undecided: words that nobody would be told mean a wrong key."""
    wanted, seen = form.decision.data, form.seen.data or 0
    if wanted == ReviewDecision.APPROVED.value and (form.whole or form.remarks):
        raise Undecided
    if wanted == ReviewDecision.TAKEN_DOWN.value:
        operations.take_down(posting, form.whole, by=_by())
    elif wanted == ReviewDecision.APPROVED.value and change is not None:
        changing.approve(posting, change, by=_by(), seen=seen)
    elif wanted == ReviewDecision.APPROVED.value:
        operations.approve(posting, by=_by(), seen=seen)
    elif wanted == ReviewDecision.RETURNED.value and change is not None:
        changing.return_(posting, change, form.whole, by=_by(), remarks=form.remarks)
    elif wanted == ReviewDecision.RETURNED.value:
        operations.return_(posting, form.whole, by=_by(), remarks=form.remarks)
    else:
        return False
    return True


def _next() -> Response:
    """On to what should be looked at first, held at once, so that a queue is worked off without going back to the list."""
    key = reviewing.take_next(_grants(), by=_by())
    if key is None:
        flash("没有待审核的岗位了。", "info")
        return redirect(url_for(".review_queue"), 303)
    return redirect(url_for(".review", key=key), 303)


def _review_page(posting: Posting, form: ReviewForm) -> str:
    item = desk.items([posting]).get(posting.id)
    change, employer = desk.change_of(item), queries.employer_of(posting)
    values = from_json(change.content) if change is not None else None
    verdict = _verdict(posting, values, employer, item)
    judged = _judged(posting, verdict) if verdict and values is None else ()
    form.seen.raw_data, form.seen.data = None, change.version if change is not None else posting.version
    return render_template(
        "postings/review.html",
        form=form,
        posting=posting,
        employer=employer,
        is_verified=queries.is_verified(employer),
        card=showing.card(posting),
        elements=[(label, marked(value, judged)) for label, value in showing.elements(posting, employer)],
        remarked=tuple(REMARKED),
        not_stated=showing.NOT_FROM_SOURCE if posting.is_forwarded else showing.NOT_FILLED,
        item=item,
        holder=_holder(item.holder_id if item and item.is_held else None),
        differences=differences(values_of(posting), values) if values is not None else None,
        verdict=verdict,
        beside=showing.by_element(judged),
        reviews=queries.reviews_of(posting),
        waits=verdict is not None,
        may_take_down=PostingState.TAKEN_DOWN in NEXT[posting.state],
        is_own=operations.is_too_near(posting, visitor().person_id),
    )


def _verdict(posting: Posting, values: PostingValues | None, employer: Employer | None, item: ReviewItem | None) -> Verdict | None:
    """What the gate says of the proposed values, or of the posting that waits; None: nothing waits."""
    remark = item.remark if item else ""
    if values is not None:
        return gating.verdict_of_change(posting, values, employer, on=today(), remark=remark)
    return gating.verdict(posting, employer, on=today(), remark=remark) if posting.state is PostingState.IN_REVIEW else None


def _judged(posting: Posting, verdict: Verdict) -> tuple[Finding, ...]:
    """What stands beside the words; what a source left out is said on the page anyhow, and nobody here can add it."""
    return (*verdict.blocks, *verdict.flags) if posting.is_forwarded else verdict.findings


def _holder(person_id: UUID | None) -> str:
    """Who holds the item: empty, 我, or the colleague's name."""
    if person_id is None:
        return ""
    return "我" if person_id == visitor().person_id else queries.names_of([person_id])[person_id]
