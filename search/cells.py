"""A radius as a set of grid cells: one engine has no geometry, and two engines must find the same.

Cells are squares of degrees in three sizes; a document lies in one of each. A circle is covered by whole coarse cells
inside it and finer ones along its edge, so it is met to about half a finest cell: 0.6 km up to 30 km, 2 km beyond.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import asin, cos, floor, radians, sin, sqrt

from search.query import Near

STEPS = (0.16, 0.04, 0.01)  # degrees: about 16, 4 and 1 km here; each a quarter of the one before
_PARTS = 4
_WIDE_KM = 30.0  # beyond it a circle's edge needs no cells of 1 km: they would be a thousand
_EARTH_KM = 6371.0
_KM_PER_DEGREE = 111.2
RINGS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 70.0)
"""Kilometres: how finely an engine tells near from far before exact distances are compared."""


def distance(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Kilometres on the sphere (haversine)."""
    a = sin(radians(to_lat - lat) / 2) ** 2 + cos(radians(lat)) * cos(radians(to_lat)) * sin(radians(to_lon - lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, a)))


def cells_of(lon: float, lat: float) -> tuple[str, ...]:
    """The cells a point lies in, one of each size."""
    column, row = floor(lon / STEPS[-1]), floor(lat / STEPS[-1])  # divided on from here: a border is then one border in every size
    return tuple(_name(size, column // _PARTS**finer, row // _PARTS**finer) for size, finer in enumerate((2, 1, 0)))


@lru_cache(maxsize=1024)
def covering(near: Near) -> tuple[str, ...]:
    """The cells of a circle: a point is in it when one of its cells is."""
    return tuple(_cover(near))


def rings(near: Near) -> Iterator[Near]:
    """Circles around the same middle from the narrowest to `near` itself."""
    yield from (Near(near.lon, near.lat, ring) for ring in RINGS if ring < near.kilometres)
    yield near


def _cover(near: Near) -> Iterator[str]:
    reach_lat = near.kilometres / _KM_PER_DEGREE
    reach_lon = reach_lat / cos(radians(near.lat))
    columns = range(floor((near.lon - reach_lon) / STEPS[0]), floor((near.lon + reach_lon) / STEPS[0]) + 1)
    rows = range(floor((near.lat - reach_lat) / STEPS[0]), floor((near.lat + reach_lat) / STEPS[0]) + 1)
    finest = 2 if near.kilometres <= _WIDE_KM else 1
    for column in columns:
        for row in rows:
            yield from _within(near, 0, column, row, finest)


def _within(near: Near, size: int, column: int, row: int, finest: int) -> Iterator[str]:
    """The cell when it is whole inside; its parts when the edge goes through it; at the finest size its middle decides."""
    step = STEPS[size]
    middle = distance(near.lon, near.lat, (column + 0.5) * step, (row + 0.5) * step)
    half = distance(column * step, row * step, (column + 1) * step, (row + 1) * step) / 2
    if middle + half <= near.kilometres or (size == finest and middle <= near.kilometres):
        yield _name(size, column, row)
    elif size < finest and middle - half <= near.kilometres:
        for right in range(_PARTS):
            for up in range(_PARTS):
                yield from _within(near, size + 1, column * _PARTS + right, row * _PARTS + up, finest)


def _name(size: int, column: int, row: int) -> str:
    return f"{size}:{column}:{row}"
