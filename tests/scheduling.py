"""In which order the tests run on several processes: what takes longest begins first, so that no process waits at the end for another's.

A file stays in one process. The tests of the demo share one loaded demo, so their folder stays together as well.
"""

from typing import Any

import pytest

LONG = (
    "tests/faults",
    "tests/workers/demo",
    "tests/webapp/postings/applying/test_life.py",
    "tests/webapp/outlets/test_life.py",
    "tests/workers",
    "tests/journeys",
    "tests/search",
    "tests/house",
)
"""The longest first; the rest in its own order."""
TOGETHER = ("tests/workers/demo",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next((number for number, name in enumerate(LONG) if nodeid.startswith(name)), len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return Scheduling(config, log) if config.getoption("dist", "no") == "loadfile" else None
