"""Where a call may go, and where it may not: an address is never trusted."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import make_settings
from tests.factories.outlets import make_outlet
from tests.factories.postings import make_posting
from tests.webapp.outlets.fake_outlet import SECRET, FakeOutlet
from tests.webapp.outlets.fake_outlet import Way as Manner
from tests.webapp.outlets.support import cycle, said, words
from webapp.config import Settings
from webapp.db import new_key, now
from webapp.outlets import roads
from webapp.outlets.models import Format, Way
from webapp.outlets.roads import BadAddress
from webapp.outlets.sending import Consignment, Outcome

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "10.255.1.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1",
    "2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip


@pytest.fixture(autouse=True)
def production(tmp_path: Path) -> Iterator[None]:
    roads.settle(make_settings(tmp_path, mode="production"))
    yield
    roads.settle(make_settings(tmp_path))


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whom this process tried to connect to."""
    found: list[object] = []

    def connect(address: object, *_: object, **__: object) -> socket.socket:
        found.append(address)
        raise OSError

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return found


def names(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """What every host name leads to."""
    told = [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told)


def consignment(address: str, **changes: Any) -> Consignment:
    values: dict[str, Any] = {
        "shipment_id": new_key(),
        "token": new_key(),
        "outlet_id": new_key(),
        "slug": "one",
        "way": Way.PUSH,
        "format": Format.JSONL,
        "address": address,
        "secret": "",
        "made_at": now(),
        "items": ({"identifier": "x", "removed": True, "version": 1},),
    }
    return Consignment(**values | changes)


@pytest.mark.parametrize("ip", INSIDE)
def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, called: list[object], ip: str) -> None:
    names(monkeypatch, ip)
    answer = roads.carry(consignment("https://jobs.example.com/in"))
    assert (answer.outcome, called) == (Outcome.NOT_TAKEN, [])
    assert "内部网络" in answer.reason


@pytest.mark.parametrize("ip", INSIDE)
def test_an_address_that_is_inside_is_not_called(called: list[object], ip: str) -> None:
    host = f"[{ip}]" if ":" in ip else ip
    assert roads.carry(consignment(f"https://{host}/in")).outcome is Outcome.NOT_TAKEN
    assert called == []


def test_one_inner_answer_among_outer_ones_is_enough(monkeypatch: pytest.MonkeyPatch, called: list[object]) -> None:
    names(monkeypatch, "93.184.215.14", "10.0.0.1")
    assert roads.carry(consignment("https://jobs.example.com/in")).outcome is Outcome.NOT_TAKEN
    assert called == []


def test_the_call_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch, called: list[object]) -> None:
    """A second look-up of the same name would lead elsewhere: there is none."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in next(answers)])
    roads.carry(consignment("https://jobs.example.com/in"))
    assert called == [("93.184.215.14", 443)]


def test_a_host_that_the_operator_named_may_lie_inside(monkeypatch: pytest.MonkeyPatch, called: list[object], tmp_path: Path) -> None:
    roads.settle(make_settings(tmp_path, mode="production", private_outlets=frozenset({"sheng.gov.internal"})))
    names(monkeypatch, "10.20.30.40")
    roads.carry(consignment("https://sheng.gov.internal/in"))
    assert called == [("10.20.30.40", 443)]
    names(monkeypatch, "169.254.169.254")
    roads.carry(consignment("https://sheng.gov.internal/in"))
    names(monkeypatch, "127.0.0.1")
    roads.carry(consignment("https://sheng.gov.internal/in"))
    assert len(called) == 1, "nobody's outlet is this machine or its cloud's metadata"


@pytest.mark.parametrize(
    "address",
    [
        "", "jobs.example.com", "//jobs.example.com/in", "http://jobs.example.com/in", "ftp://jobs.example.com/", "file:///etc/passwd", "gopher://x/",
        "https://", "https:///in", "https://user:password@jobs.example.com/", "https://jobs.example.com/a b", "https://jobs.example.com/\r\nHost: x",
        "https://招聘.example.com/", "https://jobs.example.com:0/", "https://jobs.example.com:99999/", "https://jobs.example.com/#part",
        "javascript:alert(1)", "https://[::1", "http://127.0.0.1/", "http://localhost/",
    ],
)  # fmt: skip
def test_what_may_not_be_an_address_is_refused_in_words(called: list[object], address: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        roads.check(address)
    assert "接口地址" in str(refusal.value)
    assert roads.carry(consignment(address)).outcome is Outcome.NOT_TAKEN
    assert called == []


def test_a_demo_may_call_its_own_machine_and_nothing_else_without_encryption(tmp_path: Path) -> None:
    roads.settle(make_settings(tmp_path))
    assert roads.check("http://127.0.0.1:8080/in") and roads.check("http://localhost/in") and roads.check("http://[::1]/in")
    with pytest.raises(BadAddress):
        roads.check("http://10.0.0.1/in")


def test_no_redirect_is_followed(tmp_path: Path, their_server: FakeOutlet) -> None:
    roads.settle(make_settings(tmp_path))
    their_server.way = Manner.ELSEWHERE
    answer = roads.carry(consignment(their_server.address, secret=SECRET))
    assert (answer.outcome, sum(their_server.calls.values())) == (Outcome.NOT_TAKEN, 1)
    assert "没有跟随" in answer.reason


def test_a_certificate_of_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that speaks no TLS of ours: nothing of the consignment, nor of the key, is told to it."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        other, _ = listener.accept()
        with other:
            heard.append(other.recv(4096))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    roads.settle(make_settings(tmp_path))
    answer = roads.carry(consignment(f"https://127.0.0.1:{listener.getsockname()[1]}/in", secret=SECRET))
    thread.join(5)
    listener.close()
    assert answer.outcome is Outcome.NOT_TAKEN
    assert SECRET.encode() not in b"".join(heard)


class TestFolder:
    def test_a_shipment_is_one_file_and_its_receipts_come_back(self, house: Settings) -> None:
        outlet, posting = make_outlet("province"), make_posting()
        cycle()
        (path,) = (house.var / "outbox" / "province").glob("*.jsonl")
        (item,) = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        assert item["identifier"] == str(posting.id)
        assert said(outlet) == [("publish", "sent")]
        receipts = path.parent / "receipts"
        receipts.mkdir()
        (receipts / "a.json").write_text(json.dumps({"receipts": [{"identifier": str(posting.id), "receipt": "SD-1"}]}))
        (receipts / "b.json").write_text("not json")
        cycle()
        assert [(word.state.value, word.receipt) for word in words(outlet)] == [("receipted", "SD-1")]
        assert (receipts / "read" / "a.json").exists() and (receipts / "not-understood" / "b.json").exists()
        assert roads.receipt_files("province") == []

    def test_a_receipt_read_twice_changes_nothing(self, house: Settings) -> None:
        """The worker was killed after it wrote the receipt down and before it put the file away."""
        outlet, posting = make_outlet("province"), make_posting()
        cycle()
        receipts = house.var / "outbox" / "province" / "receipts"
        receipts.mkdir()
        for receipt in ("SD-1", "SD-2"):
            (receipts / "a.json").write_text(json.dumps({"receipts": [{"identifier": str(posting.id), "receipt": receipt}]}))
            cycle()
        assert [word.receipt for word in words(outlet)] == ["SD-1"]

    def test_the_same_shipment_meets_its_own_file(self, tmp_path: Path) -> None:
        roads.settle(make_settings(tmp_path))
        one = consignment("", way=Way.DROP)
        assert roads.carry(one).outcome is Outcome.LAID and roads.carry(one).outcome is Outcome.LAID
        assert len(list((tmp_path / "outbox" / "one").iterdir())) == 1

    def test_a_folder_that_cannot_be_written_is_a_failure_that_is_named(self, house: Settings) -> None:
        outlet = make_outlet("province")
        (house.var / "outbox").write_text("a file in the way")
        make_posting()
        cycle()
        (word,) = words(outlet)
        assert word.state.value == "failed" and word.last_error.startswith("写入交换文件夹失败")
