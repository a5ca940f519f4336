"""What is done for one person: services written down, corrected and read, what the person wants, and the end."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Response as Download
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from webapp.access import Permission, acting, requires
from webapp.casework import operations as cases
from webapp.casework import queries
from webapp.casework.models import Case, StepKind, Willingness
from webapp.casework.refusals import AskDatePast, BeforeEntry, NotYet, Refusal, TooLongAgo, WithoutPosting
from webapp.casework.serving import admitting, counting, operations, willing
from webapp.casework.serving import queries as served
from webapp.casework.serving.counting import Told
from webapp.casework.serving.forms import CorrectionForm, LeaveForm, ReasonForm, ServiceForm, WillingnessForm
from webapp.casework.serving.models import ServiceRecord
from webapp.casework.views.room import blueprint, keeping, me, own_case, reading
from webapp.db import session, today, transaction
from webapp.events import ServicesShown
from webapp.files import NotAccepted, StoredFile
from webapp.ledger import record
from webapp.reference import serving
from webapp.web import as_file, found

_DATES = (NotYet, TooLongAgo, BeforeEntry)


def case_url(key: UUID) -> str:
    return url_for(".case_services", key=key)


def person_of(case: Case) -> str:
    """The name as this visitor may read it on a page about one case: in full for who keeps it."""
    name = queries.client_of(case).name or ""
    return name if queries.kept_by(case.id, me(), keeping()) is not None else name[:1] + "*" * (len(name) - 1)


@blueprint.get("/casework/<uuid:key>/services")
@requires(Permission.CASE_READ)
def case_services(key: UUID) -> str:
    return _services_page(found(queries.case_within(key, reading())))


def _services_page(case: Case, *, is_shown: bool = False, strike: ReasonForm | None = None, strike_key: UUID | None = None) -> str:
    rows = served.records_of(case)
    return render_template(
        "casework/services.html",
        case=case,
        person=person_of(case),
        is_kept=queries.kept_by(case.id, me(), keeping()) is not None,
        is_shown=is_shown,
        rows=rows,
        why={row.id: why_not(row, rows, case) for row in rows},
        successors=served.successors_of(rows),
        items=served.items_of(case),
        needs=served.needs_of(case),
        standard=serving.service_standards().of(case.programme, case.region, today()),
        programme=serving.programmes().get(case.programme),
        types=serving.service_types(),
        channels=serving.service_channels(),
        names=served.people_by_id(row.by_id for row in rows),
        strike=strike or ReasonForm(formdata=None),
        strike_key=strike_key,
        on=today(),
    )


def why_not(row: ServiceRecord, rows: Sequence[ServiceRecord], case: Case) -> str:
    """Why this record is not among the counted ones; empty: it is."""
    if not row.holds:
        return "已更正" if any(other.corrects_id == row.id for other in rows) else "已作废"
    if row.on < case.since:
        return "属于上一次纳入"
    told = _told(row)
    reason = counting.why_not(told)
    if reason:
        return reason
    earlier = [
        other for other in rows if other.holds and other.type == row.type and (other.on, other.id) < (row.on, row.id) and other.on >= case.since
    ]
    before, after = counting.units(map(_told, earlier), case.since), counting.units(map(_told, [*earlier, row]), case.since)
    return "" if before != after else "同一天同类或同一岗位，只计一次"


def _told(row: ServiceRecord) -> Told:
    return Told(row.type, row.on, row.channel, row.subject, row.evidence_id is not None)


@blueprint.post("/casework/<uuid:key>/services/show")
@requires(Permission.CASE_KEEP)
def show_services(key: UUID) -> str:
    """Shows what was written, to whoever keeps the case; that it was read is committed before."""
    by = acting(Permission.CASE_KEEP)
    with transaction():
        case = own_case(key, for_change=True)
        cases.step(case, StepKind.SHOWN, "服务内容", by=by, on=today())
        record(ServicesShown(str(case.id)), by=by)
    return _services_page(own_case(key), is_shown=True)


@blueprint.route("/casework/<uuid:key>/services/new", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def log_service(key: UUID) -> str | Response:
    case, form = own_case(key), ServiceForm().prepare()
    if form.is_submitted() and form.validate():
        try:
            evidence = form.laid_down()
            with transaction():
                held = own_case(key, for_change=True)
                logged = [
                    operations.log_service(held, values, evidence=evidence if n == 0 else None, by=acting(Permission.CASE_KEEP), on=today())
                    for n, values in enumerate(_paper_first(form.values()))
                ]
        except NotAccepted as reason:
            form.refuse_paper(reason)
        except Refusal as refusal:
            _beside(form, refusal)
        else:
            flash(_counted(logged), "success")
            return redirect(case_url(key), 303)
    return render_template(
        "casework/service_form.html", form=form, case=case, person=person_of(case), row=None, types=serving.service_types(), on=today()
    )


def _paper_first(values: Sequence[operations.ServiceValues]) -> Sequence[operations.ServiceValues]:
    """The one paper belongs to the kind that asks for it."""
    types = serving.service_types()
    return sorted(values, key=lambda one: not types[one.type].needs_evidence)


def _counted(logged: Sequence[ServiceRecord]) -> str:
    """What was written down, and what of it will not count: told at once, so that it can be mended."""
    types = serving.service_types()
    reasons = {f"“{types[row.type].label}”：{reason}" for row in logged if (reason := counting.why_not(_told(row)))}
    said = f"已登记 {len(logged)} 项服务。"
    return said + (f"其中不计数的：{'；'.join(sorted(reasons))}。" if reasons else "")


def _beside(form: ServiceForm | CorrectionForm, refusal: Refusal) -> None:
    field: Field = form.on if isinstance(refusal, _DATES) else form.subjects if isinstance(refusal, WithoutPosting) else form.content
    field.errors = [*field.errors, str(refusal)]


def _own_record(key: UUID, *, for_change: bool = False) -> tuple[ServiceRecord, Case]:
    return found(served.record_kept_by(key, me(), keeping(), for_change=for_change))


@blueprint.route("/casework/services/<uuid:key>/correct", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def correct_service(key: UUID) -> str | Response:
    row, case = _own_record(key)
    form = CorrectionForm()
    if not form.is_submitted():
        form = CorrectionForm.of(row)
    form.prepare()
    if form.is_submitted() and form.validate():
        try:
            evidence = form.laid_down()
            with transaction():
                held, of = _own_record(key, for_change=True)
                operations.correct_service(
                    held, of, form.values(), reason=form.reason.data or "", evidence=evidence, by=acting(Permission.CASE_KEEP), on=today()
                )
        except NotAccepted as reason:
            form.refuse_paper(reason)
        except Refusal as refusal:
            _beside(form, refusal)
        else:
            flash("已更正，原来的记录保留备查、不再计数。", "success")
            return redirect(case_url(case.id), 303)
    return render_template(
        "casework/service_form.html", form=form, case=case, person=person_of(case), row=row, types=serving.service_types(), on=today()
    )


@blueprint.post("/casework/services/<uuid:key>/strike")
@requires(Permission.CASE_KEEP)
def strike_service(key: UUID) -> str | Response:
    _, case = _own_record(key)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                held, of = _own_record(key, for_change=True)
                operations.strike_service(held, of, reason=form.reason.data or "", by=acting(Permission.CASE_KEEP), on=today())
        except Refusal as refusal:
            form.reason.errors = [str(refusal)]
        else:
            flash("已作废，记录保留备查、不再计数。", "success")
            return redirect(case_url(case.id), 303)
    return _services_page(case, strike=form, strike_key=key)


@blueprint.post("/casework/services/<uuid:key>/evidence")
@requires(Permission.CASE_KEEP)
def service_evidence(key: UUID) -> Download:
    """A paper of a service; that it was read is committed before it is shown."""
    by = acting(Permission.CASE_KEEP)
    with transaction():
        row, case = _own_record(key, for_change=True)
        stored = found(session().get(StoredFile, found(row.evidence_id)))
        cases.step(case, StepKind.SHOWN, "服务凭证", by=by, on=today(), about=row.id)
        record(ServicesShown(str(case.id)), by=by)
    return as_file(stored)


# what the person wants


def _submit(
    key: UUID, form: WillingnessForm | LeaveForm, field: Callable[[Refusal], Field], act: Callable[[Case], object], done: str
) -> Response | None:
    """One form about one case; what it refuses stands beside its field."""
    if not form.validate_on_submit():
        return None
    try:
        with transaction():
            act(own_case(key, for_change=True))
    except Refusal as refusal:
        field(refusal).errors = [str(refusal)]
        return None
    flash(done, "success")
    return redirect(case_url(key), 303)


@blueprint.route("/casework/<uuid:key>/willingness", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def tell_willingness(key: UUID) -> str | Response:
    case, form = own_case(key), WillingnessForm()
    if not form.is_submitted():
        form = WillingnessForm.of(case, [need.kind for need in served.needs_of(case)])

    def act(held: Case) -> None:
        said = next(one for one in Willingness if one.value == form.said.data)
        ask_on = form.ask_again_on.data if said is Willingness.UNWILLING else None
        by = acting(Permission.CASE_KEEP)
        willing.tell_willingness(held, said, ask_again_on=ask_on, needs=form.kinds(), note=form.note.data or "", by=by, on=today())

    done = _submit(key, form, lambda refusal: form.ask_again_on if isinstance(refusal, AskDatePast) else form.said, act, "意愿已登记。")
    return done or render_template("casework/willingness.html", form=form, case=case, person=person_of(case))


@blueprint.route("/casework/<uuid:key>/leave", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def leave_programme(key: UUID) -> str | Response:
    case = own_case(key)
    programme = found(serving.programmes().get(case.programme))
    form = LeaveForm().offer({code: label for code, label in programme.exits.items() if code != "no_rule"})

    def act(held: Case) -> None:
        admitting.leave(held, form.reason.data, by=acting(Permission.CASE_KEEP), on=today())

    done = _submit(key, form, lambda _: form.reason, act, f"已退出“{programme.label}”，记录保留。")
    return done or render_template("casework/leave.html", form=form, case=case, person=person_of(case), programme=programme)
