"""The embedded engine: tantivy in a directory of this machine, a cache that may be deleted at any time.

Any number of processes read; one writes. A reader looks at two file stamps per request instead of watching (0.5 s
late) or reloading each time (0.15 ms): a commit or a rebuild elsewhere is seen by the next request.
"""

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import tantivy

from search import facets, tantivy_tree
from search.analysis import Analysis, default_analysis
from search.compiling import compile_query, matching
from search.documents import PostingDocument
from search.engine import SHRINKS_TO, Hits, Meanwhile, SearchError, Shrunk, State, Unavailable, Writer, WriterBusy
from search.fields import LAYOUT, entry
from search.generations import Generations, Made, size_of
from search.preparing import Entry, Prepared, prepared
from search.query import PostingQuery
from search.tantivy_search import Search, Stamp, View, run

WRITER_MEMORY = 64_000_000  # bytes; more buys nothing with one thread, and an import shares 700 MB with the database
MEANWHILE_SECONDS = 0.2
FACETS_KEPT = 256  # answers, ~40 kB each for the whole country's counties
_Facets = Mapping[str, facets.Counts]


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
        self._counters: tuple[int, ThreadPoolExecutor] | None = None
        self._counted: dict[tuple[object, ...], _Facets] = {}
        self._made = Made(LAYOUT, self._analysis.fingerprint, version("tantivy"))

    def find(self, query: PostingQuery) -> Hits:
        tree = compile_query(query, self._analysis)
        with _translated():
            view = self._reader.view()
            counting = self._beside().submit(self._facets, view, query) if query.facets else None
            answer = Search(view, query, self._analysis).answer(tree)
            keys = tuple(view.searcher.doc(address)["key"][0] for address in answer.addresses)
            counts = counting.result() if counting else {}
        return Hits(keys, answer.scores, answer.total, counts, answer.cursor)

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

    def rebuild(self, documents: Iterable[PostingDocument], *, meanwhile: Meanwhile | None = None, may_shrink: bool = False) -> int:
        with self._generations.locked():
            with _translated():
                self._generations.remove_strays()
                generation = self._generations.create()
            before = 0 if may_shrink else self._count_before()
            with EmbeddedWriter.on(generation, self._analysis) as writer, self._live() as live:
                taken = writer.take(_with_pauses(prepared(documents, self._analysis), meanwhile, _Both(live, writer) if live else writer))
                if meanwhile is not None:
                    meanwhile(_Both(live, writer) if live else writer)
                writer.flush()
                after = writer.count()
            if after < before * SHRINKS_TO:
                self._generations.remove_strays()
                raise Shrunk(after, before)
            with _translated():
                self._generations.publish(generation, self._made)
                self._generations.remove_strays()
        return taken

    @contextmanager
    def _live(self) -> "Iterator[EmbeddedWriter | None]":
        """A writer of the index in use, if there is one that this code can read."""
        with ExitStack() as held:
            live = None
            with suppress(Unavailable):
                generation = self._generations.current()
                if self._generations.made(generation).layout == LAYOUT:
                    live = held.enter_context(EmbeddedWriter.on(generation, self._analysis))
            yield live

    def _count_before(self) -> int:
        try:
            return self.count()
        except Unavailable:
            return 0

    def needs_rebuild(self) -> bool:
        try:
            return self._generations.made(self._generations.current()) != self._made
        except Unavailable:
            return True

    def state(self) -> State:
        generation = self._generations.current()
        made = self._generations.made(generation)
        return State(str(generation), self.count(), made.analysis, size_of(generation))

    def _beside(self) -> ThreadPoolExecutor:
        """Threads that count while the asking one searches (tantivy lets go of Python meanwhile); a fork leaves its parent's behind."""
        if self._counters is None or self._counters[0] != os.getpid():
            self._counters = os.getpid(), ThreadPoolExecutor(os.cpu_count(), "facets")
        return self._counters[1]

    def _facets(self, view: View, query: PostingQuery) -> _Facets:
        """Counting takes as long as searching; the next page and the home page ask for the same counts again."""
        tree = matching(query, self._analysis)
        edges, columns = facets.posted_edges(query), facets.columns(query)
        question = (view.stamp, tree, columns, *edges)
        known = self._counted.get(question)
        if known is None:
            answer = view.searcher.aggregate(tantivy_tree.compiled(tree, view.schema), tantivy_tree.aggregations(columns, edges))
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
        return self.take((document, None) for document in documents)

    def take(self, documents: Iterable[tuple[PostingDocument, Entry | None]]) -> int:
        """As `put`, with entries that were made elsewhere; None: made here, where the document is new."""
        return sum(self._put(document, made) for document, made in documents)

    def flush(self) -> None:
        self._refuse_after_fork()
        if self._writer is None or not self._unflushed:
            return
        with _translated():
            self._writer.commit()
            self._unflushed.clear()
            self._index.reload()
            self._searcher = self._index.searcher()

    def count(self) -> int:
        """How many documents could be found after the last flush."""
        with _translated():
            one = tantivy.Query.term_query(self._index.schema, "live", "1", "basic")
            return int(run(self._searcher, one, limit=1).count)

    def close(self) -> None:
        """Let go of the index; running merges are waited for, what was not flushed is lost."""
        if self._writer is None or os.getpid() != self._owner:
            return
        writer, self._writer = self._writer, None
        with _translated():
            if self._unflushed:
                writer.rollback()
            writer.wait_merging_threads()

    def _put(self, document: PostingDocument, made: Entry | None) -> bool:
        self._refuse_after_fork()
        known = self._known_version(document.key)
        if known is not None and known >= document.version:
            return False
        fields = entry(document, self._analysis) if made is None else made
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


class _Both:
    """Writes to the index in use and to the one being built, so that no change is lost in the swap."""

    def __init__(self, live: EmbeddedWriter, building: EmbeddedWriter) -> None:
        self._live, self._building = live, building

    def put(self, documents: Iterable[PostingDocument]) -> int:
        wanted = list(documents)
        self._building.put(wanted)
        return self._live.put(wanted)

    def flush(self) -> None:
        """The one being built is flushed at its end."""
        self._live.flush()


def _with_pauses(documents: Iterable[Prepared], meanwhile: Meanwhile | None, writer: Writer) -> Iterator[Prepared]:
    paused = time.monotonic()
    for document in documents:
        yield document
        if meanwhile is not None and time.monotonic() - paused > MEANWHILE_SECONDS:
            meanwhile(writer)
            paused = time.monotonic()


class _Reader:
    """The newest state of the current generation, opened once per process and again when a stamp has changed."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._owner = 0
        self._pointer: Stamp | None = None
        self._meta: Stamp | None = None
        self._meta_path = Path()

    def view(self) -> View:
        with self._lock:
            try:
                index = self._newest()
            except (Unavailable, ValueError, OSError):
                self._pointer = None  # a rebuild may have removed the generation between pointer and files: look again
                index = self._newest()
            return View(index.searcher(), index.schema, (self._pointer, self._meta))

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

    def _open(self, pointer: Stamp | None) -> tantivy.Index:
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


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
