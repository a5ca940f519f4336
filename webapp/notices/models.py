from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.sealing import Sealed


class NoticeKind(Labelled):
    MATCH = "match", "新岗位"
    APPLICATION = "application", "收到应聘"
    REVIEW = "review", "审核结果"
    EMPLOYER = "employer", "单位核验结果"
    ROLE = "role", "权限变动"
    POSTING = "posting", "岗位到期和确认"
    TAKEN_DOWN = "taken_down", "岗位下架"
    CHECK = "check", "岗位抽查"
    REPORT = "report", "举报办理"
    DEMAND = "demand", "用工需求"
    PROGRESS = "progress", "应聘进展"
    INTERVIEW = "interview", "面试"
    WAITING = "waiting", "待答复的应聘"
    HIRE = "hire", "录用和就业登记"
    CASE = "case", "实名制帮扶"


class Notice(Base):
    """One line of a person's inbox. Text holds no personal data of others; `path` leads to the thing itself."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("person_id", "kind", "subject"), Index("ix_notice_inbox", "person_id", "created_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[NoticeKind]
    subject: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(500), default="")
    path: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Channel(Labelled):
    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"


class MessageState(Labelled):
    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    UNKNOWN = "unknown", "结果不明"
    FAILED = "failed", "发送失败"


class Message(Base):
    """A message for one channel outside the house. `dedupe_key` is told to the gateway and is unique here."""

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    channel: Mapped[Channel]
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Wiped once the message was sent."""
    title: Mapped[str] = mapped_column(String(120))
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    leave_path: Mapped[str] = mapped_column(String(200), default="")
    """The page where its reader can stop such messages; empty for what nobody subscribes to."""
    state: Mapped[MessageState] = mapped_column(default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    address = Sealed("address_sealed")
    body = Sealed("body_sealed")
