"""How text becomes tokens: one analysis for every engine, at index time and at query time.

Han runs are cut by jieba's dictionary and algorithm with HMM off (it invents words: zero-hit queries 3.5 % -> 0). The
words of the trade in dictionary.txt are a second cut, and the index holds the union of both: with the dictionary
alone 一金 inside 五险一金 would be lost. A run without such a word needs no second cut.
`rjieba` (Rust) does the cutting; `jieba` (Python) is the reference and, where no wheel of rjieba runs, the fallback:
the tokens are equal, so an index does not care which of them made it.
"""

import hashlib
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cache, reduce
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from itertools import groupby
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

from search.text import is_han, parted_pieces, pieces

CODE_VERSION = 2  # raise it with every change of this file or of text.py that changes a token
GAP = "|"  # a token no text can hold: keeps a phrase of the title's characters from reaching over a bracket or a slash
GRAM = 4  # signs; of the words people search for, few are longer
_JIEBA_DICTIONARY = "jieba 0.42"
_FLAGS = "hmm=off union"


class Cutter(Protocol):
    """One dictionary and one way through a run of Han signs; safe to call from several threads."""

    def cut(self, run: str) -> list[str]:
        """The run in words, without overlaps."""

    def cut_for_search(self, run: str) -> list[str]:
        """The library's own expansion: what `Tokens.every` is checked against."""

    def has(self, word: str) -> bool:
        """Whether the dictionary has the word."""


class RustCutter:
    """rjieba. Words are added before the first cut: `add_word` fails while another thread cuts."""

    def __init__(self, words: Mapping[str, int]) -> None:
        rjieba = import_module("rjieba")
        self._jieba: Any = rjieba.Jieba() if words else rjieba  # the module is its own, never changed dictionary
        for word, frequency in words.items():
            self._jieba.add_word(word, frequency, None)

    def cut(self, run: str) -> list[str]:
        words: list[str] = self._jieba.cut(run, False)
        return words

    def cut_for_search(self, run: str) -> list[str]:
        words: list[str] = self._jieba.cut_for_search(run, False)
        return words

    def has(self, word: str) -> bool:
        return bool(self._jieba.has_word(word))


class PythonCutter:
    """jieba, about six times slower."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._jieba = _python_tokenizer()
        for word, frequency in words.items():
            self._jieba.total -= self._jieba.FREQ.get(word, 0)  # jieba 0.42.1 adds the new count and keeps the old one
            self._jieba.add_word(word, frequency)

    def cut(self, run: str) -> list[str]:
        return list(self._jieba.cut(run, HMM=False))

    def cut_for_search(self, run: str) -> list[str]:
        return list(self._jieba.cut_for_search(run, HMM=False))

    def has(self, word: str) -> bool:
        return bool(self._jieba.FREQ.get(word))


class Tokens(NamedTuple):
    """`every`: all tokens that should find the text, with repeats, in no order. `running`: one cut, in order."""

    every: list[str]
    running: list[str]


class Analysis:
    """The tokens of a text. Immutable: a new dictionary is a new Analysis, swapped in whole."""

    def __init__(self, words: Mapping[str, int], cutter: Callable[[Mapping[str, int]], Cutter]) -> None:
        self._plain = cutter({})
        self._trade = cutter(words) if words else self._plain
        longest_first = sorted(words, key=len, reverse=True)
        self._holds_trade_word = re.compile("|".join(map(re.escape, longest_first)) if words else "(?!)").search
        self._plain_parts = _Parts(self._plain)
        self._trade_parts = _Parts(self._trade)
        listed = "".join(f"{word} {frequency}\n" for word, frequency in sorted(words.items()))
        digest = hashlib.sha256(listed.encode()).hexdigest()[:16]
        self.fingerprint = f"code {CODE_VERSION}, {_JIEBA_DICTIONARY}, {_FLAGS}, words {digest}"

    def tokens(self, text: str) -> Tokens:
        """Both cuts of a text in one pass, for the index."""
        every: list[str] = []
        running: list[str] = []
        for piece in pieces(text):
            if len(piece) == 1 or not is_han(piece):
                every.append(piece)
                running.append(piece)
                continue
            plain = words = self._plain.cut(piece)
            found = plain + [part for word in plain if len(word) > 2 for part in self._plain_parts[word]]
            if self._holds_trade_word(piece):
                words, known = self._trade.cut(piece), set(found)
                found += [part for word in words for part in (word, *self._trade_parts[word]) if part not in known]
            every += found
            running += words
        return Tokens(every, running)

    def words(self, text: str) -> tuple[str, ...]:
        """`tokens(text).running`: what a query asks for."""
        return tuple(self.tokens(text).running)

    def characters(self, text: str) -> tuple[str, ...]:
        """Han signs one by one, other pieces whole, with GAP where more than spaces stood between two pieces."""
        tokens: list[str] = []
        for piece, parted in parted_pieces(text):
            if parted and tokens:
                tokens.append(GAP)
            tokens += piece if is_han(piece) else (piece,)
        return tuple(tokens)


def grams(characters: Iterable[str]) -> set[str]:
    """Every stretch of one to GRAM neighbours among `Analysis.characters`, for the index."""
    found: set[str] = set()
    ending: list[str] = []  # the stretches that end at the character before, the shortest first
    for character in characters:
        if character == GAP:
            ending = []
            continue
        ending = [character, *(_joined(stretch, character) for stretch in ending[: GRAM - 1])]
        found.update(ending)
    return found


def stretches(characters: Iterable[str]) -> tuple[str, ...]:
    """The `grams` a title has that holds these neighbours: one, or all those of GRAM in a longer run.

    A run of five or more is so found without positions, a hundred times faster than the phrase of its characters (signs are as common as
    工 and 师). A title that holds all stretches of a run holds the run, but for one that says most of it twice.
    """
    found: list[str] = []
    for is_gap, run in groupby(characters, key=lambda character: character == GAP):
        signs = list(run)
        starts = () if is_gap else range(max(1, len(signs) - GRAM + 1))
        found += [reduce(_joined, signs[start : start + GRAM]) for start in starts]
    return tuple(dict.fromkeys(found))


def _joined(stretch: str, character: str) -> str:
    """Two neighbours that are not Han stay apart: `java web` is not `javaweb`."""
    return f"{stretch} {character}" if stretch[-1] <= "\x7f" and not is_han(character) else stretch + character


class _Parts(dict[str, tuple[str, ...]]):
    """word -> the words of two and of three signs inside it: what jieba's cut_for_search adds, remembered.

    Texts repeat their words, so this replaces a second cut of everything (a third of the analysis' time).
    """

    _ENTRIES_AT_MOST = 100_000  # ~15 MB; the dictionary has 350,000 words, a million postings use a tenth of them

    def __init__(self, cutter: Cutter) -> None:
        super().__init__()
        self._has = cutter.has

    def __missing__(self, word: str) -> tuple[str, ...]:
        starts = range(len(word))
        grams = [word[i : i + size] for size in (2, 3) if len(word) > size for i in starts if i + size <= len(word)]
        parts = tuple(filter(self._has, grams))
        if len(self) < self._ENTRIES_AT_MOST:
            self[word] = parts
        return parts


def trade_words() -> dict[str, int]:
    """dictionary.txt: word -> frequency (always explicit; jieba's own guess depends on what was added before)."""
    lines = files("search").joinpath("dictionary.txt").read_text("utf-8").splitlines()
    entries = (line.split() for line in lines if line and not line.startswith("#"))
    return {word: int(frequency) for word, frequency in entries}


@cache
def default_analysis() -> Analysis:
    """The house's analysis, made once per process (0.3 s)."""
    return Analysis(trade_words(), RustCutter if find_spec("rjieba") else PythonCutter)


def _python_tokenizer() -> Any:
    """jieba's own, in a fresh directory: it unmarshals a cache from a path that anybody could have written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 predates today's string escapes and pkg_resources' farewell
        jieba: Any = import_module("jieba")
    jieba.setLogLevel("WARNING")  # it tells every load on standard error
    tokenizer = jieba.Tokenizer()
    with TemporaryDirectory(prefix="zhilu-jieba-") as private:
        tokenizer.tmp_dir = private
        tokenizer.initialize()
    return tokenizer
