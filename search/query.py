"""What can be asked. No text of a user ever reaches an engine's own query parser: see `search.compiling`."""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum

from search.text import normalise

WINDOW = 1000
"""The deepest result that can be paged to (offset + limit); totals and facets are exact beyond it."""
RANKED = 200
"""How many results, from the first, are put in order by `search.ranking`; those after them stand by score and date."""
WAGE_BANDS: tuple[tuple[int | None, int | None], ...] = (
    (None, 3000), (3000, 5000), (5000, 8000), (8000, 12000), (12000, 20000), (20000, None),
)  # fmt: skip
"""(wage_at_least, wage_at_most) a page offers, yuan per month. Counted at index time: a change rebuilds the index."""
POSTED_WITHIN = (1, 3, 7, 31)
"""Days of the `posted` facet: it counts posted_on >= today - days, what `posted_since` of that day would leave."""
RADIUS_AT_MOST = 100.0
"""Kilometres."""


class BadQuery(ValueError):
    """Something that may not be asked: a caller's mistake, or a person's text beyond all measure."""


class Sort(Enum):
    """Every order ends on seq, the newest first. WAGE is by the lower end, the highest first, 面议 last.

    RELEVANCE without any text to be relevant to is DATE. DISTANCE is from the middle of `near`, the nearest first.
    """

    RELEVANCE = "relevance"
    DATE = "date"
    WAGE = "wage"
    DISTANCE = "distance"


class Widening(IntEnum):
    """What is found beside the strict matches; each step holds the ones before it, and strict matches come first."""

    EXACT = 0
    OCCUPATION = 1  # what the wishes are likely to mean
    NEARBY = 2  # the neighbouring areas, or a radius half as wide again
    TERMS = 3  # three quarters of the words


@dataclass(frozen=True, slots=True)
class Wish:
    """One piece of what a person asks for in words.

    `text` is normalised and matched as text. `also` are other words of the same work, found in titles, and
    `occupations` its 大典 codes: both from exact lists, so they belong to the strict matches. `likely` (codes) and
    `likely_words` (in titles) are guesses, from Widening.OCCUPATION on. An `optional` wish orders and excludes nothing;
    `benefits` and `shifts` are codes that fulfil it as well. An unwanted optional one prefers what has it not.
    """

    text: str
    quoted: bool = False
    unwanted: bool = False
    optional: bool = False
    also: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    likely_words: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A circle: degrees in the datum of the postings (GCJ-02) and kilometres. It is met by grid cells (约)."""

    lon: float
    lat: float
    kilometres: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -85 <= self.lat <= 85):
            raise BadQuery(f"{self.lon}, {self.lat} is no place")
        if not 0 < self.kilometres <= RADIUS_AT_MOST:
            raise BadQuery(f"a radius is above 0 and at most {RADIUS_AT_MOST} km, not {self.kilometres}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingQuery:
    """All conditions hold together; values inside one tuple are alternatives (of `benefits` all must be offered).

    `text`: words (all must be found), "a phrase", -without; `wishes` says the same when somebody has read it, and then
    `text` is not looked at. `regions`: six-digit codes; XXXX00 covers its counties, XX0000 its province; `nearby` are
    added from Widening.NEARBY on. `outside`: a province prefix ("37"): only postings with a known place elsewhere (省外).
    Wages are yuan per month; a posting matches when its range overlaps [wage_at_least, wage_at_most], 面议 never does.
    `valid_on` leaves out what expired before that day. `facets`: all of them, none, or those named (search.facets); `today`
    asks for the `posted` one too.
    `after` continues a DATE or WAGE order behind `Hits.cursor`, however deep.
    """

    text: str = ""
    wishes: tuple[Wish, ...] = ()
    widening: Widening = Widening.EXACT
    regions: tuple[str, ...] = ()
    nearby: tuple[str, ...] = ()
    outside: str | None = None
    near: Near | None = None
    wage_at_least: int | None = None
    wage_at_most: int | None = None
    employment_types: tuple[str, ...] = ()
    educations: tuple[int, ...] = ()
    shifts: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    posted_since: date | None = None
    experience_none: bool = False
    occupations: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    valid_on: date | None = None
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    offset: int = 0
    after: int | None = None
    facets: bool | tuple[str, ...] = True
    today: date | None = None

    def __post_init__(self) -> None:
        if self.limit < 0 or self.offset < 0 or self.offset + self.limit > WINDOW:
            raise BadQuery(f"results {self.offset}..{self.offset + self.limit} are outside the window of {WINDOW}")
        if any(not re.fullmatch(r"\d{6}", code) for code in (*self.regions, *self.nearby)):
            raise BadQuery(f"a region is a six-digit code: {self.regions} {self.nearby}")
        if self.outside is not None and not re.fullmatch(r"\d{2}", self.outside):
            raise BadQuery(f"outside is a province's two digits, not {self.outside!r}")
        if any(wage is not None and wage < 0 for wage in (self.wage_at_least, self.wage_at_most)):
            raise BadQuery("a wage is never negative")
        self._check_order()

    def _check_order(self) -> None:
        if self.sort is Sort.DISTANCE and self.near is None:
            raise BadQuery("a distance needs a place to be measured from")
        if self.after is not None and (self.offset or self.sort not in (Sort.DATE, Sort.WAGE) or not 0 <= self.after < 1 << 63):
            raise BadQuery("a cursor continues an order by date or wage, without an offset")


_CHUNK = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』«»", '"'))


def parse(text: str) -> tuple[Wish, ...]:
    """Read what a person typed, by its signs alone; nothing is a mistake: a lone quote or hyphen is simply not searched."""
    chunks = _CHUNK.finditer(normalise(text).translate(_QUOTES))
    return tuple(Wish(chunk["phrase"] or chunk["word"] or "", quoted=chunk["word"] is None, unwanted=bool(chunk["no"])) for chunk in chunks)
