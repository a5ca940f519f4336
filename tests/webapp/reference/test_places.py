"""Names of places and who borders whom, on the shipped tables and on facts anybody can look up on a map."""

import csv
import json

import pytest

from tests.conftest import SHARED
from webapp.reference.models import PlaceKind
from webapp.reference.operations import SHIPPED
from webapp.reference.places import short_street_name
from webapp.reference.queries import neighbours, place_names, regions

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("市南", "370202"),
        ("市北区", "370203"),
        ("李沧", "370213"),
        ("历下", "370102"),
        ("历城区", "370112"),
        ("临沂", "371300"),
        ("临沂市", "371300"),
        ("山东", "370000"),
        ("北京", "110000"),
        ("北京市", "110000"),
        ("曹县", "371721"),
        ("广东省", "440000"),
        ("苏州", "320500"),
        ("四方区", "370203"),
        ("胶南市", "370211"),
        ("西海岸", "370211"),
        ("即墨市", "370215"),
        ("章丘市", "370114"),
        ("莱芜市", "370116"),
        ("莱芜", "370116"),
        ("陵县", "371403"),
        ("滕县", "370481"),
        ("苍山县", "371324"),
        ("趵突泉街道", "370102"),
        ("天衢新区", "371400"),
        ("济南高新区", "370100"),
        ("泉城", "370100"),
    ],
)
def test_a_name_means(name: str, code: str) -> None:
    place = place_names().meant(name)
    assert place is not None
    assert (place.code, place.name, place.ambiguous) == (code, name, False)


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("市中", "370100", "370103"),
        ("市中区", "370400", "370402"),
        ("市中区", "370800", "370811"),
        ("高新区", "370700", "370700"),
        ("开发区", "370600", "370600"),
        ("城关街道", "370124", None),
        ("历下", "370200", None),
    ],
)
def test_a_region_said_beside_a_name_decides_which_is_meant(name: str, within: str, code: str | None) -> None:
    place = place_names().meant(name, within=within)
    assert (place.code if place else None) == code


@pytest.mark.parametrize("name", ["市中区", "市中", "高新区", "开发区", "龙山街道", "经开区"])
def test_a_name_of_several_places_says_so_and_none_is_guessed(name: str) -> None:
    assert place_names().meant(name) is None
    first, second = place_names()[name][:2]
    assert first.ambiguous
    assert second.ambiguous
    assert first.code != second.code


def test_a_county_goes_before_a_street_of_its_name() -> None:
    assert next((place.kind, place.code) for place in place_names()["城阳"]) == (PlaceKind.COUNTY, "370214")
    assert PlaceKind.STREET in {place.kind for place in place_names()["城阳"]}


def test_a_street_carries_its_own_code_and_that_of_its_county() -> None:
    (place,) = place_names()["趵突泉"]
    assert (place.code, place.street, place.kind, place.short) == ("370102", "370102003", PlaceKind.STREET, True)


def test_a_district_row_that_is_no_name_is_no_place() -> None:
    assert "市辖区" not in place_names()
    assert place_names().meant("没有这个地方") is None


@pytest.mark.parametrize(("name", "short"), [("趵突泉街道", "趵突泉"), ("侯镇", "侯镇"), ("小清河乡", "小清河"), ("芝罘岛街道", "芝罘岛")])
def test_the_short_name_of_a_street(name: str, short: str) -> None:
    assert short_street_name(name) == short


def test_every_county_of_shandong_has_streets_and_every_name_a_known_region() -> None:
    with (SHIPPED / "place_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    streets = {row["code"] for row in rows if row["kind"] == "street"}
    assert sum(row["kind"] == "street" for row in rows) == 1812
    assert streets == {place.code for city in regions().cities("370000") for place in regions().children(city.code)}
    assert [row for row in rows if regions().get(row["code"]) is None or not row["source"]] == []


@pytest.mark.parametrize(
    ("code", "near", "far"),
    [
        ("370202", {"370203", "370212"}, {"370213", "370214"}),
        ("370102", {"370103", "370105", "370112"}, {"370104", "370113"}),
        ("370214", {"370213", "370215", "370281"}, {"370202", "370285"}),
        ("371302", {"371311", "371312", "371325"}, {"371329"}),
        ("370211", {"370281", "370782", "371121"}, {"370202"}),
        ("370100", {"370300", "370900", "371400", "371500", "371600"}, {"370200", "370700"}),
        ("370200", {"370600", "370700", "371100"}, {"371000", "370100"}),
        ("371000", {"370600"}, {"370200"}),
    ],
)
def test_regions_border_each_other(code: str, near: set[str], far: set[str]) -> None:
    held = set(neighbours(code))
    assert near - held == set()
    assert held & far == set()


def test_a_region_we_know_no_neighbours_of_has_none() -> None:
    assert neighbours("440100") == ()


def test_bordering_is_mutual_between_regions_of_one_level_and_nobody_stands_alone() -> None:
    cities = [city.code for city in regions().cities("370000")]
    counties = [place.code for city in cities for place in regions().children(city)]
    for codes in (cities, counties):
        assert [code for code in codes if not neighbours(code)] == []
        assert [(code, other) for code in codes for other in neighbours(code) if code not in neighbours(other) or other not in codes] == []
        assert [code for code in codes if code in neighbours(code) or len(set(neighbours(code))) != len(neighbours(code))] == []


@pytest.mark.real_data
def test_regions_that_share_corners_of_their_boundary_are_neighbours() -> None:
    """Two counties with ten exact corners in common border each other, whatever else the list says."""
    corners: dict[str, set[tuple[float, float]]] = {}
    for feature in json.loads((SHARED / "data" / "shandong_counties.geojson").read_text(encoding="utf-8"))["features"]:
        shapes = feature["geometry"]["coordinates"]
        corners[str(feature["properties"]["adcode"])] = {(x, y) for shape in shapes for ring in shape for x, y in ring}
    touching = [(one, two) for one in corners for two in corners if one < two and len(corners[one] & corners[two]) >= 10]
    assert len(touching) > 200
    assert [pair for pair in touching if pair[1] not in neighbours(pair[0])] == []
