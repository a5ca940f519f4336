from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from webapp import ledger
from webapp.access import Actor
from webapp.db import now, session, transaction
from webapp.events import PostingApproved, PostingClosed
from webapp.ledger import Delivery, DeliveryState, Entry, Listener

pytestmark = pytest.mark.usefixtures("database")
INDEX = Listener("index_posting", "index")
MATCH = Listener("match_posting", "notify")


def approve(key: str = "p1") -> None:
    ledger.subscribe({PostingApproved: (INDEX, MATCH)})
    with transaction():
        ledger.record(PostingApproved(key), by=Actor.SYSTEM)


def claim_one(queue: str = "index", lease: timedelta = ledger.LEASE) -> ledger.Claim:
    with transaction():
        (claim,) = ledger.claim(queue, lease=lease)
    return claim


def state() -> DeliveryState:
    return session().scalars(select(Delivery.state).where(Delivery.queue == "index")).one()


def test_a_fact_is_written_with_one_delivery_per_listener() -> None:
    approve()
    entry = session().scalars(select(Entry)).one()
    assert (entry.event, entry.subject, entry.by_role) == ("PostingApproved", "p1", "system")
    assert {d.listener for d in session().scalars(select(Delivery))} == {"index_posting", "match_posting"}


def test_a_fact_nobody_listens_to_is_still_on_the_ledger() -> None:
    ledger.subscribe({})
    with transaction():
        ledger.record(PostingClosed("p1", "filled"), by=Actor.SYSTEM)
    assert session().scalars(select(Entry)).one().payload == {"posting_id": "p1", "state": "filled"}
    assert ledger.due_counts() == {}


def test_a_refused_business_change_leaves_no_fact() -> None:
    ledger.subscribe({PostingApproved: (INDEX,)})
    with pytest.raises(LookupError), transaction():
        ledger.record(PostingApproved("p1"), by=Actor.SYSTEM)
        raise LookupError
    assert session().scalars(select(Entry)).all() == []


def test_a_worker_takes_only_its_own_queue() -> None:
    approve()
    assert claim_one("index").event == PostingApproved("p1")
    with transaction():
        assert ledger.claim("index") == []
    assert ledger.due_counts() == {"notify": 1}


def test_what_is_claimed_is_not_claimed_again_until_its_lease_ends() -> None:
    approve()
    first = claim_one(lease=timedelta(seconds=-1))
    second = claim_one()
    assert second.id == first.id
    assert second.doubtful and not first.doubtful
    assert second.attempts == 2


def test_whoever_lost_the_lease_cannot_finish() -> None:
    approve()
    first = claim_one(lease=timedelta(seconds=-1))
    second = claim_one()
    with transaction():
        assert not ledger.finish(first)
        assert not ledger.renew(first)
        assert ledger.finish(second)
    assert state() is DeliveryState.DONE


def test_a_failure_backs_off_and_is_parked_after_the_last_try() -> None:
    approve()
    for attempt in range(1, ledger.MAX_ATTEMPTS + 1):
        claim = claim_one()
        assert claim.attempts == attempt
        with transaction():
            ledger.fail(claim, "Timeout")
        if attempt < ledger.MAX_ATTEMPTS:
            row = session().scalars(select(Delivery).where(Delivery.queue == "index")).one()
            assert row.available_at - now() > ledger.BACKOFF[min(attempt, 5) - 1] - timedelta(seconds=5)
            with transaction() as writing:
                writing.get(Delivery, claim.id).available_at = now()
    assert state() is DeliveryState.PARKED


def test_a_busy_writer_is_no_failed_attempt() -> None:
    approve()
    for _ in range(ledger.MAX_ATTEMPTS + 3):
        claim = claim_one()
        with transaction():
            assert ledger.give_back(claim)
    assert claim_one().attempts == 1


def test_a_call_without_an_answer_is_shown_as_unknown() -> None:
    approve()
    claim = claim_one()
    with transaction():
        ledger.finish_unknown(claim, "no answer")
    assert state() is DeliveryState.UNKNOWN
    assert "index" not in ledger.due_counts()


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET event = 'Nothing'", "DELETE FROM ledger_entry"])
def test_the_audit_refuses_to_be_changed(statement: str) -> None:
    approve()
    with pytest.raises(DatabaseError, match="append-only"), transaction() as writing:
        writing.execute(text(statement))


def test_a_heartbeat_has_an_age() -> None:
    assert ledger.age_of("relay") is None
    with transaction():
        ledger.beat("relay")
    age = ledger.age_of("relay")
    assert age is not None and age < timedelta(seconds=5)
