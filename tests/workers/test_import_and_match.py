"""The import and the matching on both databases, with the real listeners and the real index."""

import threading
import time
from dataclasses import astuple

from sqlalchemy import select

import search.current
from search.query import PostingQuery
from tests.factories.accounts import make_person
from tests.factories.postings import make_posting
from tests.factories.seekers import make_saved_search
from tests.factories.sources import import_rows, row, write_rows
from webapp.access import Actor
from webapp.db import reading, session, transaction
from webapp.matching import operations as matching
from webapp.notices.models import Message, Notice, NoticeKind
from webapp.postings.models import Posting
from workers.index_queue import IndexQueue


def indexed():
    queue = IndexQueue(lambda: False)
    try:
        queue.drain()
    finally:
        queue.close()


def found(text):
    return search.current.engine().find(PostingQuery(text=text, limit=1000)).total


def test_an_import_is_idempotent_and_found(house, tmp_path):
    path = write_rows(tmp_path / "a.csv.gz", [row(number, title=f"焊工{number}号") for number in range(1, 1501)])
    assert astuple(import_rows(path).tally) == (1500, 0, 0, 0, 0)
    indexed()
    assert found("焊工") == 1500
    assert astuple(import_rows(path).tally) == (0, 0, 1500, 0, 0)
    changed = write_rows(
        tmp_path / "b.csv", [row(number, title=f"钳工{number}号" if number == 7 else f"焊工{number}号") for number in range(1, 1501)]
    )
    assert astuple(import_rows(changed).tally) == (0, 1, 1499, 0, 0)
    indexed()
    assert (found("焊工"), found("钳工")) == (1499, 1)
    with reading():
        assert session().scalar(select(Posting.version).where(Posting.source_key == "r7")) == 2


def test_signs_of_every_plane_and_every_removed_control_reach_the_database(house, tmp_path):
    import_rows(write_rows(tmp_path / "a.csv", [row(1, title="焊工\x00\x07🙂𠮷", description="甲\x0b乙\u2028丙")]))
    with reading():
        posting = session().scalar(select(Posting))
    assert (posting.title, posting.duties) == ("焊工🙂𠮷", "甲\n乙\n丙")


def test_others_write_while_an_import_runs(house, tmp_path):
    path = write_rows(tmp_path / "a.csv", [row(number) for number in range(4000)])
    waits, done = [], threading.Event()

    def write_now_and_then() -> None:
        while not done.is_set():
            began = time.monotonic()
            make_person()
            waits.append(time.monotonic() - began)
            time.sleep(0.02)

    other = threading.Thread(target=write_now_and_then)
    other.start()
    try:
        assert import_rows(path).tally.added == 4000
    finally:
        done.set()
        other.join()
    assert len(waits) > 5
    assert max(waits) < 5.0, "a writer waited longer than SQLite lets it"


def test_a_match_is_told_once_in_the_inbox_and_once_by_mail(house):
    person = make_person(email="sun@example.com")
    make_saved_search(person, q="焊工", name="甲")
    make_saved_search(person, q="电焊工", region="370100", name="乙")
    make_saved_search(person, q="会计", name="丙")
    posting = make_posting(title="电焊工", region="370102")
    for _ in range(2):
        with transaction():
            matching.match_posting(posting.id, by=Actor.SYSTEM)
        with transaction():
            matching.notify_seekers(posting.id, by=Actor.SYSTEM)
    with reading():
        assert [notice.person_id for notice in session().scalars(select(Notice).where(Notice.kind == NoticeKind.MATCH))] == [person.id]
        assert [message.person_id for message in session().scalars(select(Message))] == [person.id]
