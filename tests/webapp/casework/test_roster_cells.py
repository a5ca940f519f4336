"""Cells of lists as people and Excel write them: what is understood, and what is refused with which reason."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.factories.rosters import id_number, import_registers
from webapp.casework.rosters.cells import day_of, id_number_of, name_of, phones_of, year_of
from webapp.casework.rosters.places import Found, Places
from webapp.casework.rosters.reading import Roster, heading
from webapp.casework.rosters.rows import RowReader
from webapp.casework.rosters.sheets import template
from webapp.casework.rosters.values import BadRow, Field, RowRefused, Unmatched
from webapp.files import FileType
from webapp.reference import queries as reference
from webapp.reference.operations import SHIPPED
from webapp.reference.tables import TABLES, read_file

JULY = date(2026, 7, 1)
WHO = id_number(7)
ON = date(2026, 11, 28)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-07-01", "2026/7/1", "20260701", "2026年7月1日", "2026.7.1", "2026.07", "2026-07", "2026年7月", "202607", "46204", 46204.0, 46204.5,
        20260701.0, "2026-07-01 00:00:00", "２０２６-０７-０１", JULY, datetime(2026, 7, 1, 8, 30, tzinfo=UTC), 2026.07, 202607.0,
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form(cell: object) -> None:
    assert day_of(cell) == JULY


@pytest.mark.parametrize("cell", ["2026-13-01", "2026-02-30", "去年", "7月1日", "2026", 2026.0, 2026.1, "26.7.1", "2026-07-01至2026-08-01"])
def test_what_is_no_day_is_refused_and_not_guessed(cell: object) -> None:
    with pytest.raises(RowRefused) as refusal:
        day_of(cell)
    assert refusal.value.reason is BadRow.BAD_DATE


@pytest.mark.parametrize(("cell", "year"), [("2026", 2026), (2026.0, 2026), ("2026届", 2026), ("2026年", 2026), ("2026-07-01", 2026), ("", None)])
def test_a_year_is_read(cell: object, year: int | None) -> None:
    assert year_of(cell, ON) == year


@pytest.mark.parametrize("cell", ["26届", "2062", "1899", "今年"])
def test_no_graduate_has_such_a_year(cell: object) -> None:
    with pytest.raises(RowRefused) as refusal:
        year_of(cell, ON)
    assert refusal.value.reason is BadRow.BAD_YEAR


@pytest.mark.parametrize("cell", [WHO, f" {WHO} ", f"'{WHO}", " ".join((WHO[:6], WHO[6:])), WHO.lower()])
def test_an_id_number_is_read_as_text(cell: str) -> None:
    assert id_number_of(cell) == WHO


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (float(WHO[:17] + "0"), BadRow.LOST_DIGITS),
        ("3.70199E+17", BadRow.LOST_DIGITS),
        ("370199199903070000", BadRow.LOST_DIGITS),
        ("370199990307451", BadRow.OLD_ID),
        ("37019919990307", BadRow.SHORT_ID),
        (f"{WHO[:16]}{(int(WHO[16]) + 1) % 10}{WHO[17]}", BadRow.BAD_ID),
        ("370199199902304512", BadRow.BAD_BIRTH),
        ("", BadRow.NO_ID),
        (None, BadRow.NO_ID),
    ],
)
def test_a_wrong_id_number_says_what_is_wrong(cell: object, reason: BadRow) -> None:
    with pytest.raises(RowRefused) as refusal:
        id_number_of(cell)
    assert refusal.value.reason is reason


@pytest.mark.parametrize(
    ("cell", "name"), [("张　三", "张三"), ("阿卜杜拉·买买提", "阿卜杜拉·买买提"), ("John Smith", "John Smith"), (" 李四 ", "李四")]
)
def test_a_name_is_read(cell: str, name: str) -> None:
    assert name_of(cell) == name


@pytest.mark.parametrize("cell", ["张", "张三13900001111", "（待补）", "-"])
def test_what_is_no_name(cell: str) -> None:
    with pytest.raises(RowRefused) as refusal:
        name_of(cell)
    assert refusal.value.reason is BadRow.BAD_NAME


@pytest.mark.parametrize(
    ("cell", "other", "phones"),
    [
        (13900001111.0, "", ("13900001111", "")),
        ("139-0000-1111", "0531-88888888", ("13900001111", "0531-88888888")),
        ("13900001111/13900002222", "", ("13900001111", "13900002222")),
        ("0531-88888888", "", ("", "0531-88888888")),
        ("", "13900002222", ("", "13900002222")),
        ("13900001111", "13900001111", ("13900001111", "")),
        ("", "", ("", "")),
    ],
)
def test_phones_are_told_apart(cell: object, other: object, phones: tuple[str, str]) -> None:
    assert phones_of(cell, other) == phones


@pytest.mark.usefixtures("database")
class TestPlaces:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("山东省济南市历下区", Found("370102")),
            ("济南历下", Found("370102")),
            ("历下区", Found("370102")),
            ("370102", Found("370102")),
            ("370102001", Found("370102", "370102001")),
            ("山东省济南市历下区解放路街道某小区3号", Found("370102", "370102001")),
            ("北京市朝阳区", Found("110000")),
            ("广东省广州市天河区", Found("440100")),
            ("110105", Found("110105")),
            ("月球", Found()),
            ("370100", Found()),
            ("济南市", Found()),
        ],
    )
    def test_a_county_is_found(self, text: str, found: Found) -> None:
        assert Places().find(text) == found

    def test_a_name_of_several_counties_is_that_of_the_city_of_whoever_imports(self) -> None:
        assert Places("370400").find("市中区") == Found("370402")
        assert Places("370100").find("市中区") == Found("370103")
        assert Places().find("市中区") == Found()

    def test_a_street_is_looked_for_in_its_county(self) -> None:
        assert Places().find("解放路街道", within="370102") == Found("370102", "370102001")
        assert Places().find("解放路", within="370102") == Found("370102", "370102001")


@pytest.mark.usefixtures("database")
class TestColumns:
    def test_old_names_are_understood_and_unknown_ones_are_named(self) -> None:
        content = "学生姓名,公民身份号码,生源地,备注,*手机号码（必填）\n".encode() + f"钱小满,{WHO},370102,无,13900001111\n".encode()
        roster = Roster(content, FileType.CSV)
        assert roster.columns == [["学生姓名", "name"], ["公民身份号码", "id_number"], ["生源地", "household"], ["备注", ""], ["手机号码", "phone"]]

    def test_every_heading_of_the_template_is_understood(self) -> None:
        roster = Roster(template(["370102"], on=ON), FileType.XLSX)
        assert None not in roster.fields and Field.ID_NUMBER in roster.fields

    def test_places_that_are_parted_over_columns_are_one(self) -> None:
        fields: list[Field | None] = [Field.NAME, Field.ID_NUMBER, Field.HOUSEHOLD, Field.HOUSEHOLD, Field.HOUSEHOLD, Field.YEAR]
        told = RowReader(fields, year=None, home="", on=ON).read(["钱小满", WHO, "山东省", "济南市", "历下区", "2026"])
        assert told.household == "370102"

    def test_a_group_that_nobody_knows_still_says_that_somebody_is_in_need(self) -> None:
        fields: list[Field | None] = [Field.NAME, Field.ID_NUMBER, Field.LIVING, Field.HARDSHIP]
        reader = RowReader(fields, year=2026, home="", on=ON)
        told = reader.read(["钱小满", WHO, "370102", "残疾、单亲"])
        assert [kind.value for kind in told.hardship] == ["disabled", "other"] and told.unmatched == (Unmatched.HARDSHIP,)
        assert reader.read(["钱小满", WHO, "370102", "否"]).hardship == ()

    def test_words_of_the_table_mean_fields_ranks_and_groups_that_exist(self) -> None:
        rows = read_file("roster_words", SHIPPED / "roster_words.csv").rows
        assert {row["value"] for row in rows if row["field"] == "heading"} <= {field.value for field in Field}
        assert all(heading(row["word"]) == row["word"] or "必填" in row["word"] for row in rows if row["field"] == "heading")
        assert {"schools", "majors", "roster_words"} <= set(TABLES)

    def test_schools_and_majors_are_found_once_an_office_imported_their_tables(self, tmp_path: Path) -> None:
        assert reference.schools().meant("样例大学", "4137019999") is None, "no list of others is shipped"
        import_registers(tmp_path)
        school, major = reference.schools().meant("样例大学"), reference.majors().meant("样例学", 50)
        assert school is not None and reference.schools().meant("查无此校", "4137019999") is school
        assert major is not None and (major.code, major.class_name) == ("999901", "样例类")
        assert reference.majors().meant("查无此专业", 50) is None
