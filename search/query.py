"""What can be asked, and the small tree every engine compiles.

No text of a user ever reaches an engine's own query parser: `compile_query` is pure, so the same tree is tested without
an engine and two engines cannot understand a query differently.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from search.analysis import GRAM, Analysis
from search.text import is_han, normalise

WINDOW = 1000
"""The deepest result that can be paged to (offset + limit); totals and facets are exact beyond it."""
WORDS_AT_MOST = 64
WAGE_BANDS: tuple[tuple[int | None, int | None], ...] = (
    (None, 3000), (3000, 5000), (5000, 8000), (8000, 12000), (12000, 20000), (20000, None),
)  # fmt: skip
"""(wage_at_least, wage_at_most) a page offers, yuan per month. Counted at index time: a change rebuilds the index."""
POSTED_WITHIN = (1, 3, 7, 31)
"""Days of the `posted` facet: it counts posted_on >= today - days, what `posted_since` of that day would leave."""


class BadQuery(ValueError):
    """Something that may not be asked: a caller's mistake, or a person's text beyond all measure."""


class Sort(Enum):
    """Every order ends on seq, the newest first. WAGE is by the lower end, the highest first, 面议 last.

    RELEVANCE without any text to be relevant to is DATE.
    """

    RELEVANCE = "relevance"
    DATE = "date"
    WAGE = "wage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingQuery:
    """All conditions hold together; values inside one tuple are alternatives.

    `text`: words (all must be found), "a phrase", -without. `regions`: six-digit codes; XXXX00 covers its counties,
    XX0000 its province. `outside`: a province prefix ("37"): only postings with a known place elsewhere (省外).
    Wages are yuan per month; a posting matches when its range overlaps [wage_at_least, wage_at_most], 面议 never does.
    `valid_on` leaves out what expired before that day. `today` (with `facets`) asks for the `posted` facet.
    """

    text: str = ""
    regions: tuple[str, ...] = ()
    outside: str | None = None
    wage_at_least: int | None = None
    wage_at_most: int | None = None
    employment_types: tuple[str, ...] = ()
    educations: tuple[int, ...] = ()
    posted_since: date | None = None
    experience_none: bool = False
    occupations: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    valid_on: date | None = None
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    offset: int = 0
    facets: bool = True
    today: date | None = None

    def __post_init__(self) -> None:
        if self.limit < 0 or self.offset < 0 or self.offset + self.limit > WINDOW:
            raise BadQuery(f"results {self.offset}..{self.offset + self.limit} are outside the window of {WINDOW}")
        if any(not re.fullmatch(r"\d{6}", code) for code in self.regions):
            raise BadQuery(f"a region is a six-digit code: {self.regions}")
        if self.outside is not None and not re.fullmatch(r"\d{2}", self.outside):
            raise BadQuery(f"outside is a province's two digits, not {self.outside!r}")
        if any(wage is not None and wage < 0 for wage in (self.wage_at_least, self.wage_at_most)):
            raise BadQuery("a wage is never negative")


@dataclass(frozen=True, slots=True)
class Everything:
    """All live documents (a tombstone is not one)."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document: what was asked holds no sign that can be searched."""


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with this token or keyword in the field; BM25 times weight."""

    field: str
    value: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Documents with these tokens next to one another, in this order; one token is a Term."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Documents with one of these keywords in the field."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose number is within [low, high], both included; None is open; no number, no match."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Flat:
    """The matches of `part`, all with the same score: 0 makes a filter of it."""

    part: "Node"
    score: float


@dataclass(frozen=True, slots=True)
class Not:
    """All live documents but those of `part`; scores nothing."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class AllOf:
    """The documents every part matches; scores add up. Never empty."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The documents at least one part matches; scores of those that do add up. Never empty."""

    parts: tuple["Node", ...]


Node = Everything | Nothing | Term | Phrase | OneOf | Between | Flat | Not | AllOf | AnyOf

_IN_TITLE = 100.0  # above what BM25 can reach: titles that hold the word come first
_TITLE_WEIGHT = 4.0
_CHUNK = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』«»", '"'))


@dataclass(frozen=True, slots=True)
class Wish:
    """One piece of what a person typed: a run without spaces, or what stood in quotes."""

    text: str
    quoted: bool = False
    unwanted: bool = False


def parse(text: str) -> tuple[Wish, ...]:
    """Read what a person typed; nothing is a mistake: a lone quote or hyphen is simply not searched."""
    chunks = _CHUNK.finditer(normalise(text).translate(_QUOTES))
    return tuple(Wish(chunk["phrase"] or chunk["word"] or "", quoted=chunk["word"] is None, unwanted=bool(chunk["no"])) for chunk in chunks)


def wanted_words(text: str, analysis: Analysis) -> tuple[str, ...]:
    """The words that made a text query find what it found, in order, once each: what a page highlights."""
    words = (word for wish in parse(text) if not wish.unwanted for word in analysis.words(wish.text))
    return tuple(dict.fromkeys(words))


def compile_query(query: PostingQuery, analysis: Analysis) -> Node:
    """The tree of all conditions. Raise BadQuery for more than 64 different words."""
    wishes = [(wish.unwanted, _nodes(wish, analysis)) for wish in parse(query.text)]
    wanted = dict.fromkeys(node for unwanted, nodes in wishes if not unwanted for node in nodes)
    unwanted = dict.fromkeys(_whole(nodes) for unwanted, nodes in wishes if unwanted and nodes)
    if len(wanted) + len(unwanted) > WORDS_AT_MOST:
        raise BadQuery(f"more than {WORDS_AT_MOST} words")
    if query.text.strip() and not wanted and not unwanted:
        return Nothing()
    parts = [*wanted, *(Flat(part, 0.0) for part in _filters(query)), *map(Not, unwanted)]
    if not parts or all(isinstance(part, Not) for part in parts):
        parts.insert(0, Everything())
    return _whole(parts)


def has_text(node: Node) -> bool:
    """Whether there is anything to be relevant to."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    return any(isinstance(part, Term | Phrase | AnyOf) for part in parts)


def _whole(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _nodes(wish: Wish, analysis: Analysis) -> list[Node]:
    words = analysis.words(wish.text)
    if wish.quoted and len(words) > 1:
        title = Phrase("title_characters", analysis.characters(wish.text))
        return [AnyOf((Flat(title, _IN_TITLE), Phrase("running", words)))]
    return [_anywhere(word, analysis) for word in words]


def _anywhere(word: str, analysis: Analysis) -> Node:
    """The word in any text, or inside a longer word of the title (焊工 in 电焊工)."""
    short = len(word) <= GRAM or not is_han(word)
    title = Term("title_grams", word) if short else Phrase("title_characters", analysis.characters(word))
    return AnyOf((Flat(title, _IN_TITLE), Term("every", word), Term("title", word, _TITLE_WEIGHT)))


def _filters(query: PostingQuery) -> list[Node]:
    nodes: list[Node] = [
        OneOf(field, values)
        for field, values in (
            ("places", tuple(_place(code) for code in query.regions)),
            ("employment_type", query.employment_types),
            ("education", tuple(str(rank) for rank in query.educations)),
            ("occupation", query.occupations),
            ("industry", query.industries),
            ("source", query.sources),
        )
        if values
    ]
    if query.outside is not None:
        nodes.append(AllOf((Term("places", "somewhere"), Not(Term("places", query.outside)))))
    return nodes + _ranges(query)


def _ranges(query: PostingQuery) -> list[Node]:
    nodes: list[Node] = []
    if query.wage_at_least is not None:
        nodes.append(Between("wage_high", query.wage_at_least, None))
    if query.wage_at_most is not None:
        nodes.append(Between("wage_low", None, query.wage_at_most))
    if query.experience_none:
        nodes.append(Between("experience_years", 0, 0))
    if query.posted_since is not None:
        nodes.append(Between("posted_on", query.posted_since.toordinal(), None))
    if query.valid_on is not None:
        nodes.append(Between("valid_through", query.valid_on.toordinal(), None))
    return nodes


def _place(code: str) -> str:
    """A code's shortest prefix that means the same: 37, 3702 or 370202."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
