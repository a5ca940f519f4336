from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now, today
from webapp.inspection.drawing import Layer
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.sealing import Sealed

KEY_BYTES = 16


class CampaignState(Labelled):
    PREPARED = "prepared", "待抽取"
    RUNNING = "running", "检查中"
    FINISHED = "finished", "已结束"
    PUBLISHED = "published", "已公布"
    CANCELLED = "cancelled", "已作废"


_C = CampaignState
NEXT: dict[CampaignState, frozenset[CampaignState]] = {
    _C.PREPARED: frozenset({_C.RUNNING, _C.CANCELLED}),
    _C.RUNNING: frozenset({_C.FINISHED, _C.CANCELLED}),
    _C.FINISHED: frozenset({_C.PUBLISHED}),
    _C.PUBLISHED: frozenset(),
    _C.CANCELLED: frozenset(),
}


class Campaign(Base):
    """One round of spot checks. The population is frozen before the seed is known, and a campaign is drawn once."""

    __tablename__ = "spot_campaign"
    __table_args__ = (Index("ix_spot_campaign_region", "region", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    title: Mapped[str] = mapped_column(String(80))
    region: Mapped[str] = mapped_column(String(6))
    definition: Mapped[dict[str, str]] = mapped_column(JSON)
    """What the population is, as `population.Definition` writes it."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    population: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the population's text."""
    rate: Mapped[int] = mapped_column(Integer)
    """Hundredths of a percent."""
    size: Mapped[int] = mapped_column(Integer)
    seed: Mapped[str | None] = mapped_column(String(64))
    """What was typed, and behind a dash the digits the machine added; told to nobody before it was drawn."""
    roster: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Keys of the inspectors among whom was drawn, in ascending order."""
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[CampaignState] = mapped_column(default=CampaignState.PREPARED)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")

    @property
    def is_late(self) -> bool:
        return self.state is CampaignState.RUNNING and self.due_on < today()


class Stratum(Base):
    """A county and a source of the population: the keys of its postings, 16 bytes each, and how many of them are checked."""

    __tablename__ = "spot_stratum"
    __table_args__ = (UniqueConstraint("campaign_id", "county", "source"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(Campaign.id))
    county: Mapped[str] = mapped_column(String(6))
    source: Mapped[str] = mapped_column(String(60))
    population: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    keys: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def layer(self) -> Layer:
        starts = range(0, len(self.keys), KEY_BYTES)
        return Layer(self.county, self.source, tuple(UUID(bytes=self.keys[start : start + KEY_BYTES]) for start in starts))


class Verdict(Labelled):
    VALID = "valid", "有效"
    FILLED = "filled", "失效（已招满）"
    STOPPED = "stopped", "失效（已停招）"
    FALSE = "false", "虚假"
    UNREACHABLE = "unreachable", "联系不上"


STALE = frozenset({Verdict.FILLED, Verdict.STOPPED})


class Effect(Labelled):
    """What became of the posting with the verdict."""

    NONE = "none", "未处理岗位"
    TAKEN_DOWN = "taken_down", "已下架"
    STOPPED = "stopped", "已停止招聘"
    ALREADY_CLOSED = "already_closed", "当时已不在发布"


class CallOutcome(Labelled):
    REACHED = "reached", "接通，问到了"
    NO_ANSWER = "no_answer", "无人接听或占线"
    WRONG_NUMBER = "wrong_number", "空号、停机或号码不对"
    SILENT = "silent", "接通，不愿回答"
    ON_SITE = "on_site", "上门或凭资料核实"


ANSWERED = frozenset({CallOutcome.REACHED, CallOutcome.ON_SITE})
"""After these the inspector knows how it stands with the posting."""


class Check(Base):
    """One drawn posting, as it was shown when it was drawn, in the hands of one inspector."""

    __tablename__ = "spot_check"
    __table_args__ = (
        UniqueConstraint("campaign_id", "posting_id"),
        Index("ix_spot_check_inspector", "inspector_id", "verdict"),
        Index("ix_spot_check_employer", "employer_name", "region"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(Campaign.id))
    stratum_id: Mapped[UUID] = mapped_column(ForeignKey(Stratum.id), index=True)
    number: Mapped[int] = mapped_column(Integer)
    """Its place in the order of the draw, from 1."""
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), index=True)
    region: Mapped[str] = mapped_column(String(6))
    employer_name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(60))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_digest: Mapped[str] = mapped_column(String(64))
    eligible: Mapped[list[int]] = mapped_column(JSON)
    """Places in the campaign's roster of those who could have been drawn for it."""
    drawn_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    """Whom the draw chose."""
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    """Who has it now."""
    verdict: Mapped[Verdict | None]
    effect: Mapped[Effect] = mapped_column(default=Effect.NONE)
    reason: Mapped[str] = mapped_column(String(200), default="")
    """What the employer was told."""
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopen_reason: Mapped[str] = mapped_column(String(200), default="")
    """Why whoever leads the campaign had it checked again, the last time."""


class Call(Base):
    """One attempt to learn how it stands: never changed, never deleted; only its remark is wiped after its time."""

    __tablename__ = "spot_call"
    __table_args__ = (Index("ix_spot_call_check", "check_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    check_id: Mapped[UUID] = mapped_column(ForeignKey(Check.id))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    outcome: Mapped[CallOutcome]
    verdict: Mapped[Verdict | None]
    remark_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    remark = Sealed("remark_sealed")


class ReportKind(Labelled):
    FALSE = "false", "虚假招聘（岗位、工资或单位不真实）"
    DISCRIMINATION = "discrimination", "就业歧视（性别、民族、地域、婚育、健康等）"
    FEE = "fee", "收费、扣押证件或骗取财物"
    OTHER = "other", "其他问题"

    @property
    def short(self) -> str:
        return {"false": "虚假", "discrimination": "歧视", "fee": "收费", "other": "其他"}[self.value]


class ReportState(Labelled):
    RECEIVED = "received", "待受理"
    IN_HAND = "in_hand", "办理中"
    DECIDED = "decided", "已办结"


class Decision(Labelled):
    TAKE_DOWN = "take_down", "属实，岗位下架"
    MEND = "mend", "属实，责令整改"
    UNFOUNDED = "unfounded", "不属实"
    TRANSFER = "transfer", "转交有关部门"


UPHELD = frozenset({Decision.TAKE_DOWN, Decision.MEND})


class Office(Labelled):
    """Whom a report is handed to where this platform may not decide."""

    LABOUR = "labour", "劳动保障监察机构"
    MARKET = "market", "市场监督管理部门"
    POLICE = "police", "公安机关"


class PublicReport(Base):
    """What somebody reported about a posting. Who it was, how to reach them and what they wrote are sealed."""

    __tablename__ = "public_report"
    __table_args__ = (
        Index("ix_public_report_queue", "region", "state", "due_at"),
        Index("ix_public_report_origin", "origin_index", "received_at"),
        Index("ix_public_report_employer", "employer_name", "region"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    once: Mapped[UUID] = mapped_column(unique=True)
    """Key of the form it was written on: sent twice, it is one report."""
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed hash of the secret code that was shown once."""
    origin_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Blind index of the network address: counted, never read back."""
    kind: Mapped[ReportKind]
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), index=True)
    region: Mapped[str] = mapped_column(String(6))
    employer_name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(60))
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    """Only where a signed-in person wanted to be told in the own inbox."""
    by_sms: Mapped[bool] = mapped_column(default=False)
    """The consent that the outcome is sent to the phone."""
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[ReportState] = mapped_column(default=ReportState.RECEIVED)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    """Who is asked to take it over; the handler owns it until they do."""
    decision: Mapped[Decision | None]
    effect: Mapped[Effect] = mapped_column(default=Effect.NONE)
    """How the posting stood once it was decided."""
    outcome: Mapped[str] = mapped_column(String(300), default="")
    """What the reporter is told besides the decision; holds no personal data."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """How it was found out, for the file."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    text = Sealed("text_sealed")
    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")
    note = Sealed("note_sealed")

    @property
    def is_late(self) -> bool:
        return (self.decided_at or now()) > self.due_at

    @property
    def result(self) -> str:
        """The decision in a few words, as it came out."""
        if self.decision in UPHELD and self.effect is Effect.ALREADY_CLOSED:
            return "属实，岗位已不在发布"
        return self.decision.label if self.decision else ""


class Transfer(Base):
    """A report was handed to an office: which, why, and under what sign. Never changed, never deleted."""

    __tablename__ = "report_transfer"
    __table_args__ = (Index("ix_report_transfer_report", "report_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    report_id: Mapped[UUID] = mapped_column(ForeignKey(PublicReport.id))
    office: Mapped[Office]
    office_name: Mapped[str] = mapped_column(String(80))
    sign: Mapped[str] = mapped_column(String(60), default="")
    """移送文号."""
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
