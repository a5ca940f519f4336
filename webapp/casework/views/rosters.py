"""Lists of people, from the upload over the preview to what came of them; the long work is done by jobs that this page follows."""

from uuid import UUID

from flask import Response as Download
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp import files
from webapp.access import Permission, acting, requires
from webapp.casework.programmes import GRADUATES
from webapp.casework.refusals import Refusal
from webapp.casework.rosters import operations, queries, sheets
from webapp.casework.rosters.counties import RULES, rule_at
from webapp.casework.rosters.forms import RosterForm
from webapp.casework.rosters.models import AT_WORK, RosterFile, RosterState
from webapp.casework.rosters.values import BadRow, Field, Outcome, Unmatched
from webapp.casework.views.room import blueprint, leads, me
from webapp.db import today, transaction
from webapp.files import FileKind, FileType
from webapp.reference import queries as reference
from webapp.web import as_file, found, paginate

_REASONS = {reason.value: reason for reason in BadRow}
_FIELDS = {field.value: field for field in Field}


@blueprint.get("/casework/rosters")
@requires(Permission.CASE_LEAD)
def rosters() -> str:
    leads()
    return _page(RosterForm(formdata=None))


def _page(form: RosterForm) -> str:
    page = paginate(queries.files_of(me()))
    return render_template(
        "casework/rosters.html",
        form=form,
        page=page,
        names={row.id: _name(row) for row in page.rows},
        most=reference.whole("roster_file_rows_max"),
        bytes_most=reference.whole("roster_file_bytes_max"),
        rule=RULES[rule_at(_home(), on=today())],
        days=reference.whole("first_contact_days", region=_home() or reference.NATION),
    )


def _home() -> str:
    return next((grant.region for grant in leads() if grant.region), "")


def _name(row: RosterFile) -> str:
    kept = files.latest(row.id, FileKind.ROSTER)
    return (kept.name if kept is not None else None) or row.source or row.kind.label


@blueprint.post("/casework/rosters")
@requires(Permission.CASE_LEAD)
def send_roster() -> str | Response:
    regions, form = [grant.region for grant in leads() if grant.region], RosterForm()
    stored = form.laid_down() if form.validate_on_submit() else None
    if stored is None:
        return _page(form)
    with transaction():
        row = operations.send(stored, form.sending(GRADUATES), regions=regions, by=acting(Permission.CASE_LEAD))
    return redirect(url_for(".roster", key=row.id), 303)


@blueprint.get("/casework/rosters/template")
@requires(Permission.CASE_LEAD)
def roster_template() -> Download:
    regions = [grant.region for grant in leads() if grant.region]
    answer = Download(sheets.template(regions, on=today()), mimetype=FileType.XLSX.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename="roster-template.xlsx")
    return answer


@blueprint.get("/casework/rosters/<uuid:key>")
@requires(Permission.CASE_LEAD)
def roster(key: UUID) -> str:
    return _one(_own(key))


def _own(key: UUID, *, for_change: bool = False) -> RosterFile:
    """One the visitor sent; anybody else's is not found."""
    leads()
    return found(queries.file_of(key, me(), for_change=for_change))


def _one(row: RosterFile) -> str:
    counted = row.counted if row.state is RosterState.DONE else row.foreseen
    return render_template(
        "casework/roster.html",
        row=row,
        name=_name(row),
        is_working=row.state in AT_WORK,
        State=RosterState,
        outcomes=[(outcome, counted.get("outcomes", {}).get(outcome.value, 0)) for outcome in Outcome],
        refused=[(reason, number) for reason in BadRow if (number := counted.get("refused", {}).get(reason.value, 0))],
        unmatched=[(one, number) for one in Unmatched if (number := counted.get("unmatched", {}).get(one.value, 0))],
        first=[(line, _REASONS[reason], detail) for line, reason, detail in counted.get("first", [])],
        counted=counted,
        columns=[(heading, _FIELDS.get(field)) for heading, field in row.columns],
        people_here=queries.count(queries.people_of(row.id, leads())) if row.state is RosterState.DONE else 0,
        rule=RULES[rule_at(row.regions[0] if row.regions else "", on=today())],
    )


@blueprint.post("/casework/rosters/<uuid:key>/confirm")
@requires(Permission.CASE_LEAD)
def confirm_roster(key: UUID) -> Response:
    try:
        with transaction():
            operations.confirm(_own(key, for_change=True), by=acting(Permission.CASE_LEAD))
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return redirect(url_for(".roster", key=key), 303)


@blueprint.post("/casework/rosters/<uuid:key>/drop")
@requires(Permission.CASE_LEAD)
def drop_roster(key: UUID) -> Response:
    try:
        with transaction():
            operations.drop(_own(key, for_change=True), by=acting(Permission.CASE_LEAD), on=today())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    else:
        flash("没有导入，名册没有变化。", "success")
    return redirect(url_for(".rosters"), 303)


@blueprint.get("/casework/rosters/<uuid:key>/refused")
@requires(Permission.CASE_LEAD)
def refused_of_roster(key: UUID) -> Download:
    return as_file(found(files.latest(_own(key).id, FileKind.ROSTER_REFUSED)))


@blueprint.get("/casework/rosters/<uuid:key>/people")
@requires(Permission.CASE_LEAD)
def roster_people(key: UUID) -> str:
    row = _own(key)
    page = paginate(queries.people_of(row.id, leads()), size=50)
    return render_template(
        "casework/roster_people.html",
        row=row,
        name=_name(row),
        page=page,
        clients=queries.clients_of(page.rows),
        graduations=queries.latest_graduations(page.rows),
        streets=queries.street_names(page.rows),
        workers=queries.names_of(page.rows),
        regions=reference.regions(),
    )
