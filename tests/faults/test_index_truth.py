"""The bounded form that every `make test` runs; the full one is `python -m tests.faults.index_truth`."""

import pytest

from tests import services
from tests.faults import index_truth


@pytest.mark.valkey
@pytest.mark.timeout(400)
def test_the_index_is_true_after_edits_rebuilds_and_kills() -> None:
    services.needed(services.valkey)
    found = index_truth.run("embedded", "sqlite", seconds=15, seed=3)
    assert found.holds, found
