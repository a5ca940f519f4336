"""The only place that speaks to Redis. A job there is a doorbell: it says "look into the ledger" and carries nothing else.

A lost or doubled ring is harmless, so nothing is retried, and a Redis that went away costs a second and no delivery. Never the default
serializer (pickle: whoever writes to Redis would run code here), never more than a few rings outstanding.
"""

from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue

QUEUES = ("index", "notify", "batch")
OUTSTANDING = 2
"""Rings that may wait in one queue: one for who works now, one for a second worker."""
RING_SECONDS = 20
_PATIENCE = 1.0


def connect(url: str) -> "Redis":
    """`redis://`, `rediss://` or `unix://`. Retries are off: with them a dead server blocks for 15 s instead of one."""
    return Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0))


def answers(connection: "Redis") -> bool:
    try:
        return bool(connection.ping())
    except (RedisError, OSError):
        return False


def queue(name: str, connection: "Redis") -> Queue:
    return Queue(name, connection=connection, serializer="json")


@dataclass(frozen=True, slots=True)
class Doorbell:
    """Rings at one queue."""

    queue: Queue

    def ring(self, due: int) -> int:
        """Rings as often as `due` deliveries need and returns how often; raises RedisError where nobody hears."""
        rings = min(due, OUTSTANDING) - self.queue.count
        for _ in range(rings):
            self.queue.enqueue_call("workers.worker.ring", timeout=-1, result_ttl=0, ttl=RING_SECONDS, failure_ttl=RING_SECONDS, description="ring")
        return max(0, rings)
