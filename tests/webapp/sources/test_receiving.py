from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.reference import set_parameter
from tests.factories.sources import json_lines, make_key, make_node, receive, row, send, stored_batch
from webapp.access import Actor
from webapp.db import now, reading, session, transaction
from webapp.ledger import Entry
from webapp.postings.models import Posting, PostingState
from webapp.sources import nodes, operations, receiving, storing
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, RefusalReason, Source
from webapp.sources.queries import refused_of
from webapp.sources.writing import Writer

pytestmark = pytest.mark.usefixtures("database")
SNAPSHOT = BatchMode.SNAPSHOT


def postings():
    with reading():
        return {posting.source_key: posting for posting in session().scalars(select(Posting))}


def states():
    return {key: posting.state for key, posting in postings().items()}


def counts(batch):
    return (batch.rows, batch.added, batch.changed, batch.unchanged, batch.removed, batch.refused_rows)


def entries(event):
    with reading():
        return list(session().scalars(select(Entry).where(Entry.event == event)))


def test_a_batch_has_a_receipt_that_counts_every_row_once():
    node = make_node()
    send(node, [row(1), row(2)])
    batch = send(node, [row(1), row(2, title="叉车司机"), row(3), row(4, title=""), {"id": "r9", "removed": True}])
    assert batch.state is BatchState.DONE
    assert counts(batch) == (5, 1, 1, 1, 0, 1)
    (one,) = refused_of(batch)
    assert (one.reason, one.rows, one.lines) == (RefusalReason.NO_TITLE, 1, [4])


def test_the_same_key_with_the_same_content_is_the_same_batch_and_with_another_is_refused():
    node = make_node()
    first = send(node, [row(1)], key="k-1")
    again = receive(node, json_lines([row(1)]), key="k-1")
    assert again.id == first.id
    with pytest.raises(receiving.KeyReused):
        receive(node, json_lines([row(2)]), key="k-1")
    other = make_node("青岛零工圈")
    assert receive(other, json_lines([row(2)]), key="k-1").id != first.id


def test_a_removal_withdraws_and_saying_it_again_changes_nothing():
    node = make_node()
    send(node, [row(1), row(2)])
    version = postings()["r1"].version
    batch = send(node, [{"id": "r1", "removed": True}])
    assert batch.removed == 1
    gone = postings()["r1"]
    assert (gone.state, gone.version, gone.closed_at is not None) == (PostingState.WITHDRAWN, version + 1, True)
    (fact,) = entries("PostingsWithdrawn")
    assert fact.payload == {"at": gone.closed_at.isoformat(), "batch_id": str(batch.id), "count": 1}
    assert send(node, [{"id": "r1", "removed": True}]).removed == 0
    assert postings()["r1"].version == version + 1


def test_what_its_source_withdrew_comes_back_when_it_is_sent_again():
    node = make_node()
    send(node, [row(1)])
    send(node, [{"id": "r1", "removed": True}])
    assert send(node, [row(1)]).changed == 1
    back = postings()["r1"]
    assert (back.state, back.closed_at) == (PostingState.OPEN, None)


def test_what_comes_back_from_a_node_that_is_reviewed_waits_for_the_reviewer():
    node = make_node(opens=False)
    send(node, [row(1)])
    assert states() == {"r1": PostingState.IN_REVIEW}
    send(node, [{"id": "r1", "removed": True}])
    send(node, [row(1)])
    assert states() == {"r1": PostingState.IN_REVIEW}


def test_a_node_cannot_withdraw_what_another_node_offers():
    one, other = make_node(), make_node("青岛零工圈")
    send(one, [row(1)])
    assert send(other, [{"id": "r1", "removed": True}]).removed == 0
    send(other, [row(2)], mode=SNAPSHOT)
    assert states() == {"r1": PostingState.OPEN, "r2": PostingState.OPEN}


def test_a_snapshot_withdraws_what_it_no_longer_holds():
    node = make_node()
    send(node, [row(1), row(2), row(3)])
    batch = send(node, [row(2)], mode=SNAPSHOT)
    assert (batch.unchanged, batch.removed) == (1, 2)
    assert states() == {"r1": PostingState.WITHDRAWN, "r2": PostingState.OPEN, "r3": PostingState.WITHDRAWN}


def test_a_row_that_a_snapshot_spoils_is_not_withdrawn():
    node = make_node()
    send(node, [row(1), row(2)])
    batch = send(node, [row(1), row(2, title="")], mode=SNAPSHOT)
    assert (batch.refused_rows, batch.removed) == (1, 0)
    assert states()["r2"] is PostingState.OPEN


@pytest.fixture
def guarded():
    """A node that offers enough to be guarded, and a snapshot of it that lacks most."""
    node = make_node()
    send(node, [row(number) for number in range(1, 31)])
    return node, send(node, [row(1), row(31)], mode=SNAPSHOT)


def test_a_snapshot_that_lacks_too_much_is_held_and_what_it_brings_is_taken(guarded):
    _, batch = guarded
    assert (batch.state, batch.missing, batch.added, batch.removed) == (BatchState.HELD, 29, 1, 0)
    assert set(states().values()) == {PostingState.OPEN}
    assert [fact.payload["missing"] for fact in entries("BatchHeld")] == [29]


def test_a_held_snapshot_that_is_let_through_withdraws_what_it_lacks(guarded):
    _, batch = guarded
    told = len(entries("BatchImported"))
    with transaction():
        receiving.release(session().get_one(Batch, batch.id), by=Actor.SYSTEM)
    receiving.carry_out(batch.id, lambda: None)
    after = stored_batch(batch)
    assert (after.state, after.removed, after.added, after.rows) == (BatchState.DONE, 29, 1, 2)
    assert [key for key, state in states().items() if state is PostingState.OPEN] == ["r1", "r31"]
    assert len(entries("BatchImported")) == told


def test_a_held_snapshot_that_is_not_let_through_leaves_everything(guarded):
    _, batch = guarded
    with transaction():
        receiving.discard(session().get_one(Batch, batch.id), by=Actor.SYSTEM)
    assert stored_batch(batch).state is BatchState.DISCARDED
    assert set(states().values()) == {PostingState.OPEN}
    with pytest.raises(receiving.NotHeld), transaction():
        receiving.release(session().get_one(Batch, batch.id), by=Actor.SYSTEM)


def test_an_old_snapshot_is_not_let_through_behind_a_newer_batch(guarded):
    node, batch = guarded
    send(node, [row(40)])
    with pytest.raises(receiving.Superseded), transaction():
        receiving.release(session().get_one(Batch, batch.id), by=Actor.SYSTEM)


def test_half_of_what_was_offered_is_enough_and_the_share_is_a_parameter(guarded):
    node, _ = guarded
    assert send(node, [row(number) for number in range(1, 17)], mode=SNAPSHOT).state is BatchState.DONE
    send(node, [row(number) for number in range(1, 31)])
    set_parameter("snapshot_least_share", "80")
    assert send(node, [row(number) for number in range(1, 17)], mode=SNAPSHOT).state is BatchState.HELD


def test_everything_of_a_node_can_be_withdrawn_at_once():
    node, other = make_node(), make_node("青岛零工圈")
    send(node, [row(number) for number in range(1, 31)])
    send(other, [row(50)])
    with transaction():
        batch = receiving.clear(session().get_one(Source, node.id), "对方停业", by=Actor.SYSTEM)
    receiving.carry_out(batch.id, lambda: None)
    after = stored_batch(batch)
    assert (after.state, after.removed, after.origin) == (BatchState.DONE, 30, BatchOrigin.CLEARING)
    assert "对方停业" in after.trouble
    assert [key for key, state in states().items() if state is PostingState.OPEN] == ["r50"]


def test_batches_of_a_node_are_carried_out_in_the_order_they_came():
    node = make_node()
    first = receive(node, json_lines([row(1), row(2)]), mode=SNAPSHOT)
    second = receive(node, json_lines([row(2)]), mode=SNAPSHOT)
    receiving.carry_out(second.id, lambda: None)
    assert states() == {"r1": PostingState.WITHDRAWN, "r2": PostingState.OPEN}
    assert [stored_batch(batch).state for batch in (first, second)] == [BatchState.DONE] * 2


def test_a_node_another_worker_is_at_is_left_to_it_and_taken_over_when_that_one_is_dead():
    node = make_node()
    batch = receive(node, json_lines([row(1)]))
    with transaction():
        session().get_one(Source, node.id).busy_until = now() + timedelta(seconds=60)
    receiving.carry_out(batch.id, lambda: None)
    assert stored_batch(batch).state is BatchState.WAITING
    with transaction():
        session().get_one(Source, node.id).busy_until = now() - timedelta(seconds=1)
    receiving.carry_out(batch.id, lambda: None)
    assert stored_batch(batch).state is BatchState.DONE


class Killed(BaseException):
    """As kill -9: nobody catches it."""


def test_a_batch_whose_worker_was_killed_goes_on_and_counts_every_row_once(monkeypatch):
    node = make_node()
    content = json_lines([row(1, title=""), *(row(number) for number in range(2, 600)), row(600, company="")])
    batch = receive(node, content)
    write, calls = Writer.write, []

    def dying(writer, rows):
        calls.append(len(rows))
        if len(calls) == 2:
            raise Killed
        return write(writer, rows)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Writer, "write", dying)
        receiving.carry_out(batch.id, lambda: None)
    assert (stored_batch(batch).state, stored_batch(batch).position) == (BatchState.RUNNING, 200)
    receiving.carry_out(batch.id, lambda: None)
    after = stored_batch(batch)
    assert after.state is BatchState.DONE
    assert counts(after) == (600, 598, 0, 0, 0, 2)
    assert [one.lines for one in refused_of(after)] == [[1], [600]]
    assert len(entries("BatchImported")) == 1
    assert {posting.version for posting in postings().values()} == {1}


def test_a_worker_that_was_overtaken_writes_nothing_more(monkeypatch):
    node = make_node()
    batch = receive(node, json_lines([row(number) for number in range(1, 500)]))

    def overtake(*_):
        with transaction():
            kept = session().get_one(Batch, batch.id)
            kept.position += 1

    with reading():
        source = session().get_one(Source, node.id)
    with pytest.raises(operations.Overtaken):
        operations.run(stored_batch(batch), source, storing.path_of(batch.id), storing.refusals_of(batch.id), by=Actor.SYSTEM, progress=overtake)
    assert len(postings()) == 200


def test_a_suspended_node_is_not_heard():
    node = make_node()
    with transaction():
        nodes.suspend(session().get_one(Source, node.id), "停业", by=Actor.SYSTEM)
    with pytest.raises(receiving.Suspended):
        receive(node, json_lines([row(1)]))
    with transaction():
        nodes.resume(session().get_one(Source, node.id), by=Actor.SYSTEM)
    assert send(node, [row(1)]).added == 1


def test_a_node_pushes_only_so_many_batches_an_hour():
    set_parameter("node_batches_per_hour", "2")
    node, other = make_node(), make_node("青岛零工圈")
    for number in (1, 2):
        receive(node, json_lines([row(number)]))
    with pytest.raises(receiving.TooManyBatches):
        receive(node, json_lines([row(3)]))
    receive(other, json_lines([row(3)]))


def test_a_key_proves_its_node_until_it_is_revoked_and_is_not_kept_itself():
    node = make_node()
    key, secret = make_key(node)
    with reading():
        proven = nodes.proven(secret)
        assert (proven.source_id, proven.name) == (node.id, node.name)
        assert [nodes.proven(wrong) for wrong in ("", secret[:-1], secret + "x", "zlk_")] == [None] * 4
    assert secret.encode() not in b"".join(path.read_bytes() for path in storing.var().glob("zhilu.db*"))
    with transaction():
        nodes.revoke_key(session().get_one(type(key), key.id), by=Actor.SYSTEM)
    with reading():
        assert nodes.proven(secret) is None
