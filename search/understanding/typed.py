"""A typed line in its normal form, with the way back to what was typed.

Full width, compatibility forms, upper case and traditional characters are made plain sign by sign, so that each plain
sign knows the stretch it came from: a chip quotes the person, not us.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import opencc

from search.text import is_han

_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』«»", '"'))
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+")
_CHUNK = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Chunk:
    """What stands between spaces, or between quotes; start and end take in the signs."""

    start: int
    end: int
    text: str
    quoted: bool
    unwanted: bool


class Typed:
    """`plain` is what is read; `origin(start, end)` is where a stretch of it was typed."""

    def __init__(self, text: str) -> None:
        self.text = text
        signs: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in _clusters(text):
            for sign in unicodedata.normalize("NFKC", text[start:end]).lower():
                signs.append(sign)
                self._starts.append(start)
                self._ends.append(end)
        self.plain = _HAN.sub(lambda run: simplified(run[0]), "".join(signs).translate(_QUOTES))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        return self._starts[start], self._ends[end - 1]

    def parts(self, place: int) -> bool:
        """Whether a typed sign ends before `place`: ㍿ becomes four signs, and no piece may hold two of them."""
        return place in (0, len(self.plain)) or self._starts[place] != self._starts[place - 1]

    def chunks(self) -> list[Chunk]:
        """As `search.query.parse` sees them, with where they stand."""
        found = _CHUNK.finditer(self.plain)
        return [
            Chunk(chunk.start(), chunk.end(), chunk["phrase"] or chunk["word"] or "", chunk["word"] is None, bool(chunk["no"])) for chunk in found
        ]


def simplified(run: str) -> str:
    """A Han run in simplified characters, sign for sign."""
    plain: str = _converter().convert(run)
    if len(plain) == len(run):
        return plain
    signs = ((sign, _converter().convert(sign)) for sign in run)
    return "".join(new if len(new) == 1 and is_han(new) else sign for sign, new in signs)


def _clusters(text: str) -> list[tuple[int, int]]:
    """Each sign with the combining marks behind it: they are normalised as one."""
    starts = [place for place, sign in enumerate(text) if not place or not unicodedata.combining(sign)]
    return list(pairwise([*starts, len(text)]))


@cache
def _converter() -> Any:
    """OpenCC's dictionaries, read once per process (0.1 s)."""
    return opencc.OpenCC("t2s")
