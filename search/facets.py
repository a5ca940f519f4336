"""What is counted beside the hits, as pure arithmetic over an engine's raw counts.

A count is the number of documents of *this* answer that the filter of the same value would leave: a wage of 4,000 to
9,000 is in every band it overlaps, and a document without a value is in no count. Cities and provinces are sums of
regions.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from operator import itemgetter

from search.fields import band_value
from search.query import POSTED_WITHIN, WAGE_BANDS, PostingQuery

COUNTED = ("region", "employment_type", "education", "occupation", "source", "shift", "no_experience", "benefit_set", "wage_bands")
"""The fields an engine counts by value; from them and the days come the facets:

region (six digits), city (four; only of what lies in one), province (two), employment_type, education (the rank),
occupation, source, shift, benefit, no_experience ("1"): by count, then value. wage (`band_value` of WAGE_BANDS) and,
where the query has a `today`, posted (the days of POSTED_WITHIN): in that order, zeros included.
"""

Counts = tuple[tuple[str, int], ...]


def posted_edges(query: PostingQuery) -> list[int]:
    """The first days (ordinals) of POSTED_WITHIN, ascending: an engine counts how many were posted before each."""
    if query.today is None:
        return []
    return sorted((query.today - timedelta(days=days)).toordinal() for days in POSTED_WITHIN)


def facets(counted: Mapping[str, Mapping[str, int]], posted_since: Mapping[int, int]) -> dict[str, Counts]:
    """All facets of one answer. `posted_since`: first day -> documents posted on it or later; empty without `today`."""
    found = {name: _ordered(counted[name]) for name in COUNTED if name not in {"wage_bands", "benefit_set"}}
    found["benefit"] = _ordered(_summed((code, n) for several, n in counted["benefit_set"].items() for code in several.split()))
    regions = counted["region"].items()
    found["city"] = _ordered(_summed((code[:4], n) for code, n in regions if not code.endswith("0000")))
    found["province"] = _ordered(_summed((code[:2], n) for code, n in regions))
    bands = _summed((band, n) for several, n in counted["wage_bands"].items() for band in several.split())
    found["wage"] = tuple((band, bands.get(band, 0)) for band in (band_value(*band) for band in WAGE_BANDS))
    if posted_since:
        latest_first = sorted(posted_since.items(), reverse=True)
        found["posted"] = tuple((str(d), n) for d, (_, n) in zip(POSTED_WITHIN, latest_first, strict=True))
    return found


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for value, count in pairs:
        sums[value] = sums.get(value, 0) + count
    return sums


def _ordered(counts: Mapping[str, int]) -> Counts:
    """By count, then by value."""
    by_value = sorted(counts.items())
    by_value.sort(key=itemgetter(1), reverse=True)  # stable
    return tuple(by_value)
