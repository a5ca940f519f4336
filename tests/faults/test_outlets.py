"""The bounded form of the trial that every `make test` runs; the full one is `python -m tests.faults.outlets`."""

import pytest

from tests import services
from tests.faults import outlets


@pytest.mark.valkey
@pytest.mark.timeout(280)
def test_an_outlet_shows_what_is_open_whatever_was_killed_on_the_way() -> None:
    services.needed(services.valkey)
    found = outlets.run("sqlite", postings=20, kills=3, seed=3)
    assert found.holds, found
