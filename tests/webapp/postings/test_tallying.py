"""Counts of searches on SQLite and on PostgreSQL: added up, written once, never in the way of a search."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from webapp import db
from webapp.db import session, today, transaction
from webapp.postings import gathering, tallying
from webapp.postings.models import SearchTally
from webapp.postings.tallying import keep, tally
from workers import retention

pytestmark = pytest.mark.usefixtures("both")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the gathering sees; a test moves them on."""
    seconds = [1000.0]
    monkeypatch.setattr(gathering.time, "monotonic", lambda: seconds[0])
    return seconds


def rows() -> list[tuple[str, str, int, int, int, int]]:
    with db.reading():
        found = session().scalars(select(SearchTally).order_by(SearchTally.text, SearchTally.region))
        return [(row.text, row.region, row.searches, row.unmet, row.widened, row.empty) for row in found]


def ask(text: str, region: str = "", *, strict: int = 0, total: int = 0, widened: bool = False) -> None:
    tally(text, region, strict=strict, total=total, widened=widened)


def test_searches_of_a_day_are_one_row_for_a_text_and_a_place(clock: list[float]) -> None:
    for strict, total, widened in ((0, 0, False), (0, 5, True), (30, 30, False), (3, 12, True)):
        ask("扫街的", strict=strict, total=total, widened=widened)
        clock[0] += 61
    ask(" 扫街的 ", "370102")
    assert keep() == 2
    assert rows() == [("扫街的", "", 4, 2, 2, 1), ("扫街的", "370102", 1, 1, 0, 1)]


def test_a_later_writing_adds_to_what_stands_there(clock: list[float]) -> None:
    for _ in range(3):
        ask("扫街的")
        clock[0] += 61
        keep()
    assert rows() == [("扫街的", "", 3, 3, 0, 3)]
    assert keep() == 0


def test_the_same_search_within_a_minute_counts_once(clock: list[float]) -> None:
    for _ in range(50):
        ask("扫街的")
        clock[0] += 1
    ask("扫街的", "370102")
    keep()
    assert [(text, region, searches) for text, region, searches, *_ in rows()] == [("扫街的", "", 1), ("扫街的", "370102", 1)]


def test_what_points_at_a_person_reaches_neither_memory_nor_database() -> None:
    for text in ("13800138000", "zhang@example.com", "370102199003074519"):
        ask(text)
    assert keep() == 0 and rows() == []


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallying.gatherer, "most", 10)
    for number in range(30):
        ask(f"扫街的{chr(0x4E00 + number)}")
    assert keep() == 10


def test_a_search_does_not_wait_for_a_database_that_is_held(clock: list[float]) -> None:
    with transaction():
        ask("扫街的")
    assert keep() == 1


def test_what_could_not_be_written_is_written_later(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    ask("扫街的")
    with monkeypatch.context() as broken:
        broken.setattr(tallying, "transaction", refuse)
        assert keep() == 0
    clock[0] += 61
    ask("扫街的")
    assert keep() == 1
    assert rows() == [("扫街的", "", 2, 2, 0, 2)]


def refuse() -> None:
    raise OperationalError("INSERT", {}, Exception("database is locked"))


def test_counts_are_written_by_a_thread_of_their_own_within_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallying.gatherer, "every", 0.05)
    ask("扫街的")
    for timer in [one for one in threading.enumerate() if isinstance(one, threading.Timer)]:
        if timer.interval == 0.05:
            timer.join(10)
    assert rows() == [("扫街的", "", 1, 1, 0, 1)]


def test_many_at_once_lose_no_count(clock: list[float]) -> None:
    texts = [f"扫街的{chr(0x4E00 + number)}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, texts * 5))
        list(pool.map(lambda _: keep(), range(3)))
    keep()
    assert sorted(row[2] for row in rows()) == [1] * 40


def test_two_processes_that_write_the_same_texts_at_once_add_up(clock: list[float]) -> None:
    counts = {(today(), f"扫街的{chr(0x4E00 + number)}", ""): [1, 1, 0, 0] for number in range(50)}
    turned = dict(reversed(counts.items()))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(tallying._write, [counts, turned] * 6))
    assert {row[2] for row in rows()} == {12} and len(rows()) == 50


def test_counts_of_another_database_are_not_written_into_this_one(tmp_path: Path, template_database: Path) -> None:
    ask("扫街的")
    before = db.engine()
    other = tmp_path / "other.db"
    other.write_bytes(template_database.read_bytes())
    opened = db.connect(f"sqlite:///{other}")
    try:
        assert keep() == 0 and rows() == []
    finally:
        db.end_reading()
        opened.dispose()
        db._engine = before
    assert keep() == 1


def test_old_counts_go_after_their_days() -> None:
    with transaction() as writing:
        for days in (0, 179, 182, 400):
            writing.add(SearchTally(day=today() - timedelta(days=days), text="扫街的", region="", searches=1, unmet=1, widened=0, empty=1))
    assert retention.purge(lambda: None) == 2
    assert len(rows()) == 2
