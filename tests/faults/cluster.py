"""Three real nodes of Elasticsearch, of which each in turn is killed with -9 while people search and postings change.

    python -m tests.faults.cluster --seconds 60

An index of three shards with one copy each. Twenty searches a second, every fourth of them a page over HTTP, and twenty changes a second,
gathered, flushed and given back as the index queue does it. Bar: no search fails, falls back to the database or takes more than 1.5 s from
the moment it was due; the index holds exactly what was acknowledged; every node rejoins by itself. Exit code 1 where it is not met; the
last line is one JSON object.
"""

import argparse
import csv
import gzip
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen
from uuid import UUID

import search.current
from search.access import Access
from search.documents import PostingDocument, tombstone
from search.elastic import ElasticEngine
from search.engine import SearchError
from tests import elasticsearch_server
from tests.bench import product
from tests.bench.search import percentile, questions
from tests.faults import pages
from tests.search.samples import REAL_POSTINGS
from webapp.db import reading, today
from webapp.postings import indexing, queries
from workers.index_queue import BREATH_SECONDS

A_SECOND = 20
"""Searches, and changes."""
SLOWEST = 1.5
PAGE_EVERY = 4
SEARCHERS = 16
AWAY = 3.0
"""Seconds after which what was given back is due again, as in the index queue."""
WARM_SECONDS = 30.0
"""Of the same load before the first kill and not counted: servers that have just started compile their code, a cluster in use has done so."""
DEAD_SECONDS = 5.0
REJOIN_SECONDS = 120.0
Change = tuple[float, PostingDocument]
"""When it is due, and what to put."""


@dataclass(frozen=True)
class Reckoning:
    seconds: float
    postings: int
    kills: int
    searches: int
    pages: int
    failed_searches: int
    failures: dict[str, int]
    search_p50_ms: float
    search_p95_ms: float
    search_max_ms: float
    writes: int
    given_back: int
    write_p95_ms: float
    write_max_ms: float
    lost: int
    doubled: int
    unfindable: int
    """Documents by which the count of what can be found differs from what was acknowledged."""
    rejoin_s: list[float]

    @property
    def holds(self) -> bool:
        wrong = self.failed_searches + self.lost + self.doubled + self.unfindable
        return not wrong and self.kills >= 3 and len(self.rejoin_s) == self.kills and self.searches > 0 and self.pages > 0


@dataclass
class Searching:
    """Asks `A_SECOND` times a second whatever the answers take; a time counts from the moment the search was due."""

    asks: list[Callable[[], str]]
    """Each answers why it failed, or ""."""
    stopping: threading.Event = field(default_factory=threading.Event)
    taken: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        with ThreadPoolExecutor(SEARCHERS) as pool:
            began, under_way = time.monotonic(), list[Future[None]]()
            number = 0
            while not self.stopping.wait(max(0.0, began + number / A_SECOND - time.monotonic())):
                under_way.append(pool.submit(self._ask, number, began + number / A_SECOND))
                number += 1
        for one in under_way:
            one.result()

    def forget(self) -> None:
        self.taken.clear()
        self.failures.clear()

    def _ask(self, number: int, due: float) -> None:
        why = self.asks[number % len(self.asks)]()
        seconds = time.monotonic() - due
        self.taken.append(seconds)
        if why or seconds > SLOWEST:
            why = why or f"slower than {SLOWEST} s"
            self.failures[why] += 1
            print(f"  {time.monotonic():.0f} failed: {why} ({seconds:.2f} s)", flush=True)


@dataclass
class Writing:
    """Changes of rows as the index queue carries them: all that is due in one batch, and given back where it was not acknowledged."""

    engine: ElasticEngine
    documents: list[PostingDocument]
    chance: random.Random
    stopping: threading.Event = field(default_factory=threading.Event)
    acknowledged: dict[str, PostingDocument] = field(default_factory=dict)
    taken: list[float] = field(default_factory=list)
    given_back: int = 0
    _top: int = 10**9

    def run(self) -> None:
        began, made, waiting = time.monotonic(), 0, list[Change]()
        while not self.stopping.is_set() or waiting:
            while not self.stopping.is_set() and began + made / A_SECOND <= time.monotonic():
                waiting.append((began + made / A_SECOND, self._change()))
                made += 1
            waiting = self._carry(waiting)
            time.sleep(BREATH_SECONDS)

    def _carry(self, waiting: list[Change]) -> list[Change]:
        """What is still to be put."""
        batch = [one for one in waiting if one[0] <= time.monotonic()][:200]
        if not batch:
            return waiting
        began = time.monotonic()
        try:
            with self.engine.writer() as writer:
                writer.put(document for _, document in batch)
        except SearchError as reason:
            self.given_back += len(batch)
            print(f"  given back: {len(batch)} changes: {reason}", flush=True)
            put = {id(one) for one in batch}
            return [(time.monotonic() + AWAY, one[1]) if id(one) in put else one for one in waiting]
        self.taken.append(time.monotonic() - began)
        for _, document in batch:
            self._acknowledge(document)
        put = {id(one) for one in batch}
        return [one for one in waiting if id(one) not in put]

    def _acknowledge(self, document: PostingDocument) -> None:
        """Of one key given back and changed again meanwhile the higher version stands, whichever came last."""
        known = self.acknowledged.get(document.key)
        if known is None or known.version < document.version:
            self.acknowledged[document.key] = document

    def _change(self) -> PostingDocument:
        """A new posting, a closed one, or (mostly) one with another title."""
        place = self.chance.randrange(len(self.documents))
        old = self.documents[place]
        kind = self.chance.random()
        if kind < 0.2:
            self._top += 1
            changed = replace(old, key=str(UUID(int=self._top)), seq=self._top, version=1, deleted=False)
            self.documents.append(changed)
        elif kind < 0.3:
            changed = self.documents[place] = tombstone(old.key, old.seq, old.version + 1)
        else:
            changed = self.documents[place] = replace(
                old, version=old.version + 1, deleted=False, title=f"{old.title[:20]}{self.chance.randrange(100)}"
            )
        return changed


@contextmanager
def _house(count: int, stack: ExitStack) -> Iterator[Path]:
    """The first `count` real postings in a database of their own."""
    var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhilu-cluster-")))
    part = var / "part.csv"
    with gzip.open(REAL_POSTINGS, "rt", encoding="utf-8", newline="") as whole, part.open("w", encoding="utf-8", newline="") as some:
        csv.writer(some).writerows(islice(csv.reader(whole), 1 + count))
    with product.imported([part], var, as_of=today(), index=False):
        yield var


def _asks(address: str) -> list[Callable[[], str]]:
    asked = questions(400)

    def page(number: int) -> str:
        parameters = "&".join(f"{name}={quote(value)}" for name, value in asked[number].address.items())
        got = pages.get(address, f"/postings?{parameters}")
        return "" if got.is_whole else f"page: status {got.status}{', from the database' if got.fell_back else ''}"

    def engine(number: int) -> str:
        with reading():
            return "from the database" if queries.find_open(asked[number].query).fallback else ""

    def one(number: int) -> Callable[[], str]:
        return (lambda: page(number)) if number % PAGE_EVERY == 0 else (lambda: engine(number))

    return [one(number) for number in range(len(asked))]


def run(*, seconds: float, postings: int, seed: int = 1) -> Reckoning:
    with ExitStack() as stack:
        nodes = elasticsearch_server.start_nodes(3)
        for node in nodes:
            stack.callback(node.remove)
        var = stack.enter_context(_house(postings, stack))
        urls = tuple(node.url for node in nodes)
        access = Access(urls=urls, shards=3, replicas="1")
        engine = ElasticEngine(access)
        engine.rebuild(indexing.every_open())
        search.current.use(ElasticEngine(access))
        environment = {"ZHILU_VAR": str(var), "ZHILU_MODE": "demo", "ELASTICSEARCH_URL": ",".join(urls)}
        address = stack.enter_context(pages.serving(environment, var / "web.log"))
        searching = Searching(_asks(address))
        documents = list(indexing.every_open())
        writing = Writing(engine, documents, random.Random(seed), acknowledged={one.key: one for one in documents})
        return _tried(nodes, searching, writing, seconds)


def _tried(nodes: list[elasticsearch_server.Node], searching: Searching, writing: Writing, seconds: float) -> Reckoning:
    began, postings = time.monotonic(), len(writing.documents)
    rejoined = list[float]()
    with ThreadPoolExecutor(2) as both:
        running = [both.submit(searching.run), both.submit(writing.run)]
        try:
            time.sleep(WARM_SECONDS)
            searching.forget()
            while time.monotonic() - began < WARM_SECONDS + seconds or len(rejoined) < len(nodes):
                time.sleep(3.0)
                rejoined.append(_kill(nodes, len(rejoined) % len(nodes)))
            time.sleep(3.0)
        finally:
            searching.stopping.set()
            writing.stopping.set()
        for one in running:
            one.result()
    return _reckon(searching, writing, rejoined, postings, time.monotonic() - began)


def _kill(nodes: list[elasticsearch_server.Node], victim: int) -> float:
    """Seconds from the node's start until the cluster is green again."""
    print(f"{time.monotonic():.0f} kill -9 of node {victim}", flush=True)
    nodes[victim].kill()
    time.sleep(DEAD_SECONDS)
    began = time.monotonic()
    nodes[victim].start()
    while time.monotonic() - began < REJOIN_SECONDS:
        if _is_green(nodes[victim - 1].url):
            print(f"  {time.monotonic():.0f} green again after {time.monotonic() - began:.1f} s", flush=True)
            return round(time.monotonic() - began, 1)
        time.sleep(0.3)
    raise TimeoutError(f"node {victim} did not rejoin")


def _is_green(url: str) -> bool:
    try:
        with urlopen(f"{url}/_cluster/health?wait_for_nodes=3&wait_for_status=green&timeout=5s", timeout=10) as answer:
            return bool(json.load(answer)["status"] == "green")
    except OSError:
        return False


def _reckon(searching: Searching, writing: Writing, rejoined: list[float], postings: int, seconds: float) -> Reckoning:
    stored = Counter[tuple[str, int]](writing.engine.versions())
    wanted = {(one.key, one.version) for one in writing.acknowledged.values()}
    found = writing.engine.count()
    return Reckoning(
        seconds=round(seconds, 1),
        postings=postings,
        kills=len(rejoined),
        searches=len(searching.taken),
        pages=len(searching.taken) // PAGE_EVERY,
        failed_searches=searching.failures.total(),
        failures=dict(searching.failures),
        search_p50_ms=percentile(searching.taken, 0.5),
        search_p95_ms=percentile(searching.taken, 0.95),
        search_max_ms=percentile(searching.taken, 1.0),
        writes=len(writing.acknowledged) - postings + sum(one.version > 1 for one in writing.acknowledged.values()),
        given_back=writing.given_back,
        write_p95_ms=percentile(writing.taken, 0.95),
        write_max_ms=percentile(writing.taken, 1.0),
        lost=len(wanted - set(stored)),
        doubled=stored.total() - len(wanted & set(stored)),
        unfindable=abs(found - sum(not one.deleted for one in writing.acknowledged.values())),
        rejoin_s=rejoined,
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--postings", type=int, default=5_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    if not REAL_POSTINGS.exists():
        print(f"not run: {REAL_POSTINGS} is not here")
        return 0
    found = run(seconds=options.seconds, postings=options.postings, seed=options.seed)
    for name, value in asdict(found).items():
        print(f"{name:16} {value}")
    print(json.dumps(asdict(found) | {"holds": found.holds}))
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
