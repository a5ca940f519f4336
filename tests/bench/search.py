"""Searching the same postings on the same tokens by four engines, and the search page itself.

    .venv/bin/python -m tests.bench.search [--postings N] [--questions N] [--without ENGINE,...] [--no-page]

The real postings are imported as an operator does it, and then multiplied: every copy lies in another county of the province. Each engine
answers the same mixed questions (the words of real titles, places, wages, types; facets counted): the first twenty and the exact total.
PostgreSQL searches the same tokens (tsvector, GIN), LIKE the plain text of the database that the page reads. `page` is GET /postings
over HTTP, four clients at once, facets on, warm; `page_alone` the same with one client: on as many processors as there are processes
four clients mostly wait for each other. Prints a table; the last line is one JSON object.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import psycopg
from sqlalchemy import func, select, text

from search.analysis import default_analysis
from search.documents import PostingDocument
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine
from search.fields import entry
from search.query import PostingQuery
from tests.bench import product
from tests.conftest import ROOT, SHARED
from tests.elasticsearch_server import elasticsearch
from tests.search.engines import fresh_access, swept
from tests.services import fresh_database
from webapp import db
from webapp.postings import criteria as criteria_of
from webapp.postings import indexing
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference

FILE = SHARED / "data" / "jobs_postings.csv.gz"
AS_OF = db.today()  # the pages are asked today: postings of another day would all have lapsed
CLIENTS = 4
CARD = b'<li class="posting">'
PROCESSES = os.cpu_count() or 1
WARM = 40
Ask = Callable[["Question"], int]


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: `address` of the page, `query` as it is read, `words` for engines that read nothing."""

    address: dict[str, str]
    query: PostingQuery
    words: tuple[str, ...]


# --- postings


def multiply(count: int) -> None:
    """Brings the imported postings to `count`: copies with keys of their own, each in the next county of the home province."""
    columns = [column.name for column in Posting.__table__.columns]
    counties = [row.code for city in reference.regions().cities(reference.home_province()) for row in reference.regions().children(city.code)]
    own = {"id": "lower(hex(randomblob(16)))", "seq": "seq + :shift", "region": ":county", "source_key": "source_key || ':' || :round"}
    chosen = ", ".join(own.get(name, name) for name in columns)
    with db.transaction() as session:
        real = session.scalar(select(func.count()).select_from(Posting)) or 0
        top = (session.scalar(select(func.max(Posting.seq))) or 0) + 1
        for number in range(1, -(-count // real)):
            part = min(real, count - number * real)
            made = f"INSERT INTO posting ({', '.join(columns)}) SELECT {chosen} FROM posting WHERE seq < :top ORDER BY seq LIMIT :part"
            values = {"shift": number * top, "county": counties[number % len(counties)], "round": number, "top": top, "part": part}
            session.execute(text(made), values)


def questions(count: int, seed: int = 3) -> list[Question]:
    """Seven in ten with a place; words as they stand in real titles."""
    choose = random.Random(seed)
    with db.reading():
        titles = list(db.session().scalars(select(Posting.title).order_by(func.random()).limit(count)))
        return [_question(choose, title) for title in titles]


def _question(choose: random.Random, title: str) -> Question:
    words = default_analysis().words(title)
    start = choose.randrange(max(1, len(words)))
    said = "".join(words[start : start + choose.choice((1, 1, 2))])
    cities = reference.regions().cities(reference.home_province())
    address = {"q": said}
    if choose.random() < 0.7:
        address["region"] = choose.choice(cities).code
    if choose.random() < 0.3:
        address["wage"] = choose.choice(("3000", "5000", "8000"))
    if choose.random() < 0.1:
        address["sort"] = choose.choice(("date", "wage"))
    return Question(address, criteria_of.read(address, on=AS_OF).query, default_analysis().words(said))


# --- engines


def engine_asks(engine: Engine) -> Ask:
    return lambda question: engine.find(question.query).total


@contextmanager
def postgres(documents: Iterator[PostingDocument]) -> Iterator[tuple[Ask, float, int]]:
    """Full text on the same tokens; the answer: the first twenty by rank and date, the total, counts by county."""
    with fresh_database() as url, psycopg.connect(url, autocommit=True) as connection:
        began = time.monotonic()
        connection.execute(
            'CREATE TABLE doc (key text PRIMARY KEY, words tsvector, region text COLLATE "C", wage_low int, wage_high int, posted date, until date)'
        )
        with connection.cursor().copy("COPY doc FROM STDIN") as copy:
            for one in documents:
                fields = entry(one, default_analysis())
                tokens = sorted({token for value in _texts(fields.get("every"), fields.get("title_grams")) for token in value.split()})
                words = " ".join("'" + token.replace("'", "''").replace("\\", "\\\\") + "'" for token in tokens)
                copy.write_row((one.key, words, one.region, one.wage_low, one.wage_high, one.posted_on, min(one.valid_through, date(9000, 1, 1))))
        for what in ("words) ", "region) ", "posted) "):
            kind = "GIN (" if what.startswith("words") else "BTREE ("
            connection.execute(f"CREATE INDEX ON doc USING {kind}{what}")
        connection.execute("ANALYZE doc")
        seconds = time.monotonic() - began
        size = connection.execute("SELECT pg_total_relation_size('doc')").fetchone()
        yield lambda question: _asked(connection, question), seconds, int(size[0]) if size else 0


def _texts(*values: object) -> Iterator[str]:
    for value in values:
        if isinstance(value, tuple):
            yield from value


def _asked(connection: "psycopg.Connection[tuple[object, ...]]", question: Question) -> int:
    wanted, values = _where(question)
    if question.words:
        wanted.append("words @@ %(q)s::tsquery")
        values["q"] = " & ".join("'" + word.replace("'", "''") + "'" for word in question.words)
    where = " AND ".join(wanted)
    rank = "ts_rank(words, %(q)s::tsquery) DESC, " if question.words else ""
    connection.execute(f"SELECT key FROM doc WHERE {where} ORDER BY {rank}posted DESC LIMIT 20", values).fetchall()
    counted = connection.execute(f"SELECT region, count(*) FROM doc WHERE {where} GROUP BY region", values).fetchall()
    return sum(int(str(count)) for _, count in counted)


def _where(question: Question) -> tuple[list[str], dict[str, object]]:
    query = question.query
    wanted, values = ["until >= %(on)s"], dict[str, object](on=AS_OF)
    if query.regions:
        wanted.append("region BETWEEN %(low)s AND %(high)s")
        values["low"], values["high"] = criteria_of.place_range(query.regions[0])
    if query.wage_at_least is not None:
        wanted.append("wage_high >= %(wage)s")
        values["wage"] = query.wage_at_least
    return wanted, values


def like(question: Question) -> int:
    """What a page without an engine would ask its database."""
    query = question.query
    wanted, values = [f"state = '{PostingState.OPEN}'"], dict[str, object]()
    for number, word in enumerate(question.words):
        wanted.append(f"(title LIKE :w{number} OR duties LIKE :w{number} OR requirements LIKE :w{number})")
        values[f"w{number}"] = f"%{word}%"
    if query.regions:
        wanted.append("region BETWEEN :low AND :high")
        values["low"], values["high"] = criteria_of.place_range(query.regions[0])
    if query.wage_at_least is not None:
        wanted.append("month_high >= :wage")
        values["wage"] = query.wage_at_least
    where = " AND ".join(wanted)
    with db.reading():
        db.session().execute(text(f"SELECT id FROM posting WHERE {where} ORDER BY valid_from DESC, seq DESC LIMIT 20"), values).all()
        counted = db.session().execute(text(f"SELECT region, count(*) FROM posting WHERE {where} GROUP BY region"), values)
        return sum(count for _, count in counted)


# --- the page


@contextmanager
def serving(var: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"ZHILU_VAR": str(var), "ZHILU_MODE": "demo", "PYTHONPATH": str(ROOT), "ZHILU_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "workers.cli", "web", "--processes", str(PROCESSES)], env=environment, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(URLError, OSError), urlopen(f"{address}/postings", timeout=20):
                break
            time.sleep(0.2)
        _await_suggestions(address)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _await_suggestions(address: str) -> None:
    """A server that has just started makes them in a thread of each process, and its pages wait for the processor meanwhile."""
    there, until = 0, time.monotonic() + 600
    while there < 10 * PROCESSES and time.monotonic() < until:
        with urlopen(f"{address}/postings/suggest?q={quote('济南')}", timeout=20) as answer:
            there = there + 1 if len(answer.read()) > len("[]\n") else 0
        time.sleep(0 if there else 0.5)


def page_times(address: str, asked: Sequence[Question], clients: int) -> list[float]:
    """So many clients at once, each with a connection that it keeps, as a browser does."""
    kept = threading.local()

    def get(question: Question) -> tuple[float, bool]:
        if not hasattr(kept, "connection"):
            kept.connection = HTTPConnection(address.removeprefix("http://"), timeout=60)
        began = time.perf_counter()
        kept.connection.request("GET", f"/postings?{urlencode(question.address)}")
        with kept.connection.getresponse() as answer:
            page = answer.read()
        taken = time.perf_counter() - began
        assert answer.status == HTTPStatus.OK
        return taken, CARD in page

    with ThreadPoolExecutor(clients) as at_once:
        list(at_once.map(get, asked[:WARM]))
        taken = list(at_once.map(get, asked[WARM:]))
    assert sum(shows for _, shows in taken) > len(taken) / 2, "pages without postings are quick and say nothing"
    return [seconds for seconds, _ in taken]


# --- figures


def times(ask: Ask, asked: Sequence[Question]) -> list[float]:
    """Seconds of every question after the first WARM; an engine that finds nothing at all is not measured but broken."""
    found = [ask(question) for question in asked[:WARM]]
    assert any(found)
    taken = []
    for question in asked[WARM:]:
        began = time.perf_counter()
        ask(question)
        taken.append(time.perf_counter() - began)
    return taken


def percentile(taken: Sequence[float], share: float) -> float:
    """Milliseconds."""
    return round(1000 * sorted(taken)[min(len(taken) - 1, int(share * len(taken)))], 2)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Table:
    def __init__(self) -> None:
        self.figures: dict[str, float] = {}
        print(f"{'':16}{'p50 ms':>10}{'p95 ms':>10}{'index s':>10}{'MB':>10}", flush=True)

    def row(self, name: str, taken: Sequence[float], seconds: float = 0.0, size: int = 0) -> None:
        p50, p95 = percentile(taken, 0.5), percentile(taken, 0.95)
        self.figures |= {f"{name}_p50_ms": p50, f"{name}_p95_ms": p95}
        if seconds:
            self.figures |= {f"{name}_index_s": round(seconds, 1), f"{name}_mb": round(size / 1e6)}
        print(f"{name:16}{p50:>10}{p95:>10}{seconds:>10.1f}{size / 1e6:>10.0f}", flush=True)


def measure(options: argparse.Namespace, var: Path) -> dict[str, float]:
    without = set(options.without.split(","))
    with product.imported([FILE], var, as_of=AS_OF, index=False):
        multiply(options.postings)
        asked = questions(options.questions)
        table = Table()
        engine = EmbeddedEngine(var / "search")
        began = time.monotonic()
        taken = engine.rebuild(indexing.every_open())
        table.figures |= {"postings": taken, "index_s": round(time.monotonic() - began, 1)}
        table.row("embedded", times(engine_asks(engine), asked), table.figures["index_s"], size_of(var / "search"))
        facetless = [replace(one, query=replace(one.query, facets=False)) for one in asked]
        table.row("no_facets", times(engine_asks(engine), facetless))
        if not options.no_page:
            with serving(var) as address:
                table.row("page_alone", page_times(address, asked, 1))
                table.row("page", page_times(address, asked, CLIENTS))
        if "elasticsearch" not in without:
            _elasticsearch(table, asked)
        if "postgresql" not in without:
            with postgres(indexing.every_open()) as (ask, seconds, size):
                table.row("postgresql", times(ask, asked), seconds, size)
        if "like" not in without:
            table.row("like", times(like, asked[: WARM + options.questions // 5]))
    return table.figures


def _elasticsearch(table: Table, asked: Sequence[Question]) -> None:
    elasticsearch()  # its start is not the index's time
    with swept():
        engine = ElasticEngine(fresh_access())
        began = time.monotonic()
        engine.rebuild(indexing.every_open())
        table.row("elasticsearch", times(engine_asks(engine), asked), time.monotonic() - began, engine.state().size)


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--postings", type=int, default=100_000)
    reading.add_argument("--questions", type=int, default=540)
    reading.add_argument("--without", default="")
    reading.add_argument("--no-page", action="store_true")
    options = reading.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="zhilu-search-"))
    try:
        figures = measure(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
