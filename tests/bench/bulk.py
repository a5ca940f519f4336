"""How long a table of postings takes: `python -m tests.bench.bulk [ROWS]`, in seconds of one processor and of the clock.

The check happens while an employer waits for the page, the making of the postings in the batch queue. The last line is one JSON object.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.conftest import TEST_SECRETS, make_settings, migrate, opened
from tests.factories.bulk import carry_out, check, make_upload, row_of, states, table_file
from tests.factories.employers import make_employer
from webapp import ledger, sealing
from webapp.bulk.models import Aim
from workers.handlers import LISTENERS

ROWS = 500
_Made = TypeVar("_Made")


def timed(act: Callable[[], _Made]) -> tuple[_Made, float, float]:
    """What it made, seconds of the processor, seconds of the clock."""
    busy, began = time.process_time(), time.perf_counter()
    made = act()
    return made, time.process_time() - busy, time.perf_counter() - began


def main(arguments: list[str]) -> int:
    rows = int(arguments[0]) if arguments else ROWS
    content = table_file(*(row_of(title=f"电焊工{number}", headcount=number % 10 or "若干") for number in range(rows)))
    sealing.configure(TEST_SECRETS)
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        migrate(settings.database_url)
        with opened(settings):
            ledger.subscribe(LISTENERS)
            employer = make_employer()
            checked, check_busy, check_clock = timed(lambda: check(employer, content))
            upload, keep_busy, keep_clock = timed(lambda: make_upload(employer, content=content, aim=Aim.SUBMIT))
            _, make_busy, make_clock = timed(lambda: carry_out(upload))
            made = states(upload).count("submitted")
    for what, busy, clock in (("checked", check_busy, check_clock), ("checked and kept", keep_busy, keep_clock), ("made", make_busy, make_clock)):
        print(f"{what:20} {busy:6.2f} s of a processor  {clock:6.2f} s of the clock")
    print(json.dumps({"rows": len(checked), "submitted": made, "check_s": round(keep_busy, 2), "make_s": round(make_busy, 2)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
