from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.sealing import Sealed

_STILL_OPEN = text("until IS NULL")
"""Of the rows with an end that is not known yet there is at most one: a unique index over these alone, on both databases."""


class Sex(Labelled):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Client(Base):
    """A person an office looks after, known by the ID number. Needs no account: `person_id` is set once an account proved the same number.

    What identifies is sealed; the blind indexes find one row by an exact number or name and nothing by a part of it.
    """

    __tablename__ = "client"
    __table_args__ = (Index("ix_client_phone", "phone_index"), Index("ix_client_name", "name_index"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    id_number_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    id_number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    other_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the family, or a second one; shown to whoever holds the case."""
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sex: Mapped[Sex | None]
    born_year: Mapped[int | None] = mapped_column(Integer)
    """The exact day stands in the sealed ID number only."""
    household_region: Mapped[str | None] = mapped_column(String(6))
    """户籍地, a county."""
    living_region: Mapped[str | None] = mapped_column(String(6))
    """常住地, a county."""
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    id_number = Sealed("id_number_sealed")
    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")
    other_phone = Sealed("other_phone_sealed")
    address = Sealed("address_sealed")


class Graduation(Base):
    """What a client graduated from, one row a year and school."""

    __tablename__ = "graduation"
    __table_args__ = (UniqueConstraint("client_id", "year", "school"), Index("ix_graduation_school", "school", "year"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    client_id: Mapped[UUID] = mapped_column(ForeignKey(Client.id))
    year: Mapped[int] = mapped_column(Integer)
    """毕业年度."""
    school: Mapped[str] = mapped_column(String(60))
    """As the table of schools writes it; a name that stands in no table stays as it was written."""
    school_code: Mapped[str | None] = mapped_column(String(10))
    major: Mapped[str] = mapped_column(String(60), default="")
    major_code: Mapped[str | None] = mapped_column(String(10))
    education: Mapped[int] = mapped_column(Integer)
    """An Education rank."""
    graduated_on: Mapped[date | None] = mapped_column(Date)


class Stage(Labelled):
    OPEN = "open", "服务中"
    CLOSED = "closed", "已退出"


class Willingness(Labelled):
    """What the person said about looking for work; whoever was not reached yet has said nothing."""

    UNKNOWN = "unknown", "尚未表态"
    WILLING = "willing", "有就业意愿"
    UNWILLING = "unwilling", "暂无就业意愿"


class Standing(Labelled):
    """Which of the three registers a person stands in (就业、失业、暂无就业意愿, kept apart); unknown until somebody learnt it."""

    UNKNOWN = "unknown", "未摸清"
    EMPLOYED = "employed", "已就业"
    UNEMPLOYED = "unemployed", "未就业"
    UNWILLING = "unwilling", "暂无就业意愿"
    STUDYING = "studying", "升学"


class Waiting(Labelled):
    """Whose turn it is."""

    NOBODY = "nobody", "无"
    FOR_THEM = "for_them", "等对方"
    FOR_US = "for_us", "等我们"


class Case(Base):
    """One person in one programme, over all years: what the desk of a caseworker lists, with all that its filters ask.

    Columns below `next_on` are counted from the rows they speak of and can be counted again; nothing else writes them than the operations
    of this room. `version` is raised by every change, so that two editors see each other.
    """

    __tablename__ = "casework_case"
    __table_args__ = (
        UniqueConstraint("client_id", "programme"),
        Index("ix_case_queue", "region", "programme", "stage", "caseworker_id", "next_on"),
        Index("ix_case_worker", "caseworker_id", "stage", "next_on"),
        Index("ix_case_cohort", "programme", "cohort", "region"),
        Index("ix_case_seq", "seq", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    seq: Mapped[int] = mapped_column(Integer)
    """A short number to speak of on the phone; says nothing of the person."""
    client_id: Mapped[UUID] = mapped_column(ForeignKey(Client.id))
    programme: Mapped[str] = mapped_column(String(30))
    cohort: Mapped[int | None] = mapped_column(Integer)
    """The latest year of graduation; None in a programme without years."""
    region: Mapped[str] = mapped_column(String(6))
    """The county that looks after the person: every query is scoped by it."""
    street: Mapped[str] = mapped_column(String(9), default="")
    """Nine digits of a street or town; empty: not known yet."""
    stage: Mapped[Stage] = mapped_column(default=Stage.OPEN)
    willingness: Mapped[Willingness] = mapped_column(default=Willingness.UNKNOWN)
    ask_again_on: Mapped[date | None] = mapped_column(Date)
    """When somebody who is not looking for work is asked again."""
    standing: Mapped[Standing] = mapped_column(default=Standing.UNKNOWN)
    caseworker_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the present caseworker first opened it; None: new to them."""
    entered_on: Mapped[date] = mapped_column(Date)
    counts_from: Mapped[date | None] = mapped_column(Date)
    """Since when services count for the standard, where that is later than the entry: the return of somebody who had left."""
    left_on: Mapped[date | None] = mapped_column(Date)
    left_reason: Mapped[str] = mapped_column(String(30), default="")
    waiting: Mapped[Waiting] = mapped_column(default=Waiting.NOBODY)
    next_on: Mapped[date | None] = mapped_column(Date)
    next_what: Mapped[str] = mapped_column(String(60), default="")
    contacted_on: Mapped[date | None] = mapped_column(Date)
    """When somebody last spoke with the person; tries that reached nobody do not count."""
    tried_on: Mapped[date | None] = mapped_column(Date)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    """Tries since the last contact."""
    acted_on: Mapped[date | None] = mapped_column(Date)
    """The last thing anybody did."""
    is_hardship: Mapped[bool] = mapped_column(default=False)
    has_plan: Mapped[bool] = mapped_column(default=False)
    services: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Services of this stay that count: typed, dated, once per visit and kind."""
    items_done: Mapped[int] = mapped_column(Integer, default=0)
    """Items of the standard that are fulfilled."""
    items_due: Mapped[int] = mapped_column(Integer, default=0)
    """Items that the standard asks for this person; 0: it asks none (no standard, unwilling, placed, left)."""
    overdue_since: Mapped[date | None] = mapped_column(Date)
    """The first day of the earliest item of the standard that is past its day; None: nothing is."""
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it as an instance variable

    @property
    def number(self) -> str:
        return f"{self.seq:06d}"

    @property
    def since(self) -> date:
        """The first day of the present stay."""
        return self.counts_from or self.entered_on


class OriginKind(Labelled):
    SCHOOL = "school", "学校移交"
    RETURNED = "returned", "户籍地回流"
    RESIDENT = "resident", "外地户籍来求职"
    SELF = "self", "本人登记"
    STAFF = "staff", "工作人员登记"
    RULE = "rule", "按规则纳入"


class Origin(Base):
    """Where a case came from; a person who stands on several lists keeps every one of them."""

    __tablename__ = "case_origin"
    __table_args__ = (UniqueConstraint("case_id", "kind", "source", "year"), Index("ix_case_origin_batch", "batch_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[OriginKind]
    source: Mapped[str] = mapped_column(String(80), default="")
    """The school, the file's own name of its list, the rule."""
    year: Mapped[int] = mapped_column(Integer, default=0)
    batch_id: Mapped[UUID | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the row as it came, so that the same file changes nothing."""
    on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TagKind(Labelled):
    """Groups with a claim to more help (人社部 rules, 求职补贴 groups). Never shown to an employer."""

    LOW_INCOME = "low_income", "低保家庭"
    POVERTY_RISK = "poverty_risk", "脱贫、防返贫监测家庭"
    NO_WORKER = "no_worker", "零就业家庭"
    DISABLED = "disabled", "残疾"
    ORPHAN = "orphan", "特困、孤儿"
    STUDENT_LOAN = "student_loan", "国家助学贷款"
    LONG_UNEMPLOYED = "long_unemployed", "长期失业"
    SINGLE_PARENT = "single_parent", "抚养未成年子女的单亲家庭"
    LANDLESS = "landless", "失地"
    OTHER = "other", "其他困难"


class Tag(Base):
    """That a person belongs to a group, since when and who says so."""

    __tablename__ = "case_tag"
    __table_args__ = (
        Index("uq_case_tag_open", "case_id", "kind", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        Index("ix_case_tag_case", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[TagKind]
    source: Mapped[str] = mapped_column(String(80))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Assignment(Base):
    """That a caseworker holds a case, from a day to a day; of a case one is open at most."""

    __tablename__ = "case_assignment"
    __table_args__ = (
        Index("uq_case_assignment_open", "case_id", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        Index("ix_case_assignment_worker", "caseworker_id", "until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    caseworker_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class StepKind(Labelled):
    ENTERED = "entered", "纳入名单"
    CHANGED = "changed", "修改资料"
    ASSIGNED = "assigned", "分派"
    HANDED_OVER = "handed_over", "移交"
    CONTACT = "contact", "联系"
    WILLINGNESS = "willingness", "意愿"
    TAGGED = "tagged", "困难类别"
    PLANNED = "planned", "帮扶计划"
    SERVICE = "service", "服务"
    REFERRAL = "referral", "岗位推荐"
    PLATFORM = "platform", "本人在平台"
    DESTINATION = "destination", "去向"
    COMPARED = "compared", "部门比对"
    TRAINEESHIP = "traineeship", "就业见习"
    MESSAGE = "message", "消息"
    SHOWN = "shown", "查看个人信息"
    LEFT = "left", "退出"
    RETURNED = "returned", "重新纳入"
    UNDONE = "undone", "撤销"


class CaseStep(Base):
    """One thing anyone did in a case, kept for ever; the timeline. What is corrected is superseded by another step."""

    __tablename__ = "case_step"
    __table_args__ = (Index("ix_case_step_case", "case_id", "id"), Index("ix_case_step_about", "about_id"), Index("ix_case_step_by", "by_id", "on"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[StepKind]
    on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str] = mapped_column(String(30), default="")
    said: Mapped[str] = mapped_column(String(300), default="")
    """Written by the house, without anything of a person: `未接通（第 2 次）`."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Codes and counts only."""
    about_id: Mapped[UUID | None]
    """The row it is about: a service record, a referral, an application."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    note = Sealed("note_sealed")
