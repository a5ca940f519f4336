from datetime import date

import pytest
from sqlalchemy import update

from webapp.access import Actor
from webapp.db import connect, engine, transaction
from webapp.reference import operations, queries
from webapp.reference.models import Parameter, ShippedTable
from webapp.reference.queries import MissingParameter, Occupations, Parameters, Regions, number, occupations, parameter, regions, settle, whole

pytestmark = pytest.mark.usefixtures("database")


def make_row(region: str = "CN", value: str | None = "1", begin: date | None = None, end: date | None = None, key: str = "rule") -> Parameter:
    return Parameter(key=key, region=region, value=value, valid_from=begin, valid_to=end, checked=False)


def find(*rows: Parameter, region: str = "370102", on: date = date(2026, 1, 1)) -> str | None:
    found = Parameters(rows).find("rule", region=region, on=on)
    return found.value if found else None


@pytest.mark.parametrize("code", ["370102", "370100", "370176", "110105", "441900", "469023", "810000", "810105", "500229"])
def test_a_code_of_a_known_prefecture_is_known(code: str) -> None:
    assert regions().is_known(code)


@pytest.mark.parametrize("code", ["", "3701", "370000", "991234", "469023000", "３７０１０２", "3701０２", "37010a", "110000"])
def test_a_code_of_no_known_prefecture_is_not_known(code: str) -> None:
    assert not regions().is_known(code)


@pytest.mark.parametrize(
    ("code", "county", "name"),
    [
        ("370102", "", "济南市历下区"),
        ("370102", "历下区", "济南市历下区"),
        ("370100", "", "济南市"),
        ("370000", "", "山东省"),
        ("370176", "高新区", "济南市高新区"),
        ("441900", "", "广东省东莞市"),
        ("441900", "长安镇", "广东省东莞市长安镇"),
        ("110105", "朝阳区", "北京市朝阳区"),
        ("110100", "", "北京市"),
        ("500229", "城口县", "重庆市城口县"),
        ("469023", "澄迈县", "海南省澄迈县"),
        ("810000", "", "香港特别行政区"),
        ("991234", "某县", "991234"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_the_full_name_of_a_place(code: str | None, county: str, name: str) -> None:
    assert regions().name(code, county) == name


def test_the_home_province_is_a_setting() -> None:
    settle("440100")
    try:
        assert (regions().name("441900"), regions().name("370102")) == ("东莞市", "山东省济南市历下区")
    finally:
        settle("370000")
    assert regions().name("370102") == "济南市历下区"


@pytest.mark.parametrize(
    ("code", "city", "province"),
    [("370102", "370100", "370000"), ("110105", "110100", "110000"), ("469023", "469023", "460000"), ("810105", "810105", "810000")],
)
def test_a_place_knows_its_city_and_province(code: str, city: str, province: str) -> None:
    place = regions().place(code)
    assert (place.city_code, place.province_code, place.known) == (city, province, True)


def test_the_short_name_falls_back_to_the_nearest_known_region() -> None:
    assert [regions().short(code) for code in ("370102", "370176", "110105", "991234")] == ["历下", "济南", "北京", "991234"]


def test_children_come_in_the_order_of_their_codes() -> None:
    cities = [city.code for city in regions().cities("370000")]
    assert (len(cities), cities[0], cities[-1]) == (16, "370100", "371700")
    assert sum(len(regions().children(city)) for city in cities) == 136


def test_the_narrowest_region_answers() -> None:
    rows = [make_row("CN", "1"), make_row("370000", "2"), make_row("370100", "3"), make_row("370102", "4")]
    assert [find(*rows[: n + 1]) for n in range(4)] == ["1", "2", "3", "4"]
    assert find(*rows, region="370203") == "2"


def test_the_latest_row_that_holds_on_the_day_answers() -> None:
    rows = [make_row(value="old", begin=date(2021, 10, 1), end=date(2023, 9, 30)), make_row(value="new", begin=date(2023, 10, 1))]
    assert [find(*rows, on=day) for day in (date(2021, 9, 30), date(2023, 9, 30), date(2023, 10, 1))] == [None, "old", "new"]


def test_a_row_without_a_start_answers_only_where_no_dated_row_does() -> None:
    rows = [make_row(value="undated"), make_row(value="dated", begin=date(2025, 1, 1))]
    assert [find(*rows, on=day) for day in (date(2026, 1, 1), date(2024, 1, 1))] == ["dated", "undated"]


def test_a_county_whose_value_is_not_known_does_not_borrow_a_broader_one() -> None:
    found = Parameters([make_row("370000", "2"), make_row("370102", None)]).find("rule", region="370102", on=date(2026, 1, 1))
    assert found is not None
    assert found.value is None


def test_a_missing_value_is_named_not_invented() -> None:
    with pytest.raises(MissingParameter, match="no_such_rule"):
        whole("no_such_rule")
    with pytest.raises(MissingParameter, match="整数"):
        whole("work_days_per_month")
    with pytest.raises(MissingParameter, match="fee_refused_fine_per_person"):
        number("fee_refused_fine_per_person")
    with pytest.raises(MissingParameter, match="371702"):
        whole("minimum_wage_monthly", region="371702", on=date(2026, 1, 1))


def test_a_minimum_wage_is_that_of_its_county_and_day() -> None:
    days = (date(2023, 9, 30), date(2025, 9, 30), date(2025, 10, 1))
    assert [whole("minimum_wage_monthly", region="370202", on=day) for day in days] == [2100, 2200, 2400]
    assert whole("minimum_wage_hourly", region="370126", on=days[2]) == 22
    shown = parameter("minimum_wage_monthly", region="370202", on=days[2])
    assert shown is not None
    assert ("鲁政字〔2025〕140号" in shown.basis, shown.checked) == (True, False)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("焊工", "6-18-02-04"),
        ("电焊工", "6-18-02-04"),
        ("叉车工", "6-30-05-01"),
        ("开大车", "4-02-02-02"),
        ("仓管", "4-02-06-01"),
        ("普工", "6"),
        ("java开发", "2-02-10-03"),
    ],
)
def test_an_occupation_is_found_by_the_word_people_use(word: str, code: str) -> None:
    assert [row.code for row in occupations().named(word)] == [code]


def test_of_two_occupations_with_one_name_the_common_one_comes_first() -> None:
    make = queries.Occupation
    rows = [make(code="1-01", name="同名", synonyms=[], common=False), make(code="2-02", name="他名", synonyms=["同名"], common=True)]
    assert [row.code for row in Occupations(rows).named(" 同 名 ")] == ["2-02", "1-01"]


def test_occupations_and_industries_are_trees() -> None:
    assert [row.code for row in occupations().children(None)] == ["2", "3", "4", "5", "6"]
    assert occupations().name("6-18-02-04") == "焊工"
    assert occupations().name("1-01-00-01") == "1-01-00-01"
    assert len(queries.industries().children(None)) == 20
    assert queries.industries().name("37") == "铁路、船舶、航空航天和其他运输设备制造业"


def test_a_change_by_another_process_is_seen_once_the_copy_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    assert whole("code_tries") == 5
    with engine().execution_options(writes=True).begin() as connection:
        connection.execute(update(Parameter).where(Parameter.key == "code_tries").values(value="6"))
        connection.execute(update(ShippedTable).values(version="another"))
    assert whole("code_tries") == 5
    monkeypatch.setattr(queries, "STALE_SECONDS", -1.0)
    assert whole("code_tries") == 6


def test_a_copy_is_made_once_and_kept() -> None:
    assert regions() is regions()


def test_a_change_that_was_rolled_back_is_not_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("import") / "p.csv"
    path.write_text("key,region,value\ncode_tries,CN,9\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), transaction():
        operations.import_table("parameters", path, by=Actor.SYSTEM)
        assert whole("code_tries") == 9
        raise ZeroDivisionError
    queries.forget()
    assert whole("code_tries") == 5


def test_each_database_has_its_own_copies() -> None:
    before, first = regions(), engine()
    connect("sqlite://")
    try:
        with pytest.raises(Exception, match="no such table"):
            regions()
    finally:
        connect(str(first.url))
        first.dispose()
    assert regions() is not before
    assert regions().name("370102") == "济南市历下区"


def test_regions_without_rows_know_nothing() -> None:
    empty = Regions([])
    assert (empty.is_known("370102"), empty.is_known("810000"), empty.name("370102"), empty.provinces()) == (False, False, "370102", ())
