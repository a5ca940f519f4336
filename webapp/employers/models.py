from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now, today
from webapp.labels import Labelled
from webapp.sealing import Sealed


class EmployerState(Labelled):
    PENDING = "pending", "待核验"
    VERIFIED = "verified", "已核验"
    REFUSED = "refused", "未通过"


class Employer(Base):
    __tablename__ = "employer"
    __table_args__ = (Index("ix_employer_queue", "state", "region"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    region: Mapped[str] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(200))
    industry: Mapped[str | None] = mapped_column(String(5))
    size: Mapped[str] = mapped_column(String(20), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    """单位基本情况 (人力资源市场暂行条例 §24), shown with every posting."""
    contact_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[EmployerState] = mapped_column(default=EmployerState.PENDING)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """Since when it waits: a correction or a change of name or code puts it at the end of the queue."""
    endorsed_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    endorsed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The first of two reviewers found it right; the second, another person, verifies it."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decision_reason: Mapped[str] = mapped_column(String(500), default="")
    verify_again_on: Mapped[date | None] = mapped_column(Date)
    """Verification is repeated after a span that is a dated parameter (规范网络平台招聘类信息发布的通知)."""

    contact_name = Sealed("contact_name_sealed")
    contact_phone = Sealed("contact_phone_sealed")

    @property
    def identity(self) -> str:
        """What a verification is about, in one piece."""
        return f"{self.uscc} {self.name}"

    @property
    def awaits_decision(self) -> bool:
        """New, corrected, or verified so long ago that it has to be verified again."""
        lapsed = self.verify_again_on is not None and self.verify_again_on < today()
        return self.state is EmployerState.PENDING or (self.state is EmployerState.VERIFIED and lapsed)


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("employer_id", "person_id"), Index("ix_membership_person", "person_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    employer_id: Mapped[UUID] = mapped_column(ForeignKey(Employer.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    owner: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
