from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.casework.models import Case
from webapp.db import Base, UtcDateTime, Yuan, new_key, now
from webapp.employers.models import Employer
from webapp.labels import Labelled

_GOING_ON = text("ended_on IS NULL")
_HOLDS = text("superseded_at IS NULL")


class TraineePost(Base):
    """So many places to be trained at an employer, by an agreement with dates."""

    __tablename__ = "trainee_post"
    __table_args__ = (Index("ix_trainee_post_region", "region", "closed_on"), Index("ix_trainee_post_employer", "employer_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    title: Mapped[str] = mapped_column(String(60))
    places: Mapped[int] = mapped_column(Integer)
    region: Mapped[str] = mapped_column(String(6))
    """The county where the work is done: its minimum wage is the measure, and its office keeps the post."""
    allowance: Mapped[Decimal] = mapped_column(Yuan)
    """A month."""
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    """The last day of the agreement."""
    filed_on: Mapped[date | None] = mapped_column(Date)
    """备案; None: not yet."""
    closed_on: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Ground(Labelled):
    """Why somebody may be a trainee."""

    GRADUATE = "graduate", "离校 2 年内未就业毕业生"
    YOUTH = "youth", "16–24 岁失业青年"


class Ending(Labelled):
    COMPLETED = "completed", "期满"
    EARLY = "early", "提前留用"
    QUIT = "quit", "本人中止"
    DISMISSED = "dismissed", "单位中止"
    OTHER = "other", "其他原因中止"


FINISHED = frozenset({Ending.COMPLETED, Ending.EARLY})
"""The denominator of the retention rate."""


class Traineeship(Base):
    """One person at one post; of a case one goes on at most."""

    __tablename__ = "traineeship"
    __table_args__ = (
        Index("uq_traineeship_going_on", "case_id", unique=True, sqlite_where=_GOING_ON, postgresql_where=_GOING_ON),
        Index("ix_traineeship_post", "post_id", "ended_on"),
        Index("ix_traineeship_case", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    post_id: Mapped[UUID] = mapped_column(ForeignKey(TraineePost.id))
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    ground: Mapped[Ground]
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    """As agreed."""
    ended_on: Mapped[date | None] = mapped_column(Date)
    ending: Mapped[Ending | None]
    retained: Mapped[bool | None]
    """The employer kept the person on; None: not ended."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TraineeAllowance(Base):
    """What was paid for a month. A correction supersedes, nothing is overwritten."""

    __tablename__ = "trainee_allowance"
    __table_args__ = (Index("uq_trainee_allowance_month", "traineeship_id", "month", unique=True, sqlite_where=_HOLDS, postgresql_where=_HOLDS),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    traineeship_id: Mapped[UUID] = mapped_column(ForeignKey(Traineeship.id))
    month: Mapped[date] = mapped_column(Date)
    """Its first day."""
    due: Mapped[Decimal] = mapped_column(Yuan)
    """As the post said when it was written down."""
    paid: Mapped[Decimal] = mapped_column(Yuan)
    paid_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
