"""Why a posting stands on the list: the words of the search marked where they stand, and what else tied the two together.

From the same wishes that found it, and from the database's text: what is said here can be read on the posting's own page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.analysis import default_analysis
from search.highlight import Segment, highlight
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


def why(posting: Posting, query: PostingQuery, text: str = "") -> Why:
    """`text`: duties and requirements, where the caller has read them."""
    wanted = tuple(wish for wish in query.wishes if not wish.unwanted)
    title = highlight(posting.title, wanted)
    plain = normalise(posting.title)
    reasons = [reason for wish in wanted for reason in _reasons(posting, wish, plain)]
    if query.regions and posting.region and not any(posting.region.startswith(region_prefix(code)) for code in query.regions):
        reasons.append(f"在周边：{reference.regions().short(posting.region)}")
    unmet = tuple(wish for wish in wanted if not _is_in(wish, plain))
    return Why(title, tuple(dict.fromkeys(reasons))[:AT_MOST], _quote(text, unmet))


def _reasons(posting: Posting, wish: Wish, title: str) -> Iterator[str]:
    if wish.benefits and set(wish.benefits) <= set(traits.read(posting).benefits):
        yield "提供" + "、".join(traits.BENEFITS[code] for code in wish.benefits)
    if wish.optional or _is_in(wish, title):
        return
    other = next((word for word in wish.also if normalise(word) in title), "")
    if other:
        yield f"“{other}”和“{wish.text}”是同类工作"
    elif posting.occupation and posting.occupation in wish.occupations:
        yield f"职业：{reference.occupations().name(posting.occupation)}"
    elif posting.occupation and posting.occupation in wish.likely:
        yield f"相近的职业：{reference.occupations().name(posting.occupation)}"


def _is_in(wish: Wish, title: str) -> bool:
    words = default_analysis().words(wish.text)
    return bool(words) and all(word in title for word in words)


def _quote(text: str, wishes: Sequence[Wish]) -> tuple[Segment, ...]:
    """The first place of the description that holds a word the title has not."""
    if not text or not wishes:
        return ()
    flat = " ".join(text.split())
    segments = highlight(flat, tuple(wishes))
    start = 0
    for segment, marked in segments:
        if marked:
            piece = flat[max(0, start - AROUND) : start + len(segment) + AROUND]
            return ((("…", False),) if start > AROUND else ()) + highlight(piece, tuple(wishes)) + (("…", False),)
        start += len(segment)
    return ()
