from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Actor, Grant, Permission, acting, requires, visitor
from webapp.db import now, transaction
from webapp.inspection import evidence, nearness, queries, watchlist
from webapp.inspection.forms import DecideForm, OfferForm, TransferForm
from webapp.inspection.models import PublicReport, ReportState
from webapp.inspection.operations import reports
from webapp.inspection.operations.refusals import NoReason, Refusal
from webapp.inspection.telling import outcome_words
from webapp.inspection.views.room import argument, blueprint
from webapp.inspection.watchlist import Wanted
from webapp.reference import queries as reference
from webapp.web import found, page_number, paginate

_TRANSFER = "transfer"
"""Before the names of its fields, which stand on one page with those of the decision."""


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.REPORT_HANDLE)


def _report(key: UUID, *, for_change: bool = False) -> PublicReport:
    return found(queries.report(key, _grants(), for_change=for_change))


def _by() -> Actor:
    return acting(Permission.REPORT_HANDLE)


@blueprint.get("/inspection/reports")
@requires(Permission.REPORT_HANDLE)
def report_queue() -> str:
    name = request.args.get("queue", "")
    chosen = name if name in queries.QUEUES else "waiting"
    page = paginate(queries.queue(chosen, visitor().person_id, _grants()))
    counts = queries.queue_counts(visitor().person_id, _grants())
    return render_template(
        "inspection/report_queue.html",
        page=page,
        queue=chosen,
        tab_entries=[(label, url_for(".report_queue", queue=one), counts[one]) for one, label in queries.QUEUES.items()],
        current=queries.QUEUES[chosen],
        **_of_rows(page.rows),
    )


def _of_rows(rows: Sequence[PublicReport]) -> dict[str, Any]:
    return {
        "postings": queries.postings_of(rows),
        "names": queries.names([row.handler_id for row in rows]),
        "open_counts": queries.open_reports([row.posting_id for row in rows]),
        "regions": reference.regions(),
        "at": now(),
    }


@blueprint.get("/inspection/reports/<uuid:key>")
@requires(Permission.REPORT_HANDLE)
def report(key: UUID) -> str:
    return _report_page(_report(key))


def _report_page(report: PublicReport, *, form: Any = None, reporter_shown: bool = False) -> str:
    """`form`: the one that was refused, with what was typed. The others are fresh."""
    is_mine, posting = report.handler_id == visitor().person_id, queries.postings_of([report])[report.posting_id]
    is_near = nearness.is_too_near(posting, visitor().person_id)
    open_ = report.state is not ReportState.DECIDED
    return render_template(
        "inspection/report_one.html",
        report=report,
        form=form,
        decide_form=form if isinstance(form, DecideForm) else DecideForm(formdata=None),
        transfer_form=form if isinstance(form, TransferForm) else TransferForm(formdata=None, prefix=_TRANSFER),
        offer_form=form if isinstance(form, OfferForm) else OfferForm(formdata=None).offer(reports.takers(report) if is_mine and open_ else []),
        is_mine=is_mine,
        is_offered=report.offered_id == visitor().person_id,
        is_near=is_near,
        may_handle=is_mine and not is_near,
        reporter_shown=reporter_shown,
        others=queries.about_same(report, _grants()),
        transfers=queries.transfers_of(report),
        told=outcome_words(report),
        posting=posting,
        names=queries.names([report.handler_id, report.offered_id]),
        regions=reference.regions(),
        at=now(),
    )


def _doing(key: UUID, work: Callable[[PublicReport], object], done: str) -> Response:
    """One button: carried out and said, or refused and said."""
    try:
        with transaction():
            work(_report(key, for_change=True))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash(done, "success")
    return redirect(url_for(".report", key=key), 303)


@blueprint.post("/inspection/reports/<uuid:key>/take")
@requires(Permission.REPORT_HANDLE)
def take_report(key: UUID) -> Response:
    return _doing(key, lambda report: reports.take(report, by=_by()), "这件举报由您办理。在同事接手以前，一直由您负责。")


@blueprint.post("/inspection/reports/<uuid:key>/offer")
@requires(Permission.REPORT_HANDLE)
def offer_report(key: UUID) -> str | Response:
    form = OfferForm().offer(reports.takers(_report(key)))
    if not form.validate_on_submit():
        return _report_page(_report(key), form=form)
    person = UUID(form.person.data)
    return _doing(key, lambda report: reports.offer(report, person, by=_by()), "已请同事接手。对方接手以前，仍由您负责。")


@blueprint.post("/inspection/reports/<uuid:key>/reporter")
@requires(Permission.REPORT_HANDLE)
def show_reporter(key: UUID) -> str | Response:
    """Name and phone are on the ledger before they are on the screen."""
    try:
        with transaction():
            reports.show_reporter(_report(key, for_change=True), by=_by())
    except Refusal as refusal:
        flash(str(refusal), "danger")
        return redirect(url_for(".report", key=key), 303)
    return _report_page(_report(key), reporter_shown=True)


@blueprint.post("/inspection/reports/<uuid:key>/decide")
@requires(Permission.REPORT_HANDLE)
def decide_report(key: UUID) -> str | Response:
    _report(key)
    form = DecideForm()
    if form.validate_on_submit() and _decide(key, form):
        flash("已办结，处理结果已告诉举报人。", "success")
        return redirect(url_for(".report", key=key), 303)
    return _report_page(_report(key), form=form)


def _decide(key: UUID, form: DecideForm) -> bool:
    """False leaves the form with its words and says why."""
    try:
        with transaction():
            report = _report(key, for_change=True)
            others = [row for row in queries.about_same(report, _grants()) if _may_end(row)] if form.together.data else []
            reports.decide(
                [report, *others],
                form.chosen(),
                form.outcome.data or "",
                note=form.note.data or "",
                office=form.chosen_office(),
                office_name=form.office_name.data or "",
                sign=form.sign.data or "",
                by=_by(),
            )
    except reports.NoOffice as refusal:
        form.office.errors = [str(refusal)]
    except NoReason:
        form.outcome.errors = ["请写明查到了什么、怎么处理的。"]
    except Refusal as refusal:
        form.decision.errors = [str(refusal)]
    else:
        return True
    return False


def _may_end(row: PublicReport) -> bool:
    """Not decided, and in nobody else's hands."""
    return row.state is not ReportState.DECIDED and row.handler_id in {None, visitor().person_id}


@blueprint.post("/inspection/reports/<uuid:key>/transfer")
@requires(Permission.REPORT_HANDLE)
def transfer_report(key: UUID) -> str | Response:
    _report(key)
    form = TransferForm(prefix=_TRANSFER)
    if form.validate_on_submit():
        try:
            with transaction():
                kept = _report(key, for_change=True)
                reports.transfer(kept, form.chosen_office(), form.office_name.data or "", form.reason.data or "", sign=form.sign.data or "", by=_by())
        except Refusal as refusal:
            form.office.errors = [str(refusal)]
        else:
            flash("移送已记录。", "success")
            return redirect(url_for(".report", key=key), 303)
    return _report_page(_report(key), form=form)


@blueprint.post("/inspection/reports/<uuid:key>/pack")
@requires(Permission.REPORT_HANDLE)
def report_pack(key: UUID) -> str | Response:
    """Everything of a report for printing and handing on; that it was laid out is on the ledger before it is shown."""
    try:
        with transaction():
            reports.make_pack(_report(key, for_change=True), by=_by())
    except Refusal as refusal:
        flash(str(refusal), "danger")
        return redirect(url_for(".report", key=key), 303)
    report = _report(key)
    return render_template(
        "inspection/report_pack.html",
        report=report,
        is_intact=evidence.digest(report.evidence) == report.evidence_digest,
        transfers=queries.transfers_of(report),
        others=queries.about_same(report, _grants()),
        told=outcome_words(report),
        names=queries.names([report.handler_id]),
        regions=reference.regions(),
        at=now(),
    )


@blueprint.get("/inspection/watchlist")
@requires(Permission.REPORT_HANDLE)
def watch() -> str:
    return render_template(
        "inspection/watchlist.html",
        list=watchlist.watchlist(_grants()),
        days=reference.whole("watchlist_days"),
        least=reference.whole("watchlist_least"),
        late=queries.queue_counts(visitor().person_id, _grants())["late"],
    )


@blueprint.get("/inspection/watchlist/of")
@requires(Permission.REPORT_HANDLE)
def watch_one() -> str:
    figure = request.args.get("figure", "")
    wanted = Wanted(argument("employer", 120), argument("source", 60), figure if figure in watchlist.FIGURES else "")
    found(wanted.employer or wanted.source or wanted.figure or None)
    page = paginate(watchlist.reports_about(wanted, _grants())) if wanted.has_reports else None
    return render_template(
        "inspection/watch_one.html",
        name=wanted.employer or wanted.source,
        words=watchlist.FIGURES.get(wanted.figure, ""),
        page=page,
        checks=paginate(watchlist.checks_about(wanted, _grants()), number=page_number("checks"), size=50) if wanted.has_checks else None,
        days=reference.whole("watchlist_days"),
        **_of_rows(page.rows if page else ()),
    )
