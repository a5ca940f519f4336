"""What is counted beside the hits, as pure arithmetic over an engine's raw counts.

A count is the number of documents of *this* answer that the filter of the same value would leave; a document without
a value is in no count. Cities and provinces are sums of regions; a wage band counts by differences, because a posting
of 4,000 to 9,000 overlaps several bands: (all with a wage) - (highest < band) - (lowest > band).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from search.query import POSTED_WITHIN, PostingQuery

COUNTED = ("region", "employment_type", "education", "occupation", "source")
FACETS = (*COUNTED, "city", "province", "wage", "posted")
"""Values: region six digits (only what lies in a county or city), city four, province two, education the rank,
occupation, employment_type and source as given, wage `band_value`, posted the days of POSTED_WITHIN."""

Counts = tuple[tuple[str, int], ...]


class Below(NamedTuple):
    """For one number field: how many have a value, and how many of them lie below each edge."""

    all: int
    below: Mapping[int, int]


def band_value(low: int | None, high: int | None) -> str:
    """The facet value of a wage band: "3000-5000", "-3000", "20000-"."""
    return f"{'' if low is None else low}-{'' if high is None else high}"


def edges(query: PostingQuery) -> dict[str, list[int]]:
    """Number field -> the edges an engine must count below, ascending."""
    wanted = {
        "wage_high": {low for low, _ in query.wage_bands if low is not None},
        "wage_low": {high + 1 for _, high in query.wage_bands if high is not None},
        "posted_on": set(_posted_edges(query).values()),
    }
    return {field: sorted(values) for field, values in wanted.items() if values}


def facets(query: PostingQuery, counted: Mapping[str, Mapping[str, int]], below: Mapping[str, Below]) -> dict[str, Counts]:
    """All facets: counted values by count, then value; bands and days in their own order."""
    found = {name: _ordered(counted[name].items()) for name in COUNTED}
    regions = counted["region"].items()
    found["city"] = _ordered(_summed((code[:4], n) for code, n in regions if not code.endswith("0000")).items())
    found["province"] = _ordered(_summed((code[:2], n) for code, n in regions).items())
    found["wage"] = tuple((band_value(low, high), _in_band(low, high, below)) for low, high in query.wage_bands)
    posted = below.get("posted_on")
    if posted is not None:
        found["posted"] = tuple((str(d), posted.all - posted.below[edge]) for d, edge in _posted_edges(query).items())
    return found


def _posted_edges(query: PostingQuery) -> dict[int, int]:
    if query.today is None:
        return {}
    return {days: (query.today - timedelta(days=days)).toordinal() for days in POSTED_WITHIN}


def _in_band(low: int | None, high: int | None, below: Mapping[str, Below]) -> int:
    highest, lowest = below.get("wage_high"), below.get("wage_low")
    everyone = highest or lowest
    count = everyone.all if everyone else 0
    if low is not None and highest:
        count -= highest.below[low]
    if high is not None and lowest:
        count -= lowest.all - lowest.below[high + 1]
    return count


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for value, count in pairs:
        sums[value] = sums.get(value, 0) + count
    return sums


def _ordered(pairs: Iterable[tuple[str, int]]) -> Counts:
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
