from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.employers.models import Employer
from webapp.postings.models import Posting


class PostingView(Base):
    """How often a posting's page was read on a day: never by whom."""

    __tablename__ = "posting_view"

    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int] = mapped_column(Integer)


class PostingTemplate(Base):
    """What an employer begins new postings with."""

    __tablename__ = "posting_template"
    __table_args__ = (UniqueConstraint("employer_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    name: Mapped[str] = mapped_column(String(60))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`values.as_json`, without the validity: that is decided anew each time."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class PostingOutcome(Base):
    """What the employer says came of a posting that ended. A later answer replaces it; the ledger keeps both."""

    __tablename__ = "posting_outcome"

    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), primary_key=True)
    hired: Mapped[int] = mapped_column(Integer)
    hired_here: Mapped[int] = mapped_column(Integer)
    """Of them through this platform."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
