"""How a process says that it lives, and that it ended properly."""

import logging
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from webapp import ledger
from webapp.db import session, transaction
from webapp.ledger import Heartbeat
from workers import logs

BEAT_SECONDS = 10.0
log = logging.getLogger(__name__)


@dataclass
class Pulse:
    """Beats in the database at most every BEAT_SECONDS. A database that is away is no reason to end."""

    name: str
    _beaten: float = float("-inf")

    def beat(self, detail: str = "") -> None:
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        try:
            with transaction():
                ledger.beat(self.name, detail)
            self._beaten = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("no heartbeat: %s", logs.told(error))


def farewell(name: str) -> None:
    """A process that ended properly is not shown as one that does not answer, and a relay that ended is not taken for one that lives."""
    try:
        with transaction():
            row = session().get(Heartbeat, name)
            if row is not None:
                session().delete(row)
    except SQLAlchemyError as error:
        log.warning("no farewell: %s", logs.told(error))
