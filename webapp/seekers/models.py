from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.reference.models import Education
from webapp.sealing import Sealed


class SeekerProfile(Base):
    """One per person; every field may be left empty."""

    __tablename__ = "seeker_profile"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    region: Mapped[str | None] = mapped_column(String(6))
    education: Mapped[int] = mapped_column(Integer, default=Education.ANY.value)
    experience_years: Mapped[int | None] = mapped_column(Integer)
    wanted: Mapped[str] = mapped_column(String(200), default="")
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    about_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When it was first written: a later change makes nobody a new seeker."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    about = Sealed("about_sealed", key="person_id")


class SavedSearch(Base):
    """A search to be told about: `criteria` is the search page's own query string as a mapping, so one parser reads both."""

    __tablename__ = "saved_search"
    __table_args__ = (
        Index("ix_saved_search_person", "person_id"),
        Index("ix_saved_search_word", "word", "region"),
        Index("ix_saved_search_filed_by", "filed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    name: Mapped[str] = mapped_column(String(80))
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    region: Mapped[str | None] = mapped_column(String(6))
    """Copied from the criteria: the widest place asked for, to find the searches one posting could touch."""
    word: Mapped[str | None] = mapped_column(String(80))
    """A word every posting of this search must hold; None: the search has no keyword and is never pushed."""
    filed_by: Mapped[str] = mapped_column(String(16), default="")
    """Which analysis of text cut `word`: filed by another one it says nothing, and the search is tested in full."""
    by_email: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
