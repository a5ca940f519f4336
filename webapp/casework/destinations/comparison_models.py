"""Files of other departments, and where they say something else than we do."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.casework.destinations.models import Destination
from webapp.casework.models import Case
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.demand.models import WorkState
from webapp.labels import Labelled
from webapp.sealing import Sealed


class Department(Labelled):
    INSURANCE = "insurance", "社会保险"
    EDUCATION = "education", "教育（学籍、录取）"
    ARMY = "army", "征兵、退役军人"
    CIVIL = "civil", "民政"


class Comparison(Base):
    """One file of another department, compared once with the people of the sender's area."""

    __tablename__ = "comparison"
    __table_args__ = (Index("ix_comparison_by", "by_id"), Index("ix_comparison_keep_through", "keep_through"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    department: Mapped[Department]
    purpose: Mapped[str] = mapped_column(String(30))
    purpose_label: Mapped[str] = mapped_column(String(80))
    """As it was called when the sender chose it, and `basis` with it."""
    basis: Mapped[str] = mapped_column(String(1000))
    as_of: Mapped[date] = mapped_column(Date)
    """The day for which the file says what it says."""
    regions: Mapped[list[str]] = mapped_column(JSON)
    """Where whoever sent it leads: nobody elsewhere is looked up."""
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[WorkState] = mapped_column(default=WorkState.WAITING)
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The file as it came; wiped once it was read."""
    rows: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    agreed: Mapped[int] = mapped_column(Integer, default=0)
    differing: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)
    """Differences that an earlier file told already."""
    strangers: Mapped[int] = mapped_column(Integer, default=0)
    """People who stand on no list of the area: counted and not kept."""
    refused: Mapped[int] = mapped_column(Integer, default=0)
    refusals: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Reason -> how many rows; the rows themselves are not kept."""
    trouble: Mapped[str] = mapped_column(String(300), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    keep_through: Mapped[date] = mapped_column(Date)
    """The last day on which what it said of people is kept."""
    forgotten_on: Mapped[date | None] = mapped_column(Date)

    content = Sealed("content_sealed")


class ConflictKind(Labelled):
    INSURED = "insured", "对方：在参保；我们：未就业"
    UNIT = "unit", "对方：在另一家单位参保"
    STOPPED = "stopped", "对方：已停保；我们：已就业"
    ENROLLED = "enrolled", "对方：在读；我们：没有升学"
    SERVING = "serving", "对方：已入伍；我们：没有入伍"
    HARDSHIP = "hardship", "对方：困难类别；我们：没有登记"


class Verdict(Labelled):
    ACCEPT = "accept", "采用对方的"
    KEEP = "keep", "保留我们的"
    ASK = "ask", "请本人说明"


class Conflict(Base):
    """Who says what of one person, as of when; open until it is decided with a reason."""

    __tablename__ = "comparison_conflict"
    __table_args__ = (
        Index("ix_conflict_comparison", "comparison_id", "verdict", "kind"),
        Index("ix_conflict_said", "case_id", "said", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    comparison_id: Mapped[UUID] = mapped_column(ForeignKey(Comparison.id))
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    kind: Mapped[ConflictKind]
    said: Mapped[str] = mapped_column(String(64))
    """A digest of the fact: the same said again is the same conflict."""
    equal: Mapped[str] = mapped_column(String(64))
    """The same for cases that may be decided together: same kind, same unit."""
    unit_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    uscc_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    detail: Mapped[str] = mapped_column(String(30), default="")
    """A code: the kind of hardship."""
    from_on: Mapped[date | None] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    ours_id: Mapped[UUID | None] = mapped_column(ForeignKey(Destination.id))
    """Our destination when the two were compared; None: we had none."""
    found_on: Mapped[date] = mapped_column(Date)
    verdict: Mapped[Verdict | None]
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))

    unit = Sealed("unit_sealed")
    uscc = Sealed("uscc_sealed")
    reason = Sealed("reason_sealed")
