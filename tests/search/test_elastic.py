"""What only Elasticsearch has: lines of a bulk request, aliases and leases, mappings and settings; on a real server."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from search.access import Access
from search.analysis import Analysis, RustCutter
from search.documents import PostingDocument, tombstone
from search.elastic import ElasticEngine
from search.elastic_indexes import Indexes
from search.elastic_layout import GIG_FIELDS, PROFILE_FIELDS, made, mapping
from search.engine import Refused, Unavailable, Writer, WriterBusy
from search.fields import Kind
from search.query import PostingQuery
from tests.elasticsearch_server import elasticsearch
from tests.search.engines import fresh_access
from tests.search.samples import document

TOO_LARGE = 1 << 70
"""No `long` takes it: a document that can never be indexed."""


@pytest.fixture
def access() -> Access:
    return fresh_access()


@pytest.fixture
def engine(access: Access) -> ElasticEngine:
    engine = ElasticEngine(access)
    engine.rebuild(())
    return engine


def put(engine: ElasticEngine, documents: Iterable[PostingDocument]) -> int:
    with engine.writer() as writer:
        return writer.put(documents)


def keys(engine: ElasticEngine, text: str = "") -> set[str]:
    return set(engine.find(PostingQuery(text=text, limit=500)).keys)


def asked(method: str, path: str, body: object = None) -> dict[str, Any]:
    """The server itself, past our code."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{elasticsearch()}/{path}", data, {"content-type": "application/json"}, method=method), timeout=30) as answer:
        return dict(json.load(answer))


def indexes(access: Access) -> set[str]:
    return set(asked("GET", f"{access.prefix}-postings-*"))


def live(access: Access) -> str:
    (name,) = (name for name, index in asked("GET", f"{access.prefix}-postings-*").items() if "-as-" in str(index["aliases"]))
    return name


# lines of a bulk request


def test_one_bad_document_is_named_and_keeps_no_other_away(engine: ElasticEngine) -> None:
    bad = document("bad", 2, experience_years=TOO_LARGE)
    with engine.writer() as writer:
        with pytest.raises(Refused) as refused:
            writer.put([document("before", 1), bad, document("after", 3)])
        writer.flush()
    assert set(refused.value.reasons) == {"bad"}
    assert "experience_years" in refused.value.reasons["bad"]
    assert keys(engine) == {"before", "after"}


def test_a_rebuild_leaves_out_what_can_never_be_taken(engine: ElasticEngine, caplog: pytest.LogCaptureFixture) -> None:
    assert engine.rebuild([document("good", 1), document("bad", 2, experience_years=TOO_LARGE)]) == 1
    assert keys(engine) == {"good"}
    assert "1 documents were refused" in caplog.text


def test_an_index_that_is_gone_is_never_made_anew_by_a_document(engine: ElasticEngine, access: Access) -> None:
    with engine.writer() as writer:
        asked("DELETE", live(access))
        with pytest.raises(Unavailable):
            writer.put([document("a", 1)])
    assert indexes(access) == set()


def test_old_tombstones_can_be_purged_and_no_others(engine: ElasticEngine) -> None:
    today = date.today()  # noqa: DTZ011 - a tombstone bears the day of this machine
    put(engine, [document("kept", 1), tombstone("buried", 2, 5)])
    assert engine.purge(today) == 0
    assert dict(engine.versions()) == {"kept": 1, "buried": 5}
    assert engine.purge(today + timedelta(days=1)) == 1
    with engine.writer() as writer:
        writer.put([document("another", 3)])
    assert dict(engine.versions()) == {"kept": 1, "another": 1}


# rebuilds


def test_searches_are_answered_by_the_old_index_until_the_swap(engine: ElasticEngine) -> None:
    put(engine, [document("old", 1)])
    seen: list[set[str]] = []

    def rows() -> Iterator[PostingDocument]:
        seen.append(keys(engine))
        yield document("new", 2)
        seen.append(keys(engine))

    engine.rebuild(rows(), meanwhile=lambda writer: seen.append(keys(engine)))
    assert seen and all(found == {"old"} for found in seen)
    assert keys(engine) == {"new"}


def test_another_process_sees_the_swap_at_once(engine: ElasticEngine, access: Access) -> None:
    other = ElasticEngine(access)
    assert keys(other) == set()
    engine.rebuild([document("new", 1)])
    assert keys(other) == {"new"}


def test_a_writer_elsewhere_writes_to_both_indexes_during_a_rebuild(engine: ElasticEngine, access: Access) -> None:
    other = ElasticEngine(access)

    def change(_: Writer) -> None:
        put(other, [document("changed", 1, version=7, title="改过的岗位")])
        assert keys(engine, "改过的岗位") == {"changed"}

    engine.rebuild([document("changed", 1, version=3), document("same", 2)], meanwhile=change)
    assert keys(engine, "改过的岗位") == {"changed"}
    assert dict(engine.versions()) == {"changed": 7, "same": 1}


def test_what_a_killed_rebuild_left_is_removed_by_the_next(engine: ElasticEngine, access: Access) -> None:
    stray = Indexes(engine._cluster, made(engine._analysis.fingerprint)).create()
    assert len(indexes(access)) == 2
    engine.rebuild([document("a", 1)])
    assert stray not in indexes(access)
    assert len(indexes(access)) == 1


def test_a_failed_rebuild_leaves_no_index_behind(engine: ElasticEngine, access: Access) -> None:
    def rows() -> Iterator[PostingDocument]:
        yield document("a", 1)
        raise RuntimeError("the database is gone")

    before = indexes(access)
    with pytest.raises(RuntimeError):
        engine.rebuild(rows())
    assert indexes(access) == before


def test_only_one_rebuilds_at_a_time(engine: ElasticEngine, access: Access) -> None:
    other = ElasticEngine(access)

    def rows() -> Iterator[PostingDocument]:
        with pytest.raises(WriterBusy):
            other.rebuild(())
        yield document("a", 1)

    engine.rebuild(rows())
    assert other.rebuild([document("b", 1)]) == 1


def test_the_lease_of_a_killed_rebuild_ends_by_itself(engine: ElasticEngine, access: Access) -> None:
    lease = {"owner": "killed", "until": 1.0}
    asked("PUT", f"{access.prefix}-leases/_doc/rebuild-postings?refresh=true", lease)
    assert engine.rebuild([document("a", 1)]) == 1
    asked("PUT", f"{access.prefix}-leases/_doc/rebuild-postings?refresh=true", lease | {"until": 9e9})
    with pytest.raises(WriterBusy):
        engine.rebuild([document("b", 1)])


def test_another_analysis_asks_for_a_rebuild_and_may_not_write_beside_it(engine: ElasticEngine, access: Access) -> None:
    other = ElasticEngine(access, Analysis({"绗缝机手": 5000}, RustCutter))
    assert (engine.needs_rebuild(), other.needs_rebuild()) == (False, True)

    def change(_: Writer) -> None:
        with pytest.raises(WriterBusy, match="another version"):
            put(engine, [document("late", 9)])

    other.rebuild([document("a", 1)], meanwhile=change)
    assert (engine.needs_rebuild(), other.needs_rebuild()) == (True, False)


# mappings and settings


def test_shards_and_copies_are_as_configured() -> None:
    access = fresh_access(shards=3, replicas="0")
    ElasticEngine(access).rebuild([document(f"k{number}", number) for number in range(30)])
    settings = asked("GET", f"{live(access)}/_settings")[live(access)]["settings"]["index"]
    assert (settings["number_of_shards"], settings["number_of_replicas"], settings["auto_expand_replicas"]) == ("3", "0", "false")


def test_copies_follow_the_nodes_where_a_range_is_given(access: Access, engine: ElasticEngine) -> None:
    settings = asked("GET", f"{live(access)}/_settings")[live(access)]["settings"]["index"]
    assert (settings["auto_expand_replicas"], settings["number_of_replicas"]) == ("0-1", "0")
    assert settings["refresh_interval"] == "30s"


@pytest.mark.parametrize("fields", [PROFILE_FIELDS, GIG_FIELDS], ids=["profiles", "gigs"])
def test_the_shapes_to_come_take_what_they_name_and_nothing_else(access: Access, fields: dict[str, Kind]) -> None:
    name = f"{access.prefix}-shape"
    asked("PUT", name, {"mappings": mapping(fields)})
    right: dict[str, object] = {field: 7 if kind is Kind.NUMBER else ["甲"] for field, kind in fields.items()}
    asked("PUT", f"{name}/_doc/a?refresh=true", {"key": "a", **right})
    assert asked("GET", f"{name}/_count")["count"] == 1
    for more in ("phone", "name", "id_number"):
        with pytest.raises(HTTPError) as refused:
            asked("PUT", f"{name}/_doc/b", {"key": "b", **right, more: "13800138000"})
        refused.value.close()
        assert refused.value.code == 400


def test_a_profile_has_no_field_for_a_person() -> None:
    assert not {"name", "phone", "birth_date", "birth_year", "sex", "id_number", "address", "ethnicity", "every", "running"} & set(PROFILE_FIELDS)
