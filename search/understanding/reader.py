"""One line of text, read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from search.analysis import Analysis, default_analysis
from search.query import parse
from search.resolver import Resolver
from search.text import is_han, pieces
from search.understanding.chips import Correction, Understood
from search.understanding.cutting import SMALL, Piece, Stretch, cut
from search.understanding.figures import AGE, Pay, pays
from search.understanding.lexicon import Lexicon
from search.understanding.placing import Placed, place
from search.understanding.sayings import CHIPS, NO_PERSON, Kind
from search.understanding.telling import Found, tell
from search.understanding.typed import Chunk, Typed
from search.understanding.vocabulary import Vocabulary

_STRETCH = re.compile(r"(?:[^\W_]|(?<=[a-z0-9+#])[+#])+")
_LETTERS = re.compile(r"[a-z]{2,}\Z")
_ROUNDS = 5
_SLIP = range(2, 7)


class Spanned(Protocol):
    """A stretch of the plain text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class Span(NamedTuple):
    start: int
    end: int


class Reader:
    """Immutable after it is made, so any number of threads may ask; a changed vocabulary is a new Reader (about a second)."""

    def __init__(self, vocabulary: Vocabulary, resolver: Resolver | None = None, *, analysis: Analysis | None = None) -> None:
        self.vocabulary = vocabulary
        self.resolver = resolver
        self._analysis = analysis or default_analysis()
        self._lexicon = Lexicon(vocabulary)

    def read(self, text: str, *, home: str = "370000", city: str | None = None, literal: bool = False) -> Understood:
        """What the text asks for. `home`: the province served; `city`: where the searcher is, if that is known.

        `literal`: by its signs alone, nothing is understood or corrected.
        """
        if literal:
            return Understood(text=text, wishes=parse(text))
        return tell(_Reading(Typed(text), self._lexicon, self._analysis, self.vocabulary, home, city).found(), self.vocabulary, self.resolver)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The steps of one reading; every stretch of the plain text is given away once.

    What was understood is blanked and the rest is read again until nothing more is found: so what is left when all
    chips are taken back holds none.
    """

    typed: Typed
    lexicon: Lexicon
    analysis: Analysis
    vocabulary: Vocabulary
    home: str
    city: str | None

    def found(self) -> Found:
        signed = [chunk for chunk in self.typed.chunks() if (chunk.quoted or chunk.unwanted) and pieces(chunk.text)]
        free = _blank(self.typed.plain, signed)
        paid: list[Pay] = []
        taken: list[Piece] = []
        notes: list[str] = []
        for _ in range(_ROUNDS):
            pay = [pay for pay in pays(free) if self._is_whole(pay) and self._is_known(pay)]
            free = _blank(free, pay)
            ages = [Span(*age.span()) for age in AGE.finditer(free) if self._is_whole(Span(*age.span()))]
            free = _blank(free, ages)
            known, words = self._cut(free, [piece for piece in taken if piece.kind is Kind.PLACE])
            fresh = [piece for piece in known if piece.kind in CHIPS]
            paid += pay
            taken += fresh
            notes += [NO_PERSON] if ages else []
            if not (pay or ages or fresh):
                break
            free = _blank(free, fresh)
        others = [piece for piece in known if piece.kind not in CHIPS]
        return self._sorted([*taken, *others], words, signed, paid, notes)

    def _sorted(self, known: list[Piece], words: list[tuple[int, int]], signed: list[Chunk], paid: list[Pay], notes: list[str]) -> Found:
        placed = self._placed([piece for piece in known if piece.kind is Kind.PLACE])[0]
        others = sorted((piece for piece in known if piece.kind is not Kind.PLACE), key=lambda piece: piece.start)
        notes += [piece.meaning.saying.note for piece in others if piece.meaning.saying and piece.meaning.saying.note]
        heard = sorted((piece for piece in known if piece.heard), key=lambda piece: piece.start)
        corrections = tuple(Correction(self._said(piece), piece.meaning.form) for piece in heard)
        return Found(self.typed, others, placed, words, signed, sorted(paid, key=lambda pay: pay.start), tuple(dict.fromkeys(notes)), corrections)

    def _cut(self, free: str, places: list[Piece]) -> tuple[list[Piece], list[tuple[int, int]]]:
        """(known pieces, the stretches that are words): names that turn out to be no place are cut anew as words."""
        stretches = [Stretch(free, found.start(), found.end(), self.analysis) for found in _STRETCH.finditer(free)]
        banned: set[tuple[int, int]] = set()
        for _ in range(_ROUNDS):
            cuts = [cut(stretch, self.lexicon, banned) for stretch in stretches]
            rests = [rest for stretch, known in zip(stretches, cuts, strict=True) for rest in _rests(stretch, known)]
            heard = list(self._heard(free, rests, banned))
            known = sorted([piece for pieces_of in cuts for piece in pieces_of] + heard, key=lambda piece: piece.start)
            named = [*places, *(piece for piece in known if piece.kind is Kind.PLACE)]
            refused = [piece for piece in known if not self._is_whole(piece)] + self._placed(named)[1]
            if not refused:
                break
            banned |= {(piece.start, piece.end) for piece in refused}
            known = [piece for piece in known if piece not in refused]
        taken = {(piece.start, piece.end) for piece in heard}
        words = [self._trimmed(free, rest) for rest in rests if rest not in taken]
        return known, [word for word in words if word and (not (known or places) or not set(free[word[0] : word[1]]) <= SMALL)]

    def _placed(self, named: list[Piece]) -> tuple[list[Placed], list[Piece]]:
        return place(named, home=self.home, city=self.city)

    def _said(self, piece: Piece) -> str:
        start, end = self.typed.origin(piece.start, piece.end)
        return self.typed.text[start:end]

    def _heard(self, free: str, rests: Iterable[tuple[int, int]], banned: set[tuple[int, int]]) -> Iterator[Piece]:
        """What was not known, by its sound: words of letters alone, and Han words that no dictionary has."""
        for start, end in rests:
            rest = free[start:end]
            meaning = None
            if (start, end) not in banned and _LETTERS.match(rest):
                first, last = self.typed.origin(start, end)
                meaning = self.lexicon.heard(rest, small=self.typed.text[first:last].islower())
            elif len(rest) in _SLIP and all(map(is_han, rest)) and all(len(word) == 1 for word in self.analysis.words(rest)):
                meaning = self.lexicon.meant(rest)
            if meaning is not None:
                yield Piece(start, end, meaning, heard=True)

    def _trimmed(self, free: str, rest: tuple[int, int]) -> tuple[int, int] | None:
        """Without signs at its ends that are no words; None where nothing is left."""
        found = [spot.span() for spot in re.finditer(r"[^\W_]+[+#]*", free[rest[0] : rest[1]])]
        if not found or not pieces(free[rest[0] : rest[1]]):
            return None
        return rest[0] + found[0][0], rest[0] + found[-1][1]

    def _is_whole(self, span: Spanned) -> bool:
        return self.typed.parts(span.start) and self.typed.parts(span.end)

    def _is_known(self, pay: Pay) -> bool:
        """Whether somebody can say what it is a month."""
        amount = pay.low if pay.low is not None else pay.high
        return amount is not None and self.vocabulary.monthly(amount, pay.unit) is not None


def _blank(plain: str, spans: Iterable[Spanned]) -> str:
    for span in spans:
        plain = plain[: span.start] + " " * (span.end - span.start) + plain[span.end :]
    return plain


def _rests(stretch: Stretch, known: Iterable[Piece]) -> Iterator[tuple[int, int]]:
    place = stretch.start
    for piece in known:
        if place < piece.start:
            yield place, piece.start
        place = piece.end
    if place < stretch.end:
        yield place, stretch.end
