"""What the tests need of the machine, and an honest list of what could not be run.

A marked test whose service is missing is skipped with the reason. With ZHILU_REQUIRE_SERVICES=1 (as CI runs) nothing may be skipped: a
skip there is turned into a failure, wherever it came from, so that a missing service never looks like a pass.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def services_are_required() -> bool:
    return os.environ.get("ZHILU_REQUIRE_SERVICES") == "1"


def chromium() -> str | None:
    """The browser of the journeys: ZHILU_CHROMIUM, else the machine's."""
    given = os.environ.get("ZHILU_CHROMIUM")
    return given or next((path for path in map(shutil.which, _BROWSERS) if path), None)


@cache
def _browser_missing() -> str | None:
    if chromium() is None:
        return "no Chromium (Debian/Ubuntu: apt install chromium, or set ZHILU_CHROMIUM)"
    driver = subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, text=True, check=False)
    if driver.returncode:
        return f"Playwright's driver does not start (Debian/Ubuntu: apt install libatomic1): {driver.stderr.strip()[-160:]}"
    return None


def _data_missing() -> str | None:
    return None if SHARED_DATA.is_dir() else "no ../shared/data beside the checkout"


PROBES: dict[str, Callable[[], str | None]] = {"browser": _browser_missing, "real_data": _data_missing}
"""Marker -> the reason why its tests cannot run here, or None. PostgreSQL and Valkey are started by tests/services.py, which says so itself."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, missing in PROBES.items():
        if item.get_closest_marker(marker) and (reason := missing()):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _refuse_skip(report)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> pytest.TestReport | pytest.CollectReport:
    if report.skipped and services_are_required() and not hasattr(report, "wasxfail"):
        report.longrepr = f"could not run, and every service is required (ZHILU_REQUIRE_SERVICES=1): {_reason(report)}"
        report.outcome = "failed"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return said.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what this run did not prove, counted by reason."""
    skipped = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    terminalreporter.section("could not be run here")
    for reason, count in skipped.most_common():
        terminalreporter.write_line(f"{count:4} skipped: {reason}")
    if not skipped and not terminalreporter.stats.get("error"):
        terminalreporter.write_line("nothing: every selected test ran")
