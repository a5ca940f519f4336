"""The reader of searches, made from the reference tables and made anew when one of them changes.

Building takes a second: whoever comes while another thread builds is answered by the reader of a moment ago.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock

from search.analysis import default_analysis
from search.resolver import Resolver
from search.text import normalise
from search.understanding import Place, PlaceKind, Reader, Understood, Vocabulary, Wording
from webapp.reference import queries as reference
from webapp.reference import wages
from webapp.reference.models import EmploymentType, Shift, WageUnit
from webapp.reference.places import NamedPlace, PlaceNames, short_street_name
from webapp.reference.queries import Occupations, Wordings
from webapp.reference.trades import trades

_RANKS = 9
"""More than `NamedPlace.rank` has values: the likeliest place weighs most."""
_INITIALS_AT_MOST = 4
"""Signs of a word whose initials anybody would type."""
_UNITS = {unit.value: unit for unit in WageUnit}
_Tables = tuple[PlaceNames, Wordings, Occupations]


@dataclass(slots=True)
class _Held:
    lock: Lock = field(default_factory=Lock)
    tables: _Tables | None = None
    reader: Reader | None = None


_held = _Held()


def understand(text: str, *, literal: bool = False, city: str | None = None) -> Understood:
    """What the text asks for. `literal`: only its signs count. `city`: the one chosen beside it decides between places of one name."""
    return reader().read(text, home=reference.home_province(), city=city, literal=literal)


def reader() -> Reader:
    tables = (reference.place_names(), reference.wordings(), reference.occupations())
    if _is_of(tables) and _held.reader is not None:
        return _held.reader
    if not _held.lock.acquire(blocking=_held.reader is None) and _held.reader is not None:
        return _held.reader
    try:
        if not _is_of(tables):
            _held.reader, _held.tables = _built(*tables), tables
        assert _held.reader is not None
        return _held.reader
    finally:
        _held.lock.release()


def _is_of(tables: _Tables) -> bool:
    return _held.tables is not None and all(held is now for held, now in zip(_held.tables, tables, strict=True))


def _built(places: PlaceNames, wordings: Wordings, occupations: Occupations) -> Reader:
    vocabulary = Vocabulary(
        places={name: tuple(map(_place, meant)) for name, meant in places.items()},
        trades=_trades(wordings, occupations),
        common=frozenset(name for row in occupations.common() for name in map(normalise, row.synonyms) if len(name) <= _INITIALS_AT_MOST),
        labels=_labels(),
        monthly=_monthly,
    )
    return Reader(vocabulary, Resolver(trades(occupations), default_analysis()))


def _place(place: NamedPlace) -> Place:
    """A region is shown by its full name: 市中 is two of them. A street is looked for by what people call it."""
    name = short_street_name(place.name) if place.street else reference.regions().name(place.code)
    return Place(place.code, name, PlaceKind(place.kind.value), place.street, _RANKS - place.rank, place.short)


def _trades(wordings: Wordings, occupations: Occupations) -> Mapping[str, Wording]:
    """Names of occupations mean themselves; a wording says more and wins."""
    named: dict[str, Wording] = {}
    for trade in trades(occupations):
        for name in (trade.name, *trade.names):
            word = normalise(name)
            known = named.get(word, Wording())
            named[word] = Wording((), tuple(dict.fromkeys((*known.occupations, trade.code))))
    return {**named, **{word: Wording(tuple(row.words), tuple(row.occupations)) for word, row in wordings.items()}}


def _labels() -> dict[str, str]:
    return {**dict(EmploymentType.choices()), **dict(Shift.choices())}


def _monthly(amount: Decimal, unit: str) -> int | None:
    low, _ = wages.monthly(wages.Wage(unit=_UNITS[unit], low=amount, high=amount))
    return low
