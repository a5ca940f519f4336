"""`make faults`: every fault test at its full size, on both databases where both are there. Exit code 1 when one bar is missed."""

import json
import sys
from dataclasses import asdict

from tests import elasticsearch_server, services
from tests.faults import index_truth, kill9


def main() -> int:
    missed = 0
    for database in ("sqlite", "postgres"):
        if database == "postgres":
            try:
                services.postgres_server()
            except services.NoService as reason:
                print(f"not run: {reason}")
                continue
        found = kill9.run(database, postings=500, kills=30, wipes=2)
        print(json.dumps({"fault": "kill9", **asdict(found), "holds": found.holds}))
        missed += not found.holds
    return min(missed + _index_truth(), 1)


def _index_truth() -> int:
    """Of the production set; of the embedded one it is `python -m tests.faults.index_truth`."""
    try:
        services.postgres_server()
        elasticsearch_server.distribution()
    except services.NoService as reason:
        print(f"not run: {reason}")
        return 0
    found = index_truth.run("elasticsearch", "postgres", seconds=20 * 60)
    print(json.dumps({"fault": "index_truth", **asdict(found), "holds": found.holds}))
    return int(not found.holds)


if __name__ == "__main__":
    sys.exit(main())
