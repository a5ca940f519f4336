"""How much there is, who is in it, and what it says."""

import re
from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.workers.demo.support import direct
from webapp.access import ADMINISTRATORS, STAFF, Grant, Level, Role
from webapp.accounts import passwords
from webapp.accounts import queries as accounts
from webapp.accounts.models import Person, RoleGrant
from webapp.db import reading, session, today
from webapp.employers import codes
from webapp.employers.models import Employer, EmployerState
from webapp.employers.queries import of_region
from webapp.notices.models import NoticeKind
from webapp.notices.queries import inbox
from webapp.postings import gating
from webapp.postings.applying.models import Application
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing.operations import waiting_item
from webapp.postings.reviewing.queries import waiting
from webapp.reference import queries as reference
from webapp.sources.models import Batch, BatchOrigin, BatchState, PostingConflict
from workers import demo
from workers.demo import forwarded, judged, nodes, seekers, staff

_S = PostingState

FORBIDDEN = re.compile(
    r"[男女]|性别|周岁|岁|年龄|形象|气质|五官|身高|体重|相貌|户籍|户口|本地人|外地人勿|民族|汉族|宗教|信仰|已婚|未婚|婚育|已育|未育|乙肝|传染病史|无疾病|"
    r"党员|押金|保证金|担保|报名费|服装费|培训费|体检费|办证费|登记费|中介费|扣押|高薪|月入过万|保录|包就业|轻松赚|日赚|招转培|"
    r"微信|QQ|电话联系|1[3-9]\d{9}|@|http|单休两天以下|十二小时|12小时|两班制12"
)
"""What a posting of the demo may never say: limits of who may apply, money taken from applicants, lures, contacts, unlawful hours."""


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
        rows = direct()
        assert len({row.occupation for row in rows}) >= 60
        assert len({row.duties for row in rows}) >= 0.98 * len(rows)
        assert max(Counter((row.employer_id, row.title, row.duties) for row in rows).values()) == 1

    def test_two_sources_forward_postings_with_gaps(self) -> None:
        rows = session().scalars(select(Posting).where(Posting.source_id.is_not(None))).all()
        by_files = {name: count for name, (count, _) in forwarded.SOURCES.items()}
        by_nodes = Counter({next(iter(forwarded.SOURCES)): 1, nodes.MARKET: 7})
        assert Counter(row.source_title for row in rows) == Counter(by_files) + by_nodes
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
        assert len(session().scalars(waiting(city)).all()) >= 2
        assert len(session().scalars(waiting(province)).all()) >= 40
        assert len(session().scalars(of_region(province, EmployerState.PENDING)).all()) >= 10

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
        for row in session().scalars(select(Posting).where(Posting.title.not_in(judged.TITLES))):
            text = "\n".join((row.title, row.duties, row.requirements, row.insurance, row.protection, row.hazards, *row.skills, *row.benefits))
            found += [(row.title, hit.group()) for hit in FORBIDDEN.finditer(text)]
        for employer in session().scalars(select(Employer)):
            found += [(employer.name, hit.group()) for hit in FORBIDDEN.finditer(employer.name + employer.about)]
        assert found == []

    def test_the_list_of_forbidden_words_finds_what_it_should(self) -> None:
        for text in ("限女性", "25-45周岁", "形象气质佳", "本地户口优先", "交押金200元", "高薪诚聘", "加微信", "已婚已育优先"):
            assert FORBIDDEN.search(text), text

    def test_the_gate_has_nothing_to_say_of_any_other_posting(self) -> None:
        for row in session().scalars(select(Posting).where(Posting.title.not_in(judged.TITLES))):
            verdict = gating.verdict(row, session().get(Employer, row.employer_id) if row.employer_id else None, on=row.valid_from or today())
            assert [*verdict.blocks, *verdict.flags] == [], row.title
            assert row.is_forwarded or not verdict.advice, row.title

    def test_the_gate_is_seen_at_work(self) -> None:
        draft, handed_in, forwarded_row = (
            session().scalars(select(Posting).where(Posting.title == title)).one() for title in (judged.TO_MEND, judged.EXPLAINED, judged.FORWARDED)
        )
        employer = session().get_one(Employer, draft.employer_id)
        assert {finding.kind for finding in gating.verdict(draft, employer, on=today()).findings} >= {"SEX", "AGE", "HUKOU"}
        item = waiting_item(handed_in)
        assert item is not None and item.remark and item.risks and handed_in.state is _S.IN_REVIEW
        assert (forwarded_row.state, forwarded_row.flags) == (_S.IN_REVIEW, ["SEX", "MARRIAGE"])

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


@pytest.mark.usefixtures("house")
class TestNodes:
    def test_every_page_of_the_sources_has_something_to_show(self) -> None:
        with reading():
            states = Counter(session().scalars(select(Batch.state)))
            behind = session().scalar(select(func.count()).where(Posting.card_id.is_not(None)))
            open_conflicts = session().scalar(select(func.count()).where(PostingConflict.decision.is_(None)))
            refused = session().scalars(select(Batch).where(Batch.origin == BatchOrigin.PUSH, Batch.state == BatchState.DONE)).one().refused_rows
        assert states[BatchState.HELD] == 1
        assert behind and open_conflicts and refused == 4
