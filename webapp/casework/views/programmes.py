"""The programmes with their rules, what an evaluation found, what waits for a person's word, and who is taken in by a proof."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework import queries
from webapp.casework.refusals import Refusal
from webapp.casework.serving import admitting, programmes
from webapp.casework.serving import queries as served
from webapp.casework.serving.forms import AdmitForm, DecideForm, member
from webapp.casework.serving.models import MoveKind, MoveState, ProgrammeMove, ProgrammeRun, ProofKind, RunState
from webapp.casework.views.room import asked, blueprint, keeping, leading, reading
from webapp.db import session, today, transaction
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.web import found, paginate


def _moves(state: MoveState | None = None, kind: MoveKind | None = None, run: UUID | None = None) -> Select[ProgrammeMove]:
    """Of the people in the area of whoever looks."""
    wanted = select(ProgrammeMove).where(queries.reached(ProgrammeMove.region, reading()))
    for column, value in ((ProgrammeMove.state, state), (ProgrammeMove.kind, kind), (ProgrammeMove.run_id, run)):
        wanted = wanted if value is None else wanted.where(column == value)
    return wanted.order_by(ProgrammeMove.id.desc())


@blueprint.get("/casework/programmes")
@requires(Permission.CASE_READ)
def programme_list() -> str:
    home = next((grant.region for grant in reading() if grant.region), reference.home_province())
    table, rules = serving.programmes(), serving.hardship_rules()
    return render_template(
        "casework/programmes.html",
        programmes=table,
        standards={code: serving.service_standards().of(code, home, today()) for code in table},
        parameters={name: reference.parameter(name, region=home) for row in table.values() for name in row.entry_parameters},
        rules=rules.of(home, today()),
        runs=programmes.runs_of(table),
        types=serving.service_types(),
        waiting=paginate(_moves(MoveState.PROPOSED), number=1, size=1).total,
        home=home,
        regions=reference.regions(),
        may_lead=bool(leading()),
    )


@blueprint.post("/casework/programmes/<code>/evaluate")
@requires(Permission.CASE_LEAD)
def evaluate_programme(code: str) -> Response:
    found(leading() or None)
    found(serving.programmes().get(code))
    with transaction():
        run = programmes.ask(code, by=acting(Permission.CASE_LEAD), on=today())
    return redirect(url_for(".programme_run", key=run.id), 303)


@blueprint.get("/casework/programmes/runs/<uuid:key>")
@requires(Permission.CASE_READ)
def programme_run(key: UUID) -> str:
    run = found(session().get(ProgrammeRun, key))
    return _moves_page(run, member(MoveKind, request.args.get("kind")), None)


@blueprint.get("/casework/programmes/moves")
@requires(Permission.CASE_READ)
def programme_moves() -> str:
    """What waits for a person's word."""
    return _moves_page(None, member(MoveKind, request.args.get("kind")), MoveState.PROPOSED)


def _moves_page(run: ProgrammeRun | None, kind: MoveKind | None, state: MoveState | None) -> str:
    key = run.id if run else None
    page = paginate(_moves(state, kind, key), size=50)
    counts = {one: paginate(_moves(state, one, key), number=1, size=1).total for one in (None, *MoveKind)}
    leads = leading()
    return render_template(
        "casework/programme_moves.html",
        run=run,
        is_waiting=run is not None and run.state is not RunState.DONE,
        kind=kind,
        counts=counts,
        page=page,
        clients=served.clients_by_id(move.client_id for move in page.rows),
        names=served.people_by_id(move.decided_by for move in page.rows),
        programmes=serving.programmes(),
        regions=reference.regions(),
        decidable={move.id for move in page.rows if any(grant.covers(move.region) for grant in leads)},
    )


@blueprint.post("/casework/programmes/moves/<uuid:key>")
@requires(Permission.CASE_LEAD)
def decide_move(key: UUID) -> Response:
    form, leads = DecideForm(), leading()
    try:
        with transaction():
            wanted = select(ProgrammeMove).where(ProgrammeMove.id == key, queries.reached(ProgrammeMove.region, leads))
            move = found(session().scalar(wanted.with_for_update()))
            remark = form.remark.data or ""
            programmes.decide(move, do=form.do.data == "yes", remark=remark, by=acting(Permission.CASE_LEAD), on=today())
    except Refusal as refusal:
        flash(str(refusal), "danger")
    else:
        flash("已办理。" if form.do.data == "yes" else "已记下：不办理，同样的理由不会再提出。", "success")
    return redirect(url_for(".programme_moves"), 303)


@blueprint.route("/casework/admit", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def admit() -> str | Response:
    form = AdmitForm().prepare()
    if not form.is_submitted() and asked("programme") in serving.programmes():
        form.programme.data = asked("programme")
    if form.is_submitted() and form.validate():
        try:
            with transaction():
                client = admitting.known_client(name=form.name.data or "", id_number=form.number, phone=form.phone_number)
                case = admitting.admit(
                    client,
                    form.programme.data,
                    member(ProofKind, form.proof.data),
                    region=form.region.data,
                    seen=form.seen.data or "",
                    grants=keeping(),
                    by=acting(Permission.CASE_KEEP),
                    on=today(),
                )
        except Refusal as refusal:
            form.region.errors = [str(refusal)]
        else:
            flash(f"已纳入“{serving.programmes()[case.programme].label}”，编号 {case.number}，等分派就业专员。", "success")
            return redirect(url_for(".case_services", key=case.id), 303)
    return render_template("casework/admit.html", form=form)
