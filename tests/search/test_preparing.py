import subprocess
import sys
import time
from pathlib import Path

import pytest

from search import preparing
from search.analysis import Analysis, PythonCutter, default_analysis
from search.fields import entry
from tests.conftest import ROOT
from tests.search.samples import assorted


def test_entries_made_by_other_processes_are_those_made_here_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "FEW", 100)
    monkeypatch.setattr(preparing, "AT_ONCE", 30)
    monkeypatch.setattr(preparing.os, "cpu_count", lambda: 2)
    documents = assorted(250)
    found = list(preparing.prepared(documents, default_analysis()))
    assert [one for one, _ in found] == documents
    assert [sorted_(fields) for _, fields in found] == [sorted_(entry(one, default_analysis())) for one in documents]


def sorted_(fields: preparing.Entry) -> dict[str, object]:
    """Keywords have no order."""
    return {name: value if isinstance(value, int) else sorted(value) for name, value in fields.items()}


def test_another_analysis_stays_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "FEW", 10)
    monkeypatch.setattr(preparing, "_elsewhere", None)
    other = Analysis({}, PythonCutter)
    documents = assorted(20)
    assert [fields for _, fields in preparing.prepared(documents, other)] == [entry(one, other) for one in documents]


REBUILDING = """
from itertools import cycle
from search import preparing
from search.analysis import default_analysis
from tests.search.samples import assorted
preparing.FEW = 10
preparing.os.cpu_count = lambda: 2
for place, _ in enumerate(preparing.prepared(cycle(assorted(50)), default_analysis())):
    if place == 100:
        print("working", flush=True)
"""


def test_a_killed_rebuild_leaves_no_process_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", REBUILDING], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        helpers = children(process.pid)
        assert helpers
        process.kill()
    until = time.monotonic() + 10
    while running := [pid for pid in helpers if is_running(pid)]:
        assert time.monotonic() < until, running
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    """A process that ended and was not asked after yet is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
