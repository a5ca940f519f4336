"""An officer's desk: whom to contact today, and one line for whoever was."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Permission, acting, requires
from webapp.db import today, transaction
from webapp.demand import operations, queries, queues
from webapp.demand.forms import QuickLogForm
from webapp.demand.models import Care
from webapp.demand.queues import ContactQueue
from webapp.demand.refusals import Refusal
from webapp.demand.views.room import asked, blueprint, keeping, me
from webapp.reference import queries as reference
from webapp.web import paginate


@blueprint.get("/demand")
@requires(Permission.NEED_KEEP)
def desk() -> str:
    return _desk_page(QuickLogForm(formdata=None))


def _desk_page(form: QuickLogForm) -> str:
    on, scope = today(), queries.own(me(), keeping())
    queue = next((queue for queue in ContactQueue if queue.value == request.args.get("queue")), ContactQueue.ALL)
    text = asked("q")
    page = paginate(queues.contacts(scope, queue, on, text), size=50)
    keys = [care.employer_id for care in page.rows]
    return render_template(
        "demand/desk.html",
        form=form,
        queue=queue,
        text=text,
        counts=queues.contact_counts(scope, on),
        page=page,
        employers=queries.employers_by_id(keys),
        marks=queries.marks_of(keys, on),
        live=queues.live_counts(keys, on),
        ticked=form.contacted(),
        regions=reference.regions(),
        on=on,
    )


@blueprint.post("/demand/quick-log")
@requires(Permission.NEED_KEEP)
def quick_log() -> str | Response:
    form = QuickLogForm()
    if form.validate_on_submit() and form.contacted():
        try:
            with transaction():
                logged = sum(_log(care, form) for care in _chosen(form))
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash(f"已给 {logged} 家单位各记一次联系。", "success")
            return redirect(url_for(".desk", queue=request.args.get("queue"), page=request.args.get("page")), 303)
    elif not form.contacted():
        form.employers.errors = ["请先勾选联系过的单位，或者点某一行的“已联系”"]
    return _desk_page(form)


def _chosen(form: QuickLogForm) -> list[Care]:
    return [care for care in queries.own_cares(me(), keeping()) if str(care.employer_id) in form.contacted()]


def _log(care: Care, form: QuickLogForm) -> bool:
    employer = queries.employers_by_id([care.employer_id])[care.employer_id]
    confirmed = queries.live_needs_of(employer) if form.still.data else ()
    operations.log_visit(care, form.values(today()), confirmed=confirmed, by=acting(Permission.NEED_KEEP), on=today())
    return True
