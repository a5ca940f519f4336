"""A batch's file, opened as what it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.sources.jsonlines import JsonLines
from webapp.sources.models import RowFormat
from webapp.sources.reading import Rows, open_rows, opened
from webapp.sources.workbooks import Workbook


@contextmanager
def open_batch(path: Path, form: RowFormat) -> Iterator[Rows]:
    """Raises NotReadable for a file that is not what it is said to be."""
    if form is RowFormat.CSV:
        with open_rows(path) as rows:
            yield rows
    elif form is RowFormat.JSONL:
        with opened(path) as raw:
            yield JsonLines(raw, path.stat().st_size)
    else:
        with opened(path):
            yield Workbook(path)
