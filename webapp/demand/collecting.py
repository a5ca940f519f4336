"""What goes into a catalogue: which needs, postings and seekers count for a place and a period, each of them once.

- A posting counts when it was open on a day of the period: taken down and withdrawn ones do not. Its own employer's row stands before a
  forwarded one of the same employer's name, title and place; of forwarded ones of the same the one that wants most counts.
- A need counts when it was live on a day of the period, but for withdrawn and corrected ones. With postings that count, only what it
  wants beyond them is added. Carried over, it counts with who was left to hire when the period began.
- A seeker counts once for each occupation wanted: read from the profile (by the search's own vocabulary, then by the resolver where it is
  sure), then from applications of the period. Where nothing is asked for it is 无要求; what cannot be read is neither guessed nor spread.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from search.titles import code_title
from webapp.access import Grant, Role
from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, reading, session
from webapp.demand import queries
from webapp.demand.catalogue_models import InputKind
from webapp.demand.formula import Line
from webapp.demand.models import Need, NeedPosting, NeedState, Urgency
from webapp.demand.operations import hired_before
from webapp.demand.periods import Period
from webapp.postings.applying.models import Application
from webapp.postings.models import Posting, PostingState
from webapp.postings.reading import reader, understand
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
        return queries.reached(column, [Grant(Role.OFFICER, None, self.region)])

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
    found = postings(scope, tell)
    return [*found, *needs(scope, found), *seekers(scope, tell)]


# postings


def postings(scope: Scope, tell: Tell) -> list[Counted]:
    direct, forwarded = [], dict[tuple[str, str, str | None], Any]()
    for row in _posting_rows(scope, tell):
        alike = (row.employer_name, row.title, row.region)
        if row.source_id is None:
            direct.append((alike, row))
        elif scope.forwarded and _size(row, scope) > _size(forwarded.get(alike), scope):
            forwarded[alike] = row
    own = {alike for alike, _ in direct}
    rows = [row for _, row in direct] + [row for alike, row in forwarded.items() if alike not in own]
    return [_of_posting(row, scope) for row in sorted(rows, key=lambda row: row.seq)]


def _posting_rows(scope: Scope, tell: Tell) -> Iterator[Any]:
    columns = (
        Posting.id, Posting.seq, Posting.employer_id, Posting.employer_name, Posting.title, Posting.region, Posting.occupation, Posting.headcount,
        Posting.source_id, Posting.opened_at,
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
    return 0 if row is None else row.headcount or scope.unstated_headcount


def _of_posting(row: Any, scope: Scope) -> Counted:
    reporter = str(row.employer_id or row.employer_name)
    carried = row.opened_at < scope.period.begins
    line = Line(InputKind.POSTING, row.occupation or "", row.region or "", reporter, _size(row, scope), carried)
    return Counted(line, row.id, stated=bool(row.headcount), forwarded=row.source_id is not None)


# needs


def needs(scope: Scope, counted_postings: Iterable[Counted]) -> list[Counted]:
    """In the order they were opened. A need whose postings count already adds what it wants beyond them."""
    headcounts = {one.subject: one.line.count for one in counted_postings}
    with reading():
        rows = session().scalars(select(Need).where(*_was_live(scope)).order_by(Need.opened_on, Need.id)).all()
    found: list[Counted] = []
    for start in range(0, len(rows), NEEDS_AT_ONCE):
        with reading():
            found += _counted_needs(rows[start : start + NEEDS_AT_ONCE], headcounts, scope.period)
    return found


def _counted_needs(rows: Sequence[Need], headcounts: Mapping[UUID | None, int], period: Period) -> Iterator[Counted]:
    keys, posted = [need.id for need in rows], defaultdict[UUID, int](int)
    for posting_id, need_id in session().execute(select(NeedPosting.posting_id, NeedPosting.need_id).where(NeedPosting.need_id.in_(keys))):
        posted[need_id] += headcounts.get(posting_id, 0)
    hired = hired_before(keys, period.start)
    for need in rows:
        carried = need.opened_on < period.start
        wanted = need.headcount - (hired.get(need.id, 0) if carried else 0) - posted[need.id]
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
        if not wanted:
            groups[InputKind.UNCODED if person.said else InputKind.ANY, "", person.county, person.carried] += 1
    return [Counted(Line(kind, code, county, "", count, carried)) for (kind, code, county, carried), count in sorted(groups.items())]


def _people(scope: Scope, tell: Tell) -> dict[UUID, _Seeker]:
    people: dict[UUID, _Seeker] = {}
    occupations_of = _Reading()
    for person_id, region, wanted, updated_at in _profiles(scope, tell):
        person = people[person_id] = _Seeker(region, updated_at < scope.period.begins, bool(wanted.strip()))
        person.occupations = dict.fromkeys(occupations_of.text(wanted))
    for person_id, region, occupation in _applications(scope, tell):
        person = people.setdefault(person_id, _Seeker(region, carried=False))
        person.said = True
        if occupation:
            person.occupations.setdefault(occupation)
    return people


def _profiles(scope: Scope, tell: Tell) -> Iterator[tuple[UUID, str, str, datetime]]:
    """Who lives there and has written or renewed a profile lately enough."""
    since = min(scope.period.ends, scope.as_of) - timedelta(days=scope.seeker_days)
    columns = (SeekerProfile.person_id, SeekerProfile.region, SeekerProfile.wanted, SeekerProfile.updated_at)
    wanted = (
        select(*columns).join(Person, Person.id == SeekerProfile.person_id).where(scope.lies_in(SeekerProfile.region), Person.disabled_at.is_(None))
    )
    yield from _paged(wanted.where(SeekerProfile.updated_at >= since, SeekerProfile.updated_at < scope.until), SeekerProfile.person_id, tell)


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
