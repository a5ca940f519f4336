"""How long after the commit of an approval the posting is findable, and its seeker's notice is in the inbox. No faults.

    python -m tests.bench.latency --postings 100 --database sqlite|postgres

Bar: p95 <= 1 s for both. The relay, three workers and Valkey run as processes of their own; the ages are seen by asking every 10 ms, as a
reader would. The last line is one JSON object.
"""

import argparse
import json
import random
import sys
import time
from uuid import UUID

from sqlalchemy import select

import search.current
from search.query import PostingQuery
from tests.faults.running import SEARCHED, Running, running
from webapp.db import reading, session
from webapp.ledger import Heartbeat
from webapp.notices.models import Notice
from workers import relay

LOOK_SECONDS = 0.01
GIVE_UP_SECONDS = 30.0
BAR = 1.0


def measure(database: str, *, postings: int, rate: float, seed: int = 1) -> dict[str, object]:
    """Publishes at about `rate` a second, at random moments, and follows each to both its ends."""
    chance = random.Random(seed)
    with running(database, postings=postings, seekers=1, seed=seed) as one:
        for part in ("relay", "index", "notify", "batch"):
            one.start(part)
        _wait_for_heartbeats(one)
        found: list[float] = []
        told: list[float] = []
        for posting_id in one.waiting:
            one.approve(posting_id)
            at = time.monotonic()
            until_found, until_told = _follow(posting_id, at)
            found.append(until_found)
            told.append(until_told)
            time.sleep(chance.uniform(0, 2 / rate))
        settled = one.wait_until_settled(60)
    return {
        "database": database,
        "postings": postings,
        "findable_p50": _percentile(found, 50),
        "findable_p95": _percentile(found, 95),
        "findable_max": round(max(found), 3),
        "notice_p50": _percentile(told, 50),
        "notice_p95": _percentile(told, 95),
        "notice_max": round(max(told), 3),
        "settled": settled,
    }


def _wait_for_heartbeats(one: Running) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with reading():
            names = {name.rpartition(":")[0].rpartition(":")[0] or name for name in session().scalars(select(Heartbeat.name))}
        if {relay.NAME, "worker:index", "worker:notify"} <= names:
            return
        time.sleep(0.1)
    raise RuntimeError("relay and workers did not start")


def _follow(posting_id: UUID, at: float) -> tuple[float, float]:
    found = told = 0.0
    while not (found and told):
        waited = time.monotonic() - at
        if waited > GIVE_UP_SECONDS:
            raise RuntimeError(f"nothing after {GIVE_UP_SECONDS} s: findable={bool(found)} notice={bool(told)}")
        if not found and str(posting_id) in search.current.engine().find(PostingQuery(text=SEARCHED, limit=1000, facets=False)).keys:
            found = time.monotonic() - at
        if not told and _is_told(posting_id):
            told = time.monotonic() - at
        time.sleep(LOOK_SECONDS)
    return found, told


def _is_told(posting_id: UUID) -> bool:
    with reading():
        return session().scalar(select(Notice.id).where(Notice.subject == f"posting:{posting_id}")) is not None


def _percentile(values: list[float], percent: int) -> float:
    return round(sorted(values)[min(len(values) - 1, len(values) * percent // 100)], 3)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postings", type=int, default=100)
    asked.add_argument("--rate", type=float, default=10.0)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options = vars(asked.parse_args())
    found = measure(options.pop("database"), **options)
    for name, value in found.items():
        print(f"{name:16} {value}")
    print(json.dumps(found))
    return 0 if max(float(str(found["findable_p95"])), float(str(found["notice_p95"]))) <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
