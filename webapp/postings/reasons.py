"""Why a posting stands on the list: the words of the search marked where they stand, and what else tied the two together.

From the same wishes that found it, and from the database's text: what is said here can be read on the posting's own page.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from search.analysis import default_analysis
from search.highlight import Segment, first, highlight
from search.query import PostingQuery, Wish
from search.text import normalise
from webapp.access import region_prefix
from webapp.postings import traits
from webapp.postings.models import Posting
from webapp.reference import queries as reference

AROUND = 18
"""Signs shown on each side of a word found in the description."""
AT_MOST = 2


@dataclass(frozen=True, slots=True)
class Why:
    """`title` in segments, each with whether it was searched for; `reasons` in words; `quote`: a marked piece of the description."""

    title: tuple[Segment, ...]
    reasons: tuple[str, ...]
    quote: tuple[Segment, ...] = ()


class Reasons:
    """Of one search, for every row of its page."""

    def __init__(self, query: PostingQuery) -> None:
        analysis = default_analysis()
        self._regions = tuple(map(region_prefix, query.regions))
        self._wishes = [_Wanted(wish, analysis.words(wish.text)) for wish in query.wishes if not wish.unwanted]
        self._marks = _marks(self._wishes)

    def why(self, posting: Posting) -> Why:
        plain = normalise(posting.title)
        reasons = [reason for wanted in self._wishes for reason in _reasons(posting, wanted, plain)]
        if self._regions and posting.region and not posting.region.startswith(self._regions):
            reasons.append(f"在周边：{reference.regions().short(posting.region)}")
        unmet = [wanted for wanted in self._wishes if not wanted.is_in(plain)]
        return Why(highlight(posting.title, self._marks), tuple(dict.fromkeys(reasons))[:AT_MOST], _quote(posting, _marks(unmet)))


class _Wanted(NamedTuple):
    """A wish and its words as the index has them."""

    wish: Wish
    words: tuple[str, ...]

    def is_in(self, title: str) -> bool:
        return bool(self.words) and all(word in title for word in self.words)


def _marks(wishes: Iterable[_Wanted]) -> frozenset[str]:
    """What made the wishes find what they found."""
    return frozenset(word for wanted in wishes for word in (*wanted.words, *wanted.wish.also))


def _reasons(posting: Posting, wanted: _Wanted, title: str) -> Iterator[str]:
    wish = wanted.wish
    if wish.benefits and set(wish.benefits) <= set(traits.read(posting).benefits):
        yield "提供" + "、".join(traits.BENEFITS[code] for code in wish.benefits)
    if wish.optional or wanted.is_in(title):
        return
    other = next((word for word in wish.also if normalise(word) in title), "")
    if other:
        yield f"“{other}”和“{wish.text}”是同类工作"
    elif posting.occupation and posting.occupation in wish.occupations:
        yield f"职业：{reference.occupations().name(posting.occupation)}"
    elif posting.occupation and posting.occupation in wish.likely:
        yield f"相近的职业：{reference.occupations().name(posting.occupation)}"


def _quote(posting: Posting, marks: frozenset[str]) -> tuple[Segment, ...]:
    """The first place of the description that holds a word the title has not."""
    flat = " ".join(f"{posting.duties}\n{posting.requirements}".split()) if marks else ""
    found = first(flat, marks)
    if found is None:
        return ()
    start, end = found
    piece = flat[max(0, start - AROUND) : end + AROUND]
    return ((("…", False),) if start > AROUND else ()) + highlight(piece, marks) + (("…", False),)
