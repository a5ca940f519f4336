"""The staff page of an administrator: within the region of their own grant, and never about themselves."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for

from webapp import access
from webapp.access import ADMINISTRATORS, STAFF, Grant, Permission, requires
from webapp.accounts import operations, queries
from webapp.accounts.forms import DisableForm, GrantForm, InviteForm
from webapp.accounts.models import Person, RoleGrant
from webapp.accounts.views.doors import blueprint
from webapp.accounts.views.sign_in import Answer
from webapp.db import transaction
from webapp.reference import queries as reference
from webapp.web import found, options, paginate


def _reach() -> tuple[Grant, ...]:
    return access.visitor().grants_for(Permission.STAFF_MANAGE)


def _person(person_id: UUID) -> Person:
    return found(queries.staff_member_within(person_id, _reach()))


def _covered(grant: RoleGrant) -> bool:
    """Within reach, and none of the administrators: whom one of them may not make, they may not put away either."""
    return grant.role not in ADMINISTRATORS and any(mine.covers(grant.region) for mine in _reach())


@blueprint.get("/staff")
@requires(Permission.STAFF_MANAGE)
def staff() -> Answer:
    page = paginate(queries.staff_within(_reach()))
    grants = {person.id: [grant for grant in queries.grant_rows(person.id) if grant.role in STAFF] for person in page.rows}
    newcomers = {person.id for person in page.rows if queries.is_newcomer(person)}
    return render_template("accounts/staff.html", page=page, grants=grants, newcomers=newcomers, regions=reference.regions())


@blueprint.route("/staff/invite", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def staff_invite() -> Answer:
    form = InviteForm()
    form.region.choices = options(_region_choices())
    if form.validate_on_submit() and form.step.data != "back":
        done = _invite(form)
        if done is not None:
            return done
    form.step.data = ""
    return render_template("accounts/staff_invite.html", form=form)


def _region_choices() -> list[tuple[str, str]]:
    """Every region inside the administrator's reach, a city before its counties."""
    regions = reference.regions()
    offered = [("", "请选择")]
    for grant in _reach():
        if grant.region:
            offered += [(code, f"{regions.name(code)}（{code}）") for code in _within(grant.region)]
    return list(dict.fromkeys(offered))


def _within(code: str) -> list[str]:
    return [code, *(inner for child in reference.regions().children(code) for inner in _within(child.code))]


def _invite(form: InviteForm) -> Answer | None:
    try:
        with transaction():
            operations.invite_staff(
                phone=form.phone.number,
                name=form.name.name_given,
                role=form.chosen_role(),
                region=form.region.data,
                known_too=form.step.data == "grant",
                by=access.acting(Permission.STAFF_MANAGE),
            )
    except operations.HasAccount:
        region = reference.regions().name(form.region.data)
        return render_template("accounts/staff_invite_known.html", form=form, role=form.chosen_role(), region=region)
    except operations.OwnAccount:
        form.phone.errors = ["不能给自己增加权限，请由另一位管理员办理。"]
    else:
        flash("已开通。对方用这个手机号和短信验证码就能登录。", "success")
        return redirect(url_for("accounts.staff"), 303)
    return None


@blueprint.get("/staff/<uuid:person_id>")
@requires(Permission.STAFF_MANAGE)
def staff_change(person_id: UUID) -> Answer:
    return _page(_person(person_id), DisableForm(formdata=None))


def _page(person: Person, form: DisableForm) -> Answer:
    grants = [(grant, _covered(grant)) for grant in queries.grant_rows(person.id) if grant.role in STAFF]
    own = person.id == access.visitor().person_id
    return render_template(
        "accounts/staff_change.html",
        person=person,
        grants=grants,
        form=form,
        own=own,
        watches=any(grant.role in ADMINISTRATORS for grant, _ in grants),
        newcomer=queries.is_newcomer(person),
        regions=reference.regions(),
    )


def _wholly_covered(person: Person) -> bool:
    """A county's administrator does not shut out somebody who also works for the city."""
    return all(_covered(grant) for grant in queries.grant_rows(person.id) if grant.role in STAFF)


@blueprint.post("/staff/<uuid:person_id>/revoke")
@requires(Permission.STAFF_MANAGE)
def staff_revoke(person_id: UUID) -> Answer:
    form = GrantForm()
    try:
        with transaction():
            person = _person(person_id)
            grant = next(
                (row for row in queries.grant_rows(person.id) if str(row.id) == form.grant.data and row.role in STAFF and _covered(row)), None
            )
            operations.revoke_role(found(grant), by=access.acting(Permission.STAFF_MANAGE))
    except operations.OwnAccount:
        flash("不能收回自己的权限，请由另一位管理员办理。", "danger")
        return redirect(url_for("accounts.staff_change", person_id=person_id), 303)
    flash("权限已收回，马上生效。", "success")
    return redirect(url_for("accounts.staff"), 303)


@blueprint.post("/staff/<uuid:person_id>/disable")
@requires(Permission.STAFF_MANAGE)
def staff_disable(person_id: UUID) -> Answer:
    form = DisableForm()
    if not form.validate_on_submit():
        return _page(_person(person_id), form)
    try:
        with transaction():
            person = _person(person_id)
            found(person if _wholly_covered(person) else None)
            operations.disable_person(person, reason=form.reason.data or "", by=access.acting(Permission.STAFF_MANAGE))
    except operations.OwnAccount:
        flash("不能停用自己的账号。", "danger")
    else:
        flash("账号已停用，已登录的设备马上退出。", "success")
    return redirect(url_for("accounts.staff_change", person_id=person_id), 303)


@blueprint.post("/staff/<uuid:person_id>/enable")
@requires(Permission.STAFF_MANAGE)
def staff_enable(person_id: UUID) -> Answer:
    with transaction():
        person = _person(person_id)
        found(person if _wholly_covered(person) else None)
        operations.enable_person(person, by=access.acting(Permission.STAFF_MANAGE))
    flash("账号已恢复。", "success")
    return redirect(url_for("accounts.staff_change", person_id=person_id), 303)
