"""What ships is what it says: counts of the standards, a source on every row, nothing marked as confirmed, no value without a basis."""

import csv
import gzip
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from tests.conftest import SHARED
from webapp.reference.operations import SHIPPED
from webapp.reference.queries import regions
from webapp.reference.tables import TABLES, Row, read_file


def rows_of(kind: str) -> list[Row]:
    return read_file(kind, SHIPPED / f"{kind}.csv").rows


@pytest.mark.parametrize("kind", TABLES)
def test_no_shipped_row_is_refused(kind: str) -> None:
    assert read_file(kind, SHIPPED / f"{kind}.csv").refused == []


@pytest.mark.parametrize("kind", ["regions", "occupations", "industries"])
def test_every_row_names_its_source_and_hangs_on_a_parent_that_ships(kind: str) -> None:
    rows = rows_of(kind)
    codes = {row["code"] for row in rows}
    assert all(row["source"] for row in rows)
    assert {row["parent"] for row in rows if row["parent"]} <= codes


def test_shandong_has_16_cities_and_136_counties_with_centres_inside_the_province() -> None:
    shandong = [row for row in rows_of("regions") if row["code"].startswith("37")]
    assert Counter(row["level"].value for row in shandong) == {"province": 1, "city": 16, "county": 136}
    assert all(114.7 < row["lon"] < 122.8 and 34.3 < row["lat"] < 38.5 and row["pinyin"] for row in shandong)


def test_the_country_has_34_provinces_and_short_names_are_unique_among_cities() -> None:
    rows = rows_of("regions")
    assert sum(row["level"].value == "province" for row in rows) == 34
    cities = Counter(row["short_name"] for row in rows if row["level"].value == "city")
    assert [name for name, count in cities.items() if count > 1] == []


def test_classes_and_industries_are_as_many_as_their_standards_say() -> None:
    codes = [row["code"] for row in rows_of("occupations")]
    assert Counter(len(code) for code in codes if len(code) < 10) == {1: 5, 4: 63, 7: 360}
    assert Counter(len(row["code"]) for row in rows_of("industries")) == {1: 20, 2: 97}


def test_a_synonym_leads_to_one_occupation_and_is_no_occupation_of_its_own() -> None:
    rows = rows_of("occupations")
    names = {row["name"] for row in rows if row["code"].count("-") == 3}
    counted = Counter(name for row in rows for name in row["synonyms"])
    assert [name for name, count in counted.items() if count > 1 or name in names] == []
    assert sum(row["common"] for row in rows) >= 300


def test_no_parameter_ships_as_confirmed_and_none_without_a_basis() -> None:
    rows = rows_of("parameters")
    assert [row for row in rows if row["checked"] or not row["basis"]] == []


def test_dated_values_of_one_rule_and_place_do_not_overlap() -> None:
    spans: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for row in rows_of("parameters"):
        if row["valid_from"]:
            spans.setdefault((row["key"], row["region"]), []).append((row["valid_from"], row["valid_to"] or date.max))
    clashes = [key for key, days in spans.items() if any(later[0] <= earlier[1] for earlier, later in pairwise(sorted(days)))]
    assert clashes == []


def test_every_county_of_shandong_has_a_minimum_wage_row_that_says_a_value_or_that_it_is_unknown() -> None:
    held = {row["region"] for row in rows_of("parameters") if row["key"] == "minimum_wage_monthly" and row["valid_from"] == date(2025, 10, 1)}
    counties = {row["code"]: row["parent"] for row in rows_of("regions") if row["code"].startswith("37") and row["level"].value == "county"}
    assert [code for code, city in counties.items() if code not in held and city not in held] == []


@pytest.mark.real_data
@pytest.mark.usefixtures("database")
def test_the_codes_of_the_real_postings_are_known_except_the_903_that_are_no_place() -> None:
    csv.field_size_limit(10_000_000)
    known: Counter[bool] = Counter()
    places = regions()
    with gzip.open(SHARED / "data" / "jobs_postings.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known[places.is_known(row["region_code"])] += 1
    assert known == {True: 78_291, False: 903}
