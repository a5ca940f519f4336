"""Counts who reads a posting's page: how many, by day, and nothing of who."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from webapp.db import is_sqlite, today, transaction
from webapp.postings.gathering import Gatherer
from webapp.postings.life.models import PostingView

_Key = tuple[UUID, date]


def note(posting_id: UUID, reader: str) -> None:
    """`reader` tells two reads of one visitor within some minutes apart from those of two; it is kept in memory only."""
    gatherer.note((posting_id, reader), (posting_id, today()), [1])


def _write(counts: Mapping[_Key, list[int]]) -> None:
    table = PostingView.__table__
    assert isinstance(table, Table)
    insert = sqlite.insert(table) if is_sqlite() else postgresql.insert(table)
    rows = [{"posting_id": key, "day": day, "views": views[0]} for (key, day), views in sorted(counts.items(), key=str)]
    more = {"views": table.c.views + insert.excluded.views}
    with transaction() as session:
        session.execute(insert.on_conflict_do_update(index_elements=["posting_id", "day"], set_=more), rows)


gatherer: Gatherer[_Key] = Gatherer(_write, what="views", once_within=1800.0, most=50_000)
"""Many readers of many postings at once are what is to be counted, not a flood to be shut out."""
