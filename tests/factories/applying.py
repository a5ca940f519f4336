"""Applications in each state, by the operations the house itself uses."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from tests.factories.employers import owner_of
from tests.factories.postings import actor_of, make_application, make_posting
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import in_transaction, now, session, today, transaction
from webapp.employers.models import Employer
from webapp.postings.applying import hires, interviews, operations
from webapp.postings.applying.interviews import Appointment
from webapp.postings.applying.models import Application, ApplicationState, Hire, Interview, Reason
from webapp.postings.models import Posting

_S = ApplicationState
SEEKER = Actor(None, Role.SEEKER.value, "web")


def appointment(**changes: Any) -> Appointment:
    values: dict[str, Any] = {
        "starts_at": now() + timedelta(days=2),
        "minutes": 60,
        "place": "工业南路 88 号 3 楼",
        "contact_name": "钱主管",
        "contact_phone": "0531-88880000",
        "note": "带焊工证",
    }
    return Appointment(**values | changes)


def employer_of(posting: Posting) -> Actor:
    return actor_of(owner_of(session().get_one(Employer, posting.employer_id)), Role.EMPLOYER_OWNER)


def make_application_in(
    state: ApplicationState, *, posting: Posting | None = None, person: Person | None = None, reason: Reason = Reason.SKILLS, **options: Any
) -> Application:
    """Brought to `state` by its operations; an interview lies ahead, a hire is of today."""
    with _ensured():
        posting = session().get_one(Posting, (posting or make_posting()).id)
        application = make_application(posting, person, **options)
        session().flush()
        by = employer_of(posting)
        bring(application, posting, state, reason, by)
        session().flush()
    return application


def bring(application: Application, posting: Posting, state: ApplicationState, reason: Reason, by: Actor) -> None:
    ways = {
        _S.SEEN: lambda: operations.open_(application, by=by),
        _S.CONTACTED: lambda: operations.contact(application, by=by),
        _S.INTERVIEW: lambda: interviews.arrange(application, appointment(), by=by),
        _S.OFFER: lambda: operations.offer(application, by=by),
        _S.HIRED: lambda: hires.hire(application, posting, on=today(), by=by),
        _S.REFUSED: lambda: operations.refuse(application, reason, by=by),
        _S.WITHDRAWN: lambda: operations.withdraw(application, by=SEEKER),
        _S.LAPSED: lambda: operations.lapse(application, Reason.NO_ANSWER, by=Actor.SYSTEM),
    }
    if state is _S.DECLINED:
        operations.offer(application, by=by)
        operations.decline(application, by=SEEKER)
    elif state is not _S.SENT:
        ways[state]()


def make_interview(application: Application, **changes: Any) -> Interview:
    with _ensured():
        row = session().get_one(Application, application.id)
        return interviews.arrange(row, appointment(**changes), by=employer_of(session().get_one(Posting, row.posting_id)))


def hire_of(application: Application) -> Hire:
    with _ensured():
        return session().query(Hire).filter(Hire.application_id == application.id).one()


def age(application: Application, days: float) -> None:
    """As if it had been sent, and answered, so many days earlier."""
    span = timedelta(days=days)
    with _ensured():
        row = session().get_one(Application, application.id)
        for name in ("sent_at", "waits_since", "seen_at", "answered_at"):
            at = getattr(row, name)
            if isinstance(at, datetime):
                setattr(row, name, at - span)


def bring_near(interview: Interview, starts_in: timedelta) -> None:
    """As if the day had come: it was arranged long before."""
    with _ensured():
        row = session().get_one(Interview, interview.id)
        row.starts_at, row.changed_at = now() + starts_in, now() - timedelta(days=9)


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
