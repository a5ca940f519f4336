"""Publications at fixed times: on the wall clock, once for each time, and late ones said to be late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories.outlets import make_outlet, make_publication
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.outlets.support import cycle, said, touch, withdraw, words
from webapp.access import Actor
from webapp.config import Settings
from webapp.db import LOCAL_ZONE, now, reading, session, transaction
from webapp.ledger import Entry
from webapp.outlets import operations, planning, publishing, queries, tending
from webapp.outlets.models import Outlet, Publication, Rhythm, Run, Way
from webapp.outlets.selection import Selection
from webapp.outlets.timing import HOURS, Timing
from workers import schedule
from workers.carrying import carry_one

MOMENTS = st.integers(0, 1_000_000).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
TIMINGS = st.builds(
    Timing,
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days))),
    st.sampled_from((0, *HOURS)),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


class TestTiming:
    def test_on_its_weekdays_at_its_time(self) -> None:
        timing = Timing(time(9), (1, 3, 5))
        assert timing.next_due(local("2026-11-28T10:00")) == local("2026-11-30T09:00")  # a Saturday, then Monday
        assert timing.next_due(local("2026-11-30T09:00")) == local("2026-12-02T09:00")
        assert timing.last_due(local("2026-11-30T08:59")) == local("2026-11-27T09:00")
        assert timing.words == "每周一、三、五 09:00"

    def test_every_so_many_hours_around_the_clock(self) -> None:
        timing = Timing(time(8), (), 4)
        assert [one.hour for one in timing.times] == [0, 4, 8, 12, 16, 20]
        assert timing.next_due(local("2026-11-28T22:00")) == local("2026-11-29T00:00")
        assert timing.words == "每天 08:00 起每 4 小时"

    @given(TIMINGS, MOMENTS)
    def test_now_lies_between_the_last_and_the_next(self, timing: Timing, moment: datetime) -> None:
        last, following = timing.last_due(moment), timing.next_due(moment)
        assert last <= moment < following
        assert timing.next_due(last) == following and timing.last_due(following) == following
        assert timing.count(last, following) == 2

    @given(TIMINGS, MOMENTS, st.integers(0, 20))
    def test_so_many_steps_are_so_many_occasions(self, timing: Timing, moment: datetime, steps: int) -> None:
        first = last = timing.next_due(moment)
        for _ in range(steps):
            last = timing.next_due(last)
        assert timing.count(first, last) == steps + 1


@pytest.fixture
def screen(house: Settings) -> Outlet:
    return make_outlet("screen", way=Way.SHOW, rhythm=Rhythm.PLANNED)


def come_to(publication: Publication, later: timedelta = timedelta()) -> datetime:
    """Its time has come, or came `later` ago."""
    with transaction():
        row = session().get_one(Publication, publication.id)
        row.next_at = row.timing.last_due(now() - later)
        return row.next_at


def runs(publication: Publication) -> list[Run]:
    with reading() as read:
        return list(read.scalars(select(Run).where(Run.publication_id == publication.id).order_by(Run.planned_at)))


def shown(outlet: Outlet) -> list[str]:
    with reading():
        return [row.title for row in queries.shown_at(session().get_one(Outlet, outlet.id), 50)]


def test_nothing_is_published_before_its_time(house: Settings, screen: Outlet) -> None:
    make_publication(screen)
    make_posting()
    cycle()
    assert schedule.plan(now()) and not queries_due()
    assert (said(screen), shown(screen)) == ([], [])


def queries_due() -> bool:
    with reading():
        return planning.is_publication_due()


def test_at_its_time_the_newest_that_fit_are_published(house: Settings, screen: Outlet) -> None:
    publication = make_publication(screen, at_most=2, selection=Selection(direct_only=True))
    for title in ("电焊工", "保洁员", "叉车工"):
        make_posting(title=title)
    make_forwarded(title="转载的")
    make_posting(title="别处的", region="370202")
    planned = come_to(publication)
    schedule.plan(now())
    while carry_one("batch", house):
        pass
    (run,) = runs(publication)
    assert (run.planned_at, run.planned, run.missed, run.note) == (planned, 2, 0, "")
    assert shown(screen) == ["叉车工", "保洁员"]
    with reading():
        assert planning.outcomes([run])[run.id][:3] == (2, 2, 0)
        assert session().get_one(Publication, publication.id).next_at == Timing(time(9)).next_due(now())
        told = session().scalar(select(Entry).where(Entry.event == "PublicationMade"))
        assert told is not None and told.payload["postings"] == 2


def test_a_publication_chooses_in_its_own_region(house: Settings, screen: Outlet) -> None:
    """Whoever plans for a county publishes nothing of its neighbours, though the outlet takes the whole city."""
    publication = make_publication(screen, region="370102")
    make_posting(title="历下的", region="370102")
    make_posting(title="市中的", region="370103")
    come_to(publication)
    tending.publish_due(lambda: None)
    assert shown(screen) == ["历下的"]


def test_the_page_follows_what_happens_to_its_postings_until_the_next_time(house: Settings, screen: Outlet) -> None:
    publication = make_publication(screen)
    first, second = make_posting(), make_posting(title="保洁员")
    come_to(publication)
    tending.publish_due(lambda: None)
    make_posting(title="叉车工")
    cycle()
    assert shown(screen) == ["保洁员", "电焊工"], "what opened since waits for the next time"
    withdraw(first)
    assert shown(screen) == ["保洁员"], "gone before anybody has heard"
    cycle()
    assert said(screen, first) == [("publish", "receipted"), ("remove", "receipted")]
    touch(second.id)
    cycle()
    assert shown(screen) == ["保洁员（改）"]


def test_the_next_publication_takes_the_place_of_the_last(house: Settings, screen: Outlet) -> None:
    publication = make_publication(screen, at_most=1)
    old = make_posting()
    come_to(publication, timedelta(days=1))
    with transaction():
        publishing.carry_out(publication.id, now() - timedelta(hours=20))
    make_posting(title="保洁员")
    come_to(publication)
    tending.publish_due(lambda: None)
    assert shown(screen) == ["保洁员"]
    assert said(screen, old) == [("publish", "receipted"), ("remove", "receipted")]


def test_what_an_outage_missed_is_made_once_and_shown_as_late(house: Settings, screen: Outlet) -> None:
    publication = make_publication(screen)
    make_posting()
    come_to(publication, timedelta(days=3))
    tending.publish_due(lambda: None)
    tending.publish_due(lambda: None)
    (run,) = runs(publication)
    assert run.missed == 3 and run.planned_at == Timing(time(9)).last_due(now()) and run.began_at >= run.planned_at


def test_two_workers_publish_once(house: Settings, screen: Outlet) -> None:
    publication = make_publication(screen)
    make_posting()
    come_to(publication)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(tending.publish_due, lambda: None) for _ in range(3)]:
            done.result(20)
    assert len(runs(publication)) == 1 and len(words(screen)) == 1


def test_a_suspended_outlet_is_left_out_and_the_log_says_so(house: Settings, screen: Outlet) -> None:
    other = make_outlet("other", way=Way.SHOW, rhythm=Rhythm.PLANNED)
    publication = make_publication(screen, other)
    make_posting()
    with transaction():
        operations.suspend(session().get_one(Outlet, screen.id), by=Actor.SYSTEM)
    come_to(publication)
    tending.publish_due(lambda: None)
    told = {run.outlet_id: (run.planned, run.note) for run in runs(publication)}
    assert told == {screen.id: (0, "渠道已暂停，没有发布"), other.id: (1, "")}
    with reading():
        assert planning.last_run(screen.id) is None


def test_a_stopped_publication_is_not_made_and_not_made_up_for(house: Settings, screen: Outlet) -> None:
    publication = make_publication(screen)
    make_posting()
    with transaction():
        operations.stop_publication(session().get_one(Publication, publication.id), by=Actor.SYSTEM)
    come_to(publication, timedelta(days=2))
    tending.publish_due(lambda: None)
    assert runs(publication) == []
    with transaction():
        operations.resume_publication(session().get_one(Publication, publication.id), by=Actor.SYSTEM)
    tending.publish_due(lambda: None)
    assert runs(publication) == []


def test_a_run_to_a_folder_counts_what_left_and_what_was_answered(house: Settings) -> None:
    folder = make_outlet("folder", rhythm=Rhythm.PLANNED)
    publication = make_publication(folder)
    gone, kept = make_posting(), make_posting(title="保洁员")
    come_to(publication)
    tending.publish_due(lambda: None)
    withdraw(gone)
    touch(kept.id)
    cycle()
    (run,) = runs(publication)
    with reading():
        outcome = planning.outcomes([run])[run.id]
        rows = session().scalars(planning.dispatches_of(run)).all()
        counted = {name: len(session().scalars(planning.dispatches_of(run, name)).all()) for name in ("sent", "receipted", "troubled")}
    assert [(row.posting_id, row.state.value) for row in rows] == [(gone.id, "superseded"), (kept.id, "sent")]
    assert (run.planned, outcome.sent, outcome.receipted) == (2, 1, 0), "one was withdrawn before it left"
    assert counted == {"sent": outcome.sent, "receipted": outcome.receipted, "troubled": outcome.troubled}, "every figure opens its rows"


def test_a_publication_to_nowhere_is_refused(house: Settings) -> None:
    with pytest.raises(operations.NoOutlets), transaction():
        operations.plan_publication(operations.PublicationValues(title="无", region="370100", timing=Timing(time(9)), at_most=1), [], by=Actor.SYSTEM)


@pytest.mark.parametrize("slug", ["\x00", "a\x00b", "", "A", "x" * 500, "é"])
def test_what_can_be_no_name_is_nobodys(house: Settings, slug: str) -> None:
    with reading():
        assert queries.outlet_named(slug) is None
