"""Files of other departments: sent, watched while they are compared, and decided conflict by conflict or equal ones at once."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response as Download
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework.destinations import comparing, deciding
from webapp.casework.destinations import comparison_queries as queries
from webapp.casework.destinations import queries as destinations
from webapp.casework.destinations.comparison_models import Comparison, Conflict
from webapp.casework.destinations.comparison_rows import COLUMNS, TEMPLATE
from webapp.casework.destinations.forms import ComparisonForm, DecisionForm
from webapp.casework.destinations.models import Destination
from webapp.casework.destinations.refusals import NothingToAccept
from webapp.casework.models import TagKind
from webapp.casework.refusals import Refusal
from webapp.casework.views.room import asked, blueprint, leads, me
from webapp.db import session, today, transaction
from webapp.demand.models import WorkState
from webapp.demand.sheets import sheet
from webapp.reference import destinations as tables
from webapp.reference import queries as reference
from webapp.reference.destination_models import DestinationCode
from webapp.sources.reading import NotReadable
from webapp.web import Page, found, paginate

DECIDED_AT_ONCE = 500
_HARDSHIPS = {kind.value: kind.label for kind in TagKind}


@blueprint.route("/casework/comparisons", methods=["GET", "POST"])
@requires(Permission.CASE_LEAD)
def comparisons() -> str | Response:
    grants, form = leads(), ComparisonForm().offer(tables.purposes())
    if form.validate_on_submit():
        purpose = found(tables.purpose(form.purpose.data))
        regions, content = [grant.region for grant in grants if grant.region], form.content
        try:
            with transaction():
                by = acting(Permission.CASE_LEAD)
                row = comparing.send(content, form.whose, purpose, as_of=form.day, regions=regions, by=by, on=today())
        except NotReadable as refusal:
            form.file.errors = [str(refusal)]
        else:
            return redirect(url_for(".comparison", key=row.id), 303)
    return render_template(
        "casework/comparisons.html",
        form=form,
        purposes=tables.purposes(),
        page=paginate(queries.comparisons(me(), grants)),
        columns=COLUMNS,
        most=reference.whole("comparison_rows_max"),
    )


@blueprint.get("/casework/comparisons/template")
@requires(Permission.CASE_LEAD)
def comparison_template() -> Download:
    answer = Download(sheet(TEMPLATE, []), mimetype="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename="comparison-template.csv")
    return answer


@blueprint.get("/casework/comparisons/<uuid:key>")
@requires(Permission.CASE_LEAD)
def comparison(key: UUID) -> str:
    grants = leads()
    row = found(queries.comparison(key, me(), grants))
    groups = queries.alike(row.id, grants)
    return render_template(
        "casework/comparison.html",
        row=row,
        is_waiting=row.state in {WorkState.WAITING, WorkState.RUNNING},
        groups=groups,
        samples=queries.conflicts_by_id(group.sample for group in groups[:100]),
        hardships=_HARDSHIPS,
        decided=paginate(queries.conflicts(row.id, grants, is_open=False), size=1).total,
    )


@blueprint.route("/casework/comparisons/<uuid:key>/conflicts", methods=["GET", "POST"])
@requires(Permission.CASE_LEAD)
def conflicts(key: UUID) -> str | Response:
    """One group of equal cases, or everything; what was decided is read here too."""
    grants, equal, is_open = leads(), asked("equal", 64), asked("decided", 1) != "1"
    row = found(queries.comparison(key, me(), grants))
    page = paginate(queries.conflicts(row.id, grants, is_open=is_open, equal=equal), size=50)
    form = DecisionForm().offer(_codes(page.rows))
    if form.validate_on_submit():
        keys = [one.id for one in _whole(row, equal)] if form.whole.data else form.keys
        if not keys:
            form.chosen.errors = ["请先勾选，或者点“这一组全部照此处理”"]
        else:
            try:
                count = _decide(row, keys, form)
            except NothingToAccept as refusal:
                if "code" in form:
                    form.code.errors = [str(refusal)]
            except Refusal as refusal:
                flash(str(refusal), "danger")
            else:
                flash(f"已处理 {count} 人。", "success")
                return redirect(url_for(".comparison", key=key), 303)
    return _conflicts_page(row, page, form, equal=equal, is_open=is_open)


def _whole(row: Comparison, equal: str) -> list[Conflict]:
    return list(session().scalars(queries.conflicts(row.id, leads(), is_open=True, equal=equal).limit(DECIDED_AT_ONCE)))


def _decide(row: Comparison, keys: list[UUID], form: DecisionForm) -> int:
    with transaction():
        kept = found(queries.comparison(row.id, me(), leads()))
        wanted = queries.open_conflicts(keys[:DECIDED_AT_ONCE], kept.id, leads())
        by = acting(Permission.CASE_LEAD)
        return deciding.decide(kept, wanted, form.decision, code=form.code_told, reason=form.reason.data or "", by=by, on=today())


def _codes(rows: Sequence[Conflict]) -> list[DestinationCode]:
    """What may be registered where theirs is accepted: of the kinds on this page, from the tables of their years."""
    cases = destinations.cases_by_id(row.case_id for row in rows)
    kinds = {kind for row in rows for kind in deciding.BY_KIND[row.kind]}
    years = {tables.table_year(case.cohort) for case in cases.values()}
    offered = {code.code: code for year in years for code in tables.codes_of(year) if code.kind in kinds}
    return [offered[code] for code in sorted(offered)]


def _conflicts_page(row: Comparison, page: Page[Conflict], form: DecisionForm, *, equal: str, is_open: bool) -> str:
    cases = destinations.cases_by_id(one.case_id for one in page.rows)
    ours = {one.id: session().get(Destination, one.ours_id) for one in page.rows if one.ours_id}
    return render_template(
        "casework/conflicts.html",
        row=row,
        page=page,
        form=form,
        equal=equal,
        is_open=is_open,
        cases=cases,
        clients=destinations.clients_by_case(cases.values()),
        ours=ours,
        ticked={str(key) for key in form.keys},
        labels=tables.labels(),
        hardships=_HARDSHIPS,
        most=DECIDED_AT_ONCE,
    )
