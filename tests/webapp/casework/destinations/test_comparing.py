"""Files of other departments: what differs, what becomes of it, and what is not kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.casework import caseworking, make_case, make_caseworker, make_client, make_id_number, stored
from tests.factories.destinations import CONTRACT, WAITING, current, id_numbers, insured, make_comparison, make_destination
from webapp.access import Grant, Level, Role
from webapp.casework import queries as cases
from webapp.casework.destinations import comparing, deciding
from webapp.casework.destinations import comparison_queries as queries
from webapp.casework.destinations.comparison_models import Comparison, Conflict, ConflictKind, Department, Verdict
from webapp.casework.destinations.models import ToldBy, Word
from webapp.casework.destinations.refusals import NothingToAccept
from webapp.casework.models import Case, Client, Stage, Standing, TagKind, Waiting
from webapp.casework.refusals import NoReason
from webapp.db import session, today, transaction
from webapp.demand.models import WorkState
from webapp.sources.reading import NotReadable
from webapp.sources.workbooks import written

pytestmark = pytest.mark.usefixtures("both")
LIXIA = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),)
TIANQIAO = (Grant(Role.CASEWORKER, Level.COUNTY, "370105"),)


@pytest.fixture
def lead():
    return make_caseworker("370102")


def conflicts(comparison, grants=LIXIA, *, is_open=True):
    with transaction():
        return list(session().scalars(queries.conflicts(comparison.id, grants, is_open=is_open)))


def decide(comparison, verdict, lead, *, code="", reason="与社保系统核对", keys=None):
    with transaction():
        rows = queries.open_conflicts(keys or [row.id for row in session().scalars(select(Conflict))], comparison.id, LIXIA)
        kept = session().get_one(Comparison, comparison.id)
        return deciding.decide(kept, rows, verdict, code=code, reason=reason, by=caseworking(lead), on=today())


def test_only_people_of_the_senders_area_are_looked_up_and_strangers_are_counted_and_not_kept(lead):
    mine, elsewhere = make_case(), make_case(region="370105")
    stranger = make_id_number()
    row = make_comparison(insured([mine, elsewhere]) + f"{stranger},某单位,参保缴费,2026-09-01\n", lead)
    assert (row.state, row.rows, row.differing, row.strangers, row.agreed, row.refused) == (WorkState.DONE, 3, 1, 2, 0, 0)
    assert [(one.case_id, one.kind, one.unit) for one in conflicts(row)] == [(mine.id, ConflictKind.INSURED, "济南样例软件有限公司")]
    assert conflicts(row, TIANQIAO) == []
    with transaction():
        assert session().scalar(select(func.count()).select_from(Client)) == 2
        assert session().get_one(Comparison, row.id).content_sealed is None, "the file is wiped after reading"


def test_the_same_file_again_makes_no_second_conflict_and_a_job_begun_twice_does_nothing(lead):
    case = make_case()
    file = insured([case])
    first = make_comparison(file, lead)
    comparing.carry_out(first.id, lambda: None, on=today())
    second = make_comparison(file, lead)
    assert (first.differing, second.differing, second.known) == (1, 0, 1)


def test_a_workbook_says_the_same_as_a_csv(lead):
    case = make_case()
    (number,) = id_numbers([case])
    row = make_comparison(written([["公民身份号码", "参保单位", "缴费状态"], [number, "济南样例软件有限公司", "正常缴费"]]), lead)
    assert row.differing == 1


def test_rows_that_cannot_be_read_are_counted_by_reason_and_not_kept(lead):
    text = insured([make_case()]) + "37010219900101123X,某单位,参保,2026-09-01\n,无号,参保,2026-09-01\n" + f"{make_id_number()},某,参保,九月\n"
    row = make_comparison(text, lead)
    assert (row.refused, row.refusals) == (3, {"身份证号为空或不对": 2, "日期读不出来": 1})


def test_what_is_no_file_of_people_is_refused_before_it_is_kept(lead):
    with pytest.raises(NotReadable):
        make_comparison("姓名,单位\n甲,乙\n", lead)
    with transaction():
        assert session().scalars(select(Comparison)).all() == []


@pytest.mark.parametrize(("department", "state", "ours", "kind"), [
    (Department.INSURANCE, "参保缴费", None, ConflictKind.INSURED), (Department.INSURANCE, "参保缴费", WAITING, ConflictKind.INSURED),
    (Department.INSURANCE, "参保缴费", CONTRACT, ConflictKind.UNIT), (Department.INSURANCE, "停保", CONTRACT, ConflictKind.STOPPED),
    (Department.INSURANCE, "停保", WAITING, None), (Department.INSURANCE, "停保", None, None),
    (Department.INSURANCE, "参保缴费", replace(CONTRACT, unit="济南样例软件 有限公司"), None),
    (Department.EDUCATION, "在读", None, ConflictKind.ENROLLED), (Department.EDUCATION, "退学", None, None),
    (Department.EDUCATION, "在读", replace(CONTRACT, code="80", evidence="admission"), None),
    (Department.ARMY, "现役", CONTRACT, ConflictKind.SERVING), (Department.ARMY, "现役", replace(CONTRACT, code="46", evidence="enlistment"), None),
    (Department.CIVIL, "城市低保", None, ConflictKind.HARDSHIP), (Department.CIVIL, "低保取消", None, None),
])  # fmt: skip
def test_what_they_say_is_held_against_what_we_say(lead, department, state, ours, kind):
    case = make_case()
    if ours is not None:
        make_destination(case, ours)
    row = make_comparison(insured([case], state=state), lead, department=department)
    assert [one.kind for one in conflicts(row)] == ([] if kind is None else [kind])
    assert row.agreed == (kind is None)


def test_theirs_accepted_becomes_a_destination_with_their_evidence(lead):
    case = make_case(caseworker=lead)
    row = make_comparison(insured([case]), lead)
    with pytest.raises(NoReason):
        decide(row, Verdict.ACCEPT, lead, code="12", reason="")
    for code in ("", "80"):
        with pytest.raises(NothingToAccept):
            decide(row, Verdict.ACCEPT, lead, code=code)
    assert decide(row, Verdict.ACCEPT, lead, code="12") == 1
    made = current(case)
    assert (made.evidence, made.told_by, made.unit, made.is_proven) == ("comparison", ToldBy.DEPARTMENT, "济南样例软件有限公司", True)
    assert stored(case.id).standing is Standing.EMPLOYED
    (decided,) = conflicts(row, is_open=False)
    assert (decided.verdict, decided.reason, decided.decided_by) == (Verdict.ACCEPT, "与社保系统核对", lead.id)


def test_an_end_of_insurance_accepted_makes_somebody_unemployed_again(lead):
    case = make_case()
    make_destination(case)
    row = make_comparison(insured([case], state="停保"), lead)
    assert decide(row, Verdict.ACCEPT, lead, code="70") == 1
    assert (current(case).code, stored(case.id).standing) == ("70", Standing.UNEMPLOYED)


def test_somebody_who_left_is_looked_after_again_only_where_the_work_ended(lead):
    moved, stopped = make_case(), make_case()
    for case in (moved, stopped):
        make_destination(case)
        with transaction():
            session().get_one(Case, case.id).stage = Stage.CLOSED
    decide(make_comparison(insured([moved]), lead), Verdict.ACCEPT, lead, code="12")
    decide(make_comparison(insured([stopped], state="停保"), lead), Verdict.ACCEPT, lead, code="70")
    assert (stored(moved.id).stage, current(moved).unit) == (Stage.CLOSED, "济南样例软件有限公司")
    assert (stored(stopped.id).stage, stored(stopped.id).standing) == (Stage.OPEN, Standing.UNEMPLOYED)


def test_a_hardship_accepted_becomes_a_group_with_its_source(lead):
    case = make_case()
    row = make_comparison(insured([case], state="农村低保"), lead, department=Department.CIVIL)
    decide(row, Verdict.ACCEPT, lead)
    with transaction():
        (tag,) = cases.tags_of(stored_case(case), on=today())
    assert (tag.kind, tag.source) == (TagKind.LOW_INCOME, f"民政比对（{today()}）")


def stored_case(case):
    return session().get_one(type(case), case.id)


def test_ours_kept_changes_nothing_but_says_why(lead):
    case = make_case()
    make_destination(case)
    row = make_comparison(insured([case]), lead)
    decide(row, Verdict.KEEP, lead, reason="单位改名，同一家")
    assert current(case).unit == "济南样例机床有限公司"
    assert conflicts(row, is_open=False)[0].reason == "单位改名，同一家"


def test_the_person_is_asked_where_there_is_a_phone_and_else_the_office_has_the_turn(lead):
    reachable, silent = make_case(), make_case(client=make_client(phone=None))
    for case in (reachable, silent):
        make_destination(case)
    row = make_comparison(insured([reachable, silent]), lead)
    assert decide(row, Verdict.ASK, lead) == 2
    assert (current(reachable).word, stored(reachable.id).waiting) == (Word.ASKED, Waiting.FOR_THEM)
    assert (stored(silent.id).waiting, stored(silent.id).next_on) == (Waiting.FOR_US, today() + timedelta(days=7))


def test_equal_cases_are_gathered_and_decided_together_once(lead):
    people = [make_case() for _ in range(3)]
    other = make_case()
    (number,) = id_numbers([other])
    row = make_comparison(insured(people) + f"{number},别的单位,参保缴费,2026-09-01\n", lead)
    with transaction():
        groups = queries.alike(row.id, LIXIA)
    assert [(group.kind, group.people) for group in groups] == [(ConflictKind.INSURED, 3), (ConflictKind.INSURED, 1)]
    with transaction():
        keys = [one.id for one in session().scalars(queries.conflicts(row.id, LIXIA, is_open=True, equal=groups[0].equal))]
    assert decide(row, Verdict.ACCEPT, lead, code="11", keys=keys) == 3
    assert decide(row, Verdict.ACCEPT, lead, code="11", keys=keys) == 0, "decided once"
    assert {stored(case.id).standing for case in people} == {Standing.EMPLOYED} and len(conflicts(row)) == 1


def test_a_lead_of_another_county_decides_nothing(lead):
    case = make_case()
    row = make_comparison(insured([case]), lead)
    with transaction():
        assert queries.open_conflicts([one.id for one in session().scalars(select(Conflict))], row.id, TIANQIAO) == []
        assert queries.comparison(row.id, make_caseworker_id(), TIANQIAO) is None
        assert queries.comparison(row.id, lead.id, ()) is not None


def make_caseworker_id():
    return make_caseworker("370105").id


def test_past_its_time_nothing_stays_of_what_a_file_said_of_people(lead):
    kept, open_one = make_case(), make_case()
    row = make_comparison(insured([kept, open_one]), lead)
    decide(row, Verdict.KEEP, lead, keys=[one.id for one in conflicts(row) if one.case_id == kept.id])
    with transaction():
        session().get_one(Comparison, row.id).keep_through = today() - timedelta(days=1)
    assert (comparing.forget_old(lambda: None), comparing.forget_old(lambda: None)) == (1, 0)
    (left,) = conflicts(row, is_open=False)
    assert (left.verdict, left.unit_sealed, left.reason_sealed, left.from_on) == (Verdict.KEEP, None, None, None)
    assert conflicts(row) == []
