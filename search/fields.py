"""The one list of what is indexed, and how a document becomes it; every engine indexes exactly this.

Text is tokenised here, in Python: a value is tokens joined by spaces, and the engine only splits at spaces.
"""

from collections.abc import Mapping
from enum import Enum, auto

from search.analysis import Analysis, grams
from search.documents import SEQ_LIMIT, PostingDocument
from search.query import WAGE_BANDS

LAYOUT = f"1, bands {WAGE_BANDS}"  # raise it with every change of this file: an index of another layout is unreadable


class Kind(Enum):
    """How a field is searched."""

    BAG = auto()  # tokens with their frequency, no positions
    RUNNING = auto()  # tokens with positions, for phrases; several values never meet in one phrase
    KEYWORD = auto()  # whole values
    FACET = auto()  # whole values that are counted too
    NUMBER = auto()  # unsigned, a column: ranges, order, counts


FIELDS: Mapping[str, Kind] = {
    "live": Kind.KEYWORD,  # every document but a tombstone; a tombstone has nothing else but key, seq and version
    "every": Kind.BAG,  # one bag of all texts: one term finds a word wherever it stands (seven fields took 7x the time)
    "title": Kind.BAG,
    "title_grams": Kind.KEYWORD,  # what stands in a title whatever a dictionary says: see analysis.grams
    "title_characters": Kind.RUNNING,
    "running": Kind.RUNNING,
    "places": Kind.KEYWORD,
    "region": Kind.FACET,
    "employment_type": Kind.FACET,
    "education": Kind.FACET,
    "occupation": Kind.FACET,
    "industry": Kind.KEYWORD,
    "source": Kind.FACET,
    "wage_bands": Kind.FACET,  # the bands a wage overlaps as one value: a column of several counts ten times slower
    "experience_years": Kind.NUMBER,
    "wage_low": Kind.NUMBER,
    "wage_high": Kind.NUMBER,
    "posted_on": Kind.NUMBER,
    "valid_through": Kind.NUMBER,
    "by_date": Kind.NUMBER,
    "by_wage": Kind.NUMBER,
    "seq": Kind.NUMBER,
    "version": Kind.NUMBER,
}
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
    """Skills and wording are in the bag twice: a word among them says more than one in the body (BM25F's weights)."""
    title = analysis.tokens(document.title)
    skills, wording = (analysis.tokens("\n".join(words)) for words in (document.skills, document.wording))
    others = [analysis.tokens(text) for text in (document.employer, document.body, "\n".join(document.benefits))]
    cuts = [cut for cut in (title, skills, wording, *others) if cut.every]
    characters = analysis.characters(document.title)
    bag = [token for cut in (*cuts, skills, wording) for token in cut.every]
    return {
        "every": (" ".join(bag),),
        "title": (" ".join(title.every),),
        "title_grams": tuple(grams(characters)),
        "title_characters": (" ".join(characters),),
        "running": tuple(" ".join(cut.running) for cut in cuts),
    }


def _keywords(document: PostingDocument) -> dict[str, Value]:
    single = {
        "region": document.region,
        "employment_type": document.employment_type,
        "education": str(document.education),
        "occupation": document.occupation,
        "industry": document.industry,
        "source": document.source,
    }
    return {"places": _places(document.region), **{field: (value,) for field, value in single.items() if value}}


def _places(region: str) -> tuple[str, ...]:
    """Every area the code lies in, as the prefix that names it; "somewhere" tells 省外 from unknown."""
    if not region:
        return ()
    places = ["somewhere", region[:2]]
    if not region.endswith("0000"):
        places.append(region[:4])
    return (*places, region)


def _numbers(document: PostingDocument) -> dict[str, Value]:
    low = document.wage_low if document.wage_low is not None else document.wage_high
    high = document.wage_high if document.wage_high is not None else document.wage_low
    wage: dict[str, Value] = {}
    if low is not None and high is not None:
        wage = {"wage_low": low, "wage_high": high, "wage_bands": (" ".join(_bands(low, high)),)}
    posted = document.posted_on.toordinal()
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


def _bands(low: int, high: int) -> tuple[str, ...]:
    """The bands a wage overlaps: those whose filter would leave the posting."""
    return tuple(band_value(least, most) for least, most in WAGE_BANDS if (least is None or high >= least) and (most is None or low <= most))
