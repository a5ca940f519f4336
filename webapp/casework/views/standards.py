"""Which standard holds where, another one tried on everybody before it holds, whom it changed; and how services were entered."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires, visitor
from webapp.casework.refusals import NoChange, NoReason, NotYours, Refusal
from webapp.casework.serving import changes
from webapp.casework.serving import queries as served
from webapp.casework.serving.counting import month_end
from webapp.casework.serving.forms import StandardForm, member
from webapp.casework.serving.models import OFFLINE, ChangeState, Entered, PersonState, StandardChange
from webapp.casework.views.room import asked, blueprint, reading
from webapp.db import today, transaction
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.web import found, page_number, paginate

_WAITING = frozenset({ChangeState.LOOKING, ChangeState.RUNNING})


def changing() -> tuple[object, ...]:
    return changes.changing(visitor().grants_for(Permission.CASE_LEAD))


@blueprint.get("/casework/standards")
@requires(Permission.CASE_READ)
def standards() -> str:
    on, programmes = today(), serving.programmes()
    code = asked("programme") if asked("programme") in programmes else next(iter(programmes), "")
    home = next((grant.region for grant in reading() if grant.region), reference.home_province())
    table = serving.service_standards()
    return render_template(
        "casework/standards.html",
        programmes=programmes,
        code=code,
        home=home,
        current=table.of(code, home, on),
        known=table.all_of(code),
        holding={one.items[0].id for one in table.all_of(code) if one.region and table.of(code, one.region, on) is one},
        types=serving.service_types(),
        channels=serving.service_channels(),
        term=reference.parameter("service_term_days", region=home),
        regions=reference.regions(),
        page=paginate(changes.all_changes(), number=page_number(), size=10),
        may_change=bool(changing()),
    )


@blueprint.route("/casework/standards/new", methods=["GET", "POST"])
@requires(Permission.CASE_LEAD)
def change_standard() -> str | Response:
    grants = changes.changing(visitor().grants_for(Permission.CASE_LEAD))
    found(grants or None)
    places = [(grant.region, reference.regions().name(grant.region)) for grant in grants if grant.region]
    form = StandardForm()
    if not form.is_submitted():
        programme = asked("programme") or next(iter(serving.programmes()), "")
        form = StandardForm.of(programme, _chosen(programme, asked("standard"), places[0][0] if places else ""))
    form.offer(places)
    if form.is_submitted() and form.validate():
        try:
            with transaction():
                change = changes.propose(form.values(), grants, by=acting(Permission.CASE_LEAD))
        except (NotYours, NoChange, NoReason) as refusal:
            form.region.errors = [str(refusal)]
        else:
            return redirect(url_for(".standard_change", key=change.id), 303)
    return render_template("casework/standard_form.html", form=form)


def _chosen(programme: str, name: str, region: str) -> serving.Standard | None:
    """A known standard by its name, else what holds."""
    table = serving.service_standards()
    return next((one for one in table.all_of(programme) if one.name == name), None) or table.of(programme, region, today())


@blueprint.get("/casework/standards/changes/<uuid:key>")
@requires(Permission.CASE_READ)
def standard_change(key: UUID) -> str:
    change, grants = found(changes.change(key)), reading()
    before, after = member(PersonState, request.args.get("before")), member(PersonState, request.args.get("after"))
    page = paginate(changes.rows_of(change, grants, before, after), size=50)
    held = served.cases_by_id(row.case_id for row in page.rows)
    return render_template(
        "casework/standard_change.html",
        change=change,
        is_waiting=change.state in _WAITING,
        counts=changes.counts_of(change, grants),
        before=before,
        after=after,
        page=page,
        cases=held,
        clients=served.clients_by_id(case.client_id for case in held.values()),
        programmes=serving.programmes(),
        types=serving.service_types(),
        regions=reference.regions(),
        may_decide=_may_decide(change),
        on=today(),
    )


def _may_decide(change: StandardChange) -> bool:
    grants = changes.changing(visitor().grants_for(Permission.CASE_LEAD))
    return any(grant.covers(change.region) for grant in grants) and change.state is ChangeState.LOOKED


@blueprint.post("/casework/standards/changes/<uuid:key>/confirm")
@requires(Permission.CASE_LEAD)
def confirm_standard(key: UUID) -> Response:
    return _decide(key, confirms=True)


@blueprint.post("/casework/standards/changes/<uuid:key>/drop")
@requires(Permission.CASE_LEAD)
def drop_standard(key: UUID) -> Response:
    return _decide(key, confirms=False)


def _decide(key: UUID, *, confirms: bool) -> Response:
    grants = changes.changing(visitor().grants_for(Permission.CASE_LEAD))
    try:
        with transaction():
            change = found(changes.change(key, for_change=True))
            found(next((grant for grant in grants if grant.covers(change.region)), None))
            if confirms:
                changes.confirm(change, grants, by=acting(Permission.CASE_LEAD), on=today())
            else:
                changes.drop(change, by=acting(Permission.CASE_LEAD))
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("新标准已确认。" if confirms else "已放弃，标准没有改动。", "success")
    return redirect(url_for(".standard_change", key=key), 303)


@blueprint.get("/casework/services")
@requires(Permission.CASE_READ)
def service_log() -> str:
    """What was done in a month in the own area, how it was entered, and how often people were served; every figure opens its rows."""
    start = _month(asked("month"))
    end, grants, programmes = month_end(start), reading(), serving.programmes()
    code = asked("programme") if asked("programme") in programmes else next(iter(programmes), "")
    entered, kind, times = member(Entered, asked("entered")), asked("type"), asked("times")
    is_offline = asked("entered") == "offline"
    ways = OFFLINE if is_offline else {entered} if entered else frozenset()
    counts = served.entered_counts(grants, start, end)
    if times.isdigit():
        people, page = paginate(served.served(grants, code, int(times)), size=50), None
        held = {case.id: case for case in people.rows}
    else:
        people, page = None, paginate(served.logged(grants, start, end, entered=ways, kind=kind), size=50)
        held = served.cases_by_id(row.case_id for row in page.rows)
    return render_template(
        "casework/service_log.html",
        month=f"{start:%Y-%m}",
        programmes=programmes,
        code=code,
        counts=counts,
        offline=sum(count for (_, how), count in counts.items() if how in OFFLINE),
        total=sum(counts.values()),
        entries=list(Entered),
        distribution=served.served_counts(grants, code),
        page=page,
        people=people,
        times=int(times) if times.isdigit() else None,
        entered_label="线下补录" if is_offline else entered.label if entered else "",
        kind=kind,
        cases=held,
        clients=served.clients_by_id(case.client_id for case in held.values()),
        names=served.people_by_id(row.by_id for row in page.rows) if page else {},
        types=serving.service_types(),
        channels=serving.service_channels(),
        regions=reference.regions(),
    )


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today().replace(day=1)
