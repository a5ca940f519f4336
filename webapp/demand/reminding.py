"""The morning's word to each officer: what is overdue, what is due today, what may be closed. One line a day, and none where nothing waits."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from webapp.access import PERMISSIONS, Permission
from webapp.accounts import queries as people
from webapp.db import reading, session, transaction
from webapp.demand import queries, queues, telling
from webapp.demand.models import Care
from webapp.demand.queues import ContactQueue, NeedFilter, NeedQueue

OFFICERS_AT_ONCE = 50
_NEEDS = (NeedQueue.UNTOUCHED, NeedQueue.SOON, NeedQueue.CLOSING)
_CONTACTS = (ContactQueue.LATE, ContactQueue.TODAY)


def remind_officers(renew: Callable[[], None], *, on: date) -> int:
    """Answers how many were told; whoever was told today is not told again. An officer without the role any more reaches nothing."""
    with reading():
        officers = session().scalars(select(Care.officer_id).where(Care.until.is_(None)).distinct().order_by(Care.officer_id)).all()
    told = 0
    for start in range(0, len(officers), OFFICERS_AT_ONCE):
        with transaction():
            told += sum(_remind(officer, on) for officer in officers[start : start + OFFICERS_AT_ONCE])
        renew()
    return told


def _remind(officer_id: UUID, on: date) -> bool:
    keeps = [grant for grant in people.grants_of(officer_id) if Permission.NEED_KEEP in PERMISSIONS[grant.role]]
    scope = queries.own(officer_id, keeps)
    needs, contacts = NeedFilter(scope).counts(on), queues.contact_counts(scope, on)
    waiting = [f"{queue.label} {needs[queue]} 条" for queue in _NEEDS if needs[queue]]
    waiting += [f"{queue.label} {contacts[queue]} 家" for queue in _CONTACTS if contacts[queue]]
    return bool(waiting) and telling.tell_digest(officer_id, f"digest:{on}", "，".join(waiting) + "。")
