"""What an engine is told about one posting: plain values, already normalised by the caller."""

import re
from dataclasses import dataclass
from datetime import date

SEQ_LIMIT = 1 << 36
_REGION = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingDocument:
    """One version of one posting.

    `key` is the identity, `version` the external version: an engine keeps the highest and ignores the rest, so a late
    or doubled document is harmless. `seq` (0 <= seq < 2**36) is unique and ends every sort. Wages are yuan per month,
    None on both sides means 面议. `region` is a six-digit GB/T 2260 code of a county, city (XXXX00) or province
    (XX0000), or "". `education` is the rank of the lowest level asked for, 0 = 不限. `wording` holds further words
    that should find the posting without being shown (the name and synonyms of its occupation, of its industry).
    `shift` and `benefit_codes` are codes of closed lists that the caller keeps. `lon` and `lat` are degrees (GCJ-02).
    """

    key: str
    seq: int
    version: int
    deleted: bool = False
    title: str = ""
    employer: str = ""
    body: str = ""
    skills: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    wording: tuple[str, ...] = ()
    region: str = ""
    occupation: str | None = None
    industry: str | None = None
    employment_type: str = ""
    shift: str = ""
    benefit_codes: tuple[str, ...] = ()
    education: int = 0
    experience_years: int = 0
    wage_low: int | None = None
    wage_high: int | None = None
    posted_on: date = date.min
    valid_through: date = date.max
    source: str = ""
    lon: float | None = None
    lat: float | None = None

    def __post_init__(self) -> None:
        if not self.key or any(sign.isspace() for sign in self.key):
            raise ValueError(f"a document needs a key without spaces, not {self.key!r}")
        if not 0 <= self.seq < SEQ_LIMIT:
            raise ValueError(f"seq {self.seq} is outside 0..2**36")
        if self.version < 0 or self.education < 0 or self.experience_years < 0:
            raise ValueError("version, education and experience_years are never negative")
        if self.region and not _REGION.fullmatch(self.region):
            raise ValueError(f"region {self.region!r} is no six-digit code")
        if any(sign.isspace() for code in (self.shift, *self.benefit_codes) for sign in code):
            raise ValueError("codes have no spaces")
        self._check_wage()

    def _check_wage(self) -> None:
        low, high = self.wage_low, self.wage_high
        if (low is not None and low < 0) or (high is not None and high < 0):
            raise ValueError("a wage is never negative")
        if low is not None and high is not None and low > high:
            raise ValueError(f"wage_low {low} is above wage_high {high}")


def tombstone(key: str, seq: int, version: int) -> PostingDocument:
    """The document that says: from `version` on this posting is not to be found."""
    return PostingDocument(key=key, seq=seq, version=version, deleted=True)
