"""Records of services, and what is counted from them.

`CaseItem` and the counted columns of a case can be computed again from the records at any time; nothing but `counting` writes them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.casework.models import Case, Client
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.sealing import Sealed

_CURRENT = text("superseded_at IS NULL")
_STILL_OPEN = text("until IS NULL")


class Entered(Labelled):
    """How a record came into the system (全流程进系统)."""

    WEB = "web", "当时录入"
    LATE = "late", "事后补录"
    IMPORT = "import", "表格导入"
    DERIVED = "derived", "平台自动生成"


OFFLINE = frozenset({Entered.LATE, Entered.IMPORT})
"""Done on paper first: their share is shown."""


class ServiceRecord(Base):
    """One service for one person: of which kind, on which day, in which way, by whom, and what was done. Never changed, only superseded."""

    __tablename__ = "service_record"
    __table_args__ = (
        Index("ix_service_record_case", "case_id", "on"),
        Index("ix_service_record_by", "by_id", "on"),
        Index("ix_service_record_on", "on", "entered"),
        Index("uq_service_record_corrects", "corrects_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    type: Mapped[str] = mapped_column(String(30))
    """A code of the table of service types."""
    on: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(64), default="")
    """What was offered, where the kind counts by it: the key of a posting, or a digest of the words that named one elsewhere."""
    posting_id: Mapped[UUID | None] = mapped_column(ForeignKey(Posting.id))
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    evidence_id: Mapped[UUID | None]
    """A stored file."""
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    """Who served; no record is without."""
    role: Mapped[str] = mapped_column(String(30))
    entered: Mapped[Entered]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_record.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """It was a mistake: another holds in its place, or none."""
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Why it was one."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    content = Sealed("content_sealed")
    reason = Sealed("reason_sealed")

    @property
    def holds(self) -> bool:
        return self.superseded_at is None


class CaseItem(Base):
    """One item of the standard for one person: how much is asked, done, until when."""

    __tablename__ = "case_item"
    __table_args__ = (Index("ix_case_item_due", "item", "due_on"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id), primary_key=True)
    item: Mapped[str] = mapped_column(String(30), primary_key=True)
    standard: Mapped[str] = mapped_column(String(30))
    types: Mapped[list[str]] = mapped_column(JSON)
    needed: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date | None] = mapped_column(Date)
    """The last day; None: fulfilled, or not asked of this person now."""
    done_on: Mapped[date | None] = mapped_column(Date)
    """When it was fulfilled."""

    @property
    def is_done(self) -> bool:
        return self.done >= self.needed


class ChangeState(Labelled):
    LOOKING = "looking", "正在测算"
    LOOKED = "looked", "已测算，等确认"
    PLANNED = "planned", "已确认，等生效日"
    RUNNING = "running", "正在重算"
    DONE = "done", "已完成"
    DROPPED = "dropped", "已放弃"


class PersonState(Labelled):
    """Where a person stands against the standard: what a change of it may change."""

    NONE = "none", "不作要求"
    MET = "met", "已达标"
    DUE = "due", "未达标、未到期"
    OVERDUE = "overdue", "逾期"


class StandardChange(Base):
    """A standard that a city (or the table's keeper) changed, and whom that changed."""

    __tablename__ = "standard_change"
    __table_args__ = (Index("ix_standard_change_state", "state", "valid_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    programme: Mapped[str] = mapped_column(String(30))
    region: Mapped[str] = mapped_column(String(6))
    standard: Mapped[str] = mapped_column(String(30))
    valid_from: Mapped[date] = mapped_column(Date)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The rows as they will stand in the table."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The standard that held for the region until then."""
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.LOOKING)
    reason: Mapped[str] = mapped_column(Text, default="")
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StandardChangeRow(Base):
    """One person whose state a change of the standard changed (or would change)."""

    __tablename__ = "standard_change_row"
    __table_args__ = (UniqueConstraint("change_id", "case_id"), Index("ix_standard_change_row_states", "change_id", "before", "after"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    change_id: Mapped[UUID] = mapped_column(ForeignKey(StandardChange.id))
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    region: Mapped[str] = mapped_column(String(6))
    before: Mapped[PersonState]
    after: Mapped[PersonState]
    done_before: Mapped[int] = mapped_column(Integer)
    due_before: Mapped[int] = mapped_column(Integer)
    done_after: Mapped[int] = mapped_column(Integer)
    due_after: Mapped[int] = mapped_column(Integer)


class Plan(Base):
    """What was agreed with a person, one version after the other."""

    __tablename__ = "case_plan"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("uq_case_plan_current", "case_id", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    number: Mapped[int] = mapped_column(Integer)
    """1 is the first."""
    goal_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    agreed_on: Mapped[date | None] = mapped_column(Date)
    """When the person agreed; None: not asked yet, or not agreed."""
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    goal = Sealed("goal_sealed")


class Doer(Labelled):
    OFFICE = "office", "就业专员"
    PERSON = "person", "本人"
    OTHER = "other", "其他单位"


class PlanStep(Base):
    __tablename__ = "case_plan_step"
    __table_args__ = (UniqueConstraint("plan_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey(Plan.id))
    position: Mapped[int] = mapped_column(Integer)
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    who: Mapped[Doer]
    due_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)

    what = Sealed("what_sealed")


class Answer(Labelled):
    WAITING = "waiting", "等本人答复"
    ACCEPTED = "accepted", "愿意去"
    DECLINED = "declined", "不去"
    NO_ANSWER = "no_answer", "没有回音"


class DeclineReason(Labelled):
    """About the posting, never about the person."""

    PAY = "pay", "工资不合适"
    PLACE = "place", "地点太远"
    WORK = "work", "工作内容不合适"
    HOURS = "hours", "上班时间不合适"
    FOUND = "found", "已经找到工作"
    OTHER = "other", "其他"


class Referral(Base):
    """A posting that was shown to a person, and what the person said. The employer learns nothing of it."""

    __tablename__ = "case_referral"
    __table_args__ = (
        UniqueConstraint("case_id", "posting_id"),
        Index("ix_case_referral_posting", "posting_id"),
        Index("ix_case_referral_answer", "answer", "on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    on: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(30))
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str] = mapped_column(String(30))
    answer: Mapped[Answer] = mapped_column(default=Answer.WAITING)
    reason: Mapped[DeclineReason | None]
    answered_on: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class NeedKind(Labelled):
    GUIDANCE = "guidance", "职业指导"
    TRAINING = "training", "职业培训"
    TRAINEESHIP = "traineeship", "就业见习"
    STARTUP = "startup", "创业服务"
    HOUKOU = "houkou", "落户"
    ARCHIVE = "archive", "档案"
    SUBSIDY = "subsidy", "补贴申领"


class CaseNeed(Base):
    """What a person asked for, from a day to a day."""

    __tablename__ = "case_need"
    __table_args__ = (Index("uq_case_need_open", "case_id", "kind", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[NeedKind]
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))


class Unemployment(Base):
    """A span without work, as somebody said or registered it."""

    __tablename__ = "unemployment"
    __table_args__ = (Index("uq_unemployment_open", "client_id", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    client_id: Mapped[UUID] = mapped_column(ForeignKey(Client.id))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """The first day with work again."""
    is_registered: Mapped[bool] = mapped_column(Boolean, default=False)
    """失业登记."""
    source: Mapped[str] = mapped_column(String(80))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ProofKind(Labelled):
    """四地同等: each of them alone opens the service."""

    HOUSEHOLD = "household", "户籍地"
    LIVING = "living", "常住地"
    WORKING = "working", "就业地"
    INSURED = "insured", "参保地"


class Proof(Base):
    """Why a place looks after a person."""

    __tablename__ = "case_proof"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[ProofKind]
    region: Mapped[str] = mapped_column(String(6))
    seen: Mapped[str] = mapped_column(String(80), default="")
    """Which paper was shown."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    on: Mapped[date] = mapped_column(Date)


class RunState(Labelled):
    WAITING = "waiting", "等待运行"
    RUNNING = "running", "正在评估"
    DONE = "done", "已完成"


class ProgrammeRun(Base):
    """One evaluation of a programme's rules over everybody they may concern."""

    __tablename__ = "programme_run"
    __table_args__ = (Index("ix_programme_run_programme", "programme", "on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    programme: Mapped[str] = mapped_column(String(30))
    on: Mapped[date] = mapped_column(Date)
    state: Mapped[RunState] = mapped_column(default=RunState.WAITING)
    rules: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    """Region -> the rules that held there."""
    examined: Mapped[int] = mapped_column(Integer, default=0)
    entering: Mapped[int] = mapped_column(Integer, default=0)
    leaving: Mapped[int] = mapped_column(Integer, default=0)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MoveKind(Labelled):
    ENTER = "enter", "纳入"
    LEAVE = "leave", "退出"


class MoveState(Labelled):
    PROPOSED = "proposed", "待确认"
    DONE = "done", "已办理"
    REFUSED = "refused", "不办理"


class ProgrammeMove(Base):
    """That the rules let somebody enter or leave a programme, and what came of it: nobody is dropped without a word."""

    __tablename__ = "programme_move"
    __table_args__ = (
        Index("ix_programme_move_run", "run_id", "kind"),
        Index("ix_programme_move_state", "state", "region"),
        Index(
            "uq_programme_move_open",
            "programme",
            "client_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    run_id: Mapped[UUID] = mapped_column(ForeignKey(ProgrammeRun.id))
    programme: Mapped[str] = mapped_column(String(30))
    client_id: Mapped[UUID] = mapped_column(ForeignKey(Client.id))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey(Case.id))
    """The case in the programme; of who is to enter it the one that brought the person here, where there is one."""
    region: Mapped[str] = mapped_column(String(6))
    kind: Mapped[MoveKind]
    reason: Mapped[str] = mapped_column(String(30))
    """A code: the rule, or the programme's reason of leaving."""
    why: Mapped[str] = mapped_column(String(200))
    """The same in words, without anything of the person."""
    state: Mapped[MoveState] = mapped_column(default=MoveState.PROPOSED)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    remark = Sealed("remark_sealed")
