from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.postings.models import Posting, ReviewDecision


class ChangeState(Labelled):
    DRAFT = "draft", "未提交"
    IN_REVIEW = "in_review", "审核中"
    RETURNED = "returned", "退回修改"
    APPLIED = "applied", "已生效"
    DROPPED = "dropped", "已放弃"


CHANGEABLE = frozenset({ChangeState.DRAFT, ChangeState.RETURNED})
LIVE = CHANGEABLE | {ChangeState.IN_REVIEW}
"""States in which a change still stands beside its posting; there is at most one of them."""


class PostingChange(Base):
    """What an employer wants an open posting to say instead. Until it is approved everybody sees what was reviewed before."""

    __tablename__ = "posting_change"
    __table_args__ = (Index("ix_posting_change_posting", "posting_id", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.DRAFT)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The whole of the values (`values.as_json`), not the difference: what the posting says may change meanwhile."""
    version: Mapped[int] = mapped_column(Integer)
    """Grows with every writing: a reviewer decides about what was read."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it as an instance variable


class ReviewItem(Base):
    """One thing that waited, or waits, for a decision: the times and the holder of it. At most one of a posting is not closed.

    A forwarded row that waits has none until somebody takes it.
    """

    __tablename__ = "review_item"
    __table_args__ = (Index("ix_review_item_posting", "posting_id", "closed_at"), Index("ix_review_item_closed_at", "closed_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    change_id: Mapped[UUID | None] = mapped_column(ForeignKey(PostingChange.id))
    """None: the posting itself was handed in."""
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    risk: Mapped[int] = mapped_column(Integer, default=0)
    """How many reasons there are to look closely."""
    risks: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Those reasons, in Chinese."""
    remark: Mapped[str] = mapped_column(String(500), default="")
    """What the employer says to the reviewer."""
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[ReviewDecision | None]
    """None on a closed one: its employer took it back."""
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))

    def is_held_by_another(self, person_id: UUID | None) -> bool:
        return self.is_held and self.holder_id != person_id

    @property
    def is_held(self) -> bool:
        return self.holder_id is not None and self.held_until is not None and self.held_until > now()


class ReviewPhrase(Base):
    """A sentence that reviewers of an area return postings with."""

    __tablename__ = "review_phrase"
    __table_args__ = (Index("ix_review_phrase_region", "region"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    region: Mapped[str] = mapped_column(String(6))
    field: Mapped[str] = mapped_column(String(30), default="")
    """The field of the posting it is about; empty: the posting as a whole."""
    text: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
