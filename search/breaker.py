"""A breaker: who asks a service that just failed three times gets an answer at once, not after another timeout.

Closed it lets everything through. `FAILURES` in a row open it for `SECONDS`; then one caller may try while the others are
still refused (half open), and its result closes it or opens it again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from search.engine import Unavailable

FAILURES = 3
SECONDS = 30.0


class Away(Unavailable):
    """The service did not answer, or only that it cannot: what a breaker counts. Other refusals are answers."""


class Open(Unavailable):
    """It was not asked at all."""


class Breaker:
    """Safe for threads. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again = 0.0
        self._trying = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Run one call; raise Open instead when it would be in vain."""
        is_trial = self._admit()
        try:
            yield
        except Away:
            self._failed(is_trial=is_trial)
            raise
        except Exception:
            self._answered(is_trial=is_trial)
            raise
        except BaseException:  # the caller was ended: that says nothing about the service
            self._leave(is_trial=is_trial)
            raise
        self._answered(is_trial=is_trial)

    def _admit(self) -> bool:
        with self._lock:
            if self._failures < FAILURES:
                return False
            left = self._closed_again - self._clock()
            if left > 0 or self._trying:
                raise Open(f"it failed {FAILURES} times in a row and is asked again in {max(0.0, left):.0f} s")
            self._trying = True
            return True

    def _failed(self, *, is_trial: bool) -> None:
        with self._lock:
            self._failures += 1
            self._trying = self._trying and not is_trial
            if self._failures >= FAILURES:
                self._closed_again = self._clock() + SECONDS

    def _answered(self, *, is_trial: bool) -> None:
        with self._lock:
            self._failures = 0
            self._trying = self._trying and not is_trial

    def _leave(self, *, is_trial: bool) -> None:
        with self._lock:
            self._trying = self._trying and not is_trial
