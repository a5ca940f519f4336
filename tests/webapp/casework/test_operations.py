from datetime import timedelta

import pytest

from tests.factories.casework import caseworking, make_case, make_caseworker, make_client, stored
from webapp.access import Actor, Grant, Level, Role
from webapp.casework import operations, queries
from webapp.casework.models import Case, Stage, StepKind, TagKind
from webapp.casework.refusals import AlreadyTheirs, Left, NoReason, NotACaseworker
from webapp.db import session, today, transaction

pytestmark = pytest.mark.usefixtures("both")
SOMEBODY = Actor.SYSTEM


def kinds(case):
    with transaction():
        return [row.kind for row in queries.steps_of(case)]


def test_one_person_is_one_case_over_all_years_and_comes_back_into_it():
    client = make_client()
    first = make_case(client=client, cohort=2024)
    with transaction():
        operations.leave(session().get_one(Case, first.id), "moved", by=SOMEBODY, on=today())
    again = make_case(client=client, cohort=2026, school="青岛样例大学")
    assert again.id == first.id
    assert (stored(first.id).cohort, stored(first.id).stage) == (2026, Stage.OPEN)
    assert kinds(first) == [StepKind.RETURNED, StepKind.LEFT, StepKind.ENTERED]


def test_a_case_is_held_by_one_caseworker_and_changes_hands_with_a_reason():
    first, second = make_caseworker(), make_caseworker()
    case = make_case(caseworker=first)
    with transaction():
        row = session().get_one(Case, case.id)
        with pytest.raises(AlreadyTheirs):
            operations.assign(row, first, by=SOMEBODY, on=today())
        with pytest.raises(NoReason):
            operations.assign(row, second, by=SOMEBODY, on=today())
        operations.assign(row, second, reason="前一位调走", by=SOMEBODY, on=today())
    with transaction():
        history = queries.assignments_of(session().get_one(Case, case.id))
        assert [(row.caseworker_id, row.until) for row in history] == [(second.id, None), (first.id, today())]


def test_nobody_holds_a_case_outside_their_county():
    case, caseworker = make_case(region="370202"), make_caseworker("370102")
    with transaction(), pytest.raises(NotACaseworker):
        operations.assign(session().get_one(Case, case.id), caseworker, by=SOMEBODY, on=today())


def test_a_hand_over_is_all_or_nothing():
    leaving, taking = make_caseworker(), make_caseworker()
    cases = [make_case(caseworker=leaving), make_case(caseworker=leaving), make_case(region="370202")]
    with pytest.raises(NotACaseworker), transaction():
        operations.hand_over([session().get_one(Case, case.id) for case in cases], taking, reason="调岗", by=SOMEBODY, on=today())
    assert [stored(case.id).caseworker_id for case in cases] == [leaving.id, leaving.id, None]
    with transaction():
        moved = operations.hand_over([session().get_one(Case, case.id) for case in cases[:2]], taking, reason="调岗", by=SOMEBODY, on=today())
    assert moved == 2
    assert [stored(case.id).caseworker_id for case in cases[:2]] == [taking.id, taking.id]


def test_a_group_is_marked_once_and_its_end_stays_written():
    case = make_case()
    with transaction():
        row = session().get_one(Case, case.id)
        made = operations.tag(row, TagKind.DISABLED, source="残联名单", since=today(), by=SOMEBODY, on=today())
        session().flush()
        assert operations.tag(row, TagKind.DISABLED, source="本人", since=today(), by=SOMEBODY, on=today()) is None
        assert made is not None and row.is_hardship
        operations.untag(row, made, by=SOMEBODY, on=today() + timedelta(days=1))
        assert not row.is_hardship
    assert kinds(case) == [StepKind.TAGGED, StepKind.TAGGED, StepKind.ENTERED]


def test_whoever_left_is_held_by_nobody_and_nothing_more_is_done():
    caseworker, successor = make_caseworker(), make_caseworker()
    case = make_case(caseworker=caseworker, next_on=today())
    with transaction():
        row = session().get_one(Case, case.id)
        with pytest.raises(NoReason):
            operations.leave(row, "", by=SOMEBODY, on=today())
        operations.leave(row, "moved", by=SOMEBODY, on=today())
    with transaction():
        row = session().get_one(Case, case.id)
        assert (queries.open_assignment(row.id), row.next_on, row.left_reason) == (None, None, "moved")
        with pytest.raises(Left):
            operations.assign(row, successor, by=SOMEBODY, on=today())


def test_the_own_cases_are_written_in_and_a_leader_writes_in_all_of_the_area():
    mine, other = make_caseworker(), make_caseworker()
    case = make_case(caseworker=mine)
    street = (Grant(Role.CASEWORKER, Level.STREET, "370102"),)
    county, elsewhere = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),), (Grant(Role.CASEWORKER, Level.COUNTY, "370202"),)
    with transaction():
        assert queries.kept_by(case.id, mine.id, street) is not None
        assert queries.kept_by(case.id, other.id, street) is None
        assert queries.kept_by(case.id, other.id, county) is not None
        assert queries.kept_by(case.id, mine.id, elsewhere) is None
        assert queries.case_within(case.id, elsewhere) is None
        assert queries.case_within(case.id, ()) is None
        assert queries.case_within(case.id, street) is not None


def test_the_same_step_names_who_did_it_in_which_role():
    caseworker = make_caseworker()
    case = make_case(caseworker=caseworker)
    with transaction():
        row = session().get_one(Case, case.id)
        operations.step(row, StepKind.CONTACT, "已接通", by=caseworking(caseworker), on=today(), note="想找会计工作")
    with transaction():
        (latest, *_) = queries.steps_of(session().get_one(Case, case.id))
        assert (latest.by_id, latest.role, latest.note, latest.said) == (caseworker.id, "caseworker", "想找会计工作", "已接通")
        assert "会计" not in str(latest.data) and b"\xe4\xbc\x9a" not in latest.note_sealed
