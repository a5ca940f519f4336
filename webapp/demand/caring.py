"""Who is responsible for which employer, and which employers are 重点企业.

Of an employer one officer is responsible at a time: its row is locked while that changes, and a unique index over the open rows refuses a
second one whatever runs beside.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import new_key, session
from webapp.demand import queries, telling
from webapp.demand.models import Care, KeyMark, KeyReason
from webapp.demand.refusals import AlreadyTheirs, Marked, NoReason, NotAnOfficer, NothingToHandOver
from webapp.employers.models import Employer
from webapp.events import EmployersHandedOver, KeyEmployerMarked, KeyEmployerUnmarked, OfficerAssigned
from webapp.ledger import record
from webapp.reference import queries as reference


def assign(employer: Employer, officer: Person, *, reason: str = "", by: Actor, on: date) -> Care:
    """Makes this officer responsible from today; whoever was so before is so no more. Open needs and the next date go along; where there is none,
    the first contact is due within the days of the parameter.

    Raises NotAnOfficer, AlreadyTheirs, and NoReason where another is replaced.
    """
    session().refresh(employer, with_for_update=True)
    if not queries.is_active_officer(officer, employer.region):
        raise NotAnOfficer
    before = queries.open_care(employer.id)
    if before is not None and before.officer_id == officer.id:
        raise AlreadyTheirs
    if before is not None and not reason.strip():
        raise NoReason
    care = _take_over(before, employer.id, officer, reason=reason, by=by, on=on)
    if care.next_on is None:
        care.next_on = on + timedelta(days=reference.whole("care_first_contact_days", region=employer.region, on=on))
    record(OfficerAssigned(str(employer.id), str(officer.id)), by=by)
    telling.tell_assigned(officer.id, employer, care)
    return care


def hand_over(cares: Iterable[Care], officer: Person, *, reason: str, by: Actor, on: date) -> int:
    """Everything of one officer that the caller reaches goes to another in one step: employers, open needs and dates.

    The caller has read the rows for change. All or nothing: raises NoReason, NothingToHandOver, AlreadyTheirs, and NotAnOfficer where the
    other may not work in the region of any of the employers.
    """
    moved = list(cares)
    if not reason.strip():
        raise NoReason
    if not moved:
        raise NothingToHandOver
    if officer.id in {care.officer_id for care in moved}:
        raise AlreadyTheirs
    employers = queries.employers_by_id(care.employer_id for care in moved)
    if not all(queries.is_active_officer(officer, employer.region) for employer in employers.values()):
        raise NotAnOfficer
    for care in moved:
        _take_over(care, care.employer_id, officer, reason=reason, by=by, on=on)
    record(EmployersHandedOver(str(moved[0].officer_id), str(officer.id), len(moved)), by=by)
    telling.tell_handed_over(officer.id, moved)
    return len(moved)


def _take_over(before: Care | None, employer_id: UUID, officer: Person, *, reason: str, by: Actor, on: date) -> Care:
    if before is not None:
        before.until, before.ended_by_id = on, by.person_id
        session().flush()  # the unique index over what is open sees the end before the beginning
    care = Care(id=new_key(), employer_id=employer_id, officer_id=officer.id, since=on, reason=reason.strip()[:200], by_id=by.person_id)
    if before is not None:
        care.contacted_on, care.next_on = before.contacted_on, before.next_on
    session().add(care)
    session().flush()
    return care


def mark_key(employer: Employer, reason: KeyReason, *, roster: str = "", since: date, until: date | None = None, by: Actor) -> KeyMark:
    """Raises Marked where it stands as such for this reason already. `until` in the future is the day the list ends."""
    session().refresh(employer, with_for_update=True)
    known = select(KeyMark.id).where(KeyMark.employer_id == employer.id, KeyMark.reason == reason, KeyMark.roster == roster)
    if session().scalar(known.where(queries.holds(KeyMark.until, since))) is not None:
        raise Marked
    mark = KeyMark(id=new_key(), employer_id=employer.id, reason=reason, roster=roster, since=since, until=until, by_id=by.person_id)
    session().add(mark)
    session().flush()
    record(KeyEmployerMarked(str(employer.id), reason.value), by=by)
    return mark


def prolong_key(employer: Employer, reason: KeyReason, *, roster: str, until: date | None, by: Actor, on: date) -> bool:
    """A list that was renewed: the mark of it that holds ends later, or has no end any more. False where it does already."""
    session().refresh(employer, with_for_update=True)
    known = select(KeyMark).where(KeyMark.employer_id == employer.id, KeyMark.reason == reason, KeyMark.roster == roster)
    mark = session().scalar(known.where(queries.holds(KeyMark.until, on)).order_by(KeyMark.until.desc().nulls_first()).limit(1))
    if mark is None or mark.until is None or (until is not None and until <= mark.until):
        return False
    mark.until = until
    record(KeyEmployerMarked(str(employer.id), reason.value), by=by)
    return True


def unmark_key(mark: KeyMark, *, by: Actor, on: date) -> None:
    """It was one until yesterday; that it was stays written."""
    mark.until = on
    record(KeyEmployerUnmarked(str(mark.employer_id), mark.reason.value), by=by)
