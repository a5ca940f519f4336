"""Who gets whom: the proposal by street and load, its carrying out, and that nobody is dealt outside the own area."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.factories.casework import caseworking, make_case, make_caseworker
from tests.factories.rosters import leading
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.casework.models import Assignment, Case, StepKind
from webapp.casework.queries import steps_of
from webapp.casework.rosters import allocating, queries
from webapp.casework.rosters.allocating import propose
from webapp.casework.rosters.queries import Worker
from webapp.casework.rosters.refusals import NothingToAssign, ProposalChanged
from webapp.config import Settings
from webapp.db import reading, session, today, transaction


def worker(load: int = 0, **by_street: int) -> Worker:
    return Worker(Person(id=UUID(int=next(_numbers))), load, by_street)


_numbers = iter(range(1, 1000))


def dealt(streets: Mapping[str, int], workers: list[Worker], most: int = 500) -> list[tuple[str, int, int]]:
    shares = propose(streets, workers, most=most).shares
    return [(share.street, workers.index(share.worker), share.count) for share in shares]


def test_loads_are_levelled() -> None:
    workers = [worker(40), worker(0), worker(20)]
    assert {number: workers[number].load + count for _, number, count in dealt({"370102001": 60}, workers)} == {1: 40, 2: 40}


def test_a_street_stays_with_whoever_knows_it() -> None:
    workers = [worker(10), Worker(Person(id=UUID(int=900)), 10, {"370102001": 9})]
    assert dealt({"370102001": 8, "370102002": 8}, workers) == [("370102001", 1, 8), ("370102002", 0, 8)]


def test_whoever_has_no_street_levels_the_loads_at_the_end() -> None:
    assert dealt({"": 5, "370102001": 4}, [worker(), worker()])[0][0] == "370102001"


def test_nobody_gets_more_than_the_most_and_the_rest_is_told() -> None:
    proposal = propose({"370102001": 30}, [worker(8), worker(9)], most=10)
    assert sum(share.count for share in proposal.shares) == 3 and proposal.left == 27
    assert propose({"": 3}, [], most=10).left == 3


def test_the_same_people_make_the_same_proposal() -> None:
    workers = [worker(3), worker(3), worker(1)]
    streets = {f"37010200{number}": number * 7 % 5 + 1 for number in range(1, 8)}
    assert propose(streets, workers, most=99).digest == propose(dict(reversed(streets.items())), workers, most=99).digest


def carry_out(county: str, digest: str, region: str = "370100") -> Mapping[UUID, int]:
    with transaction():
        return allocating.assign_as_proposed(county, "graduates", digest, leading(region), most=500, by=Actor.SYSTEM, on=today())


def the_proposal(county: str, region: str = "370100") -> allocating.Proposal:
    with reading():
        return propose(queries.waiting_by_street(county, "graduates", leading(region)), queries.workers_of(county), most=500)


class TestCarryingOut:
    def test_everybody_waiting_gets_a_caseworker_with_a_row_and_a_step(self, both: Settings) -> None:
        first, second = make_caseworker(), make_caseworker()
        for number in range(6):
            make_case(street=f"37010200{number % 2 + 1}")
        kept = make_case(caseworker=first)
        given = carry_out("370102", the_proposal("370102").digest)
        assert sum(given.values()) == 6 and set(given) == {first.id, second.id}
        with reading():
            cases = session().scalars(select(Case)).all()
            assert all(case.caseworker_id and case.version >= 2 for case in cases)
            assert session().scalar(select(func.count()).select_from(Assignment).where(Assignment.until.is_(None))) == 7
            assert [steps_of(case)[0].kind for case in cases if case.id != kept.id] == [StepKind.ASSIGNED] * 6

    def test_a_proposal_that_is_not_the_one_seen_is_refused(self, database: None) -> None:
        make_caseworker()
        make_case(street="370102001")
        digest = the_proposal("370102").digest
        make_case(street="370102001")
        with pytest.raises(ProposalChanged):
            carry_out("370102", digest)

    def test_there_is_nothing_to_deal_outside_the_own_area(self, database: None) -> None:
        make_caseworker()
        make_case(street="370102001")
        with pytest.raises(NothingToAssign):
            carry_out("370102", the_proposal("370102").digest, region="370200")
        with reading():
            assert queries.counties_waiting("graduates", leading("370200")) == {}

    def test_what_somebody_took_meanwhile_stays_with_them(self, database: None) -> None:
        first, second = make_caseworker(), make_caseworker()
        mine, free = make_case(caseworker=first), make_case()
        with transaction():
            assert allocating.assign_waiting([mine.id, free.id], second.id, by=caseworking(second), on=today()) == 1
        with reading():
            assert session().get_one(Case, mine.id).caseworker_id == first.id
