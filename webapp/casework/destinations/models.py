from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.casework.models import Case
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.reference.destination_models import DestinationGroup
from webapp.sealing import Sealed

_CURRENT = text("superseded_on IS NULL")


class ToldBy(Labelled):
    GRADUATE = "graduate", "本人"
    SCHOOL = "school", "学校"
    EMPLOYER = "employer", "用人单位"
    CASEWORKER = "caseworker", "就业专员核实"
    DEPARTMENT = "department", "部门比对"


class Word(Labelled):
    """What the graduate says of a destination."""

    NOT_ASKED = "not_asked", "未请本人确认"
    ASKED = "asked", "等本人确认"
    CONFIRMED = "confirmed", "本人已确认"
    DISPUTED = "disputed", "本人有异议"


class Destination(Base):
    """One thing known of where a person went. A later one supersedes it; of a case one is current at most.

    What the table of its year said of the code is written here too: a later table changes no earlier figure.
    """

    __tablename__ = "case_destination"
    __table_args__ = (
        Index("uq_case_destination_current", "case_id", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT),
        Index("ix_case_destination_case", "case_id", "id"),
        Index("ix_case_destination_proof", "evidence_digest"),
        Index("ix_case_destination_unit", "unit_index", "on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    table_year: Mapped[int] = mapped_column(Integer)
    """Whose dictionary the code is of."""
    code: Mapped[str] = mapped_column(String(6))
    kind: Mapped[DestinationGroup]
    counts: Mapped[bool] = mapped_column(default=False)
    """The code counts as 落实."""
    evidence: Mapped[str] = mapped_column(String(30))
    is_proven: Mapped[bool] = mapped_column(default=False)
    """The evidence proves a destination of this kind."""
    evidence_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the file."""
    unit_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the unit's code, else of its name: the same unit is found without reading it."""
    unit_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    uscc_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    position_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    region: Mapped[str] = mapped_column(String(6), default="")
    from_on: Mapped[date | None] = mapped_column(Date)
    told_by: Mapped[ToldBy]
    word: Mapped[Word] = mapped_column(default=Word.NOT_ASKED)
    word_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dispute_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the graduate said against it."""
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the office answered; the graduate reads it behind the link."""
    on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    superseded_on: Mapped[date | None] = mapped_column(Date)

    unit = Sealed("unit_sealed")
    uscc = Sealed("uscc_sealed")
    position = Sealed("position_sealed")
    dispute = Sealed("dispute_sealed")
    answer = Sealed("answer_sealed")


class DestinationLink(Base):
    """A link sent to a graduate; only the hash of its token is kept. It shows one destination, and what became of it."""

    __tablename__ = "destination_link"
    __table_args__ = (Index("ix_destination_link_case", "case_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    destination_id: Mapped[UUID] = mapped_column(ForeignKey(Destination.id))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the graduate answered: it answers once."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))


class CheckKind(Labelled):
    SAME_PROOF = "same_proof", "同一份证明"
    SAME_UNIT = "same_unit", "同一单位集中登记"
    DISPUTE = "dispute", "本人有异议"


class Ruling(Labelled):
    TRUE = "true", "核实属实"
    MENDED = "mended", "已更正登记"
    FALSE = "false", "不实，撤销登记"


class Check(Base):
    """Something about destinations of one county that a person has to look at; open until it is decided with a reason."""

    __tablename__ = "destination_check"
    __table_args__ = (
        Index("ix_destination_check_queue", "region", "ruling", "found_on"),
        Index("ix_destination_check_subject", "kind", "subject", "region"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    kind: Mapped[CheckKind]
    region: Mapped[str] = mapped_column(String(6))
    subject: Mapped[bytes] = mapped_column(LargeBinary(64))
    """What its members have in common: a file's hash, a unit's index, the destination itself."""
    found_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ruling: Mapped[Ruling | None]
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ruled_on: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))

    reason = Sealed("reason_sealed")


class CheckMember(Base):
    __tablename__ = "destination_check_member"
    __table_args__ = (UniqueConstraint("check_id", "destination_id"), Index("ix_destination_check_member_destination", "destination_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    check_id: Mapped[UUID] = mapped_column(ForeignKey(Check.id))
    destination_id: Mapped[UUID] = mapped_column(ForeignKey(Destination.id))


class PlacementFigure(Base):
    """A 毕业去向落实率 as it was on a day: with the formula, the codes of its numerator, and the people it counted."""

    __tablename__ = "placement_figure"
    __table_args__ = (Index("ix_placement_figure_region", "region", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    region: Mapped[str] = mapped_column(String(6))
    programme: Mapped[str] = mapped_column(String(30))
    cohort: Mapped[int] = mapped_column(Integer)
    on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    formula: Mapped[str] = mapped_column(String(40))
    table_year: Mapped[int] = mapped_column(Integer)
    codes: Mapped[list[str]] = mapped_column(JSON)
    """Of the numerator."""
    numerator: Mapped[int] = mapped_column(Integer)
    denominator: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))


class PlacementMember(Base):
    """One person of a figure, counted in the numerator or not."""

    __tablename__ = "placement_member"
    __table_args__ = (Index("ix_placement_member_figure", "figure_id", "counted"),)

    figure_id: Mapped[UUID] = mapped_column(ForeignKey(PlacementFigure.id), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id), primary_key=True)
    counted: Mapped[bool]
