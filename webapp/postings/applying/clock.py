"""What happens because time passes or a posting closes. Everything here opens transactions of its own, small ones: call it outside of one.

Whoever was told is not told again: a notice is unique for its subject, and how far the reminders of a row have come stands in the row.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from webapp.access import Actor
from webapp.db import LOCAL_ZONE, now, reading, session, today, transaction
from webapp.postings import queries as postings
from webapp.postings.applying import operations, telling
from webapp.postings.applying.models import (
    LAPSING,
    LIVE,
    UNANSWERED,
    Application,
    Hire,
    HireState,
    Interview,
    InterviewState,
    Reason,
)
from webapp.postings.applying.queries import day_bounds
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference

AT_ONCE = 100
Renew = Callable[[], None]
CLOSINGS = frozenset({PostingState.FILLED, PostingState.EXPIRED, PostingState.WITHDRAWN, PostingState.TAKEN_DOWN})
"""A pause is no end: whoever applied waits on."""


def hear_of_closing(posting_id: UUID, state: PostingState, renew: Renew) -> None:
    """Whoever applied is told; of a posting that was taken down they are warned and the application ends. One that is open again is let be."""
    if state not in CLOSINGS:
        return
    last: UUID | None = None
    while True:
        with transaction():
            posting = session().get(Posting, posting_id)
            if posting is None or posting.state is not state:
                return
            some = _live(posting, last)
            for application in some:
                _hear(application, posting)
        if len(some) < AT_ONCE:
            break
        last = some[-1].id
        renew()
    _ask_to_answer(posting_id, state)


def hear_of_expiry(at: datetime, renew: Renew) -> None:
    """Those that expired as one fact (`PostingsExpired.at`)."""
    with reading():
        keys = postings.closed_at(at)
        wanted = select(Application.posting_id).where(Application.posting_id.in_(keys), Application.state.in_(LIVE)).distinct()
        concerned = list(session().scalars(wanted))
    for key in concerned:
        hear_of_closing(key, PostingState.EXPIRED, renew)
        renew()


def _live(posting: Posting, after: UUID | None) -> list[Application]:
    wanted = select(Application).where(Application.posting_id == posting.id, Application.state.in_(LIVE))
    if after is not None:
        wanted = wanted.where(Application.id > after)
    return list(session().scalars(wanted.order_by(Application.id).limit(AT_ONCE).with_for_update()))


def _hear(application: Application, posting: Posting) -> None:
    if posting.state is PostingState.TAKEN_DOWN:
        operations.lapse(application, Reason.TAKEN_DOWN, by=Actor.SYSTEM)
        telling.tell_applicant(application, posting)
    else:
        telling.tell_of_closing(application, posting)


def _ask_to_answer(posting_id: UUID, state: PostingState) -> None:
    with transaction():
        posting = session().get_one(Posting, posting_id)
        waiting = session().scalar(select(func.count()).where(Application.posting_id == posting_id, Application.state.in_(UNANSWERED))) or 0
        if posting.state is state and waiting:
            telling.ask_to_answer(posting, waiting)


def lapse(renew: Renew) -> int:
    """Ends what waited too long for the employer, with a kind word to the seeker and a line to the employer; answers how many.

    An interview that is ahead is waited for, and an offer does not end by itself.
    """
    since, total = now() - timedelta(days=reference.whole("application_lapse_days")), 0
    wanted = select(Application).where(Application.state.in_(LAPSING), Application.waits_since <= since, ~_meets())
    while True:
        with transaction():
            some = list(session().scalars(wanted.order_by(Application.waits_since).limit(AT_ONCE).with_for_update(skip_locked=True)))
            for application in some:
                operations.lapse(application, Reason.NO_ANSWER, by=Actor.SYSTEM)
        total += len(some)
        if len(some) < AT_ONCE:
            return total
        renew()


def _meets() -> ColumnElement[bool]:
    return exists().where(Interview.application_id == Application.id, Interview.state != InterviewState.CANCELLED, Interview.starts_at > now())


def remind_to_answer(renew: Renew) -> int:
    """One notice a day for each member of an employer some of whose applications reached another of the days of `application_remind_days`."""
    days = remind_days()
    with reading():
        concerned = select(Posting.employer_id).join(Application, Application.posting_id == Posting.id).where(_reached(days))
        employers = list(session().scalars(concerned.distinct()))
    for employer_id in filter(None, employers):
        with transaction():
            _remind_employer(employer_id, days)
        renew()
    return len(employers)


def remind_days() -> tuple[int, ...]:
    """`3/7/14`: after so many days without an answer."""
    row = reference.parameter("application_remind_days")
    return tuple(sorted(int(day) for day in (row.value if row and row.value else "").split("/") if day.strip().isdigit()))


def _reached(days: tuple[int, ...]) -> ColumnElement[bool]:
    """It waits for the employer's next word, and as long by the calendar as one of the days of which the employer was not reminded yet."""
    ends = [day_bounds(today() - timedelta(days=day))[1] for day in days]
    steps = [and_(Application.reminders <= place, Application.waits_since < end) for place, end in enumerate(ends)]
    return and_(Application.state.in_(LIVE), ~_meets(), or_(false(), *steps))


def _remind_employer(employer_id: UUID, days: tuple[int, ...]) -> None:
    of_it = select(Application).join(Posting, Posting.id == Application.posting_id).where(Posting.employer_id == employer_id)
    some = session().scalars(of_it.where(_reached(days)).with_for_update(of=Application)).all()
    if not some:
        return
    for application in some:
        application.reminders = sum(day <= _age(application.waits_since) for day in days)
    waiting = session().scalars(of_it.where(Application.state.in_(LIVE), ~_meets()))
    ages = [age for age in (_age(application.waits_since) for application in waiting) if age >= days[0]]
    telling.remind_of_waiting(employer_id, today().isoformat(), waiting=len(ages), longest=max(ages))


def _age(instant: datetime) -> int:
    """In days of the calendar."""
    return (today() - instant.astimezone(LOCAL_ZONE).date()).days


def remind_of_interviews(renew: Renew) -> int:
    """Both sides, some days before and again some hours before; not of what was arranged later than that. Answers how many were looked at."""
    spans = {"day": timedelta(days=reference.whole("interview_remind_days")), "hours": timedelta(hours=reference.whole("interview_remind_hours"))}
    moment = now()
    with transaction():
        standing = select(Interview, Application).join(Application, Application.id == Interview.application_id)
        standing = standing.where(Interview.state != InterviewState.CANCELLED, Application.state.in_(LIVE))
        soon = standing.where(Interview.starts_at > moment, Interview.starts_at <= moment + max(spans.values()))
        rows = session().execute(soon.order_by(Interview.id)).all()
        for interview, application in rows:
            for mark, span in spans.items():
                if interview.changed_at <= interview.starts_at - span <= moment:
                    telling.remind_seeker(application, interview, mark)
                    telling.remind_host(application, interview, mark)
    renew()
    return len(rows)


def remind_of_registrations(renew: Renew) -> int:
    """A notice for each member of an employer whose hires come near the last day of their registration, and one more when it is over."""
    with reading():
        concerned = select(Posting.employer_id).join(Hire, Hire.posting_id == Posting.id).where(_is_due())
        employers = list(session().scalars(concerned.distinct()))
    for employer_id in filter(None, employers):
        with transaction():
            _remind_to_register(employer_id)
        renew()
    return len(employers)


def _remind_to_register(employer_id: UUID) -> None:
    of_it = select(Hire).join(Posting, Posting.id == Hire.posting_id).where(Posting.employer_id == employer_id)
    rows = session().scalars(of_it.where(_is_due()).with_for_update(of=Hire)).all()
    over = [hired for hired in rows if hired.due_on is not None and hired.due_on < today()]
    for hired in rows:
        hired.reminders = 2 if hired in over else 1
    if rows:
        telling.remind_of_registration(employer_id, today().isoformat(), near=len(rows) - len(over), over=len(over))


def _is_due() -> ColumnElement[bool]:
    near = today() + timedelta(days=reference.whole("registration_remind_days"))
    first, second = and_(Hire.reminders == 0, Hire.due_on <= near), and_(Hire.reminders <= 1, Hire.due_on < today())
    return and_(Hire.state == HireState.WAITING, or_(first, second))
