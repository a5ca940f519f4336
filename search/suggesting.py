"""What a person may be about to type: an index in memory over a few ten thousand names, asked with every keystroke.

Pure and immutable: any number of threads may ask one object, and a new one takes its place as a whole. A name is found by how it begins, by how
it is read (`hangong`), by the initials of that (`hg`) and by what stands inside it (`焊` in 电焊工; `hangong` in `dianhangong`, in short names).

The order is a sum of small integers: how closely the name answers, and the binary length of its weight. So among names that answer
alike the heavier comes first, and one that has the typed signs only inside wins against one that begins with them when it is 64 times as
heavy. Every list of candidates is in the order of weight, therefore a few from its top decide, however many share a first letter.
"""

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

from search.text import is_han, normalise

LIMIT = 8
OF_A_KIND = 5
TYPED_AT_MOST = 40
"""Signs of a question; longer than any name that is worth suggesting."""
_WHOLE, _BEGINS, _SOUNDS_WHOLE, _SOUNDS, _INITIALS_WHOLE, _INITIALS, _INSIDE = 14, 6, 10, 4, 6, 2, 0
_FAR = 14
"""What is so many points behind the best is noise beside it, though it would do alone."""
_READ = 8
"""Signs of a name that are read; a name no longer than this is also found by how its later signs are read."""
_ABOVE_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` is a group on the screen, `value` a code the caller wants back, `names` what it is found by beside its text."""

    text: str
    kind: str
    value: str = ""
    weight: int = 0
    names: tuple[str, ...] = ()


def as_typed(text: str) -> str:
    """How names and questions are compared: normalised, without spaces and without the apostrophes of pinyin."""
    return "".join(normalise(text).replace("'", "").replace("’", "").split())


class Suggester:
    """All kinds together. Among 42,000 names an answer takes 0.03 ms, the worst single letter 0.7 ms; making it takes 4 s (2 cores, Python 3.11)."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_kind: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_kind[entry.kind].append(entry)
        self._shelves = tuple(_Shelf(_once(sorted(held, key=_heaviest))) for held in by_kind.values())

    def __len__(self) -> int:
        return sum(len(shelf.entries) for shelf in self._shelves)

    def suggest(self, text: str, *, limit: int = LIMIT, of_a_kind: int = OF_A_KIND) -> tuple[Entry, ...]:
        """At most `limit` entries, kinds together: the kind with the best one first, inside a kind the best first. A text stands once."""
        typed = as_typed(text)
        if not typed or len(typed) > TYPED_AT_MOST:
            return ()
        found = [scored for shelf in self._shelves for scored in shelf.best(typed, of_a_kind)]
        found.sort(key=lambda scored: (-scored[0], *_heaviest(scored[1])))
        chosen: dict[str, Entry] = {}
        for _, entry in (scored for scored in found if scored[0] >= found[0][0] - _FAR):
            chosen.setdefault(as_typed(entry.text), entry)
        kept = list(chosen.values())[:limit]
        kinds = list(dict.fromkeys(entry.kind for entry in kept))
        return tuple(sorted(kept, key=lambda entry: kinds.index(entry.kind)))


def _heaviest(entry: Entry) -> tuple[int, int, str, str]:
    return -entry.weight, len(entry.text), entry.value, entry.text


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Java and java are one suggestion: the first, which is the heavier."""
    kept: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        kept.setdefault((as_typed(entry.text), entry.value), entry)
    return list(kept.values())


class _Shelf:
    """The entries of one kind, heaviest first: a smaller number is a heavier entry."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        begins, sounds, initials, inner = _Keys(), _Keys(), _Keys(), _Keys()
        grams: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._names: list[tuple[str, ...]] = []
        for number, entry in enumerate(entries):
            names = tuple(dict.fromkeys(filter(None, map(as_typed, (entry.text, *entry.names)))))
            self._names.append(names)
            for name in names:
                begins.add(name, number)
                _add_sounds(name, number, sounds, initials, inner)
            for gram in {gram for name in names for gram in _grams(name)}:
                grams[gram].append(number)
        self._begins, self._sounds, self._initials, self._inner = (keys.table() for keys in (begins, sounds, initials, inner))
        self._grams = dict(grams)

    def best(self, typed: str, count: int) -> list[tuple[int, Entry]]:
        """(score, entry), no entry twice; the best `count` by score."""
        scores: dict[int, int] = {}
        for points, numbers in self._answers(typed, count):
            for number in numbers:
                score = points + self.entries[number].weight.bit_length()
                scores[number] = max(score, scores.get(number, -1))
        top = heapq.nlargest(count, scores, key=lambda number: (scores[number], -number))
        return [(scores[number], self.entries[number]) for number in top]

    def _answers(self, typed: str, count: int) -> Iterator[tuple[int, Iterable[int]]]:
        """Of each way to answer the heaviest `count`: inside one way the order is that of the weight, so no other can come before them."""
        yield _WHOLE, self._begins.whole(typed, count)
        yield _BEGINS, self._begins.starting(typed, count)
        if typed.isascii() and typed.isalnum():
            yield _SOUNDS_WHOLE, self._sounds.whole(typed, count)
            yield _SOUNDS, self._sounds.starting(typed, count)
            yield _INITIALS_WHOLE, self._initials.whole(typed, count)
            yield _INITIALS, self._initials.starting(typed, count)
            if len(typed) > 1:
                yield _INSIDE, self._inner.starting(typed, count)
        yield _INSIDE, self._inside(typed, count)

    def _inside(self, typed: str, count: int) -> Iterator[int]:
        """By the rarest pair of signs; the list is in the order of weight, so the first few are enough."""
        held = [self._grams.get(gram) for gram in (_pairs(typed) if len(typed) > 1 else [typed])]
        if not all(held):
            return
        for number in min((numbers for numbers in held if numbers), key=len):
            if any(typed in name for name in self._names[number]):
                yield number
                count -= 1
                if not count:
                    return


class _Table:
    """Sorted keys, each with the number of its entry."""

    def __init__(self, pairs: list[tuple[str, int]]) -> None:
        pairs.sort()
        self._keys = [key for key, _ in pairs]
        self._numbers = array("I", (number for _, number in pairs))

    def whole(self, key: str, count: int) -> Iterable[int]:
        start = bisect_left(self._keys, key)
        return heapq.nsmallest(count, set(self._numbers[start : bisect_right(self._keys, key, start)]))

    def starting(self, key: str, count: int) -> Iterable[int]:
        """The smallest numbers among all keys that begin so, each once."""
        start, end = bisect_left(self._keys, key), bisect_left(self._keys, key + _ABOVE_ALL)
        some = set(heapq.nsmallest(4 * count, self._numbers[start:end]))  # an entry may stand here by several names; making a set of all is dear
        return heapq.nsmallest(count, some if len(some) >= count else set(self._numbers[start:end]))


class _Keys:
    def __init__(self) -> None:
        self._pairs: list[tuple[str, int]] = []

    def add(self, key: str, number: int) -> None:
        self._pairs.append((key, number))

    def table(self) -> _Table:
        return _Table(self._pairs)


def _add_sounds(name: str, number: int, sounds: _Keys, initials: _Keys, inner: _Keys) -> None:
    """How it is read, from the first sign and, in a short name, from every later one."""
    if not any(map(is_han, name)):
        return
    read = _read(name[:_READ]).split()
    first = "".join(sound[0] for sound in read)
    sounds.add("".join(read), number)
    initials.add(first, number)
    if len(name) <= _READ:
        for place in range(1, len(read)):
            inner.add("".join(read[place:]), number)
            inner.add(first[place:], number)


@lru_cache(maxsize=1 << 17)
def _read(name: str) -> str:
    """Syllables, parted by spaces. Kept, since the next index is made of nearly the same names and reading is two thirds of the work."""
    return " ".join(lazy_pinyin(name))


def _grams(name: str) -> Iterator[str]:
    yield from name
    yield from _pairs(name)


def _pairs(text: str) -> list[str]:
    return [one + other for one, other in pairwise(text)]
