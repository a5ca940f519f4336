"""Every word a reader knows, found at a place of the text: the longest first, and by how it sounds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pypinyin import Style, lazy_pinyin

from search.text import is_han
from search.understanding.sayings import ORDINARY, SAYINGS, WORDS, Kind, Saying
from search.understanding.vocabulary import Place, PlaceKind, Vocabulary, Wording

_LEAST_WILDCARD = 3
_SPOKEN_PLACES = frozenset({PlaceKind.PROVINCE, PlaceKind.CITY, PlaceKind.COUNTY})
LATIN = frozenset(WORDS["letters"])
"""Words of letters that titles have; none is read as pinyin, nor are those of the vocabulary."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a form means: exactly one of the three."""

    form: str
    saying: Saying | None = None
    wording: Wording | None = None
    places: tuple[Place, ...] = ()

    @property
    def kind(self) -> Kind:
        if self.saying:
            return self.saying.kind
        return Kind.TRADE if self.wording else Kind.PLACE

    @property
    def is_ordinary(self) -> bool:
        """A place name that may be another word: 和平, or a short street name anywhere."""
        kinds = {place.kind for place in self.places}
        return bool(self.places) and (self.form in ORDINARY or (kinds == {PlaceKind.STREET} and all(place.short for place in self.places)))


class Lexicon:
    """Immutable. A saying stands before a trade, a trade before a place, where one form is both."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._meanings: dict[str, Meaning] = {name: Meaning(name, places=places) for name, places in vocabulary.places.items() if len(name) > 1}
        self._meanings |= {word: Meaning(word, wording=wording) for word, wording in vocabulary.trades.items()}
        self._meanings |= {form: Meaning(form, saying=saying) for form, saying in SAYINGS.items()}
        lengths: dict[str, set[int]] = defaultdict(set)
        for form in self._meanings:
            lengths[form[:2]].add(len(form))
        self._lengths: Mapping[str, tuple[int, ...]] = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}
        self._ears = _Ears(vocabulary)

    def starting(self, text: str, place: int) -> Iterator[Meaning]:
        """Whatever is known at this place of the text, the longest first."""
        single = self._meanings.get(text[place])
        for length in self._lengths.get(text[place : place + 2], ()):
            if place + length <= len(text) and (found := self._meanings.get(text[place : place + length])):
                yield found
        if single is not None and place + 1 < len(text):
            yield single

    def heard(self, letters: str, *, small: bool) -> Meaning | None:
        """What pinyin or initials mean, if one thing: hanjie -> 焊接. Initials are typed `small`, names of letters in capitals."""
        word = None if letters in LATIN else self._ears.hear(letters, initials=small)
        return self._meanings.get(word) if word else None

    def meant(self, run: str) -> Meaning | None:
        """The trade a mistyped Han word was meant to be, if one: it sounds the same, or differs in one sign."""
        word = self._ears.correct(run)
        return self._meanings.get(word) if word else None


class _Ears:
    """Words by how they are read; only words of work are corrections of Han, places are heard as well."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        trades = [word for word in vocabulary.trades if len(word) > 1 and all(map(is_han, word))]
        cities = [name for name, places in vocabulary.places.items() if places[0].kind in _SPOKEN_PLACES and places[0].weight > 0 and len(name) < 4]
        self._latin = frozenset(word for word in vocabulary.trades if word.isascii())
        self._sounds: dict[str, list[str]] = defaultdict(list)
        self._initials: dict[str, list[str]] = defaultdict(list)
        self._blanks: dict[str, list[str]] = defaultdict(list)
        self._trades = frozenset(trades)
        for word in (*trades, *cities):
            for sound in _sounds(word):
                self._sounds[sound].append(word)
        provinces = {name for name, places in vocabulary.places.items() if places[0].kind is PlaceKind.PROVINCE and len(name) < 4}
        for word in (vocabulary.common & self._trades) | provinces:
            self._initials["".join(lazy_pinyin(word, style=Style.FIRST_LETTER))].append(word)
        for word in trades:
            for blank in _blanks(word):
                self._blanks[blank].append(word)

    def hear(self, letters: str, *, initials: bool) -> str | None:
        if letters in self._latin:
            return None
        found = self._sounds.get(letters)
        if found:
            return found[0]
        words = self._initials.get(letters, ()) if initials else ()
        return words[0] if len(words) == 1 and words[0] in self._trades else None

    def correct(self, run: str) -> str | None:
        sounds = (word for sound in _sounds(run) for word in self._sounds.get(sound, ()))
        same = [word for word in sounds if word in self._trades and len(word) == len(run) and _shares_sign(word, run)]
        near = same or [word for blank in _blanks(run) for word in self._blanks.get(blank, ()) if len(run) >= _LEAST_WILDCARD]
        return near[0] if same or len(set(near)) == 1 else None


def _sounds(word: str) -> tuple[str, ...]:
    """As the word is read and as its signs are, where that differs (会计: kuaiji, huiji)."""
    whole = "".join(lazy_pinyin(word))
    signs = "".join(map(_sound, word))
    return (whole,) if whole == signs else (whole, signs)


@cache
def _sound(sign: str) -> str:
    return "".join(lazy_pinyin(sign))


def _blanks(word: str) -> Iterable[str]:
    """The word with each of its signs left open in turn."""
    return [f"{word[:place]} {word[place + 1 :]}" for place in range(len(word))]


def _shares_sign(word: str, run: str) -> bool:
    return any(sign == other for sign, other in zip(word, run, strict=True))
