from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, Yuan, new_key, now
from webapp.employers.models import Employer
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.reference.models import Education, EmploymentType, WageUnit
from webapp.sealing import Sealed

_STILL_OPEN = text("until IS NULL")
"""Of the rows with an end that is not known yet there is at most one: a unique index over these alone, on both databases."""


class Care(Base):
    """That an officer is responsible for an employer, from a day to a day; of an employer one is open at most."""

    __tablename__ = "care"
    __table_args__ = (
        Index("uq_care_open", "employer_id", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        Index("ix_care_officer", "officer_id", "until"),
        Index("ix_care_next", "next_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why it changed hands; empty for the first officer of an employer."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    contacted_on: Mapped[date | None] = mapped_column(Date)
    """The latest visit of whoever was responsible; goes on to the next officer."""
    next_on: Mapped[date | None] = mapped_column(Date)
    """When the employer is to be contacted again."""


class KeyReason(Labelled):
    PROJECT = "project", "重大项目"
    MANUFACTURING = "manufacturing", "先进制造业"
    LARGE = "large", "用工量大"
    ROSTER = "roster", "用工支持名录"


class KeyMark(Base):
    """Why an employer is a 重点企业, from a day on."""

    __tablename__ = "key_mark"
    __table_args__ = (
        Index("uq_key_mark_open", "employer_id", "reason", "roster", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    reason: Mapped[KeyReason]
    roster: Mapped[str] = mapped_column(String(60), default="")
    """Which list it stands on (专精特新, 名特优新 ...), where the reason is a list."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))


class VisitWay(Labelled):
    ON_SITE = "on_site", "走访"
    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"
    MEETING = "meeting", "座谈"


class Visit(Base):
    """One contact with an employer. A mistake is superseded by a new row, never overwritten."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_employer", "employer_id", "on"), Index("ix_visit_officer", "officer_id", "on"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    on: Mapped[date] = mapped_column(Date)
    way: Mapped[VisitWay]
    met_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    summary_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_on: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), unique=True)

    met = Sealed("met_sealed")
    summary = Sealed("summary_sealed")


class NeedState(Labelled):
    OPEN = "open", "待对接"
    POSTED = "posted", "已生成岗位"
    FILLED = "filled", "已招满"
    WITHDRAWN = "withdrawn", "已撤销"
    TO_TRAINING = "to_training", "转培训"


_S = NeedState
ENDS = (_S.FILLED, _S.WITHDRAWN, _S.TO_TRAINING)
LIVE = (_S.OPEN, _S.POSTED)
NEXT: dict[NeedState, frozenset[NeedState]] = {
    _S.OPEN: frozenset({_S.POSTED, *ENDS}),
    _S.POSTED: frozenset({_S.OPEN, *ENDS}),
    _S.FILLED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.TO_TRAINING: frozenset(),
}
"""The one table of moves. POSTED -> OPEN: none of its postings is left. A wrong ending is superseded by a new need (`Need.supersedes_id`)."""


class Urgency(Labelled):
    NORMAL = "normal", "一般"
    SOON = "soon", "较急"
    URGENT = "urgent", "急需"


class NeedSource(Labelled):
    VISIT = "visit", "专员走访"
    EMPLOYER = "employer", "企业自报"
    UNEMPLOYMENT = "unemployment", "失业动态监测系统"
    SHORTAGE = "shortage", "企业急需紧缺用工服务平台"
    DISPATCH = "dispatch", "重点企业用工常态化服务调度系统"


SYSTEMS = (NeedSource.UNEMPLOYMENT, NeedSource.SHORTAGE, NeedSource.DISPATCH)
"""Those whose files are imported (临政发〔2025〕4号 二(七))."""


class Need(Base):
    """How many people of an occupation an employer needs, until when and on what terms: one row of the 用工需求台账."""

    __tablename__ = "need"
    __table_args__ = (
        Index("ix_need_employer", "employer_id", "state"),
        Index("ix_need_state_touched", "state", "touched_on"),
        Index("ix_need_region_opened", "region", "opened_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    state: Mapped[NeedState] = mapped_column(default=NeedState.OPEN)
    source: Mapped[NeedSource]
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey(Visit.id))
    title: Mapped[str] = mapped_column(String(60), default="")
    """What the employer calls it; empty: the name of the occupation."""
    occupation: Mapped[str] = mapped_column(String(12))
    employment_type: Mapped[EmploymentType | None]
    headcount: Mapped[int] = mapped_column(Integer)
    hired: Mapped[int] = mapped_column(Integer, default=0)
    by_on: Mapped[date | None] = mapped_column(Date)
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.NORMAL)
    region: Mapped[str] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(120), default="")
    wage_unit: Mapped[WageUnit | None]
    wage_low: Mapped[Decimal | None] = mapped_column(Yuan)
    wage_high: Mapped[Decimal | None] = mapped_column(Yuan)
    education: Mapped[int | None] = mapped_column(Integer)
    """An Education rank; None: not asked yet."""
    conditions: Mapped[str] = mapped_column(Text, default="")
    opened_on: Mapped[date] = mapped_column(Date)
    touched_on: Mapped[date] = mapped_column(Date)
    """When anybody last asked, changed or did something about it; what lies too long is overdue."""
    closed_on: Mapped[date | None] = mapped_column(Date)
    superseded_on: Mapped[date | None] = mapped_column(Date)
    """A wrong ending: the row stays, another one goes on in its place, and it is counted nowhere."""
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id"), unique=True)
    told: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    """Of an imported one, by source: `count` it named last and the `digest` of its row, so that the same file changes nothing."""

    @property
    def education_level(self) -> Education | None:
        return None if self.education is None else Education.of(self.education)

    @property
    def left(self) -> int:
        return max(0, self.headcount - self.hired)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class StepKind(Labelled):
    OPENED = "opened", "登记"
    CHANGED = "changed", "修改"
    CONFIRMED = "confirmed", "核实仍需要"
    HIRED = "hired", "录用进度"
    POSTED = "posted", "生成岗位"
    LINKED = "linked", "关联岗位"
    POSTING = "posting", "岗位变动"
    RETURNED = "returned", "恢复待对接"
    MERGED = "merged", "并入来源"
    CLOSED = "closed", "关闭"
    SUPERSEDED = "superseded", "更正关闭"


class NeedStep(Base):
    """One thing that happened to a need, kept for ever: what it said before stands in here."""

    __tablename__ = "need_step"
    __table_args__ = (Index("ix_need_step_need", "need_id", "on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    need_id: Mapped[UUID] = mapped_column(ForeignKey(Need.id))
    kind: Mapped[StepKind]
    on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    said: Mapped[str] = mapped_column(String(300), default="")
    """Written by the house, without anything of a person: `人数 5 → 8`."""
    hired: Mapped[int | None] = mapped_column(Integer)
    """The hired so far after a step of the kind HIRED: what a past period is counted with."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    note = Sealed("note_sealed")


class NeedPosting(Base):
    """A posting that was made for a need, or found to be about it. A posting answers one need."""

    __tablename__ = "need_posting"
    __table_args__ = (Index("ix_need_posting_need", "need_id"),)

    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), primary_key=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey(Need.id))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class WorkState(Labelled):
    """Of work that a process of the batch queue does."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    REFUSED = "refused", "没有完成"


class NeedBatch(Base):
    """One file of needs from another system, and what became of its rows."""

    __tablename__ = "need_batch"
    __table_args__ = (Index("ix_need_batch_by", "by_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    source: Mapped[NeedSource]
    file_name: Mapped[str] = mapped_column(String(200))
    regions: Mapped[list[str]] = mapped_column(JSON)
    """Where whoever sent it may write: employers elsewhere are refused."""
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[WorkState] = mapped_column(default=WorkState.WAITING)
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The file as it came; wiped once it was read."""
    rows: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    merged: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)
    refusals_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The rows that were not taken, as a CSV text with a reason each."""
    trouble: Mapped[str] = mapped_column(String(300), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    content = Sealed("content_sealed")
    refusals = Sealed("refusals_sealed")
