"""Edits, closings, imports, expiries and rebuilds at random while the index worker and Elasticsearch are killed, and the truth afterwards.

    python -m tests.faults.index_truth --minutes 20 --engine embedded|elasticsearch --database sqlite|postgres

Bar: nothing left to do and nothing parked; `reconcile` finds 0 differences; what a search finds is what is open, no more and no less; and
after each return of Elasticsearch everything that waited for it is indexed within 60 s. Exit code 1 where it is not met; the last line is
one JSON object.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from tests import elasticsearch_server
from tests.factories.postings import make_forwarded
from tests.faults import truth
from tests.faults.running import Running, running
from webapp import ledger
from webapp.access import Actor
from webapp.db import new_key, now, reading, session, today, transaction
from webapp.events import BatchImported, IndexCheckAsked, IndexRebuildAsked
from webapp.ledger import Delivery, DeliveryState
from webapp.postings import operations
from webapp.postings.models import IndexRun, IndexRunKind, Posting, PostingState
from workers.handlers import HANDLERS, Indexed, IndexedRange

POSTINGS = 150
GROWN_SECONDS = 2.0
"""A worker is killed only once it had the time to start: killing imports proves nothing."""
SETTLE_SECONDS = 300.0
"""The lease of a rebuild whose worker was killed lasts 120 s."""
CAUGHT_UP_SECONDS = 60.0
CHANGES = [name for name, handler in HANDLERS.items() if isinstance(handler, Indexed | IndexedRange)]
EDITS = {"approve": 6, "pause": 8, "reopen": 8, "change": 6, "carry": 4, "expire": 2}
WAYS = EDITS | {"rebuild": 1, "check": 1, "kill": 2, "crash": 1}
"""What may happen next, and how often beside the others; `crash` is of Elasticsearch."""


@dataclass(frozen=True)
class Reckoning:
    engine: str
    database: str
    seconds: float
    steps: dict[str, int]
    postings: int
    open: int
    rebuilds: int
    checks: int
    settled: bool
    settled_after: float
    parked: int
    healed: int
    """What the checks during the trial had to heal: a check that hides a loss is no proof."""
    differences: int
    not_found: int
    found_wrongly: int
    caught_up_at_most: float
    """Seconds after a return of Elasticsearch until all that waited for it was indexed; 0 without one."""

    @property
    def holds(self) -> bool:
        wrong = self.parked + self.healed + self.differences + self.not_found + self.found_wrongly
        return self.settled and not wrong and self.rebuilds > 0 and self.open > 0 and self.caught_up_at_most <= CAUGHT_UP_SECONDS


@dataclass
class Trial:
    """The steps, each a short transaction as the house itself makes it, or a kill."""

    one: Running
    chance: random.Random
    node: elasticsearch_server.Node | None
    steps: Counter[str] = field(default_factory=Counter)
    waited: list[tuple[float, set[UUID]]] = field(default_factory=list)
    """(when Elasticsearch was back, what was due then), until all of it is done."""
    caught_up: list[float] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.step({name: weight for name, weight in WAYS.items() if self._may(name)})
            self.look()
            time.sleep(self.chance.uniform(0, 0.3))

    def step(self, ways: Mapping[str, int]) -> None:
        """One of these ways."""
        (name,) = self.chance.choices(list(ways), list(ways.values()))
        self.steps[name] += bool(getattr(self, f"_{name}")())

    def _may(self, name: str) -> bool:
        """Edits go on while a return of Elasticsearch is being caught up with; a second fault would be counted to the first."""
        return not (name in {"kill", "crash"} and self.waited) and (name != "crash" or self.node is not None)

    def look(self) -> None:
        """Notes which returns are caught up with."""
        for back, due in list(self.waited):
            with reading():
                left = session().scalar(select(func.count()).where(Delivery.id.in_(due), Delivery.state == DeliveryState.DUE))
            if not left:
                self.waited.remove((back, due))
                self.caught_up.append(time.monotonic() - back)

    def _approve(self) -> bool:
        if not self.one.waiting:
            return False
        self.one.approve(self.one.waiting.pop())
        return True

    def _pause(self) -> bool:
        return self._moved(PostingState.OPEN, operations.pause)

    def _reopen(self) -> bool:
        return self._moved(PostingState.PAUSED, operations.reopen)

    def _moved(self, state: PostingState, move: Callable[..., None]) -> bool:
        with transaction() as writing:
            posting = writing.scalar(self._some(1).where(Posting.state == state, Posting.source_id.is_(None)).with_for_update())
            if posting is not None:
                move(posting, by=self.one.owner)
        return posting is not None

    def _some(self, count: int) -> Select[Posting]:
        return select(Posting).order_by(func.random()).limit(count)

    def _change(self) -> bool:
        """A source forwards some of its postings again, changed or closed."""
        batch = new_key()
        with transaction() as writing:
            rows = list(writing.scalars(self._some(self.chance.randint(1, 40)).where(Posting.source_id.is_not(None)).with_for_update()))
            for row in rows:
                row.batch_id, row.title = batch, f"保洁员{self.chance.random()}"
                if row.state is PostingState.OPEN and self.chance.random() < 0.2:
                    row.state = PostingState.WITHDRAWN
            if rows:
                ledger.record(BatchImported(str(batch), len(rows), 0), by=Actor.SYSTEM)
        return bool(rows)

    def _carry(self) -> bool:
        """A source forwards new postings; some are over at midnight."""
        batch, count = new_key(), self.chance.randint(1, 40)
        with transaction():
            for _ in range(count):
                lasts = today() + timedelta(days=30 if self.chance.random() < 0.8 else -1)
                make_forwarded(source_key=str(new_key()), batch_id=batch, valid_through=lasts)
            ledger.record(BatchImported(str(batch), count, 0), by=Actor.SYSTEM)
        return True

    def _expire(self) -> bool:
        return operations.expire(today(), by=Actor.SYSTEM) > 0

    def _rebuild(self) -> bool:
        with transaction():
            ledger.record(IndexRebuildAsked("trial"), by=Actor.SYSTEM)
        return True

    def _check(self) -> bool:
        with transaction():
            ledger.record(IndexCheckAsked("trial"), by=Actor.SYSTEM)
        return True

    def _kill(self) -> bool:
        if time.monotonic() - self.one.born["index"] < GROWN_SECONDS:
            return False
        self.one.kill("index")
        self.one.start("index")
        return True

    def _crash(self) -> bool:
        """Counted is what changed; a rebuild or a check that was asked for meanwhile is no change that anybody looks for.

        What a worker killed before it had leased waits for its lease, not for Elasticsearch.
        """
        assert self.node is not None
        self.node.kill()
        time.sleep(self.chance.uniform(0, 5))
        self.node.start()
        self.node.wait()
        with reading():
            open_ = select(Delivery.id).where(Delivery.listener.in_(CHANGES), Delivery.state == DeliveryState.DUE)
            due = set(session().scalars(open_.where(or_(Delivery.lease_until.is_(None), Delivery.lease_until < now()))))
        self.waited.append((time.monotonic(), due))
        return True


def run(engine: str, database: str, *, seconds: float, seed: int = 1) -> Reckoning:
    began = time.monotonic()
    with ExitStack() as stack:
        node = None
        if engine == "elasticsearch":
            (node,) = elasticsearch_server.start_nodes(1)
            stack.callback(node.remove)
        one = stack.enter_context(running(database, postings=POSTINGS, seekers=0, seed=seed, elasticsearch=node.url if node else ""))
        for part in ("relay", "index"):
            one.start(part)
        trial = Trial(one, random.Random(seed), node)
        trial.run(seconds)
        stopped = time.monotonic()
        settled = _settled(trial)
        settled_after = time.monotonic() - stopped
        one.stop()
        return _reckon(engine, database, trial, began, settled=settled, settled_after=settled_after)


def _settled(trial: Trial) -> bool:
    """Nobody matches or mails in this trial: only the index queue counts."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        trial.look()
        if not trial.waited and not truth.left_to_index():
            return True
        time.sleep(0.2)
    trial.one.tell_processes()
    return False


def _reckon(engine: str, database: str, trial: Trial, began: float, *, settled: bool, settled_after: float) -> Reckoning:
    with reading():
        runs = dict(session().execute(select(IndexRun.kind, func.count()).where(IndexRun.refused == "").group_by(IndexRun.kind)).all())
        healed = sum(run.differences for run in session().scalars(select(IndexRun)))
        postings = session().scalar(select(func.count()).select_from(Posting)) or 0
    found = truth.told()
    return Reckoning(
        engine=engine,
        database=database,
        seconds=round(time.monotonic() - began, 1),
        steps=dict(trial.steps),
        postings=postings,
        open=found.open,
        rebuilds=runs.get(IndexRunKind.REBUILD, 0) - 1,  # the first made the empty index
        checks=runs.get(IndexRunKind.CHECK, 0),
        settled=settled,
        settled_after=round(settled_after, 1),
        parked=found.parked,
        healed=healed,
        differences=found.differences,
        not_found=found.not_found,
        found_wrongly=found.found_wrongly,
        caught_up_at_most=round(max(trial.caught_up, default=0.0), 1),
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=20.0)
    asked.add_argument("--engine", choices=("embedded", "elasticsearch"), default="embedded")
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    found = run(options.engine, options.database, seconds=options.minutes * 60, seed=options.seed)
    for name, value in asdict(found).items():
        print(f"{name:18} {value}")
    print(json.dumps(asdict(found) | {"holds": found.holds}))
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
