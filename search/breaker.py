"""A breaker: who asks a service that just failed three times gets an answer at once, not after another timeout.

Closed it lets everything through. `FAILURES` in a row open it for `SECONDS`; the next who asks after that is refused as well, and sets
off a probe in a thread of its own, whose result closes it or opens it again: no page waits for a service that is still away.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from search.engine import Unavailable

FAILURES = 3
SECONDS = 15.0


class Away(Unavailable):
    """The service did not answer, or only that it cannot: what a breaker counts. Other refusals are answers."""


class Open(Unavailable):
    """It was not asked at all."""


Probe = Callable[[], object]


def _beside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="probe", daemon=True).start()


class Breaker:
    """Safe for threads and forks. `clock` counts seconds and never goes back; `beside` runs a probe without keeping its caller."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, beside: Callable[[Callable[[], None]], None] = _beside) -> None:
        self._clock = clock
        self._beside = beside
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0
        self._prober = 0  # the process that is probing: a fork does not take the thread along

    @contextmanager
    def watching(self, probe: Probe) -> Iterator[None]:
        """Run one call; raise Open instead when it would be in vain. `probe`: a small call of the same service, under no breaker."""
        self._admit(probe)
        try:
            yield
        except Away:
            self._failed()
            raise
        except Exception:
            self._answered()
            raise
        self._answered()

    def _admit(self, probe: Probe) -> None:
        with self._lock:
            if self._failures < FAILURES:
                return
            left = self._rests_until - self._clock()
            probes = left <= 0 and self._prober != os.getpid()
            if probes:
                self._prober = os.getpid()
        if probes:
            self._beside(lambda: self._probed(probe))
        raise Open(f"it failed {FAILURES} times in a row and is asked again in {max(0.0, left):.0f} s")

    def _probed(self, probe: Probe) -> None:
        try:
            probe()
        except Away:
            self._failed()
        except Exception:  # whatever else it said, it answered
            self._answered()
        else:
            self._answered()
        finally:
            self._prober = 0

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._rests_until = self._clock() + SECONDS

    def _answered(self) -> None:
        with self._lock:
            self._failures = 0
