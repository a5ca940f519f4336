"""`make faults`: every fault test at its full size, on both databases where both are there. Exit code 1 when one bar is missed."""

import json
import sys
from dataclasses import asdict

from tests import services
from tests.faults import kill9


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
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
