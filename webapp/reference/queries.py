"""Questions to the reference tables, answered from frozen copies in the memory of the process.

The tables are small, read on every page and changed a few times a year. Each copy carries the version of its table; at most every
STALE_SECONDS one thread asks the database whether a version moved. Copies belong to the engine they were read from, so a process
that opens another database never answers from the first. Rows are detached: reading them costs no query, changing them changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from threading import RLock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from webapp.db import Base, engine, in_transaction, session, today
from webapp.reference import study
from webapp.reference.dated import NATION as NATION
from webapp.reference.dated import GateRules, around, valid_on
from webapp.reference.models import (
    GateRule,
    Industry,
    Neighbourhood,
    Occupation,
    Parameter,
    PlaceName,
    Region,
    RegionLevel,
    ShippedTable,
    Wording,
    WordOrigin,
    as_word,
)
from webapp.reference.places import PlaceNames

STALE_SECONDS = 1.5
"""With the second in which the reader of searches is made anew, a word of staff is known everywhere within three."""
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_WITHOUT_LOWER_CODES = frozenset({"71", "81", "82"})
"""Taiwan, Hong Kong, Macau: GB/T 2260 has no codes below the province level, sources write some of their own."""

_Snapshot = TypeVar("_Snapshot")


class MissingParameter(LookupError):
    """No value is known for this rule, place and day; the text says which, so that an office can supply it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a six-digit code lies. `known` False: nothing may be concluded from the code."""

    code: str
    city_code: str
    """`XXXX00`; for a county directly under its province and for Hong Kong, Macau, Taiwan the code itself."""
    province_code: str
    known: bool


class Regions:
    """Every known region by code. Unknown counties of a known prefecture are places too: they keep their code."""

    def __init__(self, rows: Iterable[Region]) -> None:
        self._by_code = {row.code: row for row in rows}
        self._children: dict[str | None, tuple[Region, ...]] = {}
        for row in sorted(self._by_code.values(), key=lambda row: row.code):
            self._children[row.parent] = (*self._children.get(row.parent, ()), row)
        self._prefixes = {row.code[:4] for row in self._by_code.values() if row.level is not RegionLevel.PROVINCE}

    def get(self, code: str | None) -> Region | None:
        return self._by_code.get(code or "")

    def is_known(self, code: str) -> bool:
        """Six digits whose first four belong to a known prefecture (or to counties directly under a province)."""
        if len(code) != 6 or not code.isascii() or not code.isdigit():
            return False
        return code[:4] in self._prefixes or (code[:2] in _WITHOUT_LOWER_CODES and f"{code[:2]}0000" in self._by_code)

    def place(self, code: str) -> Place:
        own_city = code[2:4] in ("90", "00") or code[:2] in _WITHOUT_LOWER_CODES
        return Place(code, code if own_city else f"{code[:4]}00", f"{code[:2]}0000", self.is_known(code))

    def children(self, code: str | None) -> tuple[Region, ...]:
        """Direct children in the order of their codes; of None: the provinces."""
        return self._children.get(code, ())

    def provinces(self) -> tuple[Region, ...]:
        return self.children(None)

    def cities(self, province: str) -> tuple[Region, ...]:
        """The prefectures of a province and the counties directly under it."""
        return self.children(province)

    def name(self, code: str | None, county: str = "") -> str:
        """The name for a card: `济南市历下区`, `广东省东莞市`; the home province is not repeated.

        `county` is what the row itself calls a county or town that has no row here. An unknown code is shown as it is, never guessed.
        """
        place = self.place(code or "")
        if not place.known and place.code not in self._by_code:
            return code or ""
        parts = [] if place.province_code == _home.province and place.code != place.province_code else [self._own(place.province_code)]
        if place.code != place.province_code:
            parts += [self._own(place.city_code), self._own(place.code)]
        row = self._by_code.get(place.code)
        if row is None or row.level is not RegionLevel.COUNTY:
            parts.append(county)
        return "".join(dict.fromkeys(part for part in parts if part))

    def _own(self, code: str) -> str:
        """Its own name; 市辖区 and 县 below the four municipalities are no names and drop out."""
        row = self._by_code.get(code)
        if row is None or (row.level is RegionLevel.CITY and code[:2] in _MUNICIPALITIES):
            return ""
        return row.name

    def short(self, code: str | None) -> str:
        """`历下`; the short name of the nearest region that is known, or the code."""
        wanted = code or ""
        for candidate in (wanted, self.place(wanted).city_code, self.place(wanted).province_code):
            row = self._by_code.get(candidate)
            if row is not None:
                return row.short_name
        return wanted

    def is_outside(self, code: str) -> bool:
        """省外: beyond the province this platform serves."""
        return self.place(code).province_code != _home.province


class Parameters:
    """Every dated value, found by rule, place and day."""

    def __init__(self, rows: Iterable[Parameter]) -> None:
        self._rows: dict[tuple[str, str], list[Parameter]] = {}
        for row in rows:
            self._rows.setdefault((row.key, row.region), []).append(row)

    def find(self, key: str, *, region: str = NATION, on: date) -> Parameter | None:
        """The narrowest region that has a row for the day: county, city, province, country. See `parameter`."""
        for code in around(region):
            row = valid_on(self._rows.get((key, code), ()), on)
            if row is not None:
                return row
        return None

    def all_of(self, key: str) -> tuple[Parameter, ...]:
        """Every row of a rule, for a page that shows its history."""
        return tuple(row for (of_key, _), rows in self._rows.items() if of_key == key for row in rows)


class Occupations:
    def __init__(self, rows: Iterable[Occupation]) -> None:
        self._by_code = {row.code: row for row in rows}
        self._by_name: dict[str, list[Occupation]] = {}
        for row in self._by_code.values():
            for name in dict.fromkeys((row.name, *row.synonyms)):
                self._by_name.setdefault(_plain(name), []).append(row)

    def get(self, code: str | None) -> Occupation | None:
        return self._by_code.get(code or "")

    def named(self, name: str) -> tuple[Occupation, ...]:
        """Occupations whose name or synonym is `name`, spaces and case aside; the common ones first."""
        return tuple(sorted(self._by_name.get(_plain(name), ()), key=lambda row: (not row.common, row.code)))

    def holding(self, text: str) -> tuple[Occupation, ...]:
        """Occupations and classes whose name holds the text, in the order of their codes."""
        return tuple(sorted((row for row in self._by_code.values() if text in row.name), key=lambda row: row.code))

    def children(self, code: str | None) -> tuple[Occupation, ...]:
        """Direct children in the order of their codes; of None: the 大类."""
        return tuple(sorted((row for row in self._by_code.values() if row.parent == code), key=lambda row: row.code))

    def leaves(self, code: str) -> tuple[str, ...]:
        """The code itself, and every code below it: what a class stands for in a search."""
        below = (leaf for row in self.children(code) for leaf in self.leaves(row.code))
        return (code, *below)

    def alike(self, code: str) -> tuple[Occupation, ...]:
        """What a person may have meant by an unknown code: one of that name, the class around it, or a code that looks like it."""
        text = code.strip()[:40]
        around = [row for end in range(len(text), 0, -1) if (row := self.get(text[:end].rstrip("-"))) is not None]
        close = [self._by_code[one] for one in get_close_matches(text, self._by_code, n=3, cutoff=0.8)]
        return tuple({row.code: row for row in (*self.named(text), *close, *around)}.values())[:4]

    def common(self) -> tuple[Occupation, ...]:
        return tuple(sorted((row for row in self._by_code.values() if row.common), key=lambda row: row.code))

    def name(self, code: str | None) -> str:
        row = self.get(code)
        return row.name if row else (code or "")


class Industries:
    def __init__(self, rows: Iterable[Industry]) -> None:
        self._by_code = {row.code: row for row in rows}

    def get(self, code: str | None) -> Industry | None:
        return self._by_code.get(code or "")

    def children(self, code: str | None) -> tuple[Industry, ...]:
        """Direct children in the order of their codes; of None: the 门类."""
        return tuple(sorted((row for row in self._by_code.values() if row.parent == code), key=lambda row: row.code))

    def name(self, code: str | None) -> str:
        row = self.get(code)
        return row.name if row else (code or "")


class Wordings(Mapping[str, Wording]):
    """Every word of the vocabulary as `as_word` writes it; a question is written so by itself. Staff rows stand before shipped ones."""

    def __init__(self, rows: Iterable[Wording]) -> None:
        shipped_first = sorted(rows, key=lambda row: (row.origin is WordOrigin.STAFF, row.word))
        self._by_word = {row.word: row for row in shipped_first}

    def __getitem__(self, word: str) -> Wording:
        return self._by_word[as_word(word)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_word)

    def __len__(self) -> int:
        return len(self._by_word)

    def of_staff(self) -> tuple[Wording, ...]:
        """What staff added, the latest first."""
        return tuple(sorted((row for row in self.values() if row.at), key=lambda row: str(row.at), reverse=True))


def _neighbours_by_code(rows: Iterable[Neighbourhood]) -> Mapping[str, tuple[str, ...]]:
    return {row.code: tuple(row.neighbours) for row in rows}


def _plain(name: str) -> str:
    return "".join(name.split()).lower()


@dataclass(slots=True)
class _Home:
    province: str = "370000"


_home = _Home()


def settle(home_region: str) -> None:
    """Says which province is home (Settings.home_region); called once, when the process starts."""
    _home.province = f"{home_region[:2]}0000"


def home_province() -> str:
    """The province this platform serves, as a code: everything else is 省外."""
    return _home.province


@dataclass(slots=True)
class _Copies:
    lock: RLock = field(default_factory=RLock)
    checked_at: float = float("-inf")
    versions: Mapping[str, str] = field(default_factory=dict)
    built: dict[str, tuple[tuple[str | None, ...], Any]] = field(default_factory=dict)


_copies: "WeakKeyDictionary[Engine, _Copies]" = WeakKeyDictionary()


def forget() -> None:
    """Makes the next question of this process ask the database for versions; whoever changes a table calls it."""
    copies = _copies.get(engine())
    if copies is not None:
        copies.checked_at = float("-inf")


@contextmanager
def _connection() -> Iterator[Connection]:
    """The open transaction's connection, else a short one of its own: a long reading session would answer with its old view."""
    if in_transaction():
        yield session().connection()
    else:
        with engine().connect() as connection:
            yield connection


def copy_of(build: Callable[..., _Snapshot], **models: type[Base]) -> _Snapshot:
    """What `build` makes of the rows of the tables named, made anew when one of them changed."""
    copies = _copies.setdefault(engine(), _Copies())
    with copies.lock:
        if time.monotonic() - copies.checked_at > STALE_SECONDS:
            with _connection() as connection:
                rows = connection.execute(select(ShippedTable.kind, ShippedTable.version))
                copies.versions = {row.kind: row.version for row in rows}
            copies.checked_at = time.monotonic()
        name = "+".join(models)
        version = tuple(copies.versions.get(kind) for kind in models)
        held = copies.built.get(name)
        if held is None or held[0] != version:
            with _connection() as connection:
                held = version, build(*(_rows(connection, model) for model in models.values()))
            copies.built[name] = held
        return cast("_Snapshot", held[1])


def _rows(connection: Connection, model: type[Base]) -> list[Any]:
    return [model(**row._mapping) for row in connection.execute(select(model.__table__))]


def regions() -> Regions:
    return copy_of(Regions, regions=Region)


def place_names() -> PlaceNames:
    """Every name by which a place is said: regions of the whole country; streets, zones, former and popular names as far as loaded."""
    return copy_of(_name_places, regions=Region, place_names=PlaceName)


def _name_places(regions: list[Region], names: list[PlaceName]) -> PlaceNames:
    return PlaceNames(regions, names, home=_home.province)


def neighbours(code: str) -> tuple[str, ...]:
    """Regions of the same level that share a border with this one, the longest border first; none for a region we know none of."""
    return copy_of(_neighbours_by_code, neighbourhoods=Neighbourhood).get(code, ())


def wordings() -> Wordings:
    return copy_of(Wordings, wordings=Wording)


def vocabulary_version() -> str:
    """Changes whenever a word could mean something else than before."""
    wordings()
    held = _copies[engine()].versions
    return " ".join(str(held.get(kind)) for kind in ("wordings", "place_names", "occupations", "regions"))


def occupations() -> Occupations:
    return copy_of(Occupations, occupations=Occupation)


def occupation(code: str | None) -> Occupation | None:
    return occupations().get(code)


def industries() -> Industries:
    return copy_of(Industries, industries=Industry)


def schools() -> study.Schools:
    return copy_of(study.Schools, schools=study.School)


def majors() -> study.Majors:
    return copy_of(study.Majors, majors=study.Major)


def roster_words() -> study.RosterWords:
    return copy_of(study.RosterWords, roster_words=study.RosterWord)


def parameters() -> Parameters:
    return copy_of(Parameters, parameters=Parameter)


def gate_rules() -> GateRules:
    return copy_of(GateRules, gate_rules=GateRule)


def parameter(key: str, *, region: str = NATION, on: date | None = None) -> Parameter | None:
    """The row that answers for this rule, place and day (today): its value, basis, dates and whether it was confirmed.

    The narrowest region wins, inside it the latest dated row. A row without a value says that the value is not known there: it is
    returned, and a broader value does not take its place.
    """
    return parameters().find(key, region=region, on=on or today())


def number(key: str, *, region: str = NATION, on: date | None = None) -> Decimal:
    """The value as a number; raises MissingParameter where there is none or it is no number."""
    day = on or today()
    row = parameter(key, region=region, on=day)
    try:
        return Decimal(row.value if row and row.value else "")
    except InvalidOperation:
        raise MissingParameter(f"参数 {key}（地区 {region}，{day}）没有可用的数值，请在参数表中补录") from None


def whole(key: str, *, region: str = NATION, on: date | None = None) -> int:
    """The value as a whole number; raises MissingParameter where there is none or it has a fraction."""
    value = number(key, region=region, on=on)
    if value != int(value):
        raise MissingParameter(f"参数 {key}（地区 {region}）应当是整数，现为 {value}")
    return int(value)
