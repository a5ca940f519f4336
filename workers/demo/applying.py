"""What became of made-up applications: bulk rows of the past as the operations would have left them, and for the shown employer and seeker the
operations themselves, so that tomorrow has interviews.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select

from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, Base, session, today
from webapp.events import (
    ApplicationAnswered,
    ApplicationHired,
    ApplicationLapsed,
    ApplicationOpened,
    ApplicationSent,
    ApplicationWithdrawn,
    EmploymentRegistered,
    Event,
)
from webapp.notices.models import NoticeKind
from webapp.postings.applying import hires, interviews, operations
from webapp.postings.applying.interviews import Appointment
from webapp.postings.applying.models import (
    LIVE,
    REFUSALS,
    UNANSWERED,
    Application,
    ApplicationState,
    ApplicationStep,
    Hire,
    HireState,
    Reason,
    Side,
)
from webapp.postings.applying.telling import words_of
from webapp.postings.models import Posting
from webapp.reference import queries as reference
from workers.demo import content
from workers.demo.calendar import DAY, Calendar, dice, key
from workers.demo.employers import SHOWN_COUNTY, Settled
from workers.demo.postings import notice_of

_S = ApplicationState
_WAYS: dict[tuple[ApplicationState, ...], int] = {
    (): 22,
    (_S.WITHDRAWN,): 6,
    (_S.SEEN,): 16,
    (_S.SEEN, _S.CONTACTED): 16,
    (_S.SEEN, _S.REFUSED): 18,
    (_S.SEEN, _S.CONTACTED, _S.REFUSED): 14,
    (_S.SEEN, _S.CONTACTED, _S.OFFER, _S.HIRED): 8,
}
"""What became of 100 applications, as far as there was time for it."""
LAPSE_MINUTES = 60 * DAY
_MARK = {_S.WITHDRAWN: Side.SEEKER, _S.LAPSED: Side.HOUSE}


@dataclass(slots=True)
class _Told:
    """An application being made, with everything it leaves behind, and who acts."""

    calendar: Calendar
    application: Application
    posting: Posting
    settled: Settled
    rows: list[Base]

    @property
    def seeker(self) -> Actor:
        return Actor(self.application.person_id, Role.SEEKER.value, "web")

    @property
    def member(self) -> Actor:
        person, role = self.settled.authors[0]
        return Actor(person.id, role.value, "web")

    def say(self, event: Event, *, by: Actor, minute: int) -> None:
        self.rows.append(self.calendar.entry(event, by=by, minute=minute))


def told(calendar: Calendar, place: int, person: Person, posting: Posting, settled: Settled, chance: Random, possible: int) -> list[Base]:
    """`possible`: the minute from which the person was here and the posting was open."""
    minute = chance.randint(max(possible + 1, -20 * DAY), -1)
    one = _sent(calendar, f"application:{place}", place, person, posting, settled, minute)
    for state in chance.choices(list(_WAYS), list(_WAYS.values()))[0]:
        minute += chance.randint(30, 2 * DAY)
        if minute >= -1:
            break
        _step(one, state, minute, chance)
    return one.rows


def forgotten(calendar: Calendar, place: int, person: Person, posting: Posting, settled: Settled, opened: int) -> list[Base]:
    minute = opened + DAY
    one = _sent(calendar, f"forgotten:{place}", 500_000 + place, person, posting, settled, minute)
    _step(one, _S.LAPSED, minute + LAPSE_MINUTES, dice(f"forgotten:{place}"))
    return one.rows


def _sent(calendar: Calendar, name: str, number: int, person: Person, posting: Posting, settled: Settled, minute: int) -> _Told:
    chance = dice(f"letter:{name}")
    application = Application(
        id=key(name, minute),
        number=f"{calendar.day(minute):%Y%m%d}{number * 104_729 % 100_000_000:08d}",
        posting_id=posting.id,
        person_id=person.id,
        state=_S.SENT,
        shares_phone=chance.random() < 0.7,
        sent_at=calendar.instant(minute),
        waits_since=calendar.instant(minute),
        reminders=0,
    )
    application.message = chance.choice(content.wording().messages)
    one = _Told(calendar, application, posting, settled, [application])
    one.rows.append(_row(one, None, _S.SENT, Side.SEEKER, None, minute))
    one.say(ApplicationSent(str(application.id), application.shares_phone), by=one.seeker, minute=minute)
    subject = f"{application.id}:{application.sent_at:%Y%m%d%H%M%S}"
    title, path = f"岗位“{posting.title}”收到新的应聘", f"/employer/postings/{posting.id}/applications"
    for member, _ in settled.authors:
        one.rows.append(notice_of(calendar, member.id, NoticeKind.APPLICATION, subject, minute, title=title, path=path))
    return one


def _row(one: _Told, before: ApplicationState | None, after: ApplicationState, side: Side, reason: Reason | None, minute: int) -> ApplicationStep:
    return ApplicationStep(
        id=key(f"step:{one.application.id}:{after.value}", minute),
        application_id=one.application.id,
        side=side,
        before=before,
        after=after,
        reason=reason,
        at=one.calendar.instant(minute),
    )


def _step(one: _Told, state: ApplicationState, minute: int, chance: Random) -> None:
    application, at = one.application, one.calendar.instant(minute)
    reason = chance.choice(REFUSALS) if state is _S.REFUSED else Reason.NO_ANSWER if state is _S.LAPSED else None
    step = _row(one, application.state, state, _MARK.get(state, Side.EMPLOYER), reason, minute)
    one.rows.append(step)
    application.state = state
    if state is _S.WITHDRAWN:
        application.withdrawn_at = at
        one.say(ApplicationWithdrawn(str(application.id)), by=one.seeker, minute=minute)
    elif state is _S.SEEN:
        application.seen_at = at
        one.say(ApplicationOpened(str(application.id)), by=one.member, minute=minute)
    elif state is _S.LAPSED:
        one.say(ApplicationLapsed(str(application.id), Reason.NO_ANSWER.value), by=Actor.SYSTEM, minute=minute)
    else:
        application.answered_at, application.waits_since = application.answered_at or at, at
        _answer(one, state, reason, minute, chance)
    words = words_of(step, one.posting)
    if words is not None:
        path = f"/applications/{application.id}"
        kind = NoticeKind.PROGRESS
        one.rows.append(notice_of(one.calendar, application.person_id, kind, str(step.id), minute, title=words[0], body=words[1], path=path))


def _answer(one: _Told, state: ApplicationState, reason: Reason | None, minute: int, chance: Random) -> None:
    if state is not _S.HIRED:
        one.say(ApplicationAnswered(str(one.application.id), state.value, reason.value if reason else ""), by=one.member, minute=minute)
        return
    on = one.calendar.day(minute)
    hired = Hire(
        id=key(f"hire:{one.application.id}", minute),
        application_id=one.application.id,
        posting_id=one.posting.id,
        state=HireState.WAITING,
        hired_on=on,
        due_on=hires.registration_due(one.posting.region, on),
        made_at=one.calendar.instant(minute),
        reminders=0,
    )
    one.rows.append(hired)
    one.say(ApplicationHired(str(one.application.id), str(one.posting.id), on.isoformat()), by=one.member, minute=minute)
    later = minute + chance.randint(DAY, 6 * DAY)
    if later < -DAY and chance.random() < 0.6:
        hired.state, hired.registered_on = HireState.REGISTERED, one.calendar.day(later)
        one.say(EmploymentRegistered(str(hired.id), hired.registered_on.isoformat()), by=one.member, minute=later)


def go_on(settled: Iterable[Settled], seeker: Person) -> None:
    """At the shown employer work goes on by the operations: interviews tomorrow, an offer, a hire, a declined offer. Inside a transaction."""
    shown = next(one for one in settled if one.plan.is_shown)
    person, role = shown.authors[0]
    by = Actor(person.id, role.value, "web")
    of_it = select(Application).join(Posting, Posting.id == Application.posting_id).where(Posting.employer_id == shown.employer.id)
    open_ones = list(session().scalars(of_it.where(Application.state.in_(LIVE)).order_by((Application.person_id != seeker.id), Application.id)))
    new = [one for one in open_ones if one.state in UNANSWERED]
    for place, application in enumerate(new[:7]):
        _go_on(place, application, by)


def _go_on(place: int, application: Application, by: Actor) -> None:
    visitor = Actor(application.person_id, Role.SEEKER.value, "web")
    if place < 4:
        interviews.arrange(application, _appointment(9 + 2 * place), by=by)
        if place == 1:
            interviews.confirm(application, by=visitor)
        if place == 2:
            interviews.ask_other_time(application, "下午三点以后都可以", by=visitor)
    elif place == 4:
        operations.offer(application, by=by)
    elif place == 5:
        hires.hire(application, session().get_one(Posting, application.posting_id), on=hires.first_day(application), by=by)
    else:
        operations.offer(application, by=by)
        operations.decline(application, by=visitor)


def _appointment(hour: int) -> Appointment:
    starts_at = datetime.combine(today() + timedelta(days=1), time(hour), LOCAL_ZONE)
    return Appointment(
        starts_at=starts_at,
        minutes=60,
        place=f"{reference.regions().name(SHOWN_COUNTY)}工业南路 88 号 办公楼 2 楼",
        contact_name="人事办公室",
        contact_phone="0531-00000000",
        note="带身份证；有证书的请带上。面试不收任何费用。",
    )
