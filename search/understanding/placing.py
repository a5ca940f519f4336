"""Which places are meant by the names that were said.

A name may be that of several places. Another place in the text decides first (济南 市中), then the searcher's own city,
then what people here mean most; what is still open stays open, as alternatives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.understanding.cutting import Piece
from search.understanding.sayings import ORDINARY
from search.understanding.vocabulary import Place, PlaceKind, prefix

ALTERNATIVES_AT_MOST = 6
_ROADS = ("路", "街", "道", "桥", "门")
_WIDE = frozenset({PlaceKind.PROVINCE, PlaceKind.CITY})


@dataclass(frozen=True, slots=True)
class Placed:
    """One name and the places it means here; `pieces` are several where a city stands right before its county."""

    pieces: tuple[Piece, ...]
    places: tuple[Place, ...]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.code for place in self.places))


def place(pieces: Sequence[Piece], *, home: str, city: str | None) -> tuple[list[Placed], list[Piece]]:
    """(the names with their places, the names that are no place here and stay words)."""
    said: dict[int, tuple[Place, ...]] = {}
    refused = []
    for number, piece in enumerate(pieces):
        others = [other.meaning.places for place, other in enumerate(pieces) if place != number]
        meant = _meant(piece, others, home=home, city=city)
        if meant:
            said[number] = meant
        else:
            refused.append(piece)
    return [Placed((pieces[number],), meant) for number, meant in said.items()], refused


def joined(placed: Iterable[Placed], plain: str) -> list[Placed]:
    """A city right before its county is one piece, and the county is meant; a wider place named elsewhere says nothing more."""
    found: list[Placed] = []
    for one in placed:
        before = found[-1] if found else None
        if before and not plain[before.end : one.start].strip() and _holds(before.places, one.places):
            found[-1] = Placed((*before.pieces, *one.pieces), one.places)
        else:
            found.append(one)
    return found


def narrowest(placed: Sequence[Placed]) -> tuple[Place, ...]:
    """Every place meant, without those that only said where another one lies."""
    kept = [one for one in placed if not any(other is not one and other.codes != one.codes and _holds(one.places, other.places) for other in placed)]
    return tuple(dict.fromkeys(place for one in kept for place in one.places))


def _meant(piece: Piece, others: Sequence[tuple[Place, ...]], *, home: str, city: str | None) -> tuple[Place, ...]:
    candidates = piece.meaning.places
    for around in others:
        wider = [place for place in around if place.kind in _WIDE or place.kind is PlaceKind.COUNTY]
        inside = [place for place in candidates if any(_is_inside(place, region) for region in wider)]
        if inside:
            return _likeliest(inside)
    all_streets = all(place.street_code for place in candidates)
    here = [place for place in candidates if city and place.within(city) and (all_streets or not place.street_code)]
    likely = _likeliest(here or candidates)
    return likely if all(_may_stand_alone(place, home=home, city=city, form=piece.meaning.form) for place in likely) else ()


def _may_stand_alone(place: Place, *, home: str, city: str | None, form: str) -> bool:
    """What is an ordinary word too (阿里, 白银) is no place far away.

    Nor is, outside one's own city, a street's name of two signs or that of a road: every city has a 解放路.
    """
    is_home = place.within(f"{home[:2]}0000")
    if place.kind is PlaceKind.STREET and place.short:
        is_own = bool(city and place.within(city))
        return is_home and (is_own or (len(form) > 2 and not form.endswith(_ROADS))) and form not in ORDINARY
    return is_home or not place.short or form not in ORDINARY


def _likeliest(places: Sequence[Place]) -> tuple[Place, ...]:
    most = max(place.weight for place in places)
    likely = tuple(place for place in places if place.weight == most)
    return likely if len({place.code for place in likely}) <= ALTERNATIVES_AT_MOST else ()


def _is_inside(place: Place, region: Place) -> bool:
    """A county says where its streets are; a region is not inside itself."""
    return place.code.startswith(prefix(region.code)) and (place.code != region.code or bool(place.street_code and not region.street_code))


def _holds(wider: Sequence[Place], narrower: Sequence[Place]) -> bool:
    return all(any(_is_inside(place, region) for region in wider) for place in narrower)
