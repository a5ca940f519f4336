"""The room's deliveries on both databases: files read, catalogues computed and proved, postings followed, officers reminded; and two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.factories.demand import BUREAU, CLEANER, WELDER, acting_as, grants_of, make_care, make_catalogue, make_key, make_need, make_officer
from tests.factories.employers import make_employer
from tests.factories.postings import make_application, make_posting
from tests.workers.support import states
from webapp.accounts.models import Person
from webapp.config import Settings
from webapp.db import session, today, transaction
from webapp.demand import caring, catalogue_queries, cataloguing, importing, operations, queries, queues
from webapp.demand.catalogue_models import Catalogue, CatalogueState, OccupationLevel
from webapp.demand.models import Care, Need, NeedBatch, NeedSource, NeedState, WorkState
from webapp.demand.periods import around
from webapp.demand.queues import ContactQueue, NeedFilter, NeedQueue
from webapp.demand.refusals import Refusal
from webapp.employers.models import Employer
from webapp.events import UpkeepDue
from webapp.ledger import Delivery, DeliveryState, record
from webapp.notices.models import Notice, NoticeKind
from webapp.postings import operations as postings
from webapp.postings.models import Posting
from workers.carrying import carry_one
from workers.handlers import BATCH, NOTIFY

AT_ONCE = 4


def settle(settings: Settings) -> None:
    while carry_one(NOTIFY, settings) or carry_one(BATCH, settings):
        pass


def need_of(key: object) -> Need:
    with transaction():
        return session().get_one(Need, key)


def test_a_posting_is_followed_from_its_review_to_its_end(house: Settings) -> None:
    officer, employer = make_officer(), make_employer()
    need = make_need(employer, officer=officer)
    posting = make_posting(employer=employer)
    with transaction():
        operations.link_posting(session().get_one(Need, need.id), posting.id, by=acting_as(officer), on=today())
        make_application(posting)
        postings.fill(session().get_one(Posting, posting.id), by=BUREAU)
    settle(house)
    assert set(states("touch_need")) == {DeliveryState.DONE}
    with transaction():
        told = session().scalars(select(Notice.title).where(Notice.person_id == officer.id, Notice.kind == NoticeKind.DEMAND)).all()
    assert "需求的岗位“电焊工”已招满" in told
    assert need_of(need.id).state is NeedState.POSTED


def test_a_file_is_read_by_the_batch_queue(house: Settings) -> None:
    officer = make_officer("370100")
    content = f"统一社会信用代码,职业,需求人数\n{make_employer().uscc},焊工,8\nnobody,焊工,3\n".encode()
    with transaction():
        batch = importing.send_file(content, "用工.csv", NeedSource.DISPATCH, regions=["370100"], by=acting_as(officer))
    settle(house)
    with transaction():
        kept = session().get_one(NeedBatch, batch.id)
        assert (kept.state, kept.added, kept.refused) == (WorkState.DONE, 1, 1)


def test_a_catalogue_is_computed_proved_and_compared(house: Settings) -> None:
    for number, region in enumerate(("370102", "370103")):
        employer = make_employer(name=f"济南第{number}机械有限公司", region=region)
        make_need(employer, region=region, headcount=10)
        make_posting(employer=employer, region=region, occupation=CLEANER, headcount=4)
    with transaction():
        catalogue = cataloguing.ask("370100", around(today(), quarter=True), by=BUREAU, on=today())
    settle(house)
    with transaction():
        kept = session().get_one(Catalogue, catalogue.id)
        assert kept.state is CatalogueState.READY
        cataloguing.ask_recheck(kept, by=BUREAU)
        cataloguing.publish(kept, by=BUREAU)
    settle(house)
    with transaction():
        kept = session().get_one(Catalogue, catalogue.id)
        assert (kept.recheck_same, kept.state) == (True, CatalogueState.PUBLISHED)
        ranked = [(row.occupation, row.rank) for row in cataloguing.rows_of(kept.id, OccupationLevel.UNIT)]
        assert ranked == [(WELDER, 1), (CLEANER, 2)]
        grants = grants_of(make_officer("370103"))
        assert [group.count for group in catalogue_queries.groups_behind(kept, WELDER)] == [20]
        assert len(session().scalars(catalogue_queries.inputs_behind(kept, WELDER, grants)).all()) == 1
        assert catalogue_queries.one_of_staff(kept.id, grants) is not None
        assert catalogue_queries.newest("370100").id == kept.id


def test_the_queues_count_alike_on_both_databases(house: Settings) -> None:
    officer, employer = make_officer(), make_employer()
    make_key(employer)
    make_need(employer, officer=officer, on=today() - timedelta(days=31), by_on=today() + timedelta(days=3))
    make_need(make_employer())
    with transaction():
        scope = queries.own(officer.id, grants_of(officer))
        counts = NeedFilter(scope).counts(today())
        assert (counts[NeedQueue.UNTOUCHED], counts[NeedQueue.WITHOUT], counts[NeedQueue.SOON], counts[NeedQueue.ALL]) == (1, 1, 1, 1)
        assert counts == {queue: len(session().scalars(NeedFilter(scope, queue).rows(today())).all()) for queue in NeedQueue}
        contacts = queues.contact_counts(scope, today())
        assert contacts == {queue: len(session().scalars(queues.contacts(scope, queue, today())).all()) for queue in ContactQueue}
        area = grants_of(make_officer("370100"))
        assert session().scalar(select(func.count()).select_from(queries.untended(area, today()).subquery())) == 1
        assert queries.officers_gone(area) == [] and queries.loads(area, today())[officer.id].employers == 1
        assert queues.live_counts([employer.id], today()) == {employer.id: (1, 1)}


def test_the_morning_job_tells_each_officer_once(house: Settings) -> None:
    officer = make_officer()
    make_care(make_employer(), officer, next_on=today() - timedelta(days=1))
    for minute in ("a", "b"):
        with transaction():
            record(UpkeepDue("remind_officers", minute), by=BUREAU)
        settle(house)
    with transaction():
        assert session().scalar(select(func.count()).where(Notice.person_id == officer.id, Notice.subject.startswith("digest:"))) == 1
        assert session().scalar(select(func.count()).where(Delivery.listener == "run_upkeep", Delivery.state == DeliveryState.DONE)) == 2


@pytest.mark.usefixtures("house")
def test_two_leads_at_once_leave_one_officer() -> None:
    employer, officers = make_employer(), [make_officer(name=f"专员{number}") for number in range(AT_ONCE)]
    barrier = Barrier(AT_ONCE)

    def assign(officer: Person) -> bool:
        barrier.wait()
        try:
            with transaction():
                caring.assign(session().get_one(Employer, employer.id), officer, reason="同时", by=BUREAU, on=today())
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert any(pool.map(assign, officers))
    with transaction():
        assert session().scalar(select(func.count()).where(Care.employer_id == employer.id, Care.until.is_(None))) == 1


@pytest.mark.usefixtures("house")
def test_two_clicks_at_once_make_one_draft() -> None:
    officer = make_officer()
    need = make_need(officer=officer)
    barrier = Barrier(2)

    def click(_: int) -> bool:
        barrier.wait()
        try:
            with transaction():
                operations.draft_posting(
                    queries.own_need(need.id, officer.id, grants_of(officer), for_change=True), by=acting_as(officer), on=today()
                )
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [False, True]


@pytest.mark.usefixtures("house")
def test_a_version_is_given_out_once() -> None:
    make_catalogue(published=True)
    assert make_catalogue().version == 2
