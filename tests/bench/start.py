"""How long `zhilu serve` takes to its first answer, the first time and again, what it occupies, and how long it takes to be gone.

    python -m tests.bench.start

Memory in MB over all processes of the set: `resident` counts what they share once for each of them, `proportional` (PSS) once in all, which
is what the machine really gives. Bar: the second start under 5 s on an idle machine of two cores. The last line is one JSON object.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.workers.test_serve import Served

BAR_SECONDS = 5.0
QUIET_SECONDS = 3.0


def measure(var: Path) -> dict[str, float]:
    served = Served(var)
    first = served.start()
    served.end()
    second = served.start()
    time.sleep(QUIET_SECONDS)
    assert served.process is not None
    family = [psutil.Process(served.process.pid), *served.family()]
    memory = [process.memory_full_info() for process in family]
    began = time.monotonic()
    served.end()
    return {
        "first_start": round(first, 2),
        "second_start": round(second, 2),
        "end": round(time.monotonic() - began, 2),
        "processes": len(family),
        "resident_mb": round(sum(one.rss for one in memory) / 2**20),
        "proportional_mb": round(sum(one.pss for one in memory) / 2**20),
        "load": round(psutil.getloadavg()[0], 1),
    }


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="zhilu-start-") as folder:
        found = measure(Path(folder))
    for name, value in found.items():
        print(f"{name:16} {value}")
    print(json.dumps(found))
    return 0 if found["second_start"] < BAR_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
