"""The conversation with employers about themselves, and with the reviewers who verify them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import access, files, sealing
from webapp.access import Permission, requires
from webapp.accounts import limits
from webapp.accounts.models import Person
from webapp.db import session, transaction
from webapp.employers import operations, queries
from webapp.employers.forms import DecisionForm, EmployerForm, MemberForm, PaperForm
from webapp.employers.models import Employer, EmployerState
from webapp.files import FileKind
from webapp.reference import queries as reference
from webapp.web import as_file, found, paginate

blueprint = Blueprint("employers", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]
TAKEN = "这个代码已经登记过。请让本单位的管理员在“成员”里加上您；如果不是您单位的人登记的，请拨打 12333。"


def _own(employer_id: UUID, permission: Permission) -> Employer:
    return found(queries.within(employer_id, access.visitor().grants_for(permission)))


@blueprint.route("/employer/register", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_REGISTER)
def register() -> Answer:
    person = session().get_one(Person, access.visitor().person_id)
    form = EmployerForm(contact_name=person.name, contact_phone=person.phone).prepare()
    if form.validate_on_submit():
        try:
            with transaction():
                made = operations.register_employer(access.visitor().person_id, **form.values(), by=access.acting(Permission.EMPLOYER_REGISTER))
        except operations.AlreadyRegistered:
            form.uscc.errors = [TAKEN]
        else:
            flash("登记已提交。请再上传营业执照，核验会更快。", "success")
            return redirect(url_for("employers.papers", employer_id=made.id), 303)
    return render_template("employers/register.html", form=form)


@blueprint.get("/employer")
@requires(Permission.EMPLOYER_READ)
def mine() -> Answer:
    visitor = access.visitor()
    managed = {grant.employer_id for grant in visitor.grants_for(Permission.EMPLOYER_MANAGE)}
    own = queries.of_member(visitor.person_id)
    return render_template("employers/mine.html", employers=own, managed=managed, regions=reference.regions(), industries=reference.industries())


@blueprint.route("/employer/<uuid:employer_id>/edit", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_MANAGE)
def edit(employer_id: UUID) -> Answer:
    employer = _own(employer_id, Permission.EMPLOYER_MANAGE)
    form = EmployerForm(obj=employer).prepare()
    if form.validate_on_submit():
        try:
            with transaction():
                kept = session().get_one(Employer, employer_id, with_for_update=True)
                operations.change_employer(kept, form.values(), by=access.acting(Permission.EMPLOYER_MANAGE))
        except operations.AlreadyRegistered:
            form.uscc.errors = [TAKEN]
        else:
            pending = kept.state is EmployerState.PENDING
            flash("已保存，等待核验。" if pending else "已保存。", "success")
            return redirect(url_for("employers.mine"), 303)
    return render_template("employers/edit.html", form=form, employer=employer)


@blueprint.route("/employer/<uuid:employer_id>/papers", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_MANAGE)
def papers(employer_id: UUID) -> Answer:
    employer = _own(employer_id, Permission.EMPLOYER_MANAGE)
    form = PaperForm()
    if form.validate_on_submit():
        try:
            stored = files.lay_down(form.paper.data.read(files.BYTES_AT_MOST + 1), form.paper.data.filename or "", files.DOCUMENTS)
        except files.NotAccepted as reason:
            form.paper.errors = [str(reason)]
        else:
            with transaction():
                row = operations.add_paper(employer, stored, form.chosen, by=access.acting(Permission.EMPLOYER_MANAGE))
            flash(f"{row.kind.label}已上传，审核员核验时能看到。", "success")
            return redirect(url_for("employers.papers", employer_id=employer_id), 303)
    held = queries.papers(employer_id)
    has_licence = FileKind.LICENCE in held
    return render_template("employers/papers.html", employer=employer, form=form, papers=held, has_licence=has_licence, most=files.BYTES_AT_MOST)


@blueprint.get("/employer/<uuid:employer_id>/papers/<uuid:key>")
@requires(Permission.EMPLOYER_MANAGE)
def paper(employer_id: UUID, key: UUID) -> Answer:
    _own(employer_id, Permission.EMPLOYER_MANAGE)
    return as_file(found(queries.paper(employer_id, key)))


@blueprint.get("/employer/<uuid:employer_id>/members")
@requires(Permission.EMPLOYER_READ)
def members(employer_id: UUID) -> Answer:
    return _members_page(employer_id, MemberForm(formdata=None))


def _members_page(employer_id: UUID, form: MemberForm, status: int = 200) -> Answer:
    employer = _own(employer_id, Permission.EMPLOYER_READ)
    manages = queries.within(employer_id, access.visitor().grants_for(Permission.EMPLOYER_MANAGE)) is not None
    rows = queries.members(employer_id)
    return render_template("employers/members.html", employer=employer, form=form, rows_of_members=rows, manages=manages), status


@blueprint.post("/employer/<uuid:employer_id>/members")
@requires(Permission.EMPLOYER_MANAGE)
def add_member(employer_id: UUID) -> Answer:
    _own(employer_id, Permission.EMPLOYER_MANAGE)
    form = MemberForm()
    if not form.validate_on_submit():
        return _members_page(employer_id, form)
    try:
        _add(employer_id, form.phone.number)
    except operations.UnknownPerson:
        form.phone.errors = ["这个手机号还没有注册。请对方先用这个手机号注册，再来添加。"]
        return _members_page(employer_id, form)
    except limits.TooMany as limit:
        form.phone.errors = [f"试得太多。请 {limit.minutes} 分钟后再试。"]
        return _members_page(employer_id, form, 429)
    flash("已添加。对方重新打开页面就能看到本单位。", "success")
    return redirect(url_for("employers.members", employer_id=employer_id), 303)


def _add(employer_id: UUID, phone: str) -> None:
    """A phone that is not registered counts as a failed try of this person: adding members must not become a way to find out who is here."""
    by = access.acting(Permission.EMPLOYER_MANAGE)
    with transaction():
        attempt = limits.open_attempt(sealing.blind("member", str(by.person_id)), limits.origin_index(request.remote_addr or ""))
    with transaction():
        operations.add_member(session().get_one(Employer, employer_id), phone, by=by)
        limits.forgive(attempt)


@blueprint.post("/employer/<uuid:employer_id>/members/<uuid:person_id>/remove")
@requires(Permission.EMPLOYER_MANAGE)
def remove_member(employer_id: UUID, person_id: UUID) -> Answer:
    _own(employer_id, Permission.EMPLOYER_MANAGE)
    try:
        with transaction():
            membership = found(queries.membership_of(employer_id, person_id))
            operations.remove_member(membership, by=access.acting(Permission.EMPLOYER_MANAGE))
    except operations.LastOwner:
        flash("这是本单位最后一位管理员，不能移除。请先把另一位成员设为管理员。", "danger")
        return redirect(url_for("employers.members", employer_id=employer_id), 303)
    flash("已移除，马上生效。", "success")
    if person_id == access.visitor().person_id:
        return redirect(url_for("accounts.account"), 303)
    return redirect(url_for("employers.members", employer_id=employer_id), 303)


@blueprint.post("/employer/<uuid:employer_id>/members/<uuid:person_id>/owner")
@requires(Permission.EMPLOYER_MANAGE)
def make_owner(employer_id: UUID, person_id: UUID) -> Answer:
    _own(employer_id, Permission.EMPLOYER_MANAGE)
    with transaction():
        membership = found(queries.membership_of(employer_id, person_id))
        operations.make_owner(membership, by=access.acting(Permission.EMPLOYER_MANAGE))
    flash("已设为管理员。", "success")
    return redirect(url_for("employers.members", employer_id=employer_id), 303)


@blueprint.get("/verify")
@requires(Permission.EMPLOYER_VERIFY)
def verify_queue() -> Answer:
    state = next((state for state in EmployerState if state == request.args.get("state")), EmployerState.PENDING)
    page = paginate(queries.of_region(access.visitor().grants_for(Permission.EMPLOYER_VERIFY), state))
    tabs = [(one.label, url_for("employers.verify_queue", state=one.value), None) for one in EmployerState]
    return render_template("employers/verify_queue.html", page=page, state=state, tab_entries=tabs, regions=reference.regions())


def _reviewed(employer_id: UUID) -> Employer:
    return found(queries.in_scope(employer_id, access.visitor().grants_for(Permission.EMPLOYER_VERIFY)))


@blueprint.get("/verify/<uuid:employer_id>")
@requires(Permission.EMPLOYER_VERIFY)
def verify(employer_id: UUID) -> Answer:
    return _verify_page(_reviewed(employer_id), DecisionForm(formdata=None))


@blueprint.post("/verify/<uuid:employer_id>/contact")
@requires(Permission.EMPLOYER_VERIFY)
def show_contact(employer_id: UUID) -> Answer:
    with transaction():
        operations.show_contact(_reviewed(employer_id), by=access.acting(Permission.EMPLOYER_VERIFY))
    return _verify_page(_reviewed(employer_id), DecisionForm(formdata=None), contact_shown=True)


@blueprint.post("/verify/<uuid:employer_id>/papers/<uuid:key>")
@requires(Permission.EMPLOYER_VERIFY)
def show_paper(employer_id: UUID, key: UUID) -> Answer:
    """A POST, because looking is on the ledger before anything is shown."""
    with transaction():
        employer = _reviewed(employer_id)
        row = found(queries.paper(employer_id, key))
        operations.show_paper(employer, row, by=access.acting(Permission.EMPLOYER_VERIFY))
    return as_file(row)


def _verify_page(employer: Employer, form: DecisionForm, *, contact_shown: bool = False) -> Answer:
    own = bool(queries.ever_members([employer.id], [access.visitor().person_id]))
    owners = [person for membership, person in queries.members(employer.id) if membership.owner]
    form.seen.data = employer.identity
    held = queries.papers(employer.id)
    return render_template(
        "employers/verify.html",
        employer=employer,
        form=form,
        own=own,
        owners=owners,
        contact_shown=contact_shown,
        papers=held,
        has_licence=FileKind.LICENCE in held,
        needs_two=operations.needs_two(employer),
        endorsed_here=employer.endorsed_by is not None and employer.endorsed_by == access.visitor().person_id,
        regions=reference.regions(),
        industries=reference.industries(),
    )


@blueprint.post("/verify/<uuid:employer_id>")
@requires(Permission.EMPLOYER_VERIFY)
def decide(employer_id: UUID) -> Answer:
    employer = _reviewed(employer_id)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _verify_page(employer, form)
    try:
        _decide(employer_id, form)
    except operations.ReasonMissing:
        form.reason.errors = ["请写明不通过的原因，单位会看到。"]
        return _verify_page(employer, form)
    except operations.ChangedMeanwhile:
        form.reason.errors = ["您打开之后，单位改过名称或代码。下面是现在的内容，请重新核对再决定。"]
        return _verify_page(_reviewed(employer_id), form)
    except operations.PapersUnseen:
        form.papers_seen.errors = ["请先确认已经核对过营业执照，再点“通过”。"]
        return _verify_page(employer, form)
    except operations.SecondEyes:
        flash("您已经初核过这家单位，要由另一位审核员复核。", "warning")
    except operations.NotPending:
        flash("这家单位刚才已经有了结论，没有再改动。", "warning")
    except operations.OwnEmployer:
        flash("您是（或曾是）这家单位的成员，不能核验它。请由另一位审核员办理。", "danger")
    else:
        flash(_told(employer_id), "success")
    return redirect(url_for("employers.verify_queue"), 303)


def _told(employer_id: UUID) -> str:
    employer = _reviewed(employer_id)
    if employer.endorsed_by is not None:
        return "初核已通过。再由另一位审核员复核通过，单位才算核验。"
    return "结论已记录，单位会收到通知。"


def _decide(employer_id: UUID, form: DecisionForm) -> None:
    by = access.acting(Permission.EMPLOYER_VERIFY)
    with transaction():
        employer = found(queries.in_scope(employer_id, access.visitor().grants_for(Permission.EMPLOYER_VERIFY)))
        if form.decision.data == "verify":
            operations.verify_employer(employer, by=by, seen=form.seen.data or "", papers_seen=form.papers_seen.data)
        else:
            operations.refuse_employer(employer, reason=form.reason.data or "", by=by)
