"""Where a saved search is filed, so that one posting meets only the searches it could touch.

Every posting that a search with keywords finds holds each of its words, so one of them, the longest (the rarest by a cheap guess), is
written beside the search: in the index of words, a posting looks up its own words and no other search. Words are cut by an analysis
that may change with a release; `filed_by` says which one cut, and a search filed by another is tested in full until it is filed anew.
"""

import hashlib
from functools import cache

from search.analysis import default_analysis
from search.query import parse, wanted_words

ANYWHERE = ""
"""Filed under no word in particular (all its words are too long to be looked up): every posting is tested against it."""
WORD_AT_MOST = 12


@cache
def analysis_mark() -> str:
    """Names the analysis of this code in 16 characters."""
    return hashlib.sha256(default_analysis().fingerprint.encode()).hexdigest()[:16]


def filing_word(text: str) -> str | None:
    """The word to file a search under; None when `text` holds no word a posting must have (it is empty, or only excludes)."""
    words = wanted_words(parse(text), default_analysis())
    if not words:
        return None
    return max((word for word in words if len(word) <= WORD_AT_MOST), key=len, default=ANYWHERE)
