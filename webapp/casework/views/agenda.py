"""What a caseworker has to do in the next days, to look at and to print."""

from datetime import timedelta

from flask import render_template, request

from webapp.access import Permission, requires
from webapp.casework.desk import queries
from webapp.casework.views.room import blueprint, me
from webapp.db import today
from webapp.reference import queries as reference

SPANS = (("today", "今天", 0), ("week", "一周", 6), ("month", "一个月", 30))


@blueprint.get("/casework/agenda")
@requires(Permission.CASE_KEEP)
def agenda() -> str:
    span = next((one for one in SPANS if one[0] == request.args.get("span")), SPANS[1])
    on = today()
    cases = queries.agenda(me(), on, on + timedelta(days=span[2]))
    late = queries.agenda(me(), on - timedelta(days=reference.whole("case_late_shown_days")), on - timedelta(days=1))
    return render_template(
        "casework/agenda.html",
        span=span,
        spans=SPANS,
        on=on,
        cases=cases,
        late=late,
        rows=queries.rows_of([*cases, *late], reader=me(), leads=False),
    )
