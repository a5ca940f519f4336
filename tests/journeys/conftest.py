"""Every journey runs in three places: in this process, and in Chromium on a running platform over SQLite and over PostgreSQL.

Those that search also run on a fourth, over PostgreSQL and Elasticsearch: see `places.ON_ELASTICSEARCH`.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import report, services
from tests.journeys.browser import ARGUMENTS, BrowserVisitor, Inspector
from tests.journeys.places import QUICK, Place, Platform, here, running, visiting

_SHOTS = os.environ.get("ZHILU_JOURNEY_PICTURES")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=report.chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def inspector() -> Inspector:
    return Inspector(Path(_SHOTS) if _SHOTS else None)


@pytest.fixture(scope="package", params=QUICK)
def platform(request: pytest.FixtureRequest) -> Iterator[Platform | None]:
    if request.param == "here":
        yield None
        return
    services.needed(services.valkey)
    if request.param != "sqlite":
        services.needed(services.postgres_server)
    with running(request.param) as platform:
        yield platform


@pytest.fixture
def place(request: pytest.FixtureRequest, platform: Platform | None) -> Iterator[Place]:
    if platform is None:
        request.getfixturevalue("database")
        request.getfixturevalue("index")
        with here(request.getfixturevalue("settings")) as place:
            yield place
        return
    looked_at = request.getfixturevalue("inspector") if platform.settings.database_url.startswith("sqlite") else None
    with visiting(platform, request.getfixturevalue("chromium"), looked_at) as place:
        yield place
        assert [problem for one in place.visitors if isinstance(one, BrowserVisitor) for problem in one.problems] == []
