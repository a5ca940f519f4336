"""From the hire to the registered employment: what the law asks of an employer next (山东省就业促进条例 §39), and the places that are left."""

from datetime import date, timedelta

from webapp import events
from webapp.access import Actor
from webapp.db import LOCAL_ZONE, new_key, now, session, today
from webapp.ledger import record
from webapp.postings.applying import queries, telling
from webapp.postings.applying.models import HIRE_NEXT, Application, ApplicationState, Hire, HireState, Side
from webapp.postings.applying.moves import move
from webapp.postings.models import Posting
from webapp.postings.refusals import Refusal
from webapp.reference import queries as reference
from webapp.reference.queries import MissingParameter

DUTIES = (
    ("employment_registration_within", "办理就业登记"),
    ("social_insurance_registration_within", "办理社会保险登记"),
    ("written_contract_within", "订立书面劳动合同"),
)
"""What an employer owes to whom it hired, each with a term that is a dated parameter."""
_UNITS = {"days": "天", "months": "个月"}


class NotThatDay(Refusal):
    def __init__(self, first: date, last: date) -> None:
        super().__init__(first, last)
        self.first, self.last = first, last

    def __str__(self) -> str:
        if self.first > self.last:
            return f"录用日期是 {self.first}，还没有到。到岗以后再填办理日期"
        return f"日期要在 {self.first} 到 {self.last} 之间，请核对"


class IllegalTurn(Refusal):
    def __init__(self, state: HireState) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"这次录用现在是“{self.state.label}”，不能再改"


def first_day(application: Application) -> date:
    """Nobody was hired before they applied."""
    return application.sent_at.astimezone(LOCAL_ZONE).date()


def last_day() -> date:
    return today() + timedelta(days=reference.whole("hire_ahead_days_max"))


def hire(application: Application, posting: Posting, *, on: date, by: Actor) -> Hire:
    """Closes the loop. Raises IllegalStep, NotThatDay: `on` lies between the day of the application and some weeks ahead."""
    _require_between(on, first_day(application), last_day())
    step = move(application, ApplicationState.HIRED, side=Side.EMPLOYER, by=by)
    hired = Hire(
        id=new_key(),
        application_id=application.id,
        posting_id=posting.id,
        state=HireState.WAITING,
        hired_on=on,
        due_on=registration_due(posting.region, on),
        made_at=now(),
        reminders=0,
    )
    session().add(hired)
    record(events.ApplicationHired(str(application.id), str(posting.id), on.isoformat()), by=by)
    telling.tell_seeker(application, step)
    telling.tell_of_registration(hired, posting)
    left = queries.places_left(posting)
    if left is not None and left <= 0:
        telling.tell_that_all_are_found(posting)
    return hired


def register(hired: Hire, *, on: date, by: Actor) -> None:
    """The employer registered the employment on this day. Raises IllegalTurn, NotThatDay."""
    _require_between(on, hired.hired_on, today())
    _turn(hired, HireState.REGISTERED)
    hired.registered_on = on
    record(events.EmploymentRegistered(str(hired.id), on.isoformat()), by=by)
    telling.tell_hired(hired)


def never_came(hired: Hire, *, by: Actor) -> None:
    """The person did not begin: the place is free again and nothing is to be registered. Raises IllegalTurn."""
    _turn(hired, HireState.NEVER_CAME)
    record(events.HireFellThrough(str(hired.id)), by=by)
    telling.tell_hired(hired)


def registration_due(region: str | None, on: date) -> date | None:
    """None where no term is known for the place: a number that nobody confirmed is not made up."""
    try:
        days = reference.whole("employment_registration_within", region=region or reference.home_province(), on=on)
    except MissingParameter:
        return None
    return on + timedelta(days=days)


def duties(region: str | None) -> list[str]:
    """`30 天内办理就业登记（山东省就业促进条例 §39）`; a term that is not known for the place is not told."""
    rows = [(reference.parameter(key, region=region or reference.home_province()), what) for key, what in DUTIES]
    return [f"{row.value} {_UNITS.get(row.unit, row.unit)}内{what}（{row.basis}）" for row, what in rows if row is not None and row.value]


def _turn(hired: Hire, state: HireState) -> None:
    if state not in HIRE_NEXT[hired.state]:
        raise IllegalTurn(hired.state)
    hired.state = state


def _require_between(on: date, first: date, last: date) -> None:
    if not first <= on <= last:
        raise NotThatDay(first, last)
