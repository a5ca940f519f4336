from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.factories.accounts import disable, make_staff
from tests.factories.employers import make_employer, make_member
from tests.factories.inspection import SEED, draw, inspecting, judge, make_campaign, make_draw, make_inspector, stored
from tests.factories.postings import make_forwarded, make_posting
from tests.factories.reference import set_parameter
from webapp.access import Actor, Permission, Role
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.employers import operations as employers
from webapp.employers import queries as employer_queries
from webapp.inspection import evidence, figures, nearness, population, queries
from webapp.inspection.figures import Group
from webapp.inspection.models import Campaign, CampaignState, Check, Stratum, Verdict
from webapp.inspection.operations import campaigns
from webapp.inspection.operations.campaigns import BadSeed, ChecksLeft, IllegalMove, NobodyFor, NothingToCheck, RosterTooSmall, TooMuch
from webapp.inspection.operations.refusals import NoReason
from webapp.inspection.population import DIRECT, Definition
from webapp.ledger import Entry
from webapp.notices.models import Notice
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database")


def taken(**definition: str) -> population.Population:
    defined = Definition.of({"region": "370100", **definition})
    assert defined is not None
    with transaction():
        return population.take(defined)


def drawn_by(campaign: Campaign, seed: str, roster: list[Person], *, by: Actor) -> list[Check]:
    return draw(session().get_one(Campaign, campaign.id), roster, seed=seed, by=by)


def test_the_population_is_what_is_open_in_the_region_by_county_and_source():
    employer = make_employer()
    mine = {make_posting(employer=employer, region="370102").id, make_posting(employer=employer, region="370102").id}
    theirs = make_forwarded(region="370103").id
    for state in (PostingState.DRAFT, PostingState.IN_REVIEW, PostingState.FILLED, PostingState.TAKEN_DOWN):
        make_posting(employer=employer, state=state)
    make_forwarded(region="370202", source_key="Q")
    make_forwarded(valid_through=today() - timedelta(days=1), source_key="old")
    found = taken()
    assert [(layer.county, layer.source, set(layer.keys)) for layer in found.layers] == [("370102", DIRECT, mine), ("370103", "齐鲁人才网", {theirs})]
    assert found.count == 3


def test_the_population_may_be_narrowed_by_origin_platform_class_and_age():
    direct = make_posting(occupation="6-18-02-04")
    make_forwarded(occupation="4-09-08-01", source_key="1", source_title="甲台")
    make_forwarded(source_key="2", source_title="", valid_from=today() - timedelta(days=20))

    def keys(**definition: str) -> list[str]:
        return [layer.source for layer in taken(**definition).layers]

    assert keys(origin="direct") == [DIRECT] and keys(origin="forwarded") == ["来源未注明平台", "甲台"]
    assert keys(source="甲台") == ["甲台"]
    assert [layer.keys for layer in taken(occupation="6").layers] == [(direct.id,)]
    assert keys(open_days="15") == ["来源未注明平台"]


@pytest.mark.parametrize("raw", [{"region": "370100", "open_days": "-1"}, {"region": "370100", "open_days": "一"}, {"region": "999999"}, {}])
def test_a_definition_that_names_nothing_is_none(raw):
    assert Definition.of(raw) is None


def test_what_was_frozen_stays_although_postings_come_and_go():
    inspector = make_inspector()
    gone = make_posting()
    campaign = make_campaign(inspector)
    make_posting()
    with transaction():
        postings.withdraw(session().get_one(Posting, gone.id), by=Actor.SYSTEM)
    with transaction():
        drawn = drawn_by(campaign, SEED, [inspector], by=inspecting(inspector))
    assert [check.posting_id for check in drawn] == [gone.id]
    assert (campaign.population, drawn[0].evidence["state"]) == (1, "withdrawn")


def test_nothing_to_check_and_too_much_of_it_are_refused():
    inspector = make_inspector()
    with pytest.raises(NothingToCheck):
        make_campaign(inspector)
    for number in range(3):
        make_forwarded(source_key=f"{number}")
    set_parameter("spot_check_sample_max", "2")
    with pytest.raises(TooMuch, match="最多 2 个"):
        make_campaign(inspector)
    assert make_campaign(inspector, rate=5000).size == 2


def test_the_draw_keeps_what_each_posting_said_and_tells_the_inspectors_once():
    planner, other = make_inspector(), make_inspector("370102")
    posting = make_posting()
    make_forwarded(region="370103")
    campaign, checks = make_draw(planner, [planner, other])
    assert {check.region: check.inspector_id for check in checks}["370103"] == planner.id
    said = next(check for check in checks if check.posting_id == posting.id)
    assert said.evidence["version"] == posting.version
    assert ["工作内容", "焊接农机车架，两班倒，每班八小时。"] in said.evidence["elements"]
    with transaction():
        again = session().get_one(Check, said.id)
        assert evidence.digest(again.evidence) == again.evidence_digest
        session().get_one(Posting, posting.id).duties = "另一份工作。"
    assert stored(Check, said.id).evidence["elements"][2][1] == "焊接农机车架，两班倒，每班八小时。"
    with transaction():
        told = session().scalars(select(Notice).where(Notice.subject == f"{campaign.id}:drawn")).all()
        assert {notice.person_id for notice in told} == {check.inspector_id for check in checks}


def test_the_loads_are_even_and_nobody_checks_an_employer_they_belong_or_belonged_to():
    planner, member, former = make_inspector(), make_inspector(), make_inspector()
    employer = make_employer()
    make_member(employer, member)
    make_member(employer, former)
    with transaction():
        membership = employer_queries.membership_of(employer.id, former.id)
        assert membership is not None
        employers.remove_member(membership, by=Actor.SYSTEM)
    near = [make_posting(employer=employer).id for _ in range(6)]
    far = [make_forwarded(source_key=f"{number}").id for number in range(30)]
    _, checks = make_draw(planner, [planner, member, former])
    assert {check.inspector_id for check in checks if check.posting_id in near} == {planner.id}
    loads = [sum(check.inspector_id == one.id for check in checks if check.posting_id in far) for one in (planner, member, former)]
    assert sum(loads) == 30 and max(loads) - min(loads) <= 7, "those who may not check the near ones got more of the others"
    with transaction():
        for check in checks:
            posting = session().get_one(Posting, check.posting_id)
            assert not postings.is_too_near(posting, check.inspector_id)
            places = {check.eligible.index(place) for place in check.eligible}
            assert len(places) == (1 if check.posting_id in near else 3)


def test_a_posting_without_an_eligible_inspector_refuses_the_draw_by_its_name():
    planner, county = make_inspector(), make_inspector("370103")
    make_posting(region="370102")
    campaign = make_campaign(planner)
    with pytest.raises(NobodyFor, match="历下区"), transaction():
        drawn_by(campaign, SEED, [county], by=inspecting(planner))
    assert stored(Campaign, campaign.id).state is CampaignState.PREPARED


@pytest.mark.parametrize("seed", ["12345", "种子一二三四", "abc def", "x" * 41, "123456\n;"])
def test_a_seed_that_could_be_read_in_two_ways_is_refused(seed):
    planner = make_inspector()
    make_posting()
    campaign = make_campaign(planner)
    with pytest.raises(BadSeed), transaction():
        drawn_by(campaign, seed, [planner], by=inspecting(planner))


def test_a_campaign_is_drawn_once_by_a_machines_seed_where_none_is_typed():
    planner = make_inspector()
    make_posting()
    campaign, _ = make_draw(planner, seed="")
    assert len(campaign.seed or "") == 16 and (campaign.seed or "").isdigit()
    with pytest.raises(IllegalMove), transaction():
        drawn_by(campaign, SEED, [planner], by=inspecting(planner))


def test_a_roster_of_one_is_no_roster_and_who_may_not_check_does_not_count():
    planner = make_inspector()
    make_posting()
    campaign = make_campaign(planner)
    for others in ([], [make_staff(Role.LEADER)], [make_inspector("370202")]):
        with pytest.raises(RosterTooSmall, match="至少选 2 名"), transaction():
            kept = session().get_one(Campaign, campaign.id)
            campaigns.fix_seed(kept, SEED, [one.id for one in (planner, *others)], by=inspecting(planner))
    assert stored(Campaign, campaign.id).seed is None, "who cannot draw fixes no seed"
    set_parameter("spot_check_roster_min", "1")
    with transaction():
        campaigns.fix_seed(session().get_one(Campaign, campaign.id), SEED, [planner.id], by=inspecting(planner))


def test_the_machine_adds_to_the_seed_so_that_none_can_be_tried_beforehand():
    planner, other = make_inspector(), make_inspector()
    for number in range(40):
        make_forwarded(source_key=f"{number}")
    first, second = (make_draw(planner, [planner, other], rate=1000)[0] for _ in range(2))
    typed, machine = (first.seed or "").split("-")
    assert typed == SEED and len(machine) == 16 and machine.isdigit() and first.seed != second.seed
    population = b"".join(stratum_keys(first))
    assert population == b"".join(stratum_keys(second)), "the same population, the same typed part"


def stratum_keys(campaign: Campaign) -> list[bytes]:
    with transaction():
        return [stratum.keys for stratum in queries.strata(campaign)]


def test_a_draw_that_was_refused_is_made_again_with_the_same_seed():
    """Else a roster that cannot do it would be a way to draw until the draw pleases."""
    planner, county, far = make_inspector(), make_inspector("370103"), make_inspector("370104")
    make_posting(region="370102")
    campaign, by = make_campaign(planner), inspecting(planner)
    with transaction():
        campaigns.fix_seed(session().get_one(Campaign, campaign.id), SEED, [county.id, far.id], by=by)
    with pytest.raises(NobodyFor), transaction():
        kept = session().get_one(Campaign, campaign.id)
        campaigns.draw(kept, campaigns.sample(kept), [county.id, far.id], by=by)
    fixed = stored(Campaign, campaign.id).seed
    with transaction():
        drawn_by(campaign, "88888888", [planner, county], by=by)
    assert stored(Campaign, campaign.id).seed == fixed is not None
    with transaction():
        assert session().query(Entry).filter(Entry.event == "CampaignSeedFixed").count() == 1


def test_who_let_a_posting_through_does_not_check_it():
    planner, other, reviewer = make_inspector(), make_inspector(), make_staff(Role.REVIEWER, "370100")
    posting = make_posting(reviewer=reviewer)
    _, (check,) = make_draw(planner, [planner, other, reviewer])
    with transaction():
        kept = session().get_one(Check, check.id)
        roster = session().get_one(Campaign, check.campaign_id).roster
        assert {roster[place] for place in kept.eligible} == {str(planner.id), str(other.id)}
        assert nearness.is_too_near(session().get_one(Posting, posting.id), reviewer.id)


def test_a_disabled_inspector_or_one_of_another_district_is_no_candidate():
    here, gone, elsewhere, reviewer = make_inspector("370102"), make_inspector(), make_inspector("370200"), make_staff(Role.REVIEWER, "370100")
    province = make_inspector("370000")
    disable(gone)
    with transaction():
        found = {one.id for one in people.colleagues(Permission.CHECK_RUN, "370100")}
    assert found == {here.id, reviewer.id, province.id}
    assert elsewhere.id not in found


def test_the_draw_made_again_is_the_same_and_a_tampered_row_shows():
    planner, other = make_inspector(), make_inspector()
    for number in range(40):
        make_forwarded(source_key=f"{number}", region="370102" if number % 3 else "370103")
    campaign, checks = make_draw(planner, [planner, other], rate=2500)
    with transaction():
        again = figures.redraw(session().get_one(Campaign, campaign.id))
    assert again.same and again.size == len(checks) == 10
    with transaction():
        stratum = session().scalars(select(Stratum).where(Stratum.campaign_id == campaign.id)).first()
        assert stratum is not None
        stratum.keys = UUID(int=1).bytes + stratum.keys[16:]
    with transaction():
        again = figures.redraw(session().get_one(Campaign, campaign.id))
    assert not again.population and not again.same
    with transaction():
        row = session().get_one(Check, checks[0].id)
        row.drawn_id = other.id if row.drawn_id == planner.id else planner.id
    with transaction():
        assert not figures.redraw(session().get_one(Campaign, campaign.id)).inspectors


def test_it_ends_when_everything_is_checked_or_when_its_time_is_up():
    planner = make_inspector()
    make_posting()
    campaign, checks = make_draw(planner)
    by = inspecting(planner)
    with pytest.raises(ChecksLeft), transaction():
        campaigns.finish(session().get_one(Campaign, campaign.id), by=by)
    with transaction():
        session().get_one(Campaign, campaign.id).due_on = today() - timedelta(days=1)
    with transaction():
        campaigns.finish(session().get_one(Campaign, campaign.id), by=by)
        found = figures.result(session().get_one(Campaign, campaign.id))
    assert found.total.counts[Group.LEFT] == len(checks) and found.total.known is None
    with transaction():
        campaigns.publish(session().get_one(Campaign, campaign.id), by=by)
    for act in (campaigns.publish, campaigns.finish):
        with pytest.raises(IllegalMove), transaction():
            act(session().get_one(Campaign, campaign.id), by=by)


def test_giving_up_wants_a_reason_and_leaves_the_campaign_on_the_list():
    planner = make_inspector()
    make_posting()
    campaign, _ = make_draw(planner)
    with pytest.raises(NoReason), transaction():
        campaigns.cancel(session().get_one(Campaign, campaign.id), "  ", by=inspecting(planner))
    with transaction():
        campaigns.cancel(session().get_one(Campaign, campaign.id), "名录选错了", by=inspecting(planner))
    grants = people.grants_of(planner.id)
    with transaction():
        assert [row.cancel_reason for row in session().scalars(queries.campaigns(grants))] == ["名录选错了"]
        assert session().scalars(queries.own_checks(planner.id, grants)).all() == []


def test_the_figures_are_weighted_by_stratum_and_open_their_rows():
    """Of 30 postings of one county 10 are checked, of 10 of another all: valid everywhere but for the second county."""
    planner = make_inspector()
    for number in range(30):
        make_forwarded(source_key=f"a{number}", region="370102")
    for number in range(10):
        make_forwarded(source_key=f"b{number}", region="370103")
    campaign, checks = make_draw(planner, rate=5000)
    sizes = {county: sum(check.region == county for check in checks) for county in ("370102", "370103")}
    assert sizes == {"370102": 15, "370103": 5}
    for check in checks:
        judge(check, Verdict.VALID if check.region == "370102" else Verdict.FILLED)
    with transaction():
        kept = session().get_one(Campaign, campaign.id)
        found = figures.result(kept)
        rows = session().scalars(figures.rows(kept, county="370103", group=Group.STALE)).all()
    assert found.total.known is not None and found.total.known.value == pytest.approx(0.75)
    assert [(line.label, line.counts[Group.VALID], line.counts[Group.STALE]) for line in found.counties] == [
        ("济南市历下区", 15, 0),
        ("济南市市中区", 0, 5),
    ]
    assert [line.label for line in found.sources] == ["齐鲁人才网"]
    assert len(rows) == 5 and {row.region for row in rows} == {"370103"}


def test_inspectors_are_reminded_once_before_and_once_after_the_end():
    planner = make_inspector()
    make_posting()
    campaign, _ = make_draw(planner, due_on=today() + timedelta(days=3))

    def reminded(days: int) -> int:
        with transaction():
            session().get_one(Campaign, campaign.id).due_on = today() + timedelta(days=days)
        with transaction():
            return campaigns.remind(on=today(), by=Actor.SYSTEM)

    assert [reminded(days) for days in (4, 3, 2, 0, -1, -2)] == [0, 1, 0, 0, 1, 0]


def test_planners_whose_area_has_no_campaign_of_the_month_are_told_once():
    planner, busy = make_inspector("370100"), make_inspector("370200")
    make_staff(Role.REVIEWER, "370300")
    make_forwarded(region="370202")
    make_campaign(busy, region="370200")
    with transaction():
        counts = [campaigns.propose(on=today(), by=Actor.SYSTEM) for _ in range(2)]
    assert counts == [1, 0]
    set_parameter("spot_check_monthly_day", "32")
    with transaction():
        assert campaigns.propose(on=today(), by=Actor.SYSTEM) == 0
        assert session().scalars(select(Notice.person_id).where(Notice.subject.startswith("propose:"))).all() == [planner.id]


def test_another_districts_planner_finds_no_campaign_and_no_check():
    planner, stranger, county = make_inspector(), make_inspector("370200"), make_inspector("370102")
    make_posting()
    campaign, checks = make_draw(planner, [county])
    with transaction():
        kept = session().get_one(Campaign, campaign.id)
        for other in (stranger, county):
            grants = people.grants_of(other.id)
            assert session().scalars(queries.campaigns(grants)).all() == []
            assert queries.campaign(campaign.id, grants) is None
        assert queries.check_in(kept, checks[0].id) is not None
        assert queries.published_campaign(campaign.id) is None
        assert [row.id for row in session().scalars(queries.own_checks(county.id, people.grants_of(county.id)))] == [checks[0].id]
        assert session().scalars(queries.own_checks(planner.id, people.grants_of(planner.id))).all() == []
        assert queries.own_check(checks[0].id, planner.id, people.grants_of(planner.id)) is None


def test_an_inspector_who_lost_the_district_no_longer_finds_the_check():
    planner, county = make_inspector(), make_inspector("370102")
    make_posting()
    _, checks = make_draw(planner, [county])
    with transaction():
        for row in people.grant_rows(county.id):
            accounts.revoke_role(row, by=Actor.SYSTEM)
        accounts.grant_role(session().get_one(Person, county.id), Role.INSPECTOR, region="370202", by=Actor.SYSTEM)
    with transaction():
        assert queries.own_check(checks[0].id, county.id, people.grants_of(county.id)) is None


def test_what_happens_is_on_the_ledger_with_keys_and_counts_only():
    planner = make_inspector()
    make_posting()
    campaign, _ = make_draw(planner)
    with transaction():
        told = {entry.event: entry.payload for entry in session().scalars(select(Entry).where(Entry.subject == str(campaign.id)))}
    assert told["CampaignPrepared"] == {"campaign_id": str(campaign.id), "population": 1, "size": 1}
    assert told["CampaignDrawn"] == {"campaign_id": str(campaign.id), "size": 1, "inspectors": 2}
