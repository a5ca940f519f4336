"""Cards of postings that are one job, on SQLite and on PostgreSQL, and what becomes of them."""

import pytest
from sqlalchemy import func, select

from tests.factories.accounts import make_staff
from tests.factories.employers import make_member
from tests.factories.postings import make_posting
from tests.factories.sources import make_node, row, send
from webapp import ledger
from webapp.access import Actor, Role
from webapp.db import reading, session, transaction
from webapp.employers.models import Employer
from webapp.ledger import Entry
from webapp.postings import index_care, indexing, queries
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing.models import ReviewItem
from webapp.sources import conflicts, duplicates, nodes
from webapp.sources.models import ConflictDecision, PostingBand, PostingConflict, PostingSketch, Source

pytestmark = pytest.mark.usefixtures("database")
TEXT = "负责车间农机车架的焊接，看得懂图纸，能用二保焊和氩弧焊；两班倒，每班八小时，服从班组长安排，做好焊缝自检和设备日常保养。"


def job(number=1, **changes):
    """The same job under another number."""
    return row(number, title="电焊工", company="济南样例机械有限公司", description=TEXT, salary_text="6000-8000元/月", **changes)


def posting(key):
    with reading():
        return session().scalars(select(Posting).where(Posting.source_key == key)).one()


def group():
    return duplicates.group_all(by=Actor.SYSTEM)


def leaders():
    """Key -> the key of whose card shows it."""
    with reading():
        rows = {one.id: one for one in session().scalars(select(Posting).where(Posting.state == PostingState.OPEN))}
    return {one.source_key or "direct": (rows[one.card_id].source_key or "direct") if one.card_id else None for one in rows.values()}


@pytest.fixture
def two():
    """Two nodes that offer one job."""
    first, second = make_node(), make_node("青岛零工圈")
    send(first, [job(1)])
    send(second, [job(2)])
    group()
    return first, second


def test_one_job_of_two_nodes_has_one_card_and_the_oldest_leads(two):
    assert leaders() == {"r1": None, "r2": "r1"}
    with reading():
        assert index_care.open_postings() == 1
        assert [not document.deleted for document in indexing.documents([posting("r1").id, posting("r2").id])].count(True) == 1
    assert posting("r2").version == 2 and posting("r1").version == 1


def test_a_second_grouping_changes_nothing(two):
    before = leaders(), posting("r2").version
    found = group()
    assert (found.looked_at, found.changed) == (2, 0)
    assert (leaders(), posting("r2").version) == before


def test_the_node_that_ranks_first_leads_whoever_came_first(two):
    _, second = two
    with transaction():
        kept = session().get_one(Source, second.id)
        nodes.change_node(kept, {"name": kept.name, "priority": 10}, by=Actor.SYSTEM)
    group()
    assert leaders() == {"r1": "r2", "r2": None}


def test_what_its_employer_wrote_here_leads_and_another_of_the_employer_keeps_its_own(two):
    for _ in range(2):
        make_posting(title="电焊工", duties=TEXT, requirements="", wage_low=6000, wage_high=8000)
    with transaction():
        for one in session().scalars(select(Posting).where(Posting.employer_id.is_not(None))):
            one.employer_name = "济南样例机械有限公司"
    group()
    with reading():
        rows = list(session().scalars(select(Posting).order_by(Posting.seq)))
    direct = [one for one in rows if one.employer_id]
    assert [one.card_id for one in direct] == [None, None]
    assert {one.card_id for one in rows if one.source_id} == {direct[0].id}


def test_when_one_node_withdraws_the_other_keeps_the_card_and_is_indexed_in_the_same_transaction(two):
    first, _ = two
    send(first, [{"id": "r1", "removed": True}])
    assert leaders() == {"r2": None}
    with reading():
        fact = session().scalars(select(Entry).where(Entry.event == "CardsChanged").order_by(Entry.id.desc())).first()
        withdrawn = session().scalars(select(Entry).where(Entry.event == "PostingsWithdrawn")).one()
    back = posting("r2")
    assert (fact.payload["at"], back.version) == (back.grouped_at.isoformat(), 3)
    assert abs((fact.at - withdrawn.at).total_seconds()) < 1
    (document,) = indexing.stream(Posting.grouped_at == back.grouped_at)
    assert not document.deleted


def test_when_both_withdraw_nobody_shows_it(two):
    for node, key in zip(two, ("r1", "r2"), strict=True):
        send(node, [{"id": key, "removed": True}])
    assert leaders() == {}
    with reading():
        assert index_care.open_postings() == 0


def test_whoever_expires_in_front_leaves_the_card_to_the_next(two):
    with transaction():
        session().get_one(Posting, posting("r1").id).valid_through = queries.today().replace(year=2020)
    postings.expire(queries.today(), by=Actor.SYSTEM)
    assert leaders() == {"r2": None}


def test_what_a_reviewer_takes_down_takes_what_stands_behind_with_it(two):
    reviewer = make_staff(Role.REVIEWER)
    with transaction():
        postings.take_down(session().get_one(Posting, posting("r1").id), "虚假招聘", by=Actor(reviewer.id, Role.REVIEWER.value, "web"))
    assert [posting(key).state for key in ("r1", "r2")] == [PostingState.TAKEN_DOWN] * 2


def behind_a_direct_one(two):
    """The employer's own posting leads; both nodes forward it."""
    direct = make_posting(title="电焊工", duties=TEXT, requirements="", wage_low=6000, wage_high=8000)
    with transaction():
        session().get_one(Posting, direct.id).employer_name = "济南样例机械有限公司"
    group()
    assert {posting(key).card_id for key in ("r1", "r2")} == {direct.id}
    return direct


def by_a_reviewer():
    return Actor(make_staff(Role.REVIEWER).id, Role.REVIEWER.value, "web")


ENDS = {
    "fill": lambda row: postings.fill(row, by=Actor.SYSTEM),
    "withdraw": lambda row: postings.withdraw(row, by=Actor.SYSTEM),
    "stop": lambda row: postings.stop(row, "电话里说不招了", by=by_a_reviewer()),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_when_the_job_is_over_no_copy_of_it_comes_forward_unseen(two, end):
    direct = behind_a_direct_one(two)
    with transaction():
        end(session().get_one(Posting, direct.id))
    assert [(posting(key).state, posting(key).card_id) for key in ("r1", "r2")] == [(PostingState.IN_REVIEW, None)] * 2
    with reading():
        item = session().scalars(select(ReviewItem).where(ReviewItem.posting_id == posting("r1").id)).one()
        assert "同一个岗位" in item.risks[0]
        assert index_care.open_postings() == 0
        assert [one.deleted for one in indexing.stream(Posting.grouped_at == posting("r1").grouped_at)] == [True, True]
    with transaction():
        postings.approve(session().get_one(Posting, posting("r1").id), by=by_a_reviewer())
    assert leaders()["r1"] is None


def test_a_pause_lets_the_next_come_forward(two):
    direct = behind_a_direct_one(two)
    with transaction():
        postings.pause(session().get_one(Posting, direct.id), by=Actor.SYSTEM)
    assert leaders() == {"r1": None, "r2": "r1"}


def test_a_take_down_from_behind_a_card_takes_the_whole_card(two):
    with transaction():
        postings.take_down(session().get_one(Posting, posting("r2").id), "虚假招聘", by=by_a_reviewer())
    assert [posting(key).state for key in ("r1", "r2")] == [PostingState.TAKEN_DOWN] * 2
    with reading():
        assert index_care.open_postings() == 0


def test_whoever_is_near_the_leader_does_not_take_it_down_from_behind(two):
    direct = behind_a_direct_one(two)
    with reading():
        employer = session().get_one(Employer, direct.employer_id)
    near = Actor(make_member(employer, make_staff(Role.REVIEWER)).id, Role.REVIEWER.value, "web")
    with pytest.raises(postings.OwnPosting), transaction():
        postings.take_down(session().get_one(Posting, posting("r2").id), "虚假招聘", by=near)
    assert posting("r2").state is PostingState.OPEN


def test_a_row_that_says_something_else_now_gets_a_card_of_its_own(two):
    _, second = two
    send(second, [job(2) | {"salary_text": "9000-12000元/月"}])
    group()
    assert leaders() == {"r1": None, "r2": None}


def test_a_chain_of_likenesses_does_not_join_its_ends():
    node, long = make_node(), TEXT * 1
    ways = [long, long[20:] + "另外负责新员工带教和班组安全记录。", long[40:] + "另外负责新员工带教和班组安全记录。每月参加一次技能比武和设备点检。"]
    for number, text in enumerate(ways, 1):
        send(make_node(f"节点{number}"), [job(number) | {"description": text}])
    group()
    found = leaders()
    assert found["r1"] is None and not (found["r2"] == "r1" and found["r3"] == "r1")
    assert node is not None


@pytest.mark.parametrize("changes", [{"region_code": "370202"}, {"salary_text": "6000-9000元/月"}, {"company": "青岛另一家机械有限公司"}])
def test_another_city_pay_or_employer_is_never_one_card(changes):
    send(make_node(), [job(1)])
    send(make_node("青岛零工圈"), [job(2) | changes])
    group()
    assert leaders() == {"r1": None, "r2": None}


def test_bands_of_what_is_closed_are_forgotten(two):
    for node, key in zip(two, ("r1", "r2"), strict=True):
        send(node, [{"id": key, "removed": True}])
    group()
    with reading():
        assert [session().scalar(select(func.count()).select_from(kind)) for kind in (PostingBand, PostingSketch)] == [0, 0]


def test_an_import_and_an_approval_have_their_cards_looked_after():
    from workers.handlers import LISTENERS

    ledger.subscribe(LISTENERS)
    batch = send(make_node(), [job(1)])
    send(make_node("青岛零工圈"), [job(2)])
    duplicates.group_batch(batch.id, by=Actor.SYSTEM)
    assert leaders() == {"r1": None, "r2": None}, "the second was not looked at, and the first has no band to meet"
    with reading():
        last = session().scalars(select(Posting.batch_id).where(Posting.source_key == "r2")).one()
    duplicates.group_batch(last, by=Actor.SYSTEM)
    assert leaders() == {"r1": None, "r2": "r1"}


# contradictions


def the_conflict():
    with reading():
        return session().scalars(select(PostingConflict)).one_or_none()


def settle(decision, reason="电话核实"):
    with transaction():
        conflict = session().scalars(select(PostingConflict)).one()
        duplicates.regroup(conflicts.settle(conflict, decision, reason, by=Actor.SYSTEM), by=Actor.SYSTEM)


@pytest.fixture
def contradicting():
    send(make_node(), [job(1)])
    send(make_node("青岛零工圈"), [job(2) | {"salary_text": "9000-12000元/月"}])
    group()


def test_another_pay_for_the_same_job_of_another_node_is_a_contradiction_and_no_card(contradicting):
    assert leaders() == {"r1": None, "r2": None}
    assert the_conflict().fields == ["pay"]
    group()
    assert the_conflict() is not None, "it is written down once"


def test_headcounts_that_differ_are_a_contradiction_on_one_card():
    send(make_node(), [job(1) | {"headcount": "5"}])
    send(make_node("青岛零工圈"), [job(2) | {"headcount": "50"}])
    group()
    assert leaders() == {"r1": None, "r2": "r1"}
    assert the_conflict().fields == ["headcount"]


def test_counties_that_differ_are_a_contradiction_on_one_card():
    send(make_node(), [job(1)])
    send(make_node("青岛零工圈"), [job(2) | {"region_code": "370103"}])
    group()
    assert leaders() == {"r1": None, "r2": "r1"}
    assert the_conflict().fields == ["place"]


def test_one_node_does_not_contradict_itself():
    node = make_node()
    send(node, [job(1), job(2) | {"salary_text": "9000-12000元/月"}])
    group()
    assert the_conflict() is None


def test_who_is_held_right_leads_and_the_other_stands_behind(contradicting):
    settle(ConflictDecision.SECOND)
    assert leaders() == {"r1": "r2", "r2": None}
    group()
    assert leaders() == {"r1": "r2", "r2": None}


def test_what_people_took_apart_stays_apart(two):
    with transaction():
        one, other = (session().get_one(Posting, posting(key).id) for key in ("r1", "r2"))
        duplicates.regroup(conflicts.part(one, other, "两个车间", by=Actor.SYSTEM), by=Actor.SYSTEM)
    group()
    assert leaders() == {"r1": None, "r2": None}
    assert (the_conflict().decision, the_conflict().reason) == (ConflictDecision.APART, "两个车间")


def test_a_decision_needs_a_reason_is_made_once_and_is_on_the_ledger_with_its_purpose(contradicting):
    with pytest.raises(conflicts.NoReason):
        settle(ConflictDecision.FIRST, "  ")
    settle(ConflictDecision.FIRST)
    with pytest.raises(conflicts.AlreadySettled):
        settle(ConflictDecision.APART)
    with reading():
        (entry,) = session().scalars(select(Entry).where(Entry.event == "ConflictSettled"))
    assert (entry.payload["decision"], entry.payload["purpose"]) == ("first", "posting_accuracy")


def test_what_its_employer_wrote_here_is_not_put_behind_a_source():
    made = make_posting(title="电焊工", duties=TEXT, requirements="", wage_low=6000, wage_high=8000)
    with transaction():
        session().get_one(Posting, made.id).employer_name = "济南样例机械有限公司"
    send(make_node(), [job(2) | {"salary_text": "9000-12000元/月"}])
    group()
    with pytest.raises(conflicts.DirectLeads):
        settle(ConflictDecision.SECOND)
