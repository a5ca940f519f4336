"""What is counted beside the hits, as pure arithmetic over an engine's raw counts.

A count is the number of documents of *this* answer that the filter of the same value would leave: a wage of 4,000 to
9,000 is in every band it overlaps, and a document without a value is in no count. Cities and provinces are sums of
regions.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from operator import itemgetter

from search.fields import BETWEEN, KINDS, band_value
from search.query import POSTED_WITHIN, WAGE_BANDS, PostingQuery

BENEFITS = ("benefits_to_l", "benefits_from_m")
COUNTED = ("region", "occupation", "kinds", *BENEFITS, "wage_bands")
"""The columns an engine counts by value; from them and the days come the facets:

region (six digits), city (four; only of what lies in one), province (two), employment_type, education (the rank),
occupation, source, shift, benefit, no_experience ("1"): by count, then value. wage (`band_value` of WAGE_BANDS) and,
where the query has a `today`, posted (the days of POSTED_WITHIN): in that order, zeros included.
"""
_COLUMN = {
    **dict.fromkeys(("region", "city", "province"), ("region",)),
    "occupation": ("occupation",),
    **dict.fromkeys(KINDS, ("kinds",)),
    "benefit": BENEFITS,
    "wage": ("wage_bands",),
}
"""Facet -> the columns it is read from."""

Counts = tuple[tuple[str, int], ...]


def columns(query: PostingQuery) -> tuple[str, ...]:
    """Which columns have to be counted for the facets a query asks for: each costs as much as another search."""
    if isinstance(query.facets, bool):
        return COUNTED if query.facets else ()
    wanted = {column for name in query.facets if name != "posted" for column in _COLUMN[name]}
    return tuple(column for column in COUNTED if column in wanted)


def posted_edges(query: PostingQuery) -> list[int]:
    """The first days (ordinals) of POSTED_WITHIN, ascending: an engine counts how many were posted before each."""
    if query.today is None or not (query.facets is True or (query.facets and "posted" in query.facets)):
        return []
    return sorted((query.today - timedelta(days=days)).toordinal() for days in POSTED_WITHIN)


def facets(counted: Mapping[str, Mapping[str, int]], posted_since: Mapping[int, int]) -> dict[str, Counts]:
    """The facets of the columns that were counted. `posted_since`: first day -> documents posted on it or later; empty without `today`."""
    found: dict[str, Counts] = {}
    if "region" in counted:
        regions = counted["region"].items()
        found["region"] = _ordered(counted["region"])
        found["city"] = _ordered(_summed((code[:4], n) for code, n in regions if not code.endswith("0000")))
        found["province"] = _ordered(_summed((code[:2], n) for code, n in regions))
    if "occupation" in counted:
        found["occupation"] = _ordered(counted["occupation"])
    if "kinds" in counted:
        found |= _of_kinds(counted["kinds"])
    if all(column in counted for column in BENEFITS):
        found["benefit"] = _ordered({code: n for column in BENEFITS for code, n in _each(counted[column]).items()})
    if "wage_bands" in counted:
        bands = _each(counted["wage_bands"])
        found["wage"] = tuple((band, bands.get(band, 0)) for band in (band_value(*band) for band in WAGE_BANDS))
    if posted_since:
        latest_first = sorted(posted_since.items(), reverse=True)
        found["posted"] = tuple((str(d), n) for d, (_, n) in zip(POSTED_WITHIN, latest_first, strict=True))
    return found


def _of_kinds(counts: Mapping[str, int]) -> dict[str, Counts]:
    split = [(packed.split(BETWEEN), n) for packed, n in counts.items()]
    return {name: _ordered(_summed((values[place], n) for values, n in split if values[place])) for place, name in enumerate(KINDS)}


def _each(together: Mapping[str, int]) -> dict[str, int]:
    """Counts of single values from those of values that were packed with a space between."""
    return _summed((value, n) for several, n in together.items() for value in several.split())


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
