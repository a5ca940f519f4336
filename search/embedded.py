"""The embedded engine: tantivy in a directory of this machine, a cache that may be deleted at any time.

Any number of processes read; one writes. A reader looks at two file stamps per request instead of watching (0.5 s
late) or reloading each time (0.15 ms): a commit or a rebuild elsewhere is seen by the next request.
"""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

from search import facets, tantivy_tree
from search.analysis import Analysis, default_analysis
from search.documents import PostingDocument
from search.engine import Hits, SearchError, State, Unavailable, WriterBusy
from search.fields import LAYOUT, entry
from search.generations import Generations, Made, size_of
from search.query import Node, PostingQuery, Sort, compile_query, has_text

WRITER_MEMORY = 64_000_000  # bytes; more buys nothing with one thread, and an import shares 700 MB with the database
_ORDER = {Sort.DATE: "by_date", Sort.WAGE: "by_wage"}
TIES_AT_ONCE = 200  # equal scores are common (one job on several portals); fetching this many more costs nothing
FACETS_KEPT = 256  # answers, ~40 kB each for the whole country's counties
_Stamp = tuple[int, int, int]
_Facets = Mapping[str, facets.Counts]


class _View(NamedTuple):
    """One state of the index; equal stamps are equal states."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    stamp: tuple[_Stamp | None, _Stamp | None]


class _Page(NamedTuple):
    hits: list[tuple[float, tantivy.DocAddress]]
    total: int


@contextmanager
def _translated() -> Iterator[None]:
    """tantivy's refusals as ours. Its panics are no Exception: uncaught they would end a worker."""
    try:
        yield
    except SearchError:
        raise
    except (ValueError, OSError) as trouble:
        raise Unavailable(f"the index cannot be read or written: {trouble}") from trouble
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise Unavailable(f"the index panicked: {panic}") from panic


class EmbeddedEngine:
    """An `Engine` over one directory; cheap to make, opens nothing before it is asked. Safe for threads and forks."""

    def __init__(self, directory: Path, analysis: Analysis | None = None) -> None:
        self._analysis = analysis or default_analysis()
        self._generations = Generations(directory)
        self._reader = _Reader(self._generations)
        self._counted: dict[tuple[object, ...], _Facets] = {}
        self._made = Made(LAYOUT, self._analysis.fingerprint, version("tantivy"))

    def find(self, query: PostingQuery) -> Hits:
        tree = compile_query(query, self._analysis)
        with _translated():
            view = self._reader.view()
            compiled = tantivy_tree.compiled(tree, view.schema)
            page = _page(view.searcher, compiled, query, tree)
            counts = self._facets(view, compiled, query, tree) if query.facets else {}
            keys = tuple(view.searcher.doc(address)["key"][0] for _, address in page.hits)
        return Hits(keys, tuple(score for score, _ in page.hits), page.total, counts)

    @contextmanager
    def writer(self) -> Iterator["EmbeddedWriter"]:
        with self._generations.locked():
            generation = self._generations.current()
            if self._generations.made(generation).layout != LAYOUT:
                raise Unavailable(f"{generation} has another layout: it has to be rebuilt")
            with EmbeddedWriter.on(generation, self._analysis) as writer:
                yield writer

    def versions(self) -> Iterator[tuple[str, int]]:
        with _translated():
            searcher = self._reader.view().searcher
            everything = tantivy.Query.all_query()
            found = searcher.search(everything, limit=max(1, searcher.num_docs), count=False)
            addresses = [address for _, address in found.hits]
            stored = searcher.fast_field_values("version", addresses)
            for address, number in zip(addresses, stored, strict=True):
                yield searcher.doc(address)["key"][0], int(number or 0)

    def count(self) -> int:
        return self.find(PostingQuery(limit=0, facets=False)).total

    def rebuild(self, documents: Iterable[PostingDocument]) -> int:
        with self._generations.locked():
            with _translated():
                self._generations.remove_strays()
                generation = self._generations.create()
            with EmbeddedWriter.on(generation, self._analysis) as writer:
                taken = writer.put(documents)
            with _translated():
                self._generations.publish(generation, self._made)
                self._generations.remove_strays()
        return taken

    def needs_rebuild(self) -> bool:
        try:
            return self._generations.made(self._generations.current()) != self._made
        except Unavailable:
            return True

    def state(self) -> State:
        generation = self._generations.current()
        made = self._generations.made(generation)
        return State(str(generation), self.count(), made.analysis, size_of(generation))

    def _facets(self, view: "_View", compiled: tantivy.Query, query: PostingQuery, tree: Node) -> _Facets:
        """Counting is two thirds of a search; the next page and the home page ask for the same counts again."""
        edges = facets.posted_edges(query)
        question = (view.stamp, tree, *edges)
        known = self._counted.get(question)
        if known is None:
            answer = view.searcher.aggregate(compiled, tantivy_tree.aggregations(edges))
            known = facets.facets(tantivy_tree.counted(answer), tantivy_tree.posted_since(answer))
            if len(self._counted) >= FACETS_KEPT:
                self._counted.clear()
            self._counted[question] = known
        return known


class EmbeddedWriter:
    """The writer of one generation. tantivy's own writer is opened with the first document."""

    def __init__(self, generation: Path, analysis: Analysis) -> None:
        self._analysis = analysis
        self._owner = os.getpid()
        with _translated():
            self._index = _opened(generation)
            self._searcher = self._index.searcher()
        self._writer: tantivy.IndexWriter | None = None
        self._unflushed: dict[str, int] = {}

    @classmethod
    @contextmanager
    def on(cls, generation: Path, analysis: Analysis) -> Iterator["EmbeddedWriter"]:
        """Flush at the end; after an exception forget what was not flushed."""
        writer = cls(generation, analysis)
        try:
            yield writer
            writer.flush()
        finally:
            writer.close()

    def put(self, documents: Iterable[PostingDocument]) -> int:
        return sum(map(self._put, documents))

    def flush(self) -> None:
        self._refuse_after_fork()
        if self._writer is None or not self._unflushed:
            return
        with _translated():
            self._writer.commit()
            self._unflushed.clear()
            self._index.reload()
            self._searcher = self._index.searcher()

    def close(self) -> None:
        """Let go of the index; running merges are waited for, what was not flushed is lost."""
        if self._writer is None or os.getpid() != self._owner:
            return
        writer, self._writer = self._writer, None
        with _translated():
            if self._unflushed:
                writer.rollback()
            writer.wait_merging_threads()

    def _put(self, document: PostingDocument) -> bool:
        self._refuse_after_fork()
        known = self._known_version(document.key)
        if known is not None and known >= document.version:
            return False
        fields = entry(document, self._analysis)
        with _translated():
            if self._writer is None:
                self._writer = self._index.writer(WRITER_MEMORY, 1)
            if known is not None:
                self._writer.delete_documents_by_term("key", document.key)
            self._writer.add_document(tantivy_tree.to_tantivy(document.key, fields))
        self._unflushed[document.key] = document.version
        return True

    def _known_version(self, key: str) -> int | None:
        if key in self._unflushed:
            return self._unflushed[key]
        with _translated():
            if not self._searcher.num_docs:
                return None
            one = tantivy.Query.term_query(self._index.schema, "key", key, "basic")
            found = self._searcher.search(one, limit=1, count=False).hits
            stored = self._searcher.fast_field_values("version", [address for _, address in found])
        return int(stored[0] or 0) if stored else None

    def _refuse_after_fork(self) -> None:
        if os.getpid() != self._owner:
            raise WriterBusy("this writer belongs to the parent process: open one after the fork")


class _Reader:
    """The newest state of the current generation, opened once per process and again when a stamp has changed."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._owner = 0
        self._pointer: _Stamp | None = None
        self._meta: _Stamp | None = None
        self._meta_path = Path()

    def view(self) -> _View:
        with self._lock:
            try:
                index = self._newest()
            except (Unavailable, ValueError, OSError):
                self._pointer = None  # a rebuild may have removed the generation between pointer and files: look again
                index = self._newest()
            return _View(index.searcher(), index.schema, (self._pointer, self._meta))

    def _newest(self) -> tantivy.Index:
        pointer = _stamp(self._generations.pointer)
        if self._index is None or pointer is None or pointer != self._pointer or self._owner != os.getpid():
            return self._open(pointer)
        meta = _stamp(self._meta_path)
        if meta is None:
            raise Unavailable(f"{self._meta_path} is gone")
        if meta != self._meta:
            self._index.reload()
            self._meta = meta
        return self._index

    def _open(self, pointer: _Stamp | None) -> tantivy.Index:
        generation = self._generations.current()
        if self._generations.made(generation).layout != LAYOUT:
            raise Unavailable(f"{generation} has another layout: it has to be rebuilt")
        meta_path = generation / "meta.json"
        meta = _stamp(meta_path)
        index = _opened(generation)
        self._index, self._owner, self._meta_path = index, os.getpid(), meta_path
        self._pointer, self._meta = pointer, meta
        return index


def _opened(generation: Path) -> tantivy.Index:
    """An index whose reader reloads only when told to."""
    index = tantivy.Index(tantivy_tree.schema(), str(generation), reuse=True)
    index.config_reader("manual", 0)
    index.reload()
    return index


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _page(searcher: tantivy.Searcher, compiled: tantivy.Query, query: PostingQuery, tree: Node) -> _Page:
    if query.limit == 0:  # tantivy panics on a limit of 0
        return _Page([], _search(searcher, compiled, limit=1).count)
    if query.sort is Sort.RELEVANCE and has_text(tree):
        return _by_relevance(searcher, compiled, query)
    order = _ORDER.get(query.sort, "by_date")
    found = _search(searcher, compiled, limit=query.limit, offset=query.offset, order_by_field=order)
    return _Page([(0.0, address) for _, address in found.hits], found.count)


def _by_relevance(searcher: tantivy.Searcher, compiled: tantivy.Query, query: PostingQuery) -> _Page:
    """By score, equal scores by seq. tantivy cuts equal scores anywhere: fetch on until the last ones are all there."""
    end = query.offset + query.limit
    wanted = end + TIES_AT_ONCE
    while True:
        found = _search(searcher, compiled, limit=wanted)
        hits = found.hits
        if len(hits) < wanted or hits[end - 1][0] != hits[-1][0]:
            break
        wanted *= 4
    seqs = searcher.fast_field_values("seq", [address for _, address in hits])
    ranked = sorted(zip(hits, seqs, strict=True), key=lambda pair: (-pair[0][0], -int(pair[1] or 0)))
    return _Page([hit for hit, _ in ranked[query.offset : end]], found.count)


def _search(searcher: tantivy.Searcher, compiled: tantivy.Query, **options: Any) -> Any:
    """A SearchResult; tantivy's stubs forget its `count`."""
    return searcher.search(compiled, **options)
