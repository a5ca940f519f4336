"""How long a keystroke waits for its suggestions, on a served house with every real posting.

    python -m tests.bench.suggestions [--clients 4] [--words 300] [--var FOLDER]

Bar: p95 <= 20 ms over HTTP. What is typed are the beginnings of real titles and places of the province, in signs, in pinyin and in initials,
by clients that keep their connection. `making` is the same while the server makes its index: answers are empty then, and must come at once.
With --var a house that holds its postings already (and keeps them) is served. The last line is one JSON object.
"""

import argparse
import csv
import gzip
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil
from pypinyin import Style, lazy_pinyin

from search.titles import clean_title
from tests.conftest import ROOT, SHARED
from tests.journeys.places import _free_port

POSTINGS = SHARED / "data" / "jobs_postings.csv.gz"
PLACES = [SHARED / "data" / name for name in ("regions_gb2260_province_city_county.csv", "regions_shandong_streets.csv")]
BAR_MS = 20.0
SIGNS = 6
"""How many keys of a word are measured."""
START_SECONDS, INDEX_SECONDS = 120.0, 300.0


def typed_words(count: int, *, seed: int = 1) -> list[str]:
    """Every beginning of `count` titles and half as many places."""
    chance = random.Random(seed)
    with gzip.open(POSTINGS, "rt", encoding="utf-8", newline="") as file:
        titles = sorted({clean_title(row["title"]) for row in csv.DictReader(file)} - {""})
    names = [row["name"] for path in PLACES for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()) if _is_home(row)]
    words = [*chance.sample(titles, count), *chance.sample(names, count // 2)]
    forms = [form for word in words for form in (word, "".join(lazy_pinyin(word)), "".join(lazy_pinyin(word, style=Style.FIRST_LETTER)))]
    typed = [form[:end] for form in forms for end in range(1, min(SIGNS, len(form)) + 1)]
    chance.shuffle(typed)
    return typed


def _is_home(row: dict[str, str]) -> bool:
    return any(value.startswith("37") for name, value in row.items() if name and "code" in name and value)


@contextmanager
def served(var: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = _free_port()
    environment = os.environ | {"ZHILU_VAR": str(var), "ZHILU_MODE": "demo", "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-m", "workers.cli", "web", "--port", str(port)], env=environment, cwd=ROOT)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise SystemExit("the server did not start")
            time.sleep(0.05)
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _answers(port: int) -> bool:
    try:
        ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "")
    except OSError:
        return False
    return True


def ask(connection: http.client.HTTPConnection, typed: str) -> tuple[float, int]:
    """(ms, number of suggestions)."""
    began = time.perf_counter()
    connection.request("GET", f"/postings/suggest?q={quote(typed)}")
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{typed}: {response.status}")
    return (time.perf_counter() - began) * 1000, len(json.loads(body))


def while_making(port: int) -> list[float]:
    """One client asks every 20 ms until the index is there; its first answer with something in it is the last."""
    connection, waits = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
    until = time.monotonic() + INDEX_SECONDS
    while time.monotonic() < until:
        wait, found = ask(connection, "济南")
        waits.append(wait)
        if found:
            return waits
        time.sleep(0.02)
    raise SystemExit("no index in time")


def run(port: int, typed: list[str], clients: int) -> tuple[list[float], int]:
    """(ms of every question, questions that were answered by nothing)."""
    waits: list[float] = []
    empty: list[str] = []

    def type_on(part: list[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for text in part:
            wait, found = ask(connection, text)
            waits.append(wait)
            if not found:
                empty.append(text)

    threads = [threading.Thread(target=type_on, args=(typed[number::clients],)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(waits) != len(typed):
        raise SystemExit("a client failed")
    return waits, len(empty)


def percentile(values: list[float], percent: int) -> float:
    return round(sorted(values)[min(len(values) - 1, len(values) * percent // 100)], 2)


def measure(var: Path, *, clients: int, words: int) -> dict[str, object]:
    typed = typed_words(words)
    with served(var) as (port, server):
        began = time.monotonic()
        making = while_making(port)
        made = time.monotonic() - began
        waits, empty = run(port, typed, clients)
        memory = sum(process.memory_info().rss for process in (server, *server.children(recursive=True)))
    return {
        "clients": clients,
        "questions": len(typed),
        "answered": round(1 - empty / len(typed), 3),
        "suggestions_p50_ms": percentile(waits, 50),
        "suggestions_p95_ms": percentile(waits, 95),
        "suggestions_max_ms": round(max(waits), 1),
        "index_s": round(made, 1),
        "making_p50_ms": percentile(making, 50),
        "making_p95_ms": percentile(making, 95),
        "web_mb": round(memory / 1e6),
        "load_average": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clients", type=int, default=4)
    asked.add_argument("--words", type=int, default=300)
    asked.add_argument("--var", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as fresh:
        var = options.var or Path(fresh)
        if not options.var:
            environment = os.environ | {"ZHILU_VAR": str(var), "ZHILU_MODE": "demo", "PYTHONPATH": str(ROOT)}
            subprocess.run([sys.executable, "-m", "workers.cli", "import", "postings", str(POSTINGS)], env=environment, cwd=ROOT, check=True)
        found = measure(var, clients=options.clients, words=options.words)
    for name, value in found.items():
        print(f"{name:20} {value}")
    print(json.dumps(found))
    return 0 if float(str(found["suggestions_p95_ms"])) <= BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main())
