"""The postings of an employer in every state, each with what its way there left behind: decisions, notices and the lines of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from webapp.access import Actor
from webapp.db import Base
from webapp.employers.models import EmployerState
from webapp.events import PostingApproved, PostingClosed, PostingDrafted, PostingReturned, PostingsExpired, PostingSubmitted
from webapp.notices.models import Notice, NoticeKind
from webapp.postings.models import Posting, PostingReview, PostingState, ReviewDecision
from webapp.postings.reviewing.models import ReviewItem
from webapp.postings.values import NAMES, PostingValues, monthly
from webapp.reference import queries as reference
from webapp.reference import wages
from workers.demo import content
from workers.demo.calendar import DAY, Calendar, dice, key, working_minute
from workers.demo.content import Trade
from workers.demo.employers import Settled
from workers.demo.offers import offer, trades_for
from workers.demo.staff import Offices

_S = PostingState
_SHARES = {_S.OPEN: 860, _S.DRAFT: 25, _S.IN_REVIEW: 32, _S.PAUSED: 16, _S.FILLED: 24, _S.EXPIRED: 24, _S.WITHDRAWN: 12, _S.TAKEN_DOWN: 7}
"""Of 1,000 postings of verified employers."""
_SHOWN = (_S.OPEN,) * 8 + (_S.DRAFT, _S.IN_REVIEW, _S.PAUSED, _S.FILLED)
SHOWN_TRADE = "welder"
"""What the shown seeker looks for: the shown employer's first posting, so that there is news for the one and an applicant for the other."""
_FRESH = 3
"""So many postings of the shown employer opened on the day before the load."""
_IN_THE_EVENING = 0.9
"""The share of what waits that was handed in late on the day before the load: a desk on which nearly all is late shows nobody anything."""
_EXPIRED_AT = 5
"""Minutes after midnight at which the daily job closes what lapsed."""


@dataclass(slots=True)
class Told:
    """A posting being made, with everything it leaves behind, and who acts."""

    calendar: Calendar
    posting: Posting
    author: Actor
    reviewer: Actor
    rows: list[Base]
    item: ReviewItem | None = None
    """What waits, or waited, for the reviewer."""

    @property
    def id(self) -> str:
        return str(self.posting.id)


def postings_of(calendar: Calendar, settled: Settled, offices: Offices) -> list[list[Base]]:
    """One bundle a posting, itself first."""
    plan = settled.plan
    chance = dice(f"postings:{plan.number}")
    if plan.is_shown:
        states: list[PostingState] = list(_SHOWN)
    elif plan.state is EmployerState.VERIFIED:
        states = chance.choices(list(_SHARES), list(_SHARES.values()), k=chance.randint(3, 6))
    else:
        states = [_S.DRAFT] * chance.randint(1, 2)
    trades = trades_for(plan.kind, chance, len(states))
    if plan.is_shown:
        trades.sort(key=lambda trade: trade.key != SHOWN_TRADE)
    return [_posting(calendar, settled, offices, place, state, trade) for place, (state, trade) in enumerate(zip(states, trades, strict=True))]


def _posting(calendar: Calendar, settled: Settled, offices: Offices, place: int, state: PostingState, trade: Trade) -> list[Base]:
    name = f"{settled.plan.number}:{place}"
    chance = dice(f"life:{name}")
    days_ago = 1 if settled.plan.is_shown and place < _FRESH else _opened_days_ago(settled, state, chance)
    decided = working_minute(chance, days_ago)
    submitted = decided - chance.randint(70, 400)
    if state is _S.IN_REVIEW and chance.random() < _IN_THE_EVENING:
        submitted = -chance.randint(20, 300)
    begun = submitted - chance.randint(10, 300)
    through = _valid_through(calendar, state, days_ago, chance)
    person, role = chance.choice(settled.authors)
    values = offer(name, settled.plan, trade, valid_through=through)
    posting = Posting(
        id=key(f"posting:{name}", begun),
        state=_S.DRAFT,
        employer_id=settled.employer.id,
        employer_name=settled.employer.name,
        industry=settled.employer.industry,
        author_id=person.id,
        created_at=calendar.instant(begun),
        **columns(values),
    )
    told = Told(calendar, posting, Actor(person.id, role.value, "web"), offices.reviewer(settled.plan.county), [posting])
    told.rows.append(calendar.entry(PostingDrafted(told.id), by=told.author, minute=begun))
    if state is not _S.DRAFT or (settled.verified is not None and chance.random() < 0.4):
        _submit(told, settled.employer.about, submitted)
        _decide(told, state, decided)
        _close(told, state, chance, decided)
    return told.rows


def columns(values: PostingValues) -> dict[str, object]:
    """The row's columns as `postings.operations` writes them of what an employer typed."""
    said = {name: list(value) if isinstance(value := getattr(values, name), tuple) else value for name in NAMES}
    low, high = monthly(values)
    derived = {
        "county_name": reference.regions().name(values.region),
        "wage_text": wages.show(values.wage)[:80],
        "month_low": low,
        "month_high": high,
    }
    return {**said, "source_title": "", "source_on": "", "wage_assumed": False, **derived}


def _opened_days_ago(settled: Settled, state: PostingState, chance: Random) -> int:
    """When it was decided about, in days before the load: recent ones are more, and none before the employer was verified."""
    if state in (_S.DRAFT, _S.IN_REVIEW) or settled.verified is None:
        return 1
    longest = -(settled.verified // DAY) - 2
    if state is _S.EXPIRED:
        return max(1, min(longest, chance.randint(40, 80)))
    return max(1, min(longest, int(60 * chance.random() ** 1.6) + 1))


def _valid_through(calendar: Calendar, state: PostingState, days_ago: int, chance: Random) -> date:
    opened = calendar.today - timedelta(days=days_ago)
    if state is _S.EXPIRED:
        return opened + timedelta(days=chance.randint(max(1, days_ago // 2), max(1, days_ago - 2)))
    spans = [span for span in (30, 45, 60, 89) if span > days_ago + 2]
    return opened + timedelta(days=chance.choice(spans))


def _submit(told: Told, about: str, minute: int) -> None:
    told.posting.employer_about = about
    told.posting.state, told.posting.submitted_at = _S.IN_REVIEW, told.calendar.instant(minute)
    told.item = ReviewItem(id=key(f"item:{told.id}", minute), posting_id=told.posting.id, submitted_at=told.posting.submitted_at, risk=0, risks=[])
    told.rows += [told.item, told.calendar.entry(PostingSubmitted(told.id), by=told.author, minute=minute)]


def _decide(told: Told, state: PostingState, minute: int) -> None:
    """A draft that was submitted is one that came back with a reason."""
    posting, words = told.posting, content.wording()
    if state is _S.IN_REVIEW:
        return
    if state is _S.DRAFT:
        posting.state = _S.DRAFT
        reason = dice(f"returned:{posting.id}").choice(words.return_reasons)
        _review(told, ReviewDecision.RETURNED, reason, minute)
        told.rows.append(told.calendar.entry(PostingReturned(told.id), by=told.reviewer, minute=minute))
        return
    posting.state, posting.opened_at, posting.valid_from = _S.OPEN, told.calendar.instant(minute), told.calendar.day(minute)
    _review(told, ReviewDecision.APPROVED, "", minute)
    told.rows.append(told.calendar.entry(PostingApproved(told.id), by=told.reviewer, minute=minute))


def _review(told: Told, decision: ReviewDecision, reason: str, minute: int) -> None:
    posting, at = told.posting, told.calendar.instant(minute)
    if told.item is not None and told.item.closed_at is None:
        told.item.closed_at, told.item.decision, told.item.decided_by = at, decision, told.reviewer.person_id
    review = PostingReview(
        id=key(f"review:{posting.id}:{decision.value}", minute),
        posting_id=posting.id,
        decision=decision,
        reason=reason,
        by_id=told.reviewer.person_id,
        at=at,
    )
    assert posting.author_id is not None, "an employer's posting has an author"
    title, path = f"岗位“{posting.title}”审核结果：{decision.label}", f"/employer/postings/{posting.id}"
    notice = notice_of(told.calendar, posting.author_id, NoticeKind.REVIEW, str(review.id), minute, title=title, body=reason, path=path)
    told.rows += [review, notice]


def notice_of(calendar: Calendar, person_id: UUID, kind: NoticeKind, subject: str, minute: int, *, title: str, path: str, body: str = "") -> Notice:
    """A line of an inbox. What is older than five days was read."""
    return Notice(
        id=key(f"notice:{person_id}:{kind.value}:{subject}", minute),
        person_id=person_id,
        kind=kind,
        subject=subject,
        title=title[:120],
        body=body[:500],
        path=path,
        created_at=calendar.instant(minute),
        read_at=calendar.instant(minute + 200) if minute < -5 * DAY else None,
    )


def _close(told: Told, state: PostingState, chance: Random, opened: int) -> None:
    """What happened to an open one since, at the latest yesterday evening. What expired is told by `expiries`, a day at a time."""
    posting = told.posting
    if state is _S.EXPIRED and posting.valid_through is not None:
        posting.state, posting.closed_at = state, told.calendar.instant(_expiry_minute(told.calendar, posting.valid_through))
    if state not in (_S.PAUSED, _S.FILLED, _S.WITHDRAWN, _S.TAKEN_DOWN):
        return
    minute = chance.randint(opened + 1, -1)
    posting.state, posting.closed_at = state, told.calendar.instant(minute)
    by = told.reviewer if state is _S.TAKEN_DOWN else told.author
    told.rows.append(told.calendar.entry(PostingClosed(told.id, state.value), by=by, minute=minute))
    if state is _S.TAKEN_DOWN:
        _review(told, ReviewDecision.TAKEN_DOWN, dice(f"down:{posting.id}").choice(content.wording().down_reasons), minute)


def _expiry_minute(calendar: Calendar, last_day: date) -> int:
    return ((last_day - calendar.today).days + 1) * DAY + _EXPIRED_AT


def expiries(calendar: Calendar, postings: Iterable[Posting]) -> list[list[Base]]:
    """One fact a day about all that lapsed on it."""
    counts: dict[date, int] = {}
    for posting in postings:
        if posting.state is _S.EXPIRED and posting.valid_through is not None:
            counts[posting.valid_through] = counts.get(posting.valid_through, 0) + 1
    found: list[list[Base]] = []
    for last_day, count in sorted(counts.items()):
        minute = _expiry_minute(calendar, last_day)
        event = PostingsExpired((last_day + timedelta(days=1)).isoformat(), calendar.instant(minute).isoformat(), count)
        found.append([calendar.entry(event, by=Actor.SYSTEM, minute=minute)])
    return found
