"""How often a machine may ask, counted in the memory of this process: a feed is large, and a key can be guessed at."""

import time
from collections import OrderedDict, deque
from threading import Lock

NAMES_AT_MOST = 5000


class Pace:
    """`most` times within `span` seconds, for each name by itself. The names that were quiet longest are forgotten first."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._lock = Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, name: str, most: int) -> int:
        """Whole seconds until it may ask again; 0: now."""
        with self._lock:
            times = self._recent(name)
            return 0 if len(times) < most else max(1, round(times[0] + self._span - time.monotonic()))

    def count(self, name: str) -> None:
        with self._lock:
            self._recent(name).append(time.monotonic())
            self._times.move_to_end(name)
            if len(self._times) > NAMES_AT_MOST:
                self._times.popitem(last=False)

    def _recent(self, name: str) -> deque[float]:
        times = self._times.setdefault(name, deque())
        while times and times[0] <= time.monotonic() - self._span:
            times.popleft()
        return times
