"""What is done from the desk: opening a case, reading a person's details in full, the next date, and what is done to many at once."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from webapp.access import Actor
from webapp.casework import operations
from webapp.casework.desk.models import SavedFilter
from webapp.casework.models import Case, Client, StepKind, Waiting
from webapp.casework.refusals import ChangedMeanwhile, NobodyChosen, TooMany, TooManyFilters
from webapp.db import new_key, now, session, today
from webapp.events import CaseShown, CasesMessaged
from webapp.labels import Labelled
from webapp.ledger import record
from webapp.notices.models import Channel
from webapp.notices.operations import queue_message
from webapp.reference import queries as reference


class Purpose(Labelled):
    """Why somebody reads the ID number and the phones in full (PIPL §28: a specific purpose)."""

    CALL = "call", "联系本人"
    VERIFY = "verify", "核对身份"
    FORMS = "forms", "办理业务填表"


def open_case(case: Case, *, by: Actor) -> None:
    """The caseworker who holds it has seen it: it is new to them no more."""
    if case.opened_at is None and case.caseworker_id == by.person_id:
        case.opened_at = now()


def show(case: Case, purpose: Purpose, *, by: Actor) -> None:
    """Written and committed before anything is shown."""
    operations.step(case, StepKind.SHOWN, purpose.label, by=by, on=today(), data={"purpose": purpose.value})
    record(CaseShown(str(case.id), purpose.value), by=by)


def set_next(case: Case, on: date | None, what: str, waiting: Waiting, *, seen: int, by: Actor) -> None:
    """Raises Left, ChangedMeanwhile."""
    operations.require_open(case)
    if seen != case.version:
        raise ChangedMeanwhile
    case.next_on, case.next_what, case.waiting = on, what.strip()[:60], waiting
    operations.step(case, StepKind.CHANGED, f"下次 {on or '未定'}，{waiting.label}", by=by, on=today())


def require_chosen(keys: Sequence[UUID]) -> None:
    """Raises NobodyChosen, TooMany."""
    most = reference.whole("case_bulk_max")
    if not keys:
        raise NobodyChosen
    if len(keys) > most:
        raise TooMany(most)


def message(cases: Iterable[Case], text: str, *, batch: UUID, by: Actor, on: date) -> int:
    """One short message to each who has a phone; answers how many were queued. A second press of the same button sends nothing again.

    It is no service of any kind: a message to many guides nobody (rule 24).
    """
    sent = 0
    for case in cases:
        client = session().get_one(Client, case.client_id)
        if client.phone is None:
            continue
        queued = queue_message(
            channel=Channel.SMS,
            dedupe_key=f"case:{batch}:{case.id}",
            address=client.phone,
            title="就业服务通知",
            body=text,
            person_id=client.person_id,
            by=by,
        )
        if queued is not None:
            operations.step(case, StepKind.MESSAGE, "群发短信", by=by, on=on, note=text)
            sent += 1
    if sent:
        record(CasesMessaged(sent), by=by)
    return sent


def save_filter(name: str, criteria: dict[str, str], *, person_id: UUID) -> SavedFilter:
    """Raises TooManyFilters."""
    most = reference.whole("case_filters_max")
    if (session().scalar(select(func.count()).where(SavedFilter.person_id == person_id)) or 0) >= most:
        raise TooManyFilters(most)
    row = SavedFilter(id=new_key(), person_id=person_id, name=name.strip()[:30], criteria=criteria)
    session().add(row)
    return row
