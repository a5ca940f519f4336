"""The order of the first results, the same for every engine: whole numbers over a closed list of features.

An engine hands over its candidates by (score, date); here titles that say just what was asked come before long ones, a
stated wage before 面议, fresh before old. Nothing about a person is among the features, and none may be added.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from search.analysis import Analysis
from search.cells import distance
from search.query import PostingQuery, Sort, parse

FEATURES = ("posted_on", "wage_low", "title_length", "lon", "lat")
"""Number columns of both engines; 0: not known."""
STEP = 4
"""What a level's point is worth beside the features below: levels are 6 apart or more, so features only decide between like and like."""
LONG_TITLE = 24
"""Points at most for a short title; one is lost for every sign beyond those asked for."""
WAGE_STATED = 10
FRESH = ((3, 6), (7, 4), (31, 2))
"""(days since it was posted, at most; points)."""
_DEGREE = 100_000
_TURN = 180


class Candidate(NamedTuple):
    """One document an engine offers. The features are FEATURES, as stored."""

    key: str
    score: int
    by_date: int
    posted_on: int
    wage_low: int
    title_length: int
    lon: int
    lat: int


def degrees(value: float) -> int:
    """A coordinate as a column holds it: unsigned, to a metre, never 0."""
    return round((value + _TURN) * _DEGREE) + 1


def ordered(candidates: Sequence[Candidate], query: PostingQuery, analysis: Analysis) -> list[Candidate]:
    """The candidates, best first; equal ones by date and seq, the newest first."""
    if query.sort is Sort.DISTANCE and query.near is not None:
        return sorted(candidates, key=lambda one: (_metres(one, query), -one.by_date))
    asked = _asked(query, analysis)
    return sorted(candidates, key=lambda one: (-_points(one, asked, query.valid_on), -one.by_date))


def _points(one: Candidate, asked: int, on: date | None) -> int:
    points = one.score * STEP + max(0, LONG_TITLE - max(0, one.title_length - asked))
    if one.wage_low:
        points += WAGE_STATED
    if on is not None:
        age = on.toordinal() - one.posted_on
        points += next((worth for days, worth in FRESH if age <= days), 0)
    return points


def _asked(query: PostingQuery, analysis: Analysis) -> int:
    """How many signs a title has that says just what was asked."""
    wishes = [wish for wish in query.wishes or parse(query.text) if not (wish.optional or wish.unwanted)]
    return sum(len(analysis.characters(wish.text)) for wish in wishes)


def _metres(one: Candidate, query: PostingQuery) -> int:
    near = query.near
    if near is None or not one.lon:
        return 1 << 40
    return round(1000 * distance(near.lon, near.lat, _plain(one.lon), _plain(one.lat)))


def _plain(column: int) -> float:
    return (column - 1) / _DEGREE - _TURN
