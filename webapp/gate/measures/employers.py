"""The employer's standing (EMPLOYER_CLOSED) and its other open postings (DUPLICATE)."""

from collections.abc import Iterator

from webapp.gate.measures.asked import Asked, Met
from webapp.gate.subject import Twin, as_typed
from webapp.gate.wording.text import plain

_GRAM = 3


def closed(asked: Asked) -> Iterator[Met]:
    if asked.subject.closed:
        yield Met("EMPLOYER_CLOSED", "employer_about", figure=asked.subject.closed)


def repeated(asked: Asked) -> Iterator[Met]:
    """An open posting of the same title and place whose words are the same, or nearly: one post is published once."""
    likeness = asked.figure("gate_duplicate_share")
    if likeness is None:
        return
    values = asked.subject.values
    title, words = _core(as_typed(values.get("title"))), as_typed(values.get("duties"))
    for twin in asked.subject.twins:
        if _core(twin.title) == title and twin.region == asked.subject.region and alike(words, twin) >= likeness:
            yield Met("DUPLICATE", "title", figure=twin.title)
            return


def alike(words: str, twin: Twin) -> float:
    """Shared runs of three signs among all of them, 1.0 for the same text, blanks and punctuation aside."""
    mine, theirs = _grams(words), _grams(twin.words)
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 1.0


def _grams(words: str) -> set[str]:
    core = _core(words)
    return {core[at : at + _GRAM] for at in range(max(1, len(core) - _GRAM + 1))} if core else set()


def _core(words: str) -> str:
    return "".join(sign for sign in plain(words) if sign.isalnum())
