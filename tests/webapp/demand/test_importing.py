"""Files of other systems: what is taken, what comes back with which reason, and that nothing is counted twice."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.factories.demand import BUREAU, acting_as, grants_of, make_need, make_officer, need_values
from tests.factories.employers import make_employer, make_uscc
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.demand import importing, operations, queries
from webapp.demand.models import Need, NeedBatch, NeedSource, NeedState, Urgency, WorkState
from webapp.demand.rows import COLUMNS, TEMPLATE, BadRow
from webapp.demand.sheets import sheet
from webapp.employers.models import Employer
from webapp.reference.models import WageUnit
from webapp.sources.reading import NotReadable

pytestmark = pytest.mark.usefixtures("database")
HEADER = "统一社会信用代码,单位名称,职业,需求人数,到岗日期,工作地点,最低工资,最高工资,工资单位,紧急程度,学历,条件"


def text_of(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def take(content: bytes, officer: Person, source: NeedSource = NeedSource.SHORTAGE, *, on: date | None = None) -> NeedBatch:
    with transaction():
        batch = importing.send_file(content, "用工.csv", source, regions=[grants_of(officer)[0].region], by=acting_as(officer))
    importing.take_file(batch.id, lambda: None, on=on or today())
    with transaction():
        return session().get_one(NeedBatch, batch.id)


def taken(batch: NeedBatch) -> tuple[int, int, int, int]:
    return batch.added, batch.merged, batch.unchanged, batch.refused


def needs() -> list[Need]:
    return list(session().scalars(select(Need).where(Need.superseded_on.is_(None)).order_by(Need.id)))


def reasons(batch: NeedBatch) -> list[tuple[str, str]]:
    rows = list(csv.reader(io.StringIO((batch.refusals or "").removeprefix("\ufeff"))))
    return [(row[0], row[1]) for row in rows[1:]]


def touch(need: Need, verb, *args: object, **more: object) -> None:
    with transaction():
        verb(session().get_one(Need, need.id), *args, by=BUREAU, on=today(), **more)


class TestTaking:
    def test_a_row_becomes_a_need_with_everything_it_says(self) -> None:
        employer = make_employer()
        batch = take(text_of(f'{employer.uscc},,电焊工,8人,2026年3月5日,历下区,"6,000",8000,元/月,急需,高中,有焊工证'), make_officer("370100"))
        assert (batch.state, taken(batch), batch.content) == (WorkState.DONE, (1, 0, 0, 0), None)
        [need] = needs()
        assert (need.employer_id, need.occupation, need.headcount, need.region) == (employer.id, "6-18-02-04", 8, "370102")
        assert (need.wage_unit, need.wage_low, need.wage_high, need.urgency, need.education) == (WageUnit.MONTH, 6000, 8000, Urgency.URGENT, 30)
        assert (need.by_on, need.source, need.conditions) == (date(2026, 3, 5), NeedSource.SHORTAGE, "有焊工证")

    def test_gb18030_and_other_column_names_in_another_order_are_read(self) -> None:
        make_employer(name="济南龙门机床有限公司")
        content = "人数,企业名称,工种\n3,济南龙门机床有限公司,保洁员\n".encode("gb18030")
        assert taken(take(content, make_officer())) == (1, 0, 0, 0)
        assert needs()[0].occupation == "4-09-08-01"

    def test_the_template_is_a_file_that_can_be_sent(self) -> None:
        employer = make_employer()
        row = {"统一社会信用代码": employer.uscc, "职业（工种）": "焊工", "需求人数": 2}
        content = sheet(TEMPLATE, [[row.get(name, "") for name in TEMPLATE]]).encode()
        assert taken(take(content, make_officer())) == (1, 0, 0, 0)
        assert {names[0] for names in COLUMNS.values()} == set(TEMPLATE)


class TestTwice:
    def test_the_same_file_again_changes_nothing(self) -> None:
        employer, officer = make_employer(), make_officer()
        content = text_of(f"{employer.uscc},,焊工,8,,,,,,,,", f"{employer.uscc},,保洁员,2,,,,,,,,")
        assert taken(take(content, officer)) == (2, 0, 0, 0)
        before = [(need.id, need.headcount, need.touched_on, need.told) for need in needs()]
        assert taken(take(content, officer, on=today() + timedelta(days=3))) == (0, 0, 2, 0)
        assert [(need.id, need.headcount, need.touched_on, need.told) for need in needs()] == before

    def test_it_changes_nothing_of_what_an_officer_corrected_or_closed_meanwhile(self) -> None:
        employer, officer = make_employer(), make_officer()
        content = text_of(f"{employer.uscc},,焊工,8,,,,,,,,", f"{employer.uscc},,保洁员,2,,,,,,,,")
        take(content, officer)
        welder, cleaner = needs()
        touch(welder, operations.change_need, need_values(headcount=3))
        touch(cleaner, operations.close_need, NeedState.FILLED, remark="都到了")
        assert taken(take(content, officer)) == (0, 0, 2, 0)
        assert [(need.headcount, need.state) for need in needs()] == [(3, NeedState.OPEN), (2, NeedState.FILLED)]

    def test_several_systems_that_report_one_need_are_never_added_up(self) -> None:
        employer, officer = make_employer(), make_officer()
        figures = [(NeedSource.SHORTAGE, 8), (NeedSource.DISPATCH, 10), (NeedSource.UNEMPLOYMENT, 6)]
        batches = [take(text_of(f"{employer.uscc},,焊工,{count},,,,,,,,"), officer, source) for source, count in figures]
        assert [taken(batch) for batch in batches] == [(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)]
        assert [need.headcount for need in needs()] == [10]
        take(text_of(f"{employer.uscc},,焊工,4,,,,,,,,"), officer, NeedSource.DISPATCH)
        assert [need.headcount for need in needs()] == [8], "a system corrects its own figure, the largest of all holds"

    def test_it_merges_into_what_an_officer_heard_and_fills_what_was_not_said(self) -> None:
        employer, officer = make_employer(), make_officer()
        make_need(employer, headcount=5, conditions="")
        batch = take(text_of(f"{employer.uscc},,焊工,4,2026-12-31,,,,,,,有证"), officer)
        [need] = needs()
        assert taken(batch) == (0, 1, 0, 0)
        assert (need.headcount, need.by_on, need.conditions, need.source) == (5, date(2026, 12, 31), "有证", NeedSource.VISIT)

    def test_rows_of_one_file_about_one_need_are_one_and_the_largest_holds(self) -> None:
        employer, officer = make_employer(), make_officer()
        rows = [f"{employer.uscc},,焊工,{count},,,,,,,," for count in (3, 7, 5)]
        assert taken(take(text_of(*rows), officer)) == (1, 0, 0, 0)
        assert [need.headcount for need in needs()] == [7]
        assert taken(take(text_of(*reversed(rows)), officer)) == (0, 0, 1, 0), "the order of the rows says nothing"

    def test_another_place_or_another_occupation_is_another_need(self) -> None:
        employer, officer = make_employer(), make_officer("370100")
        rows = (f"{employer.uscc},,焊工,3,,历下区,,,,,,", f"{employer.uscc},,焊工,3,,市中区,,,,,,", f"{employer.uscc},,保洁员,3,,历下区,,,,,,")
        assert taken(take(text_of(*rows), officer)) == (3, 0, 0, 0)

    def test_new_news_of_a_closed_need_is_a_new_need(self) -> None:
        employer, officer = make_employer(), make_officer()
        take(text_of(f"{employer.uscc},,焊工,8,,,,,,,,"), officer)
        touch(needs()[0], operations.close_need, NeedState.FILLED, remark="都到了")
        assert taken(take(text_of(f"{employer.uscc},,焊工,6,,,,,,,,"), officer)) == (1, 0, 0, 0)
        assert [(need.headcount, need.is_live) for need in needs()] == [(8, False), (6, True)]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.sampled_from(list(NeedSource)[2:]), st.integers(1, 50)), min_size=1, max_size=6))
    def test_whatever_order_the_systems_speak_in_one_need_holds_the_largest_latest_figure(self, told) -> None:
        employer, officer = make_employer(), make_officer()
        latest = {}
        for source, count in told:
            take(text_of(f"{employer.uscc},,焊工,{count},,,,,,,,"), officer, source)
            latest[source] = count
        rows = [need.headcount for need in needs() if need.employer_id == employer.id]
        assert rows == [max(latest.values())]


class TestRefusing:
    def test_each_bad_row_comes_back_with_its_line_and_reason_and_the_good_ones_are_taken(self) -> None:
        employer, twin = make_employer(), make_employer(name="济南双胞有限公司")
        make_employer(name="济南双胞有限公司")
        code = employer.uscc
        rows = (
            f"{code},,焊工,8,,,,,,,,",
            f"{make_uscc()},,焊工,8,,,,,,,,",
            f",{twin.name},焊工,8,,,,,,,,",
            f"{code},,魔术工程师,8,,,,,,,,",
            f"{code},,焊工,很多,,,,,,,,",
            f"{code},,焊工,8,明年,,,,,,,",
            f"{code},,焊工,8,2026-02-30,,,,,,,",
            f"{code},,焊工,8,,火星,,,,,,",
            f"{code},,焊工,8,,,9000,6000,月,,,",
            f"{code},,焊工",
            f"{code},,6-18-02,8,,,,,,,,",
            f"{code},,保洁员,2,,,,,,,,",
        )
        batch = take(text_of(*rows), make_officer("370100"))
        wanted = [
            BadRow.NO_EMPLOYER, BadRow.TWO_NAMED, BadRow.NO_OCCUPATION, BadRow.NO_COUNT, BadRow.BAD_DAY, BadRow.BAD_DAY, BadRow.BAD_PLACE,
            BadRow.BAD_WAGE, BadRow.BROKEN, BadRow.NO_OCCUPATION,
        ]  # fmt: skip
        assert reasons(batch) == [(str(line), reason.label) for line, reason in enumerate(wanted, 3)]
        assert taken(batch) == (2, 0, 0, 10)

    def test_an_employer_of_another_district_is_refused_like_one_nobody_knows(self) -> None:
        elsewhere = make_employer(region="370202", name="青岛丙丁食品有限公司")
        batch = take(text_of(f"{elsewhere.uscc},,焊工,8,,,,,,,,", f",{elsewhere.name},焊工,8,,,,,,,,"), make_officer("370100"))
        assert {reason for _, reason in reasons(batch)} == {BadRow.NO_EMPLOYER.label} and needs() == []

    def test_what_comes_back_is_no_formula(self) -> None:
        batch = take(text_of('=cmd|calc,"@SUM(1)",焊工,-8,,,,,,,,+1'), make_officer())
        row = list(csv.reader(io.StringIO(batch.refusals)))[1]
        assert row[2:4] == ["'=cmd|calc", "'@SUM(1)"] and row[5] == "'-8" and row[-1] == "'+1"

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"\x1f\x8b\x08\x00", "没有压缩"),
            (b"PK\x03\x04zip", "Excel"),
            (b"", "空的"),
            (text_of("1", header="数量"), "文件缺少这些列"),
            ("职业,需求人数\n焊工,3".encode(), "统一社会信用代码"),
        ],
    )
    def test_a_file_that_is_none_is_refused_before_it_is_kept(self, content: bytes, says: str) -> None:
        with pytest.raises(NotReadable, match=says), transaction():
            importing.send_file(content, "x.csv", NeedSource.SHORTAGE, regions=["370100"], by=acting_as(make_officer()))

    def test_too_many_rows_are_refused_as_a_whole(self) -> None:
        employer = make_employer()
        batch = take(text_of(*[f"{employer.uscc},,焊工,8,,,,,,,,"] * 5001), make_officer())
        assert (batch.state, "5000 行" in batch.trouble, needs()) == (WorkState.REFUSED, True, [])


class TestKilled:
    def test_after_a_kill_in_the_middle_it_goes_on_and_counts_each_need_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "NEEDS_AT_ONCE", 2)
        officer = make_officer()
        content = text_of(*(f"{make_employer().uscc},,焊工,{count},,,,,,,," for count in range(1, 6)))
        with transaction():
            batch = importing.send_file(content, "x.csv", NeedSource.SHORTAGE, regions=["370102"], by=acting_as(officer))

        def killed() -> None:
            raise RuntimeError("killed")

        with pytest.raises(RuntimeError):
            importing.take_file(batch.id, killed, on=today())
        assert len(needs()) == 2
        for _ in range(2):
            importing.take_file(batch.id, lambda: None, on=today())
        with transaction():
            assert taken(session().get_one(NeedBatch, batch.id)) == (5, 0, 0, 0)

    def test_a_file_is_seen_by_who_sent_it_only(self) -> None:
        officer = make_officer()
        batch = take(text_of(f"{make_employer().uscc},,焊工,8,,,,,,,,"), officer)
        assert queries.batch_of(batch.id, officer.id) is not None
        assert queries.batch_of(batch.id, make_officer().id) is None


class TestRosters:
    def test_a_dated_list_marks_its_employers_once(self) -> None:
        employer, elsewhere = make_employer(), make_employer(region="370202")
        last = today() + timedelta(days=100)
        content = (
            f"统一社会信用代码,名录,列入日期,到期日期\n{employer.uscc},专精特新,2025-01-01,{last}\n{elsewhere.uscc},专精特新,2025-01-01,\n"
            f"{employer.uscc},名特优新,2025-13-01,\n{employer.uscc},旧名录,2020-01-01,2021-01-01\n"
        ).encode()
        grants = grants_of(make_officer("370100"))
        report = importing.import_roster(content, grants, by=BUREAU, on=today())
        assert (report.marked, report.unchanged, [line for line, _ in report.refused]) == (1, 0, [3, 4, 5])
        assert [mark.roster for mark in queries.marks_of([employer.id], last)[employer.id]] == ["专精特新"]
        assert queries.marks_of([employer.id, elsewhere.id], last + timedelta(days=1)) == {}
        again = importing.import_roster(content, grants, by=BUREAU, on=today())
        assert (again.marked, again.changed, again.unchanged) == (0, 0, 1)

    def test_a_renewed_list_moves_the_end_and_never_back(self) -> None:
        employer, grants = make_employer(), grants_of(make_officer("370100"))
        first, later = today() + timedelta(days=30), today() + timedelta(days=400)
        for last, outcome in ((first, (1, 0, 0)), (later, (0, 1, 0)), (first, (0, 0, 1)), (later, (0, 0, 1)), ("", (0, 1, 0)), (later, (0, 0, 1))):
            content = f"统一社会信用代码,名录,列入日期,到期日期\n{employer.uscc},专精特新,2025-01-01,{last}\n".encode()
            report = importing.import_roster(content, grants, by=BUREAU, on=today())
            assert (report.marked, report.changed, report.unchanged) == outcome, last
        assert len(queries.marks_of([employer.id], later + timedelta(days=999))[employer.id]) == 1


def test_the_number_of_employers_is_what_it_was() -> None:
    """An import makes no employers: who is not registered is told apart."""
    before = session().scalar(select(func.count()).select_from(Employer))
    take(text_of(f"{make_uscc()},新单位,焊工,8,,,,,,,,"), make_officer())
    assert session().scalar(select(func.count()).select_from(Employer)) == before
