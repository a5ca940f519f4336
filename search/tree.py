"""The small tree every engine compiles: which documents, and with what score.

A score is a sum of small whole numbers that were written into the tree, never BM25: two engines add the same constants
to the same sum, so both give the same order. `exactly` names the documents of one sum, by which an engine decides
fairly among thousands that tie.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Everything:
    """All live documents (a tombstone is not one)."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document: what was asked holds no sign that can be searched."""


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with this token or keyword in the field."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Documents with these tokens next to one another, in this order; one token is a Term."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Documents with one of these keywords in the field."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose number is within [low, high], both included; None is open; no number, no match."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Not:
    """All live documents but those of `part`."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class AllOf:
    """The documents every part matches; scores add up. Never empty."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The documents at least one part matches; it scores nothing. Never empty."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """The matches of `part`, all with this score."""

    part: "Node"
    score: int


@dataclass(frozen=True, slots=True)
class Best:
    """The documents at least one part matches, with the highest score of those that do. Never empty."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Perhaps:
    """All live documents; those of `part` score, the others nothing. It stands among the parts of an AllOf."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The documents that `count` parts or more match; scores of those that do add up."""

    count: int
    parts: tuple["Node", ...]


Node = Everything | Nothing | Term | Phrase | OneOf | Between | Not | AllOf | AnyOf | Flat | Best | Perhaps | AtLeast


def all_of(*parts: Node) -> Node:
    """One part stands for itself; what is only unwanted is taken from everything."""
    if not parts or all(isinstance(part, Not | Perhaps) for part in parts):
        parts = (Everything(), *parts)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def any_of(*parts: Node) -> Node:
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def is_scored(node: Node) -> bool:
    """Whether two matches can score differently: otherwise there is nothing to be relevant to."""
    match node:
        case Best() | Perhaps() | AtLeast():
            return True
        case Flat(_, score):
            return score > 0
        case AllOf(parts):
            return any(map(is_scored, parts))
        case _:
            return False


def exactly(node: Node, score: int) -> Node:
    """The matches of `node` with exactly this score: a filter, scoring nothing."""
    found = tuple(part for total, part in _cases(node) if total == score)
    return any_of(*found) if found else Nothing()


def _cases(node: Node) -> Iterator[tuple[int, Node]]:
    """Disjoint cases that together are the matches of `node`, each with the score of its documents."""
    match node:
        case Flat(part, score):
            yield score, part
        case Perhaps(part):
            yield from _cases(part)
            yield 0, Not(part)
        case Best(parts):
            yield from _cases_of_best(parts)
        case AllOf(parts):
            for chosen in product(*(tuple(_cases(part)) for part in parts)):
                yield sum(total for total, _ in chosen), all_of(*(case for _, case in chosen))
        case AtLeast(count, parts):
            yield from _cases_of_some(count, parts)
        case _:
            yield 0, node


def _cases_of_best(parts: tuple[Node, ...]) -> Iterator[tuple[int, Node]]:
    cases = sorted((case for part in parts for case in _cases(part)), key=lambda case: -case[0])
    for place, (score, part) in enumerate(cases):
        better = (Not(case) for total, case in cases[:place] if total > score)
        yield score, all_of(part, *better)


def _cases_of_some(count: int, parts: tuple[Node, ...]) -> Iterator[tuple[int, Node]]:
    cases = [[*((score, case, 1) for score, case in _cases(part)), (0, Not(part), 0)] for part in parts]
    for chosen in product(*cases):
        if sum(matched for _, _, matched in chosen) >= count:
            yield sum(score for score, _, _ in chosen), all_of(*(case for _, case, _ in chosen))
