"""Rows as a CSV file that a spreadsheet opens as text: with a byte order mark, and no cell that it would take for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from webapp.cells import guarded


def sheet(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """None is an empty cell, a number stays a number; a text that begins like a formula gets an apostrophe before it."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(headers)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    return guarded(str(value))
