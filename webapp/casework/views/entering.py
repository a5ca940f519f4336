"""单个登记: somebody stands at the desk, or calls."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.accounts.models import Person
from webapp.casework import operations as casework
from webapp.casework.programmes import GRADUATES
from webapp.casework.refusals import Refusal
from webapp.casework.rosters import operations
from webapp.casework.rosters.entering import List
from webapp.casework.rosters.forms import EnterForm
from webapp.casework.rosters.operations import Entered
from webapp.casework.rosters.values import RowRefused, Told
from webapp.casework.views.room import blueprint, keeping, me
from webapp.db import session, today, transaction


@blueprint.route("/casework/enter", methods=["GET", "POST"])
@requires(Permission.CASE_KEEP)
def enter() -> str | Response:
    form = EnterForm().offer()
    told = form.told(_home(), today()) if form.validate_on_submit() else None
    if told is not None:
        try:
            entered = _enter(told, form)
        except RowRefused as refusal:
            form.refuse(refusal)
        except Refusal as refusal:
            form.mine.errors = [str(refusal)]
        else:
            flash(_said(entered), "success")
            return redirect(url_for(".enter"), 303)
    return render_template("casework/enter.html", form=form)


def _home() -> str:
    return next((grant.region for grant in keeping() if grant.region), "")


def _enter(told: Told, form: EnterForm) -> Entered:
    of, by = List(GRADUATES, form.origin, today(), grants=keeping()), acting(Permission.CASE_KEEP)
    with transaction():
        entered = operations.enter(told, of, by=by)
        if form.mine.data and entered.case is not None and entered.case.caseworker_id is None:
            casework.assign(entered.case, session().get_one(Person, me()), by=by, on=today())
        return entered


def _said(entered: Entered) -> str:
    """One sentence for whoever is served elsewhere and whoever nobody knew: a form is no way to ask who is where."""
    if entered.case is None:
        return "登记已保存。由本辖区服务的人会出现在名单里，由其他县（市、区）服务的由当地联系。"
    return f"{entered.outcome.label}：编号 {entered.case.number}。"
