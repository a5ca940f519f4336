"""Elasticsearch refused, black-holed, answering 500; Redis stopped and wiped: what people see meanwhile, and how soon all is caught up.

    .venv/bin/python -m tests.faults.away --seconds 40

The set of production (PostgreSQL, Valkey, Elasticsearch, relay, index worker, web) with a proxy of ours before Elasticsearch; postings
change all the while. Bar: while Elasticsearch is away every page comes from the database and says so, in <= 1.5 s for the first three and
<= 0.3 s after; while Redis is away no page suffers. Within 60 s of the return pages are whole again and all that waited is indexed, and
`reconcile` then finds 0 differences. Exit code 1 where it is not met; the last line is one JSON object.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial

from tests import elasticsearch_server, services
from tests.faults import pages, truth
from tests.faults.between import Between, Way
from tests.faults.index_truth import EDITS, Trial
from tests.faults.pages import Page
from tests.faults.running import SEARCHED, Running, running

POSTINGS = 200
FIRST, FIRST_SECONDS, LATER_SECONDS, CAUGHT_UP_SECONDS = 3, 1.5, 0.3, 60.0
A_SECOND = 5
"""Pages, and as many changes."""
WARM = 10
SEARCH = f"/postings?q={SEARCHED}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and its end. `wrong_pages`: not answered, or not with the banner it should (or should not) have had."""

    name: str
    pages: int
    wrong_pages: int
    first_s: float
    """The slowest of the first three pages."""
    later_s: float
    """The slowest of all others."""
    whole_after_s: float
    """From the return until a page is made by the engine again."""
    caught_up_s: float
    """From the return until all that had waited was indexed."""
    open: int
    wrong: int
    """Differences between index and database, and parked deliveries."""

    @property
    def holds(self) -> bool:
        quick = self.first_s <= FIRST_SECONDS and self.later_s <= LATER_SECONDS
        back = max(self.whole_after_s, self.caught_up_s) <= CAUGHT_UP_SECONDS
        return quick and back and self.pages > FIRST and self.open > 0 and not self.wrong_pages + self.wrong


@dataclass(frozen=True, slots=True)
class Reckoning:
    faults: list[Fault]

    @property
    def holds(self) -> bool:
        return bool(self.faults) and all(one.holds for one in self.faults)


class Suffering:
    """The house, looked at and changed while something is away."""

    def __init__(self, one: Running, address: str, trial: Trial, seconds: float) -> None:
        self._one, self._address, self._trial, self._seconds = one, address, trial, seconds

    def suffer(self, name: str, away: Callable[[], None], back: Callable[[], None], *, falls_back: bool) -> Fault:
        self._until_whole()
        away()
        shown = list(self._shown())
        back()
        returned = time.monotonic()
        whole = self._until_whole() - returned
        caught_up = self._until_caught_up() - returned
        found = truth.told()
        right = [page.status == 200 and page.fell_back == falls_back for page in shown]
        taken = [page.seconds for page in shown]
        return Fault(
            name=name,
            pages=len(shown),
            wrong_pages=right.count(False),
            first_s=round(max(taken[:FIRST]), 3),
            later_s=round(max(taken[FIRST:], default=0.0), 3),
            whole_after_s=round(whole, 1),
            caught_up_s=round(caught_up, 1),
            open=found.open,
            wrong=found.wrong,
        )

    def _shown(self) -> Iterator[Page]:
        until = time.monotonic() + self._seconds
        while time.monotonic() < until:
            began = time.monotonic()
            yield pages.get(self._address, SEARCH)
            self._trial.step(EDITS)
            time.sleep(max(0.0, began + 1 / A_SECOND - time.monotonic()))

    def _until_whole(self) -> float:
        return self._until(lambda: pages.get(self._address, SEARCH).is_whole)

    def _until_caught_up(self) -> float:
        return self._until(lambda: not truth.left_to_index())

    def _until(self, done: Callable[[], bool]) -> float:
        """When it was; twice the time of the bar at most, so that a miss is told as it is."""
        until = time.monotonic() + 2 * CAUGHT_UP_SECONDS
        while not done() and time.monotonic() < until:
            time.sleep(0.1)
        return time.monotonic()


@contextmanager
def _production(seconds: float, seed: int) -> Iterator[tuple[Running, Between, Suffering]]:
    with ExitStack() as stack:
        (node,) = elasticsearch_server.start_nodes(1)
        stack.callback(node.remove)
        between = Between(node.port)
        stack.callback(between.end)
        one = stack.enter_context(running("postgres", postings=POSTINGS, seekers=0, seed=seed, elasticsearch=between.url))
        for part in ("relay", "index"):
            one.start(part)
        address = stack.enter_context(pages.serving(one.environment, one.settings.var / "web.log"))
        trial = Trial(one, random.Random(seed), None)
        for _ in range(40):
            trial.step(EDITS)
        for _ in range(WARM):
            pages.get(address, SEARCH)
        yield one, between, Suffering(one, address, trial, seconds)


def run(*, seconds: float, seed: int = 1) -> Reckoning:
    with _production(seconds, seed) as (one, between, suffering):
        back = partial(between.become, Way.PASS)
        faults = [
            suffering.suffer(f"elasticsearch {way.name.lower()}", partial(between.become, way), back, falls_back=True)
            for way in (Way.REFUSE, Way.SWALLOW, Way.FAIL)
        ]
        faults.append(suffering.suffer("redis stopped", one.valkey.kill, one.valkey.start, falls_back=False))
        faults.append(suffering.suffer("redis wiped", one.valkey.wipe, lambda: None, falls_back=False))
        return Reckoning(faults)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=40.0)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    try:
        services.postgres_server()
        elasticsearch_server.distribution()
    except services.NoService as reason:
        print(f"not run: {reason}")
        return 0
    found = run(seconds=options.seconds, seed=options.seed)
    for one in found.faults:
        print("  ".join(f"{name} {value}" for name, value in asdict(one).items()), "holds" if one.holds else "MISSED")
    print(json.dumps(asdict(found) | {"holds": found.holds}))
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
