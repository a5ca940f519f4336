"""The operator's page of the search index: true figures, told when the engine is away, and what may be asked from it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import search.current
from search.access import Access
from search.embedded import EmbeddedEngine
from tests.factories.accounts import make_person, make_staff
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.conftest import SignIn
from tests.webapp.postings.support import index_postings
from webapp import ledger
from webapp.access import Actor, Role
from webapp.db import now, reading, transaction
from webapp.events import IndexCheckAsked, IndexRebuildAsked, PostingApproved
from webapp.ledger import Delivery, DeliveryState, Entry, Listener
from webapp.postings import index_care
from webapp.postings.models import IndexRunKind
from webapp.postings.views.index_state import _place

INDEX, CHECK, REBUILD = (Listener(name, "index") for name in (index_care.SINGLE, index_care.CHECK, index_care.REBUILD))


@pytest.fixture
def operator(client: FlaskClient, sign_in: SignIn, index: EmbeddedEngine) -> FlaskClient:
    index.rebuild([])
    sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370100"))
    ledger.subscribe({PostingApproved: (INDEX,), IndexCheckAsked: (CHECK,), IndexRebuildAsked: (REBUILD,)})
    return client


def keep(kind: IndexRunKind, **figures: Any) -> None:
    with transaction():
        index_care.keep_run(kind, began=now(), **figures)


def asked() -> list[tuple[str, dict[str, Any]]]:
    with reading() as session:
        return [(one.event, one.payload) for one in session.scalars(select(Entry).where(Entry.event.like("Index%")).order_by(Entry.id))]


def finish(took: timedelta) -> None:
    with transaction() as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.state == DeliveryState.DUE)):
            delivery.state, delivery.finished_at = DeliveryState.DONE, session.get_one(Entry, delivery.entry_id).at + took


def test_documents_rows_and_their_difference_are_told(operator: FlaskClient, index: EmbeddedEngine) -> None:
    rows = [make_forwarded(source_key=str(number)) for number in range(3)]
    index_postings([row.id for row in rows[:2]])
    page = operator.get("/search-index").text
    assert ">2<span" in page, "two can be found"
    assert ">-1<span" in page, "one of three rows is not in the index"
    assert "内置检索" in page


def test_an_engine_that_is_away_is_said_and_the_rest_is_shown(operator: FlaskClient, index: EmbeddedEngine, settings: Any) -> None:
    make_forwarded()
    (settings.search_directory / "CURRENT").unlink()
    page = operator.get("/search-index").text
    assert "检索引擎暂时没有应答" in page
    assert "数据库中招聘中的岗位" in page


def test_what_waits_and_how_long_a_posting_takes_is_told(operator: FlaskClient) -> None:
    make_posting()
    finish(timedelta(seconds=0.7))
    assert "0.7" in operator.get("/search-index").text
    make_posting()
    with reading():
        lag = index_care.lag()
    assert (lag.waiting, lag.measured, lag.p95) == (1, 1, timedelta(seconds=0.7))


def test_the_95th_of_100_is_told(operator: FlaskClient) -> None:
    posting = make_posting()
    with transaction() as session:
        for number in range(2, 101):
            entry = ledger.record(PostingApproved(str(posting.id)), by=Actor.SYSTEM)
            session.flush()
            made = session.scalars(select(Delivery).where(Delivery.entry_id == entry.id)).one()
            made.state, made.finished_at = DeliveryState.DONE, entry.at + timedelta(seconds=number)
    finish(timedelta(seconds=1))
    with reading():
        assert index_care.lag().p95 == timedelta(seconds=95)


def test_the_last_check_opens_the_postings_it_found(operator: FlaskClient) -> None:
    posting = make_posting()
    keep(IndexRunKind.CHECK, postings=812, missing=1, examples={"missing": [str(posting.id)]})
    page = operator.get("/search-index").text
    assert "比对 812 个岗位" in page
    assert f'href="/postings/{posting.id}"' in page


def test_a_check_and_a_rebuild_are_asked_once(operator: FlaskClient) -> None:
    for _ in range(2):
        assert operator.post("/search-index/check").status_code == 303
        assert operator.post("/search-index/rebuild").status_code == 303
    assert asked() == [("IndexCheckAsked", {"reason": "operator"}), ("IndexRebuildAsked", {"reason": "operator", "may_shrink": False})]
    assert "已有一次重建在排队" in operator.get("/search-index").text


def test_a_smaller_index_may_be_allowed_only_after_a_refusal_and_closes_what_was_refused(operator: FlaskClient) -> None:
    assert operator.get("/search-index/shrink").status_code == 404
    assert operator.post("/search-index/shrink").status_code == 404
    assert "允许变小后重建" not in operator.get("/search-index").text
    operator.post("/search-index/rebuild")
    with transaction():
        (claim,) = ledger.claim("index")
        ledger.park(claim, "新索引只有 5 个岗位")
    keep(IndexRunKind.REBUILD, postings=5, refused="新索引只有 5 个岗位")
    page = operator.get("/search-index").text
    assert "新索引只有 5 个岗位" in page
    assert "搁置，需要您决定" in page
    assert "新索引只有 5 个岗位" in operator.get("/search-index/shrink").text
    operator.post("/search-index/shrink")
    assert asked()[-1] == ("IndexRebuildAsked", {"reason": "operator", "may_shrink": True})
    with reading():
        assert index_care.parked() == []


def test_a_parked_index_delivery_can_be_tried_again(operator: FlaskClient) -> None:
    make_posting()
    with transaction():
        (claim,) = ledger.claim("index")
        ledger.park(claim, "ValueError in entry")
    page = operator.get("/search-index").text
    assert "ValueError in entry" in page
    assert f'action="/deliveries/{claim.id}/retry"' in page


def test_others_do_not_see_it(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person())
    assert client.get("/search-index").status_code == 403
    assert client.post("/search-index/rebuild").status_code == 403


def test_without_a_token_nothing_is_asked(operator: FlaskClient) -> None:
    assert operator.post("/search-index/rebuild", csrf=False).status_code == 400
    assert asked() == []


def test_an_address_is_shown_without_the_password_it_carries(app: Flask) -> None:
    class Told:
        elasticsearch = Access(urls=("https://elastic:geheim@es1.example:9200", "https://es2.example"), api_key="geheim")

    assert _place(Told()) == ("Elasticsearch", "https://es1.example:9200，https://es2.example")  # type: ignore[arg-type]  # the part it looks at


def test_an_index_of_another_version_is_said(operator: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(search.current.engine()), "needs_rebuild", lambda self: True)
    assert "另一个版本" in operator.get("/search-index").text
