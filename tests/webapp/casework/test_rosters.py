"""Lists from the upload to the people they brought: what is taken, what comes back and why, and what a second time changes."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.bench.roster import digest, reasons
from tests.factories.accounts import make_person
from tests.factories.casework import make_caseworker, make_client
from tests.factories.reference import set_parameter
from tests.factories.rosters import HEADINGS, SPOILT, Graduates, as_csv, id_number, import_registers, leading, name, read, send, spoilt, take
from webapp.access import Actor
from webapp.accounts import operations as accounts
from webapp.accounts.models import Person
from webapp.casework import operations as casework
from webapp.casework import queries
from webapp.casework.models import Case, CaseStep, Client, Graduation, Origin, OriginKind, Sex, Stage, StepKind, Tag, TagKind
from webapp.casework.rosters import bulk, importing, operations
from webapp.casework.rosters import queries as rosters
from webapp.casework.rosters.entering import List
from webapp.casework.rosters.models import RosterState
from webapp.casework.rosters.values import BadRow, Outcome, RowRefused, Told
from webapp.config import Settings
from webapp.db import reading, session, today, transaction
from webapp.events import CaseEntered, RosterTaken
from webapp.files import NotAccepted
from webapp.ledger import Entry

WHO = id_number(7)


def told(**changed: object) -> Told:
    values: dict[str, object] = {"id_number": WHO, "name": "钱小满", "year": 2026, "phone": "19900000001", "living": "370102", "school": "山东大学"}
    return Told(**values | changed)


def of(kind: OriginKind = OriginKind.SCHOOL, region: str = "370100", source: str = "") -> List:
    return List("graduates", kind, today(), source, grants=leading(region))


def enter(row: Told, where: List | None = None) -> operations.Entered:
    with transaction():
        return operations.enter(row, where or of(), by=Actor.SYSTEM)


def count(kind: type) -> int:
    with reading():
        return session().scalar(select(func.count()).select_from(kind)) or 0


def the_client(number: str = WHO) -> Client:
    with reading():
        found = queries.client_by_id_number(number)
        assert found is not None
        return found


def the_case(number: str = WHO) -> Case:
    client = the_client(number)
    with reading():
        found = queries.case_of(client.id, "graduates")
        assert found is not None
        return found


@pytest.fixture
def lead(database: None) -> Person:
    return make_caseworker("370100")


@pytest.fixture
def graduates(database: None) -> Graduates:
    return Graduates()


class TestAFile:
    def test_it_is_counted_before_anything_is_written(self, lead: Person, graduates: Graduates) -> None:
        row = read(send(as_csv(graduates.rows(30)), lead))
        assert (row.state, row.rows, row.foreseen["outcomes"]) == (RosterState.READY, 30, {"new": 30})
        assert count(Client) == count(Case) == 0

    def test_every_error_comes_back_with_its_reason_and_every_cell(self, lead: Person, graduates: Graduates) -> None:
        bad = [spoilt(graduates, 1000 + number, reason) for number, reason in enumerate(SPOILT)]
        row = take(read(send(as_csv([*graduates.rows(25), *bad], encoding="gb18030"), lead)), lead)
        assert reasons(row) == {cells[0]: reason.label for cells, reason in zip(bad, SPOILT, strict=True)}
        assert row.counted["outcomes"] == {"new": 25} and count(Case) == 25

    def test_the_sheet_of_bad_rows_is_a_list_that_can_be_mended_and_sent(self, lead: Person, graduates: Graduates) -> None:
        bad = spoilt(graduates, 1000, BadRow.BAD_PHONE)
        row = read(send(as_csv([bad]), lead))
        from_files = importing.files.latest(row.id, importing.FileKind.ROSTER_REFUSED)
        assert from_files is not None
        again = read(send(importing.files.read(from_files), lead, name="again.xlsx"))
        assert again.foreseen["refused"] == {"bad_phone": 1}
        assert [heading for heading, _ in again.columns] == [*HEADINGS, "出错原因"]

    def test_the_same_file_again_changes_nothing(self, lead: Person, graduates: Graduates) -> None:
        content = as_csv(graduates.rows(40))
        take(read(send(content, lead)), lead)
        before = digest()
        again = take(read(send(content, lead)), lead)
        assert digest() == before and again.counted["outcomes"] == {"unchanged": 40}

    def test_a_worker_killed_between_two_blocks_goes_on_behind_the_last(
        self, lead: Person, graduates: Graduates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "BLOCK", 10)
        row = read(send(as_csv([*graduates.rows(35), spoilt(graduates, 900, BadRow.NO_ID)]), lead))
        with transaction():
            operations.confirm(session().get_one(type(row), row.id), by=Actor(lead.id, "caseworker", "web"))
        left = iter([None, None])

        def renew() -> None:
            if next(left, "gone") == "gone":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            importing.take_roster(row.id, renew)
        assert count(Case) == 30
        importing.take_roster(row.id, lambda: None)
        importing.take_roster(row.id, lambda: None)
        with reading():
            done = session().get_one(type(row), row.id)
        assert (done.state, done.counted["outcomes"], done.counted["refused"]) == (RosterState.DONE, {"new": 35}, {"no_id": 1})
        assert count(Case) == 35

    def test_a_dropped_file_is_not_imported(self, lead: Person, graduates: Graduates) -> None:
        row = read(send(as_csv(graduates.rows(3)), lead))
        with transaction():
            operations.drop(session().get_one(type(row), row.id), by=Actor.SYSTEM, on=today())
        with transaction(), pytest.raises(operations.NotInThatState):
            operations.confirm(session().get_one(type(row), row.id), by=Actor.SYSTEM)
        importing.take_roster(row.id, lambda: None)
        assert count(Case) == 0

    def test_it_tells_one_fact_and_not_one_of_each(self, lead: Person, graduates: Graduates) -> None:
        take(read(send(as_csv(graduates.rows(12)), lead)), lead)
        with reading():
            told_of = [entry.event for entry in session().scalars(select(Entry)) if entry.event in {CaseEntered.__name__, RosterTaken.__name__}]
        assert told_of == ["RosterTaken"]

    @pytest.mark.parametrize(("content", "says"), [(b"a,b\n1,2\n", "找不到这些列"), ("学校名册\n".encode(), "找不到这些列")])
    def test_what_is_no_list_says_why(self, lead: Person, content: bytes, says: str) -> None:
        row = read(send(content, lead))
        assert row.state is RosterState.UNREADABLE and says in row.trouble

    @pytest.mark.parametrize("content", [b"PK\x03\x04nothing", b"\x00" * 99, b"%PDF-1.7", b""])
    def test_what_is_no_sheet_is_not_taken(self, lead: Person, content: bytes) -> None:
        with pytest.raises(NotAccepted):
            send(content, lead)

    def test_a_title_above_the_headings_is_passed_over(self, lead: Person, graduates: Graduates) -> None:
        content = "山东大学2026届毕业生名册\n\n".encode() + as_csv(graduates.rows(3), encoding="utf-8")
        assert read(send(content, lead)).foreseen["outcomes"] == {"new": 3}

    def test_too_many_rows_are_refused_as_a_whole(self, lead: Person, graduates: Graduates) -> None:
        set_parameter("roster_file_rows_max", "5")
        assert "最多导入 5 行" in read(send(as_csv(graduates.rows(6)), lead)).trouble

    def test_names_of_no_table_stay_as_written_and_are_counted(self, lead: Person, graduates: Graduates) -> None:
        rows = [
            dict(zip(HEADINGS, graduates.row(number), strict=True)) | {"院校名称": "没有这所 学校", "专业名称": "自拟", "街道": "第九街区"}
            for number in range(4)
        ]
        row = take(read(send(as_csv([list(one.values()) for one in rows]), lead)), lead)
        assert row.counted["unmatched"] == {"school": 4, "major": 4, "street": 4}
        with reading():
            assert {(one.school, one.school_code, one.major, one.major_code) for one in session().scalars(select(Graduation))} == {
                ("没有这所 学校", None, "自拟", None)
            }

    def test_codes_come_from_the_registers(self, lead: Person, tmp_path: Path) -> None:
        import_registers(tmp_path)
        headings = ("姓名", "身份证号", "学校", "学历", "专业", "毕业年份", "户籍地")
        take(read(send(as_csv([["钱小满", WHO, "样例大学", "本科", "样例学", "2026", "370102"]], headings), lead)), lead)
        with reading():
            row = session().scalars(select(Graduation)).one()
        assert (row.school_code, row.major_code, row.education) == ("4137019999", "999901", 50)


class TestBulk:
    def test_it_leaves_the_same_rows_as_the_operation(self, both: Settings) -> None:
        on = today()
        row = told(
            sex=Sex.FEMALE,
            other_phone="0531-88888888",
            household="370103",
            street="370102001",
            address="某路 1 号",
            school_code="4137010422",
            education=50,
            major="哲学",
            major_code="010101",
            graduated_on=date(2026, 7, 1),
            hardship=(TagKind.DISABLED, TagKind.LOW_INCOME),
        )
        enter(row)
        one = _rows(WHO)
        other = id_number(8)
        with transaction():
            fresh = told(**{field: getattr(row, field) for field in Told.__dataclass_fields__} | {"id_number": other})
            bulk.enter_all([(fresh, None, "0" * 64)], of(), by=Actor.SYSTEM)
        assert _rows(other) == one
        assert the_case().next_on == on + timedelta(days=10)


def _rows(number: str) -> dict[str, list[dict[str, object]]]:
    """Every row of a person, without what is of this row alone; a version counts how often it was written."""
    own = {"id", "seq", "client_id", "case_id", "at", "created_at", "digest", "id_number_index", "version"}
    case = the_case(number)
    with reading():
        client = session().get_one(Client, case.client_id)
        found: dict[str, list[dict[str, object]]] = {
            "client": [{"name": client.name, "phone": client.phone, "other": client.other_phone, "address": client.address} | _plain(client, own)]
        }
        for kind, key in ((Case, Case.id), (Origin, Origin.case_id), (CaseStep, CaseStep.case_id), (Tag, Tag.case_id)):
            found[kind.__tablename__] = [_plain(row, own) for row in session().scalars(select(kind).where(key == case.id).order_by(kind.id))]
        found["graduation"] = [_plain(row, own) for row in session().scalars(select(Graduation).where(Graduation.client_id == client.id))]
    return found


def _plain(row: object, without: set[str]) -> dict[str, object]:
    columns = [column.name for column in row.__table__.columns]  # type: ignore[attr-defined]
    return {name: getattr(row, name) for name in columns if name not in without and not name.endswith("_sealed")}


class TestOnePerson:
    def test_is_one_row_over_the_years_and_keeps_every_origin(self, database: None) -> None:
        enter(told(year=2024))
        enter(told(year=2026))
        enter(told(year=2026), of(OriginKind.RETURNED, source="省厅第 2 批"))
        assert (count(Client), count(Case), count(Graduation), count(Origin)) == (1, 1, 2, 3)
        assert the_case().cohort == 2026

    def test_two_years_in_one_block_of_a_file_are_one_person(self, lead: Person, graduates: Graduates) -> None:
        rows = [graduates.row(1), dict(zip(HEADINGS, graduates.row(1), strict=True)) | {"届别": "2024", "毕业时间": "2024-07-01"}]
        row = take(read(send(as_csv([rows[0], list(rows[1].values())]), lead)), lead)
        assert row.counted["outcomes"] == {"new": 1, "changed": 1}
        assert (count(Client), count(Graduation)) == (1, 2)

    def test_a_list_that_says_less_erases_nothing(self, database: None) -> None:
        enter(told(address="某路 1 号", household="370103", major="哲学", education=50))
        assert enter(told(phone="", major="", school="山东大学", living="", household="370103")).outcome is Outcome.UNCHANGED
        client = the_client()
        assert (client.phone, client.address, client.living_region, client.household_region) == ("19900000001", "某路 1 号", "370102", "370103")
        with reading():
            assert session().scalars(select(Graduation)).one().major == "哲学"

    def test_a_changed_phone_is_the_new_one_with_a_step_and_the_old_one_sealed_beside(self, database: None) -> None:
        enter(told())
        assert enter(told(phone="19900000002")).outcome is Outcome.CHANGED
        client, case = the_client(), the_case()
        assert client.phone == "19900000002" and client.phone_index == queries.phone_index("19900000002")
        with reading():
            step = queries.steps_of(case)[0]
            assert (step.kind, step.said, step.note) == (StepKind.CHANGED, "手机号", "手机号原为 19900000001")

    def test_the_clock_to_the_first_contact_begins_with_the_entry(self, database: None) -> None:
        set_parameter("first_contact_days", "7")
        enter(told())
        case = the_case()
        assert (case.next_on, case.next_what) == (today() + timedelta(days=7), "首次联系")

    def test_an_account_that_proved_the_number_is_linked(self, database: None) -> None:
        person = make_person()
        with transaction():
            accounts.set_id_number(session().get_one(Person, person.id), WHO, by=Actor.SYSTEM)
        enter(told())
        assert the_client().person_id == person.id

    def test_a_school_that_was_not_known_is_filled_in_and_no_second_year(self, database: None) -> None:
        enter(told(school=""), of(OriginKind.RETURNED))
        enter(told())
        with reading():
            assert session().scalars(select(Graduation.school)).all() == ["山东大学"]

    def test_another_name_for_a_known_number_is_refused(self, database: None) -> None:
        enter(told())
        with pytest.raises(RowRefused) as refusal:
            enter(told(name="李四光"))
        assert refusal.value.reason is BadRow.NAME_DIFFERS

    def test_whoever_left_and_comes_back_waits_to_be_assigned(self, database: None) -> None:
        enter(told())
        with transaction():
            casework.leave(session().get_one(Case, the_case().id), "employed", by=Actor.SYSTEM, on=today())
        enter(told(major="哲学"))
        assert the_case().stage is Stage.CLOSED, "the school's list of the same year brings nobody back"
        enter(told(), of(OriginKind.SELF))
        case = the_case()
        assert (case.stage, case.caseworker_id, case.next_what) == (Stage.OPEN, None, "首次联系")


class TestTheArea:
    def test_the_rule_sends_a_person_to_the_county_of_living_or_of_household(self, database: None) -> None:
        enter(told(household="370103"))
        assert the_case().region == "370102"
        set_parameter("case_county_rule", "household")
        enter(told(id_number=id_number(8), household="370103"))
        assert the_case(id_number(8)).region == "370103"

    def test_whoever_lives_in_another_province_is_looked_after_where_they_are_registered(self, database: None) -> None:
        enter(told(household="370103", living="440106"))
        assert the_case().region == "370103"

    def test_household_or_living_in_the_area_opens_the_door(self, database: None) -> None:
        for number, places in enumerate(
            ({"living": "370102"}, {"living": "370202", "household": "370102"}, {"living": "370102", "household": "440106"})
        ):
            enter(told(id_number=id_number(number), **places), of(region="370102"))
        assert count(Case) == 3
        with pytest.raises(RowRefused) as refusal:
            enter(told(living="370202", household="440106"), of(region="370102"))
        assert refusal.value.reason is BadRow.OUTSIDE

    def test_a_row_of_another_area_gets_the_same_answer_whether_the_person_is_there_or_not(self, lead: Person, graduates: Graduates) -> None:
        headings = ("姓名", "身份证号", "毕业年份", "常住地")
        rows = [[name(number), id_number(number), "2026", "青岛市市南区"] for number in range(2)]
        enter(told(id_number=id_number(0), name=name(0), living="370202"), of(region="370200"))
        row = take(read(send(as_csv(rows, headings), lead)), lead)
        assert row.foreseen["first"] == [[2, "outside", ""], [3, "outside", ""]] and row.counted["outcomes"] == {}

    def test_who_is_served_elsewhere_is_answered_like_somebody_nobody_knows(self, database: None) -> None:
        enter(told(living="370202", household="370102"), of(region="370200"))
        unknown = enter(told(id_number=id_number(8), living="370202", household="370102"), of(region="370102"))
        hidden = enter(told(living="370202", household="370102"), of(OriginKind.RETURNED, region="370102"))
        assert unknown == hidden == operations.Entered(Outcome.ELSEWHERE, None)

    def test_a_list_changes_nothing_of_a_case_it_cannot_see_but_its_origins(self, database: None) -> None:
        enter(told(living="370202"), of(region="370200"))
        before = the_case()
        answer = enter(told(living="370102", phone="19911111111"), of(OriginKind.RETURNED, region="370102"))
        client, case = the_client(), the_case()
        assert answer == operations.Entered(Outcome.NEW, None)
        assert (client.phone, client.living_region, case.region, case.next_on) == ("19900000001", "370202", "370202", before.next_on)
        assert count(Origin) == 2

    def test_whoever_left_elsewhere_moves_to_where_they_are_listed_now(self, database: None) -> None:
        enter(told(living="370202"), of(region="370200"))
        with transaction():
            casework.leave(session().get_one(Case, the_case().id), "moved", by=Actor.SYSTEM, on=today())
        enter(told(living="370102"), of(OriginKind.RETURNED, region="370102"))
        assert (the_case().region, the_case().stage) == ("370102", Stage.OPEN)

    def test_the_people_of_a_file_are_those_of_the_own_area(self, lead: Person, graduates: Graduates) -> None:
        row = take(read(send(as_csv(graduates.rows(40)), lead)), lead)
        with reading():
            assert rosters.count(rosters.people_of(row.id, leading("370100"))) == 40
            mine = rosters.count(rosters.people_of(row.id, leading("370102")))
            assert 0 < mine < 40 and rosters.count(rosters.people_of(row.id, leading("370200"))) == 0

    def test_somebody_who_is_no_client_of_a_programme_yet_is_one_person_still(self, database: None) -> None:
        make_client(name="钱小满", id_number=WHO, phone=None)
        enter(told())
        assert count(Client) == 1 and the_client().phone == "19900000001"
