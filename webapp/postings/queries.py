"""Questions about postings; each says whose rows it answers. What is outside the scope does not exist."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import defer

import search.current
from search.engine import Hits, Unavailable
from search.query import BadQuery, PostingQuery, Sort, Widening, Wish
from search.titles import clean_title
from webapp.access import Grant
from webapp.accounts.models import Person
from webapp.db import session, today
from webapp.employers.models import Employer, EmployerState
from webapp.gate.subject import Twin
from webapp.postings import cards
from webapp.postings.criteria import place_range
from webapp.postings.models import SHOWN, Posting, PostingReview, PostingState, ReviewDecision
from webapp.reference.registers import company_end

_TOLD = tuple(defer(column) for column in (Posting.duties, Posting.requirements, Posting.insurance))
_OF_ITS_PAGE = tuple(defer(column) for column in (Posting.protection, Posting.hazards, Posting.employer_about))
LONG = (*_TOLD, *_OF_ITS_PAGE)
"""What a list does not show and need not read; what a posting tells is read where a search in words has to show its reasons."""

SIMILAR = 5


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. `verified`: those of `rows` whose employer was checked. `fallback`: without the engine, `text` was ignored."""

    rows: Sequence[Posting]
    total: int
    verified: frozenset[UUID] = frozenset()
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    fallback: bool = False
    refused: str = ""
    cursor: int | None = None


# public


def find_open(query: PostingQuery, *, enough: int = 0) -> Found:
    """The index says which, the database what they say now: whoever closed a second ago is not shown, however late the index is.

    `enough`: with fewer hits only their number is told, for whoever asks wider then.
    """
    try:
        hits = search.current.engine().find(query)
    except Unavailable:
        return _latest_open(query)
    except BadQuery:
        return Found((), 0, refused="搜索的文字太长或太复杂，请只写一两个词，例如“焊工”")
    if hits.total < enough:
        return Found((), _still_open(hits))
    found = _named(hits, told=bool(query.wishes))
    stale = len(hits.keys) - len(found)
    return replace(_found(found, max(0, hits.total - stale), hits.facets), cursor=hits.cursor)


def facet_of(query: PostingQuery, facet: str) -> tuple[tuple[str, int], ...]:
    """The counts of one facet alone, for a query without that facet's own condition; nothing when the engine is away."""
    try:
        return search.current.engine().find(replace(query, limit=0, offset=0, after=None, facets=(facet,))).facets.get(facet, ())
    except (Unavailable, BadQuery):
        return ()


def total_of(query: PostingQuery) -> int:
    """How many the query finds; 0 when the engine is away."""
    try:
        return search.current.engine().find(replace(query, limit=0, offset=0, facets=False)).total
    except (Unavailable, BadQuery):
        return 0


def shown(key: UUID) -> Posting | None:
    """What any visitor may open: open, or once open and said so; taken down is found too, for a page that shows nothing of it."""
    posting = session().get(Posting, key)
    return posting if posting is not None and posting.state in SHOWN | {PostingState.TAKEN_DOWN} else None


def locked(key: UUID) -> Posting | None:
    """The posting a seeker applies to, so that two applications at once come one after the other."""
    return session().scalar(select(Posting).where(Posting.id == key).with_for_update())


def is_open(posting: Posting) -> bool:
    return _is_open(posting.state, posting.valid_through)


def _is_open(state: PostingState, valid_through: date | None) -> bool:
    return state is PostingState.OPEN and (valid_through is None or valid_through >= today())


def _has_card(posting: Posting) -> bool:
    return posting.card_id is None and is_open(posting)


def similar(posting: Posting, limit: int = SIMILAR) -> Sequence[Posting]:
    """Open postings of the same work in the same city: by title and occupation, from the city and then around it; none when the engine is away."""
    wish = Wish(clean_title(posting.title)[:20], occupations=(posting.occupation,) if posting.occupation else ())
    city = (f"{posting.region[:4]}00",) if posting.region else ()
    query = PostingQuery(wishes=(wish,), regions=city, widening=Widening.TERMS, valid_on=today(), limit=limit + 1, facets=False)
    try:
        hits = search.current.engine().find(query)
    except (Unavailable, BadQuery):
        return ()
    return [row for row, _ in _named(hits) if row.id != posting.id][:limit]


def employer_of(posting: Posting) -> Employer | None:
    return session().get(Employer, posting.employer_id) if posting.employer_id else None


def is_verified(employer: Employer | None, *, on: date | None = None) -> bool:
    """The mark 已核验: checked, and the check is not overdue."""
    if employer is None or employer.state is not EmployerState.VERIFIED:
        return False
    return employer.verify_again_on is None or employer.verify_again_on >= (on or today())


def open_now() -> ColumnElement[bool]:
    """With a card of its own: what lists and suggestions are made of."""
    return and_(Posting.state == PostingState.OPEN, cards.leads(), or_(Posting.valid_through.is_(None), Posting.valid_through >= today()))


@lru_cache(maxsize=4)
def _cards(on: date, *, told: bool) -> Select[Posting, bool]:
    """Made once a day: every search asks it. `told`: with what the posting says of the work."""
    mark = and_(Employer.state == EmployerState.VERIFIED, or_(Employer.verify_again_on.is_(None), Employer.verify_again_on >= on))
    rows = select(Posting, func.coalesce(mark, false())).outerjoin(Employer, Employer.id == Posting.employer_id)
    return rows.options(*(_OF_ITS_PAGE if told else LONG))


def _named(hits: Hits, *, told: bool = False) -> list[tuple[Posting, bool]]:
    """The rows of these keys that are open now, in the order of the engine.

    Read by key alone and sifted here: with the state among the conditions SQLite walks the index of all open rows (100 ms of 100,000).
    """
    keys = [UUID(key) for key in hits.keys]
    wanted = _cards(today(), told=told).where(Posting.id.in_(keys))
    rows = {row.id: (row, bool(mark)) for row, mark in session().execute(wanted)} if keys else {}
    return [rows[key] for key in keys if key in rows and _has_card(rows[key][0])]


def _still_open(hits: Hits) -> int:
    """Of hits that are all on one page."""
    wanted = select(Posting.state, Posting.valid_through).where(Posting.id.in_([UUID(key) for key in hits.keys]), cards.leads())
    open_rows = sum(_is_open(state, until) for state, until in session().execute(wanted))
    return hits.total - len(hits.keys) + open_rows


def _found(found: Iterable[tuple[Posting, bool]], total: int, facets: Mapping[str, tuple[tuple[str, int], ...]]) -> Found:
    pairs = list(found)
    return Found([row for row, _ in pairs], total, frozenset(row.id for row, mark in pairs if mark), facets)


def _latest_open(query: PostingQuery) -> Found:
    """The engine is away: the structured conditions hold, the text is ignored, the newest come first."""
    conditions = list(_conditions(query))
    first = Posting.month_low.desc().nulls_last() if query.sort is Sort.WAGE else Posting.valid_from.desc()
    rows = _cards(today(), told=bool(query.wishes)).where(open_now(), *conditions)
    wanted = rows.order_by(first, Posting.seq.desc()).limit(query.limit).offset(query.offset)
    total = session().scalar(select(func.count()).select_from(Posting).where(open_now(), *conditions)) or 0
    pairs = [(row, bool(mark)) for row, mark in session().execute(wanted)]
    return Found([row for row, _ in pairs], total, frozenset(row.id for row, mark in pairs if mark), fallback=True)


def _conditions(query: PostingQuery) -> Iterable[ColumnElement[bool]]:
    if query.regions:
        yield or_(*(within(code) for code in query.regions))
    if query.outside is not None:
        yield and_(Posting.region.is_not(None), ~within(f"{query.outside}0000"))
    if query.wage_at_least is not None:
        yield func.coalesce(Posting.month_high, Posting.month_low) >= query.wage_at_least
    if query.wage_at_most is not None:
        yield func.coalesce(Posting.month_low, Posting.month_high) <= query.wage_at_most
    if query.employment_types:
        yield Posting.employment_type.in_(query.employment_types)
    if query.educations:
        yield func.coalesce(Posting.education, 0).in_(query.educations)
    if query.posted_since is not None:
        yield Posting.valid_from >= query.posted_since
    if query.sources:
        yield Posting.source_title.in_(query.sources)


def within(region: str, column: Any = Posting.region) -> ColumnElement[bool]:
    """The posting (or what the column is of) lies in the area of this code."""
    low, high = place_range(region)
    lies: ColumnElement[bool] = column.between(low, high)
    return lies


# an employer's own


def employer_keys(grants: Iterable[Grant]) -> list[UUID]:
    return [grant.employer_id for grant in grants if grant.employer_id is not None]


def of_employers(grants: Iterable[Grant], state: PostingState | None = None) -> Select[Posting]:
    """The postings of the employers these grants reach, the latest first; what was put away as a draft is among 已撤回."""
    wanted = select(Posting).where(Posting.employer_id.in_(employer_keys(grants)))
    if state is not None:
        wanted = wanted.where(Posting.state == state)
    return wanted.options(*LONG).order_by(Posting.seq.desc())


def of_employer(employer_id: UUID) -> Sequence[Posting]:
    return session().scalars(select(Posting).where(Posting.employer_id == employer_id).order_by(Posting.seq.desc())).all()


def twins_of(posting: Posting, region: str | None) -> list[Twin]:
    """Its employer's other open postings of this place, as the gate compares them."""
    if posting.employer_id is None:
        return []
    columns = (Posting.id, Posting.title, Posting.region, Posting.duties)
    wanted = select(*columns).where(Posting.employer_id == posting.employer_id, Posting.id != posting.id, Posting.state == PostingState.OPEN)
    return [Twin(str(key), title, region, duties) for key, title, region, duties in session().execute(wanted.where(Posting.region == region))]


def closed_as(employer: Employer | None) -> str:
    """How the register of companies names the employer's end; empty: it names none."""
    end = company_end(employer.uscc) if employer else None
    return end.status if end else ""


def state_counts(grants: Iterable[Grant]) -> dict[PostingState, int]:
    counted = select(Posting.state, func.count()).where(Posting.employer_id.in_(employer_keys(grants))).group_by(Posting.state)
    return dict(session().execute(counted).all())


def own(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Posting | None:
    """A posting of an employer these grants reach; locked when it is to be changed."""
    wanted = select(Posting).where(Posting.id == key, Posting.employer_id.in_(employer_keys(grants)))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def employers_of(grants: Iterable[Grant]) -> Sequence[Employer]:
    return session().scalars(select(Employer).where(Employer.id.in_(employer_keys(grants))).order_by(Employer.registered_at)).all()


def reviews_of(posting: Posting) -> Sequence[PostingReview]:
    """Every decision about it, the latest first."""
    return session().scalars(select(PostingReview).where(PostingReview.posting_id == posting.id).order_by(PostingReview.id.desc())).all()


def return_of(posting: Posting) -> PostingReview | None:
    """The decision that sent this draft back; none once it was handed in again or taken back by its employer."""
    return next(iter(_returns([posting]).values()), None)


def returned(postings: Iterable[Posting]) -> frozenset[UUID]:
    """Those of them that are drafts because a reviewer sent them back."""
    return frozenset(_returns(postings))


def _returns(postings: Iterable[Posting]) -> dict[UUID, PostingReview]:
    since = {posting.id: posting.submitted_at for posting in postings if posting.state is PostingState.DRAFT and posting.submitted_at}
    wanted = select(PostingReview).where(PostingReview.posting_id.in_(since), PostingReview.decision == ReviewDecision.RETURNED)
    reviews = session().scalars(wanted.order_by(PostingReview.id)).all()
    return {review.posting_id: review for review in reviews if review.at >= since[review.posting_id]}


# staff


def reach(grants: Iterable[Grant]) -> ColumnElement[bool]:
    """The area these grants cover; without a region it is empty, never everything."""
    areas = [within(grant.region) for grant in grants if grant.region]
    return or_(*areas) if areas else false()


def for_review(grants: Iterable[Grant], state: PostingState) -> Select[Posting]:
    """A reviewer's rows in this state, the latest first; what waits is asked of `reviewing.queries`."""
    return select(Posting).where(reach(grants), Posting.state == state).options(*LONG).order_by(Posting.seq.desc())


def review_counts(grants: Iterable[Grant], states: Iterable[PostingState]) -> dict[PostingState, int]:
    counted = select(Posting.state, func.count()).where(reach(grants), Posting.state.in_(states)).group_by(Posting.state)
    return dict(session().execute(counted).all())


def named(keys: Iterable[UUID]) -> dict[UUID, Posting]:
    """Rows the caller has found in its own scope, by key."""
    return {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(list(keys))).options(*LONG))}


def names_of(people: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of colleagues, for staff."""
    keys = {key for key in people if key is not None}
    found = session().scalars(select(Person).where(Person.id.in_(keys))) if keys else ()
    return {person.id: person.name or "另一位审核员" for person in found}


def reviewable(key: UUID, grants: Iterable[Grant], *, for_change: bool = False, patiently: bool = True) -> Posting | None:
    """A posting in the reviewer's area; a draft is nobody's but its employer's, also one that was put away without being handed in.

    Not `patiently`: one that somebody else is changing at this moment is left out instead of waited for.
    """
    handed_in = or_(Posting.submitted_at.is_not(None), Posting.source_id.is_not(None))
    wanted = select(Posting).where(Posting.id == key, reach(grants), Posting.state != PostingState.DRAFT, handed_in)
    return session().scalar(wanted.with_for_update(skip_locked=not patiently) if for_change else wanted)


def draft_again(key: UUID, grants: Iterable[Grant]) -> Posting | None:
    """It was in the reviewer's queue and is its employer's draft again: that, and who sent it back, is all a reviewer may know of it."""
    wanted = select(Posting).where(Posting.id == key, reach(grants), Posting.state == PostingState.DRAFT, Posting.submitted_at.is_not(None))
    return session().scalar(wanted)


# workers


def closed_at(at: datetime) -> list[UUID]:
    """Those that expired as one fact (`PostingsExpired.at`)."""
    return list(session().scalars(select(Posting.id).where(Posting.closed_at == at)))
