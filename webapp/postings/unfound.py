"""What people searched and did not find: the report for staff, and what staff make of a word.

Shown are sums over many searches, never fewer than the parameter `search_tally_least`, of the own area and of searches that named no
place. A word means the same to everybody who searches: what staff say of it holds everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, desc, false, func, or_, select

import search.current
from search.engine import Unavailable
from search.query import BadQuery, PostingQuery, Wish
from webapp.access import Actor, Grant
from webapp.accounts.models import Person
from webapp.accounts.queries import staff_within
from webapp.db import session, today
from webapp.events import SearchIgnored, SearchRestored
from webapp.ledger import record
from webapp.postings import criteria as criteria_of
from webapp.postings import reading
from webapp.postings.criteria import place_range
from webapp.postings.models import IgnoredSearch, SearchTally
from webapp.reference import queries as reference
from webapp.reference.models import Wording, WordOrigin, as_word
from webapp.web import Page

PERIODS = (7, 31, 90)
PAGE_SIZE = 20
GUESSES_AT_MOST = 5
_ALIKE = 0.5
_LEAST_SURE = 0.08
"""How sure a ready guess of an occupation is at the least; below it stands chance."""
_MEANINGS_SHOWN = 3


class Unmet(NamedTuple):
    """A text and its counts over the days asked for; `last_on`: the last day on which it was searched."""

    text: str
    searches: int
    unmet: int
    widened: int
    empty: int
    last_on: date


class Guess(NamedTuple):
    """A ready meaning: other words and occupation codes, and how it is told."""

    label: str
    words: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is read now. `word`: the piece of it that nobody knows, else the whole; `is_known`: every piece means something, so
    that another meaning would help nobody; `found`: postings that fit it, None when the engine is away; `likely`: the codes it may mean,
    the likeliest first."""

    word: str
    is_known: bool
    means: str
    found: int | None
    likely: tuple[str, ...]


# the report


def report(grants: Sequence[Grant], *, days: int, region: str = "", page: int = 1) -> Page[Unmet]:
    """Texts that found nothing fitting at least once, those that found nothing at all most often first; `region` lies within the grants."""
    wanted = _counted(_area(grants, region), days).having(func.sum(SearchTally.unmet) > 0)
    wanted = wanted.where(SearchTally.text.not_in(_ignored_for(grants)))
    total = session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    number = min(page, max(1, -(-total // PAGE_SIZE)))
    ranked = wanted.order_by(desc("empty"), desc("unmet"), desc("searches"), SearchTally.text)
    rows = session().execute(ranked.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page([Unmet(*row) for row in rows], number, PAGE_SIZE, total)


def of_text(text: str, grants: Sequence[Grant], *, days: int) -> Unmet | None:
    """The counts of one text, under the conditions of the report; None also for what too few have searched."""
    row = session().execute(_counted(_area(grants, ""), days).where(SearchTally.text == text)).first()
    return Unmet(*row) if row is not None else None


def _counted(area: ColumnElement[bool], days: int) -> Select[*tuple[Any, ...]]:
    counts = [func.sum(column).label(column.key) for column in (SearchTally.searches, SearchTally.unmet, SearchTally.widened, SearchTally.empty)]
    wanted = select(SearchTally.text, *counts, func.max(SearchTally.day)).group_by(SearchTally.text)
    return wanted.where(area, SearchTally.day > today() - timedelta(days=days)).having(
        func.sum(SearchTally.searches) >= reference.whole("search_tally_least")
    )


def _area(grants: Iterable[Grant], region: str) -> ColumnElement[bool]:
    """The one region asked for; else all of the grants and the searches that named none. Without a grant that reaches anything: nothing."""
    if region:
        return SearchTally.region.between(*place_range(region))
    areas = [SearchTally.region.between(*place_range(grant.region)) for grant in grants if grant.region]
    return or_(SearchTally.region == "", *areas) if areas else false()


# what a text means now


def read_now(text: str, *, region: str = "") -> Reading:
    """The same way as the search page reads it and finds for it."""
    asked = criteria_of.read({"q": text, "region": region})
    wishes = [wish for wish in asked.understood.wishes if not wish.unwanted]
    unknown = [wish for wish in wishes if not (wish.also or wish.occupations or wish.optional)]
    word = unknown[0].text if len(unknown) == 1 else text
    likely = tuple(dict.fromkeys(code for wish in unknown for code in wish.likely))
    return Reading(as_word(word), not unknown, "；".join(filter(None, map(_meaning, wishes))), _found(asked.query), likely)


def _meaning(wish: Wish) -> str:
    """扫地的 = 保洁员、清洁工; empty for a word that is looked for by its signs alone."""
    table = reference.occupations()
    names = dict.fromkeys((*(table.name(code) for code in wish.occupations), *wish.also))
    shown = [name for name in names if name != wish.text][:_MEANINGS_SHOWN]
    return f"{wish.text} = {'、'.join(shown)}" if shown else ""


def _found(query: PostingQuery) -> int | None:
    try:
        return search.current.engine().find(replace(query, limit=0, offset=0, facets=False)).total
    except (Unavailable, BadQuery):
        return None


def guesses(word: str, likely: Sequence[str] = ()) -> list[Guess]:
    """What the word may mean, the likeliest first: words of the vocabulary that look like it, and occupations."""
    table, resolver = reference.occupations(), reading.reader().resolver
    ranked = [guess.code for guess in resolver.ranked(word, GUESSES_AT_MOST) if guess.confidence >= _LEAST_SURE] if resolver else []
    codes = list(dict.fromkeys((*likely, *ranked)))[:GUESSES_AT_MOST]
    return [*_alike(word), *(Guess(table.name(code), (), (code,)) for code in codes)]


def _alike(word: str) -> list[Guess]:
    """At most three words of the vocabulary, the most alike first."""
    signs, likeness = set(word), {}
    for other in reference.wordings():
        if len(signs & set(other)) * 2 >= _ALIKE * (len(word) + len(other)) and other != word:
            likeness[other] = SequenceMatcher(None, word, other).ratio()
    close = sorted((one for one, how in likeness.items() if how >= _ALIKE), key=lambda one: (-likeness[one], one))
    return [_as(reference.wordings()[one]) for one in close[:3]]


def _as(row: Wording) -> Guess:
    return Guess(row.word, (row.word, *row.words), tuple(row.occupations))


def meaning_of(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(words, occupations) that the vocabulary has for it, of staff before shipped; nothing where it has none."""
    row = reference.wordings().get(word)
    return (tuple(row.words), tuple(row.occupations)) if row else ((), ())


def is_of_staff(word: str) -> bool:
    row = reference.wordings().get(word)
    return row is not None and row.origin is WordOrigin.STAFF


def makers(rows: Iterable[Wording | IgnoredSearch], grants: Sequence[Grant]) -> Mapping[UUID, str]:
    """Names of those who made these rows, as far as they work in the area of the grants; others are not named."""
    keys = {row.by_id for row in rows if row.by_id is not None}
    people = session().scalars(staff_within(grants).where(Person.id.in_(keys))) if keys else ()
    return {person.id: person.name or "未填写姓名" for person in people}


# taken off the report


def ignored_within(grants: Sequence[Grant]) -> Sequence[IgnoredSearch]:
    """What was taken off the report for areas that lie within the grants, the latest first."""
    rows = session().scalars(select(IgnoredSearch).order_by(IgnoredSearch.at.desc(), IgnoredSearch.text))
    return [row for row in rows if any(grant.covers(row.region) for grant in grants)]


def _ignored_for(grants: Iterable[Grant]) -> Select[str]:
    """What is hidden from these grants: for their own area, or for one around it."""
    around = {code for grant in grants if grant.region for code in (grant.region, f"{grant.region[:4]}00", f"{grant.region[:2]}0000")}
    return select(IgnoredSearch.text).where(IgnoredSearch.region.in_(around))


def ignore(text: str, *, region: str, by: Actor) -> None:
    """Takes a text off the report of an area; done twice it stays as it was."""
    if session().get(IgnoredSearch, (text, region)) is None:
        session().add(IgnoredSearch(text=text, region=region, by_id=by.person_id))
        record(SearchIgnored(text, region), by=by)


def restore(row: IgnoredSearch, *, by: Actor) -> None:
    session().delete(row)
    record(SearchRestored(row.text, row.region), by=by)
