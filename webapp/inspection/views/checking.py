from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import session, transaction
from webapp.employers import operations as employers
from webapp.employers.models import Employer
from webapp.inspection import queries
from webapp.inspection.forms import CallForm
from webapp.inspection.models import CampaignState, Check
from webapp.inspection.operations import checks
from webapp.inspection.operations.refusals import NoReason, Refusal
from webapp.inspection.views.room import blueprint
from webapp.postings import queries as posting_queries
from webapp.reference import queries as reference
from webapp.web import found, paginate


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.CHECK_RUN)


def _own(key: UUID) -> Check:
    return found(queries.own_check(key, visitor().person_id, _grants()))


def _drawable(key: UUID, *, for_change: bool = False) -> Check:
    """What was typed about it survives that it is somebody else's by now."""
    return found(queries.drawable_check(key, visitor().person_id, _grants(), for_change=for_change))


@blueprint.get("/inspection/checks")
@requires(Permission.CHECK_RUN)
def my_checks() -> str:
    done = request.args.get("done") == "1"
    page = paginate(queries.own_checks(visitor().person_id, _grants(), done=done), size=50)
    counts = {one: paginate(queries.own_checks(visitor().person_id, _grants(), done=one), number=1, size=1).total for one in (False, True)}
    return render_template(
        "inspection/my_checks.html",
        page=page,
        done=done,
        tab_entries=[("要查的", url_for(".my_checks"), counts[False]), ("查过的", url_for(".my_checks", done=1), counts[True])],
        campaigns=queries.campaigns_of(page.rows),
        calls=queries.calls_of(page.rows),
        regions=reference.regions(),
    )


@blueprint.get("/inspection/checks/<uuid:key>")
@requires(Permission.CHECK_RUN)
def check(key: UUID) -> str:
    return _check_page(_own(key), CallForm(formdata=None))


@blueprint.post("/inspection/checks/<uuid:key>/contact")
@requires(Permission.CHECK_RUN)
def show_check_contact(key: UUID) -> str:
    """The phone of the employer is on the ledger before it is on the screen."""
    with transaction():
        check = _own(key)
        found(check if _is_running(check) else None)
        employers.show_contact(found(_employer(check)), by=acting(Permission.CHECK_RUN))
    return _check_page(_own(key), CallForm(formdata=None), contact_shown=True)


def _is_running(check: Check) -> bool:
    return queries.campaigns_of([check])[check.campaign_id].state is CampaignState.RUNNING


def _employer(check: Check) -> Employer | None:
    return posting_queries.employer_of(queries.postings_of([check])[check.posting_id])


def _check_page(check: Check, form: CallForm, *, contact_shown: bool = False) -> str:
    """Of a check that is somebody else's by now only what the posting said, and the form with its words."""
    is_mine = check.inspector_id == visitor().person_id
    return render_template(
        "inspection/check.html",
        check=check,
        form=form,
        campaign=queries.campaigns_of([check])[check.campaign_id],
        posting=queries.postings_of([check])[check.posting_id],
        employer=_employer(check),
        contact_shown=contact_shown,
        is_mine=is_mine,
        is_running=_is_running(check),
        calls=queries.calls_of([check])[check.id] if is_mine else [],
        attempt_days=reference.whole("spot_check_attempt_days", region=check.region),
        regions=reference.regions(),
    )


@blueprint.post("/inspection/checks/<uuid:key>")
@requires(Permission.CHECK_RUN)
def log_call(key: UUID) -> str | Response:
    form = CallForm()
    if not form.validate_on_submit() or not _log(key, form):
        return _check_page(_drawable(key), form)
    following = session().scalar(queries.own_checks(visitor().person_id, _grants()).where(Check.id != key).limit(1))
    return redirect(url_for(".my_checks") if following is None else url_for(".check", key=following.id), 303)


def _log(key: UUID, form: CallForm) -> bool:
    """False leaves the form with its words and says why."""
    outcome, verdict = form.chosen()
    try:
        with transaction():
            kept = _drawable(key, for_change=True)
            checks.log(kept, outcome, verdict, reason=form.reason.data or "", remark=form.remark.data or "", by=acting(Permission.CHECK_RUN))
    except NoReason:
        form.reason.errors = ["请写明为什么是虚假的，用人单位会看到。"]
    except Refusal as refusal:
        form.verdict.errors = [str(refusal)]
    else:
        told = f"，结论：{verdict.label}，{kept.effect.label}" if verdict else "，还没有结论"
        flash(f"“{kept.evidence['title']}”已记下{told}。", "success")
        return True
    return False
