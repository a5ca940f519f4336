"""What is fetched and what never is: addresses that lead inwards, elsewhere, or nowhere. A real server on a free port answers."""

import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from sqlalchemy import select

from tests.factories.sources import json_lines, make_node, row
from webapp.access import Actor
from webapp.db import now, reading, session, today, transaction
from webapp.ledger import LeaseLost
from webapp.sources import pulling, receiving, storing
from webapp.sources.models import Batch, BatchMode, BatchOrigin, BatchState, Source

pytestmark = pytest.mark.usefixtures("database")


class Feed(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self):
        Feed.asked.append((self.path, self.headers.get("Authorization", "")))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/jobs.jsonl")
            self.end_headers()
            return
        body = json_lines([row(1), row(2)])
        self.send_response(200 if self.path.startswith("/jobs") else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def feed():
    Feed.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pulling.settle({"127.0.0.1", "localhost"}, privately=True)
    yield f"http://127.0.0.1:{server.server_port}"
    pulling.settle(())
    server.shutdown()
    server.server_close()


def kept(node):
    with reading():
        return session().get_one(Source, node.id)


def batches():
    with reading():
        return list(session().scalars(select(Batch)))


def test_an_address_that_is_due_is_fetched_and_waits_as_a_snapshot(feed):
    node = make_node(pull_url=f"{feed}/jobs.jsonl", pull_minutes=60, pull_token="geheim")
    pulling.pull_due(lambda: None)
    pulling.pull_due(lambda: None)
    (batch,) = batches()
    assert (batch.origin, batch.mode, batch.state, batch.file_name) == (BatchOrigin.PULL, BatchMode.SNAPSHOT, BatchState.WAITING, "jobs.jsonl")
    assert Feed.asked == [("/jobs.jsonl", "Bearer geheim")]
    assert (kept(node).pull_trouble, kept(node).pulled_at is not None) == ("", True)


def test_a_suspended_node_is_not_fetched_and_one_that_is_asked_for_is(feed):
    make_node(pull_url=f"{feed}/jobs.jsonl", pull_minutes=60, suspended_at=now())
    asked = make_node("青岛零工圈", pull_url=f"{feed}/jobs.jsonl")
    pulling.pull_due(lambda: None)
    assert batches() == []
    with transaction():
        pulling.ask(session().get_one(Source, asked.id), by=Actor.SYSTEM)
    pulling.pull_due(lambda: None)
    pulling.pull_due(lambda: None)
    assert len(batches()) == 1


@pytest.mark.parametrize(("path", "says"), [("/broken", "500"), ("/moved", "不跟随跳转")])
def test_what_is_no_file_is_said_on_the_node_and_takes_nothing(feed, path, says):
    node = make_node(pull_url=f"{feed}{path}", pull_minutes=60)
    pulling.pull_due(lambda: None)
    assert says in kept(node).pull_trouble
    assert batches() == []
    assert len(Feed.asked) == 1, "a redirection is not followed"


FORGED = [
    "http://jobs.example.com/a", "ftp://jobs.example.com/a", "file:///etc/passwd", "gopher://jobs.example.com/", "https://", "https:///a", "",
    "https://user:pw@jobs.example.com/a", "https://jobs.example.com:99999/a", "https://jobs.example.com.evil.cn/a", "https://evil.cn/a",
    "https://evil.cn#@jobs.example.com/", "https://evil.cn\\@jobs.example.com/", "https://127.0.0.1/a", "https://localhost/a", "https://[::1]/a",
    "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/a", "https://2130706433/a", "https://0x7f.1/a", "https://0/a",
    "https://[::ffff:127.0.0.1]/a", "https://metadata.google.internal/", "javascript:alert(1)", "//jobs.example.com/a", "https://JOBS.example.com.@x/",
]  # fmt: skip


@pytest.mark.parametrize("url", FORGED)
def test_an_address_that_is_not_on_the_list_is_not_even_looked_up(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name was looked up"))
    pulling.settle({"jobs.example.com"})
    assert pulling.problem(url)
    with pytest.raises(pulling.NotFetched):
        pulling.fetch(url)


INWARD = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:0:7f00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARD)
def test_a_listed_name_that_leads_inwards_is_not_connected_to(address, monkeypatch):
    pulling.settle({"jobs.example.com"})
    outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [outside, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a connection was made"))
    with pytest.raises(pulling.NotFetched, match="内部地址"):
        pulling.fetch("https://jobs.example.com/a")


def test_the_connection_goes_to_the_address_that_was_looked_at_and_the_name_is_not_asked_again(monkeypatch):
    """A name server that answers with an inner address the second time finds nobody asking."""
    pulling.settle({"jobs.example.com"})
    asked, connected = [], []

    def look(host, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]

    def connect(address, *_, **__):
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(pulling.NotFetched, match="没有应答"):
        pulling.fetch("https://jobs.example.com/a")
    assert (asked, connected) == (["jobs.example.com"], [("93.184.216.34", 443)])


class Ill(BaseHTTPRequestHandler):
    """Announces more than it gives, or gives a sign now and then."""

    def do_GET(self):
        body = json_lines([row(1)])
        self.send_response(200)
        if self.path == "/half":
            self.send_header("Content-Length", str(len(body) * 2))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        while self.path == "/drip":
            time.sleep(0.05)
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def ill():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ill)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pulling.settle({"127.0.0.1"}, privately=True)
    yield f"http://127.0.0.1:{server.server_port}"
    pulling.settle(())
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("path", "says"), [("/half", "传到一半"), ("/drip", "太慢")])
def test_half_a_file_is_none(ill, path, says, monkeypatch):
    monkeypatch.setattr(pulling, "FETCH_SECONDS", 1.0)
    node = make_node(pull_url=f"{ill}{path}", pull_minutes=60)
    pulling.pull_due(lambda: None)
    assert says in kept(node).pull_trouble
    assert batches() == []


@pytest.mark.parametrize(
    ("wrong", "says"), [({"pull_url": "{feed}/岗位.jsonl"}, "汉字"), ({"pull_token": "令牌"}, "令牌"), ({"pull_url": "{feed}/a b"}, "空格")]
)
def test_one_node_that_cannot_be_asked_does_not_keep_the_others_from_being_asked(feed, wrong, says):
    wrong = {name: value.replace("{feed}", feed) for name, value in wrong.items()}
    bad = make_node("先建的", **({"pull_url": f"{feed}/jobs.jsonl", "pull_minutes": 60} | wrong))
    good = make_node("后建的", pull_url=f"{feed}/jobs.jsonl", pull_minutes=60)
    pulling.pull_due(lambda: None)
    assert [batch.source_id for batch in batches()] == [good.id]
    assert says in kept(bad).pull_trouble


def test_whatever_goes_wrong_with_one_node_is_said_on_it_and_the_others_are_asked(feed, monkeypatch):
    bad, good = (make_node(name, pull_url=f"{feed}/jobs-{name}", pull_minutes=60) for name in ("a", "b"))
    fetch = pulling.fetch
    monkeypatch.setattr(pulling, "fetch", lambda url, *rest: 1 / 0 if url.endswith("a") else fetch(url, *rest))
    pulling.pull_due(lambda: None)
    assert [batch.source_id for batch in batches()] == [good.id]
    assert "ZeroDivisionError" in kept(bad).pull_trouble


def test_a_lost_lease_is_no_trouble_of_the_node(feed, monkeypatch):
    monkeypatch.setattr(pulling, "_RENEW_SECONDS", -1.0)
    node = make_node(pull_url=f"{feed}/jobs", pull_minutes=60)
    calls = []

    def lost():
        calls.append(1)
        if len(calls) > 1:
            raise LeaseLost

    with pytest.raises(LeaseLost):
        pulling.pull_due(lost)
    assert (kept(node).pull_trouble, kept(node).pulled_at is not None) == ("", True), "not asked for again before its time"


def hours_later(node):
    with transaction():
        session().get_one(Source, node.id).pulled_at -= timedelta(hours=2)


def test_the_same_file_again_is_no_new_batch_until_it_would_renew_its_rows(feed):
    node = make_node(pull_url=f"{feed}/jobs.jsonl", pull_minutes=60)
    pulling.pull_due(lambda: None)
    receiving.carry_out(batches()[0].id, lambda: None)
    hours_later(node)
    pulling.pull_due(lambda: None)
    assert (len(batches()), len(Feed.asked)) == (1, 2)
    assert [path.name for path in (storing.var() / "batches").iterdir()] == [str(batches()[0].id)]
    hours_later(node)
    with transaction():
        session().get_one(Batch, batches()[0].id).as_of = today() - timedelta(days=15)
    pulling.pull_due(lambda: None)
    assert len(batches()) == 2


@pytest.mark.parametrize(("state", "count"), [(BatchState.HELD, 1), (BatchState.WAITING, 1), (BatchState.FAILED, 2)])
def test_a_held_file_is_not_superseded_by_itself_and_one_that_failed_is_taken_again(feed, state, count):
    node = make_node(pull_url=f"{feed}/jobs.jsonl", pull_minutes=60)
    pulling.pull_due(lambda: None)
    with transaction():
        session().get_one(Batch, batches()[0].id).state = state
    hours_later(node)
    pulling.pull_due(lambda: None)
    assert len(batches()) == count


def test_a_round_is_planned_only_where_it_has_something_to_do(feed):
    def is_due():
        with reading():
            return pulling.is_due()

    assert not is_due()
    node = make_node(pull_url=f"{feed}/jobs.jsonl", pull_minutes=60)
    assert is_due()
    pulling.pull_due(lambda: None)
    assert not is_due()
    hours_later(node)
    assert is_due()
    pulling.pull_due(lambda: None)
    make_node("青岛零工圈", watches_folder=True)
    assert is_due()


def test_a_round_begins_nothing_more_when_its_time_is_over_and_who_waited_longest_is_next(feed, monkeypatch):
    first, second = (make_node(name, pull_url=f"{feed}/jobs-{name}", pull_minutes=60, pull_asked=True) for name in ("a", "b"))
    monkeypatch.setattr(pulling, "ROUND_SECONDS", -1.0)
    pulling.pull_due(lambda: None)
    assert Feed.asked == []
    with transaction():
        session().get_one(Source, first.id).pulled_at = now()
    with reading():
        assert [source.id for source in pulling._fetched_from()] == [second.id, first.id]
