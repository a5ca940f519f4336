"""The bounded form that every `make test` runs; the full one is `python -m tests.faults.away`."""

import pytest

from tests import elasticsearch_server, services
from tests.faults import away


@pytest.mark.valkey
@pytest.mark.postgres
@pytest.mark.timeout(400)
def test_pages_answer_and_nothing_is_lost_while_a_service_is_away() -> None:
    services.needed(services.postgres_server)
    services.needed(lambda: str(elasticsearch_server.distribution()))
    found = away.run(seconds=3, seed=3)
    assert len(found.faults) == 5
    assert [one for one in found.faults if one.wrong or one.wrong_pages or one.caught_up_s > away.CAUGHT_UP_SECONDS] == []
    assert [one for one in found.faults if one.first_s > 2 * away.FIRST_SECONDS] == [], "a shared build server is slow; the full run measures"
