"""The bounded form of the kill test that every `make test` runs; the full one is `python -m tests.faults.kill9`."""

import pytest

from tests import services
from tests.faults import kill9


@pytest.mark.valkey
@pytest.mark.timeout(280)
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_nothing_is_lost_or_doubled_when_relay_and_workers_are_killed(database: str) -> None:
    services.needed(services.valkey)
    if database == "postgres":
        services.needed(services.postgres_server)
    found = kill9.run(database, postings=40, kills=4, seekers=2, wipes=1, seed=7)
    assert found.holds, found
