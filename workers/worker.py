"""One worker process: it listens to exactly one queue, and empties that queue's deliveries before it sleeps.

RQ with two queues in one worker lost 27 of 6,000 jobs over 60 kills, with one queue none; so a second queue is refused. Jobs run in this
process (SimpleWorker): a fork per job costs two thirds of the throughput, and the index writer cannot be carried over one. A doorbell may
be lost with everything Redis holds: the relay rings again as long as something is due.
"""

import logging
import os
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from redis.exceptions import RedisError
from rq import SimpleWorker
from sqlalchemy.exc import SQLAlchemyError

from webapp.config import Settings
from workers import doorbell, logs
from workers.carrying import carry_one
from workers.handlers import BATCH, INDEX
from workers.index_queue import IndexQueue
from workers.pulse import Pulse, farewell

WORKER_TTL = 30
MAINTENANCE_SECONDS = 30
RECONNECT_SECONDS = 1.0
log = logging.getLogger(__name__)


class OneQueueOnly(ValueError):
    """A worker was asked to listen to no queue, to several, or to one that does not exist."""


@dataclass
class Desk:
    """Where the deliveries of this process's queue are carried out."""

    queue: str
    settings: Settings
    pulse: Pulse
    stopping: bool = False
    done: int = 0
    _index: IndexQueue | None = field(default=None)

    def __post_init__(self) -> None:
        if self.queue == INDEX:
            self._index = IndexQueue(lambda: self.stopping)

    def drain(self) -> None:
        """Until nothing is due or the process is to stop. A database that is away or locked ends the round; the relay rings again."""
        try:
            while not self.stopping and self._carry():
                self.pulse.beat(f"done={self.done}")
        except SQLAlchemyError as error:
            log.warning("the round ends: %s", logs.told(error))
            time.sleep(RECONNECT_SECONDS)

    def _carry(self) -> int:
        carried = self._index.drain() if self._index is not None else int(carry_one(self.queue, self.settings))
        self.done += carried
        return carried

    def close(self) -> None:
        if self._index is not None:
            self._index.close()


_desk: Desk | None = None


def ring() -> None:
    """What a doorbell calls, in the worker's own process."""
    if _desk is None:
        raise RuntimeError("a doorbell rang in a process that is no worker")
    _desk.drain()


class _Listener(SimpleWorker):
    """RQ's worker with our pulse; a stop is asked of the desk, so that a long round ends after the present delivery."""

    max_connection_wait_time = 5

    def heartbeat(self, *args: Any, **kwargs: Any) -> Any:
        if _desk is not None:
            _desk.pulse.beat(f"done={_desk.done}")
        return super().heartbeat(*args, **kwargs)

    def handle_warm_shutdown_request(self) -> None:
        if _desk is not None:
            _desk.stopping = True
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # RQ's own is not annotated


def one_queue(queues: Sequence[str]) -> str:
    if len(queues) != 1:
        raise OneQueueOnly(f"一个工作进程只能处理一个队列，请分别启动：{'、'.join(queues) or '没有给出队列'}")
    if queues[0] not in doorbell.QUEUES:
        raise OneQueueOnly(f"没有名为 {queues[0]} 的队列，可用：{'、'.join(doorbell.QUEUES)}")
    return queues[0]


def searches(queue: str) -> bool:
    """Whether this queue's work needs the search engine or its analysis (matching does)."""
    return queue != BATCH


def run(queues: Sequence[str], settings: Settings, redis_url: str) -> None:
    """Works until SIGTERM or SIGINT. The house is open already (`opening.py`); raises OneQueueOnly."""
    global _desk
    queue = one_queue(queues)
    _desk = Desk(queue, settings, Pulse(f"worker:{queue}:{socket.gethostname()}:{os.getpid()}"))
    try:
        _hear_signals()
        _desk.drain()
        while not _desk.stopping:
            _listen(queue, redis_url)
            _hear_signals()
    finally:
        _desk.close()
        farewell(_desk.pulse.name)


def _hear_signals() -> None:
    """While RQ's own handlers are not set (at the start, and while Redis is away)."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    if _desk is not None:
        _desk.stopping = True


def _listen(queue: str, redis_url: str) -> None:
    """One life of RQ's worker. It gives up when Redis vanishes in the middle of a job; the process does not.

    RQ waits longer than our patience, so it gets connections of its own and not the one that was asked whether anybody is there.
    """
    if not doorbell.answers(doorbell.connect(redis_url)):
        time.sleep(RECONNECT_SECONDS)
        return
    connection = doorbell.connect(redis_url)
    try:
        listener = _Listener(
            [doorbell.queue(queue, connection)],
            connection=connection,
            serializer="json",
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_SECONDS,
            log_job_description=False,
        )
        listener.work(logging_level="WARNING")
    except RedisError as error:
        log.warning("redis is away: %s", logs.told(error))
        time.sleep(RECONNECT_SECONDS)
