import pytest

import search.current
from search.query import PostingQuery
from tests.factories.accounts import make_person
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import make_application, make_forwarded, make_posting
from tests.webapp.postings.support import index_postings
from webapp.access import Actor
from webapp.db import reading, session, today, transaction
from webapp.postings import indexing, operations
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database", "index")


def empty_index() -> None:
    search.current.engine().rebuild([])


def found(text: str) -> list[str]:
    return list(search.current.engine().find(PostingQuery(text=text)).keys)


def test_a_document_says_what_the_row_says():
    row = make_posting(occupation="6-18-02-04", lon=117.0, lat=36.6)
    made = indexing.document(row)
    assert (made.key, made.seq, made.version, made.deleted) == (str(row.id), row.seq, row.version, False)
    assert (made.title, made.region, made.wage_low, made.wage_high) == ("电焊工", "370102", 6000, 8000)
    assert (made.employment_type, made.education, made.experience_years, made.posted_on) == ("full_time", 20, 1, today())
    assert "工业南路" in made.body
    assert "焊接农机车架" in made.body


def test_no_document_holds_anything_of_a_person():
    employer = make_employer()
    row = make_posting(employer=employer)
    make_application(row, make_person(name="欧阳某某", phone="13712345678"), message="我的电话是13712345678")
    owner = owner_of(employer)
    text = repr(indexing.document(session().get_one(Posting, row.id)))
    for secret in ("欧阳某某", "13712345678", owner.phone, owner.name, "13800138000"):
        assert secret not in text


@pytest.mark.parametrize("state", [state for state in PostingState if state is not PostingState.OPEN])
def test_whatever_is_not_open_is_a_tombstone(state):
    assert indexing.document(make_posting(state=state)).deleted


def test_a_posting_is_findable_once_indexed_and_gone_once_paused():
    empty_index()
    row = make_posting()
    assert index_postings([row.id]) == 1
    assert found("电焊工") == [str(row.id)]
    with transaction():
        operations.pause(session().get_one(Posting, row.id), by=Actor.SYSTEM)
    assert index_postings([row.id]) == 1
    assert found("电焊工") == []


def test_indexing_twice_changes_nothing():
    empty_index()
    row = make_posting()
    assert [index_postings([row.id]) for _ in range(2)] == [1, 0]


def test_a_stream_gives_every_row_once_over_several_reads(monkeypatch):
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    batch = make_forwarded(source_key="x").id
    with transaction():
        rows = [make_forwarded(source_key=str(n), batch_id=batch) for n in range(5)]
        make_forwarded(source_key="other")
    assert [made.key for made in indexing.of_batch(batch)] == [str(row.id) for row in rows]
    assert len(list(indexing.every_open())) == 7
    with reading():
        assert len(indexing.documents([row.id for row in rows])) == 5
