"""Indexes on a shared server end with the test that made them."""

from collections.abc import Iterator

import pytest

from tests.search.engines import swept


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    with swept():
        yield
