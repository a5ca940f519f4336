"""When little is found: step by step wider, told in numbers, and never instead of what fits.

Strict matches come first on the list. Each step holds the ones before it; the page names every step that brought something.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from search.query import PostingQuery, Sort, Widening
from webapp.postings.criteria import Criteria
from webapp.postings.queries import total_of
from webapp.reference import queries as reference

ENOUGH = 20
"""One page: who has that many fitting postings is shown no others."""
NEIGHBOURS_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Step:
    """`label`: what was let go of, in words; `more`: how many postings it brought."""

    widening: Widening
    label: str
    more: int


@dataclass(frozen=True, slots=True)
class Widened:
    """`strict`: how many fit as asked. `query`: what to ask; without steps it is the strict one."""

    query: PostingQuery
    strict: int
    steps: tuple[Step, ...]


def enough(criteria: Criteria) -> int:
    """With how many fitting postings a search is left as it was asked; 0 where it is never widened by itself.

    With an order by date or wage strict matches would not come first.
    """
    query = criteria.query
    if criteria.strict or query.sort is not Sort.RELEVANCE or not _may_widen(query):
        return 0
    return ENOUGH if query.wishes else 1  # who only chose a place is shown the place, and its surroundings when it has nothing


def widened(criteria: Criteria, strict: int | None = None) -> Widened:
    """`strict`: how many fit as asked, where that is known. Steps are taken until a page is full."""
    query = criteria.query
    strict = total_of(query) if strict is None else strict
    if strict >= enough(criteria):
        return Widened(query, strict, ())
    query = replace(query, nearby=_around(query.regions))
    steps, total, last = [], strict, query
    for widening, label in _labels(query):
        wider = replace(query, widening=widening)
        found = total_of(wider)
        if found > total:
            steps.append(Step(widening, label, found - total))
            total, last = found, wider
        if total >= ENOUGH:
            break
    return Widened(last, strict, tuple(steps))


def _may_widen(query: PostingQuery) -> bool:
    return bool(query.wishes or query.regions or query.near)


def _labels(query: PostingQuery) -> Iterator[tuple[Widening, str]]:
    if any(wish.likely or wish.likely_words for wish in query.wishes):
        yield Widening.OCCUPATION, f"相近的职业（{'、'.join(_likely(query)[:3])}）"
    if query.near is not None:
        yield Widening.NEARBY, f"更远一些（{query.near.kilometres * 1.5:g} 公里以内）"
    elif query.nearby:
        names = [reference.regions().short(code) for code in query.nearby]
        yield Widening.NEARBY, f"周边地区（{'、'.join(names[:4])}{'等' if len(names) > 4 else ''}）"
    if query.wishes:
        yield Widening.TERMS, "只符合一部分文字"


def _likely(query: PostingQuery) -> list[str]:
    table = reference.occupations()
    codes = dict.fromkeys(code for wish in query.wishes for code in wish.likely)
    return [table.name(code) for code in codes] or [word for wish in query.wishes for word in wish.likely_words]


def _around(regions: tuple[str, ...]) -> tuple[str, ...]:
    """The neighbours of what was asked for; a county's own city is wider still and not taken."""
    around = dict.fromkeys(code for region in regions for code in reference.neighbours(region))
    return tuple(code for code in around if code not in regions)[:NEIGHBOURS_AT_MOST]
