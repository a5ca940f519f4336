"""Counters are filters: each number is the number of the rows it opens, in the scope of whoever asks and nowhere else."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_staff
from tests.factories.demand import BUREAU, grants_of, make_care, make_key, make_need, make_officer, make_visit
from tests.factories.employers import make_employer
from tests.factories.postings import make_posting
from webapp.access import Grant, Role
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.demand import operations, queries, queues, reminding
from webapp.demand.models import Need, NeedState, Urgency
from webapp.demand.queues import ContactQueue, NeedFilter, NeedQueue
from webapp.notices.models import Notice
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


def of(officer: Person, queue: NeedQueue = NeedQueue.ALL, text: str = "") -> list[Need]:
    return list(session().scalars(NeedFilter(queries.own(officer.id, grants_of(officer)), queue, text).rows(today())))


def counts(officer: Person) -> dict[NeedQueue, int]:
    found = NeedFilter(queries.own(officer.id, grants_of(officer))).counts(today())
    assert found == {queue: len(of(officer, queue)) for queue in NeedQueue}, "a counter and its rows differ"
    return {queue: count for queue, count in found.items() if count}


class TestNeeds:
    def test_thirty_days_untouched_is_overdue_and_a_word_with_the_employer_ends_that(self) -> None:
        officer, employer = make_officer(), make_employer()
        need = make_need(employer, officer=officer, on=today() - 30 * DAY)
        make_need(employer, on=today() - 29 * DAY, occupation="4-09-08-01")
        assert [row.id for row in of(officer, NeedQueue.UNTOUCHED)] == [need.id]
        with transaction():
            operations.confirm_need(session().get_one(Need, need.id), by=BUREAU, on=today())
        assert of(officer, NeedQueue.UNTOUCHED) == []

    def test_urgent_soon_and_without_a_posting(self) -> None:
        officer, employer = make_officer(), make_employer()
        make_need(employer, officer=officer, urgency=Urgency.URGENT)
        make_need(employer, by_on=today() + 14 * DAY)
        make_need(employer, by_on=today() + 15 * DAY, state=NeedState.POSTED)
        assert counts(officer) == {NeedQueue.ALL: 3, NeedQueue.URGENT: 1, NeedQueue.SOON: 1, NeedQueue.WITHOUT: 2}

    def test_a_filled_posting_or_everybody_hired_proposes_to_close(self) -> None:
        officer, employer = make_officer(), make_employer()
        filled, hired = make_need(employer, officer=officer), make_need(employer, headcount=2, occupation="4-09-08-01")
        posting = make_posting(employer=employer)
        with transaction():
            operations.link_posting(session().get_one(Need, filled.id), posting.id, by=BUREAU, on=today())
            operations.record_hired(session().get_one(Need, hired.id), 2, by=BUREAU, on=today())
        assert [row.id for row in of(officer, NeedQueue.CLOSING)] == [hired.id]
        with transaction():
            postings.fill(session().get_one(Posting, posting.id), by=BUREAU)
        rows = of(officer, NeedQueue.CLOSING)
        assert {row.id for row in rows} == {filled.id, hired.id} == queues.closing(rows)

    def test_what_ended_is_in_no_queue_but_its_own_and_what_was_superseded_in_none(self) -> None:
        officer = make_officer()
        need = make_need(officer=officer, state=NeedState.FILLED)
        assert counts(officer) == {NeedQueue.ENDED: 1}
        with transaction():
            operations.reopen_need(session().get_one(Need, need.id), reason="关错了", by=BUREAU, on=today())
        assert counts(officer) == {NeedQueue.ALL: 1, NeedQueue.WITHOUT: 1}

    def test_an_expired_posting_leaves_the_need_without_one(self) -> None:
        officer, employer = make_officer(), make_employer()
        need = make_need(employer, officer=officer)
        posting = make_posting(employer=employer, state=PostingState.OPEN)
        with transaction():
            operations.link_posting(session().get_one(Need, need.id), posting.id, by=BUREAU, on=today())
        assert of(officer, NeedQueue.WITHOUT) == []
        postings.expire(today() + 60 * DAY, by=BUREAU)
        assert [row.id for row in of(officer, NeedQueue.WITHOUT)] == [need.id]

    def test_found_by_employer_title_or_occupation_and_a_percent_sign_is_only_itself(self) -> None:
        officer, employer = make_officer(), make_employer(name="济南龙门机床有限公司")
        make_need(employer, officer=officer, title="龙门铣工", occupation="4-09-08-01")
        assert [len(of(officer, text=text)) for text in ("龙门机床", "铣工", "保洁", "焊", "%", "_")] == [1, 1, 1, 0, 0, 0]


class TestScopes:
    """Another owner, another district, no grant: none of their rows in lists, counts or by key."""

    def test_another_officers_needs_are_not_mine(self) -> None:
        mine, other = make_officer(), make_officer(name="冯专员")
        need = make_need(officer=mine)
        assert counts(mine)[NeedQueue.ALL] == 1 and counts(other) == {}
        assert queries.own_need(need.id, other.id, grants_of(other)) is None
        assert queries.own_employer(need.employer_id, other.id, grants_of(other)) is None

    def test_an_area_ends_at_the_district(self) -> None:
        need = make_need(officer=make_officer("370102"))
        for region, sees in (("370102", 1), ("370100", 1), ("370000", 1), ("370103", 0), ("370200", 0)):
            grants = grants_of(make_staff(Role.LEADER, region))
            wanted = NeedFilter(queries.area(grants))
            assert (len(session().scalars(wanted.rows(today())).all()), wanted.counts(today())[NeedQueue.ALL]) == (sees, sees), region
            assert (queries.need_in_area(need.id, grants) is not None) is bool(sees)
            assert len(queries.employers_named("济南", grants)) == sees
            assert (queries.employer_in_area(need.employer_id, grants) is not None) is bool(sees)

    def test_no_grant_and_a_grant_without_a_region_reach_nothing(self) -> None:
        need = make_need(officer=make_officer())
        for grants in ((), (Grant(Role.OFFICER),), (Grant(Role.EMPLOYER_OWNER, employer_id=need.employer_id),)):
            assert NeedFilter(queries.area(grants)).counts(today())[NeedQueue.ALL] == 0
            assert queries.officers_within(grants) == []
            assert queries.loads(grants, today()) == {}

    def test_an_employer_sees_its_own_needs_and_no_others(self) -> None:
        mine, foreign = make_employer(), make_employer()
        need = make_need(mine)
        assert [row.id for row in session().scalars(queries.announced_by([Grant(Role.EMPLOYER_OWNER, employer_id=mine.id)]))] == [need.id]
        grants = [Grant(Role.EMPLOYER_OWNER, employer_id=foreign.id)]
        assert session().scalars(queries.announced_by(grants)).all() == []
        assert queries.announced(need.id, grants) is None

    def test_a_visit_is_corrected_by_who_made_it_while_the_employer_is_theirs(self) -> None:
        officer, other = make_officer(), make_officer(name="冯专员")
        visit = make_visit(make_care(officer=officer))
        with transaction():
            assert queries.own_visit(visit.id, officer.id, grants_of(officer)) is not None
            assert queries.own_visit(visit.id, other.id, grants_of(other)) is None

    def test_officers_of_another_district_are_not_offered(self) -> None:
        near, far = make_officer("370102"), make_officer("370200", name="青岛专员")
        offered = [person.id for person in queries.officers_within(grants_of(make_officer("370100")))]
        assert near.id in offered and far.id not in offered
        assert queries.officer_within(far.id, grants_of(make_officer("370100"))) is None


class TestContacts:
    def test_each_counter_is_the_number_of_its_rows(self) -> None:
        officer = make_officer()
        for next_on in (today() - DAY, today(), today() + DAY):
            make_care(make_employer(), officer, next_on=next_on, contacted_on=today() - 9 * DAY)
        key = make_employer(name="济南重点机械有限公司")
        make_key(key)
        make_care(key, officer, next_on=None)
        make_care(make_employer(), make_officer(name="冯专员"), next_on=today() - DAY)
        scope = queries.own(officer.id, grants_of(officer))
        counted = queues.contact_counts(scope, today())
        assert counted == {ContactQueue.ALL: 4, ContactQueue.LATE: 1, ContactQueue.TODAY: 1, ContactQueue.NEVER: 1, ContactQueue.KEY: 1}
        assert counted == {queue: len(session().scalars(queues.contacts(scope, queue, today())).all()) for queue in ContactQueue}
        first = session().scalars(queues.contacts(scope, ContactQueue.ALL, today())).first()
        assert first.employer_id == key.id, "who was never asked is asked first"

    def test_an_employers_live_and_late_needs_are_counted(self) -> None:
        employer = make_employer()
        make_need(employer, on=today() - 31 * DAY)
        make_need(employer, occupation="4-09-08-01")
        make_need(employer, state=NeedState.FILLED, occupation="2-06-03-00")
        assert queues.live_counts([employer.id], today()) == {employer.id: (2, 1)}


class TestReminding:
    def test_one_line_a_day_says_what_waits_and_none_where_nothing_does(self) -> None:
        busy, idle = make_officer(), make_officer(name="冯专员")
        make_care(make_employer(), idle, next_on=today() + DAY)
        employer = make_employer()
        make_care(employer, busy, next_on=today() - DAY)
        make_need(employer, on=today() - 31 * DAY)
        assert [reminding.remind_officers(lambda: None, on=today()) for _ in range(2)] == [1, 0]
        assert [notice.body for notice in digests(busy)] == ["逾期未核实 1 条，联系逾期 1 家。"]
        assert digests(idle) == []
        assert reminding.remind_officers(lambda: None, on=today() + DAY) == 2
        assert len(digests(busy)) == 2

    def test_who_lost_the_role_is_not_told(self) -> None:
        officer = make_officer("370102")
        make_care(make_employer(region="370102"), officer, next_on=today() - DAY)
        with transaction():
            session().get_one(Person, officer.id)
            for grant in session().query(queries.RoleGrant).filter_by(person_id=officer.id, role=Role.OFFICER):
                grant.role = Role.LEADER
        assert reminding.remind_officers(lambda: None, on=today()) == 0


def digests(officer: Person) -> list[Notice]:
    return session().query(Notice).filter(Notice.person_id == officer.id, Notice.subject.startswith("digest:")).order_by(Notice.id).all()
