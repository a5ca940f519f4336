"""What a batch meets on its way: characters nobody can store, rows without an id, names written otherwise, errors, and order."""

import csv
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories.reference import set_parameter
from tests.factories.sources import json_lines, make_node, receive, row, send, stored_batch
from webapp.access import Actor
from webapp.db import now, reading, session, today, transaction
from webapp.postings.models import Posting, PostingState
from webapp.postings.reviewing.models import ReviewItem
from webapp.postings.reviewing.operations import hand_in
from webapp.sources import operations, receiving, storing
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, Source
from webapp.sources.reading import open_rows
from webapp.sources.writing import Writer

pytestmark = pytest.mark.usefixtures("database")
SNAPSHOT = BatchMode.SNAPSHOT
S = PostingState


def states():
    with reading():
        return dict(session().execute(select(Posting.source_key, Posting.state)).all())


def sources():
    with reading():
        return session().scalar(select(func.count()).select_from(Source))


HALF = '{"id": "r1", "title": "\\ud800", "company": "济南第1物流有限公司", "region_code": "370102"}\n'.encode()


def test_half_a_character_is_a_broken_row_and_takes_nothing_along():
    node = make_node()
    send(node, [row(1), row(2)])
    batch = receive(node, HALF + json_lines([row(3)]), mode=SNAPSHOT)
    receiving.carry_out(batch.id, lambda: None)
    after = stored_batch(batch)
    assert (after.state, after.refused, after.added) == (BatchState.DONE, {"broken_row": 1}, 1)
    assert states() == {"r1": S.OPEN, "r2": S.WITHDRAWN, "r3": S.OPEN}, "the broken row still says which one it is"


def test_an_address_with_a_nul_is_no_address():
    node = make_node()
    send(node, [row(1, url="https://jobs.example.com/\x00a")])
    with reading():
        assert session().scalar(select(Posting.source_url)) == ""


def failing(monkeypatch, batch):
    """Whatever is tried with this batch goes wrong."""
    write = Writer.write

    def broken(writer, rows):
        if writer.batch_id == batch.id:
            raise ZeroDivisionError
        return write(writer, rows)

    monkeypatch.setattr(Writer, "write", broken)


def test_a_batch_that_always_fails_is_given_up_and_the_next_goes_on(monkeypatch):
    node = make_node()
    bad, good = receive(node, json_lines([row(1)])), receive(node, json_lines([row(2)]))
    failing(monkeypatch, bad)
    for _ in range(receiving.TRIES_AT_MOST - 1):
        with pytest.raises(ZeroDivisionError):
            receiving.carry_out(bad.id, lambda: None)
    assert stored_batch(good).state is BatchState.WAITING
    receiving.carry_out(bad.id, lambda: None)
    assert (stored_batch(bad).state, stored_batch(good).state) == (BatchState.FAILED, BatchState.DONE)
    assert "反复出错" in stored_batch(bad).trouble
    assert states() == {"r2": S.OPEN}


def test_a_batch_that_always_ends_its_worker_is_given_up_too():
    node = make_node()
    bad, good = receive(node, json_lines([row(1)])), receive(node, json_lines([row(2)]))
    with transaction():
        kept = session().get_one(Batch, bad.id)
        kept.state, kept.attempts = BatchState.RUNNING, receiving.TRIES_AT_MOST
    receiving.carry_out(bad.id, lambda: None)
    assert (stored_batch(bad).state, stored_batch(good).state) == (BatchState.FAILED, BatchState.DONE)


def test_one_removal_row_does_not_switch_the_guard_off():
    node = make_node()
    send(node, [row(number) for number in range(1, 31)])
    batch = send(node, [row(1), {"id": "r2", "removed": True}], mode=SNAPSHOT)
    assert (batch.state, batch.missing, batch.removed) == (BatchState.HELD, 28, 1)
    assert list(states().values()).count(S.OPEN) == 29


def test_a_snapshot_that_passed_the_guard_goes_on_withdrawing_where_it_was_killed(monkeypatch):
    node = make_node()
    send(node, [row(number) for number in range(1, 31)])
    monkeypatch.setattr(operations, "ROWS_AT_MOST", 5)
    batch = receive(node, json_lines([row(number) for number in range(1, 17)]), mode=SNAPSHOT)
    withdraw, calls = Writer.withdraw, []

    def dying(writer, source_id, keys):
        calls.extend(keys[:1])
        if keys and len(calls) == 2:
            raise KeyboardInterrupt
        return withdraw(writer, source_id, keys)

    monkeypatch.setattr(Writer, "withdraw", dying)
    with pytest.raises(KeyboardInterrupt):
        receiving.carry_out(batch.id, lambda: None)
    set_parameter("snapshot_least_share", "90")
    receiving.carry_out(batch.id, lambda: None)
    assert (stored_batch(batch).state, stored_batch(batch).removed) == (BatchState.DONE, 14)


def test_a_row_that_does_not_say_its_id_keeps_everything_until_a_person_looked():
    node = make_node()
    send(node, [row(1), row(2)])
    batch = receive(node, json_lines([row(1)]) + b'{"id": "r2", "title": \n', mode=SNAPSHOT)
    receiving.carry_out(batch.id, lambda: None)
    held = stored_batch(batch)
    assert (held.state, held.missing) == (BatchState.HELD, 1)
    assert "1 行读不出岗位编号" in held.trouble
    assert states() == {"r1": S.OPEN, "r2": S.OPEN}
    with transaction():
        receiving.release(session().get_one(Batch, batch.id), by=Actor.SYSTEM)
    receiving.carry_out(batch.id, lambda: None)
    assert states()["r2"] is S.WITHDRAWN


def test_a_row_without_an_id_holds_nothing_where_nothing_is_missing():
    node = make_node()
    send(node, [row(1)])
    assert send(node, [row(1), row(2, id="")], mode=SNAPSHOT).state is BatchState.DONE


@pytest.mark.parametrize("name", ["齐鲁　人才网", "齐鲁  人才网", " 齐鲁人才网"])
def test_a_node_whose_name_is_spaced_oddly_stays_one_node_and_its_rows_are_reviewed(name):
    node = make_node(name, opens=False)
    send(node, [row(1)])
    assert (sources(), states()) == (1, {"r1": S.IN_REVIEW})
    assert send(node, [row(1)], mode=SNAPSHOT).unchanged == 1


def test_a_node_that_is_renamed_while_its_file_is_read_stays_one_node():
    node = make_node()
    batch = receive(node, json_lines([row(1)]))
    with reading():
        before = session().get_one(Source, node.id)
    with transaction():
        session().get_one(Source, node.id).name = "齐鲁人才"
    operations.run(stored_batch(batch), before, storing.path_of(batch.id), storing.refusals_of(batch.id), by=Actor.SYSTEM)
    assert (sources(), states()) == (1, {"r1": S.OPEN})


def test_a_removal_closes_what_a_reviewer_would_still_look_at():
    node = make_node(opens=False)
    send(node, [row(1), row(2)])
    with transaction():
        for posting in session().scalars(select(Posting)):
            hand_in(posting)
    send(node, [{"id": "r1", "removed": True}])
    with reading():
        waiting = select(Posting.source_key).join(ReviewItem, ReviewItem.posting_id == Posting.id).where(ReviewItem.closed_at.is_(None))
        assert session().scalars(waiting).all() == ["r2"]


def test_the_refused_rows_are_no_formulas_and_come_back_as_they_were():
    node = make_node()
    signs = ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "＋1", "－1", "＠1", "\x00=1", "'quoted"]
    batch = send(node, [row(number, title="", description=sign) for number, sign in enumerate(signs, 1)])
    path = storing.refusals_of(batch.id)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠"))]
    with open_rows(path) as rows:
        assert [record.fields["description"] for record in rows.records()] == [sign.replace("\x00", "") for sign in signs]


def test_the_order_of_arrival_is_that_of_the_end_of_the_upload():
    node = make_node()
    slow_has_begun, quick_is_in = threading.Event(), threading.Event()
    pieces = [json_lines([row(1), row(2)]), b""]
    laid = []

    def slowly(_):
        if len(pieces) == 2:
            slow_has_begun.set()
            quick_is_in.wait(10)
        return pieces.pop(0)

    slow = threading.Thread(target=lambda: laid.append(storing.lay_down(slowly, most=1 << 20)))
    slow.start()
    slow_has_begun.wait(10)
    quick = receive(node, json_lines([row(1)]), mode=SNAPSHOT)
    quick_is_in.set()
    slow.join()
    with transaction():
        last, _ = receiving.receive(node.id, laid[0], mode=SNAPSHOT, origin=BatchOrigin.PUSH, key=None, by=Actor.SYSTEM)
    receiving.carry_out(quick.id, lambda: None)
    assert [stored_batch(one).state for one in (quick, last)] == [BatchState.DONE] * 2
    assert states() == {"r1": S.OPEN, "r2": S.OPEN}, "the file that came last holds"


def test_a_file_of_which_every_row_was_written_before_still_says_that_it_is_read(monkeypatch):
    monkeypatch.setattr(operations, "_SECONDS_UNHEARD", 0.0)
    node = make_node()
    batch = receive(node, json_lines([row(number, title="") for number in range(1, 20)]))
    heard = []
    receiving.carry_out(batch.id, lambda: heard.append(now()))
    assert len(heard) >= 19


class TestValidity:
    def test_a_daily_snapshot_changes_nothing_until_half_of_the_validity_is_over(self):
        node = make_node()
        send(node, [row(1)])
        changed = []
        for _ in range(15):
            with transaction():
                posting = session().scalars(select(Posting)).one()
                posting.valid_through = posting.valid_through - timedelta(days=1)
            changed.append(send(node, [row(1)], mode=SNAPSHOT).changed)
        assert changed == [0] * 14 + [1]
        with reading():
            assert session().scalar(select(Posting.valid_through)) == today() + timedelta(days=30)

    def test_the_share_is_a_parameter(self):
        node = make_node()
        send(node, [row(1)])
        set_parameter("forwarded_renewed_share", "100")
        with transaction():
            session().scalars(select(Posting)).one().valid_through = today() + timedelta(days=29)
        assert send(node, [row(1)]).changed == 1


class TestChangedWords:
    def test_a_reviewed_nodes_open_row_that_says_something_else_waits_again(self):
        node = make_node(opens=False)
        send(node, [row(1)])
        with transaction():
            session().scalars(select(Posting)).one().state = S.OPEN
        assert send(node, [row(1)]).unchanged == 1
        assert states() == {"r1": S.OPEN}
        send(node, [row(1, title="叉车司机")])
        assert states() == {"r1": S.IN_REVIEW}

    def test_a_node_that_opens_by_itself_changes_its_rows_at_once(self):
        node = make_node()
        send(node, [row(1)])
        send(node, [row(1, title="叉车司机")])
        assert states() == {"r1": S.OPEN}
