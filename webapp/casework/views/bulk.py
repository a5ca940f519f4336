"""What is done to many at once: chosen rows or all that the filter finds, shown once more with their number before anything happens."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.casework import operations as casework
from webapp.casework import queries
from webapp.casework.desk import operations
from webapp.casework.desk.forms import ChosenForm, HandOverForm, MessageForm
from webapp.casework.desk.queries import loads, names_of, open_cases
from webapp.casework.models import Case
from webapp.casework.refusals import NobodyChosen, Refusal
from webapp.casework.views.asking import Asked, asked, from_text
from webapp.casework.views.room import blueprint, keeping, leading, leads, me
from webapp.db import new_key, today, transaction
from webapp.reference import queries as reference
from webapp.web import found


@blueprint.post("/casework/chosen")
@requires(Permission.CASE_KEEP)
def chosen() -> str | Response:
    """The list's ticks arrive here; what to do with them is chosen on this page."""
    form, ask = ChosenForm(), _asked()
    try:
        keys = _keys(form, ask)
    except Refusal as refusal:
        flash(str(refusal), "danger")
        return redirect(ask.url(), 303)
    return _page(ask, keys, form)


def _asked() -> Asked:
    return asked(from_text(request.query_string.decode(errors="replace")))


def _keys(form: ChosenForm, ask: Asked) -> Sequence[UUID]:
    """Only rows the visitor may write in, whatever was sent. Raises NobodyChosen, TooMany."""
    most = reference.whole("case_bulk_max")
    wanted = ask.filters.keys(today(), most + 1) if form.everybody.data else form.keys()
    operations.require_chosen(wanted)
    keys = [case.id for case in open_cases(wanted, _scope())]
    operations.require_chosen(keys)
    return keys


def _scope() -> queries.Scope:
    return queries.kept(me(), keeping())


def _page(ask: Asked, keys: Sequence[UUID], form: ChosenForm, hand: HandOverForm | None = None, message: MessageForm | None = None) -> str:
    people = queries.caseworkers_within(leading())
    held = loads(people, ask.filters.programme)
    names = names_of(person.id for person in people)
    offered = [(str(person.id), f"{names[person.id]}（在办 {held[person.id]} 人）") for person in people]
    cases = open_cases(keys, _scope())
    message = message or MessageForm(formdata=None, data={"batch": str(new_key())})
    return render_template(
        "casework/chosen.html",
        ask=ask,
        keys=keys,
        everybody=form.everybody.data or "",
        cases=cases,
        hand=(hand or HandOverForm(formdata=None)).offer(offered) if leading() else None,
        message=message,
        held_by_others=sum(1 for case in cases if case.caseworker_id is not None),
    )


@blueprint.post("/casework/hand-over")
@requires(Permission.CASE_LEAD)
def hand_over() -> str | Response:
    ask = _asked()
    people = {str(person.id): person for person in queries.caseworkers_within(leads())}
    form = HandOverForm().offer((key, key) for key in people)
    keys = _keys_or_empty(form, ask)
    if not form.validate_on_submit():
        return _page(ask, keys, form, hand=form)
    try:
        with transaction():
            cases = open_cases(keys, queries.area(leading()), for_change=True)
            count = casework.hand_over(
                cases, found(people.get(form.caseworker.data)), reason=form.reason.data or "", by=acting(Permission.CASE_LEAD), on=today()
            )
    except Refusal as refusal:
        form.reason.errors = [str(refusal)]
        return _page(ask, keys, form, hand=form)
    flash(f"{count} 人已交给新的就业专员，对方的工作台上列在“新分来的”。", "success")
    return redirect(ask.url(), 303)


def _keys_or_empty(form: ChosenForm, ask: Asked) -> Sequence[UUID]:
    try:
        return _keys(form, ask)
    except NobodyChosen:
        return ()


@blueprint.post("/casework/message")
@requires(Permission.CASE_KEEP)
def message_many() -> str | Response:
    ask, form = _asked(), MessageForm()
    keys = _keys_or_empty(form, ask)
    if not form.validate_on_submit() or not keys:
        return _page(ask, keys, form, message=form)
    batch = _key(form.batch.data)
    with transaction():
        cases: Sequence[Case] = open_cases(keys, _scope(), for_change=True)
        count = operations.message(cases, form.text.data or "", batch=batch, by=acting(Permission.CASE_KEEP), on=today())
    rest = len(keys) - count
    flash(f"{count} 条短信已排队发送。" + (f"{rest} 人没有手机号或刚刚发过，没有发。" if rest else ""), "success")
    return redirect(ask.url(), 303)


def _key(text: str | None) -> UUID:
    """The batch of the page; one that was tampered with is a new one."""
    try:
        return UUID(text or "")
    except ValueError:
        return new_key()
