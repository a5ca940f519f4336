"""Our query tree in Elasticsearch's query language. Pure: tested without a server.

Every score is a constant, so it is the same sum here as in the embedded engine. No text is analysed by the server
beyond splitting at spaces, and no query parser is used.
"""

from collections.abc import Mapping
from typing import Any

from search.engine import Unavailable
from search.tree import AllOf, AnyOf, AtLeast, Best, Between, Everything, Flat, Node, Not, Nothing, OneOf, Perhaps, Phrase, Term

DISTINCT_AT_MOST = 20_000  # values of one facet; beyond it a count might be cut off, and `counted` refuses
Body = dict[str, Any]


def compiled(node: Node) -> Body:
    """The tree as a scoring query."""
    match node:
        case Nothing():
            return {"match_none": {}}
        case Flat(part, score):
            return _flat(part, score)
        case Not() | Perhaps():
            return _all_of((node,))
        case AllOf(parts):
            return _all_of(parts)
        case Best(parts):
            return {"dis_max": {"queries": [compiled(part) for part in parts]}}
        case AtLeast(count, parts):
            return {"bool": {"should": [compiled(part) for part in parts], "minimum_should_match": count}}
        case _:
            return _flat(node, 0)


def met(node: Node) -> Body:
    """The tree as a filter: the same documents, no scores."""
    match node:
        case Everything():
            return {"term": {"live": "1"}}
        case Term(field, value):
            return {"term": {field: value}}
        case Phrase(field, words):
            return {"match_phrase": {field: " ".join(words)}}
        case OneOf(field, values):
            return {"terms": {field: list(values)}}
        case Between(field, low, high):
            return {"range": {field: {name: bound for name, bound in (("gte", low), ("lte", high)) if bound is not None}}}
        case Flat(part, _):
            return met(part)
        case AnyOf(parts) | Best(parts):
            return {"bool": {"should": [met(part) for part in parts], "minimum_should_match": 1}}
        case AtLeast(count, parts):
            return {"bool": {"should": [met(part) for part in parts], "minimum_should_match": count}}
        case AllOf(parts):
            return _met_all(parts)
        case _:
            return _met_all((node,)) if isinstance(node, Not | Perhaps) else {"match_none": {}}


def _flat(part: Node, score: int) -> Body:
    return {"constant_score": {"filter": met(part), "boost": score}}


def _all_of(parts: tuple[Node, ...]) -> Body:
    """What scores nothing is a filter, which the server may keep; what is only unwanted is taken from everything."""
    must = [compiled(part) for part in parts if not isinstance(part, Not | Perhaps) and not _is_filter(part)]
    filters = [met(part) for part in parts if not isinstance(part, Not | Perhaps) and _is_filter(part)]
    clauses = {
        "must": must,
        "filter": filters or ([] if must else [met(Everything())]),
        "must_not": [met(part.part) for part in parts if isinstance(part, Not)],
        "should": [compiled(part.part) for part in parts if isinstance(part, Perhaps)],
    }
    return {"bool": {name: queries for name, queries in clauses.items() if queries}}


def _met_all(parts: tuple[Node, ...]) -> Body:
    filters = [met(part) for part in parts if not isinstance(part, Not | Perhaps)] or [met(Everything())]
    unwanted = [met(part.part) for part in parts if isinstance(part, Not)]
    return {"bool": {"filter": filters, **({"must_not": unwanted} if unwanted else {})}}


def _is_filter(part: Node) -> bool:
    return isinstance(part, Everything | Nothing | Term | Phrase | OneOf | Between | AnyOf) or (isinstance(part, Flat) and part.score == 0)


def aggregations(columns: tuple[str, ...], edges: list[int]) -> Body:
    """What to count: every facet's values, and how many were posted on each of the days or later."""
    asked: Body = {field: {"terms": {"field": field, "size": DISTINCT_AT_MOST, "shard_size": DISTINCT_AT_MOST}} for field in columns}
    if edges:
        asked["posted_on"] = {"range": {"field": "posted_on", "ranges": [{"key": str(day), "from": day} for day in edges]}}
    return asked


def counted(answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Field -> value -> count. Raise Unavailable when the server admits that a count may be inexact."""
    found = {}
    for field, terms in answer.items():
        if field == "posted_on":
            continue
        if terms["sum_other_doc_count"] or terms["doc_count_error_upper_bound"]:
            raise Unavailable(f"{field} has more than {DISTINCT_AT_MOST} values: its counts would be wrong")
        found[field] = {bucket["key"]: bucket["doc_count"] for bucket in terms["buckets"]}
    return found


def posted_since(answer: Mapping[str, Any]) -> dict[int, int]:
    """First day -> how many were posted on it or later."""
    buckets = answer.get("posted_on", {"buckets": ()})["buckets"]
    return {int(bucket["key"]): bucket["doc_count"] for bucket in buckets}
