"""Documents and their entries for an index, the cutting done on the other cores: it is the longest part of a rebuild."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread

from search.analysis import Analysis, default_analysis
from search.documents import PostingDocument
from search.fields import Value, entry

AT_ONCE = 500
FEW = 5_000
"""Below it a process would take longer to start than the work."""
PROCESSES_AT_MOST = 3
Entry = Mapping[str, Value]
Prepared = tuple[PostingDocument, Entry]


def prepared(documents: Iterable[PostingDocument], analysis: Analysis) -> Iterator[Prepared]:
    """In the order they came. Another analysis than the house's is not known to other processes and stays in this one."""
    rest = iter(documents)
    first = list(islice(rest, FEW))
    helpers = min(PROCESSES_AT_MOST, (os.cpu_count() or 1) - 1)
    if len(first) < FEW or not helpers or analysis is not default_analysis():
        yield from ((document, entry(document, analysis)) for document in chain(first, rest))
    else:
        yield from _elsewhere(chain(first, rest), helpers)


def _elsewhere(documents: Iterator[PostingDocument], helpers: int) -> Iterator[Prepared]:
    """Spawned, not forked: this process may have threads and an open index."""
    with ProcessPoolExecutor(helpers, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        waiting: deque[tuple[list[PostingDocument], Future[list[Entry]]]] = deque()
        while chunk := list(islice(documents, AT_ONCE)):
            waiting.append((chunk, pool.submit(_entries, chunk)))
            if len(waiting) > 2 * helpers:
                yield from _next(waiting)
        while waiting:
            yield from _next(waiting)


def _end_with_parent() -> None:
    """A process that is killed cannot stop its helpers, and each would wait for work for ever with a dictionary in memory."""
    parent = parent_process()
    assert parent is not None
    Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def _next(waiting: "deque[tuple[list[PostingDocument], Future[list[Entry]]]]") -> Iterator[Prepared]:
    chunk, entries = waiting.popleft()
    yield from zip(chunk, entries.result(), strict=True)


def _entries(chunk: list[PostingDocument]) -> list[Entry]:
    return [entry(document, default_analysis()) for document in chunk]
