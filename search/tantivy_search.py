"""One query on one state of a tantivy index: the page, its order and the count. It opens, locks and writes nothing."""

from typing import Any, NamedTuple

import tantivy

from search import ranking, tantivy_tree
from search.analysis import Analysis
from search.compiling import nearest_first
from search.query import RANKED, PostingQuery, Sort
from search.tree import Between, Node, all_of, exactly, is_scored

_ORDER = {Sort.DATE: "by_date", Sort.WAGE: "by_wage"}
Stamp = tuple[int, int, int]
_Scored = tuple[int, tantivy.DocAddress]


class View(NamedTuple):
    """One state of the index; equal stamps are equal states."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    stamp: tuple[Stamp | None, Stamp | None]


class Answer(NamedTuple):
    """The asked page: its documents, their scores, how many match in all, and where a sorted list goes on."""

    addresses: list[tantivy.DocAddress]
    scores: tuple[int, ...]
    total: int
    cursor: int | None


class Search:
    """One query on one view."""

    def __init__(self, view: View, query: PostingQuery, analysis: Analysis) -> None:
        self._searcher, self._schema = view.searcher, view.schema
        self._query = query
        self._analysis = analysis

    def answer(self, tree: Node) -> Answer:
        if self._query.limit == 0:  # tantivy panics on a limit of 0
            return Answer([], (), self._run(tree, limit=1).count, None)
        if self._query.sort is Sort.DISTANCE and self._query.near is not None:
            return self._by_score(nearest_first(tree, self._query.near))
        if self._query.sort is Sort.RELEVANCE and is_scored(tree):
            return self._by_score(tree)
        return self._by_column(tree, _ORDER.get(self._query.sort, "by_date"))

    def _by_column(self, tree: Node, column: str) -> Answer:
        query = self._query
        rest = tree if query.after is None else all_of(tree, Between(column, None, query.after - 1))
        found = self._run(rest, limit=query.limit, offset=query.offset, order_by_field=column)
        addresses = [address for _, address in found.hits]
        total = found.count if query.after is None else self._run(tree, limit=1).count
        goes_on = found.count > query.offset + len(addresses)
        cursor = self._column(column, addresses[-1:])[0] if addresses and goes_on else None
        return Answer(addresses, (0,) * len(addresses), total, cursor)

    def _by_score(self, tree: Node) -> Answer:
        """The first RANKED by `search.ranking`, those behind them by score and date."""
        query = self._query
        end = query.offset + query.limit
        found = self._run(tree, limit=max(RANKED, end))
        first = self._newest_first(found.hits)
        if found.count > len(first):
            first = self._fairly(tree, first)
        candidates = self._candidates(first[:RANKED])
        places = {candidate.key: place for place, candidate in enumerate(candidates)}
        ranked = [first[places[one.key]] for one in ranking.ordered(candidates, query, self._analysis)]
        page = (ranked + first[RANKED:])[query.offset : end]
        return Answer([address for _, address in page], tuple(score for score, _ in page), found.count, None)

    def _fairly(self, tree: Node, first: list[_Scored]) -> list[_Scored]:
        """Of those that tie with the last one, the newest: tantivy took any."""
        lowest = first[-1][0]
        above = [one for one in first if one[0] > lowest]
        tied = self._run(exactly(tree, lowest), limit=len(first) - len(above), order_by_field="by_date")
        return above + [(lowest, address) for _, address in tied.hits]

    def _newest_first(self, hits: list[tuple[float, tantivy.DocAddress]]) -> list[_Scored]:
        dates = self._column("by_date", [address for _, address in hits])
        pairs = sorted(zip(hits, dates, strict=True), key=lambda pair: (-pair[0][0], -pair[1]))
        return [(round(score), address) for (score, address), _ in pairs]

    def _candidates(self, scored: list[_Scored]) -> list[ranking.Candidate]:
        """The key of a candidate is its place here: only the page's own keys are worth reading."""
        addresses = [address for _, address in scored]
        columns = [self._column(name, addresses) for name in ("by_date", *ranking.FEATURES)]
        rows = zip(*columns, strict=True)
        return [ranking.Candidate(str(place), score, *row) for place, ((score, _), row) in enumerate(zip(scored, rows, strict=True))]

    def _column(self, name: str, addresses: list[tantivy.DocAddress]) -> list[int]:
        return [int(value or 0) for value in self._searcher.fast_field_values(name, addresses)] if addresses else []

    def _run(self, tree: Node, **options: Any) -> Any:
        return run(self._searcher, tantivy_tree.compiled(tree, self._schema), **options)


def run(searcher: tantivy.Searcher, compiled: tantivy.Query, **options: Any) -> Any:
    """A SearchResult; tantivy's stubs forget its `count`."""
    return searcher.search(compiled, **options)
