"""Whether one document meets a query, decided in Python from the same tree and the same fields that every search engine is given.

It must agree with the engines exactly: `search.fields.entry` says what is indexed, `search.compiling.matching` what is asked, and the
tests hold this evaluation against an engine as its oracle. So a seeker is told of a posting if and only if the search page finds it.
"""

from collections.abc import Collection, Mapping
from functools import cached_property

from search.analysis import Analysis
from search.documents import PostingDocument
from search.fields import FIELDS, Kind, Value, entry
from search.text import is_han
from search.tree import AllOf, AnyOf, AtLeast, Best, Between, Everything, Flat, Node, Not, Nothing, OneOf, Perhaps, Phrase, Term
from webapp.seekers.filing import WORD_AT_MOST

_SPLIT = frozenset({Kind.BAG, Kind.RUNNING})


class IndexedPosting:
    """One document as an engine sees it: tokens by field, numbers, the words it can be looked up by."""

    def __init__(self, document: PostingDocument, analysis: Analysis) -> None:
        self._title = analysis.characters(document.title)
        self._entry: Mapping[str, Value] = entry(document, analysis)
        self._tokens: dict[str, Collection[str]] = {}

    def meets(self, node: Node) -> bool:
        match node:
            case Everything():
                return "live" in self._entry
            case Nothing():
                return False
            case Term(field, value):
                return value in self._of(field)
            case Phrase(field, words):
                return self._has_phrase(field, words)
            case OneOf(field, values):
                return any(value in self._of(field) for value in values)
            case Between(field, low, high):
                return self._is_between(field, low, high)
            case Flat(part):
                return self.meets(part)
            case Not(part):
                return "live" in self._entry and not self.meets(part)
            case AllOf(parts):
                return all(map(self.meets, parts))
            case AnyOf(parts) | Best(parts):
                return any(map(self.meets, parts))
            case Perhaps():
                return "live" in self._entry
            case AtLeast(count, parts):
                return sum(map(self.meets, parts)) >= count

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word a search could be filed under that this posting has: its tokens, and every stretch of Han signs of its title."""
        found = {token for token in self._of("every") if len(token) <= WORD_AT_MOST}
        for start, sign in enumerate(self._title):
            found.add(sign)
            end = start
            while end < len(self._title) and end - start < WORD_AT_MOST and is_han(self._title[end]):
                end += 1
                found.add("".join(self._title[start:end]))
        return frozenset(found)

    def _of(self, field: str) -> Collection[str]:
        known = self._tokens.get(field)
        if known is None:
            known = self._tokens[field] = frozenset(self._read(field))
        return known

    def _read(self, field: str) -> list[str]:
        value = self._entry.get(field, ())
        if isinstance(value, int):
            return []
        return [token for text in value for token in text.split()] if FIELDS[field] in _SPLIT else list(value)

    def _runs(self, field: str) -> list[list[str]]:
        value = self._entry.get(field, ())
        return [] if isinstance(value, int) else [text.split() for text in value]

    def _has_phrase(self, field: str, words: tuple[str, ...]) -> bool:
        """Neighbours in one value; two values never meet in one phrase."""
        if not all(word in self._of(field) for word in words):
            return False
        wanted, size = list(words), len(words)
        return any(run[start : start + size] == wanted for run in self._runs(field) for start in range(len(run) - size + 1))

    def _is_between(self, field: str, low: int | None, high: int | None) -> bool:
        value = self._entry.get(field)
        return isinstance(value, int) and (low is None or low <= value) and (high is None or value <= high)
