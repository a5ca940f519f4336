"""Who hears of a need an employer announces, and that whoever is hired here is counted for it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import disable, make_person
from tests.factories.demand import BUREAU, make_care, make_need, make_officer, need_values
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import actor_of, make_application, make_posting
from tests.webapp.demand.test_operations import do, now_of, titles_to
from webapp.access import Actor, Level, Role
from webapp.db import session, today, transaction
from webapp.demand import operations, queries
from webapp.demand.models import NeedSource, NeedState, StepKind
from webapp.demand.refusals import NotOwnNeed
from webapp.employers.models import Employer
from webapp.notices.models import Notice
from webapp.postings.applying import hires
from webapp.postings.applying.models import Application, Hire
from webapp.postings.models import Posting

pytestmark = pytest.mark.usefixtures("database")
_S = NeedState


class TestAnnouncing:
    def test_the_officer_hears_what_an_employer_announces(self) -> None:
        officer, employer = make_officer(), make_employer()
        make_care(employer, officer)
        owner = actor_of(owner_of(employer), Role.EMPLOYER_OWNER)
        with transaction():
            need = operations.announce_need(session().get_one(Employer, employer.id), need_values(headcount=3), by=owner, on=today())
        assert need.source is NeedSource.EMPLOYER
        assert titles_to(officer.id)[-1] == "企业自报用工需求：焊工 3 人"
        do(operations.withdraw_announced, need, remark="不招了", by=owner)
        assert titles_to(officer.id)[-1] == "企业撤销了用工需求：焊工"

    @pytest.mark.parametrize("lead_of", ["370102", "370100"])
    def test_without_an_officer_the_nearest_who_say_who_is_responsible_hear_of_it(self, lead_of: str) -> None:
        employer = make_employer(region="370102")
        lead, farther, street = make_officer(lead_of), make_officer("370000"), make_officer("370102", level=Level.STREET)
        elsewhere = make_officer("370103")
        with transaction():
            need = operations.announce_need(session().get_one(Employer, employer.id), need_values(), by=BUREAU, on=today())
        assert now_of(need).state is _S.OPEN
        notice = session().scalars(select(Notice).where(Notice.person_id == lead.id)).one()
        assert "焊工 5 人" in notice.title and notice.path == f"/demand/team/employers/{employer.id}"
        assert [titles_to(one.id) for one in (farther, street, elsewhere)] == [[], [], []]

    def test_an_officer_who_may_not_work_there_any_more_is_none(self) -> None:
        officer, employer, lead = make_officer(), make_employer(), make_officer("370100")
        make_care(employer, officer)
        disable(officer)
        with transaction():
            operations.announce_need(session().get_one(Employer, employer.id), need_values(), by=BUREAU, on=today())
        assert any("企业自报" in title for title in titles_to(lead.id))

    def test_what_an_officer_wrote_an_employer_does_not_withdraw(self) -> None:
        with pytest.raises(NotOwnNeed):
            do(operations.withdraw_announced, make_need(), remark="不招了")


def hired_for(posting: Posting) -> Hire:
    application = make_application(posting, make_person(name="孙求职"))
    with transaction():
        row = session().get_one(Application, application.id)
        hired = hires.hire(row, session().get_one(Posting, posting.id), on=today(), by=BUREAU)
    with transaction():
        operations.count_hire(posting.id, 1, by=Actor.SYSTEM, on=today())
    return hired


def test_who_is_hired_here_is_counted_beside_whom_the_officer_knows_of() -> None:
    officer, employer = make_officer(), make_employer()
    need = make_need(employer, officer=officer, headcount=4, on=today() - timedelta(days=20))
    first, second = (make_posting(employer=employer, title=title) for title in ("电焊工", "氩弧焊工"))
    before = hired_for(second)
    for posting in (first, second):
        do(operations.link_posting, need, posting.id, on=today() - timedelta(days=9))
    assert now_of(need).hired == 1, "whom the posting had found before it was linked"
    do(operations.record_hired, need, 2, on=today() - timedelta(days=8))
    hired = hired_for(first)
    assert (now_of(need).hired, now_of(need).touched_on) == (3, today() - timedelta(days=8)), "nobody asked the employer"
    assert queries.steps_of(need)[0].kind is StepKind.HIRED and operations.hired_before([need.id], today() + timedelta(days=1)) == {need.id: 3}
    hired_for(second)
    assert "需求已全部录用：焊工 4 人" in titles_to(officer.id)
    hired_for(second)
    assert now_of(need).hired == 4, "never more than it wants"
    for one in (hired, before):
        with transaction():
            hires.never_came(session().get_one(Hire, one.id), by=BUREAU)
        with transaction():
            operations.count_no_show(one.id, by=Actor.SYSTEM, on=today())
    assert now_of(need).hired == 2
