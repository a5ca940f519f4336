from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.sealing import Sealed


class ApplicationState(Labelled):
    SENT = "sent", "已投递"
    WITHDRAWN = "withdrawn", "已撤回"


class Application(Base):
    """A seeker's application: what the employer may see of a person begins and ends with it."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("posting_id", "person_id"),
        Index("ix_application_posting", "posting_id"),
        Index("ix_application_person", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    """The number on the confirmation page, for the phone: digits only, no personal data in it."""
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    state: Mapped[ApplicationState] = mapped_column(default=ApplicationState.SENT)
    message_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A letter to one employer, often with a phone number in it."""
    shares_phone: Mapped[bool] = mapped_column(default=False)
    """The seeker's separate consent that this employer sees the phone number (个人信息保护法 §23)."""
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    message = Sealed("message_sealed")
