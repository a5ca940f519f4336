"""The index stays true: while it is away, while it is built anew, and by the hourly comparison."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

import search.current
from search.documents import PostingDocument
from search.embedded import EmbeddedEngine
from search.engine import Refused, Unavailable, Writer
from search.query import PostingQuery
from tests.factories.employers import make_employer
from tests.factories.postings import make_forwarded, make_posting
from tests.workers.support import deliveries, let_time_pass, states, told
from webapp import db
from webapp.access import Actor
from webapp.config import Settings
from webapp.db import new_key, transaction
from webapp.events import BatchImported, IndexCheckDue, IndexRebuildAsked
from webapp.ledger import DeliveryState
from webapp.postings import index_care
from webapp.postings import indexing as documents_of
from webapp.postings.models import IndexRunKind, Posting, PostingState
from workers import index_queue, indexing
from workers.handlers import INDEX, LISTENERS
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


# an index that is away, and postings no index can take


class Broken:
    """The engine's writer as the queue gets it, with `refusing` deciding what it does with one document."""

    def __init__(self, writer: Writer, refusing: Callable[[PostingDocument], Exception | None]) -> None:
        self._writer, self._refusing = writer, refusing

    def put(self, documents: Iterable[PostingDocument]) -> int:
        wanted = list(documents)
        for document in wanted:
            if reason := self._refusing(document):
                raise reason
        return self._writer.put(wanted)

    def flush(self) -> None:
        self._writer.flush()


Breaking = Callable[..., Callable[[], None]]
"""Breaks the engine's writers from now on; what it answers mends them."""


@pytest.fixture
def breaking(house: Settings, monkeypatch: pytest.MonkeyPatch) -> Breaking:
    engine = search.current.engine()
    genuine = type(engine).writer

    def breaks(refusing: Callable[[PostingDocument], Exception | None], *, opens: bool = True) -> Callable[[], None]:

        @contextmanager
        def writer(self: EmbeddedEngine) -> Iterator[Broken]:
            if not opens:
                raise Unavailable("away")
            with genuine(self) as one:
                yield Broken(one, refusing)

        monkeypatch.setattr(type(engine), "writer", writer)
        return lambda: monkeypatch.setattr(type(engine), "writer", genuine)

    return breaks


def waits() -> list[tuple[DeliveryState, int, bool]]:
    """(state, attempts, due within five seconds) of every single posting."""
    soon = db.now() + timedelta(seconds=5)
    return [(one.state, one.attempts, one.available_at <= soon) for one in deliveries("index_posting")]


@pytest.mark.parametrize("opens", [False, True])
def test_an_index_that_is_away_is_no_failed_attempt_and_is_caught_up_seconds_after_its_return(
    queue: IndexQueue, breaking: Breaking, *, opens: bool
) -> None:
    employer = make_employer()
    rows = [make_posting(employer=employer) for _ in range(5)]
    undo = breaking(lambda _: Unavailable("away"), opens=opens)
    for _ in range(20):
        queue.drain()
    undo()
    assert waits() == [(DUE, 0, True)] * 5
    let_time_pass(index_queue.AWAY)
    queue.drain()
    assert found() == {str(row.id) for row in rows}


@pytest.mark.parametrize("kind", [Unavailable, ValueError, OSError])
def test_a_posting_the_index_chokes_on_fails_alone(queue: IndexQueue, breaking: Breaking, kind: type[Exception]) -> None:
    employer = make_employer()
    rows = [make_posting(employer=employer) for _ in range(5)]
    breaking(lambda document: kind("choked") if document.key == str(rows[1].id) else None)
    queue.drain()
    assert found() == {str(row.id) for row in rows} - {str(rows[1].id)}
    assert [(one.state, one.attempts) for one in deliveries("index_posting")] == [(DONE, 1), (DUE, 1), (DONE, 1), (DONE, 1), (DONE, 1)]
    assert not waits()[1][2], "it waits as every failure does"


def test_a_posting_the_engine_refuses_fails_alone(queue: IndexQueue, breaking: Breaking) -> None:
    employer = make_employer()
    rows = [make_posting(employer=employer) for _ in range(3)]
    breaking(lambda document: Refused({document.key: "too long"}) if document.key == str(rows[2].id) else None)
    queue.drain()
    assert [one.last_error is not None for one in deliveries("index_posting")] == [False, False, True]


def test_a_batch_that_meets_an_index_that_is_away_is_due_again_soon(queue: IndexQueue, breaking: Breaking) -> None:
    batch = new_key()
    make_forwarded(batch_id=batch)
    told(BatchImported(str(batch), 1, 0))
    breaking(lambda _: Unavailable("away"))
    assert queue.drain() == 0
    (delivery,) = deliveries("index_batch")
    assert (delivery.state, delivery.attempts) == (DUE, 0)
    assert delivery.available_at <= db.now() + index_queue.AWAY_LONG


# rebuilt


def test_what_is_approved_during_a_rebuild_is_found_before_its_end(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    employer = make_employer()
    for number in range(5):
        make_forwarded(source_key=f"A-{number}")
    told(IndexRebuildAsked("test"))
    queue.drain()
    seen: list[tuple[bool, bool]] = []
    meanwhile = queue._meanwhile

    def approved_during(writer: Writer) -> None:
        posting = make_posting(employer=employer) if not seen else None
        meanwhile(writer)
        if posting is not None:
            seen.append((str(posting.id) in found(), states("rebuild_index")[-1] is DUE))

    monkeypatch.setattr(queue, "_meanwhile", approved_during)
    told(IndexRebuildAsked("test"))
    queue.drain()
    assert seen == [(True, True)]
    assert (len(found()), states("index_posting")) == (6, [DONE])


def test_a_rebuild_that_would_lose_most_postings_waits_for_an_operator(queue: IndexQueue) -> None:
    rows = [make_forwarded(source_key=f"A-{number}") for number in range(10)]
    told(IndexRebuildAsked("test"))
    queue.drain()
    with transaction() as writing:
        for row in rows[:5]:
            writing.get_one(Posting, row.id).state = PostingState.PAUSED
    told(IndexRebuildAsked("test"))
    for _ in range(3):
        queue.drain()
        let_time_pass(timedelta(hours=5))
    refused = deliveries("rebuild_index")[1]
    assert (refused.state, refused.attempts, len(found())) == (DeliveryState.PARKED, 1, 10)
    assert "5 个岗位" in (refused.last_error or "")
    with db.reading():
        run = index_care.refused_rebuild()
    assert run is not None
    assert (run.postings, run.refused) == (5, refused.last_error)
    with transaction():
        index_care.ask_rebuild(may_shrink=True, by=Actor.SYSTEM)
    queue.drain()
    assert (len(found()), states("rebuild_index")) == (5, [DONE, DONE, DONE])
    with db.reading():
        assert index_care.refused_rebuild() is None


def test_an_index_of_another_version_that_would_shrink_does_not_keep_new_postings_away(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = search.current.engine()
    with engine.writer() as writer:
        writer.put(documents_of.document(make_forwarded(source_key=str(number))) for number in range(10))
    with transaction() as writing:
        for row in writing.query(Posting):
            row.state = PostingState.PAUSED
    monkeypatch.setattr(type(engine), "needs_rebuild", lambda self: True)
    posting = make_posting()
    queue.drain()
    assert str(posting.id) in found()
    with db.reading():
        assert index_care.refused_rebuild() is not None


# what a check finds is kept


def test_a_check_is_kept_with_what_it_found(queue: IndexQueue) -> None:
    rows = [make_forwarded(source_key=f"A-{number}") for number in range(3)]
    told(IndexRebuildAsked("test"))
    queue.drain()
    missing = make_forwarded(source_key="new")
    with transaction() as writing:
        writing.get_one(Posting, rows[0].id).title = "改过的岗位"
    told(IndexCheckDue("2026-11-25T03:20"))
    queue.drain()
    with db.reading():
        run = index_care.last_run(IndexRunKind.CHECK)
    assert run is not None
    assert (run.postings, run.missing, run.stale, run.ghosts, run.ahead, run.waiting) == (4, 1, 1, 0, 0, 0)
    assert run.examples == {"missing": [str(missing.id)], "stale": [str(rows[0].id)]}


def test_what_is_still_under_way_is_no_difference(queue: IndexQueue) -> None:
    make_forwarded(source_key="lost")
    batch = new_key()
    make_forwarded(source_key="A-1", batch_id=batch)
    told(BatchImported(str(batch), 1, 0))
    make_posting()
    with search.current.engine().writer() as writer:
        first = indexing.reconcile(writer)
    assert (first.missing, first.waiting, len(found())) == (1, 2, 3)


def test_documents_beyond_their_rows_ask_for_one_rebuild_not_for_one_an_hour(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    with search.current.engine().writer() as writer:
        writer.put([dataclasses.replace(documents_of.document(make_forwarded()), key=str(new_key()), seq=9) for _ in range(1)])
    monkeypatch.setattr(queue, "_rebuild", lambda claim: 0)
    for minute in range(3):
        told(IndexCheckDue(f"2026-11-25T0{minute}:20"))
        queue.drain()
    assert states("rebuild_index") == [DUE]


def test_a_posting_that_comes_during_a_check_does_not_wait_for_its_end(queue: IndexQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    make_forwarded()
    employer = make_employer()
    seen: list[bool] = []
    rows = indexing._rows

    def looked_at() -> Iterator[list[Any]]:
        posting = make_posting(employer=employer)
        for chunk in rows():
            yield chunk
            seen.append(str(posting.id) in found())

    monkeypatch.setattr(indexing, "_rows", looked_at)
    monkeypatch.setattr(indexing, "PAUSE_SECONDS", -1.0)
    told(IndexCheckDue("2026-11-25T03:20"))
    queue.drain()
    assert seen == [True]


def test_the_operators_page_names_the_queue_as_the_workers_do() -> None:
    assert index_care.QUEUE == INDEX
    assert {index_care.SINGLE, index_care.CHECK, index_care.REBUILD} <= {one.name for who in LISTENERS.values() for one in who}
