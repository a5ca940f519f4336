"""The engine on an Elasticsearch cluster: for several machines, and for more postings than one directory should hold.

It answers exactly what the embedded engine answers; the cluster is a cache as its directory is. Any number of processes
read and write, one at a time rebuilds. Whatever fails is Unavailable, at once after three failures in a row.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from search import elastic_tree, facets, ranking
from search.access import Access
from search.analysis import Analysis, default_analysis
from search.breaker import Away, Breaker
from search.compiling import compile_query, nearest_first
from search.documents import PostingDocument
from search.elastic_client import ADMIN_SECONDS, Cluster, Missing
from search.elastic_indexes import Indexes, Lease
from search.elastic_layout import made
from search.elastic_writer import ElasticWriter, batches, bulk_line, purge, refresh, send
from search.engine import SHRINKS_TO, Hits, Meanwhile, Shrunk, State, Unavailable
from search.query import RANKED, PostingQuery, Sort
from search.tree import Node, is_scored

MEANWHILE_SECONDS = 0.2
VERSIONS_AT_ONCE = 5000
BUSY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How long a rebuild waits for a cluster that is busy, try by try."""
_ORDER = {Sort.DATE: "by_date", Sort.WAGE: "by_wage"}
_LIVE = {"term": {"live": "1"}}
_Body = dict[str, Any]


class ElasticEngine:
    """An `Engine` over one cluster; cheap to make, connects when first asked. Safe for threads and forks."""

    def __init__(self, access: Access, analysis: Analysis | None = None, breaker: Breaker | None = None) -> None:
        self._analysis = analysis or default_analysis()
        self._cluster = Cluster(access, breaker)
        self._made = made(self._analysis.fingerprint)
        self._indexes = Indexes(self._cluster, self._made)

    def find(self, query: PostingQuery) -> Hits:
        tree = compile_query(query, self._analysis)
        by_score = query.sort is Sort.DISTANCE or (query.sort is Sort.RELEVANCE and is_scored(tree))
        asked = _by_score(query, tree) if by_score else _by_column(query, tree)
        answer = self._search({**asked, **_counting(query)})
        found = answer["hits"]
        counts = _facets(answer["aggregations"]) if query.facets else {}
        total = found["total"]["value"]
        if by_score:
            page = self._ranked(found["hits"], query)[query.offset : query.offset + query.limit]
            return Hits(tuple(one.key for one in page), tuple(one.score for one in page), total, counts)
        page = found["hits"][: query.limit]
        cursor = int(page[-1]["sort"][0]) if page and len(found["hits"]) > query.limit else None
        return Hits(tuple(map(_key, page)), (0,) * len(page), total, counts, cursor)

    @contextmanager
    def writer(self) -> Iterator[ElasticWriter]:
        """One of many: a version decides which document stays, whoever comes first."""
        if self._indexes.known().live is None:
            raise Unavailable("there is no index of this layout: it has to be rebuilt")
        writer = self._writer()
        yield writer
        writer.flush()

    def versions(self) -> Iterator[tuple[str, int]]:
        for hit in self._every({"match_all": {}}):
            yield _key(hit), int(hit["fields"]["version"][0])

    def count(self) -> int:
        return self._count(self._indexes.live)

    def rebuild(self, documents: Iterable[PostingDocument], *, meanwhile: Meanwhile | None = None, may_shrink: bool = False) -> int:
        with self._indexes.leased() as lease:
            self._indexes.remove_strays()
            before = 0 if may_shrink else sum(map(self._count, self._indexes.in_use()))
            name = self._indexes.create()
            try:
                taken = self._load(documents, meanwhile, lease)
                refresh(self._cluster, self._indexes.building)
                self._check(before, taken)
                self._indexes.publish(name)
            except BaseException:
                with suppress(Unavailable):
                    self._indexes.remove(name)
                raise
            with suppress(Unavailable):  # the next rebuild removes it
                self._indexes.remove_strays()
        return taken

    def needs_rebuild(self) -> bool:
        """Raise Unavailable where nobody can say."""
        known = self._indexes.known()
        return known.live is None or dict(known.live_made) != self._made

    def state(self) -> State:
        known = self._indexes.known()
        if known.live is None:
            raise Unavailable("there is no index of this layout: it has to be rebuilt")
        stats = self._cluster.call(lambda client: client.indices.stats(index=self._indexes.live, metric="store"), within=ADMIN_SECONDS)
        size = stats["_all"]["total"]["store"]["size_in_bytes"]
        return State(known.live, self.count(), known.live_made["analysis"], size)

    def purge(self, buried_before: date) -> int:
        """Forget tombstones put before that day; answer how many. Their versions are then unknown: let weeks pass first."""
        old = {"bool": {"must_not": [_LIVE], "filter": [{"range": {"buried_on": {"lt": buried_before.toordinal()}}}]}}
        return purge(self._cluster, self._indexes.live, ((_key(hit), int(hit["fields"]["version"][0])) for hit in self._every(old)))

    def _search(self, body: _Body) -> Mapping[str, Any]:
        def asked() -> Any:
            return self._cluster.call(lambda client: client.search(index=self._indexes.live, allow_partial_search_results=False, **body))

        try:
            return asked()  # type: ignore[no-any-return]  # the client types answers as Any
        except Missing:  # a swap took the index away between its name and its shards
            return asked()  # type: ignore[no-any-return]  # as above

    def _ranked(self, hits: list[_Body], query: PostingQuery) -> list[ranking.Candidate]:
        candidates = list(map(_candidate, hits))
        return ranking.ordered(candidates[:RANKED], query, self._analysis) + candidates[RANKED:]

    def _every(self, query: _Body) -> Iterator[_Body]:
        """Key and version of every match, tombstones too, as of one moment."""
        opened = self._cluster.call(lambda client: client.open_point_in_time(index=self._indexes.live, keep_alive="5m"), within=ADMIN_SECONDS)
        pit = {"id": opened["id"], "keep_alive": "5m"}
        body = {"size": VERSIONS_AT_ONCE, "query": query, "pit": pit, "sort": ["_shard_doc"], "track_total_hits": False, **_columns("key", "version")}
        after: _Body = {}
        try:
            while hits := self._page({**body, **after}):
                yield from hits
                after = {"search_after": hits[-1]["sort"]}
        finally:
            with suppress(Unavailable):
                self._cluster.call(lambda client: client.close_point_in_time(id=pit["id"]))

    def _page(self, body: _Body) -> list[_Body]:
        answer = self._cluster.call(lambda client: client.search(allow_partial_search_results=False, **body), within=ADMIN_SECONDS)
        return list(answer["hits"]["hits"])

    def _count(self, index: str) -> int:
        return int(self._cluster.call(lambda client: client.count(index=index, query=_LIVE))["count"])

    def _writer(self) -> ElasticWriter:
        return ElasticWriter(self._cluster, self._indexes, self._analysis, self._made)

    def _load(self, documents: Iterable[PostingDocument], meanwhile: Meanwhile | None, lease: Lease) -> int:
        """How many documents were taken; changes go on between the batches."""
        taken = 0
        writer = self._writer()
        paused = time.monotonic()
        for batch in batches(documents):
            lines = [bulk_line(document, self._analysis) for document in batch]
            taken += self._patiently(lines)
            lease.renew()
            if meanwhile is not None and time.monotonic() - paused > MEANWHILE_SECONDS:
                meanwhile(writer)
                paused = time.monotonic()
        if meanwhile is not None:
            meanwhile(writer)
        return taken

    def _patiently(self, lines: list[_Body]) -> int:
        for seconds in BUSY_SECONDS:
            try:
                return self._sent(lines)
            except Away:
                time.sleep(seconds)
        return self._sent(lines)

    def _sent(self, lines: list[_Body]) -> int:
        """A document that can never be taken is left out, and said in the log: one bad posting does not keep all others away."""
        return send(self._cluster, self._indexes.building, lines, within=ADMIN_SECONDS).taken

    def _check(self, before: int, taken: int) -> None:
        stored = self._cluster.call(lambda client: client.count(index=self._indexes.building), within=ADMIN_SECONDS)["count"]
        after = self._count(self._indexes.building)
        if after < before * SHRINKS_TO:
            raise Shrunk(after, before)
        if stored == 0 < taken:
            raise Unavailable(f"of {taken} documents none is in the new index")


def _by_score(query: PostingQuery, tree: Node) -> _Body:
    """The first RANKED at least, with what `search.ranking` looks at."""
    wanted = nearest_first(tree, query.near) if query.sort is Sort.DISTANCE and query.near is not None else tree
    size = max(RANKED, query.offset + query.limit) if query.limit else 0
    order = [{"_score": "desc"}, {"by_date": "desc"}]
    return {"query": elastic_tree.compiled(wanted), "size": size, "sort": order, **_columns("key", *ranking.FEATURES)}


def _by_column(query: PostingQuery, tree: Node) -> _Body:
    """One hit more than asked says whether anything follows."""
    column = _ORDER.get(query.sort, "by_date")
    size = query.limit + 1 if query.limit else 0
    after = {"search_after": [query.after]} if query.after is not None else {"from_": query.offset}
    return {"query": elastic_tree.met(tree), "size": size, "sort": [{column: "desc"}], **after, **_columns("key")}


def _counting(query: PostingQuery) -> _Body:
    counted = {"aggs": elastic_tree.aggregations(facets.columns(query), facets.posted_edges(query))} if query.facets else {}
    return {"track_total_hits": True, **counted}


def _columns(*names: str) -> _Body:
    """Columns instead of stored fields: those of 200 hits are read in a tenth of the time."""
    return {"docvalue_fields": list(names), "stored_fields": "_none_"}


def _facets(answer: Mapping[str, Any]) -> Mapping[str, facets.Counts]:
    return facets.facets(elastic_tree.counted(answer), elastic_tree.posted_since(answer))


def _key(hit: _Body) -> str:
    return str(hit["fields"]["key"][0])


def _candidate(hit: _Body) -> ranking.Candidate:
    score, by_date = hit["sort"]
    features = (int(hit["fields"].get(name, (0,))[0]) for name in ranking.FEATURES)
    return ranking.Candidate(_key(hit), round(score), by_date, *features)
