"""Words in a message to a graduate that press him to sign (四不准). Pure: the phrases are handed in, so the desk can ask for every text it sends."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.reference.destination_models import PressurePhrase

NEAR = 12
"""So many characters may stand between two parts of a phrase, and between a word that forbids and the phrase."""


@dataclass(frozen=True, slots=True)
class Pressure:
    code: str
    words: str
    """As they were written, without spaces."""
    article: str
    message: str

    @property
    def says(self) -> str:
        return f"“{self.words}”{self.message}，不能这样写。依据：{self.article}"


def pressures(text: str, phrases: Iterable[PressurePhrase]) -> list[Pressure]:
    """Every phrase that stands in the text and is not forbidden by the words just before it."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = []
    for phrase in phrases:
        pattern = f".{{0,{NEAR}}}?".join(map(re.escape, phrase.words))
        for hit in re.finditer(pattern, plain):
            before = plain[max(0, hit.start() - NEAR) : hit.end()]
            if not any(word in before for word in phrase.unless):
                found.append(Pressure(phrase.code, hit.group(), phrase.article, phrase.message))
                break
    return found
