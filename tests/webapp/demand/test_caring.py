"""Who is responsible for whom: one open officer at a time, hand-over in one step, and a red list of those nobody looks after."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.factories.accounts import disable
from tests.factories.demand import BUREAU, grants_of, make_care, make_key, make_need, make_officer, need_values
from tests.factories.employers import make_employer
from webapp.access import Actor, Level
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import new_key, session, today, transaction
from webapp.demand import caring, operations, queries
from webapp.demand.models import Care, KeyMark, KeyReason
from webapp.demand.refusals import AlreadyTheirs, Marked, NoReason, NotAnOfficer, NothingToHandOver
from webapp.employers.models import Employer
from webapp.ledger import Entry
from webapp.notices.models import Notice

pytestmark = pytest.mark.usefixtures("database")


def assign(employer: Employer, officer: Person, reason: str = "") -> Care:
    with transaction():
        return caring.assign(session().get_one(Employer, employer.id), officer, reason=reason, by=BUREAU, on=today())


def revoke(officer: Person) -> None:
    with transaction():
        accounts.revoke_role(people.grant_rows(officer.id)[-1], by=Actor.SYSTEM)


def red_list(lead: Person) -> list[str]:
    return [row.name for row in session().scalars(queries.untended(grants_of(lead), today()))]


class TestAssigning:
    def test_the_officer_hears_of_it_and_the_ledger_keeps_it(self) -> None:
        employer, officer = make_employer(), make_officer()
        assign(employer, officer)
        assert [notice.title for notice in session().scalars(select(Notice).where(Notice.person_id == officer.id))] == [
            f"{employer.name} 由您负责联系"
        ]
        due = today() + timedelta(days=3)
        assert queries.open_care(employer.id).next_on == due
        assert f"{due}" in session().scalars(select(Notice.body).where(Notice.person_id == officer.id)).one()
        entry = session().scalars(select(Entry).where(Entry.event == "OfficerAssigned")).one()
        assert entry.payload == {"employer_id": str(employer.id), "officer_id": str(officer.id)}

    def test_another_takes_over_with_a_reason_and_the_dates_go_along(self) -> None:
        employer, due = make_employer(), today() + timedelta(days=3)
        first = make_care(employer, make_officer(), next_on=due, contacted_on=today())
        second = make_officer(name="冯专员")
        with pytest.raises(NoReason):
            assign(employer, second)
        care = assign(employer, second, "原专员休产假")
        assert (care.next_on, care.contacted_on, care.reason) == (due, today(), "原专员休产假")
        assert session().get_one(Care, first.id).until == today()
        assert queries.open_care(employer.id).officer_id == second.id

    def test_the_same_officer_is_not_assigned_twice(self) -> None:
        employer, officer = make_employer(), make_officer()
        assign(employer, officer)
        with pytest.raises(AlreadyTheirs):
            assign(employer, officer, "再分一次")

    @pytest.mark.parametrize("region", ["370200", "370103"])
    def test_an_officer_of_another_district_is_refused(self, region: str) -> None:
        with pytest.raises(NotAnOfficer):
            assign(make_employer(region="370102"), make_officer(region))

    def test_a_disabled_officer_is_refused(self) -> None:
        officer = make_officer()
        disable(officer)
        with transaction():
            officer = session().get_one(Person, officer.id)
        with pytest.raises(NotAnOfficer):
            assign(make_employer(), officer)

    def test_two_open_officers_of_one_employer_are_refused_by_the_database_itself(self) -> None:
        employer, officer = make_employer(), make_officer()
        assign(employer, officer)
        with pytest.raises(IntegrityError), transaction():
            session().add(Care(id=new_key(), employer_id=employer.id, officer_id=make_officer().id, since=today()))


class TestHandingOver:
    def test_everything_goes_to_the_other_in_one_step(self) -> None:
        leaving, taking = make_officer(), make_officer(name="冯专员")
        employers = [make_employer() for _ in range(3)]
        for number, employer in enumerate(employers):
            make_care(employer, leaving, next_on=today() + timedelta(days=number))
        need = make_need(employers[0])
        with transaction():
            cares = queries.cares_to_hand_over(leaving.id, grants_of(make_officer("370100")), for_change=True)
            assert caring.hand_over(cares, taking, reason="调离", by=BUREAU, on=today()) == 3
        held = session().scalars(select(Care).where(Care.officer_id == taking.id, Care.until.is_(None)).order_by(Care.next_on)).all()
        assert [care.next_on for care in held] == [today() + timedelta(days=number) for number in range(3)]
        assert queries.own_need(need.id, taking.id, grants_of(taking)) is not None
        assert queries.own_need(need.id, leaving.id, grants_of(leaving)) is None
        assert session().scalar(select(func.count()).where(Care.until.is_(None))) == 3

    def test_a_lead_hands_over_only_what_lies_in_the_own_area(self) -> None:
        leaving = make_officer("370100")
        make_care(make_employer(region="370102"), leaving)
        make_care(make_employer(region="370103"), leaving)
        assert len(queries.cares_to_hand_over(leaving.id, grants_of(make_officer("370103")))) == 1
        assert queries.cares_to_hand_over(leaving.id, grants_of(make_officer("370200"))) == []

    def test_it_is_all_or_nothing(self) -> None:
        leaving, county = make_officer("370100"), make_officer("370102", name="冯专员")
        make_care(make_employer(region="370102"), leaving)
        make_care(make_employer(region="370103"), leaving)
        with pytest.raises(NotAnOfficer), transaction():
            cares = queries.cares_to_hand_over(leaving.id, grants_of(make_officer("370100")), for_change=True)
            caring.hand_over(cares, county, reason="调离", by=BUREAU, on=today())
        assert session().scalar(select(func.count()).where(Care.officer_id == leaving.id, Care.until.is_(None))) == 2

    def test_without_a_reason_or_without_employers_it_is_refused(self) -> None:
        leaving, taking = make_officer(), make_officer(name="冯专员")
        with pytest.raises(NothingToHandOver), transaction():
            caring.hand_over([], taking, reason="调离", by=BUREAU, on=today())
        care = make_care(make_employer(), leaving)
        with pytest.raises(NoReason), transaction():
            caring.hand_over([session().get_one(Care, care.id)], taking, reason=" ", by=BUREAU, on=today())


class TestRedList:
    def test_a_key_employer_without_an_officer_is_on_it(self) -> None:
        lead, employer = make_officer("370100"), make_employer()
        assert red_list(lead) == []
        make_key(employer)
        assert red_list(lead) == [employer.name]
        make_care(employer, make_officer())
        assert red_list(lead) == []

    def test_an_employer_with_a_need_and_no_officer_is_on_it(self) -> None:
        need_of = make_employer(name="济南无人企业有限公司")
        make_need(need_of)
        assert red_list(make_officer("370100")) == ["济南无人企业有限公司"]

    @pytest.mark.parametrize("leave", [revoke, disable])
    def test_an_officer_who_may_not_work_any_more_leaves_the_employers_red(self, leave) -> None:
        officer, employer = make_officer(), make_employer()
        make_care(employer, officer)
        leave(officer)
        assert red_list(make_officer("370102")) == [employer.name]

    def test_an_employer_that_moved_to_another_district_is_red_there(self) -> None:
        employer = make_employer()
        make_care(employer, make_officer("370102"))
        with transaction():
            session().get_one(Employer, employer.id).region = "370103"
        assert red_list(make_officer("370103")) == [employer.name]
        assert red_list(make_officer("370102")) == []

    def test_another_district_does_not_see_it(self) -> None:
        make_key(make_employer())
        assert red_list(make_officer("370200")) == red_list(make_officer("370103")) == []


class TestMarking:
    def test_the_same_reason_holds_once_and_comes_back_after_it_ended(self) -> None:
        employer = make_employer()
        make_key(employer)
        with pytest.raises(Marked):
            make_key(employer)
        make_key(employer, KeyReason.LARGE)
        with transaction():
            mark = session().scalars(select(KeyMark).where(KeyMark.reason == KeyReason.PROJECT)).one()
            caring.unmark_key(mark, by=BUREAU, on=today())
        assert [mark.reason for mark in queries.marks_of([employer.id], today())[employer.id]] == [KeyReason.LARGE]
        make_key(employer)
        assert len(queries.marks_of([employer.id], today())[employer.id]) == 2

    def test_a_mark_with_an_end_holds_until_the_day_before(self) -> None:
        employer = make_employer()
        with transaction():
            row = session().get_one(Employer, employer.id)
            caring.mark_key(row, KeyReason.ROSTER, roster="专精特新", since=today(), until=today() + timedelta(days=2), by=BUREAU)
        holding = [day for day in range(4) if queries.marks_of([employer.id], today() + timedelta(days=day))]
        assert holding == [0, 1]


class TestLeading:
    def test_only_a_grant_of_a_county_or_wider_says_who_is_responsible(self) -> None:
        assert queries.leading(grants_of(make_officer("370102", level=Level.STREET))) == ()
        assert len(queries.leading(grants_of(make_officer("370102")))) == 1
        assert queries.publishing(grants_of(make_officer("370102"))) == ()
        assert len(queries.publishing(grants_of(make_officer("370100")))) == 1


def test_an_officer_who_lost_the_role_owns_nothing() -> None:
    officer, employer = make_officer(), make_employer()
    make_care(employer, officer)
    need = make_need(employer)
    assert queries.own_employer(employer.id, officer.id, grants_of(officer)) is not None
    revoke(officer)
    assert queries.own_employer(employer.id, officer.id, grants_of(officer)) is None
    assert queries.own_need(need.id, officer.id, grants_of(officer)) is None
    with transaction():
        assert operations.change_need(session().merge(need), need_values(headcount=6), by=BUREAU, on=today())
