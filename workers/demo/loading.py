"""Laying the demo into an open database: in short transactions, so that others may work beside it, and so that a load that was ended goes on.

What happened "in the past" is written in bulk, each row as the operations would have left it; nobody is told of it again and the search
index is built from the rows afterwards (`zhilu serve` and `zhilu reindex` do). What opened in the last days is then matched with the
saved searches by the real operations, so notices and messages arise as they always do.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from webapp.access import STAFF, Actor, Role
from webapp.accounts.models import Consent, Person, RoleGrant
from webapp.accounts.passwords import hash_password
from webapp.config import Settings
from webapp.db import Base, reading, session, take_numbers, today, transaction
from webapp.employers.models import Employer, Membership
from webapp.events import DemoLoaded
from webapp.ledger import Entry, record
from webapp.matching.operations import match_posting, notify_seekers
from webapp.notices.models import Notice
from webapp.postings.applying.models import Application, ApplicationStep, Hire
from webapp.postings.models import Posting, PostingReview, PostingState
from webapp.postings.reviewing.models import ReviewItem
from webapp.seekers.models import SavedSearch, SeekerProfile
from webapp.sources.models import Batch, Source
from workers.demo import (
    applying,
    demand,
    destinations,
    employers,
    forwarded,
    inspection,
    judged,
    life,
    nodes,
    outlets,
    rosters,
    serving,
    staff,
    tables,
)
from workers.demo.calendar import DAY, Calendar
from workers.demo.employers import Settled
from workers.demo.people import granted, make_person, registered
from workers.demo.postings import expiries, postings_of
from workers.demo.seekers import MATCHED_DAYS, Seekers

AGENT = 900
_IN_ORDER: tuple[type[Base], ...] = (
    Person, RoleGrant, Consent, Employer, Membership, SeekerProfile, SavedSearch, Source, Batch, Posting, PostingReview, ReviewItem,
    Application, ApplicationStep, Hire, Notice, Entry,
)  # fmt: skip
"""Rows refer only to what stands before them."""
_BUNDLES_AT_ONCE = 80
_MATCHED_AT_ONCE = 20
_Thing = TypeVar("_Thing")
Progress = Callable[[str, int, int], None]
"""Told (what is being loaded, done, total) after every transaction."""


class NotADemo(Exception):
    def __init__(self) -> None:
        super().__init__("生产模式不装入演示数据：演示的人员、单位和岗位都是虚构的。要试用，请另设 ZHILU_MODE=demo 和自己的 ZHILU_VAR")


@dataclass(frozen=True, slots=True)
class Summary:
    """What of the demo (and whatever else) the database holds now. `loaded` False: it was there before, nothing was changed."""

    loaded: bool
    employers: int
    seekers: int
    staff: int
    postings: int
    open_postings: int
    applications: int
    notices: int
    seconds: float


def load(settings: Settings, progress: Progress | None = None) -> Summary:
    """Loads the demo into the open house; a second time changes nothing. Raises NotADemo in production."""
    if not settings.is_demo:
        raise NotADemo
    began = time.monotonic()
    with reading():
        is_there = session().scalar(select(Entry.id).where(Entry.event == DemoLoaded.__name__).limit(1)) is not None
    if not is_there:
        _Load(settings, Calendar(today()), progress or _silent).run()
    return _summary(loaded=not is_there, seconds=time.monotonic() - began)


def _silent(what: str, done: int, total: int) -> None:
    """For a caller that shows nothing."""


class _Load:
    def __init__(self, settings: Settings, calendar: Calendar, progress: Progress) -> None:
        self._settings = settings
        self._calendar = calendar
        self._progress = progress

    def run(self) -> None:
        hashes = [hash_password(staff.PASSWORD) for _ in range(len(staff.SHOWN) + 2)]
        offices = staff.Offices(self._calendar, hashes)
        self._lay("工作人员", [*offices.bundles, self._agent(hashes[-1])])
        settled = self._employers(offices, hashes[-2])
        postings = self._postings(settled, offices)
        seekers = Seekers(self._calendar, hashes[-1])
        self._lay("求职者", seekers.bundles)
        self._lay("应聘", seekers.applications(settled, _openings(self._calendar, postings, PostingState.OPEN)))
        self._lay("无答复的应聘", seekers.forgotten(settled, _openings(self._calendar, postings, PostingState.EXPIRED)))
        self._lay("转载岗位", forwarded.forwarded(self._calendar))
        nodes.deliver(self._calendar)
        self._match(postings)
        demand.lay(self._calendar.today)
        self._progress("用工需求和目录", 1, 1)
        serving.lay(self._calendar.today)
        self._progress("实名制帮扶", 1, 1)
        destinations.lay(self._calendar.today)
        self._progress("毕业去向和见习", 1, 1)
        rosters.lay(self._calendar.today)
        self._progress("名册", 1, 1)
        inspection.inspect(self._calendar)
        self._progress("发布渠道", 0, 1)
        outlets.publish(self._settings)
        self._progress("发布渠道", 1, 1)
        tables.upload(self._calendar, settled)
        with transaction():
            applying.go_on(settled, seekers.people[0][0])
            judged.weigh(self._calendar)
            judged.hand_in(self._calendar, settled)
            life.go_on(self._calendar, settled)
            count = session().scalar(select(func.count()).select_from(Posting)) or 0
            record(DemoLoaded(self._calendar.today.isoformat(), count), by=Actor.command())

    def _agent(self, password_hash: str) -> list[Base]:
        minute = -120 * DAY
        person = make_person(self._calendar, AGENT, minute=minute, email="agent@example.com", password_hash=password_hash)
        return [
            *registered(self._calendar, person, minute=minute),
            *granted(self._calendar, person, Role.AGENT, minute=minute + 1, by=Actor.command()),
        ]

    def _employers(self, offices: staff.Offices, password_hash: str) -> list[Settled]:
        shown = (*employers.shown_phones(), employers.pending_owner())
        made = []
        for plan in employers.plans():
            knows_password = plan.is_shown or employers.owner_phone(plan) in shown
            made.append(employers.settle(self._calendar, plan, offices, password_hash if knows_password else None))
        self._lay("用人单位", [rows for _, rows in made])
        return [settled for settled, _ in made]

    def _postings(self, settled: Iterable[Settled], offices: staff.Offices) -> list[Posting]:
        bundles = [bundle for one in settled for bundle in postings_of(self._calendar, one, offices)]
        bundles.sort(key=lambda bundle: _posting_in(bundle).id)
        postings = [_posting_in(bundle) for bundle in bundles]
        self._lay("岗位", [*bundles, *expiries(self._calendar, postings)])
        return postings

    def _match(self, postings: Iterable[Posting]) -> None:
        """What opened since the searches were saved, as the workers match and tell it."""
        since = self._calendar.instant(-MATCHED_DAYS * DAY)
        recent = [one.id for one in postings if one.state is PostingState.OPEN and one.opened_at is not None and one.opened_at >= since]
        for done, keys in _grouped(recent, _MATCHED_AT_ONCE):
            with transaction():
                _match_some(keys)
            self._progress("订阅通知", done, len(recent))

    def _lay(self, what: str, bundles: Sequence[Sequence[Base]]) -> None:
        for done, some in _grouped(bundles, _BUNDLES_AT_ONCE):
            with transaction():
                _add_missing([row for bundle in some for row in bundle])
            self._progress(what, done, len(bundles))


def _match_some(keys: Iterable[UUID]) -> None:
    for key in keys:
        if match_posting(key, by=Actor.SYSTEM):
            session().flush()
            notify_seekers(key, by=Actor.SYSTEM)


def _grouped(things: Sequence[_Thing], size: int) -> Iterator[tuple[int, list[_Thing]]]:
    """Groups of at most `size`, each with how many are done when it is."""
    for start in range(0, len(things), size):
        group = list(things[start : start + size])
        yield start + len(group), group


def _posting_in(bundle: Sequence[Base]) -> Posting:
    posting = bundle[0]
    assert isinstance(posting, Posting), "a posting's bundle begins with it"
    return posting


def _openings(calendar: Calendar, postings: Iterable[Posting], state: PostingState) -> list[tuple[Posting, int]]:
    midnight = calendar.instant(0)
    return [(one, (one.opened_at - midnight) // timedelta(minutes=1)) for one in postings if one.state is state and one.opened_at is not None]


def _add_missing(rows: Iterable[Base]) -> None:
    """Adds what is not there yet: a load that was ended in the middle goes on where it stopped."""
    by_kind: dict[type[Base], list[Base]] = {kind: [] for kind in _IN_ORDER}
    for row in rows:
        by_kind[type(row)].append(row)
    for kind, found in by_kind.items():
        if not found:
            continue
        key = "person_id" if kind is SeekerProfile else "id"
        column = kind.__table__.c[key]
        known = set(session().scalars(select(column).where(column.in_([getattr(row, key) for row in found]))))
        fresh = [row for row in found if getattr(row, key) not in known]
        _number([row for row in fresh if isinstance(row, Posting)])
        session().add_all(fresh)
        session().flush()


def _number(postings: Sequence[Posting]) -> None:
    numbers = take_numbers("posting_seq", "posting", "seq", len(postings)) if postings else []
    for posting, seq in zip(postings, numbers, strict=True):
        posting.seq = seq


def _summary(*, loaded: bool, seconds: float) -> Summary:
    with reading():
        return Summary(
            loaded=loaded,
            employers=_count(Employer),
            seekers=_seekers(),
            staff=_holders(*STAFF),
            postings=_count(Posting),
            open_postings=session().scalar(select(func.count()).where(Posting.state == PostingState.OPEN)) or 0,
            applications=_count(Application),
            notices=_count(Notice),
            seconds=seconds,
        )


def _count(kind: type[Base]) -> int:
    return session().scalar(select(func.count()).select_from(kind)) or 0


def _seekers() -> int:
    """Who came to find work: everybody who acts for an employer began as a seeker too, and is not counted."""
    acting = select(Membership.person_id)
    wanted = select(func.count(RoleGrant.person_id.distinct())).where(RoleGrant.role == Role.SEEKER, RoleGrant.person_id.not_in(acting))
    return session().scalar(wanted) or 0


def _holders(*roles: Role) -> int:
    return session().scalar(select(func.count(RoleGrant.person_id.distinct())).where(RoleGrant.role.in_(roles), RoleGrant.revoked_at.is_(None))) or 0
