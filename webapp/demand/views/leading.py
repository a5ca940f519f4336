"""Who is responsible for whom, said by an officer of a county or wider: the red list, assigning, and handing everything over at once."""

from collections.abc import Iterable
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.demand import caring, queries
from webapp.demand.forms import AssignForm, HandOverForm
from webapp.demand.queries import Load
from webapp.demand.refusals import Refusal
from webapp.demand.views.room import asked, blueprint
from webapp.reference import queries as reference
from webapp.web import found, paginate


def leads() -> tuple[Grant, ...]:
    """Where the visitor may assign; an officer of a street or community may nowhere."""
    return queries.leading(visitor().grants_for(Permission.CARE_ASSIGN)) or abort(403)


@blueprint.get("/demand/team")
@requires(Permission.CARE_ASSIGN)
def team() -> str:
    grants, on = leads(), today()
    text = asked("q")
    page = paginate(queries.untended(grants, on))
    named = queries.employers_named(text, grants)
    keys = [employer.id for employer in (*page.rows, *named)]
    return render_template(
        "demand/team.html",
        page=page,
        text=text,
        named=named,
        marks=queries.marks_of(keys, on),
        responsible=queries.officers_of(keys),
        officers=queries.officers_within(grants),
        places=queries.places_of_officers(grants),
        loads=queries.loads(grants, on),
        gone=queries.officers_gone(grants),
        regions=reference.regions(),
    )


@blueprint.route("/demand/team/employers/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.CARE_ASSIGN)
def assign(key: UUID) -> str | Response:
    grants = leads()
    employer = found(queries.employer_in_area(key, grants))
    form = AssignForm().offer(_offered(grants))
    if form.validate_on_submit():
        officer = found(queries.officer_within(UUID(form.officer.data), grants))
        try:
            with transaction():
                kept = found(queries.employer_in_area(key, grants))
                caring.assign(kept, officer, reason=form.reason.data or "", by=acting(Permission.CARE_ASSIGN), on=today())
        except Refusal as refusal:
            form.reason.errors = [str(refusal)]
        else:
            flash(f"{employer.name} 现在由 {officer.name or '这位专员'} 负责。", "success")
            return redirect(url_for(".team"), 303)
    return render_template(
        "demand/assign.html",
        form=form,
        employer=employer,
        responsible=queries.officers_of([key]).get(key),
        marks=queries.marks_of([key], today()).get(key, []),
        regions=reference.regions(),
    )


def _offered(grants: tuple[Grant, ...], *, without: UUID | None = None) -> Iterable[tuple[Person, str]]:
    loads, places, regions = queries.loads(grants, today()), queries.places_of_officers(grants), reference.regions()
    for person in queries.officers_within(grants):
        if person.id != without:
            where = "、".join(regions.name(code) for code in places.get(person.id, ()))
            yield person, f"{where}，负责 {loads.get(person.id, Load(0, 0)).employers} 家"


@blueprint.route("/demand/team/officers/<uuid:key>/hand-over", methods=["GET", "POST"])
@requires(Permission.CARE_ASSIGN)
def hand_over(key: UUID) -> str | Response:
    grants = leads()
    cares = queries.cares_to_hand_over(key, grants)
    person = found(session().get(Person, key) if cares else None)
    form = HandOverForm().offer(_offered(grants, without=key))
    if form.validate_on_submit():
        officer = found(queries.officer_within(UUID(form.officer.data), grants))
        try:
            with transaction():
                moved = queries.cares_to_hand_over(key, grants, for_change=True)
                count = caring.hand_over(moved, officer, reason=form.reason.data or "", by=acting(Permission.CARE_ASSIGN), on=today())
        except Refusal as refusal:
            form.officer.errors = [str(refusal)]
        else:
            flash(f"{count} 家单位连同在办需求和下次联系日期已移交。", "success")
            return redirect(url_for(".team"), 303)
    employers = queries.employers_by_id(care.employer_id for care in cares)
    return render_template("demand/hand_over.html", form=form, person=person, cares=cares, employers=employers, regions=reference.regions())
