"""An Elasticsearch that is ill, slow, strange or not to be trusted: how long one waits, and what one is told. No real server is asked."""

import http.server
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from search.access import Access
from search.breaker import FAILURES, Away, Open
from search.elastic import ElasticEngine
from search.engine import Unavailable
from search.query import PostingQuery
from tests.elasticsearch_server import elasticsearch
from tests.search.engines import fresh_access
from tests.search.samples import document

SECONDS = 1.5
"""What a page may take, whatever the server does."""
PASSWORD, KEY = "geheim-passwort", "c2VjcmV0LWtleQ=="
EMPTY = {"hits": {"total": {"value": 0, "relation": "eq"}, "hits": []}, "_shards": {"total": 1, "successful": 1, "failed": 0}}
Answer = tuple[int, str, bytes]
"""Status, content type, body."""


class Server(http.server.ThreadingHTTPServer):
    """Answers every question alike, and remembers the headers it was asked with."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.headers: list[dict[str, str]] = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.headers.append(dict(self.headers))
        status, kind, body = self.server.answer
        self.send_response(status)
        for name, value in (("content-type", kind), ("content-length", str(len(body))), ("x-elastic-product", "Elasticsearch")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815 - as above

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(answer: Answer, secured: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(answer) as server:
        if secured is not None:
            server.socket = secured.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(status: int, body: bytes = b"{}", kind: str = "application/json") -> Iterator[int]:
    with serving((status, kind, body)) as server:
        yield server.server_address[1]


@contextmanager
def refusing() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


@contextmanager
def silent() -> Iterator[int]:
    """Takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@contextmanager
def closing() -> Iterator[int]:
    """Takes a connection and drops it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drop() -> None:
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=drop)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


ILL: dict[str, Callable[[], AbstractContextManager[int]]] = {
    "refused": refusing,
    "silent": silent,
    "dropped": closing,
    "500": lambda: answering(500, b'{"error": {"type": "exception", "reason": "broken"}}'),
    "503": lambda: answering(503),
    "429": lambda: answering(429, b'{"error": {"type": "circuit_breaking_exception", "reason": "data too large"}}'),
    "html": lambda: answering(502, b"<html>Bad Gateway</html>", "text/html"),
    "html 200": lambda: answering(200, b"<html>hello</html>", "text/html"),
    "not json": lambda: answering(200, b"{"),
}


def engine_at(port: int) -> ElasticEngine:
    return ElasticEngine(Access(urls=(f"http://127.0.0.1:{port}",)))


def timed(engine: ElasticEngine) -> tuple[float, Unavailable]:
    began = time.monotonic()
    with pytest.raises(Unavailable) as refusal:
        engine.find(PostingQuery(text="焊工"))
    return time.monotonic() - began, refusal.value


@pytest.mark.parametrize("illness", ILL)
def test_an_ill_server_is_away_in_time_and_then_left_alone(illness: str) -> None:
    with ILL[illness]() as port:
        engine = engine_at(port)
        tries = [timed(engine) for _ in range(FAILURES)]
        assert all(isinstance(refusal, Away) for _, refusal in tries), tries
        assert max(seconds for seconds, _ in tries) < SECONDS
        seconds, refusal = timed(engine)
        assert isinstance(refusal, Open) and seconds < 0.1


@pytest.mark.parametrize("illness", ["refused", "dropped", "503"])
def test_an_ill_node_costs_nothing_where_another_is_well(illness: str) -> None:
    with ILL[illness]() as port:
        engine = ElasticEngine(fresh_access(f"http://127.0.0.1:{port}"))
        engine.rebuild([document("a", 1, title="焊工")])
        for _ in range(12):
            began = time.monotonic()
            assert engine.find(PostingQuery(text="焊工")).keys == ("a",)
            assert time.monotonic() - began < SECONDS


def test_a_silent_node_costs_half_of_the_time_once() -> None:
    access = fresh_access()
    ElasticEngine(access).rebuild([document("a", 1, title="焊工")])
    with silent() as port:
        engine = ElasticEngine(Access(urls=(f"http://127.0.0.1:{port}", elasticsearch()), prefix=access.prefix))
        taken = []
        for _ in range(12):
            began = time.monotonic()
            assert engine.find(PostingQuery(text="焊工")).keys == ("a",)
            taken.append(time.monotonic() - began)
    assert max(taken) < SECONDS
    assert sum(seconds > 0.3 for seconds in taken) <= 2


def test_a_missing_index_is_an_answer_and_opens_no_breaker() -> None:
    engine = ElasticEngine(fresh_access())
    for _ in range(FAILURES + 1):
        assert not isinstance(timed(engine)[1], Away | Open)


@pytest.mark.parametrize("illness", ILL)
def test_no_password_and_no_key_is_ever_told(illness: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with ILL[illness]() as port:
        for access in (
            Access(urls=(f"http://elastic:{PASSWORD}@127.0.0.1:{port}",)),
            Access(urls=(f"http://127.0.0.1:{port}",), api_key=KEY),
        ):
            _, refusal = timed(ElasticEngine(access))
            told += f"{access!r} {refusal!r} {refusal} {refusal.__cause__!r}"
    assert PASSWORD not in told + caplog.text
    assert KEY not in told + caplog.text


# who is asked, and who asks


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    return folder / "cert.pem"


@pytest.fixture
def secured(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with serving((200, "application/json", json.dumps(EMPTY).encode()), context) as server:
        yield server


def test_a_server_whose_certificate_is_not_trusted_is_not_asked(secured: Server) -> None:
    engine = ElasticEngine(Access(urls=(f"https://127.0.0.1:{secured.server_address[1]}",), api_key=KEY))
    _, refusal = timed(engine)
    assert "ELASTICSEARCH_CA_CERTS" in str(refusal)
    assert secured.headers == []


def test_the_given_authority_is_trusted_and_the_key_goes_with_every_question(secured: Server, certificate: Path) -> None:
    url = f"https://127.0.0.1:{secured.server_address[1]}"
    engine = ElasticEngine(Access(urls=(url,), api_key=KEY, ca_certs=str(certificate)))
    assert engine.find(PostingQuery(text="焊工", facets=False)).total == 0
    assert [one["authorization"] for one in secured.headers] == [f"ApiKey {KEY}"]
