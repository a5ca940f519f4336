from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories.inspection import inspecting, make_inspector
from webapp.access import Actor
from webapp.accounts import queries as people
from webapp.db import session, today, transaction
from webapp.inspection import phone_file
from webapp.inspection.operations import phones
from webapp.inspection.operations.phones import KnownAlready
from webapp.inspection.phone_file import BadNumber, NotAPhoneFile, PhoneRow
from webapp.reference import phones as phone_book
from webapp.reference.models import PhoneEntry, PhonePurpose

HEAD = "地区代码,用途,电话,单位,服务时间,号码来源,核实日期\n"


def keep(region: str, number: str, purpose: PhonePurpose = PhonePurpose.RIGHTS, **more: object) -> PhoneEntry:
    with transaction():
        return phones.save(None, PhoneRow(region=region, purpose=purpose, number=number, **more), by=Actor.SYSTEM)


def shown(region: str | None, *purposes: PhonePurpose) -> list[str]:
    with transaction():
        return [line.number for line in phone_book.lines_for(region, purposes or PhonePurpose)]


@pytest.mark.usefixtures("database")
class TestTheBook:
    def test_it_ships_empty_but_for_the_national_line(self):
        with transaction():
            assert session().scalars(select(PhoneEntry)).all() == []
            lines = phone_book.lines_for("370102")
        assert [(line.number, line.is_national) for line in lines] == [("12333", True)]
        assert shown(None) == ["12333"]

    def test_the_nearest_area_that_has_a_number_answers(self):
        keep("370000", "0531-10000001")
        assert shown("370102") == ["0531-10000001", "12333"]
        keep("370100", "0531-10000002")
        assert shown("370102") == ["0531-10000002", "12333"]
        keep("370102", "0531-10000003")
        keep("370102", "0531-10000004")
        assert sorted(shown("370102")[:-1]) == ["0531-10000003", "0531-10000004"]
        assert shown("370103") == ["0531-10000002", "12333"]
        assert shown("370202") == ["0531-10000001", "12333"]
        assert shown("110101") == ["12333"], "another province has nothing of ours"

    def test_each_purpose_looks_for_itself(self):
        keep("370102", "0531-10000003")
        keep("370100", "0531-20000002", PhonePurpose.INSPECTION)
        assert shown("370102") == ["0531-10000003", "0531-20000002", "12333"]
        assert shown("370102", PhonePurpose.INSPECTION) == ["0531-20000002", "12333"]

    def test_a_number_says_whose_it_is_and_when_it_was_checked(self):
        keep("370100", "0531-10000002转12", office="济南市人社局", hours="工作日 9:00–17:00", checked_on=date(2026, 11, 1))
        with transaction():
            line = phone_book.lines_for("370102")[0]
        assert (line.office, line.area, line.checked_on, line.dialled) == ("济南市人社局", "济南市", date(2026, 11, 1), "053110000002")

    def test_a_line_is_changed_and_removed_and_never_doubled(self):
        entry = keep("370102", "0531-10000003")
        keep("370102", "0531-10000009")
        with pytest.raises(KnownAlready):
            keep("370102", "0531-10000003")
        with transaction():
            kept = session().get_one(PhoneEntry, entry.id)
            phones.save(kept, PhoneRow(region="370102", purpose=PhonePurpose.RIGHTS, number="0531-10000005"), by=Actor.SYSTEM)
        with pytest.raises(KnownAlready), transaction():
            kept = session().get_one(PhoneEntry, entry.id)
            phones.save(kept, PhoneRow(region="370102", purpose=PhonePurpose.RIGHTS, number="0531-10000009"), by=Actor.SYSTEM)
        with transaction():
            phones.remove(session().get_one(PhoneEntry, entry.id), by=Actor.SYSTEM)
        assert shown("370102") == ["0531-10000009", "12333"]

    def test_a_file_is_laid_over_the_book_and_what_is_outside_comes_back(self):
        planner = make_inspector("370100")
        text = HEAD + (
            "370102,招聘维权、举报投诉,0531-1111 1111,历下区人社局,工作日,区政府网站,2026-11-01\n"
            "370102,inspection,０５３１-22222222,,,,\n"
            "370202,rights,0532-33333333,,,,\n"
            "370199,rights,0531-44444444,,,,\n"
            "370103,别的,0531-55555555,,,,\n"
        )

        def lay() -> phones.PhoneImport:
            rows, bad = phone_file.read(text.encode())
            with transaction():
                return phones.take_in(rows, bad, people.grants_of(planner.id), by=inspecting(planner))

        first = lay()
        assert (first.added, first.changed, first.same) == (2, 0, 0)
        assert [(bad.line, bad.reason) for bad in first.refused] == [
            (4, "370202 不在您管辖的区域内"),
            (5, "区划表里没有 370199"),
            (6, "用途只能是：招聘维权、举报投诉、劳动保障监察、劳动人事争议仲裁、公共就业服务"),
        ]
        again = lay()
        assert (again.added, again.changed, again.same) == (0, 0, 2)
        text = text.replace("工作日", "每天")
        assert lay().changed == 1
        assert shown("370102") == ["0531-11111111", "0531-22222222", "12333"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0531-88888888", "0531-88888888"),
        (" 12333 ", "12333"),
        ("0531 8888 8888 转 12", "053188888888转12"),
        ("０５３１—８８８８８８８８", "0531-88888888"),
    ],
)
def test_a_number_is_taken_as_people_write_it(typed, number):
    assert phone_file.plain_number(typed) == number


@pytest.mark.parametrize("typed", ["", "电话", "123", "0531-8888888a", "javascript:1234567", "0531--", "转12", "1" * 40])
def test_what_nobody_can_dial_is_refused(typed):
    with pytest.raises(BadNumber):
        phone_file.plain_number(typed)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("3701,rights,12345678", "地区代码要写六位数字：3701"),
        (f"370102,rights,12345678,,,,{today() + timedelta(days=1)}", f"核实日期还没有到：{today() + timedelta(days=1)}"),
        ("370102,rights,12345678,,,,昨天", "核实日期要写成 2026-10-01 的样子，没有核实就留空：昨天"),
        ("370102,rights,12345678," + "长" * 81, "单位超过 80 个字"),
        ("370102,rights,12345678,,,,,,多", "列数比表头多"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_hides_no_good_one(line, reason):
    rows, bad = phone_file.read((HEAD + line + "\n370102,rights,0531-88888888,,,,\n").encode())
    assert [(one.line, one.reason) for one in bad] == [(2, reason)]
    assert [row.number for row in rows] == ["0531-88888888"]


def test_a_line_that_stands_twice_is_taken_once():
    rows, bad = phone_file.read((HEAD + "370102,rights,0531-88888888\n" * 2).encode("gb18030"))
    assert len(rows) == 1
    assert [(one.line, one.reason) for one in bad] == [(3, "与第 2 行重复")]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00\x80\x81", b"PK\x03\x04 zip", (HEAD + '370102,rights,"1234').encode()])
def test_what_is_no_such_file_is_said_to_be_none(content):
    with pytest.raises(NotAPhoneFile, match=r"缺少列|不是完整的 CSV|编码的 CSV"):
        phone_file.read(content)


def test_a_file_that_is_too_long_is_refused():
    with pytest.raises(NotAPhoneFile, match="最多导入 2000 行"):
        phone_file.read((HEAD + "".join(f"370102,rights,{10_000_000 + number}\n" for number in range(2001))).encode())


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode()))
def test_no_content_breaks_the_reader(content):
    try:
        rows, bad = phone_file.read(content)
    except NotAPhoneFile:
        return
    assert all(row.purpose in PhonePurpose and len(row.region) == 6 for row in rows)
    assert all(one.reason for one in bad)


def test_the_template_is_a_file_without_lines():
    assert phone_file.read(phone_file.template().encode()) == ([], [])
