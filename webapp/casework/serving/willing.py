"""What a person says about looking for work, what they need, and since when they are without it."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from webapp.access import Actor
from webapp.casework import operations as cases
from webapp.casework.models import Case, Client, Stage, Standing, StepKind, Waiting, Willingness
from webapp.casework.refusals import AskDatePast
from webapp.casework.serving import counting, queries
from webapp.casework.serving.models import CaseNeed, NeedKind, Unemployment
from webapp.db import new_key, session
from webapp.events import AskAgainDue, UnemploymentNoted, WillingnessTold
from webapp.ledger import record
from webapp.reference import queries as reference

ASK_AGAIN = "再次询问就业意愿"


def tell_willingness(
    case: Case,
    said: Willingness,
    *,
    ask_again_on: date | None = None,
    needs: Iterable[NeedKind] = (),
    note: str = "",
    by: Actor,
    on: date,
) -> None:
    """Who refuses is asked again on a day, the parameter's where none is given. Raises Left, AskDatePast.

    The standard asks nothing of an office while somebody is not looking for work; what is done nevertheless counts.
    """
    cases.require_open(case)
    if ask_again_on is not None and ask_again_on <= on:
        raise AskDatePast
    case.willingness, case.ask_again_on = said, None
    if said is Willingness.UNWILLING:
        days = timedelta(days=reference.whole("ask_again_days", region=case.region, on=on))
        case.ask_again_on, case.standing, case.waiting = ask_again_on or on + days, Standing.UNWILLING, Waiting.NOBODY
    elif said is Willingness.WILLING:
        case.standing = Standing.UNEMPLOYED if case.standing in {Standing.UNKNOWN, Standing.UNWILLING} else case.standing
        case.waiting = Waiting.FOR_US
    _keep_needs(case, set(needs), by=by, on=on)
    cases.step(case, StepKind.WILLINGNESS, said.label, by=by, on=on, note=note, data={"needs": sorted(kind.value for kind in set(needs))})
    counting.count(case, on=on)
    record(WillingnessTold(str(case.id), said.value), by=by)


def _keep_needs(case: Case, wanted: set[NeedKind], *, by: Actor, on: date) -> None:
    held = {need.kind: need for need in queries.needs_of(case)}
    for kind, need in held.items():
        if kind not in wanted:
            need.until = on
    session().flush()
    for kind in wanted - held.keys():
        session().add(CaseNeed(id=new_key(), case_id=case.id, kind=kind, since=on, by_id=by.person_id))


def ask_again(*, on: date) -> int:
    """Brings back to the queue whoever is to be asked again today; a part of them at once, answers how many."""
    due = select(Case).where(Case.stage == Stage.OPEN, Case.willingness == Willingness.UNWILLING, Case.ask_again_on <= on)
    rows = session().scalars(due.order_by(Case.id).limit(200).with_for_update()).all()
    for case in rows:
        case.ask_again_on, case.waiting = None, Waiting.FOR_US
        case.next_on, case.next_what = on, ASK_AGAIN
        cases.step(case, StepKind.WILLINGNESS, "到了再次询问的日期", by=Actor.SYSTEM, on=on)
    if rows:
        record(AskAgainDue(len(rows)), by=Actor.SYSTEM)
    return len(rows)


def note_unemployment(client: Client, *, since: date, source: str, is_registered: bool, by: Actor) -> Unemployment:
    """Somebody is without work since that day; of several words the earliest day and a registration hold."""
    row = queries.unemployment_of(client.id)
    if row is None:
        row = Unemployment(id=new_key(), client_id=client.id, since=since, is_registered=is_registered, source=source[:80], by_id=by.person_id)
        session().add(row)
    else:
        row.since, row.is_registered = min(row.since, since), row.is_registered or is_registered
    record(UnemploymentNoted(str(client.id), ended=False), by=by)
    return row


def end_unemployment(client: Client, *, on: date, by: Actor) -> None:
    """`on`: the first day with work again. Nothing where none was known."""
    row = queries.unemployment_of(client.id)
    if row is not None:
        row.until = max(on, row.since)
        record(UnemploymentNoted(str(client.id), ended=True), by=by)
