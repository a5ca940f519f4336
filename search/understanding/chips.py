"""What a reading gives back."""

from dataclasses import dataclass
from decimal import Decimal

from search.query import Wish
from search.understanding.vocabulary import Place

_HYPHENS = "-\uff0d\ufe63"
"""What `normalise` makes a hyphen."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One understood piece, removable.

    `kind`: place, wage, type, shift, education, experience, posted, benefit, unwanted, quoted. `value`: its code or codes, joined by
    commas, or the figure. `said` is typed[start:end], exactly; `text_without` is the text to search for when the piece is taken back.
    """

    kind: str
    value: str
    label: str
    said: str
    start: int
    end: int
    text_without: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was read as another one; a page says so and offers the literal reading."""

    said: str
    read_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A query as it was read. `wishes` go into `PostingQuery.wishes`; the other conditions are hard.

    `regions`: codes, alternatives. Wages are yuan a month; `wage_unit` is what was said first (hour, day, week, month, year) and `wage_said` the
    figures in it. `educations`: ranks of GB/T 4658 that do not ask for more than the person has. `posted_days`: 0 is today.
    `near_me`: the person asked for what is near. `notes`: sentences for the page.
    """

    text: str
    wishes: tuple[Wish, ...] = ()
    places: tuple[Place, ...] = ()
    regions: tuple[str, ...] = ()
    wage_at_least: int | None = None
    wage_at_most: int | None = None
    wage_unit: str = ""
    wage_said: tuple[Decimal | None, Decimal | None] = (None, None)
    employment_types: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    educations: tuple[int, ...] = ()
    experience_none: bool = False
    posted_days: int | None = None
    near_me: bool = False
    notes: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def text_without_chips(self) -> str:
        """What is left when every chip is taken back."""
        return without(self.text, *((chip.start, chip.end) for chip in self.chips))


def without(text: str, *spans: tuple[int, int]) -> str:
    """The text without these stretches; the words beside them neither grow together nor get a sign (4k-java is no -java)."""
    kept, place = [], 0
    for start, end in sorted(spans):
        kept.append(text[place:start])
        place = end
    kept.append(text[place:])
    parts = (kept[0].strip(), *(part.lstrip(_HYPHENS).strip() for part in kept[1:]))
    return " ".join(part for part in parts if part)
