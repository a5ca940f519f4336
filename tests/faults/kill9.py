"""kill -9 of relay and workers at random points while postings are published, and the reckoning afterwards.

    python -m tests.faults.kill9 --postings 500 --kills 30 --database sqlite|postgres

Bar: every posting indexed in its last version; every inbox notice exactly once; no mail twice; a mail that was not received is one whose
delivery says `unknown`, and there are at most as many of those as kills. Exit code 1 where it is not met; the last line is one JSON object.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import func, select

import search.current
from tests.faults.running import Running, running
from webapp.db import reading, session
from webapp.ledger import Delivery, DeliveryState
from webapp.notices.channels import Parcel, compose
from webapp.notices.models import Channel, Message, MessageState, Notice, NoticeKind
from webapp.postings.models import Posting

VICTIMS = ("relay", "index", "notify")
GROWN_SECONDS = 2.5
"""A process is killed only once it had the time to start: killing imports proves nothing."""
SETTLE_SECONDS = 150.0
"""Leases last 30 s, a failure waits a minute."""


@dataclass(frozen=True)
class Reckoning:
    database: str
    postings: int
    seekers: int
    kills: dict[str, int]
    wipes: int
    seconds: float
    settled: bool
    indexed: int
    notices_expected: int
    notices_missing: int
    notices_doubled: int
    mails_expected: int
    mails_received_once: int
    mails_lost: int
    mails_doubled: int
    unknown: int
    lost_without_unknown: int
    parked: int
    waiting: int
    """Messages that claim to be under way although no delivery is left."""

    @property
    def holds(self) -> bool:
        wrong = self.notices_missing + self.notices_doubled + self.mails_doubled + self.lost_without_unknown + self.parked + self.waiting
        return self.settled and self.indexed == self.postings and wrong == 0 and self.unknown <= sum(self.kills.values())


def run(database: str, *, postings: int, kills: int, seekers: int = 2, wipes: int = 0, seed: int = 1) -> Reckoning:
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    began = time.monotonic()
    with running(database, postings=postings, seekers=seekers, seed=seed) as one:
        for part in ("relay", "index", "notify", "batch"):
            one.start(part)
        steps = ["kill"] * kills + ["wipe"] * wipes
        chance.shuffle(steps)
        published = 0
        for number, step in enumerate(steps):
            for posting_id in one.waiting[published : (number + 1) * postings // len(steps)]:
                one.approve(posting_id)
                published += 1
            time.sleep(chance.uniform(0, 0.4))
            if step == "wipe":
                one.valkey.wipe()
            else:
                killed[_kill_one(one, chance)] += 1
        settled = one.wait_until_settled(SETTLE_SECONDS)
        one.stop()
        return _reckon(one, database, dict(killed), wipes, time.monotonic() - began, settled=settled)


def _kill_one(one: Running, chance: random.Random) -> str:
    part = chance.choice(VICTIMS)
    while time.monotonic() - one.born[part] < GROWN_SECONDS:
        time.sleep(0.02)
    one.kill(part)
    one.start(part)
    return part


def _reckon(one: Running, database: str, kills: dict[str, int], wipes: int, seconds: float, *, settled: bool) -> Reckoning:
    with reading():
        notices = Counter(session().execute(select(Notice.person_id, Notice.subject).where(Notice.kind == NoticeKind.MATCH)))
        messages = session().execute(select(Message.dedupe_key, Message.state)).all()
        delivered = dict(session().execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
    received = {key: one.mailbox.received[_message_id(key, one.settings.mail_from)] for key, _ in messages}
    unknown = {key for key, state in messages if state is MessageState.UNKNOWN}
    lost = {key for key, count in received.items() if count == 0}
    wanted = {(person, f"posting:{posting}") for person in one.seekers for posting in one.waiting}
    return Reckoning(
        database=database,
        postings=len(one.waiting),
        seekers=len(one.seekers),
        kills=kills,
        wipes=wipes,
        seconds=round(seconds, 1),
        settled=settled,
        indexed=_indexed(one.waiting),
        notices_expected=len(wanted),
        notices_missing=len(wanted - set(notices)),
        notices_doubled=sum(count - 1 for count in notices.values()),
        mails_expected=len(wanted),
        mails_received_once=sum(count == 1 for count in received.values()),
        mails_lost=len(wanted) - len(messages) + len(lost),
        mails_doubled=sum(count > 1 for count in received.values()),
        unknown=delivered.get(DeliveryState.UNKNOWN, 0),
        lost_without_unknown=len(wanted) - len(messages) + len(lost - unknown),
        parked=delivered.get(DeliveryState.PARKED, 0),
        waiting=sum(state in {MessageState.QUEUED, MessageState.SENDING} for _, state in messages),
    )


def _message_id(key: str, mail_from: str) -> str:
    return str(compose(Parcel(key, Channel.EMAIL, "a@example.com", "t", "t", doubtful=False), mail_from)["Message-ID"])


def _indexed(postings: list[UUID]) -> int:
    """How many are in the index in the version of their row."""
    documents = dict(search.current.engine().versions())
    with reading():
        rows = session().execute(select(Posting.id, Posting.version).where(Posting.id.in_(postings))).all()
    return sum(documents.get(str(key)) == version for key, version in rows)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postings", type=int, default=500)
    asked.add_argument("--kills", type=int, default=30)
    asked.add_argument("--wipes", type=int, default=0)
    asked.add_argument("--seekers", type=int, default=2)
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
