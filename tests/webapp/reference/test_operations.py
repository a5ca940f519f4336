import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.conftest import SHARED
from webapp.access import Actor
from webapp.db import session, transaction
from webapp.ledger import Entry
from webapp.reference import destinations
from webapp.reference.models import Occupation, Parameter, Region, ShippedTable
from webapp.reference.operations import SHIPPED, TableReport, import_table, load_shipped
from webapp.reference.queries import industries, occupation, regions, whole
from webapp.reference.tables import NotThisTable

pytestmark = pytest.mark.usefixtures("database")
OFFICIAL = {
    "regions": ("regions_gb2260_province_city_county.csv", 3597),
    "occupations": ("occupations_2022.csv", 1605),
    "industries": ("industries_gbt4754_2017.csv", 1971),
    "parameters": ("parameters.csv", 396),
}


def run(kind: str, path: Path) -> TableReport:
    with transaction():
        return import_table(kind, path, by=Actor.command())


def write(directory: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    path = directory / name
    path.write_bytes(text.encode(encoding))
    return path


def reload(directory: Path = SHIPPED) -> dict[str, int]:
    with transaction():
        return load_shipped(directory)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The shipped tables of a later version: one parameter more, one changed."""
    copy = tmp_path / "newer"
    shutil.copytree(SHIPPED, copy)
    text = (copy / "parameters.csv").read_text(encoding="utf-8")
    text = text.replace("code_tries,CN,,,5,", "code_tries,CN,,,4,") + "brand_new,CN,,,7,times,本平台规定,,\n"
    (copy / "parameters.csv").write_text(text, encoding="utf-8")
    return copy


def test_a_second_start_loads_nothing() -> None:
    assert set(reload().values()) == {0}


def test_a_newer_shipped_table_replaces_the_older(newer: Path) -> None:
    assert reload(newer)["parameters"] > 500
    assert (whole("code_tries"), whole("brand_new")) == (4, 7)


def test_a_later_start_leaves_an_imported_table_alone_but_adds_parameters_it_needs(newer: Path, tmp_path: Path) -> None:
    run("parameters", write(tmp_path, "key,region,value\ncode_tries,CN,9\n"))
    assert {kind: count for kind, count in reload(newer).items() if count} == {"parameters": 1}
    assert (whole("code_tries"), whole("brand_new")) == (9, 7)
    assert reload(newer)["parameters"] == 0


def test_a_bad_shipped_row_stops_the_start(newer: Path) -> None:
    with (newer / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("37,短,短,,,,,,\n")
    with pytest.raises(ValueError, match="行政区划代码不是六位数字"):
        reload(newer)


def test_bad_rows_come_back_with_line_and_reason_and_good_rows_load(tmp_path: Path) -> None:
    lines = ["code,name,lon", "370199,新区一,", "3701,短了,", "370198,,", "370197,远,999", "370199,又一次,", "370196,多,1,2", "370195,新区二,117.5"]
    report = run("regions", write(tmp_path, "\n".join(lines)))
    assert (report.added, [refusal.line for refusal in report.refused]) == (2, [3, 4, 5, 6, 7])
    reasons = " ".join(refusal.reason for refusal in report.refused)
    assert all(part in reasons for part in ("不是六位数字：3701", "name 不能为空", "坐标超出范围：999", "重复：370199", "列数比表头多"))
    assert (regions().name("370199"), regions().short("370195")) == ("济南市新区一", "新区二")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("key_x,CN,2025-13-01,,1", "日期要写成"),
        ("key_x,CN,2025-10-01,2025-09-01,1", "早于开始日期"),
        ("Key-X,CN,,,1", "参数名"),
        ("key_x,山东,,,1", "六位行政区划代码"),
    ],
)
def test_a_parameter_row_is_refused_for(row: str, reason: str, tmp_path: Path) -> None:
    report = run("parameters", write(tmp_path, f"key,region,from,to,value\n{row}\n"))
    assert (report.added, len(report.refused)) == (0, 1)
    assert reason in report.refused[0].reason


def test_a_gb18030_file_is_read(tmp_path: Path) -> None:
    assert run("industries", write(tmp_path, "code,name,parent\nC1311,稻谷加工,\n", encoding="gb18030")).added == 1
    row = industries().get("1311")
    assert row is not None
    assert (row.name, row.parent) == ("稻谷加工", "131")


def test_a_second_import_changes_nothing_and_is_not_recorded(tmp_path: Path) -> None:
    path = write(tmp_path, "code,name\n370199,新区\n370102,历下区\n")
    first, second = run("regions", path), run("regions", path)
    assert (first.added, first.changed, second.added, second.changed, second.same) == (1, 1, 0, 0, 2)
    entries = session().scalars(select(Entry).where(Entry.event == "ReferenceImported")).all()
    assert [entry.payload for entry in entries] == [{"kind": "regions", "rows": 2}]


def test_an_import_removes_nothing_and_wipes_nothing_known(tmp_path: Path) -> None:
    before = session().scalar(select(func.count()).select_from(Region))
    run("regions", write(tmp_path, "code,name\n370102,历下区\n"))
    with transaction() as current:
        held = current.get_one(Region, "370102")
        assert (held.pinyin, held.lon is not None, held.short_name) == ("li xia", True, "历下")
        assert current.scalar(select(func.count()).select_from(Region)) == before


def test_an_imported_occupation_keeps_our_synonyms_and_gains_its_own(tmp_path: Path) -> None:
    run(
        "occupations",
        write(
            tmp_path, "code,name,job_titles,minor_code,minor_name\n6-18-02-04,焊工,气焊工|焊|工,6-18-02,错误的类名\n1-01-00-01,负责人,,1-01-00,新类\n"
        ),
    )
    held, added = occupation("6-18-02-04"), occupation("1-01-00")
    assert held is not None
    assert added is not None
    assert {"电焊工", "气焊工"} <= set(held.synonyms)
    assert "焊" not in held.synonyms
    assert held.common
    assert (added.name, occupation("6-18-02").name) == ("新类", "机械热加工人员")


def test_an_imported_value_is_checked_only_where_the_file_says_so(tmp_path: Path) -> None:
    run("parameters", write(tmp_path, "key,region,value,basis,checked\nnew_one,370100,5,文号,已核实\nnew_two,370100,5,文号,seen\n"))
    rows = {row.key: row for row in session().scalars(select(Parameter).where(Parameter.key.like("new\\_%", escape="\\")))}
    assert (rows["new_one"].checked, rows["new_two"].checked) == (True, False)
    assert rows["new_two"].source == "导入：table.csv"


def test_a_value_can_be_taken_back_to_unknown(tmp_path: Path) -> None:
    run("parameters", write(tmp_path, "key,region,value\ncode_tries,CN,\n"))
    assert session().scalars(select(Parameter.value).where(Parameter.key == "code_tries")).one() is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04\x00\x00\xff\xfe\x81", "另存为 CSV"),
        (b"\xef\xbb\xbfname,level\nx,y\n", "缺少列：code"),
        (b"", "缺少列：code、name"),
    ],
)
def test_a_file_that_is_not_this_table_is_refused_whole(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(NotThisTable, match=reason):
        run("regions", path)


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotThisTable, match="没有“planets”这张表"):
        run("planets", tmp_path / "none.csv")


@pytest.mark.real_data
@pytest.mark.parametrize("kind", OFFICIAL)
def test_the_official_table_loads_and_loads_again_without_a_change(kind: str) -> None:
    name, good = OFFICIAL[kind]
    first = run(kind, SHARED / "data" / name)
    second = run(kind, SHARED / "data" / name)
    assert (first.read, second.added, second.changed) == (good, 0, 0)
    assert session().get_one(ShippedTable, kind).origin == name
    assert whole("session_hours") == 12


@pytest.mark.real_data
def test_an_official_file_names_no_class_by_a_broken_cell() -> None:
    run("occupations", SHARED / "data" / "occupations_2022.csv")
    names = session().scalars(select(Occupation.name).where(Occupation.code.in_(["6-27-01", "3-02-02"])).order_by(Occupation.code)).all()
    assert names == ["保卫和警务辅助人员", "废料和碎屑加工处理人员"]


def test_the_table_of_destinations_of_a_new_year_stands_beside_the_old_one(tmp_path: Path) -> None:
    text = "year,code,label,kind,numerator,source,checked\n2027,01,签约就业,employed,是,当年文件,已核实\n2027,!,错,employed,,,\n"
    report = run("destination_codes", write(tmp_path, text))
    assert (report.added, [refusal.line for refusal in report.refused]) == (1, [3])
    with transaction():
        assert [len(destinations.codes_of(destinations.table_year(year))) for year in (2027, 2026)] == [1, 14]
        assert destinations.codes_of(2027)[0].checked
