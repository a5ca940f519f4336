from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.casework.models import OriginKind
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled


class RosterState(Labelled):
    WAITING = "waiting", "等待读取"
    READING = "reading", "正在读取"
    READY = "ready", "待确认"
    CONFIRMED = "confirmed", "等待导入"
    IMPORTING = "importing", "正在导入"
    DONE = "done", "已导入"
    UNREADABLE = "unreadable", "读不出来"
    DROPPED = "dropped", "没有导入"


NEXT: dict[RosterState, frozenset[RosterState]] = {
    RosterState.WAITING: frozenset({RosterState.READING, RosterState.DROPPED}),
    RosterState.READING: frozenset({RosterState.READY, RosterState.UNREADABLE}),
    RosterState.READY: frozenset({RosterState.CONFIRMED, RosterState.DROPPED}),
    RosterState.CONFIRMED: frozenset({RosterState.IMPORTING}),
    RosterState.IMPORTING: frozenset({RosterState.DONE}),
    RosterState.DONE: frozenset(),
    RosterState.UNREADABLE: frozenset(),
    RosterState.DROPPED: frozenset(),
}
AT_WORK = frozenset({RosterState.WAITING, RosterState.READING, RosterState.CONFIRMED, RosterState.IMPORTING})
"""States in which the page looks again by itself."""


class RosterFile(Base):
    """One uploaded list, from the upload to what came of its rows. Its content lies with the stored files, sealed."""

    __tablename__ = "roster_file"
    __table_args__ = (Index("ix_roster_file_by", "by_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    kind: Mapped[OriginKind]
    source: Mapped[str] = mapped_column(String(80), default="")
    """Whose list it is; empty: each row's own school."""
    programme: Mapped[str] = mapped_column(String(30))
    year: Mapped[int | None] = mapped_column(Integer)
    """毕业年度 of the rows that say none."""
    state: Mapped[RosterState] = mapped_column(default=RosterState.WAITING)
    trouble: Mapped[str] = mapped_column(String(300), default="")
    columns: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    """Heading and the field it is understood as; an empty field: not understood."""
    rows: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    foreseen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What reading the file counted, before anything was written."""
    counted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What importing it counted."""
    regions: Mapped[list[str]] = mapped_column(JSON)
    """Where whoever sent it leads."""
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
