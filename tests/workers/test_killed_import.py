"""kill -9 in the middle of a batch, between two of its transactions' rows: nothing is lost, and nothing waits for a person."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from tests.factories.sources import json_lines, make_node, receive, row, send, stored_batch
from tests.workers.support import let_time_pass, states
from webapp import db
from webapp.config import Settings
from webapp.db import reading, session, transaction
from webapp.ledger import DeliveryState, Entry
from webapp.postings.models import Posting, PostingState
from webapp.sources.models import BatchMode, BatchState, Source
from webapp.sources.writing import Writer
from workers import processes
from workers.carrying import carry_one
from workers.handlers import BATCH


def work(house: Settings) -> None:
    while carry_one(BATCH, house):
        pass


def dies_at_its_second_write(house: Settings, reached: Path) -> None:
    """Waits inside the transaction for its death."""
    db.engine().dispose(close=False)  # the parent's connections are the parent's
    write, calls = Writer.write, []

    def waiting(writer, rows):
        calls.append(1)
        if len(calls) == 2:
            reached.touch()
            time.sleep(60)
        return write(writer, rows)

    Writer.write = waiting
    work(house)


def test_a_batch_whose_worker_was_killed_is_taken_up_when_the_node_is_free_again(house, tmp_path):
    node = make_node()
    send(node, [row(1), row(2)])
    work(house)
    batch = receive(node, json_lines([*(row(number) for number in range(2, 500)), {"id": "r1", "removed": True}]), mode=BatchMode.SNAPSHOT)
    reached = tmp_path / "reached"
    pid = processes.fork("killed", lambda: dies_at_its_second_write(house, reached), tmp_path / "log")
    until = time.monotonic() + 60
    while not reached.exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert reached.exists()
    assert (stored_batch(batch).state, stored_batch(batch).position) == (BatchState.RUNNING, 200)

    let_time_pass(timedelta(seconds=61))  # the lease of the delivery is over, the hold of the node is not
    work(house)
    assert states("take_batch")[-1] is DeliveryState.DUE, "given back: whoever finished it here would have left the batch to nobody"
    assert stored_batch(batch).state is BatchState.RUNNING

    with transaction():
        session().get_one(Source, node.id).busy_until -= timedelta(seconds=91)
    let_time_pass(timedelta(seconds=91))
    work(house)
    after = stored_batch(batch)
    assert (after.state, after.rows, after.added, after.removed) == (BatchState.DONE, 499, 497, 1)
    assert states("take_batch")[-1] is DeliveryState.DONE
    with reading():
        told = select(Entry).where(Entry.event == "BatchImported", Entry.subject == str(batch.id))
        assert len(session().scalars(told).all()) == 1
        assert session().scalar(select(Posting.state).where(Posting.source_key == "r1")) is PostingState.WITHDRAWN
