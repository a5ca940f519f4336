"""What has to be looked at again: clusters of one paper or one unit, and what graduates dispute. A lead rules; the caseworker an own dispute."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.destinations import operations, queries, ruling
from webapp.casework.destinations.forms import DisputeRulingForm, RulingForm
from webapp.casework.destinations.models import Check, CheckKind
from webapp.casework.destinations.refusals import Pressing
from webapp.casework.refusals import Refusal
from webapp.casework.views.room import asked, blueprint, keeping, leading, me
from webapp.db import today, transaction
from webapp.reference import destinations as tables
from webapp.reference import queries as reference
from webapp.web import found, paginate


@blueprint.get("/casework/destinations/checks")
@requires(Permission.CASE_KEEP)
def destination_checks() -> str:
    kind = next((one for one in CheckKind if one.value == asked("kind")), None)
    is_open, grants = asked("ruled", 1) != "1", keeping()
    page = paginate(queries.checks_within(grants, is_open=is_open, kind=kind))
    return render_template(
        "casework/destination_checks.html",
        page=page,
        kind=kind,
        is_open=is_open,
        counts=queries.check_counts(grants),
        people=queries.member_counts(row.id for row in page.rows),
        days=reference.whole("destination_cluster_days"),
        least=reference.whole("destination_cluster_people"),
        same_proof=reference.whole("destination_same_proof_people"),
        regions=reference.regions(),
    )


def _may_rule(key: UUID, *, for_change: bool = False) -> Check | None:
    return queries.check_within(key, leading(), for_change=for_change) or queries.check_of_own(key, me(), keeping(), for_change=for_change)


@blueprint.route("/casework/destinations/checks/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def destination_check(key: UUID) -> str | Response:
    check = found(queries.check_within(key, keeping()))
    form = DisputeRulingForm() if check.kind is CheckKind.DISPUTE else RulingForm()
    if form.is_submitted() and _may_rule(key) is None:
        abort(403)
    if form.validate_on_submit():
        try:
            with transaction():
                kept = found(_may_rule(key, for_change=True))
                answer = form.answer.data if isinstance(form, DisputeRulingForm) else ""
                ruling.rule(kept, form.decision, reason=form.reason.data or "", answer=answer or "", by=acting(Permission.CASE_KEEP), on=today())
        except Pressing as refusal:
            form["answer"].errors = [str(refusal)]
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash("已办结。", "success")
            return redirect(url_for(".destination_check", key=key), 303)
    if form.is_submitted() and form.shown.data:
        _show(key)
    return _page(found(queries.check_within(key, keeping())), form, shown=bool(form.shown.data))


@blueprint.post("/casework/destinations/checks/<uuid:key>/show")
@requires(Permission.CASE_KEEP)
def show_check(key: UUID) -> str:
    """Units and what a graduate said: who read them is written down before they are shown."""
    check = found(queries.check_within(key, keeping()))
    form = DisputeRulingForm(formdata=None) if check.kind is CheckKind.DISPUTE else RulingForm(formdata=None)
    form.shown.data = "1"
    _show(key)
    return _page(found(queries.check_within(key, keeping())), form, shown=True)


def _show(key: UUID) -> None:
    with transaction():
        check, by = found(queries.check_within(key, keeping())), acting(Permission.CASE_KEEP)
        rows = queries.destinations_of_check(check.id)
        cases = queries.cases_by_id(row.case_id for row in rows)
        for row in rows:
            operations.show(cases[row.case_id], row, by=by, on=today())


def _page(check: Check, form: RulingForm, *, shown: bool = False) -> str:
    rows = queries.destinations_of_check(check.id)
    cases = queries.cases_by_id(row.case_id for row in rows)
    return render_template(
        "casework/destination_check.html",
        check=check,
        form=form,
        rows=rows,
        cases=cases,
        clients=queries.clients_by_case(cases.values()),
        shown=shown,
        may_rule=check.ruling is None and _may_rule(check.id) is not None,
        labels=tables.labels(),
        evidence={row.code: row for row in tables.evidence_kinds()},
        regions=reference.regions(),
    )
