"""What a catalogue counts, that it is frozen, recomputed alike, and published once a period."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.factories.accounts import disable, make_person
from tests.factories.demand import ACCOUNTANT, BUREAU, CLEANER, WELDER, make_catalogue, make_need, publish
from tests.factories.employers import make_employer
from tests.factories.postings import make_application, make_forwarded, make_posting
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, now, session, today, transaction
from webapp.demand import cataloguing, operations
from webapp.demand.catalogue_models import Catalogue, CatalogueInput, CatalogueRow, CatalogueState, InputKind, OccupationLevel, RankChange
from webapp.demand.collecting import Counted, Scope, collect
from webapp.demand.models import Need, NeedState
from webapp.demand.periods import Period, around
from webapp.demand.refusals import NoReason, NotBegun, NotReady, StillComputing
from webapp.ledger import Entry
from webapp.postings import operations as postings
from webapp.postings.applying import hires
from webapp.postings.applying.models import Application
from webapp.postings.models import Posting, PostingState
from webapp.reference.models import Education
from webapp.seekers.models import SeekerProfile
from webapp.seekers.operations import keep_profile

pytestmark = pytest.mark.usefixtures("database")
THIS = around(today(), quarter=True)
OTHER_WELDER = "6-18-02-05"
DAY = timedelta(days=1)


def scope_of(period: Period = THIS, **changes: object) -> Scope:
    values = {"region": "370100", "period": period, "as_of": now(), "unstated_headcount": 1, "forwarded": True, "wishes_max": 3, "seeker_days": 180}
    return Scope(**values | changes)


def counted(scope: Scope | None = None, *kinds: InputKind) -> list[Counted]:
    return [one for one in collect(scope or scope_of(), lambda rows: None) if not kinds or one.line.kind in kinds]


def told(*kinds: InputKind, scope: Scope | None = None) -> list[tuple[str, int, bool]]:
    return [(one.line.occupation, one.line.count, one.line.carried) for one in counted(scope, *kinds)]


def make_seeker(wanted: str = "焊工", *, region: str | None = "370102", days_ago: int = 0, since_days: int = 0) -> Person:
    """Renewed so many days ago, and written for the first time then or `since_days` ago."""
    person = make_person(name="孙求职")
    with transaction():
        by = Actor(person.id, "seeker", "web")
        keep_profile(person.id, region=region, education=Education.ANY, experience_years=None, wanted=wanted, skills=(), about="", by=by)
        renewed, since = now() - days_ago * DAY, now() - max(days_ago, since_days) * DAY
        session().execute(update(SeekerProfile).where(SeekerProfile.person_id == person.id).values(updated_at=renewed, since=since))
    return person


def set_back(posting: Posting, **instants: datetime | None) -> None:
    with transaction():
        for name, at in instants.items():
            setattr(session().get_one(Posting, posting.id), name, at)


def hired_for(posting: Posting, *, made_at: datetime) -> None:
    application = make_application(posting, make_person(name="孙求职"))
    with transaction():
        row = session().get_one(Application, application.id)
        hires.hire(row, session().get_one(Posting, posting.id), on=today(), by=BUREAU).made_at = made_at


def end_of(period: Period) -> datetime:
    return datetime.combine(period.end, time(12), LOCAL_ZONE)


class TestPostings:
    def test_what_was_open_on_a_day_of_the_period_counts_carried_or_new(self) -> None:
        new, carried, before = (make_posting(occupation=WELDER, headcount=count) for count in (3, 4, 5))
        set_back(carried, opened_at=THIS.begins - 9 * DAY)
        set_back(before, opened_at=THIS.begins - 20 * DAY, closed_at=THIS.begins - DAY)
        assert told(InputKind.POSTING) == [(WELDER, 3, False), (WELDER, 4, True)]
        assert new.id == counted(None, InputKind.POSTING)[0].subject

    @pytest.mark.parametrize(
        ("state", "counts"),
        [
            (PostingState.OPEN, True), (PostingState.FILLED, True), (PostingState.PAUSED, True), (PostingState.EXPIRED, True),
            (PostingState.TAKEN_DOWN, False), (PostingState.WITHDRAWN, False), (PostingState.IN_REVIEW, False), (PostingState.DRAFT, False),
        ],
    )  # fmt: skip
    def test_what_was_taken_down_withdrawn_or_never_open_does_not(self, state: PostingState, counts: bool) -> None:
        posting = make_posting(occupation=WELDER, state=state)
        if state is PostingState.EXPIRED:
            set_back(posting, valid_through=max(THIS.start, today() - DAY))
        assert bool(told(InputKind.POSTING)) is counts

    def test_another_citys_postings_do_not_count(self) -> None:
        make_posting(occupation=WELDER, region="370202")
        assert told(InputKind.POSTING) == []
        assert len(told(InputKind.POSTING, scope=scope_of(region="370000"))) == 1

    def test_a_forwarded_one_counts_once_and_not_beside_the_employers_own(self) -> None:
        for key, headcount in (("A-1", 2), ("A-2", 6), ("A-3", None)):
            make_forwarded(source_key=key, occupation=CLEANER, headcount=headcount)
        assert told(InputKind.POSTING) == [(CLEANER, 6, False)]
        own = make_posting(employer=make_employer(name="济南洁净物业有限公司"), title="保洁员", occupation=CLEANER, headcount=4)
        assert [one.subject for one in counted(None, InputKind.POSTING)] == [own.id]
        assert told(InputKind.POSTING, scope=scope_of(forwarded=False)) == [(CLEANER, 4, False)]

    def test_postings_of_an_employer_that_say_the_same_are_one_and_the_largest_counts(self) -> None:
        employer = make_employer()
        for count in (2, 3):
            make_posting(employer=employer, occupation=WELDER, headcount=count)
        make_posting(employer=employer, occupation=WELDER, headcount=1, region="370103")
        assert [count for _, count, _ in told(InputKind.POSTING)] == [3, 1]

    def test_what_shares_a_card_is_one_job_whatever_its_rows_are_called(self) -> None:
        own = make_posting(title="电焊工", occupation=WELDER, headcount=4)
        behind = make_forwarded(title="焊工（急）", employer_name="某机械公司", occupation=WELDER, headcount=9)
        set_back(behind, card_id=own.id)
        assert [one.subject for one in counted(None, InputKind.POSTING)] == [own.id]
        first = make_forwarded(source_key="B-1", title="保洁", employer_name="甲", occupation=CLEANER, headcount=2)
        set_back(make_forwarded(source_key="B-2", title="保洁员", employer_name="乙", occupation=CLEANER, headcount=5), card_id=first.id)
        assert told(InputKind.POSTING) == [(WELDER, 4, False), (CLEANER, 5, False)]

    def test_carried_over_it_counts_with_the_places_that_were_left(self) -> None:
        posting, full = make_posting(occupation=WELDER, headcount=4), make_posting(occupation=CLEANER, headcount=1)
        for one in (posting, full):
            hired_for(one, made_at=THIS.begins - DAY)
        hired_for(posting, made_at=now())
        for one in (posting, full):
            set_back(one, opened_at=THIS.begins - 9 * DAY)
        assert told(InputKind.POSTING) == [(WELDER, 3, True)]

    def test_one_without_a_headcount_counts_as_the_parameter_says_and_is_told(self) -> None:
        make_forwarded(occupation=CLEANER, headcount=None)
        [one] = counted(scope_of(unstated_headcount=1), InputKind.POSTING)
        assert (one.line.count, one.stated) == (1, False)


class TestNeeds:
    def test_a_need_with_a_posting_that_counts_adds_only_what_it_wants_beyond(self) -> None:
        employer = make_employer()
        need = make_need(employer, headcount=8)
        posting = make_posting(employer=employer, occupation=WELDER, headcount=5)
        assert told(InputKind.NEED) == [(WELDER, 8, False)]
        with transaction():
            operations.link_posting(session().get_one(Need, need.id), posting.id, by=BUREAU, on=today())
        assert told(InputKind.NEED) == [(WELDER, 3, False)]
        set_back(posting, headcount=8)
        assert told(InputKind.NEED) == []

    def test_several_postings_of_one_need_count_for_no_more_than_it_wants(self) -> None:
        employer = make_employer()
        need = make_need(employer, headcount=6)
        made = [make_posting(employer=employer, title=title, occupation=WELDER, headcount=4) for title in ("电焊工", "氩弧焊工", "二保焊工")]
        with transaction():
            for posting in made:
                operations.link_posting(session().get_one(Need, need.id), posting.id, by=BUREAU, on=today())
        assert told(InputKind.POSTING, InputKind.NEED) == [(WELDER, 4, False), (WELDER, 2, False)]
        set_back(made[0], headcount=9)
        assert told(InputKind.POSTING, InputKind.NEED) == [(WELDER, 9, False)], "the largest alone says more than the need"

    def test_a_posting_of_it_that_is_the_same_job_as_another_is_still_its_own(self) -> None:
        employer = make_employer()
        need, posting = make_need(employer, headcount=5), make_posting(employer=employer, occupation=WELDER, headcount=5)
        with transaction():
            operations.link_posting(session().get_one(Need, need.id), posting.id, by=BUREAU, on=today())
        make_posting(employer=employer, occupation=WELDER, headcount=6)
        assert told(InputKind.POSTING, InputKind.NEED) == [(WELDER, 6, False)]

    def test_carried_over_it_counts_with_who_was_left_when_the_period_began(self) -> None:
        need = make_need(headcount=10, on=THIS.start - 30 * DAY)
        with transaction():
            row = session().get_one(Need, need.id)
            operations.record_hired(row, 4, by=BUREAU, on=THIS.start - 5 * DAY)
            operations.record_hired(row, 7, by=BUREAU, on=today())
        assert told(InputKind.NEED) == [(WELDER, 6, True)]

    def test_withdrawn_and_corrected_ones_do_not_count_filled_ones_do(self) -> None:
        make_need(state=NeedState.WITHDRAWN)
        filled = make_need(state=NeedState.FILLED, headcount=2)
        assert told(InputKind.NEED) == [(WELDER, 2, False)]
        with transaction():
            operations.reopen_need(session().get_one(Need, filled.id), reason="关错了", by=BUREAU, on=today())
        assert told(InputKind.NEED) == [(WELDER, 2, False)]

    def test_what_ended_before_the_period_or_begins_after_it_does_not(self) -> None:
        ended = make_need(on=THIS.start - 30 * DAY, state=NeedState.FILLED)
        assert told(InputKind.NEED) == []
        assert told(InputKind.NEED, scope=scope_of(THIS.before)) == [(WELDER, 5, False)] * (ended.opened_on >= THIS.before.start)
        make_need()
        assert told(InputKind.NEED, scope=scope_of(THIS.before, region="370100"))[1:] == []


class TestSeekers:
    def test_a_person_counts_once_for_each_work_wanted_and_once_in_all(self) -> None:
        make_seeker("电焊工、保洁，会计、出纳")
        assert told(InputKind.SEEKERS) == [(ACCOUNTANT, 1, False), (CLEANER, 1, False), (WELDER, 1, False)]
        assert told(InputKind.PERSONS) == [("", 1, False)]

    def test_no_more_works_than_the_parameter_allows(self) -> None:
        make_seeker("保洁、会计、焊工")
        assert told(InputKind.SEEKERS, scope=scope_of(wishes_max=1)) == [(CLEANER, 1, False)]

    def test_an_application_says_what_a_profile_does_not_and_the_person_is_still_one(self) -> None:
        person = make_seeker("")
        assert told(InputKind.ANY) == [("", 1, False)]
        for _ in range(2):
            make_application(make_posting(occupation=WELDER), person)
        make_application(make_posting(occupation=CLEANER), make_person(name="无资料的人"))
        assert told(InputKind.SEEKERS) == [(CLEANER, 1, False), (WELDER, 1, False)]
        assert sum(count for _, count, _ in told(InputKind.PERSONS)) == 2
        assert told(InputKind.ANY) == []

    def test_what_cannot_be_read_is_neither_guessed_nor_counted_as_no_wish(self) -> None:
        make_seeker("随缘都行吧哈哈")
        assert (told(InputKind.SEEKERS), told(InputKind.ANY), told(InputKind.UNCODED)) == ([], [], [("", 1, False)])

    def test_who_lives_elsewhere_was_silent_for_long_or_is_disabled_does_not_count(self) -> None:
        make_seeker(region="370202")
        make_seeker(region=None)
        make_seeker(days_ago=181)
        disable(make_seeker())
        assert counted(None, InputKind.PERSONS) == []

    def test_who_renews_the_profile_stays_in_the_period_before_and_is_carried_over_into_this(self) -> None:
        make_seeker(since_days=(today() - THIS.start).days + 3, days_ago=0)
        before = scope_of(THIS.before)
        assert told(InputKind.SEEKERS, scope=before) == [(WELDER, 1, False)], "frozen or not, the period before had them"
        assert told(InputKind.SEEKERS) == [(WELDER, 1, True)]

    def test_who_wants_two_units_of_a_class_is_one_person_of_the_class(self) -> None:
        make_seeker("电焊工、会计、出纳")
        person = make_seeker("焊工")
        make_application(make_posting(occupation=OTHER_WELDER), person)
        assert told(InputKind.SEEKERS) == [(ACCOUNTANT, 1, False), (WELDER, 2, False), (OTHER_WELDER, 1, False)]
        assert told(InputKind.MINOR_SEEKERS) == [(ACCOUNTANT[:7], 1, False), (WELDER[:7], 2, False)]

    def test_who_came_before_the_period_is_carried_over(self) -> None:
        make_seeker(days_ago=(today() - THIS.start).days + 3)
        assert told(InputKind.SEEKERS) == [(WELDER, 1, True)]

    def test_nobody_stands_in_what_is_frozen(self) -> None:
        person = make_seeker()
        catalogue = make_catalogue()
        frozen = session().scalars(select(CatalogueInput).where(CatalogueInput.catalogue_id == catalogue.id)).all()
        assert frozen and all(row.subject_id is None and str(person.id) not in row.reporter for row in frozen)


def a_town() -> None:
    """Two occupations short, by several employers in two counties."""
    for number in range(3):
        region = ("370102", "370103", "370102")[number]
        employer = make_employer(name=f"济南第{number}机械有限公司")
        make_posting(employer=employer, occupation=WELDER, headcount=10, region=region)
        make_need(employer, occupation=CLEANER, headcount=4 + number, region=region)
    make_seeker("焊工")


class TestComputing:
    def test_rows_inputs_totals_and_parameters_are_frozen_together(self) -> None:
        a_town()
        catalogue = make_catalogue()
        rows = cataloguing.rows_of(catalogue.id, OccupationLevel.UNIT)
        assert [(row.rank, row.name, row.demand, row.gap, row.employers, row.counties) for row in rows] == [
            (1, "焊工", 30, 29, 3, 2),
            (2, "保洁员", 15, 15, 3, 2),
        ]
        assert catalogue.state is CatalogueState.READY
        assert catalogue.parameters["catalogue_weight_gap"]["value"] == "0.70"
        assert "本平台规定" in catalogue.parameters["catalogue_weight_gap"]["basis"]
        assert (catalogue.totals["posting"], catalogue.totals["need_rows"], catalogue.totals["persons"]) == (30, 3, 1)

    def test_a_past_period_recomputed_from_what_was_frozen_gives_the_same_whatever_happened_since(self) -> None:
        a_town()
        catalogue = make_catalogue()
        with transaction():
            for posting in session().scalars(select(Posting)):
                postings.withdraw(posting, by=BUREAU)
            session().execute(update(SeekerProfile).values(wanted="会计"))
        assert cataloguing.recheck(catalogue.id, lambda: None) is True
        with transaction():
            assert session().get_one(Catalogue, catalogue.id).recheck_same is True
        assert make_catalogue().totals.get("posting", 0) == 0, "a new version counts what is true now"

    @pytest.mark.parametrize("forged", [CatalogueRow.demand, CatalogueInput.count])
    def test_a_figure_that_was_touched_is_found(self, forged) -> None:
        a_town()
        catalogue = make_catalogue()
        with transaction():
            first = session().scalar(select(forged.class_.id).where(forged.class_.catalogue_id == catalogue.id).limit(1))
            session().execute(update(forged.class_).where(forged.class_.id == first).values({forged.key: forged + 1}))
        assert cataloguing.recheck(catalogue.id, lambda: None) is False

    def test_after_a_kill_in_the_middle_it_begins_anew_and_counts_nothing_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_town()
        monkeypatch.setattr(cataloguing, "INPUTS_AT_ONCE", 2)
        with transaction():
            key = cataloguing.ask("370100", THIS, by=BUREAU, on=today()).id
        calls = iter(range(99))

        def killed() -> None:
            if next(calls) == 5:
                raise RuntimeError("killed")

        with pytest.raises(RuntimeError):
            cataloguing.compute_catalogue(key, killed, by=Actor.SYSTEM)
        assert session().scalar(select(func.count()).select_from(CatalogueInput)) > 0
        for _ in range(2):
            cataloguing.compute_catalogue(key, lambda: None, by=Actor.SYSTEM)
        assert session().scalar(select(func.count()).where(CatalogueInput.kind == InputKind.POSTING)) == 3
        assert session().scalar(select(func.count()).where(Entry.event == "CatalogueComputed")) == 1
        assert cataloguing.recheck(key, lambda: None) is True

    def test_a_period_to_come_and_one_under_way_are_refused(self) -> None:
        following = around(THIS.end + DAY, quarter=True)
        with pytest.raises(NotBegun), transaction():
            cataloguing.ask("370100", following, by=BUREAU, on=today())
        with transaction():
            cataloguing.ask("370100", THIS, by=BUREAU, on=today())
        with pytest.raises(StillComputing), transaction():
            cataloguing.ask("370100", THIS, by=BUREAU, on=today())

    def test_a_period_that_is_over_is_counted_up_to_its_end(self) -> None:
        catalogue = make_catalogue(period=THIS.before.code)
        assert catalogue.as_of == THIS.before.ends


class TestPublishing:
    def test_one_version_a_period_is_published_and_a_new_one_needs_a_reason(self) -> None:
        first = make_catalogue(published=True)
        second = make_catalogue()
        with pytest.raises(NoReason):
            publish(second.id)
        publish(second.id, "漏了一批需求")
        with transaction():
            states = {row.version: row.state for row in session().scalars(select(Catalogue))}
            assert session().get_one(Catalogue, second.id).reason == "漏了一批需求"
        assert states == {1: CatalogueState.SUPERSEDED, 2: CatalogueState.PUBLISHED}
        with pytest.raises(NotReady):
            publish(first.id, "改回来")

    def test_what_is_not_computed_is_not_published(self) -> None:
        with transaction():
            key = cataloguing.ask("370100", THIS, by=BUREAU, on=today()).id
        with pytest.raises(NotReady):
            publish(key)

    def test_ranks_change_against_the_published_one_of_the_period_before(self) -> None:
        a_town()
        with transaction():
            session().execute(update(Posting).values(opened_at=THIS.before.begins + DAY, valid_through=today() + 30 * DAY))
            session().execute(update(Need).values(opened_on=THIS.before.start + DAY))
        before = make_catalogue(period=THIS.before.code)
        assert make_catalogue().previous_id is None, "what is not published is not compared with"
        publish(before.id)
        with transaction():
            session().execute(update(Posting).values(headcount=3))
        catalogue = make_catalogue()
        rows = cataloguing.rows_of(catalogue.id, OccupationLevel.UNIT)
        told_of = {row.name: (row.rank, row.previous_rank, row.change) for row in rows}
        assert catalogue.previous_id == before.id
        assert told_of == {"保洁员": (1, 2, RankChange.UP), "焊工": (2, 1, RankChange.DOWN)}

    def test_another_citys_catalogue_is_its_own(self) -> None:
        a_town()
        make_catalogue(published=True)
        assert make_catalogue("370200", published=True).totals == {}
