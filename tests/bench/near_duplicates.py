"""Which postings are found to be one job, against the pairs of ../shared/data, and how long 100,000 postings take.

    .venv/bin/python -m tests.bench.near_duplicates [--postings 100000]

The pairs name two postings each and say how alike their texts are. That column takes every second 5-gram of the description only (found by
trying: it is met to the third digit), so that one inserted sign makes equal texts differ; the Jaccard index of all 5-grams is printed beside
it. Each pair is looked at as if two sources had sent it. A pair of another city or another pay must not become one card, so the recall is of
pairs of one city (or where one names none, which no import takes) whose pay does not contradict; the figure of all pairs stands beside it.
Then so many postings, the real ones and slightly changed copies of them from a second source, are laid into an empty SQLite file and given
their cards as the nightly run does; on a machine with other work the seconds of the processor say more. Prints a table; the last line is one
JSON object.
"""

import argparse
import csv
import gzip
import json
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import func, select

from tests.conftest import SHARED, TEST_SECRETS, migrate
from tests.factories.sources import COLUMNS
from webapp import db, ledger, sealing
from webapp.access import Actor
from webapp.db import reading, session, today
from webapp.postings.models import Posting, PostingState
from webapp.reference import wages
from webapp.reference.wages import Factors
from webapp.sources import duplicates
from webapp.sources.cleaning import line, plain
from webapp.sources.likeness import Offer, jaccard, same_job, same_pay
from webapp.sources.operations import import_postings
from webapp.sources.rows import wage_of

DATA = SHARED / "data"
FACTORS = Factors(Decimal("21.75"), Decimal(8), Decimal(24))


class Pair(NamedTuple):
    one: Offer
    other: Offer
    told: float
    """How alike, by the file."""
    real: float
    """By all 5-grams of title and text."""
    merged: bool
    """Found by a band and held to be one job."""

    @property
    def is_elsewhere(self) -> bool:
        return bool(self.one.city and self.other.city and self.one.city != self.other.city)

    @property
    def may_merge(self) -> bool:
        return not self.is_elsewhere and same_pay(self.one, self.other)

    @property
    def has_place(self) -> bool:
        return bool(self.one.city and self.other.city)


def main(count: int) -> None:
    rows = {row["id"]: row for row in _rows()}
    found = list(_pairs(rows))
    result = _judged(found) | _timed(list(rows.values()), count)
    for name, value in result.items():
        print(f"{name:56}{value:>12}")
    print(json.dumps(result, ensure_ascii=False))


def _rows() -> Iterator[dict[str, str]]:
    with gzip.open(DATA / "jobs_postings.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _pairs(rows: dict[str, dict[str, str]]) -> Iterator[Pair]:
    offers: dict[str, Offer] = {}
    with gzip.open(DATA / "duplicate_pairs.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["id_a"] in rows and row["id_b"] in rows:
                one, other = (offers.setdefault(key, _offer(rows[key])) for key in (row["id_a"], row["id_b"]))
                merged = not set(one.bands()).isdisjoint(other.bands()) and same_job(one, other)
                if not (one.city and other.city):  # bands are of a city: only what the words decide can be measured
                    merged = same_job(one, other)
                yield Pair(one, other, float(row["shingle_jaccard"]), jaccard(one.grams, other.grams), merged)


def _offer(row: dict[str, str]) -> Offer:
    wage = wage_of(line(row["salary_text"], 80), row["salary_min"], row["salary_max"], row["salary_months"])
    low, high = wages.monthly(wage, FACTORS)
    title, employer = line(row["title"], 120), line(row["company"], 120)
    return Offer(uuid4(), title, plain(row["description"]), employer, row["region_code"][:6], low, high, node=uuid4())


def _judged(pairs: list[Pair]) -> dict[str, Any]:
    same_title = [pair for pair in pairs if pair.one.plain_title == pair.other.plain_title]
    return {
        "pairs": len(pairs),
        **_recall("recall, > 0.8 by the file", [pair for pair in pairs if pair.told > 0.8]),
        **_recall("recall, > 0.8 by all 5-grams", [pair for pair in pairs if pair.real > 0.8]),
        **_false("false, another city or pay", [pair for pair in pairs if not pair.may_merge]),
        **_false("false, same title, < 0.3 by all 5-grams", [pair for pair in same_title if pair.real < 0.3]),
        **_false("merged, same title, < 0.3 by the file", [pair for pair in same_title if pair.told < 0.3]),
        "of these really alike (> 0.7 by all 5-grams)": sum(pair.merged and pair.real > 0.7 for pair in same_title if pair.told < 0.3),
    }


def _recall(name: str, pairs: list[Pair]) -> dict[str, Any]:
    allowed = [pair for pair in pairs if pair.may_merge]
    placed = [pair for pair in allowed if pair.has_place]
    return {
        f"{name}, one city or none told": _share(allowed),
        f"{name}, one city": _share(placed),
        f"{name}, all pairs": _share(pairs),
        f"{name}: of": f"{len(allowed)}/{len(placed)}/{len(pairs)}",
    }


def _false(name: str, pairs: list[Pair]) -> dict[str, Any]:
    return {name: _share(pairs), f"{name}: of": len(pairs)}


def _share(pairs: list[Pair]) -> float:
    return round(sum(pair.merged for pair in pairs) / len(pairs), 4) if pairs else 0.0


def _timed(rows: list[dict[str, str]], count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as folder:
        var = Path(folder)
        sealing.configure(TEST_SECRETS)
        migrate(f"sqlite:///{var / 'zhilu.db'}")
        db.connect(f"sqlite:///{var / 'zhilu.db'}")
        ledger.subscribe({})
        path = var / "postings.csv"
        copies = _write(path, rows, count)
        report = import_postings(path, as_of=today(), rejects=None, var=var, by=Actor.command())
        first = _group()
        second = _group()
        db.end_reading()
    return {
        "postings": report.taken,
        "changed copies among them": copies,
        "seconds": first["seconds"],
        "seconds of the processor": first["cpu"],
        "behind another's card": first["behind"],
        "copies behind their original or another": first["copies"],
        "seconds of a second run": second["seconds"],
        "changed by a second run": second["changed"],
    }


def _write(path: Path, rows: list[dict[str, str]], count: int) -> int:
    """The real rows that an import takes, filled up with copies in which a second source changed a word or two."""
    chance = random.Random(20261128)
    usable = [row for row in rows if row["company"].strip() and row["title"].strip() and len(row["region_code"]) == 6]
    extra = max(0, count - len(usable))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(usable[:count])
        writer.writerows(_changed(row, chance) for row in chance.sample(usable, min(extra, len(usable))))
    return extra


def _changed(row: dict[str, str], chance: random.Random) -> dict[str, str]:
    text = row["description"]
    place = chance.randrange(max(1, len(text)))
    changed = f"{text[:place]}（详见公告）{text[place:]}".replace("\n", " ")
    return row | {"id": f"copy-{row['id']}", "source": "另一个平台", "platform": "另一个平台", "description": changed}


def _group() -> dict[str, Any]:
    began, worked = time.monotonic(), time.process_time()
    grouped = duplicates.group_all(by=Actor.SYSTEM)
    seconds, cpu = round(time.monotonic() - began, 1), round(time.process_time() - worked, 1)
    with reading():
        behind = select(func.count()).where(Posting.state == PostingState.OPEN, Posting.card_id.is_not(None))
        copies = session().scalar(behind.where(Posting.source_key.like("copy-%")))
        return {"seconds": seconds, "cpu": cpu, "behind": session().scalar(behind), "copies": copies, "changed": grouped.changed}


def _parsed(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postings", type=int, default=100_000)
    return int(parser.parse_args(list(arguments) if arguments is not None else None).postings)


if __name__ == "__main__":
    main(_parsed())
