"""What goes into a catalogue: which needs, postings and seekers count for a place and a period, each of them once.

- A posting counts when it was open on a day of the period: taken down and withdrawn ones do not. What shares a card, or the name of the
  employer, title and place, is one job: its own employer's row stands before a forwarded one, of several the one that wants most. Carried
  over, it counts with the places that were left when the period began.
- A need counts when it was live on a day of the period, but for withdrawn and corrected ones. Its postings count for no more than it wants
  in all (or the largest of them alone), and it adds only what it wants beyond them. Carried over, it counts with who was left to hire when
  the period began.
- A seeker counts once for each occupation wanted: read from the profile (by the search's own vocabulary, then by the resolver where it is
  sure), then from applications of the period. Where nothing is asked for it is 无要求; what cannot be read is neither guessed nor spread.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from search.titles import code_title
from webapp.access import Grant, Role
from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, reading, session
from webapp.demand.catalogue_models import InputKind
from webapp.demand.formula import MINOR_LENGTH, Line
from webapp.demand.models import Need, NeedPosting, NeedState, Urgency
from webapp.demand.operations import hired_before
from webapp.demand.periods import Period
from webapp.postings.applying.models import Application, Hire, HireState
from webapp.postings.models import Posting, PostingState
from webapp.postings.reading import reader, understand
from webapp.reach import reached
from webapp.seekers.models import SeekerProfile

AT_ONCE, NEEDS_AT_ONCE = 5000, 1000
_COUNTED = (PostingState.OPEN, PostingState.PAUSED, PostingState.FILLED, PostingState.EXPIRED)
_BETWEEN = re.compile(r"[、,，;；/\s]+")
_UNIT = 3
"""Dashes of the code of an occupation; fewer: a class."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For which place and period, up to when, and by which rules of counting."""

    region: str
    period: Period
    as_of: datetime
    unstated_headcount: int
    forwarded: bool
    wishes_max: int
    seeker_days: int

    def lies_in(self, column: Any) -> ColumnElement[bool]:
        return reached(column, [Grant(Role.OFFICER, None, self.region)])

    @property
    def until(self) -> datetime:
        """The first instant that is not counted any more."""
        return min(self.period.ends, self.as_of)


@dataclass(frozen=True, slots=True)
class Counted:
    """A line and whose it is; `stated` False: the headcount is the parameter's."""

    line: Line
    subject: UUID | None = None
    stated: bool = True
    forwarded: bool = False


Tell = Callable[[int], None]
"""Told how many rows were read since the last time: whoever waits sees that it goes on."""


def collect(scope: Scope, tell: Tell) -> list[Counted]:
    """Everything that counts, postings first; reads in short reads of its own."""
    jobs = _jobs(scope, tell)
    with reading():
        linked = select(NeedPosting.posting_id, Need.id, Need.headcount).join(Need, Need.id == NeedPosting.need_id)
        rows = session().execute(linked).all()
    needs_of = {posting: need for posting, need, _ in rows}
    capped = _capped(jobs, needs_of, {need: headcount for _, need, headcount in rows})
    return [*(_of_job(job, scope) for job in capped), *needs(scope, capped, needs_of), *seekers(scope, tell)]


# postings


@dataclass(frozen=True, slots=True)
class _Job:
    """One job: the row that tells of it, every row that is the same, and for how many people it counts."""

    row: Any
    keys: tuple[UUID, ...]
    count: int


def _jobs(scope: Scope, tell: Tell) -> list[_Job]:
    """In the order the rows were first written."""
    cards: dict[UUID, list[Any]] = defaultdict(list)
    for row in _posting_rows(scope, tell):
        if row.source_id is None or scope.forwarded:
            cards[row.card_id or row.id].append(row)
    jobs = [_job(rows, scope) for rows in _alike(cards.values(), scope)]
    gone = _hired_before([job.row.id for job in jobs if job.row.headcount], scope)
    left = (replace(job, count=job.count - gone.get(job.row.id, 0)) for job in jobs)
    return sorted((job for job in left if job.count > 0), key=lambda job: job.row.seq)


def _alike(cards: Iterable[list[Any]], scope: Scope) -> Iterable[list[Any]]:
    """Cards of the same title and place: of an employer by its key, of a forwarded one by the name it gives, which may be one of ours."""
    leaders = [(max(rows, key=lambda row: _precedes(row, scope)), rows) for rows in cards]
    own = {(row.employer_name, row.title, row.region): str(row.employer_id) for row, _ in leaders if row.source_id is None}
    found: dict[tuple[str, str, str | None], list[Any]] = defaultdict(list)
    for row, rows in leaders:
        named = own.get((row.employer_name, row.title, row.region), row.employer_name)
        found[str(row.employer_id) if row.source_id is None else named, row.title, row.region] += rows
    return found.values()


def _precedes(row: Any, scope: Scope) -> tuple[bool, int, int]:
    return row.source_id is None, _size(row, scope), -row.seq


def _job(rows: Sequence[Any], scope: Scope) -> _Job:
    row = max(rows, key=lambda row: _precedes(row, scope))
    return _Job(row, tuple(one.id for one in rows), _size(row, scope))


def _posting_rows(scope: Scope, tell: Tell) -> Iterator[Any]:
    columns = (
        Posting.id, Posting.seq, Posting.employer_id, Posting.employer_name, Posting.title, Posting.region, Posting.occupation, Posting.headcount,
        Posting.source_id, Posting.opened_at, Posting.card_id,
    )  # fmt: skip
    last = -1
    while True:
        wanted = select(*columns).where(Posting.seq > last, *_was_open(scope)).order_by(Posting.seq).limit(AT_ONCE)
        with reading():
            rows = session().execute(wanted).all()
        yield from rows
        tell(len(rows))
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].seq


def _was_open(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield scope.lies_in(Posting.region)
    yield Posting.state.in_(_COUNTED)
    yield Posting.opened_at < scope.until
    yield or_(Posting.closed_at.is_(None), Posting.closed_at >= scope.period.begins)
    yield or_(Posting.valid_through.is_(None), Posting.valid_through >= scope.period.start)


def _size(row: Any, scope: Scope) -> int:
    return int(row.headcount or scope.unstated_headcount)


def _hired_before(postings: Sequence[UUID], scope: Scope) -> dict[UUID, int]:
    """Posting -> whom it had found before the period began: those places are not wanted in it any more."""
    found: dict[UUID, int] = {}
    counted = select(Hire.posting_id, func.count()).where(Hire.state != HireState.NEVER_CAME, Hire.made_at < scope.period.begins)
    for start in range(0, len(postings), NEEDS_AT_ONCE):
        some = counted.where(Hire.posting_id.in_(postings[start : start + NEEDS_AT_ONCE])).group_by(Hire.posting_id)
        with reading():
            found |= dict(session().execute(some).all())
    return found


def _capped(jobs: Iterable[_Job], needs_of: Mapping[UUID, UUID], headcounts: Mapping[UUID, int]) -> list[_Job]:
    """Several postings of one need are several tries to fill the same places, the largest first."""
    jobs_of: dict[UUID, list[_Job]] = defaultdict(list)
    capped = []
    for job in jobs:
        need_id = _need_of(job, needs_of)
        if need_id is None:
            capped.append(job)
        else:
            jobs_of[need_id].append(job)
    for need_id, several in jobs_of.items():
        several.sort(key=lambda job: (-job.count, job.row.seq))
        places = max(headcounts[need_id], several[0].count)
        for job in several:
            count = min(job.count, places)
            places -= count
            if count:
                capped.append(replace(job, count=count))
    return sorted(capped, key=lambda job: job.row.seq)


def _need_of(job: _Job, needs_of: Mapping[UUID, UUID]) -> UUID | None:
    return next((needs_of[key] for key in job.keys if key in needs_of), None)


def _of_job(job: _Job, scope: Scope) -> Counted:
    row, carried = job.row, job.row.opened_at < scope.period.begins
    line = Line(InputKind.POSTING, row.occupation or "", row.region or "", str(row.employer_id or row.employer_name), job.count, carried)
    return Counted(line, row.id, stated=bool(row.headcount), forwarded=row.source_id is not None)


# needs


def needs(scope: Scope, jobs: Iterable[_Job], needs_of: Mapping[UUID, UUID]) -> list[Counted]:
    """In the order they were opened. A need whose postings count already adds what it wants beyond them."""
    with reading():
        rows = session().scalars(select(Need).where(*_was_live(scope)).order_by(Need.opened_on, Need.id)).all()
    posted = defaultdict[UUID | None, int](int)
    for job in jobs:
        posted[_need_of(job, needs_of)] += job.count
    found: list[Counted] = []
    for start in range(0, len(rows), NEEDS_AT_ONCE):
        with reading():
            found += _counted_needs(rows[start : start + NEEDS_AT_ONCE], posted, scope.period)
    return found


def _counted_needs(rows: Sequence[Need], posted: Mapping[UUID | None, int], period: Period) -> Iterator[Counted]:
    hired = hired_before([need.id for need in rows], period.start)
    for need in rows:
        carried = need.opened_on < period.start
        wanted = need.headcount - (hired.get(need.id, 0) if carried else 0) - posted.get(need.id, 0)
        if wanted > 0:
            urgent = need.urgency is Urgency.URGENT
            yield Counted(Line(InputKind.NEED, need.occupation, need.region, str(need.employer_id), wanted, carried, urgent), need.id)


def _was_live(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield scope.lies_in(Need.region)
    yield Need.superseded_on.is_(None)
    yield Need.state != NeedState.WITHDRAWN
    yield Need.opened_on <= last_day(scope)
    yield or_(Need.closed_on.is_(None), Need.closed_on >= scope.period.start)


def last_day(scope: Scope) -> date:
    return (scope.until - timedelta(microseconds=1)).astimezone(LOCAL_ZONE).date()


# seekers


@dataclass(slots=True)
class _Seeker:
    county: str
    carried: bool
    said: bool = False
    """Asked for something, whether it could be read or not."""
    occupations: dict[str, None] = field(default_factory=dict)


def seekers(scope: Scope, tell: Tell) -> list[Counted]:
    """Counts of different persons, by occupation, county and whether they came before the period; nobody stands in them."""
    people = _people(scope, tell)
    groups: dict[tuple[InputKind, str, str, bool], int] = defaultdict(int)
    for person in people.values():
        groups[InputKind.PERSONS, "", person.county, person.carried] += 1
        wanted = list(person.occupations)[: scope.wishes_max]
        for code in wanted:
            groups[InputKind.SEEKERS, code, person.county, person.carried] += 1
        for minor in dict.fromkeys(code[:MINOR_LENGTH] for code in wanted if len(code) >= MINOR_LENGTH):
            groups[InputKind.MINOR_SEEKERS, minor, person.county, person.carried] += 1
        if not wanted:
            groups[InputKind.UNCODED if person.said else InputKind.ANY, "", person.county, person.carried] += 1
    return [Counted(Line(kind, code, county, "", count, carried)) for (kind, code, county, carried), count in sorted(groups.items())]


def _people(scope: Scope, tell: Tell) -> dict[UUID, _Seeker]:
    people: dict[UUID, _Seeker] = {}
    occupations_of = _Reading()
    for person_id, region, wanted, since in _profiles(scope, tell):
        person = people[person_id] = _Seeker(region, since < scope.period.begins, bool(wanted.strip()))
        person.occupations = dict.fromkeys(occupations_of.text(wanted))
    for person_id, region, occupation in _applications(scope, tell):
        person = people.setdefault(person_id, _Seeker(region, carried=False))
        person.said = True
        if occupation:
            person.occupations.setdefault(occupation)
    return people


def _profiles(scope: Scope, tell: Tell) -> Iterator[tuple[UUID, str, str, datetime]]:
    """Who lives there, had written a profile by then, and has renewed it lately enough: a later change takes nobody out of a past period."""
    renewed = scope.until - timedelta(days=scope.seeker_days)
    columns = (SeekerProfile.person_id, SeekerProfile.region, SeekerProfile.wanted, SeekerProfile.since)
    wanted = (
        select(*columns).join(Person, Person.id == SeekerProfile.person_id).where(scope.lies_in(SeekerProfile.region), Person.disabled_at.is_(None))
    )
    yield from _paged(wanted.where(SeekerProfile.since < scope.until, SeekerProfile.updated_at >= renewed), SeekerProfile.person_id, tell)


def _applications(scope: Scope, tell: Tell) -> Iterator[tuple[UUID, str, str | None]]:
    """Who applied in the period to a posting there, and did not take it back."""
    columns = (Application.id, Application.person_id, Posting.region, Posting.occupation)
    wanted = select(*columns).join(Posting, Posting.id == Application.posting_id).join(Person, Person.id == Application.person_id)
    wanted = wanted.where(scope.lies_in(Posting.region), Application.withdrawn_at.is_(None), Person.disabled_at.is_(None))
    wanted = wanted.where(Application.sent_at >= scope.period.begins, Application.sent_at < scope.until)
    for _, person_id, region, occupation in _paged(wanted, Application.id, tell):
        yield person_id, region, occupation


def _paged(wanted: Any, key: Any, tell: Tell) -> Iterator[Any]:
    """All rows in the order of their key, which is their first column, a short read per `AT_ONCE`."""
    last: UUID | None = None
    while True:
        page = wanted if last is None else wanted.where(key > last)
        with reading():
            rows = session().execute(page.order_by(key).limit(AT_ONCE)).all()
        yield from rows
        tell(len(rows))
        if len(rows) < AT_ONCE:
            return
        last = rows[-1][0]


class _Reading:
    """Words people wrote as the occupations they name; the same words are read once."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def text(self, text: str) -> list[str]:
        """One occupation at most for each word, in the order they were written."""
        found = (self._one(part) for part in _BETWEEN.split(text) if part)
        return [code for code in found if code]

    def _one(self, part: str) -> str | None:
        if part not in self._known:
            exact = [code for wish in understand(part).wishes if not wish.unwanted for code in wish.occupations]
            resolver = reader().resolver
            guess = code_title(part, resolver) if resolver and not exact else None
            code = exact[0] if exact else guess.code if guess else None
            self._known[part] = code if code and code.count("-") == _UNIT else None
        return self._known[part]
