from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now


class SavedFilter(Base):
    """A choice of the desk under a name of its own: the query string as a mapping, so one parser reads both."""

    __tablename__ = "case_filter"
    __table_args__ = (Index("ix_case_filter_person", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    name: Mapped[str] = mapped_column(String(30))
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
