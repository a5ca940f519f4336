"""Cutting a stretch without spaces into what is known and what is not.

Of all ways the one that knows the most signs in the fewest pieces is taken. A known word counts only where it ends at
the borders of words (jieba's), or beside another known piece or an end: so 市中 is not read out of 市中心医院, nor 厨师
out of 厨师长, but 青岛市南 is two places. Sayings and ordinary place names ask for more, see `Saying.left` and `right`.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from search.analysis import Analysis
from search.text import each_span, is_han
from search.understanding.lexicon import Lexicon, Meaning
from search.understanding.sayings import PLACE_ENDS, Kind

_SIGN, _PIECE = 10, 3
_ROUNDS = 20  # each refuses a piece at least; real texts need three
SMALL = frozenset("的在做干去和或与及有要想个招找是了吗呢能可会里到给我")
"""Signs that say nothing when they are left alone between what was understood."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A known stretch of the plain text. `heard`: it was written otherwise and is read as this."""

    start: int
    end: int
    meaning: Meaning
    heard: bool = False

    @property
    def kind(self) -> Kind:
        return self.meaning.kind


class Stretch:
    """plain[start:end], without spaces; both ends count as borders."""

    def __init__(self, plain: str, start: int, end: int, analysis: Analysis) -> None:
        self.start, self.end = start, end
        self.text = plain[start:end]
        self._borders = {0, len(self.text)}
        self._words: dict[int, str] = {}
        for place, piece in each_span(self.text):
            for word in analysis.words(piece) if is_han(piece) else (piece,):
                self._words[place] = word
                self._borders.update((place, place + len(word)))
                place += len(word)

    def is_border(self, place: int) -> bool:
        return place in self._borders

    def word_at(self, place: int) -> str:
        return self._words.get(place, "")

    def splits_letters(self, place: int) -> bool:
        """Whether letters or figures stand on both sides: java is not read out of javascript."""
        return 0 < place < len(self.text) and _is_letter(self.text[place - 1]) and _is_letter(self.text[place])


def cut(stretch: Stretch, lexicon: Lexicon, banned: Set[tuple[int, int]] = frozenset()) -> list[Piece]:
    """The known pieces, in order; what lies between them is not known. `banned` stretches (of the plain text) are no pieces."""
    found = list(_candidates(stretch, lexicon, banned))
    for _ in range(_ROUNDS):
        pieces = _best(len(stretch.text), found)
        refused = [piece for place, piece in enumerate(pieces) if not _holds(piece, stretch, pieces, place)]
        if not refused:
            return [replace(piece, start=piece.start + stretch.start, end=piece.end + stretch.start) for piece in pieces]
        fillers = [piece for piece in refused if piece.kind is Kind.FILLER]
        found = [piece for piece in found if piece not in (fillers or refused)]  # a word is judged beside what stays
    return []


def _candidates(stretch: Stretch, lexicon: Lexicon, banned: Set[tuple[int, int]]) -> Iterator[Piece]:
    for place in range(len(stretch.text)):
        if stretch.splits_letters(place):
            continue
        for meaning in lexicon.starting(stretch.text, place):
            end = place + len(meaning.form)
            if not stretch.splits_letters(end) and (place + stretch.start, end + stretch.start) not in banned:
                yield Piece(place, end, meaning)


def _best(length: int, candidates: list[Piece]) -> list[Piece]:
    """The most signs known, then the fewest pieces, then the longest one first."""
    starting: dict[int, list[Piece]] = {}
    for piece in candidates:
        starting.setdefault(piece.start, []).append(piece)
    scores = [0] * (length + 1)
    chosen: list[Piece | None] = [None] * (length + 1)
    for place in range(length - 1, -1, -1):
        scores[place] = scores[place + 1]
        for piece in starting.get(place, ()):
            score = scores[piece.end] + _SIGN * (piece.end - place) - _PIECE
            if score > scores[place]:
                scores[place], chosen[place] = score, piece
    return list(_followed(chosen))


def _followed(chosen: list[Piece | None]) -> Iterator[Piece]:
    place = 0
    while place < len(chosen) - 1:
        piece = chosen[place]
        if piece is not None:
            yield piece
        place = piece.end if piece is not None else place + 1


def _holds(piece: Piece, stretch: Stretch, pieces: list[Piece], place: int) -> bool:
    left = piece.start == 0 or (place > 0 and pieces[place - 1].end == piece.start)
    right = piece.end == len(stretch.text) or (place + 1 < len(pieces) and pieces[place + 1].start == piece.end)
    if not (left or stretch.is_border(piece.start)) or not (right or stretch.is_border(piece.end)):
        return False
    if piece.meaning.saying is None and (_leaves_a_sign(stretch, pieces, place) or _leaves_a_sign_behind(stretch, pieces, place)):
        return False
    if len(piece.meaning.form) == 1 and not (left and right):
        return piece.meaning.saying is not None and _has_room(piece, left=left, right=right)
    return _has_room(piece, left=left, right=right) and not (piece.kind is Kind.PLACE and not right and _is_longer_name(piece, stretch))


def _leaves_a_sign(stretch: Stretch, pieces: list[Piece], place: int) -> bool:
    """短 + 视频剪辑: a single sign before a piece belongs to it."""
    end = pieces[place].start
    start = pieces[place - 1].end if place else 0
    return end - start == 1 and _is_meaningful(stretch.text[start:end])


def _leaves_a_sign_behind(stretch: Stretch, pieces: list[Piece], place: int) -> bool:
    start = pieces[place].end
    end = pieces[place + 1].start if place + 1 < len(pieces) else len(stretch.text)
    return end - start == 1 and _is_meaningful(stretch.text[start:end])


def _is_meaningful(sign: str) -> bool:
    return is_han(sign) and sign not in SMALL


def _has_room(piece: Piece, *, left: bool, right: bool) -> bool:
    saying = piece.meaning.saying
    if saying:
        return (left or not saying.left) and (right or not saying.right)
    return (left and right) or not piece.meaning.is_ordinary


def _is_longer_name(piece: Piece, stretch: Stretch) -> bool:
    """曲阜 before 路: the name of a street; a name that ends in 市, 区 or 县 is whole."""
    return stretch.word_at(piece.end) in PLACE_ENDS and all(place.short for place in piece.meaning.places)


def _is_letter(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign in "+#")
