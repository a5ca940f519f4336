"""The directory of the embedded index: generations beside one another, a pointer to the current one, one writer's lock.

    CURRENT        the name of the generation in use, replaced atomically
    writer.lock    an flock of the only writer, incremental or rebuilding; the kernel frees it when its process dies
    g-<random>/    one complete index, with `made.json`: the layout, the analysis and the engine that made it

A crash leaves at most a generation nobody points to; the next rebuild removes it.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from search.engine import Unavailable, WriterBusy


class Made(NamedTuple):
    """What made a generation: an index of another layout cannot be read, one of another analysis should be rebuilt."""

    layout: str
    analysis: str
    engine: str


class Generations:
    """Knows files, not tantivy."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.pointer = directory / "CURRENT"

    def current(self) -> Path:
        """The generation in use; raise Unavailable when there is none."""
        try:
            name = self.pointer.read_text("ascii").strip()
        except FileNotFoundError as missing:
            raise Unavailable(f"no index in {self.directory} yet: it has to be built (rebuild)") from missing
        except (OSError, ValueError) as trouble:
            raise Unavailable(f"{self.pointer} cannot be read: {trouble}") from trouble
        return self.directory / name

    def made(self, generation: Path) -> Made:
        """Raise Unavailable when the generation does not say what made it."""
        try:
            return Made(**json.loads((generation / "made.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError) as trouble:
            raise Unavailable(f"{generation} cannot be read: {trouble}") from trouble

    def create(self) -> Path:
        """A new, empty generation nobody points to yet; only under the lock."""
        generation = self.directory / f"g-{token_hex(6)}"
        generation.mkdir()
        return generation

    def publish(self, generation: Path, made: Made) -> None:
        """Point to a finished generation: the files first, then the pointer; only under the lock."""
        _write_durably(generation / "made.json", json.dumps(made._asdict()))
        _write_durably(self.pointer, generation.name)

    def remove_strays(self) -> None:
        """Delete what nobody points to; readers that still have it open keep it until they look again."""
        kept = self.current().name if self.pointer.exists() else ""
        for stray in self.directory.glob("g-*"):
            if stray.name != kept:
                shutil.rmtree(stray, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only writer; raise WriterBusy when somebody else is, in this process or another."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            file = (self.directory / "writer.lock").open("a")
        except OSError as trouble:
            raise Unavailable(f"{self.directory} cannot be written: {trouble}") from trouble
        with file as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                raise WriterBusy(f"somebody else is writing to {self.directory}") from taken
            owner = os.getpid()
            try:
                yield
            finally:
                if os.getpid() == owner:  # a forked child shares the lock and must not end it for its parent
                    fcntl.flock(lock, fcntl.LOCK_UN)  # explicitly: a child may still hold the file open


def size_of(generation: Path) -> int:
    """Bytes; a file that a merge takes away meanwhile counts nothing."""
    total = 0
    for path in generation.iterdir():
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def _write_durably(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
