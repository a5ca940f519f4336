"""Every name by which people say a place, and what each means.

Pure. The names come from two tables: regions give their full and short names, place names give what no region row carries. One name
may mean several places; they come back in the order in which a person of this province means them, and where several of the same kind
are equally likely each says so: a page then asks, and never guesses. A short street name (`和平`, `胜利`) is an ordinary word too:
`short` says it, so that a reader may want another sign that a place was meant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from webapp.reference.models import PlaceKind, PlaceName, Region, RegionLevel

_STREET_SUFFIXES = ("街道办事处", "街道", "回族镇", "镇", "乡")
_KINDS = {RegionLevel.PROVINCE: PlaceKind.PROVINCE, RegionLevel.CITY: PlaceKind.CITY, RegionLevel.COUNTY: PlaceKind.COUNTY}


@dataclass(frozen=True, slots=True)
class NamedPlace:
    name: str
    """As it is said; the key it is found by."""
    code: str
    """The region meant, six digits: that of the county for a street, of what it belongs to today for a former place."""
    kind: PlaceKind
    street: str = ""
    """Nine digits of a street or town; empty: none."""
    short: bool = False
    """Said without 市, 区, 街道: may be another word as well."""
    ambiguous: bool = False
    """Another region is as likely meant by this name."""
    rank: int = 0
    """The lower, the likelier; places of one name and one rank are equally likely."""


class PlaceNames(Mapping[str, tuple[NamedPlace, ...]]):
    """Name -> the places it may mean, the likeliest first."""

    def __init__(self, regions: Iterable[Region], names: Iterable[PlaceName], *, home: str) -> None:
        found: dict[str, list[NamedPlace]] = {}
        for place in (*_of_regions(regions), *_of_names(names)):
            found.setdefault(place.name, []).append(place)
        self._streets = {place.street: place.name for places in found.values() for place in places if place.street and not place.short}
        self._named = MappingProxyType({name: _in_order(places, home[:2]) for name, places in found.items()})

    def __getitem__(self, name: str) -> tuple[NamedPlace, ...]:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def street(self, code: str) -> str:
        """The name of a street or town by its nine digits; empty where it is not loaded."""
        return self._streets.get(code, "")

    def streets(self, county: str) -> list[tuple[str, str]]:
        """(code, name) of a county's streets and towns, in order of their codes."""
        return sorted((code, name) for code, name in self._streets.items() if code.startswith(county))

    def meant(self, name: str, *, within: str = "") -> NamedPlace | None:
        """The place that `name` means, if it is one; `within` is a region said beside it (济南 市中区). None: unknown, or several."""
        inside = [place for place in self._named.get(name, ()) if place.code.startswith(_prefix(within))]
        likely = _likeliest(inside, within[:2])
        return likely[0] if len({place.code for place in likely}) == 1 else None


def short_street_name(name: str) -> str:
    """`趵突泉街道` -> `趵突泉`; a name of one character keeps its suffix."""
    suffix = next((suffix for suffix in _STREET_SUFFIXES if name.endswith(suffix)), "")
    rest = name.removesuffix(suffix)
    return rest if len(rest) >= 2 else name


def _of_regions(regions: Iterable[Region]) -> Iterator[NamedPlace]:
    """A prefecture row of a municipality is called 市辖区 and 县: it is no place of its own."""
    for row in regions:
        if row.name in ("市辖区", "县"):
            continue
        yield NamedPlace(row.name, row.code, _KINDS[row.level])
        if row.short_name != row.name:
            yield NamedPlace(row.short_name, row.code, _KINDS[row.level], short=True)


def _of_names(names: Iterable[PlaceName]) -> Iterator[NamedPlace]:
    for row in names:
        yield NamedPlace(row.name, row.code, row.kind, row.street)
        short = short_street_name(row.name) if row.kind is PlaceKind.STREET else row.name
        if short != row.name:
            yield NamedPlace(short, row.code, row.kind, row.street, short=True)


def _rank(place: NamedPlace, home: str) -> int:
    """Provinces and cities first, as far away as they are; then what lies in the home province; a short street name last."""
    if place.kind in (PlaceKind.PROVINCE, PlaceKind.CITY):
        return 0 if place.kind is PlaceKind.PROVINCE else 1
    if not place.code.startswith(home):
        return 5
    if place.kind is PlaceKind.STREET:
        return 6 if place.short else 4
    return 2 if place.kind is PlaceKind.COUNTY else 3


def _likeliest(places: Iterable[NamedPlace], home: str) -> list[NamedPlace]:
    ranked = sorted(places, key=lambda place: (_rank(place, home), place.code, place.street))
    return [place for place in ranked if _rank(place, home) == _rank(ranked[0], home)]


def _in_order(places: list[NamedPlace], home: str) -> tuple[NamedPlace, ...]:
    """Two streets of one county are one answer; a name that only a less likely place shares is not ambiguous."""
    ordered = sorted(places, key=lambda place: (_rank(place, home), place.code, place.street))
    codes: dict[int, set[str]] = {}
    for place in ordered:
        codes.setdefault(_rank(place, home), set()).add(place.code)
    return tuple(replace(place, ambiguous=len(codes[_rank(place, home)]) > 1, rank=_rank(place, home)) for place in ordered)


def _prefix(region: str) -> str:
    """`370000` -> `37`, `370100` -> `3701`, a county: itself (GB/T 2260)."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region
