"""Looks whether a request wrote anything to the town, and puts the town back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from webapp import db


@dataclass
class Keeper:
    """Says whether anything at all was written to the file, and puts it back."""

    live: sqlite3.Connection
    kept: sqlite3.Connection
    _seen: int = 0

    def changed(self) -> bool:
        """Since the last look. SQLite counts every change that another connection commits, of whatever table."""
        before, self._seen = self._seen, int(self.live.execute("PRAGMA data_version").fetchone()[0])
        return before != self._seen

    def put_back(self) -> None:
        db.end_reading()
        self.kept.backup(self.live)
        self.changed()


@contextmanager
def keeping(path: Path) -> Iterator[Keeper]:
    live, kept = sqlite3.connect(path, isolation_level=None), sqlite3.connect(":memory:")
    try:
        live.backup(kept)
        keeper = Keeper(live, kept)
        keeper.changed()
        yield keeper
    finally:
        live.close()
        kept.close()
