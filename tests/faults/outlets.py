"""kill -9 of relay and batch worker at random points while postings open and close and leave for an outlet that is often ill.

    python -m tests.faults.outlets --postings 300 --kills 20 --database sqlite|postgres

Bar: in the end the outlet shows exactly what is open; every word about a posting has its receipt; no two bodies under one key; no two
contents under one version. Exit code 1 where it is not met; the last line is one JSON object.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from tests.factories.outlets import make_outlet
from tests.factories.reference import set_parameter
from tests.faults.running import Running, running
from tests.webapp.outlets.fake_outlet import SECRET, FakeOutlet, Way, fake_outlet
from webapp.access import Actor
from webapp.db import now, reading, session, transaction
from webapp.events import UpkeepDue
from webapp.ledger import record
from webapp.outlets import models
from webapp.outlets.models import Dispatch, DispatchState, Outlet, Shipment
from webapp.postings import operations
from webapp.postings.models import Posting, PostingState

VICTIMS = ("relay", "batch")
CALL_SECONDS = 12.0
SETTLE_SECONDS = 240.0
ILL = (Way.TAKE, Way.TAKE, Way.TAKE, Way.FAIL, Way.KEEP_AND_FAIL, Way.HANG_UP, Way.HALF)


@dataclass(frozen=True)
class Reckoning:
    database: str
    postings: int
    withdrawn: int
    kills: dict[str, int]
    seconds: float
    calls: int
    keys: int
    words: int
    settled: bool
    shown_wrongly: int
    """Closed and still shown, or open and not shown."""
    without_receipt: int
    two_bodies: int
    given_twice: int
    """Items that arrived more than once under their version: allowed, and told."""

    @property
    def holds(self) -> bool:
        return self.settled and self.shown_wrongly + self.without_receipt + self.two_bodies == 0


def run(database: str, *, postings: int, kills: int, seed: int = 1) -> Reckoning:
    chance, killed, began = random.Random(seed), Counter[str](), time.monotonic()
    with running(database, postings=postings, seekers=0, seed=seed) as one, fake_outlet() as theirs:
        set_parameter("outlet_cycle_minutes", "1")
        set_parameter("outlet_tries", "100")
        make_outlet("theirs", region="370000", way=models.Way.PUSH, address=theirs.address, secret=SECRET)
        for part in VICTIMS:
            one.start(part)
        closed = _live(one, theirs, chance, killed, kills)
        theirs.way = Way.TAKE
        settled = _wait(one, theirs)
        one.stop()
        return _reckon(one, theirs, database, killed, closed, time.monotonic() - began, settled=settled)


def _live(one: Running, theirs: FakeOutlet, chance: random.Random, killed: Counter[str], kills: int) -> int:
    """Postings open and some close again, the outlet is well and ill by turns, and processes die, most of them in the middle of a call."""
    theirs.slowness = 0.5
    waiting, opened, closed = list(one.waiting), [], 0
    for number in range(kills):
        for posting_id in waiting[number * len(waiting) // kills : (number + 1) * len(waiting) // kills]:
            one.approve(posting_id)
            opened.append(posting_id)
            if chance.random() < 0.3:
                with transaction():
                    operations.withdraw(session().get_one(Posting, opened.pop(chance.randrange(len(opened))), with_for_update=True), by=one.owner)
                closed += 1
        theirs.way = chance.choice(ILL)
        _hurry()
        part = chance.choice(VICTIMS)
        if _until_called(theirs):
            part = "batch"
        time.sleep(chance.uniform(0, 0.5))
        one.kill(part)
        one.start(part)
        killed[part] += 1
    return closed


def _until_called(theirs: FakeOutlet) -> bool:
    """Whether a call began; a worker needs some seconds to start, and has nothing to send where everything failed."""
    before, until = sum(theirs.calls.values()), time.monotonic() + CALL_SECONDS
    while time.monotonic() < until:
        if sum(theirs.calls.values()) > before:
            return True
        time.sleep(0.01)
    return False


def _hurry() -> None:
    """Nobody waits for the next minute, a pause or a lease: also whoever still holds one finds that another has taken over."""
    past = now() - timedelta(seconds=1)
    with transaction():
        session().execute(update(Outlet).values(wait_until=None, checked_at=None))
        session().execute(update(Dispatch).where(Dispatch.available_at > past).values(available_at=past))
        session().execute(update(Shipment).where(Shipment.lease_until > past).values(lease_until=past))
        record(UpkeepDue("serve_outlets", "now"), by=Actor.SYSTEM)


def _wait(one: Running, theirs: FakeOutlet) -> bool:
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        if _open(one) == theirs.on_show and not _owed():
            return True
        _hurry()
        time.sleep(5)
    one.tell_processes()
    return False


def _open(one: Running) -> set[str]:
    with reading():
        return {str(key) for key in session().scalars(select(Posting.id).where(Posting.id.in_(one.waiting), Posting.state == PostingState.OPEN))}


def _owed() -> int:
    with reading():
        return session().scalar(select(func.count()).where(Dispatch.is_latest, Dispatch.state != DispatchState.RECEIPTED)) or 0


def _reckon(one: Running, theirs: FakeOutlet, database: str, kills: Counter[str], closed: int, seconds: float, *, settled: bool) -> Reckoning:
    with reading():
        words = session().scalar(select(func.count()).select_from(Dispatch)) or 0
    return Reckoning(
        database=database,
        postings=len(one.waiting),
        withdrawn=closed,
        kills=dict(kills),
        seconds=round(seconds, 1),
        calls=sum(theirs.calls.values()),
        keys=len(theirs.calls),
        words=words,
        settled=settled,
        shown_wrongly=len(_open(one) ^ theirs.on_show),
        without_receipt=_owed(),
        two_bodies=sum(len(bodies) > 1 for bodies in theirs.bodies.values()),
        given_twice=sum(count > 1 for count in theirs.seen.values()),
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postings", type=int, default=300)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options = vars(asked.parse_args())
    found = run(options.pop("database"), **options)
    for name, value in asdict(found).items():
        print(f"{name:22} {value}")
    print(json.dumps(asdict(found) | {"holds": found.holds}))
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
