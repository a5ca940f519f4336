"""The tables of the 急需紧缺职业（工种）目录: a computation, what went into it, and what came out, frozen together."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import LOCAL_ZONE, Base, UtcDateTime, new_key, now
from webapp.labels import Labelled


class CatalogueState(Labelled):
    WAITING = "waiting", "等待计算"
    COMPUTING = "computing", "计算中"
    READY = "ready", "待发布"
    PUBLISHED = "published", "已发布"
    SUPERSEDED = "superseded", "已被替代"


_C = CatalogueState
CATALOGUE_NEXT: dict[CatalogueState, frozenset[CatalogueState]] = {
    _C.WAITING: frozenset({_C.COMPUTING}),
    _C.COMPUTING: frozenset({_C.READY}),
    _C.READY: frozenset({_C.PUBLISHED}),
    _C.PUBLISHED: frozenset({_C.SUPERSEDED}),
    _C.SUPERSEDED: frozenset(),
}


class Catalogue(Base):
    """One computation of the 急需紧缺职业（工种）目录 of a place and a period. From READY on nothing of it changes but whether it is published."""

    __tablename__ = "catalogue"
    __table_args__ = (Index("uq_catalogue_version", "region", "period", "version", unique=True), Index("ix_catalogue_state", "state", "region"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    region: Mapped[str] = mapped_column(String(6))
    period: Mapped[str] = mapped_column(String(7))
    """`2026Q1` or `2026-03`."""
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[CatalogueState] = mapped_column(default=CatalogueState.WAITING)
    formula: Mapped[str] = mapped_column(String(30))
    parameters: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    """Key -> `value` and `basis` of every figure the formula took, as they were that day."""
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalogue.id"))
    """The published one of the period before, which the changes of rank are told against."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Up to when it counts: the end of the period, or the moment of the computation where the period still runs."""
    computed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stage: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    totals: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    inputs_digest: Mapped[str] = mapped_column(String(64), default="")
    rows_digest: Mapped[str] = mapped_column(String(64), default="")
    rechecked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recheck_same: Mapped[bool | None] = mapped_column(Boolean)
    """Whether the frozen inputs gave the same rows when they were computed again."""
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why this version takes the place of one that was published."""

    @property
    def as_of_on(self) -> date | None:
        return self.as_of.astimezone(LOCAL_ZONE).date() if self.as_of else None


class InputKind(Labelled):
    NEED = "need", "台账需求"
    POSTING = "posting", "招聘岗位"
    SEEKERS = "seekers", "求职者"
    MINOR_SEEKERS = "minor_seekers", "求职者（小类）"
    ANY = "any", "求职者（无要求）"
    UNCODED = "uncoded", "求职者（职业未识别）"
    PERSONS = "persons", "求职者合计"


class CatalogueInput(Base):
    """What one need, one posting or one group of seekers gave to a catalogue, as it was then. No person stands in here."""

    __tablename__ = "catalogue_input"
    __table_args__ = (Index("ix_catalogue_input_occupation", "catalogue_id", "occupation", "kind"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    catalogue_id: Mapped[UUID] = mapped_column(ForeignKey(Catalogue.id))
    kind: Mapped[InputKind]
    subject_id: Mapped[UUID | None]
    """The need or the posting."""
    occupation: Mapped[str] = mapped_column(String(12), default="")
    county: Mapped[str] = mapped_column(String(6), default="")
    reporter: Mapped[str] = mapped_column(String(120), default="")
    """Key of the employer, or the name a forwarded posting gives."""
    count: Mapped[int] = mapped_column(Integer)
    carried: Mapped[bool] = mapped_column(Boolean)
    """上期结转: it was there before the period began."""
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    stated: Mapped[bool] = mapped_column(Boolean, default=True)
    """False: the posting names no headcount, and the parameter's was taken."""


class OccupationLevel(Labelled):
    UNIT = "unit", "职业细类"
    MINOR = "minor", "职业小类"


class RankChange(Labelled):
    FIRST = "first", "首期"
    NEW = "new", "新进"
    UP = "up", "上升"
    SAME = "same", "持平"
    DOWN = "down", "下降"
    LEFT = "left", "退出"


class CatalogueRow(Base):
    """One occupation of a catalogue. Sums are persons; `spread`, `ratio` and `score` are whole hundredths and ten-thousandths."""

    __tablename__ = "catalogue_row"
    __table_args__ = (Index("uq_catalogue_row", "catalogue_id", "level", "occupation", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    catalogue_id: Mapped[UUID] = mapped_column(ForeignKey(Catalogue.id))
    level: Mapped[OccupationLevel]
    rank: Mapped[int | None] = mapped_column(Integer)
    """None: it stood in the catalogue of the period before and does not any more."""
    occupation: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    demand: Mapped[int] = mapped_column(Integer, default=0)
    demand_carried: Mapped[int] = mapped_column(Integer, default=0)
    urgent: Mapped[int] = mapped_column(Integer, default=0)
    seekers: Mapped[int] = mapped_column(Integer, default=0)
    seekers_carried: Mapped[int] = mapped_column(Integer, default=0)
    spread: Mapped[int] = mapped_column(Integer, default=0)
    gap: Mapped[int] = mapped_column(Integer, default=0)
    ratio: Mapped[int | None] = mapped_column(Integer)
    employers: Mapped[int] = mapped_column(Integer, default=0)
    counties: Mapped[int] = mapped_column(Integer, default=0)
    typical: Mapped[str] = mapped_column(String(6), default="")
    """The county that needs most of them."""
    score: Mapped[int] = mapped_column(Integer, default=0)
    previous_rank: Mapped[int | None] = mapped_column(Integer)
    change: Mapped[RankChange]
