"""What the demo is made of, read from `data/`: trades, kinds of employers, counties, workplaces, and parts of sentences. All written for it."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"
_TRADES = ("trades_factory.json", "trades_service.json", "trades_office.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One occupation. Wages are the band of a usual month in yuan, in a city of average wages; texts may hold {product} and {site}."""

    key: str
    names: tuple[str, ...]
    """Names under which the table of occupations may know it."""
    titles: tuple[str, ...]
    setting: str
    wage: tuple[int, int]
    shifts: tuple[str, ...]
    education: tuple[int, ...]
    years: tuple[int, ...]
    headcount: tuple[int, int]
    skills: tuple[str, ...]
    duties: tuple[str, ...]
    needs: tuple[str, ...]
    unit_mix: bool = False
    """Also offered by the day."""
    part_time: bool = False
    """Also offered by the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of employer: what it is called, what it makes, where in it people work, whom it looks for and how often."""

    key: str
    industry: str
    general: str
    words: tuple[str, ...]
    products: tuple[str, ...]
    sites: tuple[str, ...]
    business: tuple[str, ...]
    roles: Mapping[str, int]
    form: str = "company"


@dataclass(frozen=True, slots=True)
class Workplace:
    protection: tuple[str, ...]
    hazards: tuple[str, ...]


def _json(name: str) -> Any:
    return _frozen(json.loads((_DATA / name).read_text(encoding="utf-8")))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return {name: _frozen(item) for name, item in value.items()} if isinstance(value, dict) else value


@cache
def trades() -> dict[str, Trade]:
    return {name: Trade(key=name, **values) for file in _TRADES for name, values in _json(file).items()}


@cache
def kinds() -> dict[str, Kind]:
    return {name: Kind(key=name, **values) for name, values in _json("kinds.json").items()}


@cache
def workplaces() -> dict[str, Workplace]:
    return {name: Workplace(**values) for name, values in _json("workplaces.json").items()}


@cache
def counties() -> dict[str, tuple[str, ...]]:
    """County code -> the kinds of employers it has, what it is known for among them."""
    with (_DATA / "counties.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: tuple(row["kinds"].split("|")) for row in csv.DictReader(file)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Parts of sentences that all trades share."""

    brand_begins: tuple[str, ...]
    brand_ends: tuple[str, ...]
    shifts: Mapping[str, Mapping[str, tuple[str, ...]]]
    part_time_lines: tuple[str, ...]
    temporary_lines: tuple[str, ...]
    insurance: tuple[str, ...]
    insurance_part_time: tuple[str, ...]
    insurance_temporary: tuple[str, ...]
    insurance_trainee: tuple[str, ...]
    benefits: Mapping[str, tuple[str, ...]]
    title_tails: Mapping[str, tuple[str, ...]]
    perk_tails: tuple[str, ...]
    roads: tuple[str, ...]
    spots: Mapping[str, tuple[str, ...]]
    about: tuple[str, ...]
    about_staff: tuple[str, ...]
    about_facility: tuple[str, ...]
    messages: tuple[str, ...]
    return_reasons: tuple[str, ...]
    down_reasons: tuple[str, ...]
    refuse_reasons: tuple[str, ...]
    seeker_about: tuple[str, ...]


@cache
def wording() -> Wording:
    known = {field.name for field in fields(Wording)}
    return Wording(**{name: value for name, value in _json("wording.json").items() if name in known})
