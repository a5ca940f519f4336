from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import sealing
from webapp.access import Actor, Permission, public, requires, visitor
from webapp.accounts import limits
from webapp.db import new_key, session, transaction
from webapp.inspection import queries
from webapp.inspection.forms import AskForm, ReportForm
from webapp.inspection.models import PublicReport
from webapp.inspection.operations import reports
from webapp.inspection.telling import outcome_words
from webapp.inspection.views.room import blueprint
from webapp.postings import showing
from webapp.postings.models import SHOWN, Posting, PostingState
from webapp.reference import phones
from webapp.reference import queries as reference
from webapp.reference.models import PhonePurpose
from webapp.web import found, paginate

_ASKERS = (PhonePurpose.RIGHTS, PhonePurpose.INSPECTION)
_UNSEEN = frozenset({PostingState.DRAFT, PostingState.IN_REVIEW})
"""Taken back and being rewritten: what it says now was not reviewed."""


def _posting(key: UUID) -> Posting:
    """Whatever became of it since it was shown: whoever was cheated comes later, and loses no word because it was withdrawn meanwhile."""
    posting = session().get(Posting, key)
    return found(posting if posting is not None and posting.opened_at is not None else None)


@blueprint.get("/postings/<uuid:key>/report")
@public
def report_posting(key: UUID) -> str:
    form = ReportForm(formdata=None)
    form.once.data = str(new_key())
    return _report_page(_posting(key), form)


def _report_page(posting: Posting, form: ReportForm) -> str:
    return render_template(
        "inspection/report.html",
        posting=posting,
        form=form,
        is_shown=posting.state in SHOWN,
        title=posting.employer_name if posting.state in _UNSEEN else posting.title,
        card=showing.card(posting),
        days=reference.whole("report_due_days", region=posting.region or reference.NATION),
        kept_days=reference.whole("report_kept_days"),
        lines=phones.lines_for(posting.region, _ASKERS),
    )


@blueprint.post("/postings/<uuid:key>/report")
@public
def send_report(key: UUID) -> str | tuple[str, int]:
    """Answers with the receipt itself: its code is shown once and may stand in no address. The form's own key keeps a repeated sending one."""
    posting, form = _posting(key), ReportForm()
    if not form.validate_on_submit():
        if form.once.errors:
            form.once.data = str(new_key())
        return _report_page(posting, form)
    try:
        report, code = _receive(posting, form)
    except reports.AlreadyReceived as known:
        return render_template("inspection/receipt.html", posting=posting, number=known.number, code="", report=None)
    except limits.TooMany as limit:
        form.text.errors = [f"这个网络今天提交的举报太多。请 {limit.minutes} 分钟后再试；急事请直接打电话。"]
        return _report_page(posting, form), 429
    return render_template("inspection/receipt.html", posting=posting, number=report.number, code=code, report=report)


def _receive(posting: Posting, form: ReportForm) -> tuple[PublicReport, str]:
    """Who it was stands in the report alone, which forgets it after its time; the ledger, which forgets nothing, is not told."""
    reporter = form.reporter()
    if current_user.is_authenticated and form.to_account.data:
        reporter["reporter_id"] = visitor().person_id
    with transaction():
        return reports.receive(
            posting,
            form.chosen(),
            form.text.data or "",
            once=UUID(form.once.data or ""),
            origin=limits.origin_index(request.remote_addr or ""),
            by=Actor(None, "visitor", "web"),
            **reporter,
        )


@blueprint.get("/reports")
@public
def ask() -> str:
    return _ask_page(AskForm(formdata=None))


def _ask_page(form: AskForm, report: PublicReport | None = None) -> str:
    return render_template(
        "inspection/ask.html",
        form=form,
        report=report,
        words=outcome_words(report) if report else "",
        days=reference.whole("report_due_days"),
        lines=phones.national(),
    )


@blueprint.post("/reports")
@public
def answer() -> str | tuple[str, int]:
    """How it stands with a report. Wrong codes are counted by number and by origin, so that nobody tries them one after the other."""
    form = AskForm()
    if not form.validate_on_submit():
        return _ask_page(form)
    number, code = form.typed()
    try:
        with transaction():
            attempt = limits.open_attempt(sealing.blind("report", number), limits.origin_index(request.remote_addr or ""))
    except limits.TooMany as limit:
        form.code.errors = [f"试得太多。请 {limit.minutes} 分钟后再试。"]
        return _ask_page(form), 429
    with transaction():
        report = queries.report_by_code(number, code)
        if report is not None:
            limits.clear(attempt)
    if report is None:
        form.code.errors = ["编号和查询码对不上，请照举报回执再填一次。"]
    return _ask_page(form, report)


@blueprint.get("/my-reports")
@requires(Permission.ACCOUNT_OWN)
def my_reports() -> str | Response:
    page = paginate(queries.reports_by(visitor().person_id))
    return render_template(
        "inspection/my_reports.html",
        page=page,
        postings=queries.postings_of(page.rows),
        words={row.id: outcome_words(row) for row in page.rows},
    )


@blueprint.get("/phones")
@public
def phone_list() -> str:
    region = request.args.get("region", "").strip()
    known = region if region and reference.regions().get(region) else ""
    return render_template(
        "inspection/phone_list.html",
        region=known,
        name=reference.regions().name(known) if known else "",
        lines=phones.lines_for(known or None),
        places=showing.place_options(known),
    )
