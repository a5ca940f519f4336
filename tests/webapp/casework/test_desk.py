"""The desk: each counter opens exactly its people, a line does what it says and can be taken back, and no way leads out of the area."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.factories.casework import caseworking, make_case, make_caseworker, make_client, make_id_number, stored
from tests.factories.reference import set_parameter
from webapp.access import Actor, Grant, Level, Role
from webapp.casework import operations, queries
from webapp.casework.desk import filters, logging
from webapp.casework.desk.filters import Filters, Shelf
from webapp.casework.desk.logging import Call, Outcome
from webapp.casework.models import Case, CaseStep, Standing, StepKind, TagKind, Waiting, Willingness
from webapp.casework.refusals import ChangedMeanwhile, Left, NotYet, TooLate
from webapp.db import reading, session, today, transaction

pytestmark = pytest.mark.usefixtures("both")
LIXIA = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),)
SHINAN = (Grant(Role.CASEWORKER, Level.COUNTY, "370202"),)


def of(grants=LIXIA, **more):
    return Filters(scope=queries.area(grants), programme="graduates", **more)


def keys(wanted: Filters) -> set[UUID]:
    with reading():
        return {case.id for case in session().scalars(wanted.rows(today()))}


def counts(wanted: Filters):
    with reading():
        return wanted.counts(today())


def log(case, outcome: Outcome, by, **more):
    with transaction():
        row = session().get_one(Case, case.id)
        return logging.log_call(row, Call(outcome, more.pop("on", today()), **more), by=caseworking(by), on=today()).id


@pytest.fixture
def worker():
    return make_caseworker()


@pytest.fixture
def town(worker):
    """A case for each shelf, and one elsewhere that lies on all of them."""
    day = today()
    old = day - timedelta(days=60)
    return {
        Shelf.UNASSIGNED: make_case(acted_on=day, contacted_on=day),
        Shelf.NEW: make_case(caseworker=worker, contacted_on=day),
        Shelf.NOT_CONTACTED: make_case(caseworker=worker, opened_at=_at()),
        Shelf.TODAY: make_case(caseworker=worker, opened_at=_at(), contacted_on=day, next_on=day),
        Shelf.LATE: make_case(caseworker=worker, opened_at=_at(), contacted_on=day, next_on=old),
        Shelf.OVERDUE: make_case(caseworker=worker, opened_at=_at(), contacted_on=day, overdue_since=old),
        Shelf.FOR_THEM: make_case(caseworker=worker, opened_at=_at(), contacted_on=day, waiting=Waiting.FOR_THEM),
        Shelf.QUIET: make_case(caseworker=worker, opened_at=_at(), contacted_on=day, acted_on=old, waiting=Waiting.NOBODY),
        Shelf.RED: make_case(caseworker=worker, opened_at=_at(), contacted_on=day, is_hardship=True, waiting=Waiting.NOBODY),
    }


def _at():
    from webapp.db import now

    return now()


def test_every_counter_opens_exactly_the_people_it_counts(town):
    make_case(region="370202", next_on=today(), is_hardship=True)
    told = counts(of())
    for shelf in Shelf:
        assert told[shelf] == len(keys(of(shelf=shelf))), shelf
    for shelf, case in town.items():
        assert case.id in keys(of(shelf=shelf)), shelf
    assert told[Shelf.ALL] == len(town)
    assert keys(of(shelf=Shelf.TODAY)) == {town[Shelf.TODAY].id}
    assert keys(of(shelf=Shelf.RED)) == {town[Shelf.RED].id}
    assert keys(of(shelf=Shelf.NOT_CONTACTED)) == {town[Shelf.NOT_CONTACTED].id}


def test_no_shelf_facet_word_or_order_leads_into_another_county(town):
    client = make_client(name="张外县", phone="13911112222")
    outside = make_case(region="370202", client=client, cohort=2025, school="青岛样例学院")
    for shelf in Shelf:
        assert outside.id not in keys(of(shelf=shelf))
    for text in ("张外县", "13911112222", client.id_number, outside.number):
        assert keys(of(text=text)) == set()
        assert keys(of(SHINAN, text=text)) == {outside.id}
    with reading():
        for name in filters.FACETS:
            assert sum(count for _, count in filters.facet_counts(of(), name, today())) in {len(town), 0}
            assert "青岛样例学院" not in str(filters.facet_counts(of(), name, today()))
    assert keys(Filters(scope=queries.area(()), programme="graduates")) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [("cohort", "2024"), ("willingness", "willing"), ("tag", "disabled"), ("school", "山东样例大学"), ("education", "40"), ("street", "370102001")],
)
def test_a_facet_counts_what_it_finds_and_an_unknown_value_finds_nobody(worker, name, value):
    wanted = make_case(cohort=2024, school="山东样例大学", education=_level(40), willingness=Willingness.WILLING, street="370102001")
    make_case()
    with transaction():
        operations.tag(session().get_one(Case, wanted.id), TagKind.DISABLED, source="残联", since=today(), by=Actor.SYSTEM, on=today())
    assert keys(of(chosen={name: value})) == {wanted.id}
    with reading():
        assert dict(filters.facet_counts(of(), name, today()))[value] == 1
    assert keys(of(chosen={name: "没有这个"})) == set()
    assert keys(of(chosen={"no_such": "1"})) == set()


def _level(rank):
    from webapp.reference.models import Education

    return Education.of(rank)


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (Outcome.REACHED, (Willingness.WILLING, Standing.UNEMPLOYED, Waiting.NOBODY, 0)),
        (Outcome.NO_ANSWER, (Willingness.UNKNOWN, Standing.UNKNOWN, Waiting.FOR_US, 1)),
        (Outcome.WRONG_NUMBER, (Willingness.UNKNOWN, Standing.UNKNOWN, Waiting.FOR_US, 1)),
        (Outcome.REFUSES, (Willingness.UNWILLING, Standing.UNWILLING, Waiting.NOBODY, 0)),
        (Outcome.EXAM, (Willingness.UNWILLING, Standing.UNWILLING, Waiting.NOBODY, 0)),
        (Outcome.EMPLOYED, (Willingness.UNKNOWN, Standing.UNKNOWN, Waiting.FOR_THEM, 0)),
        (Outcome.STUDYING, (Willingness.UNKNOWN, Standing.UNKNOWN, Waiting.FOR_THEM, 0)),
        (Outcome.ARMY, (Willingness.UNKNOWN, Standing.UNKNOWN, Waiting.FOR_THEM, 0)),
    ],
)
def test_a_line_does_what_its_outcome_says_and_what_is_said_on_the_phone_is_no_proof(worker, outcome, after):
    case = make_case(caseworker=worker)
    log(case, outcome, worker)
    row = stored(case.id)
    assert (row.willingness, row.standing, row.waiting, row.tries) == after
    assert row.next_on == logging_next(outcome)
    assert (row.contacted_on is not None) == (outcome in logging.SPOKE)


def logging_next(outcome):
    with reading():
        return logging.next_day(outcome, today())


def test_a_line_is_taken_back_whole_within_its_seconds_by_its_writer_only(worker):
    case = make_case(caseworker=worker, next_on=today(), next_what="约见")
    before = {
        name: getattr(stored(case.id), name) for name in ("next_on", "next_what", "tries", "waiting", "contacted_on", "willingness", "acted_on")
    }
    key = log(case, Outcome.REFUSES, worker, note="家里有事")
    other = make_caseworker()
    with transaction(), pytest.raises(TooLate):
        logging.undo(session().get_one(Case, case.id), key, by=caseworking(other))
    with transaction():
        logging.undo(session().get_one(Case, case.id), key, by=caseworking(worker))
    assert {name: getattr(stored(case.id), name) for name in before} == before
    with transaction():
        kinds = [row.kind for row in queries.steps_of(session().get_one(Case, case.id))]
        assert kinds[:2] == [StepKind.UNDONE, StepKind.CONTACT]
        with pytest.raises(TooLate):
            logging.undo(session().get_one(Case, case.id), key, by=caseworking(worker))


def test_after_its_seconds_or_another_line_nothing_is_taken_back(worker):
    case = make_case(caseworker=worker)
    first = log(case, Outcome.NO_ANSWER, worker)
    log(case, Outcome.NO_ANSWER, worker)
    assert stored(case.id).tries == 2
    with transaction(), pytest.raises(TooLate):
        logging.undo(session().get_one(Case, case.id), first, by=caseworking(worker))
    key = log(case, Outcome.REACHED, worker)
    set_parameter("case_undo_seconds", "0")
    with transaction(), pytest.raises(TooLate):
        logging.undo(session().get_one(Case, case.id), key, by=caseworking(worker))


def test_whoever_writes_on_an_old_page_is_told_and_nothing_is_written(worker):
    case = make_case(caseworker=worker)
    seen = stored(case.id).version
    log(case, Outcome.NO_ANSWER, worker)
    with transaction(), pytest.raises(ChangedMeanwhile):
        logging.log_call(session().get_one(Case, case.id), Call(Outcome.REACHED, today()), seen=seen, by=caseworking(worker), on=today())
    with transaction():
        assert len(session().scalars(select(CaseStep).where(CaseStep.kind == StepKind.CONTACT)).all()) == 1


def test_no_line_is_written_of_tomorrow_nor_of_somebody_who_left(worker):
    case = make_case(caseworker=worker)
    with transaction(), pytest.raises(NotYet):
        logging.log_call(session().get_one(Case, case.id), Call(Outcome.REACHED, today() + timedelta(days=1)), by=caseworking(worker), on=today())
    with transaction():
        operations.leave(session().get_one(Case, case.id), "moved", by=Actor.SYSTEM, on=today())
    with transaction(), pytest.raises(Left):
        logging.log_call(session().get_one(Case, case.id), Call(Outcome.REACHED, today()), by=caseworking(worker), on=today())


def test_an_id_number_finds_its_person_however_it_is_typed():
    number = make_id_number()
    case = make_case(client=make_client(id_number=number))
    assert keys(of(text=number.lower())) == {case.id}
    assert keys(of(text=number[:17])) == set()
