import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.employers.models import Employer
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.sealing import Sealed


class UploadState(Labelled):
    CHECKED = "checked", "待确认"
    CONFIRMED = "confirmed", "正在处理"
    DONE = "done", "已完成"


class Aim(Labelled):
    """What the employer wants of the rows that are right."""

    SUBMIT = "submit", "提交审核"
    DRAFT = "draft", "存为草稿"


class RowState(Labelled):
    READY = "ready", "可以提交审核"
    LACKING = "lacking", "改好才能提交"
    WRONG = "wrong", "有错误"
    TWICE = "twice", "表里重复"
    KNOWN = "known", "已经上传过"
    SUBMITTED = "submitted", "已提交审核"
    DRAFTED = "drafted", "已存为草稿"


RETURNED = (RowState.WRONG, RowState.LACKING)
"""Rows that go back: mistakes, and what the gate lets be kept as a draft at most."""


class BulkUpload(Base):
    """One table that an employer uploaded; its file is kept by `files` under this key."""

    __tablename__ = "bulk_upload"
    __table_args__ = (Index("ix_bulk_upload_employer", "employer_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    by_role: Mapped[str] = mapped_column(String(30))
    """In which role it was confirmed, so that the worker acts as the person did."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[UploadState] = mapped_column(default=UploadState.CHECKED)
    aim: Mapped[Aim | None]
    rows: Mapped[int] = mapped_column(Integer)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    """Examples and sums that were left in and mean no posting."""
    unread: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Headings that nobody reads: shown, because a column that was meant may be among them."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BulkRow(Base):
    """One row of the table. What it says is sealed: until it is a posting it is nobody's but its employer's."""

    __tablename__ = "bulk_row"
    __table_args__ = (Index("ix_bulk_row_upload", "upload_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    upload_id: Mapped[UUID] = mapped_column(ForeignKey(BulkUpload.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Of its upload: both are forgotten together."""
    number: Mapped[int] = mapped_column(Integer)
    """The line of the table, as the spreadsheet counts it."""
    title: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[RowState]
    digest: Mapped[str] = mapped_column(String(64), default="")
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reasons_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    posting_id: Mapped[UUID | None] = mapped_column(ForeignKey(Posting.id))
    """What it became, or had become before."""

    content = Sealed("content_sealed")
    """The posting's values and the remark as JSON; None: it could not be read."""
    _reasons = Sealed("reasons_sealed")

    @property
    def reasons(self) -> list[str]:
        """What has to be done, in Chinese."""
        return json.loads(self._reasons) if self._reasons else []

    @reasons.setter
    def reasons(self, reasons: list[str]) -> None:
        self._reasons = json.dumps(reasons, ensure_ascii=False) if reasons else None

    @property
    def said(self) -> dict[str, Any]:
        return json.loads(self.content) if self.content else {}


class PostedRow(Base):
    """A row of an employer that became a posting: the same row makes no second one. It outlives its upload."""

    __tablename__ = "posted_row"

    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
