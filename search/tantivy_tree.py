"""Our fields and our query tree in tantivy's words. Pure: no directory, no lock, no searcher is opened here.

Guards what was seen to panic (a phrase of one word) or to surprise (a query of only "must not" finds nothing; the
default segment_size makes counts wrong).
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Query

from search.fields import FIELDS, Kind, Value
from search.tree import AllOf, AnyOf, AtLeast, Best, Between, Everything, Flat, Node, Not, Nothing, OneOf, Perhaps, Phrase, Term

DISTINCT_AT_MOST = 20_000  # values of one facet; beyond it a count might be cut off, and `counted` refuses
_TEXT_OPTIONS: Mapping[Kind, tuple[bool, str, str]] = {  # column, tokenizer, what the postings record
    Kind.BAG: (False, "whitespace", "basic"),
    Kind.RUNNING: (False, "whitespace", "position"),
    Kind.KEYWORD: (False, "raw", "basic"),
    Kind.FACET: (True, "raw", "basic"),
}


def schema() -> tantivy.Schema:
    """Nothing but the key is stored: pages are made from the database."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for field, kind in FIELDS.items():
        if kind is Kind.NUMBER:
            builder.add_unsigned_field(field, indexed=False, fast=True)
        else:
            column, tokenizer, records = _TEXT_OPTIONS[kind]
            builder.add_text_field(field, fast=column, tokenizer_name=tokenizer, index_option=records)
    return builder.build()


def to_tantivy(key: str, entry: Mapping[str, Value]) -> tantivy.Document:
    """One document for a writer."""
    document = tantivy.Document()
    document.add_text("key", key)
    for field, value in entry.items():
        if isinstance(value, int):
            document.add_unsigned(field, value)
        else:
            for text in value:
                document.add_text(field, text)
    return document


def compiled(node: Node, within: tantivy.Schema) -> Query:
    """The tree as a tantivy query; every score in it is a constant."""
    match node:
        case Everything():
            return _flat(_term(within, "live", "1"), 0)
        case Nothing():
            return Query.empty_query()
        case Term(field, value):
            return _flat(_term(within, field, value), 0)
        case Phrase(field, words):
            return _flat(_phrase(within, field, words), 0)
        case OneOf(field, values):
            return _flat(Query.term_set_query(within, field, list(values)), 0)
        case Between(field, low, high):
            return _flat(Query.range_query(within, field, FieldType.Unsigned, low, high), 0)
        case Flat(part, score):
            return _flat(compiled(part, within), score)
        case Not() | Perhaps():
            return _all_of((node,), within)
        case AllOf(parts):
            return _all_of(parts, within)
        case AnyOf(parts):
            return _flat(Query.boolean_query([(Occur.Should, compiled(part, within)) for part in parts]), 0)
        case Best(parts):
            return Query.disjunction_max_query([compiled(part, within) for part in parts])
        case AtLeast(count, parts):
            return Query.boolean_query([(Occur.Should, compiled(part, within)) for part in parts], minimum_number_should_match=count)


def _flat(query: Query, score: int) -> Query:
    return Query.const_score_query(query, float(score))


def aggregations(columns: tuple[str, ...], edges: list[int]) -> dict[str, Any]:
    """What to count: every facet's values, and how many were posted between the edges (ascending days)."""
    size = {"size": DISTINCT_AT_MOST, "segment_size": DISTINCT_AT_MOST}
    asked: dict[str, Any] = {field: {"terms": {"field": field, **size}} for field in columns}
    if edges:
        ranges = [{"from": float(low), "to": float(high)} for low, high in pairwise(edges)]
        ranges.append({"from": float(edges[-1])})
        asked["posted_on"] = {"range": {"field": "posted_on", "ranges": ranges}}
    return asked


def counted(answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Field -> value -> count. Raise ValueError when tantivy admits that a count may be inexact."""
    found = {}
    for field, terms in answer.items():
        if field == "posted_on":
            continue
        if terms["sum_other_doc_count"] or terms["doc_count_error_upper_bound"]:
            raise ValueError(f"{field} has more than {DISTINCT_AT_MOST} values: its counts would be wrong")
        found[field] = {bucket["key"]: int(bucket["doc_count"]) for bucket in terms["buckets"]}
    return found


def posted_since(answer: Mapping[str, Any]) -> dict[int, int]:
    """First day -> how many were posted on it or later."""
    buckets = answer.get("posted_on", {"buckets": ()})["buckets"]
    counts = {int(bucket["from"]): int(bucket["doc_count"]) for bucket in buckets if "from" in bucket}
    return {first: sum(count for day, count in counts.items() if day >= first) for first in counts}


def _term(within: tantivy.Schema, field: str, value: str) -> Query:
    return Query.term_query(within, field, value, "basic")


def _phrase(within: tantivy.Schema, field: str, words: tuple[str, ...]) -> Query:
    if len(words) == 1:
        return _term(within, field, words[0])
    return Query.phrase_query(within, field, list(words))


def _all_of(parts: tuple[Node, ...], within: tantivy.Schema) -> Query:
    """A query of only "must not" or only "should" would find nothing, or not everything."""
    must = [(Occur.Must, compiled(part, within)) for part in parts if not isinstance(part, Not | Perhaps)]
    must = must or [(Occur.Must, compiled(Everything(), within))]
    unwanted = [(Occur.MustNot, compiled(part.part, within)) for part in parts if isinstance(part, Not)]
    liked = [(Occur.Should, compiled(part.part, within)) for part in parts if isinstance(part, Perhaps)]
    return Query.boolean_query(must + unwanted + liked)
