"""What every measure is asked with."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.gate.rules import Rulebook
from webapp.gate.subject import Subject
from webapp.gate.wording.text import Text
from webapp.reference.models import Parameter


@dataclass(frozen=True, slots=True)
class Asked:
    subject: Subject
    text: Text
    book: Rulebook
    on: date

    def figure(self, key: str) -> Decimal | None:
        return self.book.figure(key, region=self.subject.region, on=self.on)

    def parameter(self, key: str) -> Parameter | None:
        return self.book.parameter(key, region=self.subject.region, on=self.on)


@dataclass(frozen=True, slots=True)
class Met:
    """A rule is met by a field; `place` are words in the plain text, `figure` and `basis` what was measured and by which row."""

    code: str
    field: str = ""
    place: tuple[int, int] | None = None
    figure: str = ""
    basis: str = ""
