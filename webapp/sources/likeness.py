"""Whether two postings offer the same job: pure functions over what they say, without a database.

Candidates are found by MinHash over the 5-grams of title and text (LSH: `BANDS` bands of `ROWS` values; at a similarity s a pair shares a
band with probability 1 - (1 - s^ROWS)^BANDS: 0.958 at 0.8, 0.998 at 0.9). A band is of one city, so the same text in two cities is never
compared. What is found is then verified exactly: the Jaccard index of the 5-grams themselves, the employer's name, the titles, the place
and the pay. A band only ever proposes; `same_job` decides.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from uuid import UUID

from rensa import RMinHash

from search.titles import title_parts

GRAM = 5
BANDS, ROWS = 6, 4
VALUES = BANDS * ROWS
_SEED = 20261128
LEAST_ALIKE = 0.7
"""Least Jaccard index of title and text at which two postings are one job; `tests.bench.near_duplicates` prints what it finds and misses."""
LEAST_TITLE = 0.25
"""Least share of the shorter title's pairs of signs that stand in the other."""
SCANT = 20
"""Signs of text below which a posting says nothing of the work: then title, employer, place and pay have to be equal."""
ALGORITHM = f"{RMinHash.ALGORITHM_VERSION}/{GRAM}/{BANDS}x{ROWS}/{_SEED}"
"""Bands of another algorithm cannot be compared; see `Offer.digest`."""

_NO_WORD = re.compile(r"[\W_]+")
_LEGAL = re.compile(r"(?:股份|有限|责任|集团|控股|公司|分公司|总公司|\(普通合伙\)|个体工商户)+$")
_NAME_LEAST = 3


@dataclass(frozen=True)
class Offer:
    """What a posting says of the job. `low` and `high` are whole yuan a month; both None: nothing was said (面议)."""

    id: UUID
    title: str
    text: str
    employer: str
    region: str
    low: int | None = None
    high: int | None = None
    node: UUID | None = None
    """The source it came from; None: its employer wrote it here."""

    @cached_property
    def grams(self) -> frozenset[str]:
        return grams(f"{self.title}\n{self.text}")

    @cached_property
    def name(self) -> str:
        return employer_name(self.employer)

    @cached_property
    def title_pairs(self) -> frozenset[str]:
        plain = _plain("".join(title_parts(self.title))) or self.plain_title
        return _pieces(plain, 2)

    @cached_property
    def plain_title(self) -> str:
        return _plain(self.title)

    @cached_property
    def is_scant(self) -> bool:
        return len(_plain(self.text)) < SCANT

    @property
    def city(self) -> str:
        """The first four digits: the prefecture, or a province's own counties."""
        return self.region[:4]

    @cached_property
    def digest(self) -> str:
        """Of everything the bands depend on: equal digests have equal bands."""
        told = "\x00".join((ALGORITHM, self.city, self.title, self.text))
        return blake2b(told.encode(), digest_size=20).hexdigest()

    def bands(self) -> tuple[int, ...]:
        """Signed 64-bit numbers, one a band, of this city."""
        values = signature(self.grams)
        parts = (values[start : start + ROWS] for start in range(0, VALUES, ROWS))
        return tuple(_number(f"{self.city}:{place}:{part}") for place, part in enumerate(parts))


def grams(text: str) -> frozenset[str]:
    """The 5-grams of the text's letters and figures: layout, punctuation, width and case say nothing. A shorter text is one gram."""
    return _pieces(_plain(text), GRAM)


def signature(of: frozenset[str]) -> list[int]:
    """`VALUES` MinHash values: the share of equal ones estimates the Jaccard index."""
    made = RMinHash(num_perm=VALUES, seed=_SEED)
    made.update(list(of))
    values: list[int] = made.digest()
    return values


def estimated(one: list[int], other: list[int]) -> float:
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def same_job(one: Offer, other: Offer) -> bool:
    """One job, told twice. Another city or pay is another job, however alike the words are, and so are two that employers wrote here."""
    return same_pay(one, other) and alike(one, other)


def alike(one: Offer, other: Offer) -> bool:
    """The same words of the same employer about the same work at the same place; the pay may differ (see `conflicts`)."""
    if (one.node is None and other.node is None) or not same_place(one, other) or not same_employer(one.name, other.name):
        return False
    if one.is_scant or other.is_scant:
        return one.is_scant and other.is_scant and one.plain_title == other.plain_title and one.name == other.name
    return _same_work(one, other) and jaccard(one.grams, other.grams) >= LEAST_ALIKE


def same_place(one: Offer, other: Offer) -> bool:
    """The same code, or one names only the city the other lies in. A place nobody named contradicts none.

    Two counties of one city are two places to one source; two sources may disagree about where one job is, if they call it the same.
    """
    if not one.region or not other.region or one.region == other.region:
        return True
    if one.city != other.city:
        return False
    return one.region.endswith("00") or other.region.endswith("00") or (one.node != other.node and one.plain_title == other.plain_title)


def same_pay(one: Offer, other: Offer) -> bool:
    """Equal, or one of them says nothing of it."""
    known, told = (one.low, one.high), (other.low, other.high)
    return (None, None) in (known, told) or known == told


def same_employer(one: str, other: str) -> bool:
    """By `employer_name`: equal, or one is a longer form of the other (a city before it, a name cut short)."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _NAME_LEAST and short in long)


def employer_name(name: str) -> str:
    """Without punctuation and the legal form: 济南洁净物业（集团）有限公司 is 济南洁净物业集团."""
    plain = _plain(name)
    return _LEGAL.sub("", plain) or plain


def _same_work(one: Offer, other: Offer) -> bool:
    common = len(one.title_pairs & other.title_pairs)
    return common >= LEAST_TITLE * min(len(one.title_pairs), len(other.title_pairs))


def _plain(text: str) -> str:
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text).lower())


def _pieces(text: str, size: int) -> frozenset[str]:
    return frozenset({text[start : start + size] for start in range(max(1, len(text) - size + 1))})


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
