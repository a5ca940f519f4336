"""From an open posting to a receipt, and everything that can go wrong on the way."""

import json
from datetime import timedelta

import pytest

from tests.factories.outlets import make_outlet, outlet_now
from tests.factories.postings import make_posting
from tests.factories.reference import set_parameter
from tests.webapp.outlets.fake_outlet import SECRET, FakeOutlet, Way
from tests.webapp.outlets.support import cycle, hear, let_time_pass, said, touch, withdraw, words
from webapp.config import Settings
from webapp.db import now, transaction
from webapp.outlets import models, roads, schema, sending, tending
from webapp.outlets.models import DispatchState, Outlet
from webapp.outlets.sending import Answer, Outcome


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roads, "TALK_SECONDS", 0.6)


@pytest.fixture
def outlet(house: Settings, their_server: FakeOutlet) -> Outlet:
    return make_outlet(way=models.Way.PUSH, address=their_server.address, secret=SECRET)


def test_an_open_posting_reaches_the_outlet_and_its_receipt_is_kept(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    posting = make_posting()
    hear(house)
    cycle()
    (word,) = words(outlet)
    assert (word.state, word.receipt, word.attempts) == (DispatchState.RECEIPTED, f"R-{word.number}", 1)
    assert their_server.on_show == {str(posting.id)}
    assert schema.fault(their_server.shown[str(posting.id)]) == ""


def test_a_withdrawn_posting_has_a_receipted_tombstone_after_one_cycle(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    posting = make_posting()
    cycle()
    withdraw(posting)
    cycle()
    assert said(outlet, posting) == [("publish", "receipted"), ("remove", "receipted")]
    assert (their_server.on_show, their_server.removed) == (set(), {str(posting.id)})


def test_an_event_that_was_lost_is_made_up_for(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    """Nobody carries out a delivery here: the comparison alone finds both."""
    posting = make_posting()
    cycle()
    touch(posting.id)
    cycle()
    assert their_server.shown[str(posting.id)]["title"] == "电焊工（改）"
    assert said(outlet) == [("publish", "receipted"), ("publish", "receipted")]


def test_a_second_cycle_tells_nothing_twice(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    make_posting()
    hear(house)
    cycle()
    cycle()
    hear(house)
    assert set(their_server.seen.values()) == {1} and sum(their_server.calls.values()) == 1


@pytest.mark.parametrize(
    ("way", "state"),
    [
        (Way.FAIL, "failed"),
        (Way.ELSEWHERE, "failed"),
        (Way.BUSY, "failed"),
        (Way.SWALLOW, "unknown"),
        (Way.HANG_UP, "unknown"),
        (Way.DRIP, "unknown"),
        (Way.GARBLE, "unknown"),
    ],
)
def test_what_did_not_get_through_is_named_and_sent_again_under_its_key(
    quick: None, outlet: Outlet, their_server: FakeOutlet, way: Way, state: str
) -> None:
    their_server.way = way
    make_posting()
    cycle()
    (word,) = words(outlet)
    assert (word.state.value, bool(word.last_error), word.receipt) == (state, True, "")
    troubled = outlet_now(outlet.id)
    assert troubled.failures == 1 and troubled.last_error == word.last_error and troubled.wait_until and troubled.wait_until > now()
    cycle()
    assert sum(their_server.calls.values()) == 1, "it waits before it tries again"
    their_server.way = Way.TAKE
    let_time_pass()
    cycle()
    assert [(one.state.value, one.attempts) for one in words(outlet)] == [("receipted", 2)]
    assert len(their_server.calls) == 1 and {len(bodies) for bodies in their_server.bodies.values()} == {1}, "one key, one body"
    assert outlet_now(outlet.id).failures == 0


def test_a_server_that_is_away_is_no_doubt(house: Settings, outlet: Outlet) -> None:
    with transaction() as session:
        session.get_one(Outlet, outlet.id).address = "http://127.0.0.1:1/postings"
    make_posting()
    cycle()
    assert [(word.state.value, word.last_error[:4]) for word in words(outlet)] == [("failed", "连接不上")]


def test_they_say_how_long_to_wait(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    their_server.way = Way.BUSY
    make_posting()
    cycle()
    waits = outlet_now(outlet.id).wait_until
    assert waits is not None and timedelta(seconds=110) < waits - now() <= timedelta(seconds=120)


def test_an_item_without_a_receipt_is_sent_again_and_its_neighbour_is_not(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    their_server.way = Way.HALF
    first, second = make_posting(title="电焊工"), make_posting(title="保洁员")
    cycle()
    assert [word.state.value for word in words(outlet)] == ["receipted", "unknown"]
    their_server.way = Way.TAKE
    let_time_pass()
    cycle()
    assert [word.state.value for word in words(outlet)] == ["receipted", "receipted"]
    times = {key: count for (key, _), count in their_server.seen.items()}
    assert times == {str(first.id): 1, str(second.id): 2}
    assert {len(bodies) for bodies in their_server.bodies.values()} == {1}, "what is not the same does not go under the same key"


def test_a_refused_item_is_listed_with_their_reason_and_not_sent_again(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    posting = make_posting()
    make_posting(title="保洁员")
    their_server.way, their_server.refused = Way.REFUSE, {str(posting.id): "岗位名称里有禁用词"}
    cycle()
    let_time_pass()
    cycle()
    assert [(word.state.value, word.last_error) for word in words(outlet, posting)] == [("refused", "岗位名称里有禁用词")]
    assert their_server.seen[str(posting.id), 1] == 1


def test_after_so_many_tries_it_is_parked_and_a_new_version_goes_again(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    set_parameter("outlet_tries", "3")
    their_server.way = Way.FAIL
    posting = make_posting()
    for _ in range(5):
        cycle()
        let_time_pass()
    assert [(word.state.value, word.attempts) for word in words(outlet)] == [("parked", 3)]
    assert sum(their_server.calls.values()) == 3
    their_server.way = Way.TAKE
    touch(posting.id)
    cycle()
    assert said(outlet) == [("publish", "superseded"), ("publish", "receipted")]


def test_a_worker_that_died_between_call_and_receipt_leaves_it_unknown_and_not_lost(outlet: Outlet, their_server: FakeOutlet) -> None:
    make_posting()
    cycle_until_the_call(outlet)
    assert [word.state.value for word in words(outlet)] == ["sending"]
    cycle()
    assert sum(their_server.calls.values()) == 1, "the lease still runs: nobody else sends"
    let_time_pass()
    cycle()
    (word,) = words(outlet)
    assert (word.state.value, word.attempts) == ("receipted", 2)
    assert list(their_server.calls.values()) == [2] and {len(bodies) for bodies in their_server.bodies.values()} == {1}


def cycle_until_the_call(outlet: Outlet) -> Answer:
    """Everything a worker does up to their answer; then it is killed."""
    tending.catch_up(outlet.id, lambda: None)
    with transaction():
        consignment = sending.prepare(outlet.id)
    assert consignment is not None
    return roads.carry(consignment)


def test_a_worker_that_comes_back_after_its_lease_brings_its_receipts_and_nothing_else(outlet: Outlet, their_server: FakeOutlet) -> None:
    make_posting()
    tending.catch_up(outlet.id, lambda: None)
    with transaction():
        late = sending.prepare(outlet.id)
    assert late is not None
    answer = roads.carry(late)
    let_time_pass()
    with transaction():
        other = sending.prepare(outlet.id)
    assert other is not None and other.shipment_id == late.shipment_id and other.token != late.token
    with transaction():
        assert not sending.settle(late, answer)
    assert [word.state.value for word in words(outlet)] == ["receipted"]
    with transaction():
        assert sending.settle(other, Answer(Outcome.IN_DOUBT, reason="zu spät"))
    assert [word.state.value for word in words(outlet)] == ["receipted"], "a receipt is a fact"


def test_a_posting_that_closed_before_it_left_never_leaves(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    their_server.way = Way.FAIL
    posting = make_posting()
    cycle()
    withdraw(posting)
    their_server.way = Way.TAKE
    let_time_pass()
    tending._send(outlet.id, lambda: None)  # before any comparison of all
    assert said(outlet) == [("publish", "superseded"), ("remove", "receipted")]
    assert their_server.on_show == set()


def test_a_late_publication_does_not_overtake_a_removal(quick: None, outlet: Outlet, their_server: FakeOutlet) -> None:
    """The first call is in doubt, and arrives a second time after the tombstone: its lower version loses."""
    posting = make_posting()
    their_server.way = Way.SWALLOW
    cycle()
    published = dict(their_server.shown)
    withdraw(posting)
    their_server.way = Way.TAKE
    let_time_pass()
    cycle()
    assert their_server.removed == {str(posting.id)}
    their_server.keep(list(published.values()))
    assert their_server.removed == {str(posting.id)}, "the higher version holds"
    numbers = [word.number for word in words(outlet)]
    assert numbers == sorted(numbers) and len(set(numbers)) == 2


def test_removals_go_before_publications(house: Settings, outlet: Outlet, their_server: FakeOutlet, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = make_posting()
    cycle()
    withdraw(gone)
    for number in range(3):
        make_posting(title=f"电焊工{number}")
    monkeypatch.setattr(sending, "AT_MOST", 1)
    cycle()
    first = next(iter(list(their_server.bodies.values())[1]))
    assert json.loads(first) == {"identifier": str(gone.id), "removed": True, "version": 2}


def test_a_shipment_holds_so_many_items_at_most(house: Settings, outlet: Outlet, their_server: FakeOutlet, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make_posting(title=f"电焊工{number}")
    monkeypatch.setattr(sending, "AT_MOST", 2)
    cycle()
    assert len(their_server.calls) == 3 and len(their_server.on_show) == 5


def test_a_suspended_outlet_is_told_of_removals_only(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    there = make_posting()
    cycle()
    with transaction() as session:
        session.get_one(Outlet, outlet.id).state = models.OutletState.SUSPENDED
    make_posting(title="保洁员")
    withdraw(there)
    hear(house)
    cycle()
    assert their_server.on_show == set() and their_server.removed == {str(there.id)}
    with transaction() as session:
        session.get_one(Outlet, outlet.id).state = models.OutletState.ACTIVE
    cycle()
    assert len(their_server.on_show) == 1


def test_what_does_not_fit_the_schema_never_leaves_and_is_listed(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    posting = make_posting()
    with transaction() as session:
        session.get_one(type(posting), posting.id).title = ""
    cycle()
    (word,) = words(outlet)
    assert (word.state.value, word.last_error) == ("parked", "不符合数据规范：岗位（required）")
    assert their_server.calls == {}


def test_later_receipts_are_waited_for(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    their_server.way = Way.LATER
    make_posting()
    cycle()
    let_time_pass()
    cycle()
    assert said(outlet) == [("publish", "sent")]
    assert sum(their_server.calls.values()) == 1


def test_a_wrong_key_of_ours_is_a_failure_that_is_named(house: Settings, outlet: Outlet, their_server: FakeOutlet) -> None:
    with transaction() as session:
        session.get_one(Outlet, outlet.id).secret = "wrong"
    make_posting()
    cycle()
    assert their_server.strangers == 1
    assert [word.last_error for word in words(outlet)] == ["对方答复 HTTP 401"]


def test_a_road_that_breaks_keeps_no_other_outlet_waiting(outlet: Outlet, their_server: FakeOutlet, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = make_outlet("broken")
    make_posting()
    monkeypatch.setattr(roads, "_lay", lambda consignment: 1 / 0)
    cycle()
    assert [(word.state.value, word.last_error) for word in words(broken)] == [("unknown", "发送出错：ZeroDivisionError")]
    assert [word.state.value for word in words(outlet)] == ["receipted"]
