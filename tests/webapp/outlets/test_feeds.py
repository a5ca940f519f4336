"""Whoever fetches: only with the outlet's key, only what is theirs, and nothing lost between two visits."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.employers import make_employer
from tests.factories.outlets import make_outlet, make_pull_key, outlet_now
from tests.factories.postings import make_forwarded, make_posting
from tests.factories.reference import set_parameter
from tests.webapp.outlets.support import cycle, said, touch, withdraw, words
from webapp.access import Actor
from webapp.config import Settings
from webapp.db import reading, session, transaction
from webapp.outlets import offering, operations, queries, schema, sending
from webapp.outlets.models import DispatchKind, Outlet, Way
from webapp.outlets.pace import Pace
from webapp.outlets.selection import Selection
from webapp.outlets.views import feeds
from webapp.postings.models import Posting


@pytest.fixture(autouse=True)
def fresh_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, span in (("_snapshots", 3600), ("_requests", 60), ("_strangers", 60)):
        monkeypatch.setattr(feeds, name, Pace(span))


@pytest.fixture
def outlet(app: Flask) -> Outlet:
    return make_outlet("partner", way=Way.PULL)


class Partner:
    """A partner's program: it remembers its cursor and what it shows."""

    def __init__(self, client: FlaskClient, outlet: Outlet, key: str) -> None:
        self.client, self.slug, self.key = client, outlet.slug, key
        self.cursor, self.shown = "", {}

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/feeds/{self.slug}/{path}", headers={"Authorization": f"Bearer {self.key}"}, buffered=True)

    def begin(self) -> None:
        response = self.get("snapshot.jsonl")
        assert response.status_code == 200
        self.shown = {}
        self._take(response)

    def follow(self) -> list[dict]:
        response = self.get(f"changes.jsonl?since={self.cursor}")
        assert response.status_code == 200, response.text
        told = self._take(response)
        return told + self.follow() if response.headers["Zhilu-More"] == "1" else told

    def open(self) -> set[str]:
        return {key for key, item in self.shown.items() if not item.get("removed")}

    def _take(self, response: TestResponse) -> list[dict]:
        told = [json.loads(line) for line in response.text.splitlines()]
        assert [schema.fault(item) for item in told] == [""] * len(told)
        for item in told:
            if item["version"] >= self.shown.get(item["identifier"], {"version": 0})["version"]:
                self.shown[item["identifier"]] = item
        self.cursor = response.headers["Zhilu-Cursor"]
        return told

    @property
    def on_show(self) -> set[str]:
        return {key for key, item in self.shown.items() if not item.get("removed")}


@pytest.fixture
def partner(client: FlaskClient, outlet: Outlet) -> Partner:
    return Partner(client, outlet, make_pull_key(outlet))


def test_a_snapshot_and_the_changes_after_it_tell_everything(partner: Partner, outlet: Outlet) -> None:
    first, second = make_posting(), make_posting(title="保洁员")
    cycle()
    partner.begin()
    assert partner.on_show == {str(first.id), str(second.id)}
    assert partner.follow() == []
    withdraw(first)
    touch(second.id)
    third = make_posting(title="叉车工")
    cycle()
    told = partner.follow()
    assert partner.on_show == {str(second.id), str(third.id)}
    assert [item.get("removed", False) for item in told] == [True, False, False]
    assert partner.shown[str(second.id)]["title"] == "保洁员（改）"


def test_a_posting_withdrawn_a_second_ago_is_gone_from_the_snapshot_although_nobody_has_heard(partner: Partner) -> None:
    posting = make_posting()
    cycle()
    withdraw(posting)
    partner.begin()
    assert partner.on_show == set()
    cycle()
    assert partner.follow() == [{"identifier": str(posting.id), "removed": True, "version": 2}]


def test_many_changes_come_in_pieces_and_none_is_lost(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "AT_ONCE", 2)
    monkeypatch.setattr(feeds, "_CHUNK", 2)
    partner.begin()
    keys = {str(make_posting(title=f"电焊工{number}").id) for number in range(5)}
    cycle()
    assert len(partner.follow()) == 5 and partner.on_show == keys
    partner.begin()
    assert partner.on_show == keys


def test_a_cursor_that_comes_back_is_the_receipt(partner: Partner, outlet: Outlet) -> None:
    make_posting()
    cycle()
    partner.begin()
    cycle()
    assert said(outlet) == [("publish", "due")], "they asked, and nobody knows whether the answer arrived"
    partner.follow()
    cycle()
    assert said(outlet) == [("publish", "receipted")]
    assert words(outlet)[0].receipt == "已取走（至第 1 号）"
    assert outlet_now(outlet.id).pulled_number == 1


def test_an_older_cursor_takes_no_receipt_back(partner: Partner, outlet: Outlet) -> None:
    partner.begin()
    old = partner.cursor
    make_posting()
    cycle()
    partner.follow()
    partner.follow()
    partner.cursor = old
    partner.follow()
    assert outlet_now(outlet.id).pulled_number == 1


def test_receipts_are_laid_down_and_refusals_listed(client: FlaskClient, partner: Partner, outlet: Outlet) -> None:
    taken, refused = make_posting(), make_posting(title="保洁员")
    cycle()
    reply = {
        "receipts": [{"identifier": str(taken.id), "version": 1, "receipt": "P-7"}],
        "refused": [{"identifier": str(refused.id), "reason": "重复"}, {"identifier": "01900000-0000-7000-8000-000000000000", "reason": "?"}],
    }
    headers = {"Authorization": f"Bearer {partner.key}"}
    answer = client.post("/feeds/partner/receipts", json=reply, headers=headers, csrf=False)
    assert answer.json == {"recorded": 2, "unknown": ["01900000-0000-7000-8000-000000000000"]}
    assert [(word.state.value, word.receipt or word.last_error) for word in words(outlet)] == [("receipted", "P-7"), ("refused", "重复")]
    partner.begin()
    assert partner.on_show == {str(taken.id)}, "what they refused is not offered again"


@pytest.mark.parametrize("body", ["", "nonsense", "[]", '{"receipts": 7}', '{"receipts": [7]}', "{}", '{"receipt": "all"}'])
def test_what_is_no_receipt_is_refused_in_words(client: FlaskClient, partner: Partner, body: str) -> None:
    headers = {"Authorization": f"Bearer {partner.key}"}
    answer = client.post("/feeds/partner/receipts", input_stream=io.BytesIO(body.encode()), headers=headers, csrf=False)
    assert answer.status_code == 400 and "回执" in answer.json["message"]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "Basic {key}", "{key}"])
def test_without_the_key_nothing_is_told(client: FlaskClient, partner: Partner, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.format(key=partner.key)}
    for path in ("snapshot.jsonl", "changes.jsonl?since=x"):
        answer = client.get(f"/feeds/partner/{path}", headers=headers)
        assert (answer.status_code, answer.json["error"], answer.headers["WWW-Authenticate"]) == (401, "wrong_key", "Bearer")
    assert client.post("/feeds/partner/receipts", json={}, headers=headers, csrf=False).status_code == 401


def test_an_outlet_that_is_not_there_looks_like_a_wrong_key(client: FlaskClient, partner: Partner) -> None:
    headers = {"Authorization": f"Bearer {partner.key}"}
    known, unknown = (client.get(f"/feeds/{slug}/snapshot.jsonl", headers=headers | {"Authorization": "Bearer x"}) for slug in ("partner", "nobody"))
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json)


def test_another_outlets_key_opens_nothing(client: FlaskClient, partner: Partner) -> None:
    other = Partner(client, outlet_now(make_outlet("other", way=Way.PULL).id), "")
    other.key = partner.key
    assert other.get("snapshot.jsonl").status_code == 401


def test_a_new_key_ends_the_old_one(client: FlaskClient, partner: Partner, outlet: Outlet) -> None:
    old, partner.key = partner.key, make_pull_key(outlet)
    assert partner.get("snapshot.jsonl").status_code == 200
    partner.key = old
    assert partner.get("snapshot.jsonl").status_code == 401


def suspend(outlet: Outlet, *, again: bool = False) -> None:
    with transaction():
        (operations.resume if again else operations.suspend)(session().get_one(Outlet, outlet.id), by=Actor.SYSTEM)


def test_a_suspended_outlet_gets_no_snapshot_and_hears_only_of_what_is_gone(partner: Partner, outlet: Outlet) -> None:
    first, second = make_posting(), make_posting()
    cycle()
    partner.begin()
    third = make_posting(title="保洁员")
    cycle()
    suspend(outlet)
    assert (partner.get("snapshot.jsonl").status_code, partner.get("snapshot.jsonl").json["error"]) == (403, "suspended")
    withdraw(first)
    make_posting(title="叉车工")
    cycle()
    assert [item["identifier"] for item in partner.follow()] == [str(first.id)]
    assert partner.follow() == [], "the cursor goes on"
    assert partner.open() == {str(second.id)}
    suspend(outlet, again=True)
    cycle()
    partner.follow()
    assert len(partner.open()) == 3 and str(third.id) in partner.open(), "what was kept back is told anew"


def test_the_key_is_kept_nowhere(partner: Partner, settings: Settings) -> None:
    partner.begin()
    held = b"".join(path.read_bytes() for path in settings.var.glob("zhilu.db*"))
    assert b"partner" in held and partner.key.encode() not in held


def test_an_outlet_is_given_its_own_area_and_selection_only(client: FlaskClient, app: Flask) -> None:
    narrow = make_outlet("narrow", way=Way.PULL, selection=Selection(region="370102", employment_types=("full_time",), direct_only=True))
    wide = Partner(client, make_outlet("wide", way=Way.PULL, region="370000"), "")
    partner = Partner(client, narrow, make_pull_key(narrow))
    wide.key = make_pull_key(outlet_now(queries_key("wide")))
    inside = make_posting()
    elsewhere = make_posting(region="370103", title="保洁员")
    qingdao = make_posting(employer=make_employer(name="青岛丙丁食品有限公司", region="370202"), region="370202", title="叉车工")
    forwarded = make_forwarded()
    cycle()
    partner.begin()
    wide.begin()
    assert partner.on_show == {str(inside.id)}
    assert wide.on_show == {str(row.id) for row in (inside, elsewhere, qingdao, forwarded)}


def queries_key(slug: str):
    with reading():
        found = queries.outlet_named(slug)
    assert found is not None
    return found.id


def test_a_cursor_belongs_to_one_outlet(client: FlaskClient, partner: Partner) -> None:
    partner.begin()
    other = make_outlet("other", way=Way.PULL)
    stranger = Partner(client, other, make_pull_key(other))
    for since in (partner.cursor, "", "x", "AAAA", "%00", feeds.cursor(other, 99)):
        answer = stranger.get(f"changes.jsonl?since={since}")
        assert answer.status_code in {400, 410} and answer.json["message"]


def test_whoever_asks_too_often_is_told_when_to_come_back(partner: Partner) -> None:
    set_parameter("feed_snapshots_per_hour", "2")
    assert [partner.get("snapshot.jsonl").status_code for _ in range(3)] == [200, 200, 429]
    assert 0 < int(partner.get("snapshot.jsonl").headers["Retry-After"]) <= 3600


def test_whoever_guesses_keys_is_stopped_and_does_not_stop_others(client: FlaskClient, partner: Partner) -> None:
    set_parameter("feed_wrong_keys_per_minute", "3")
    guess = {"Authorization": "Bearer guess"}
    statuses = [client.get("/feeds/partner/snapshot.jsonl", headers=guess, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    assert partner.get("snapshot.jsonl").status_code == 200


def test_the_csv_says_the_same(partner: Partner) -> None:
    first, second = make_posting(title="=SUM(A1)电焊工"), make_posting(title="保洁员")
    cycle()
    rows = list(csv.DictReader(io.StringIO(partner.get("snapshot.csv").text)))
    assert [(row["identifier"], row["title"], row["salary_min"], row["removed"]) for row in rows] == [
        (str(first.id), "'=SUM(A1)电焊工", "6000", ""),
        (str(second.id), "保洁员", "6000", ""),
    ]
    partner.begin()
    withdraw(first)
    cycle()
    (gone,) = csv.DictReader(io.StringIO(partner.get(f"changes.csv?since={partner.cursor}").text))
    assert (gone["identifier"], gone["removed"], gone["title"]) == (str(first.id), "1", "")


def test_another_form_of_file_is_not_there(partner: Partner) -> None:
    assert partner.get("snapshot.xml").status_code == 404


def test_a_pushed_outlet_does_not_fetch(client: FlaskClient, app: Flask) -> None:
    pushed = make_outlet("pushed", way=Way.PUSH, address="https://jobs.example.com/")
    partner = Partner(client, pushed, make_pull_key(pushed))
    assert partner.get("snapshot.jsonl").status_code == 403


def test_the_schema_and_its_page_are_public(client: FlaskClient) -> None:
    answer = client.get("/feeds/schema/posting-1.json")
    assert answer.status_code == 200 and answer.mimetype == "application/schema+json"
    assert json.loads(answer.text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    page = client.get("/feeds").text
    assert all(field.path in page for field in (*schema.fields("posting"), *schema.fields("removed")))


def test_a_snapshot_holds_no_connection_between_its_pieces(partner: Partner, outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer comes through in the middle of a stream, and what it changes follows by the cursor."""
    monkeypatch.setattr(feeds, "_CHUNK", 1)
    keys = [make_posting(title=f"电焊工{number}").id for number in range(3)]
    cycle()
    with reading():
        known = session().get_one(Outlet, outlet.id)
    lines = feeds._lines(known, feeds.Format.JSONL, known.last_number)
    next(lines)
    first = json.loads(next(lines))
    assert first["identifier"] == str(keys[0])
    with transaction():
        offering.tell(queries.locked(outlet.id), DispatchKind.REMOVE, [session().get_one(Posting, keys[1])])
    rest = [json.loads(line)["identifier"] for line in lines if line]
    assert rest == [str(keys[2])]


class TestNothingIsLostBetweenTwoVisits:
    """Two processes tell at once. The one that began first commits last: with ids given out freely its lower number would be missed."""

    def test_a_number_that_was_given_out_later_is_not_seen_before_an_earlier_one(self, house: Settings) -> None:
        outlet = make_outlet("partner", way=Way.PULL)
        first, second = make_posting().id, make_posting(title="保洁员").id
        began, release, seen = Event(), Event(), []

        def slow() -> None:
            with transaction():
                offering.tell(queries.locked(outlet.id), DispatchKind.PUBLISH, [session().get_one(Posting, first)])
                session().flush()
                began.set()
                release.wait(3)

        def quick() -> None:
            began.wait(5)
            with transaction():
                offering.tell(queries.locked(outlet.id), DispatchKind.PUBLISH, [session().get_one(Posting, second)])

        def look() -> None:
            began.wait(5)
            for _ in range(20):
                with reading():
                    known = session().get_one(Outlet, outlet.id, populate_existing=True)
                    seen.append((known.last_number, [row.dispatch.number for row in queries.offered(known, after=0, limit=10)]))
            release.set()

        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(job) for job in (slow, quick, look)]:
                done.result(20)
        assert all(numbers == list(range(1, last + 1)) for last, numbers in seen), seen
        assert [word.number for word in words(outlet)] == [1, 2]

    def test_many_tell_at_once_and_every_number_is_given_once(self, house: Settings) -> None:
        outlet = make_outlet("partner", way=Way.PULL)
        keys = [make_posting(title=f"电焊工{number}").id for number in range(4)]
        start = Barrier(4)

        def tell(key) -> None:
            start.wait(5)
            for _ in range(5):
                with transaction():
                    offering.tell(queries.locked(outlet.id), DispatchKind.PUBLISH, [session().get_one(Posting, key)])

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(tell, key) for key in keys]:
                done.result(30)
        told = words(outlet)
        assert [word.number for word in told] == list(range(1, 21))
        assert sorted(word.posting_id for word in told if word.is_latest) == sorted(keys)


def test_what_is_told_under_a_number_never_changes(partner: Partner, outlet: Outlet) -> None:
    """The row has moved on and nobody has heard: under the old number nothing is told rather than something else."""
    posting = make_posting()
    cycle()
    touch(posting.id)
    partner.begin()
    assert partner.on_show == set()
    cycle()
    assert [item["version"] for item in partner.follow()] == [2]


def test_an_item_is_made_of_its_dispatch(app: Flask, outlet: Outlet) -> None:
    make_posting()
    cycle()
    (word,) = words(outlet)
    with reading():
        told = sending.as_item(word, queries.postings_by_key([word.posting_id]))
    assert (told["version"], told["identifier"]) == (word.number, str(word.posting_id))
