"""Plain lines `time level process message key=value`, to standard error, without personal data.

An exception is named by its type and place, never by its text: a driver's message repeats the values of the statement.
"""

import logging
import sys
import traceback
from datetime import datetime
from types import TracebackType
from typing import Any

from webapp.db import LOCAL_ZONE

LIBRARIES = ("rq", "rq.worker", "rq.job", "rq.queue", "alembic", "gunicorn")


class _Lines(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)s {process} %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's own name
        return datetime.fromtimestamp(record.created, LOCAL_ZONE).isoformat(timespec="milliseconds")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return frames(ei[1])


def configure(process: str) -> None:
    """`process` names the writer of every line (`relay`, `worker:index`)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(process))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def frames(error: BaseException) -> str:
    """Where it came from and its type, without its text."""
    return f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}"


def told(error: BaseException) -> str:
    """`KeyError at operations.py:33 in approve`: what an operator needs and nothing that was in the data."""
    place = _innermost(error.__traceback__)
    return f"{type(error).__name__} at {place}" if place else type(error).__name__


def _innermost(trace: TracebackType | None) -> str:
    """The last frame of our own code; the driver's frames below it say less."""
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "site-packages" not in code.co_filename and not code.co_filename.startswith(("<", sys.base_prefix)):
            place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return place
