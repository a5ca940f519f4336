"""What an index says it holds, put aside while it is compared: a million keys in memory would be 200 MB, in a scratch file they are 40."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

AT_ONCE = 1000


class Versions:
    """Key -> version. SQLite keeps it in a temporary file that ends with `close`; nothing of it is ever committed."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode=OFF", "PRAGMA cache_size=-16000", "BEGIN"):
            self._file.execute(statement)
        self._file.execute("CREATE TABLE document (key BLOB PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID")

    def add(self, pairs: Iterable[tuple[str, int]]) -> None:
        rows = ((UUID(key).bytes, version) for key, version in pairs)
        self._file.executemany("INSERT OR REPLACE INTO document VALUES (?, ?)", rows)

    def take(self, keys: Iterable[UUID]) -> dict[UUID, int]:
        """The versions of those that are there (at most AT_ONCE are asked for); they are then taken out."""
        wanted = [key.bytes for key in keys]
        marks = ", ".join("?" * len(wanted))
        found = self._file.execute(f"SELECT key, version FROM document WHERE key IN ({marks})", wanted).fetchall()  # noqa: S608 - marks only
        self._file.executemany("DELETE FROM document WHERE key = ?", ((key,) for key, _ in found))
        return {UUID(bytes=key): version for key, version in found}

    def left(self) -> Iterator[list[tuple[UUID, int]]]:
        """What nobody took, a chunk at a time."""
        rows = iter(self._file.execute("SELECT key, version FROM document"))
        while chunk := list(islice(rows, AT_ONCE)):
            yield [(UUID(bytes=key), version) for key, version in chunk]

    def close(self) -> None:
        self._file.close()
