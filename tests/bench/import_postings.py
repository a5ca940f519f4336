"""The import of the real postings into an empty embedded set, as an operator runs it: rows, time, memory, a second run, and what is found.

    .venv/bin/python -m tests.bench.import_postings [FILE]

DATABASE_URL chooses another (empty) database. Memory is the sum of the resident sets of every process the command starts, looked at ten
times a second. What a search finds is compared by id with the file. Prints tables; the last line is one JSON object.
"""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from sqlalchemy import create_engine, text

from tests.conftest import ROOT, SHARED

Row = dict[str, str]
_FILE = SHARED / "data" / "jobs_postings.csv.gz"
_AS_A_WORD = re.compile(r"(?<![a-z0-9])java(?![a-z0-9+#])", re.IGNORECASE)


class Check(NamedTuple):
    words: str
    region: str
    is_meant: Callable[[str], bool]
    share: float
    """How many of the meant titles have to be found."""


CHECKS = (
    Check("焊工", "", lambda title: "焊工" in title, 1.0),
    Check("保洁", "370100", lambda title: "保洁" in title, 1.0),
    Check("Java", "370200", lambda title: bool(_AS_A_WORD.search(title)), 1.0),
    *(Check(word, "", lambda title, word=word: word in title, 0.99) for word in ("质检", "收银", "仓管", "司机")),
)


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as var:
        environment = os.environ | {"ZHILU_VAR": var, "ZHILU_MODE": "demo", "PYTHONPATH": str(ROOT)}
        first = run(environment, "import", "postings", str(path))
        before = state(environment, Path(var))
        second = run(environment, "import", "postings", str(path))
        changes = sum(before[key] != now for key, now in state(environment, Path(var)).items())
        batches = read_batches(environment, Path(var))
        found = checks(environment, list(taken_rows(path)))
    result: dict[str, Any] = {
        "taken": batches[0]["added"],
        "refused": batches[0]["refused"],
        "seconds": round(first["seconds"], 1),
        "cpu_seconds": round(first["cpu"], 1),
        "load_average": os.getloadavg()[1],
        "peak_rss_mb": round(max(first["peak"], second["peak"])),
        "second_run_seconds": round(second["seconds"], 1),
        "second_run_changes": changes,
        "queries": found,
    }
    print(f"\n{'':24}{'first':>10}{'second':>10}")
    for name in ("seconds", "cpu", "peak"):
        print(f"{name:24}{first[name]:>10.1f}{second[name]:>10.1f}")
    print(f"{'taken':24}{result['taken']:>10}\n{'rows changed by second':24}{changes:>21}\n{'refused':24}{result['refused']}")
    print(json.dumps(result, ensure_ascii=False))


def run(environment: dict[str, str], *arguments: str) -> dict[str, float]:
    """One command to its end: wall and CPU time in seconds, peak of the sum of resident sets in MB."""
    began, peak, spent = time.monotonic(), 0.0, 0.0
    process = psutil.Popen([sys.executable, "-m", "workers.cli", *arguments], env=environment, cwd=ROOT)
    while process.poll() is None:
        peak, spent = max(peak, resident(process)), max(spent, worked(process))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return {"seconds": time.monotonic() - began, "peak": peak, "cpu": spent}


def worked(process: psutil.Popen) -> float:
    """CPU seconds so far: on a machine with other work this, not the wall clock, compares two runs."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def resident(process: psutil.Popen) -> float:
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total / 1e6


def ask(environment: dict[str, str], var: Path, question: str) -> list[Any]:
    url = environment.get("DATABASE_URL") or f"sqlite:///{var / 'zhilu.db'}"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(question)))
    finally:
        engine.dispose()


def state(environment: dict[str, str], var: Path) -> dict[str, Any]:
    """Everything of a posting that an import could have changed, by its key."""
    rows = ask(environment, var, "SELECT id, version, row_digest, state, valid_through, batch_id FROM posting")
    return {str(row[0]): tuple(map(str, row[1:])) for row in rows}


def read_batches(environment: dict[str, str], var: Path) -> list[dict[str, Any]]:
    rows = ask(environment, var, "SELECT added, refused FROM batch ORDER BY started_at")
    return [{"added": added, "refused": json.loads(refused) if isinstance(refused, str) else refused} for added, refused in rows]


def taken_rows(path: Path) -> list[Row]:
    """The rows of the file that have an employer and a six-digit code, read by the library alone."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["company"].strip() and len(row["region_code"]) == 6]


def checks(environment: dict[str, str], rows: list[Row]) -> list[dict[str, Any]]:
    print(f"\n{'query':16}{'region':>8}{'in the file':>12}{'found':>8}{'total':>8}{'first ten':>10}{'ms':>7}")
    return [check(environment, rows, one) for one in CHECKS]


def check(environment: dict[str, str], rows: list[Row], asked: Check) -> dict[str, Any]:
    area = asked.region.rstrip("0")
    meant = {row["id"]: row["title"] for row in rows if asked.is_meant(row["title"]) and row["region_code"].startswith(area)}
    command = [sys.executable, "-m", "workers.cli", "search", asked.words, "--limit", "1000", "--json"]
    began = time.monotonic()
    answer = subprocess.run(
        [*command, *(["--region", asked.region] if asked.region else [])], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    spent = (time.monotonic() - began) * 1000
    found = json.loads(answer.stdout)
    hits = found["hits"]
    hit = len(meant.keys() & {one["id"] for one in hits})
    first = sum(asked.is_meant(one["title"]) for one in hits[:10])
    print(f"{asked.words:16}{asked.region:>8}{len(meant):>12}{hit:>8}{found['total']:>8}{first:>10}{spent:>7.0f}")
    return {
        "query": asked.words,
        "region": asked.region,
        "in_file": len(meant),
        "found": hit,
        "total": found["total"],
        "first_ten": first,
        "holds": hit >= asked.share * len(meant),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _FILE)
