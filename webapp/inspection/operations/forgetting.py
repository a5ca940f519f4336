"""What is wiped when nobody needs it any more: the rows stay, so that every figure does."""

from datetime import date, timedelta

from sqlalchemy import or_, select

from webapp import events
from webapp.access import Actor
from webapp.db import now, session
from webapp.inspection.models import Call, PublicReport
from webapp.ledger import record
from webapp.reference import queries as reference

AT_ONCE = 500
NOWHERE = b""
"""In the place of the network address a report came from."""


def forget(*, on: date, by: Actor) -> int:
    """Who reported, from where, and what they wrote, once it was decided so long ago as the parameter says; what was noted of calls of that age.
    At most AT_ONCE of each; answers how many rows were touched."""
    reports, calls = _forget_reports(on), _forget_calls(on)
    if reports or calls:
        record(events.InspectionForgotten(on.isoformat(), reports, calls), by=by)
    return reports + calls


def _forget_reports(on: date) -> int:
    past = now() - timedelta(days=reference.whole("report_kept_days", on=on))
    held = (PublicReport.text_sealed, PublicReport.name_sealed, PublicReport.phone_sealed, PublicReport.note_sealed, PublicReport.reporter_id)
    anything = or_(PublicReport.origin_index != NOWHERE, *(column.is_not(None) for column in held))
    wanted = select(PublicReport).where(PublicReport.decided_at < past, anything)
    rows = session().scalars(wanted.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.text = row.name = row.phone = row.note = row.reporter_id = None
        row.origin_index = NOWHERE
    return len(rows)


def _forget_calls(on: date) -> int:
    past = now() - timedelta(days=reference.whole("spot_check_remark_kept_days", on=on))
    wanted = select(Call).where(Call.at < past, Call.remark_sealed.is_not(None))
    rows = session().scalars(wanted.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.remark = None
    return len(rows)
