"""Our fields in Elasticsearch's words: closed mappings that refuse what they do not know. Pure.

Text arrives cut into tokens, so the built-in analyzer `whitespace` is the only one, and only where positions matter; a
bag of tokens is a list of keywords. Nothing is stored but columns: `_source` is off, a page is made from the database.
"""

from collections.abc import Mapping
from typing import Any

from search.access import Access
from search.fields import FIELDS, LAYOUT, Kind, Value

ENGINE = "elasticsearch 8"
SHAPE = "1"  # raise it with every change of this file that an existing index would not have
TOKEN_SIGNS = 8191  # a keyword of more is left out: Lucene refuses 32,766 bytes, of which a sign has up to 4
REFRESH = "30s"
"""A net under what a writer put and was ended before its flush; every flush refreshes by itself."""
_KINDS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.BAG: {"type": "keyword", "doc_values": False, "ignore_above": TOKEN_SIGNS},
    Kind.RUNNING: {"type": "text", "analyzer": "whitespace", "index_options": "positions", "norms": False},
    Kind.KEYWORD: {"type": "keyword", "doc_values": False, "ignore_above": TOKEN_SIGNS},
    Kind.FACET: {"type": "keyword", "ignore_above": TOKEN_SIGNS},
    Kind.NUMBER: {"type": "long"},
}
_OURS: Mapping[str, Mapping[str, Any]] = {
    "key": {"type": "keyword", "index": False},  # as a column: reading 200 of them from `_id` costs ten times as much
    "buried_on": {"type": "long"},  # of a tombstone, the day (ordinal) it was put: see `purge`
}

PROFILE_FIELDS: Mapping[str, Kind] = {
    "live": Kind.KEYWORD,
    "occupations": Kind.KEYWORD,
    "places": Kind.KEYWORD,
    "region": Kind.FACET,
    "education": Kind.FACET,
    "skills": Kind.KEYWORD,
    "employment_types": Kind.KEYWORD,
    "shifts": Kind.KEYWORD,
    "wage_low": Kind.NUMBER,
    "experience_years": Kind.NUMBER,
    "available_on": Kind.NUMBER,
    "seq": Kind.NUMBER,
    "version": Kind.NUMBER,
}
"""All that may ever be indexed of a seeker, and only with consent: closed codes and numbers beside an opaque key. No
name, phone, birth date, sex or free text; `skills` are codes or words of our own lists."""

GIG_FIELDS: Mapping[str, Kind] = {
    "live": Kind.KEYWORD,
    "every": Kind.BAG,
    "title_grams": Kind.KEYWORD,
    "running": Kind.RUNNING,
    "places": Kind.KEYWORD,
    "cells": Kind.KEYWORD,
    "region": Kind.FACET,
    "market": Kind.FACET,
    "occupation": Kind.FACET,
    "pay_unit": Kind.FACET,
    "settlement": Kind.FACET,
    "shift": Kind.FACET,
    "benefit": Kind.KEYWORD,
    "pay": Kind.NUMBER,
    "places_left": Kind.NUMBER,
    "starts_at": Kind.NUMBER,
    "ends_at": Kind.NUMBER,
    "title_length": Kind.NUMBER,
    "lon": Kind.NUMBER,
    "lat": Kind.NUMBER,
    "by_date": Kind.NUMBER,
    "by_pay": Kind.NUMBER,
    "seq": Kind.NUMBER,
    "version": Kind.NUMBER,
}
"""An order of the day-labour market: `pay` in fen per `pay_unit`, instants in seconds since 1970."""


def mapping(fields: Mapping[str, Kind], meta: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A mapping that takes exactly these fields, beside the key and a tombstone's day."""
    properties = {name: dict(_KINDS[kind]) for name, kind in fields.items()} | {name: dict(how) for name, how in _OURS.items()}
    return {"dynamic": "strict", "_source": {"enabled": False}, "_meta": dict(meta or {}), "properties": properties}


def made(fingerprint: str) -> dict[str, str]:
    """What made an index; an index that says otherwise has to be rebuilt."""
    return {"layout": f"{LAYOUT}, shape {SHAPE}", "analysis": fingerprint, "engine": ENGINE}


def loading(access: Access) -> dict[str, Any]:
    """Settings of an index nobody reads yet: no refresh, no copies."""
    return {"number_of_shards": access.shards, "number_of_replicas": 0, "auto_expand_replicas": False, "refresh_interval": "-1"}


def serving(access: Access) -> dict[str, Any]:
    """Settings of an index that is read."""
    return {**copies(access), "refresh_interval": REFRESH}


def copies(access: Access) -> dict[str, Any]:
    if access.replicas.isdigit():
        return {"number_of_replicas": int(access.replicas), "auto_expand_replicas": False}
    return {"auto_expand_replicas": access.replicas}


def source(key: str, entry: Mapping[str, Value], *, buried_on: int | None = None) -> dict[str, Any]:
    """One document for a bulk request."""
    document: dict[str, Any] = {"key": key, **{field: _value(field, value) for field, value in entry.items()}}
    return document if buried_on is None else {**document, "buried_on": buried_on}


def _value(field: str, value: Value) -> Any:
    if isinstance(value, int):
        return value
    if FIELDS[field] is Kind.BAG:
        return [token for text in value for token in text.split(" ")]
    return list(value)
