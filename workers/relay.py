"""The relay: looks every 100 ms at what is due, rings a few doorbells, and is the only ticker of the schedule.

It carries nothing out and may be killed at any point: what is due stays due. Its heartbeat says that somebody would hear a ring: while Redis
is away it does not beat, and the web stops offering one-time codes that nobody would send.
"""

import logging
import signal
import time
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from webapp import ledger
from webapp.db import now, reading, transaction
from workers import doorbell, logs, schedule
from workers.doorbell import Doorbell
from workers.pulse import farewell

LOOK_SECONDS = 0.1
BEAT_SECONDS = 1.0
PLAN_SECONDS = 10.0
NAME = "relay"
log = logging.getLogger(__name__)


class Relay:
    def __init__(self, connection: "Redis") -> None:
        self.stopping = False
        self._connection = connection
        self._bells = {name: Doorbell(doorbell.queue(name, connection)) for name in doorbell.QUEUES}
        self._beaten = self._planned = float("-inf")
        self._trouble = ""

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            started = time.monotonic()
            self.tick(started)
            time.sleep(max(0.0, started + LOOK_SECONDS - time.monotonic()))
        farewell(NAME)

    def tick(self, at: float) -> None:
        """One look at the clock and the ledger; whatever is away is tried again with the next. `at` is a monotonic time."""
        try:
            self._plan(at)
            self._ring()
            self._beat(at)
        except RedisError as error:
            self._say(f"redis is away: {type(error).__name__}")
        except SQLAlchemyError as error:
            self._say(f"the database is away: {logs.told(error)}")
        else:
            self._say("")

    def _ring(self) -> None:
        with reading():
            due = ledger.due_counts(doorbell.QUEUES)
        for name, count in due.items():
            self._bells[name].ring(count)

    def _beat(self, at: float) -> None:
        if at - self._beaten < BEAT_SECONDS:
            return
        self._connection.ping()
        with transaction():
            ledger.beat(NAME)
        self._beaten = at

    def _plan(self, at: float) -> None:
        if at - self._planned < PLAN_SECONDS:
            return
        planned = schedule.plan(now())
        self._planned = at
        if planned:
            log.info("planned %s", " ".join(planned))

    def _say(self, trouble: str) -> None:
        """Once when a trouble begins, once when it ends."""
        if trouble != self._trouble:
            log.warning(trouble or "back again")
        self._trouble = trouble

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
