"""A roster of many graduates: read, imported, imported again, with planted errors of every kind that must come back with their reason.

    .venv/bin/python -m tests.bench.roster [--people 100000] [--database both|sqlite|postgres] [--form csv|xlsx]

The jobs run in a process of their own, as a batch worker runs them. `peak_mb` is the largest sum of what that process and a PostgreSQL
started here hold (proportional set size, sampled ten times a second); `import_s` is the job that writes, `read_s` the preview before it.
What each measure finds of a database is one JSON object; of both the worse figure stands under the plain name. A table, and the last line
is the whole as JSON. Every measure is in `MEASURES`; each is given the house as the one before left it.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from tests import services
from tests.conftest import ROOT, TEST_SECRETS, make_settings, migrate, opened
from tests.factories.casework import make_caseworker
from tests.factories.rosters import HEADINGS, SPOILT, Graduates, Row, as_csv, id_number, no_lease, send, spoilt, stored
from webapp import db, files, sealing
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.casework.models import OriginKind
from webapp.casework.rosters import importing, operations
from webapp.casework.rosters.entering import List
from webapp.casework.rosters.models import RosterFile
from webapp.casework.rosters.values import BadRow, Told
from webapp.config import Settings, _driver
from webapp.db import reading, session, today, transaction

PLANTED = 1_000
SPOILT_FROM, KNOWN_FROM = 1_900_000, 1_950_000
"""Numbers of the planted rows, and of people who stand in the house under another name, so that a row can disagree with them."""
TABLES = ("client", "graduation", "casework_case", "case_origin", "case_step", "case_tag", "case_assignment")


@dataclass
class House:
    """An open house and what the measures share."""

    settings: Settings
    people: int
    form: str
    lead: Person


@dataclass(frozen=True)
class Spent:
    seconds: float
    cpu: float
    """Of the worker alone: what it would take at least on a machine that does nothing else."""
    megabytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--database", choices=("both", "sqlite", "postgres"), default="both")
    parser.add_argument("--form", choices=("csv", "xlsx"), default="csv")
    asked = parser.parse_args()
    kinds = ("sqlite", "postgres") if asked.database == "both" else (asked.database,)
    found: dict[str, Any] = {kind: measured(kind, asked.people, asked.form) for kind in kinds}
    for kind in kinds:
        print(f"{kind}: {asked.people} people, {asked.form}")
        for name, value in found[kind].items():
            print(f"  {name:20}{value!s:>14}")
    print(json.dumps({"people": asked.people} | worst(list(found.values())) | found))


def worst(figures: list[dict[str, Any]]) -> dict[str, Any]:
    """`errors_right` and what is true or false: the least; seconds and megabytes: the most."""
    return {
        name: (min if name == "errors_right" or isinstance(value, bool) else max)(one[name] for one in figures) for name, value in figures[0].items()
    }


def measured(kind: str, people: int, form: str) -> dict[str, Any]:
    with house(kind, people, form) as here:
        figures: dict[str, Any] = {}
        for measure in MEASURES:
            figures |= measure(here)
        return figures


@contextmanager
def house(kind: str, people: int, form: str) -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="zhilu-bench-") as var, address(kind, Path(var)) as url:
        sealing.configure(TEST_SECRETS)
        migrate(url)
        with opened(make_settings(Path(var), url)) as settings:
            yield House(settings, people, form, make_caseworker("370100"))


@contextmanager
def address(kind: str, var: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{var / 'zhilu.db'}"
        return
    with services.fresh_database() as url:
        yield _driver(url)


def importing_a_roster(here: House) -> dict[str, Any]:
    content, expected = roster(here)
    row = send(content, here.lead)
    looked = carried(here, row)
    confirm(here, row)
    written = carried(here, row)
    row = stored(row)
    returned = reasons(row)
    before = digest()
    again = send(content, here.lead)
    carried(here, again)
    confirm(here, again)
    repeated = carried(here, again)
    return {
        "read_s": looked.seconds,
        "import_s": written.seconds,
        "import_cpu_s": written.cpu,
        "again_s": repeated.seconds,
        "peak_mb": max(looked.megabytes, written.megabytes),
        "taken": row.counted["outcomes"].get("new", 0),
        "errors_planted": len(expected),
        "errors_right": sum(returned.get(mark) == reason for mark, reason in expected.items()),
        "nothing_else_came_back": len(returned) == len(expected) == sum(row.counted["refused"].values()),
        "again_changed_nothing": digest() == before and stored(again).counted["outcomes"] == {"unchanged": here.people},
    }


def meet(number: int) -> None:
    told = Told(id_number(number), "原名字", 2025, living="370102")
    with transaction():
        operations.enter(told, List("graduates", OriginKind.STAFF, today()), by=Actor.SYSTEM)


def roster(here: House) -> tuple[bytes, dict[str, str]]:
    """The file, and by its mark the reason for which each planted row must come back."""
    graduates, kinds = Graduates(), (*SPOILT, BadRow.NAME_DIFFERS)
    planted, expected = [], {}
    for number in range(PLANTED):
        reason = kinds[number % len(kinds)]
        known = number % (here.people - 1) if reason is BadRow.TWICE else KNOWN_FROM + number
        if reason is BadRow.NAME_DIFFERS:
            meet(known)
        row = spoilt(graduates, SPOILT_FROM + number, reason, known=known)
        planted.append(row)
        expected[row[0]] = reason.label
    rows = chain(graduates.rows(here.people), planted)
    return (as_csv(rows, encoding="gb18030") if here.form == "csv" else as_xlsx(rows)), expected


def as_xlsx(rows: Iterator[Row]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, row in enumerate(chain([HEADINGS], rows)):
            sheet.write_row(number, 0, row)
        book.close()
        return path.read_bytes()


def confirm(here: House, row: RosterFile) -> None:
    with transaction():
        operations.confirm(session().get_one(RosterFile, row.id), by=Actor(here.lead.id, Role.CASEWORKER.value, "web"))


def reasons(row: RosterFile) -> dict[str, str]:
    """Mark -> reason of every row that came back."""
    with reading():
        kept = files.latest(row.id, files.FileKind.ROSTER_REFUSED)
    assert kept is not None
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        Path(file.name).write_bytes(files.read(kept))
        cells = CalamineWorkbook.from_path(file.name).get_sheet_by_index(0).to_python()
    return {str(cell[0]): str(cell[-1]).partition("（第 ")[0] for cell in cells[1:]}


def digest() -> str:
    """Of every row of the room."""
    seen = hashlib.sha256()
    with reading():
        for table in TABLES:
            for row in session().execute(text(f"SELECT * FROM {table} ORDER BY id").execution_options(yield_per=5000)):
                seen.update(repr(tuple(row)).encode())
    return seen.hexdigest()


def carried(here: House, row: RosterFile) -> Spent:
    """What the job that is due for this file took."""
    db.end_reading()
    arguments = [sys.executable, "-m", "tests.bench.roster", "--carry", str(here.settings.var), here.settings.database_url, str(row.id)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker, peak(worker.pid) as most:
        told, _ = worker.communicate()
    assert worker.returncode == 0
    seconds, cpu = map(float, told.split())
    return Spent(round(seconds, 1), round(cpu, 1), most() // (1 << 20))


def carry(var: str, url: str, key: str) -> None:
    with opened(make_settings(Path(var), url)):
        with reading():
            state = session().scalar(select(RosterFile.state).where(RosterFile.id == UUID(key)))
        began = time.monotonic()
        spent = time.process_time()
        (importing.read_roster if state == "waiting" else importing.take_roster)(UUID(key), no_lease)
        print(time.monotonic() - began, time.process_time() - spent)


@contextmanager
def peak(worker: int) -> Iterator[Callable[[], int]]:
    """Bytes that the worker and the servers started by this process held together at most."""
    ended, most = threading.Event(), [0]

    def look() -> None:
        while not ended.wait(0.1):
            most[0] = max(most[0], sum(map(held, [psutil.Process(worker), *servers(worker)])))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield lambda: most[0]
    ended.set()
    watcher.join()


def servers(worker: int) -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if one.pid != worker and is_postgres(one)]


def is_postgres(process: psutil.Process) -> bool:
    try:
        return process.name().startswith("postgres")
    except psutil.Error:
        return False


def held(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        return 0


MEASURES: tuple[Callable[[House], dict[str, Any]], ...] = (importing_a_roster,)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--carry"]:
        carry(*sys.argv[2:5])
    else:
        main()
