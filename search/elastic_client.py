"""How a cluster is asked: within a budget of time, at another node where one fails, behind a breaker, refused as Unavailable.

The client's own retries are off, because their times add up. Of several nodes one that refuses or resets costs nothing
and one that is silent half of the budget; the client then leaves it alone for a while.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, SerializationError, TextApiResponse, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from search.access import Access
from search.breaker import Away, Breaker
from search.engine import Unavailable

ANSWER_SECONDS = 1.0
"""What a search may take in all, whichever nodes are tried."""
WRITE_SECONDS = 5.0
"""A small batch; below the 10 s lease of a delivery."""
ADMIN_SECONDS = 30.0
"""A large batch, and whatever only an operator waits for."""
TRIES = 3
_LEAST_SECONDS = 0.05
_ELSEWHERE = frozenset({502, 503, 504})  # another node, or the same one a moment later, may well answer
_BUSY = 429
T = TypeVar("T")
Send = Callable[[Elasticsearch], T]
log = logging.getLogger(__name__)


class Cluster:
    """Safe for threads and forks; connects when it is first asked."""

    def __init__(self, access: Access, breaker: Breaker | None = None) -> None:
        self.access = access
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self._connected: tuple[int, Elasticsearch] | None = None

    def call(self, send: Send[T], *, within: float = ANSWER_SECONDS) -> T:
        """What `send` answers. Raise Unavailable with the reason; a missing index or alias is Missing."""
        with self._breaker.watching(self._probe):
            return self._tried(send, within)

    def _probe(self) -> None:
        """Whether a search would be answered: a node that is up may not have its shards yet."""
        self._tried(lambda client: client.search(index=f"{self.access.prefix}-*", size=0), WRITE_SECONDS)

    def _tried(self, send: Send[T], within: float) -> T:
        until = time.monotonic() + within
        client = self._client()
        for left in reversed(range(TRIES)):
            seconds = max(_LEAST_SECONDS, until - time.monotonic())
            more = left and len(self.access.urls) > 1
            try:
                return _object(send(client.options(request_timeout=seconds / 2 if more else seconds)))
            except (TransportError, ApiError, UnsupportedProductError) as trouble:
                if left and self._worth_another_try(trouble) and until - time.monotonic() > _LEAST_SECONDS:
                    continue
                refusal = _translated(trouble)
                if isinstance(refusal, Away):
                    log.warning("%s", refusal)
                raise refusal from trouble
        raise AssertionError("the last try returns or raises")

    def _worth_another_try(self, trouble: Exception) -> bool:
        """An answer of "not now" may be of a moment; with one address alone a node that refuses or is silent will do so again."""
        if isinstance(trouble, ApiError):
            return trouble.status_code in _ELSEWHERE
        return isinstance(trouble, NoConnection | ConnectionTimeout) and not isinstance(trouble, TlsError) and len(self.access.urls) > 1

    def _client(self) -> Elasticsearch:
        """One per process: sockets shared with a forked child would mix their answers."""
        with self._lock:
            if self._connected is None or self._connected[0] != os.getpid():
                access = self.access
                options: dict[str, Any] = {"api_key": access.api_key, "ca_certs": access.ca_certs}
                given = {name: value for name, value in options.items() if value is not None}
                client = Elasticsearch(list(access.urls), max_retries=0, retry_on_timeout=False, retry_on_status=(), **given)
                self._connected = (os.getpid(), client)
            return self._connected[1]


class Refusal(Unavailable):
    """An answer: the cluster is well and will not do this."""

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(text)
        self.kind = kind


class Missing(Refusal):
    """The index, alias or document that was named is not there."""


class Conflict(Refusal):
    """Somebody else changed it first."""


def _object(answer: T) -> T:
    """The answer, unless it is a text: a proxy before the cluster can say 200 with a page of its own."""
    if isinstance(answer, TextApiResponse | str):
        raise SerializationError("a text where an object is expected")
    return answer


def _translated(trouble: Exception) -> Unavailable:
    """The reason without addresses: an address may hold a password, and a page or log shows the text."""
    if isinstance(trouble, ApiError):
        reason = f"{trouble.status_code} {told(trouble.body)}"
        if trouble.status_code == _BUSY or trouble.status_code >= 500:
            return Away(f"Elasticsearch cannot answer: {reason}")
        refusal = {404: Missing, 409: Conflict}.get(trouble.status_code, Refusal)
        return refusal(f"Elasticsearch refused: {reason}", kind_of(trouble.body))
    if isinstance(trouble, ConnectionTimeout):
        return Away("Elasticsearch did not answer in time")
    if isinstance(trouble, TlsError):
        return Away(f"Elasticsearch is not trusted (ELASTICSEARCH_CA_CERTS): {type(trouble).__name__}")
    if isinstance(trouble, NoConnection | SerializationError | UnsupportedProductError):
        return Away(f"Elasticsearch cannot be reached: {type(trouble).__name__}")
    return Away(f"Elasticsearch failed: {type(trouble).__name__}")


def told(body: object) -> str:
    """An error's type and reason, without what was sent."""
    cause = _cause(body)
    return f"{cause.get('type')}: {cause.get('reason')}"[:300] if cause else str(body)[:200]


def kind_of(body: object) -> str:
    """An error's type; "" where it has none."""
    return str(_cause(body).get("type", ""))


def _cause(body: object) -> dict[str, Any]:
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return {}
    causes = error.get("root_cause") or [error]
    return dict(causes[0])
