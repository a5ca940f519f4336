"""Marks what was searched, on the database's text: an engine's own highlighter would know neither cut."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from search.text import each_span, is_han, normalise

Segment = tuple[str, bool]


class _Folded(dict[str, str]):
    """Sign -> how it is compared. Text is marked sign by sign, and there are a few thousand signs."""

    def __missing__(self, sign: str) -> str:
        self[sign] = folded = normalise(sign)
        return folded


_folded = _Folded()


def highlight(text: str, words: Collection[str]) -> tuple[Segment, ...]:
    """The text in segments, each with whether it was searched for; joined they are the text again.

    A Han word is marked wherever it stands, also inside a longer one; a word of letters or a figure only as a whole: Java
    leaves JavaScript alone.
    """
    plain, origins = _compared(text)
    marked = {origins[place] for hit in _hits(plain, words) for place in range(*hit)}
    groups = groupby(enumerate(text), key=lambda sign: sign[0] in marked)
    return tuple(("".join(sign for _, sign in group), hit) for hit, group in groups)


def first(text: str, words: Collection[str]) -> tuple[int, int] | None:
    """Where the first of the words stands: (start, end)."""
    plain, origins = _compared(text)
    found = next(_hits(plain, words), None)
    return (origins[found[0]], origins[found[1] - 1] + 1) if found else None


def _compared(text: str) -> tuple[str, range | list[int]]:
    """The text as it is compared, and for each of its signs the place in the text it comes from."""
    signs = [_folded[sign] for sign in text]
    plain = "".join(signs)
    if len(plain) == len(text):  # no sign folds into nothing, so each folded into one
        return plain, range(len(text))
    return plain, [place for place, sign in enumerate(signs) for _ in sign]


def _hits(plain: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of every word, in the order of their starts."""
    for start, piece in each_span(plain):
        if is_han(piece):
            yield from sorted((start + at, start + at + len(word)) for word in words for at in _places(word, piece))
        elif piece in words:
            yield start, start + len(piece)


def _places(word: str, piece: str) -> Iterable[int]:
    at = piece.find(word)
    while at >= 0:
        yield at
        at = piece.find(word, at + 1)
