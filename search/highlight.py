"""Marks what was searched, on the database's text: an engine's own highlighter would know neither cut."""

from collections.abc import Iterator
from itertools import groupby

from search.analysis import Analysis, default_analysis
from search.query import Wish, parse, wanted_words
from search.text import is_han, normalise, spans

Segment = tuple[str, bool]


def highlight(text: str, query: str | tuple[Wish, ...], analysis: Analysis | None = None) -> tuple[Segment, ...]:
    """The text in segments, each with whether it was searched for; joined they are the text again.

    `query` is what the person typed, or the wishes that were read from it. A Han word is marked wherever it stands,
    also inside a longer one; a word of letters or a figure only as a whole: Java leaves JavaScript alone.
    """
    words = set(wanted_words(parse(query) if isinstance(query, str) else query, analysis or default_analysis()))
    plain, origins = _folded(text)
    marked = {origins[i] for start, end in _hits(plain, words) for i in range(start, end)}
    groups = groupby(enumerate(text), key=lambda sign: sign[0] in marked)
    return tuple(("".join(sign for _, sign in group), hit) for hit, group in groups)


def _folded(text: str) -> tuple[str, list[int]]:
    """The normalised text, and for each of its signs the place in the text it comes from."""
    folded = [(normalise(sign), place) for place, sign in enumerate(text)]
    return "".join(sign for sign, _ in folded), [place for sign, place in folded for _ in sign]


def _hits(plain: str, words: set[str]) -> Iterator[tuple[int, int]]:
    for start, piece in spans(plain):
        if not is_han(piece):
            if piece in words:
                yield start, start + len(piece)
            continue
        for word in words:
            at = piece.find(word)
            while at >= 0:
                yield start + at, start + at + len(word)
                at = piece.find(word, at + 1)
