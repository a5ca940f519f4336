"""The desk of the reviewers: the queue, one item held at a time, decisions with reasons beside the fields, and how quickly it goes."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, requires, visitor
from webapp.db import today, transaction
from webapp.employers.models import Employer
from webapp.gate.checking import Verdict
from webapp.gate.findings import Finding
from webapp.gate.showing import marked
from webapp.postings import changing, gating, operations, queries, showing
from webapp.postings.models import NEXT, Posting, PostingState, ReviewDecision
from webapp.postings.operations import IllegalMove, Incomplete, NoReason, NotVerified
from webapp.postings.refusals import Refusal
from webapp.postings.review_forms import REMARKED, ReviewForm
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.reviewing import phrases
from webapp.postings.reviewing import queries as desk
from webapp.postings.reviewing.diffing import differences
from webapp.postings.reviewing.models import PostingChange, ReviewItem
from webapp.postings.values import PostingValues, from_json, values_of
from webapp.postings.views.room import blueprint, may_review, reviewer
from webapp.web import found, paginate, span

QUEUES = (PostingState.IN_REVIEW, PostingState.OPEN, PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED, PostingState.TAKEN_DOWN)
"""What waits for a decision, and what may still be taken down."""
_WAITS = "待审核"


@blueprint.get("/review/postings")
@requires(Permission.POSTING_REVIEW)
def review_queue() -> str:
    state = next((state for state in QUEUES if state.value == request.args.get("state")), PostingState.IN_REVIEW)
    waits = state is PostingState.IN_REVIEW
    page = paginate(desk.waiting(may_review()) if waits else queries.for_review(may_review(), state))
    pace, items = desk.pace(may_review()), desk.items(page.rows)
    counts = queries.review_counts(may_review(), QUEUES) | {PostingState.IN_REVIEW: pace.waiting}
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
    page = paginate(desk.decided(may_review()), size=50)
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
            operations.take(found(queries.reviewable(key, may_review(), for_change=True)), by=reviewer())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return redirect(url_for(".review", key=key), 303)


@blueprint.post("/review/postings/<uuid:key>/release")
@requires(Permission.POSTING_REVIEW)
def review_release(key: UUID) -> Response:
    """Puts it down, if it was held at all, and goes on to the next one."""
    if _is_gone(key):
        return redirect(url_for(".review_queue"), 303)
    with transaction():
        reviewing.release(found(queries.reviewable(key, may_review(), for_change=True)), by=reviewer())
    return _next(after=key)


@blueprint.route("/review/postings/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.POSTING_REVIEW)
def review(key: UUID) -> str | Response:
    if _is_gone(key):
        return _next() if request.method == "POST" else redirect(url_for(".review_queue"), 303)
    posting = found(queries.reviewable(key, may_review()))
    form = ReviewForm().offer(phrases.offered(may_review()))
    if form.validate_on_submit() and _decide(key, form):
        return _next()
    return _review_page(found(queries.reviewable(key, may_review())) if form.is_submitted() else posting, form)


def _why_gone(draft: Posting) -> str:
    back = queries.return_of(draft)
    if back is None:
        return "这个岗位单位已经撤回修改，不用再处理。"
    if back.by_id == visitor().person_id:
        return "这个岗位您已经退回修改，单位还没有重新提交，不用再处理。"
    return "这个岗位刚刚已由其他审核员退回修改，不用再处理。"


def _is_gone(key: UUID) -> bool:
    """It went back to its employer meanwhile; says so."""
    draft = queries.draft_again(key, may_review())
    if draft is not None:
        flash(_why_gone(draft), "info")
    return draft is not None


def _decide(key: UUID, form: ReviewForm) -> bool:
    """Carries the decision out; False leaves the form with its words and says why."""
    if form.decision.data == ReviewDecision.APPROVED.value and form.says_something:
        form.decision.errors = ["您写了问题，却点了通过。要退回的请点退回；要通过的，请先清空写的问题和勾选的理由"]
        return False
    try:
        with transaction():
            posting = found(queries.reviewable(key, may_review(), for_change=True))
            change = desk.change_of(reviewing.waiting_item(posting))
            if not _carry_out(posting, change, form):
                form.decision.errors = ["请点下面的一个按钮作出决定"]
                return False
    except NoReason as refusal:
        form.reason.errors = [str(refusal)]
    except NotVerified:
        form.decision.errors = ["这家单位没有通过核验，或者核验已到期，现在不能通过它的岗位。请先办理单位核验，或者退回并写明原因"]
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
    """The decision whose button was pressed; False where none was."""
    wanted, seen = form.decision.data, form.seen.data or 0
    if wanted == ReviewDecision.TAKEN_DOWN.value:
        operations.take_down(posting, form.whole, by=reviewer())
    elif wanted == ReviewDecision.APPROVED.value and change is not None:
        changing.approve(posting, change, by=reviewer(), seen=seen)
    elif wanted == ReviewDecision.APPROVED.value:
        operations.approve(posting, by=reviewer(), seen=seen)
    elif wanted == ReviewDecision.RETURNED.value and change is not None:
        changing.return_(posting, change, form.whole, by=reviewer(), remarks=form.remarks)
    elif wanted == ReviewDecision.RETURNED.value:
        operations.return_(posting, form.whole, by=reviewer(), remarks=form.remarks)
    else:
        return False
    return True


def _next(after: UUID | None = None) -> Response:
    """On to what should be looked at first, held at once, so that a queue is worked off without going back to the list."""
    with transaction():
        following = operations.take_next(may_review(), by=reviewer(), after=after)
    if following is None:
        flash("没有别的待审核岗位了。" if after else "没有待审核的岗位了。", "info")
        return redirect(url_for(".review_queue"), 303)
    return redirect(url_for(".review", key=following), 303)


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
