"""Questions about applications, interviews and hires; each says whose rows it answers. What is outside the scope does not exist."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, true

from webapp.access import Grant
from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, now, session, today
from webapp.employers.models import Membership
from webapp.labels import Labelled
from webapp.postings.applying.models import (
    LIVE,
    UNANSWERED,
    Application,
    ApplicationState,
    ApplicationStep,
    Hire,
    HireState,
    Interview,
    InterviewState,
)
from webapp.postings.models import Posting
from webapp.postings.queries import LONG, employer_keys
from webapp.reference import queries as reference

_S = ApplicationState


class Shelf(Labelled):
    """The counters of an employer that are filters; an application may lie on several."""

    OPEN = "open", "全部未结束"
    NEW = "new", "未查看"
    SEEN = "seen", "待联系"
    OVERDUE = "overdue", "很久没答复"
    CONTACTED = "contacted", "已联系"
    CHANGE = "change", "想改时间"
    TODAY = "today", "今天面试"
    INTERVIEW = "interview", "约面试"
    DECIDE = "decide", "面试后待定"
    OFFER = "offer", "拟录用"
    HIRED = "hired", "已录用"
    ENDED = "ended", "已结束"


class Passed(Labelled):
    """How far applications came: each is part of the one before, but that one may be hired without an interview."""

    SENT = "sent", "收到"
    SEEN = "seen", "查看过"
    ANSWERED = "answered", "答复过"
    INVITED = "invited", "约过面试"
    HIRED = "hired", "录用"


_STATES: Mapping[Shelf, frozenset[ApplicationState]] = {
    Shelf.OPEN: LIVE,
    Shelf.NEW: frozenset({_S.SENT}),
    Shelf.SEEN: frozenset({_S.SEEN}),
    Shelf.OVERDUE: UNANSWERED,
    Shelf.CONTACTED: frozenset({_S.CONTACTED}),
    Shelf.CHANGE: frozenset({_S.INTERVIEW}),
    Shelf.TODAY: frozenset({_S.INTERVIEW, _S.OFFER}),
    Shelf.INTERVIEW: frozenset({_S.INTERVIEW}),
    Shelf.DECIDE: frozenset({_S.INTERVIEW}),
    Shelf.OFFER: frozenset({_S.OFFER}),
    Shelf.HIRED: frozenset({_S.HIRED}),
    Shelf.ENDED: frozenset({_S.REFUSED, _S.DECLINED, _S.WITHDRAWN, _S.LAPSED}),
}


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants between which this day of the calendar lies."""
    start = datetime.combine(day, time(), LOCAL_ZONE)
    return start, start + timedelta(days=1)


def on_shelf(shelf: Shelf) -> ColumnElement[bool]:
    return and_(Application.state.in_(_STATES[shelf]), *_more(shelf))


def _more(shelf: Shelf) -> Iterable[ColumnElement[bool]]:
    if shelf is Shelf.OVERDUE:
        yield Application.waits_since <= now() - timedelta(days=reference.whole("application_overdue_days"))
    elif shelf is Shelf.CHANGE:
        yield _has_interview(Interview.state == InterviewState.CHANGE_ASKED, Interview.starts_at > now())
    elif shelf is Shelf.TODAY:
        start, end = day_bounds(today())
        yield _has_interview(Interview.state != InterviewState.CANCELLED, Interview.starts_at >= start, Interview.starts_at < end)
    elif shelf is Shelf.DECIDE:
        yield ~_has_interview(Interview.state != InterviewState.CANCELLED, Interview.starts_at > now())


def _has_interview(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Interview.application_id == Application.id, *conditions)


def has_passed(passed: Passed) -> ColumnElement[bool]:
    """What was taken back counts where it came; a hire who never began does not."""
    return {
        Passed.SENT: true(),
        Passed.SEEN: Application.seen_at.is_not(None),
        Passed.ANSWERED: Application.answered_at.is_not(None),
        Passed.INVITED: _has_interview(),
        Passed.HIRED: exists().where(Hire.application_id == Application.id, Hire.state != HireState.NEVER_CAME),
    }[passed]


# an employer's own


def of_employers(grants: Iterable[Grant], shelf: Shelf, posting: Posting | None = None) -> Select[Application]:
    """To the employers these grants reach (of a posting: one the caller has found in its own scope); who waits longest comes first."""
    wanted = _reached(grants, posting).where(on_shelf(shelf))
    if shelf in {Shelf.HIRED, Shelf.ENDED}:
        return wanted.order_by(Application.waits_since.desc(), Application.id.desc())
    return wanted.order_by(Application.waits_since, Application.id)


def that_passed(posting: Posting, passed: Passed) -> Select[Application]:
    """Of a posting the caller has already found in its own scope; the latest first."""
    wanted = select(Application).where(Application.posting_id == posting.id, has_passed(passed))
    return wanted.order_by(Application.sent_at.desc(), Application.id.desc())


def passed_counts(posting: Posting) -> dict[Passed, int]:
    columns = [func.sum(case((has_passed(passed), 1), else_=0)) for passed in Passed]
    row = session().execute(select(*columns).where(Application.posting_id == posting.id)).one()
    return {passed: int(count or 0) for passed, count in zip(Passed, row, strict=True)}


def shelf_counts(grants: Iterable[Grant], posting: Posting | None = None) -> dict[Shelf, int]:
    """In one pass over the applications in reach."""
    columns = [func.sum(case((on_shelf(shelf), 1), else_=0)) for shelf in Shelf]
    row = session().execute(_reached(grants, posting).with_only_columns(*columns)).one()
    return {shelf: int(count or 0) for shelf, count in zip(Shelf, row, strict=True)}


def _reached(grants: Iterable[Grant], posting: Posting | None) -> Select[Application]:
    wanted = select(Application).join(Posting, Posting.id == Application.posting_id).where(Posting.employer_id.in_(employer_keys(grants)))
    return wanted if posting is None else wanted.where(Application.posting_id == posting.id)


def chosen(keys: Iterable[UUID], grants: Iterable[Grant], *, for_change: bool = False) -> Sequence[Application]:
    """Those of these applications that reach the employers of the grants, in one order for everybody who locks them."""
    wanted = _reached(grants, None).where(Application.id.in_(list(keys))).order_by(Application.id)
    return session().scalars(wanted.with_for_update(of=Application) if for_change else wanted).all()


def first(wanted: Select[Application]) -> Application | None:
    return session().scalar(wanted.limit(1))


def unanswered(posting: Posting, limit: int) -> Sequence[Application]:
    """Of a posting the caller has already found in its own scope; who waits longest comes first."""
    wanted = select(Application).where(Application.posting_id == posting.id, Application.state.in_(UNANSWERED))
    return session().scalars(wanted.order_by(Application.sent_at, Application.id).limit(limit)).all()


def application_to(posting: Posting, key: UUID, *, for_change: bool = False) -> Application | None:
    """Of a posting the caller has already found in its own scope."""
    wanted = select(Application).where(Application.id == key, Application.posting_id == posting.id)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def application_counts(postings: Iterable[Posting]) -> dict[UUID, int]:
    """Posting -> applications that were not withdrawn."""
    keys = [posting.id for posting in postings]
    counted = select(Application.posting_id, func.count()).where(Application.posting_id.in_(keys), Application.withdrawn_at.is_(None))
    return dict(session().execute(counted.group_by(Application.posting_id)).all())


def people(applications: Iterable[Application]) -> dict[UUID, Person]:
    keys = {application.person_id for application in applications}
    return {person.id: person for person in session().scalars(select(Person).where(Person.id.in_(keys)))}


def person(key: UUID) -> Person:
    """Somebody whose key the caller holds by right: the visitor."""
    return session().get_one(Person, key)


def interviews_between(grants: Iterable[Grant], start: datetime, end: datetime) -> Sequence[tuple[Interview, Application]]:
    """What stands in these hours at the employers of the grants, in order of time."""
    asked = (
        select(Interview, Application)
        .join(Application, Application.id == Interview.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Posting.employer_id.in_(employer_keys(grants)), Interview.state != InterviewState.CANCELLED)
        .where(Interview.starts_at >= start, Interview.starts_at < end, Application.state.in_(LIVE | {_S.HIRED}))
        .order_by(Interview.starts_at, Interview.id)
    )
    return [(interview, application) for interview, application in session().execute(asked)]


def hires_of(grants: Iterable[Grant], state: HireState | None) -> Select[Hire]:
    """Of the employers the grants reach; what has to be registered first comes first."""
    wanted = select(Hire).join(Posting, Posting.id == Hire.posting_id).where(Posting.employer_id.in_(employer_keys(grants)))
    if state is not None:
        wanted = wanted.where(Hire.state == state)
    if state is HireState.WAITING:
        return wanted.order_by(Hire.due_on.is_(None), Hire.due_on, Hire.id)
    return wanted.order_by(Hire.hired_on.desc(), Hire.id.desc())


def hire_counts(grants: Iterable[Grant]) -> dict[HireState, int]:
    counted = select(Hire.state, func.count()).join(Posting, Posting.id == Hire.posting_id).where(Posting.employer_id.in_(employer_keys(grants)))
    return dict(session().execute(counted.group_by(Hire.state)).all())


def hire(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Hire | None:
    wanted = select(Hire).join(Posting, Posting.id == Hire.posting_id).where(Hire.id == key, Posting.employer_id.in_(employer_keys(grants)))
    return session().scalar(wanted.with_for_update(of=Hire) if for_change else wanted)


def members_of(employer_id: UUID) -> list[UUID]:
    wanted = select(Membership.person_id).where(Membership.employer_id == employer_id, Membership.removed_at.is_(None))
    return list(session().scalars(wanted))


def places_left(posting: Posting) -> int | None:
    """Of the stated headcount, without those who never came; None where none was stated."""
    if posting.headcount is None:
        return None
    return posting.headcount - hired_count(posting)


def hired_count(posting: Posting) -> int:
    counted = select(func.count()).select_from(Hire).where(Hire.posting_id == posting.id, Hire.state != HireState.NEVER_CAME)
    return session().scalar(counted) or 0


# a seeker's own


def applications_of(person_id: UUID) -> Select[Application]:
    """What goes on first, then the latest."""
    goes_on = Application.state.in_(LIVE)
    return select(Application).where(Application.person_id == person_id).order_by(goes_on.desc(), Application.sent_at.desc(), Application.id.desc())


def posting_of(key: UUID) -> UUID | None:
    """Of one application, for a worker."""
    return session().scalar(select(Application.posting_id).where(Application.id == key))


def application_by(person_id: UUID, posting_id: UUID) -> Application | None:
    return session().scalar(select(Application).where(Application.person_id == person_id, Application.posting_id == posting_id))


def own_application(key: UUID, person_id: UUID, *, for_change: bool = False) -> Application | None:
    wanted = select(Application).where(Application.id == key, Application.person_id == person_id)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


# of applications that were found in the own scope


def postings_of(applications: Iterable[Application]) -> dict[UUID, Posting]:
    keys = {application.posting_id for application in applications}
    return {posting.id: posting for posting in session().scalars(select(Posting).where(Posting.id.in_(keys)).options(*LONG))}


def steps_of(application: Application) -> Sequence[ApplicationStep]:
    """In the order of time."""
    return session().scalars(select(ApplicationStep).where(ApplicationStep.application_id == application.id).order_by(ApplicationStep.id)).all()


def interview_of(application: Application) -> Interview | None:
    """The latest."""
    return next(iter(interviews_of([application]).values()), None)


def interviews_of(applications: Iterable[Application]) -> dict[UUID, Interview]:
    """Application -> its latest interview."""
    keys = [application.id for application in applications]
    rows = session().scalars(select(Interview).where(Interview.application_id.in_(keys)).order_by(Interview.id))
    return {interview.application_id: interview for interview in rows}


def hire_of(application: Application) -> Hire | None:
    return session().scalar(select(Hire).where(Hire.application_id == application.id))


def never_came(applications: Iterable[Application]) -> set[UUID]:
    """Those of them that ended in a hire who did not begin."""
    keys = [application.id for application in applications]
    return set(session().scalars(select(Hire.application_id).where(Hire.application_id.in_(keys), Hire.state == HireState.NEVER_CAME)))


def applications_behind(hires: Iterable[Hire]) -> dict[UUID, Application]:
    keys = [hired.application_id for hired in hires]
    return {row.id: row for row in session().scalars(select(Application).where(Application.id.in_(keys)))}
