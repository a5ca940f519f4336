"""An outlet's own server: it keeps what it was given as a real one would (the higher version holds), gives receipts, and can be ill."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "the-key-they-gave-us"


class Way(Enum):
    TAKE = auto()
    FAIL = auto()  # 500, and nothing was kept
    KEEP_AND_FAIL = auto()  # 500, and everything was kept
    SWALLOW = auto()  # kept, and never answered
    HANG_UP = auto()  # kept, and the line goes dead
    DRIP = auto()  # kept, and answered a byte at a time
    HALF = auto()  # every second item gets a receipt
    REFUSE = auto()  # items of `refused` are refused, the others taken
    GARBLE = auto()  # kept, and answered with something else than JSON
    ELSEWHERE = auto()  # asks to go elsewhere
    LATER = auto()  # 202: receipts come by themselves
    BUSY = auto()  # 429 with Retry-After


@dataclass
class FakeOutlet:
    way: Way = Way.TAKE
    refused: dict[str, str] = field(default_factory=dict)
    """identifier -> why."""
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    """identifier -> the item with the highest version, tombstones too."""
    calls: Counter[str] = field(default_factory=Counter)
    """By Idempotency-Key."""
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(identifier, version) -> how often it was given."""
    strangers: int = 0
    port: int = 0
    until: threading.Event = field(default_factory=threading.Event)
    """Set at the end: nobody hangs longer."""
    slowness: float = 0.0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/postings"

    @property
    def on_show(self) -> set[str]:
        return {key for key, item in self.shown.items() if not item.get("removed")}

    @property
    def removed(self) -> set[str]:
        return {key for key, item in self.shown.items() if item.get("removed")}

    def keep(self, items: list[dict[str, Any]]) -> None:
        for item in items:
            key = item["identifier"]
            self.seen[key, item["version"]] += 1
            if key not in self.refused and item["version"] >= self.shown.get(key, {"version": 0})["version"]:
                self.shown[key] = item

    def receipts(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        given = items[::2] if self.way is Way.HALF else items
        return {
            "receipts": [
                {"identifier": one["identifier"], "receipt": f"R-{one['version']}"} for one in given if one["identifier"] not in self.refused
            ],
            "refused": [{"identifier": key, "reason": why} for key, why in self.refused.items()],
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        one = self.server.outlet
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Authorization") != f"Bearer {SECRET}":
            one.strangers += 1
            return self._say(401, b"{}")
        key = self.headers["Idempotency-Key"]
        one.calls[key] += 1
        one.bodies.setdefault(key, set()).add(body)
        time.sleep(one.slowness)
        items = [json.loads(line) for line in body.decode().splitlines()]
        return self._act(one, items)

    def _act(self, one: FakeOutlet, items: list[dict[str, Any]]) -> None:
        if one.way is Way.FAIL:
            return self._say(500, b"{}")
        if one.way is Way.ELSEWHERE:
            return self._say(307, b"", Location=f"http://127.0.0.1:{one.port}/elsewhere")
        if one.way is Way.BUSY:
            return self._say(429, b"{}", **{"Retry-After": "120"})
        one.keep(items)
        answer = json.dumps(one.receipts(items)).encode()
        if one.way is Way.KEEP_AND_FAIL:
            return self._say(500, b"{}")
        if one.way is Way.LATER:
            return self._say(202, b"{}")
        if one.way is Way.GARBLE:
            return self._say(200, b"<html>Danke</html>")
        if one.way in {Way.SWALLOW, Way.HANG_UP, Way.DRIP}:
            return self._fade(one, answer)
        return self._say(200, answer)

    def _fade(self, one: FakeOutlet, answer: bytes) -> None:
        self.close_connection = True
        if one.way is Way.SWALLOW:
            one.until.wait(20)
        elif one.way is Way.DRIP:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer))
            for place in range(len(answer)):
                if one.until.wait(0.05):
                    return
                self.wfile.write(answer[place : place + 1])

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""

    def handle(self) -> None:
        with suppress(OSError):  # whoever waited for the answer has gone
            super().handle()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    outlet: FakeOutlet


@contextmanager
def fake_outlet() -> Iterator[FakeOutlet]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.outlet = FakeOutlet(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.outlet
    finally:
        server.outlet.until.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
