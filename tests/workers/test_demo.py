"""The demo, loaded once for this file: its size, its truthfulness to the operations, its wording, and that loading it again changes nothing."""

import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from tests import services
from tests.conftest import ROOT, TEST_SECRETS, make_settings
from webapp import db, ledger, sealing
from webapp.access import ADMINISTRATORS, STAFF, Actor, Grant, Level, Role
from webapp.accounts import passwords
from webapp.accounts import queries as accounts
from webapp.accounts.models import Person, RoleGrant
from webapp.config import Settings, _driver
from webapp.db import session, today, transaction
from webapp.employers import codes
from webapp.employers.models import Employer, EmployerState
from webapp.employers.queries import waiting_for_reviewer
from webapp.gate import completeness
from webapp.gate.completeness import Profile
from webapp.ledger import Entry
from webapp.matching.models import Match
from webapp.notices.models import Notice, NoticeKind
from webapp.notices.queries import inbox
from webapp.postings import limits, operations
from webapp.postings.models import Application, Posting, PostingReview, PostingState
from webapp.postings.queries import waiting_review
from webapp.postings.values import stated, values_of
from webapp.reference import queries as reference
from webapp.sources.operations import import_postings
from workers import demo
from workers.demo import forwarded, seekers, staff
from workers.demo.calendar import Calendar
from workers.demo.employers import plans, settle
from workers.demo.loading import _IN_ORDER
from workers.demo.postings import postings_of

_S = PostingState
FORBIDDEN = re.compile(
    r"[男女]|性别|周岁|岁|年龄|形象|气质|五官|身高|体重|相貌|户籍|户口|本地人|外地人勿|民族|汉族|宗教|信仰|已婚|未婚|婚育|已育|未育|乙肝|传染病史|无疾病|"
    r"党员|押金|保证金|担保|报名费|服装费|培训费|体检费|办证费|登记费|中介费|扣押|高薪|月入过万|保录|包就业|轻松赚|日赚|招转培|"
    r"微信|QQ|电话联系|1[3-9]\d{9}|@|http|单休两天以下|十二小时|12小时|两班制12"
)
"""What a posting of the demo may never say: limits of who may apply, money taken from applicants, lures, contacts, unlawful hours."""


class Ended(Exception):
    """Stands for the terminal that was closed in the middle of a load."""


def _end_among_postings(what: str, done: int, total: int) -> None:
    if what == "岗位" and done > total // 2:
        raise Ended


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, template_database: Path) -> Settings:
    """A database into which the demo was loaded in two goes: the first one was ended in the middle."""
    settings = make_settings(tmp_path_factory.mktemp("demo"))
    shutil.copy(template_database, settings.var / "zhilu.db")
    sealing.configure(TEST_SECRETS)
    engine = db.connect(settings.database_url)
    ledger.subscribe({})
    with pytest.raises(Ended):
        demo.load(settings, _end_among_postings)
    assert demo.load(settings).loaded
    db.end_reading()
    engine.dispose()
    return settings


@pytest.fixture
def house(loaded: Settings) -> Iterator[Settings]:
    """The loaded database, open; a test that changes it does so in `scratch`."""
    yield from _opened(loaded)


@pytest.fixture
def scratch(loaded: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the loaded database for one test."""
    with db.make_engine(loaded.database_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(loaded.var / "zhilu.db", tmp_path / "zhilu.db")
    yield from _opened(make_settings(tmp_path))


def _opened(settings: Settings) -> Iterator[Settings]:
    sealing.configure(TEST_SECRETS)
    engine = db.connect(settings.database_url)
    ledger.subscribe({})
    yield settings
    db.end_reading()
    engine.dispose()


def _direct() -> list[Posting]:
    return list(session().scalars(select(Posting).where(Posting.source_id.is_(None)).order_by(Posting.seq)))


@pytest.mark.usefixtures("house")
class TestSize:
    def test_there_is_enough_of_everything(self) -> None:
        assert session().scalar(select(func.count()).where(Posting.state == _S.OPEN)) >= 2000
        assert session().scalar(select(func.count()).select_from(Employer)) >= 120
        assert session().scalar(select(func.count()).where(Employer.state == EmployerState.VERIFIED)) >= 100
        assert session().scalar(select(func.count()).select_from(Application)) >= 500

    def test_every_county_of_the_sixteen_cities_has_open_postings(self) -> None:
        found = Counter(session().scalars(select(Posting.region).where(Posting.state == _S.OPEN)))
        cities = reference.regions().cities(reference.home_province())
        assert len(cities) == 16
        assert {county.code for city in cities for county in reference.regions().children(city.code)} <= set(found)
        assert min(sum(count for code, count in found.items() if code[:4] == city.code[:4]) for city in cities) >= 50

    def test_postings_are_in_every_state_and_most_are_open(self) -> None:
        states = Counter(session().scalars(select(Posting.state)))
        assert set(states) == set(PostingState)
        assert states[_S.OPEN] > 0.8 * states.total()

    def test_many_occupations_are_sought_in_words_of_their_own(self) -> None:
        rows = _direct()
        assert len({row.occupation for row in rows}) >= 60
        assert len({row.duties for row in rows}) >= 0.98 * len(rows)
        assert max(Counter((row.employer_id, row.title, row.duties) for row in rows).values()) == 1

    def test_two_sources_forward_postings_with_gaps(self) -> None:
        rows = session().scalars(select(Posting).where(Posting.source_id.is_not(None))).all()
        assert Counter(row.source_title for row in rows) == {name: count for name, (count, _) in forwarded.SOURCES.items()}
        assert {row.employer_id for row in rows} == {None}
        assert any(not row.duties for row in rows)
        assert any(row.month_low is None for row in rows)
        assert any(row.wage_assumed for row in rows)


@pytest.mark.usefixtures("house")
class TestPeople:
    def test_five_hundred_seekers_and_everybody_in_an_office(self) -> None:
        held = session().execute(select(RoleGrant.person_id, RoleGrant.role)).all()
        by_role = Counter(role for _, role in held)
        assert by_role[Role.SEEKER] - by_role[Role.EMPLOYER_OWNER] - by_role[Role.EMPLOYER_MEMBER] >= 500
        assert set(by_role) == set(Role) - {Role.SOURCE_NODE}

    def test_nobody_holds_two_administrators_roles(self) -> None:
        held = session().execute(select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.role.in_(ADMINISTRATORS))).all()
        assert {role for _, role in held} == ADMINISTRATORS
        assert len({person for person, _ in held}) == len(held)

    def test_staff_have_a_region_of_their_level(self) -> None:
        grants = session().scalars(select(RoleGrant).where(RoleGrant.role.in_(STAFF))).all()
        assert {grant.level for grant in grants} == set(Level)
        assert all(grant.region and reference.regions().get(grant.region) for grant in grants)

    def test_phones_and_addresses_belong_to_nobody(self) -> None:
        people = session().scalars(select(Person)).all()
        assert all(re.fullmatch(r"1990000\d{4}", person.phone or "") for person in people)
        assert len({person.phone_index for person in people}) == len(people)
        assert all(person.email is None or person.email.endswith("@example.com") for person in people)
        assert all(person.id_number_sealed is None for person in people)

    def test_every_printed_sign_in_works_and_meets_the_policy(self) -> None:
        printed = demo.accounts()
        for account in printed:
            person = accounts.person_by_phone(account.sign_in) or accounts.person_by_email(account.sign_in)
            assert person is not None, account
            assert passwords.verify(person.password_hash, account.password), account
            about = tuple(text for text in (person.phone, person.email, person.name) if text)
            assert passwords.weakness(account.password, minimum=accounts.password_minimum(person.id), about=about) is None
        assert {role.label for role in Role} - {Role.SOURCE_NODE.label} <= {account.label.split("（")[0] for account in printed}

    def test_a_shown_reviewer_has_something_to_decide(self) -> None:
        city = (Grant(Role.REVIEWER, Level.CITY, staff.SHOWN_CITY),)
        province = (Grant(Role.REVIEWER, Level.PROVINCE, staff.HOME),)
        assert len(waiting_review(city)) >= 2
        assert len(waiting_review(province)) >= 40
        assert len(session().scalars(waiting_for_reviewer(province)).all()) >= 10

    def test_the_shown_seeker_has_matches_and_the_shown_owner_applications(self) -> None:
        seeker = accounts.person_by_phone(seekers.shown_phone())
        owner = accounts.person_by_phone(demo.accounts()[1].sign_in)
        assert seeker and owner
        assert NoticeKind.MATCH in {notice.kind for notice in session().scalars(inbox(seeker.id))}
        assert NoticeKind.APPLICATION in {notice.kind for notice in session().scalars(inbox(owner.id))}


@pytest.mark.usefixtures("house")
class TestWording:
    def test_no_text_limits_takes_or_lures(self) -> None:
        found = []
        for row in session().scalars(select(Posting)):
            text = "\n".join((row.title, row.duties, row.requirements, row.insurance, row.protection, row.hazards, *row.skills, *row.benefits))
            found += [(row.title, hit.group()) for hit in FORBIDDEN.finditer(text)]
        for employer in session().scalars(select(Employer)):
            found += [(employer.name, hit.group()) for hit in FORBIDDEN.finditer(employer.name + employer.about)]
        assert found == []

    def test_the_list_of_forbidden_words_finds_what_it_should(self) -> None:
        for text in ("限女性", "25-45周岁", "形象气质佳", "本地户口优先", "交押金200元", "高薪诚聘", "加微信", "已婚已育优先"):
            assert FORBIDDEN.search(text), text

    def test_every_posting_states_all_that_the_law_asks_for(self) -> None:
        for row in _direct():
            employer = session().get_one(Employer, row.employer_id)
            assert completeness.check(Profile.DIRECT, stated(row, employer)) == []
            assert completeness.advise(Profile.DIRECT, stated(row, employer)) == []

    def test_nothing_a_posting_says_is_impossible_or_below_the_minimum_wage(self) -> None:
        for row in _direct():
            day = row.valid_from or today()
            assert limits.problems(values_of(row), on=day) == [], row.title
            assert limits.warnings(values_of(row), on=today()) == [], row.title

    def test_no_placeholder_is_left(self) -> None:
        texts = [text for row in session().scalars(select(Posting)) for text in (row.title, row.duties, row.requirements, row.address)]
        texts += list(session().scalars(select(Employer.about)))
        assert [text for text in texts if "{" in text or "}" in text] == []

    def test_employers_have_right_codes_and_names_of_their_own(self) -> None:
        employers = session().scalars(select(Employer)).all()
        assert all(codes.normalise(employer.uscc) == employer.uscc for employer in employers)
        assert len({employer.uscc for employer in employers}) == len({employer.name for employer in employers}) == len(employers)
        assert all(employer.uscc[8:12] == "0000" and employer.uscc[2:8] == employer.region for employer in employers)
        sent = set(session().scalars(select(Posting.employer_name).where(Posting.source_id.is_not(None))))
        assert sent.isdisjoint(employer.name for employer in employers)


def _lines() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for entry in session().scalars(select(Entry).order_by(Entry.id)):
        lines[entry.subject or ""].append(entry.event)
    return lines


_LIVES = {
    _S.DRAFT: {("PostingDrafted",), ("PostingDrafted", "PostingSubmitted", "PostingReturned")},
    _S.IN_REVIEW: {("PostingDrafted", "PostingSubmitted")},
    _S.OPEN: {("PostingDrafted", "PostingSubmitted", "PostingApproved")},
    _S.EXPIRED: {("PostingDrafted", "PostingSubmitted", "PostingApproved")},
}
_CLOSED = {("PostingDrafted", "PostingSubmitted", "PostingApproved", "PostingClosed")}


@pytest.mark.usefixtures("house")
class TestAsTheOperationsWouldHaveLeftIt:
    def test_the_ledger_tells_the_life_of_every_posting(self) -> None:
        lines = _lines()
        for row in _direct():
            life = tuple(line for line in lines[str(row.id)] if line != "MatchesFound")
            assert life in _LIVES.get(row.state, _CLOSED), (row.state, life)

    def test_instants_stand_where_the_state_wants_them_and_in_order(self) -> None:
        closed = {_S.PAUSED, _S.FILLED, _S.EXPIRED, _S.WITHDRAWN, _S.TAKEN_DOWN}
        for row in _direct():
            assert (row.closed_at is not None) == (row.state in closed)
            was_open = row.state in closed | {_S.OPEN}
            assert (row.opened_at is not None) == (row.valid_from is not None) == was_open
            known = [at for at in (row.created_at, row.submitted_at, row.opened_at, row.closed_at, db.now()) if at is not None]
            assert known == sorted(known)

    def test_what_may_be_open_is_valid_today_and_what_expired_is_not(self) -> None:
        for row in session().scalars(select(Posting)):
            assert row.valid_through is not None
            assert (row.valid_through < today()) == (row.state is _S.EXPIRED), row.state

    def test_what_expired_is_found_by_the_fact_that_tells_it(self) -> None:
        for entry in session().scalars(select(Entry).where(Entry.event == "PostingsExpired")):
            event = ledger.decode(entry.event, entry.payload)
            assert len(operations_closed_at(event.at)) == event.count

    def test_only_a_verified_employer_has_more_than_drafts_and_its_reviewer_is_no_member(self) -> None:
        verified = set(session().scalars(select(Employer.id).where(Employer.state == EmployerState.VERIFIED)))
        assert all(row.employer_id in verified for row in _direct() if row.state is not _S.DRAFT)
        postings = {row.id: row for row in _direct()}
        for review in session().scalars(select(PostingReview)):
            assert review.by_id is not None
            assert not operations.is_too_near(postings[review.posting_id], review.by_id)

    def test_an_employers_members_act_in_the_role_they_hold(self) -> None:
        roles = {(grant.person_id, grant.employer_id): grant.role for grant in session().scalars(select(RoleGrant)) if grant.employer_id is not None}
        told = {entry.subject: entry for entry in session().scalars(select(Entry).where(Entry.event == "PostingDrafted"))}
        for row in _direct():
            assert row.author_id is not None
            assert told[str(row.id)].by_role == roles[row.author_id, row.employer_id].value

    def test_applications_are_of_people_to_open_postings_and_their_members_were_told(self) -> None:
        open_ones = {row.id: row for row in _direct() if row.state is _S.OPEN}
        told = Counter(session().scalars(select(Notice.subject).where(Notice.kind == NoticeKind.APPLICATION)))
        for sent in session().scalars(select(Application)):
            person = session().get_one(Person, sent.person_id)
            opened = open_ones[sent.posting_id].opened_at
            assert opened is not None
            assert max(opened, person.created_at) < sent.sent_at <= db.now()
            assert told[f"{sent.id}:{sent.sent_at:%Y%m%d%H%M%S}"] >= 1

    def test_the_row_numbers_have_no_gaps(self) -> None:
        numbers = sorted(session().scalars(select(Posting.seq)))
        assert numbers == list(range(1, len(numbers) + 1))

    def test_nothing_lies_in_the_future(self) -> None:
        for kind in _IN_ORDER:
            for column in inspect(kind).columns:
                if isinstance(column.type, db.UtcDateTime):
                    latest = session().scalar(select(func.max(column)))
                    assert latest is None or latest <= db.now(), column

    def test_every_match_was_told(self) -> None:
        matches = session().scalars(select(Match)).all()
        assert len(matches) >= 30
        assert all(match.notified_at is not None for match in matches)
        told = set(session().execute(select(Notice.person_id, Notice.subject).where(Notice.kind == NoticeKind.MATCH)).all())
        assert {(match.person_id, f"posting:{match.posting_id}") for match in matches} == {tuple(row) for row in told}


def operations_closed_at(at: str) -> list[object]:
    return list(session().scalars(select(Posting.id).where(Posting.closed_at == datetime.fromisoformat(at))))


class TestWorkingWithIt:
    @pytest.mark.usefixtures("scratch")
    def test_saving_a_draft_as_it_stands_changes_nothing(self) -> None:
        with transaction():
            drafts = session().scalars(select(Posting).where(Posting.state == _S.DRAFT)).all()
            assert len(drafts) > 50
            for row in drafts:
                operations.change(row, values_of(row), by=Actor(row.author_id, "employer_owner", "web"))
            assert [row.title for row in drafts if session().is_modified(row)] == []

    @pytest.mark.usefixtures("scratch")
    def test_the_shown_reviewer_can_open_what_waits(self) -> None:
        reviewer = accounts.person_by_email("reviewer@example.com")
        assert reviewer is not None
        by = Actor(reviewer.id, Role.REVIEWER.value, "web")
        with transaction():
            waiting = session().scalars(select(Posting).where(Posting.state == _S.IN_REVIEW)).all()
            for row in waiting:
                operations.approve(row, by=by)
            assert {row.state for row in waiting} == {_S.OPEN}

    def test_the_importer_finds_the_forwarded_rows_unchanged(self, scratch: Settings, tmp_path: Path) -> None:
        for place, (name, (count, minute)) in enumerate(forwarded.SOURCES.items()):
            calendar = Calendar(today())
            rows = forwarded.rows_of(calendar, name, place)
            path = tmp_path / f"{place}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            report = import_postings(path, as_of=calendar.day(minute), rejects=None, var=scratch.var, by=Actor.command())
            assert (report.tally.unchanged, report.tally.touched, report.refused) == (count, 0, {})


class TestLoadingAgain:
    def test_a_second_load_changes_nothing(self, house: Settings) -> None:
        before = _content()
        summary = demo.load(house)
        db.end_reading()
        assert not summary.loaded
        assert summary.open_postings >= 2000
        assert _content() == before

    def test_production_refuses_it(self, settings: Settings) -> None:
        production = make_settings(settings.var, mode="production")
        with pytest.raises(demo.NotADemo, match="生产模式"):
            demo.load(production)

    @pytest.mark.usefixtures("house")
    def test_another_process_makes_the_same_rows(self, loaded: Settings) -> None:
        """With another seed of hashing: an order that hangs on a set or on `hash` would show."""
        script = "from tests.workers.test_demo import digest_of_some; print(digest_of_some())"
        environment = {**os.environ, "PYTHONHASHSEED": "17", "ZHILU_TEST_DATABASE": loaded.database_url}
        found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert found.stdout.strip() == _digest(_some_of_the_database()), found.stderr

    @pytest.mark.usefixtures("house")
    def test_a_load_on_another_day_gives_the_same_keys(self) -> None:
        now, later = ({row[0].id for row in _some(Calendar(today() + timedelta(days=days)))} for days in (0, 40))
        assert now == later


_SOME = 60


def _some(calendar: Calendar) -> list[list[Posting]]:
    offices = staff.Offices(calendar, [])
    settled = [settle(calendar, plan, offices, None)[0] for plan in plans()[:_SOME]]
    return [bundle for one in settled for bundle in postings_of(calendar, one, offices)]


def _told_apart(postings: list[Posting]) -> list[tuple[object, ...]]:
    names = [column.key for column in inspect(Posting).columns if column.key not in {"seq", "version"}]
    return sorted((tuple(str(getattr(row, name) or "") for name in names) for row in postings), key=str)


def _digest(rows: list[tuple[object, ...]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _some_of_the_database() -> list[tuple[object, ...]]:
    keys = {bundle[0].id for bundle in _some(Calendar(today()))}
    return _told_apart(list(session().scalars(select(Posting).where(Posting.id.in_(keys)))))


def digest_of_some() -> str:
    sealing.configure(TEST_SECRETS)
    db.connect(os.environ["ZHILU_TEST_DATABASE"])
    return _digest(_told_apart([bundle[0] for bundle in _some(Calendar(today()))]))


def _content() -> str:
    """Of every table, every row."""
    told = []
    for table in db.Base.metadata.sorted_tables:
        rows = session().execute(select(table).order_by(*table.primary_key.columns)).all()
        told.append((table.name, [tuple(row) for row in rows]))
    return hashlib.sha256(repr(told).encode()).hexdigest()


@pytest.mark.postgres
def test_it_loads_into_postgresql(migrated_postgres: str, tmp_path: Path) -> None:
    with services.fresh_database(template=migrated_postgres) as url:
        settings = make_settings(tmp_path, _driver(url))
        sealing.configure(settings.secrets)
        engine = db.connect(settings.database_url)
        ledger.subscribe({})
        summary = demo.load(settings)
        assert (summary.loaded, summary.open_postings >= 2000, summary.staff > 50) == (True, True, True)
        assert not demo.load(settings).loaded
        db.end_reading()
        engine.dispose()
