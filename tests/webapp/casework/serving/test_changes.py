"""A changed standard lists exactly the people whose state changed: the test computes for itself who that is."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.factories.casework import make_case, stored
from tests.factories.serving import make_service
from webapp.access import Actor, Grant, Level, Role
from webapp.casework.models import Willingness
from webapp.casework.refusals import Decided, NoChange, NotYours
from webapp.casework.serving import changes
from webapp.casework.serving.changes import ChangeValues, ItemValues
from webapp.casework.serving.models import ChangeState, PersonState, StandardChange, StandardChangeRow
from webapp.db import session, today, transaction
from webapp.reference import serving

pytestmark = pytest.mark.usefixtures("both")
JINAN = (Grant(Role.CASEWORKER, Level.CITY, "370100"),)
COUNTY = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),)
LEADER = Actor.command()
LIGHTER = (ItemValues("guidance", ("guidance",), 1),)
SAME = (ItemValues("guidance", ("guidance",), 1), ItemValues("referral", ("referral",), 3), ItemValues("skills", ("training", "traineeship"), 1))


def values(items=LIGHTER, region="370100", on=None) -> ChangeValues:
    return ChangeValues("graduates", region, "1次指导", on or today(), items, "济南市2026年工作通知")


def proposed(told: ChangeValues | None = None, grants=JINAN) -> StandardChange:
    with transaction():
        change = changes.propose(told or values(), grants, by=LEADER)
    changes.look(change.id, lambda: None)
    return change


def confirmed(change: StandardChange, *, on: date | None = None) -> None:
    with transaction():
        changes.confirm(session().get_one(StandardChange, change.id), JINAN, by=LEADER, on=on or today())
    changes.carry_out(change.id, lambda: None, on=on or today())


def rows(change: StandardChange) -> dict:
    with transaction():
        found = session().scalars(select(StandardChangeRow).where(StandardChangeRow.change_id == change.id))
        return {row.case_id: (row.before, row.after) for row in found}


@pytest.fixture
def people() -> dict[str, object]:
    """Of Jinan: served once, never, not looking, long overdue; and one of Qingdao."""
    long_ago = today() - timedelta(days=200)
    found = {
        "served": make_case(),
        "unserved": make_case(),
        "unwilling": make_case(willingness=Willingness.UNWILLING),
        "late": make_case(on=long_ago),
        "late and served": make_case(on=long_ago),
        "qingdao": make_case(region="370202"),
        "youth": make_case(programme="long_unemployed_youth", cohort=None),
    }
    for name in ("served", "late and served", "qingdao"):
        make_service(found[name])
    return found


def test_the_preview_lists_whom_it_would_change_and_changes_nobody(people):
    change = proposed()
    assert rows(change) == {
        people["served"].id: (PersonState.DUE, PersonState.MET),
        people["late and served"].id: (PersonState.OVERDUE, PersonState.MET),
    }
    with transaction():
        held = session().get_one(StandardChange, change.id)
        assert (held.state, held.total, held.done, held.changed) == (ChangeState.LOOKED, 5, 5, 2)
        assert held.before["standard"] == "131"
    assert stored(people["served"].id).items_due == 3
    with transaction():
        assert serving.service_standards().of("graduates", "370102", today()).name == "131"


def test_once_confirmed_it_holds_and_lists_exactly_those_whose_state_changed(people):
    change = proposed()
    before = rows(change)
    confirmed(change)
    assert rows(change) == before
    with transaction():
        assert session().get_one(StandardChange, change.id).state is ChangeState.DONE
        standards = serving.service_standards()
        assert [standards.of("graduates", region, today()).name for region in ("370102", "370202")] == ["1次指导", "131"]
    states = {name: (stored(case.id).items_done, stored(case.id).items_due) for name, case in people.items()}
    assert states["served"] == (1, 1) and states["unserved"] == (0, 1) and states["qingdao"] == (1, 3) and states["youth"][1] in {0, 1}


def test_a_job_that_was_killed_begins_anew_and_lists_the_same(people):
    change = proposed()

    def killed() -> None:
        raise RuntimeError("killed")

    with transaction():
        changes.confirm(session().get_one(StandardChange, change.id), JINAN, by=LEADER, on=today())
    with pytest.raises(RuntimeError):
        changes.carry_out(change.id, killed, on=today())
    changes.carry_out(change.id, lambda: None, on=today())
    assert len(rows(change)) == 2
    changes.carry_out(change.id, lambda: None, on=today())
    assert len(rows(change)) == 2


def test_a_standard_of_a_later_day_waits_for_it(people):
    later = today() + timedelta(days=3)
    change = proposed(values(on=later))
    confirmed(change)
    with transaction():
        assert session().get_one(StandardChange, change.id).state is ChangeState.PLANNED
        assert changes.begin_due(on=today()) == 0
        assert changes.begin_due(on=later) == 1
    changes.carry_out(change.id, lambda: None, on=later)
    assert {after for _, after in rows(change).values()} == {PersonState.MET}


def test_an_imported_table_lists_those_whose_stored_state_it_changed(people):
    with transaction():
        changes.follow_import("regions", by=LEADER)
        assert session().scalar(select(StandardChange)) is None
        changes.follow_import("service_types", by=LEADER)
        change = session().scalar(select(StandardChange))
    changes.carry_out(change.id, lambda: None, on=today())
    assert people["served"].id not in rows(change)


def test_only_a_city_or_wider_changes_the_standard_of_its_own_area():
    for grants, region in ((COUNTY, "370102"), (JINAN, "370200"), ((), "370100")):
        with transaction(), pytest.raises(NotYours):
            changes.propose(values(region=region), grants, by=LEADER)


def test_what_holds_already_is_no_change_and_what_was_dropped_is_not_confirmed():
    change = proposed()
    confirmed(change)
    with transaction(), pytest.raises(NoChange):
        changes.propose(values(), JINAN, by=LEADER)
    other = proposed(values(SAME))
    with transaction():
        changes.drop(session().get_one(StandardChange, other.id), by=LEADER)
        with pytest.raises(Decided):
            changes.confirm(session().get_one(StandardChange, other.id), JINAN, by=LEADER, on=today())


def test_who_looks_sees_the_people_of_the_own_area_only(people):
    change = proposed()
    for grants, seen in ((COUNTY, 2), ((Grant(Role.CASEWORKER, Level.COUNTY, "370202"),), 0), ((), 0)):
        with transaction():
            held = session().get_one(StandardChange, change.id)
            assert len(session().scalars(changes.rows_of(held, grants)).all()) == seen
            assert sum(changes.counts_of(held, grants).values()) == seen
