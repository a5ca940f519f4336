"""The process that writes the index: what is approved is found, and what goes wrong fails alone."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

import search.current
from search.documents import PostingDocument, tombstone
from search.query import PostingQuery
from tests.factories.employers import make_employer
from tests.factories.postings import make_forwarded, make_posting
from tests.workers.support import deliveries, let_time_pass, states, told
from webapp import db
from webapp.access import Actor
from webapp.config import Settings
from webapp.db import new_key, session, transaction
from webapp.events import BatchImported, IndexCheckDue, IndexRebuildAsked, PostingReopened
from webapp.ledger import DeliveryState
from webapp.postings import indexing as documents_of
from webapp.postings import operations
from webapp.postings.models import Posting, PostingState
from workers import index_queue, indexing
from workers.index_queue import IndexQueue

DUE, DONE = DeliveryState.DUE, DeliveryState.DONE


@pytest.fixture
def queue(house: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexQueue]:
    monkeypatch.setattr(index_queue, "BUSY_SECONDS", 0.0)
    one = IndexQueue(lambda: False)
    yield one
    one.close()


def found() -> set[str]:
    return set(search.current.engine().find(PostingQuery(limit=500)).keys)


def close(posting: Posting) -> None:
    with transaction():
        operations.pause(session().get_one(Posting, posting.id), by=Actor.SYSTEM)


def test_an_approved_posting_is_found(queue: IndexQueue) -> None:
    posting = make_posting()
    assert found() == set()
    assert queue.drain() == 1
    assert found() == {str(posting.id)}


def test_a_closed_posting_is_not_found_any_more(queue: IndexQueue) -> None:
    posting = make_posting()
    queue.drain()
    close(posting)
    queue.drain()
    assert found() == set()


def test_a_late_delivery_does_not_bring_a_closed_posting_back(queue: IndexQueue) -> None:
    posting = make_posting()
    close(posting)
    queue.drain()
    told(PostingReopened(str(posting.id)))
    queue.drain()
    assert (found(), set(states("index_posting"))) == (set(), {DONE})


def test_many_postings_are_one_flush(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    engine = search.current.engine()
    with engine.writer() as writer:
        kind = type(writer)
    flush = kind.flush
    monkeypatch.setattr(kind, "flush", lambda self: flushed.append(1) or flush(self))
    employer = make_employer()
    for _ in range(5):
        make_posting(employer=employer)
    queue.drain()
    assert (len(found()), len(flushed)) == (5, 1)


def test_a_busy_hour_is_a_few_flushes_a_second(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next claim waits, so that what comes meanwhile is in the same flush; after a rest nothing waits."""
    waits: list[float] = []
    employer = make_employer()
    make_posting(employer=employer)
    with monkeypatch.context() as patched:
        patched.setattr("workers.index_queue.time.sleep", waits.append)
        queue.drain()
    assert [wait > index_queue.BREATH_SECONDS / 2 for wait in waits] == [False, True]
    assert max(waits) <= index_queue.BREATH_SECONDS


def test_a_posting_approved_between_two_looks_is_found(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Posting] = []

    def looked_a_moment_too_early() -> int:
        monkeypatch.undo()
        made.append(make_posting())
        return 0

    monkeypatch.setattr(queue, "_carry_singles", looked_a_moment_too_early)
    queue.drain()
    assert found() == {str(made[0].id)}


def test_a_busy_writer_is_no_failed_attempt(queue: IndexQueue) -> None:
    make_posting()
    with search.current.engine().writer():
        assert queue.drain() == 0
    (delivery,) = deliveries("index_posting")
    assert (delivery.state, delivery.attempts, delivery.lease_until) == (DUE, 0, None)
    assert queue.drain() == 1


def test_a_row_no_document_can_be_made_of_fails_alone(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    employer = make_employer()
    good, bad = make_posting(employer=employer), make_posting(employer=employer)
    document = documents_of.document

    def made(posting: Posting) -> PostingDocument:
        if posting.id == bad.id:
            raise ValueError("region")
        return document(posting)

    monkeypatch.setattr(documents_of, "document", made)
    queue.drain()
    assert found() == {str(good.id)}
    assert [(one.state, one.attempts) for one in deliveries("index_posting")] == [(DONE, 1), (DUE, 1)]


def test_a_writer_that_fails_is_opened_anew(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    posting = make_posting()

    def broken(writer: object, fresh: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(index_queue, "_put", broken)
        queue.drain()
    assert (found(), states("index_posting")) == (set(), [DUE])
    let_time_pass(timedelta(minutes=2))
    queue.drain()
    assert (found(), states("index_posting")) == ({str(posting.id)}, [DONE])


def test_an_index_that_is_gone_is_built_before_it_is_written(house: Settings, queue: IndexQueue) -> None:
    old = make_forwarded(source_key="A-1")
    (house.search_directory / "CURRENT").unlink()
    new = make_posting()
    queue.drain()
    assert found() == {str(old.id), str(new.id)}


def test_a_batch_is_indexed_whole(queue: IndexQueue) -> None:
    batch = new_key()
    rows = [make_forwarded(source_key=f"A-{number}", batch_id=batch) for number in range(25)]
    make_forwarded(source_key="other", batch_id=new_key())
    told(BatchImported(str(batch), 25, 0))
    assert queue.drain() == 1
    assert found() == {str(row.id) for row in rows}


def test_a_first_batch_is_indexed_once(house: Settings, queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = new_key()
    rows = [make_forwarded(source_key=f"A-{number}", batch_id=batch) for number in range(3)]
    told(BatchImported(str(batch), 3, 0))
    (house.search_directory / "CURRENT").unlink(missing_ok=True)
    written: list[object] = []
    monkeypatch.setattr(documents_of, "of_batch", lambda *given: written.append(given) or iter(()))
    queue.drain()
    assert found() == {str(row.id) for row in rows}
    assert written == []


def test_a_posting_approved_during_a_batch_does_not_wait_for_its_end(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = new_key()
    for number in range(6):
        make_forwarded(source_key=f"A-{number}", batch_id=batch)
    employer = make_employer()
    seen: list[bool] = []
    chunked = indexing.chunked

    def by_twos(documents: Iterator[PostingDocument]) -> Iterator[list[PostingDocument]]:
        for number, chunk in enumerate(chunked(documents, 2)):
            if number == 1:
                made.append(make_posting(employer=employer))
            yield chunk
            if number == 1:
                seen.append(str(made[0].id) in found())

    made: list[Posting] = []
    monkeypatch.setattr(index_queue, "FLUSH_SECONDS", -1.0)
    monkeypatch.setattr(indexing, "chunked", by_twos)
    told(BatchImported(str(batch), 6, 0))
    queue.drain()
    assert seen == [True]
    assert len(found()) == 7


def test_a_batch_interrupted_half_way_is_taken_up_again(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(documents: object) -> Iterator[list[PostingDocument]]:
        raise Killed
        yield

    batch = new_key()
    row = make_forwarded(batch_id=batch)
    told(BatchImported(str(batch), 1, 0))
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "chunked", killed)
        with pytest.raises(Killed):
            queue.drain()
    assert queue.drain() == 0, "the dead worker's lease still holds"
    let_time_pass(timedelta(minutes=2))
    assert queue.drain() == 1
    assert found() == {str(row.id)}


def test_what_expired_is_not_found_any_more(queue: IndexQueue) -> None:
    row = make_forwarded(valid_through=db.today() - timedelta(days=1))
    told(IndexRebuildAsked("test"))
    queue.drain()
    assert found() == {str(row.id)}
    operations.expire(db.today(), by=Actor.SYSTEM)
    queue.drain()
    assert (found(), states("index_expired")) == (set(), [DONE])


def test_comparing_heals_every_planted_difference(queue: IndexQueue) -> None:
    rows = [make_forwarded(source_key=f"A-{number}") for number in range(60)]
    told(IndexRebuildAsked("test"))
    queue.drain()
    _plant(rows)
    told(IndexCheckDue("2026-11-25T03:20"))
    queue.drain()
    assert found() == {str(row.id) for row in rows[:20]} | {str(row.id) for row in rows[40:]} | _missing()
    queue.close()
    with search.current.engine().writer() as writer:
        assert indexing.reconcile(writer).total == 0


def _plant(rows: list[Posting]) -> None:
    """20 stale titles, 20 stale closings, 20 rows the index never heard of, 40 documents without a row."""
    with transaction() as writing:
        for row in rows[:20]:
            writing.get_one(Posting, row.id).title = "改过的岗位"
        for row in rows[20:40]:
            writing.get_one(Posting, row.id).state = PostingState.PAUSED
    for number in range(20):
        make_forwarded(source_key=f"missing-{number}")
    with search.current.engine().writer() as writer:
        ghost = documents_of.document(rows[0])
        writer.put(dataclasses.replace(ghost, key=str(new_key()), seq=10_000 + number) for number in range(40))


def _missing() -> set[str]:
    with db.reading():
        return {str(row.id) for row in session().query(Posting).filter(Posting.source_key.like("missing-%"))}


def test_documents_ahead_of_their_rows_ask_for_a_rebuild(queue: IndexQueue) -> None:
    row = make_forwarded()
    told(IndexRebuildAsked("test"))
    queue.drain()
    queue.close()
    with search.current.engine().writer() as writer:
        writer.put([tombstone(str(row.id), row.seq, row.version + 5)])
    assert found() == set()
    told(IndexCheckDue("2026-11-25T03:20"))
    queue.drain()
    assert found() == {str(row.id)}, "as after a database that was restored from a backup"


def test_a_rebuild_holds_the_open_postings_and_nothing_else(queue: IndexQueue) -> None:
    open_, closed = make_forwarded(source_key="A-1"), make_posting()
    close(closed)
    said: list[tuple[int, int]] = []
    assert indexing.rebuild(lambda done, total: said.append((done, total))) == 1
    assert (found(), said[-1]) == ({str(open_.id)}, (1, 1))


def test_stopping_ends_the_round_after_the_present_delivery(house: Settings) -> None:
    stopping = False
    one = IndexQueue(lambda: stopping)
    make_posting()
    stopping = True
    assert one.drain() == 0
    assert states("index_posting") == [DUE]
    one.close()


def test_keys_are_uuids_in_rows_and_text_in_documents(queue: IndexQueue) -> None:
    posting = make_posting()
    queue.drain()
    assert {UUID(key) for key, _ in search.current.engine().versions()} == {posting.id}
