"""Stands between the house and one of its services, and behaves like that service when it is ill."""

import socket
import threading
from contextlib import suppress
from enum import Enum, auto

_FAILED = b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
_CHUNK = 65_536


class Way(Enum):
    PASS = auto()
    REFUSE = auto()  # nobody listens
    SWALLOW = auto()  # takes everything, answers nothing: a host that lost its network
    FAIL = auto()  # answers 500


class Between:
    """A TCP server on a port of its own before 127.0.0.1:`behind`; `way` may change at any time, also for open connections."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._way = Way.PASS
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def become(self, way: Way) -> None:
        """A service that refuses or is back knows nothing of the connections it had."""
        before, self._way = self._way, way
        if way is Way.REFUSE:
            _close(self._listener)
        elif before is Way.REFUSE:
            self._listener = self._listen(self.port)
        if way in {Way.REFUSE, Way.PASS}:
            self._drop()

    def end(self) -> None:
        self.become(Way.REFUSE)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                asking, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(asking)
            threading.Thread(target=self._serve, args=(asking,), daemon=True).start()

    def _serve(self, asking: socket.socket) -> None:
        answering: socket.socket | None = None
        with suppress(OSError):
            while data := asking.recv(_CHUNK):
                if self._way is Way.FAIL:
                    asking.sendall(_FAILED)
                    break
                if self._way is Way.PASS:
                    answering = answering or self._connect(asking)
                    answering.sendall(data)
        for one in filter(None, (asking, answering)):
            self._forget(one)

    def _connect(self, asking: socket.socket) -> socket.socket:
        answering = socket.create_connection(("127.0.0.1", self._behind))
        with self._lock:
            self._open.add(answering)
        threading.Thread(target=self._carry_back, args=(answering, asking), daemon=True).start()
        return answering

    def _carry_back(self, answering: socket.socket, asking: socket.socket) -> None:
        with suppress(OSError):
            while data := answering.recv(_CHUNK):
                if self._way is Way.PASS:
                    asking.sendall(data)
        if self._way is not Way.SWALLOW:
            self._forget(asking)

    def _drop(self) -> None:
        with self._lock:
            found, self._open = self._open, set()
        for one in found:
            _close(one)

    def _forget(self, one: socket.socket) -> None:
        with self._lock:
            self._open.discard(one)
        _close(one)


def _close(one: socket.socket) -> None:
    """`shutdown` wakes a thread that waits on it; `close` alone does not."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
