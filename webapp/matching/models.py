from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.postings.models import Posting
from webapp.seekers.models import SavedSearch


class Match(Base):
    __tablename__ = "match"
    __table_args__ = (UniqueConstraint("posting_id", "saved_search_id"), Index("ix_match_person", "person_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    saved_search_id: Mapped[UUID] = mapped_column(ForeignKey(SavedSearch.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
