"""`make faults`: every fault test at its full size. Exit code 1 when one bar is missed; what a machine lacks is named and left out."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from tests import elasticsearch_server, services
from tests.faults import away, cluster, index_truth, kill9, outlets

Need = Callable[[], object]
POSTGRES: Need = services.postgres_server
ELASTICSEARCH: Need = elasticsearch_server.distribution
TRUTH_SECONDS = 20 * 60
FAULTS: Sequence[tuple[str, Sequence[Need], Callable[[], Any]]] = (
    ("kill9 sqlite", (), partial(kill9.run, "sqlite", postings=500, kills=30, wipes=2)),
    ("kill9 postgres", (POSTGRES,), partial(kill9.run, "postgres", postings=500, kills=30, wipes=2)),
    ("outlets sqlite", (), partial(outlets.run, "sqlite", postings=300, kills=20)),
    ("outlets postgres", (POSTGRES,), partial(outlets.run, "postgres", postings=300, kills=20)),
    ("away", (POSTGRES, ELASTICSEARCH), partial(away.run, seconds=40)),
    ("cluster", (ELASTICSEARCH,), partial(cluster.run, seconds=60, postings=20_000)),
    ("index_truth embedded", (), partial(index_truth.run, "embedded", "sqlite", seconds=TRUTH_SECONDS)),
    ("index_truth elasticsearch", (POSTGRES, ELASTICSEARCH), partial(index_truth.run, "elasticsearch", "postgres", seconds=TRUTH_SECONDS)),
)
"""Name, what it needs, and the trial; what it answers says whether it `holds`."""


def main() -> int:
    missed = 0
    for name, needs, trial in FAULTS:
        try:
            for need in needs:
                need()
            found = trial()
        except services.NoService as reason:
            print(f"{name}: not run: {reason}")
            continue
        print(json.dumps({"fault": name, **asdict(found), "holds": found.holds}), flush=True)
        missed += not found.holds
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
