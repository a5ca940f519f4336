"""The one list of what is indexed, and how a document becomes it; every engine indexes exactly this.

Text is tokenised here, in Python: a value is tokens joined by spaces, and the engine only splits at spaces.
"""

from collections.abc import Mapping
from enum import Enum, auto

from search.analysis import Analysis, grams
from search.cells import STEPS, cells_of
from search.documents import SEQ_LIMIT, PostingDocument
from search.query import WAGE_BANDS
from search.ranking import degrees

LAYOUT = f"5, bands {WAGE_BANDS}, cells {STEPS}"  # raise it with every change of this file: an index of another layout is unreadable


class Kind(Enum):
    """How a field is searched."""

    BAG = auto()  # tokens, neither how often nor where
    RUNNING = auto()  # tokens with positions, for phrases; several values never meet in one phrase
    KEYWORD = auto()  # whole values
    FACET = auto()  # whole values that are counted too
    NUMBER = auto()  # unsigned, a column: ranges, order, counts


FIELDS: Mapping[str, Kind] = {
    "live": Kind.KEYWORD,  # every document but a tombstone; a tombstone has nothing else but key, seq and version
    "every": Kind.BAG,  # one bag of all texts: one term finds a word wherever it stands (seven fields took 7x the time)
    "title_grams": Kind.KEYWORD,  # what stands in a title whatever a dictionary says: see analysis.grams
    "running": Kind.RUNNING,
    "places": Kind.KEYWORD,
    "cells": Kind.KEYWORD,
    "region": Kind.FACET,
    "employment_type": Kind.KEYWORD,
    "education": Kind.KEYWORD,
    "occupation": Kind.FACET,
    "industry": Kind.KEYWORD,
    "source": Kind.KEYWORD,
    "shift": Kind.KEYWORD,
    "benefit": Kind.KEYWORD,
    "kinds": Kind.FACET,  # KINDS as one value, and so the three below: several values of a document are counted ten times slower
    "benefits_to_l": Kind.FACET,  # in two halves, by the first letter: the sets of all codes are so many that they cost as much as the rest
    "benefits_from_m": Kind.FACET,
    "wage_bands": Kind.FACET,  # the bands a wage overlaps
    "experience_years": Kind.NUMBER,
    "wage_low": Kind.NUMBER,
    "wage_high": Kind.NUMBER,
    "posted_on": Kind.NUMBER,
    "valid_through": Kind.NUMBER,
    "title_length": Kind.NUMBER,
    "lon": Kind.NUMBER,
    "lat": Kind.NUMBER,
    "by_date": Kind.NUMBER,
    "by_wage": Kind.NUMBER,
    "seq": Kind.NUMBER,
    "version": Kind.NUMBER,
}
KINDS = ("employment_type", "education", "shift", "no_experience", "source")
"""What a document has one of, or none."""
BETWEEN = "\x1f"
"""Stands between the parts of a packed value."""
Value = int | tuple[str, ...]
_KEY_LIMIT = 1 << 27


def entry(document: PostingDocument, analysis: Analysis) -> dict[str, Value]:
    """Field -> its values (or its number); a field without a value is left out. `key` is the caller's."""
    numbers: dict[str, Value] = {"seq": document.seq, "version": document.version}
    if document.deleted:
        return numbers
    return {"live": ("1",), **numbers, **_texts(document, analysis), **_keywords(document), **_numbers(document)}


def packed(key: int, seq: int) -> int:
    """A sort column: by key, then by seq, in one number below 2**63 (Elasticsearch's long). Keys beyond 2**27 tie."""
    return min(key, _KEY_LIMIT - 1) * SEQ_LIMIT + seq


def _texts(document: PostingDocument, analysis: Analysis) -> dict[str, Value]:
    lists = (document.skills, document.wording, document.benefits)
    texts = (document.title, document.employer, document.body, *("\n".join(words) for words in lists))
    cuts = [cut for cut in map(analysis.tokens, texts) if cut.every]
    characters = analysis.characters(document.title)
    return {
        "every": (" ".join(dict.fromkeys(token for cut in cuts for token in cut.every)),),
        "title_grams": tuple(grams(characters)),
        "title_length": len(characters),
        "running": tuple(" ".join(cut.running) for cut in cuts),
    }


def _keywords(document: PostingDocument) -> dict[str, Value]:
    kinds = {
        "employment_type": document.employment_type,
        "education": str(document.education),
        "shift": document.shift,
        "no_experience": "" if document.experience_years else "1",
        "source": document.source,
    }
    codes = sorted(set(document.benefit_codes))
    single = {
        **{field: value for field, value in kinds.items() if field != "no_experience"},
        "region": document.region,
        "occupation": document.occupation,
        "industry": document.industry,
        "kinds": BETWEEN.join(kinds[name].replace(BETWEEN, " ") for name in KINDS),
        "benefits_to_l": " ".join(code for code in codes if code < "m"),
        "benefits_from_m": " ".join(code for code in codes if code >= "m"),
        "wage_bands": " ".join(_bands(document)),
    }
    several = {"places": _places(document.region), "cells": _cells(document), "benefit": tuple(codes)}
    return {**{field: values for field, values in several.items() if values}, **{field: (value,) for field, value in single.items() if value}}


def _cells(document: PostingDocument) -> tuple[str, ...]:
    return () if document.lon is None or document.lat is None else cells_of(document.lon, document.lat)


def _places(region: str) -> tuple[str, ...]:
    """Every area the code lies in, as the prefix that names it; "somewhere" tells 省外 from unknown."""
    if not region:
        return ()
    places = ["somewhere", region[:2]]
    if not region.endswith("0000"):
        places.append(region[:4])
    return (*places, region)


def _numbers(document: PostingDocument) -> dict[str, Value]:
    low, high = _wage(document)
    wage: dict[str, Value] = {}
    if low is not None and high is not None:
        wage = {"wage_low": low, "wage_high": high}
    posted = document.posted_on.toordinal()
    if document.lon is not None and document.lat is not None:
        wage |= {"lon": degrees(document.lon), "lat": degrees(document.lat)}
    return wage | {
        "experience_years": document.experience_years,
        "posted_on": posted,
        "valid_through": document.valid_through.toordinal(),
        "by_date": packed(posted, document.seq),
        "by_wage": packed(0 if low is None else low + 1, document.seq),
    }


def band_value(low: int | None, high: int | None) -> str:
    """The facet value of a wage band: "3000-5000", "-3000", "20000-"."""
    return f"{'' if low is None else low}-{'' if high is None else high}"


def _wage(document: PostingDocument) -> tuple[int | None, int | None]:
    """Both ends, or neither."""
    low, high = document.wage_low, document.wage_high
    return (low if low is not None else high), (high if high is not None else low)


def _bands(document: PostingDocument) -> tuple[str, ...]:
    """The bands a wage overlaps: those whose filter would leave the posting."""
    low, high = _wage(document)
    if low is None or high is None:
        return ()
    return tuple(band_value(least, most) for least, most in WAGE_BANDS if (least is None or high >= least) and (most is None or low <= most))
