"""When things of the demo happened, and the keys they get.

Everything is told in minutes from the midnight that began the day of loading (all negative), so the demo is fresh whenever it is loaded and
nothing in it lies in the future. Keys are shaped like UUIDv7, made of that minute and of a name: two loads give the same keys, rows lie in
order of time as real ones do, and every real key comes after them.
"""

import hashlib
import random
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from webapp.access import Actor
from webapp.db import LOCAL_ZONE
from webapp.events import Event
from webapp.ledger import Entry, entry_of

DAY = 24 * 60
_EPOCH = 1_735_689_600_000
"""Milliseconds of the instant that stands for the day of loading in every key: 2025-01-01, earlier than any real key."""


def dice(name: str) -> random.Random:
    """The chances of one thing: its own, so that adding another thing changes nothing about this one."""
    return random.Random(f"zhilu:{name}")  # noqa: S311 - made-up content, nothing secret


def working_minute(chance: random.Random, days_ago: int) -> int:
    """Some minute between half past eight and half past five of that day."""
    return -days_ago * DAY + chance.randint(8 * 60 + 30, 17 * 60 + 30)


def key(name: str, minute: int) -> UUID:
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:10], "big")
    stamp = _EPOCH + minute * 60_000
    return UUID(int=stamp << 80 | 7 << 76 | (digest >> 62 & 0xFFF) << 64 | 2 << 62 | digest & (1 << 62) - 1)


class Calendar:
    def __init__(self, today: date) -> None:
        self.today = today
        self._midnight = datetime.combine(today, time(), LOCAL_ZONE)

    def instant(self, minute: int) -> datetime:
        return (self._midnight + timedelta(minutes=minute)).astimezone(UTC)

    def day(self, minute: int) -> date:
        return self.today + timedelta(days=minute // DAY)

    def entry(self, event: Event, *, by: Actor, minute: int) -> Entry:
        """The ledger's line of a fact of the past: whoever listened to it then has long been told."""
        return entry_of(event, by=by, key=key(repr(event), minute), at=self.instant(minute))
