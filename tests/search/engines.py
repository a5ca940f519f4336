"""The engines that answer alike, each made fresh for one test."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from search.access import Access
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine
from tests.elasticsearch_server import elasticsearch
from tests.services import needed

_prefixes: list[str] = []


def fresh_access(*more_urls: str, **changes: object) -> Access:
    """A part of the test's cluster that is nobody else's, until `sweep`."""
    urls, prefix = (*more_urls, needed(elasticsearch)), f"t{secrets.token_hex(5)}"
    _prefixes.append(prefix)  # behind `needed`: where there is no server nothing has to be swept
    return Access(urls=urls, prefix=prefix, **changes)


def _on_elasticsearch(_: Path) -> Engine:
    return ElasticEngine(fresh_access())


ENGINES: dict[str, Callable[[Path], Engine]] = {"embedded": EmbeddedEngine, "elasticsearch": _on_elasticsearch}


@contextmanager
def swept() -> Iterator[None]:
    """Ends with every index that was made meanwhile removed: a node holds a thousand shards at most."""
    try:
        yield
    finally:
        while _prefixes:
            _remove(_prefixes.pop())


def _remove(prefix: str) -> None:
    """By name, as the server wants it; a pattern would have to be allowed first."""
    with urlopen(f"{elasticsearch()}/_cat/indices/{prefix}-*?h=index", timeout=30) as answer:
        names = answer.read().decode().split()
    for name in names:
        urlopen(Request(f"{elasticsearch()}/{name}", method="DELETE"), timeout=30).close()
