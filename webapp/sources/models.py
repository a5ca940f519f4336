from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled


class Source(Base):
    __tablename__ = "source"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    opens: Mapped[bool] = mapped_column(default=True)
    """The standing decision: its rows open without a reviewer. Who decided it is on the ledger (SourceOpened)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RefusalReason(Labelled):
    """Why a row was refused: a closed list."""

    NO_TITLE = "no_title", "缺岗位名称"
    NO_EMPLOYER = "no_employer", "缺用人单位名称"
    NO_PLACE = "no_place", "缺工作地点：没有已知地市的六位行政区划代码"
    BROKEN_ROW = "broken_row", "行损坏：列数与表头不符或内容无法读取"
    REPEATED_ID = "repeated_id", "编号在本文件中重复"


class BatchState(Labelled):
    RUNNING = "running", "导入中"
    DONE = "done", "已完成"
    FAILED = "failed", "已中断"


class Batch(Base):
    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_source", "source_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey(Source.id))
    """None: the file names several sources in its own column."""
    file_name: Mapped[str] = mapped_column(String(200))
    as_of: Mapped[date] = mapped_column(Date)
    state: Mapped[BatchState] = mapped_column(default=BatchState.RUNNING)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Refusal reason -> count of rows."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
