"""Where a saved search is filed, so that one posting meets only the searches it could touch.

Every posting that a search finds holds each word of a wish that nothing else can fulfil, so one of them, the longest (the rarest by a cheap
guess), is written beside the search: a posting looks up its own words and no other search. A wish that other words fulfil as well (扫地的:
保洁) gives no such word. Words are cut by an analysis and read by a vocabulary that change; `filed_by` says which, and a search filed by
another is tested in full until it is filed anew.
"""

import hashlib

from search.analysis import default_analysis
from search.query import Wish
from webapp.reference.queries import vocabulary_version

ANYWHERE = ""
"""Filed under no word in particular (all its words are too long to be looked up): every posting is tested against it."""
WORD_AT_MOST = 12


def analysis_mark() -> str:
    """Names the analysis of this code and the vocabulary of this moment in 16 characters."""
    return hashlib.sha256(f"{default_analysis().fingerprint} {vocabulary_version()}".encode()).hexdigest()[:16]


def filing_word(wishes: tuple[Wish, ...]) -> str | None:
    """The word to file a search under; None when it asks for no words (or only orders or excludes by them)."""
    required = [wish for wish in wishes if not (wish.optional or wish.unwanted)]
    if not any(default_analysis().words(wish.text) or wish.also for wish in required):
        return None
    words = (word for wish in required if not (wish.also or wish.occupations) for word in default_analysis().words(wish.text))
    return max((word for word in words if len(word) <= WORD_AT_MOST), key=len, default=ANYWHERE)
