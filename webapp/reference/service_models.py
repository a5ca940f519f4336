"""What is done for a person looked after by name, as tables: kinds of service, ways, standards, programmes, who counts as hard to place."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.labels import Labelled
from webapp.reference.models import WordOrigin


class Counting(Labelled):
    """What makes one of a kind of service."""

    VISIT = "visit", "同一天同一类服务计一次"
    SUBJECT = "subject", "每个不同的岗位计一次"
    CONTACT = "contact", "和本人谈过一次计一次"


class Period(Labelled):
    ONCE = "once", "服务期内"
    MONTH = "month", "每月"


class ServiceType(Base):
    __tablename__ = "service_type"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    label: Mapped[str] = mapped_column(String(40))
    counts: Mapped[Counting]
    needs_evidence: Mapped[bool] = mapped_column(Boolean, default=False)
    """Without a paper or picture it is written down and not counted."""
    facts: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Facts of the platform that count as this service: `referral_answered`."""
    position: Mapped[int] = mapped_column(Integer)
    means: Mapped[str] = mapped_column(String(200), default="")
    """What has to have been done, in words for whoever writes it down."""
    basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class ServiceChannel(Base):
    """A way in which a person is served, and what it may count for: a message to a group is no guidance."""

    __tablename__ = "service_channel"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    label: Mapped[str] = mapped_column(String(40))
    speaks: Mapped[bool] = mapped_column(Boolean, default=False)
    """Somebody spoke with the person: it is a contact too."""
    serves: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class ServiceStandard(Base):
    """One item of a service standard, for a programme, a place and a span of days."""

    __tablename__ = "service_standard"
    __table_args__ = (Index("ix_service_standard_lookup", "programme", "region", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    standard: Mapped[str] = mapped_column(String(30))
    """How it is called: 131."""
    programme: Mapped[str] = mapped_column(String(30))
    region: Mapped[str] = mapped_column(String(6))
    """A region code or `CN`; empty: known, and in force nowhere."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    item: Mapped[str] = mapped_column(String(30))
    types: Mapped[list[str]] = mapped_column(JSON)
    """Any of these services fulfils it."""
    count: Mapped[int] = mapped_column(Integer)
    period: Mapped[Period] = mapped_column(default=Period.ONCE)
    within_days: Mapped[int | None] = mapped_column(Integer)
    """Of the entry; None: the parameter `service_term_days`."""
    basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
    origin: Mapped[WordOrigin] = mapped_column(default=WordOrigin.SHIPPED)
    change_id: Mapped[UUID | None]
    """The change by which staff wrote it."""


class CaseProgramme(Base):
    """Whom an office looks after: how one enters, how one leaves, what comes first in the queue."""

    __tablename__ = "case_programme"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    label: Mapped[str] = mapped_column(String(40))
    entry: Mapped[str] = mapped_column(String(30))
    """`roster`: by name alone; `unemployed`: so many months without work; `hardship_rules`."""
    entry_parameters: Mapped[list[str]] = mapped_column(JSON, default=list)
    exits: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Code -> words of the reasons for which one leaves."""
    exits_by_itself: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Those that the daily evaluation finds."""
    confirmed: Mapped[list[str]] = mapped_column(JSON, default=list)
    """`entry`, `exit`: what a person has to confirm before it holds."""
    queue: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What stands first on the desk."""
    contact_days: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class HardshipRule(Base):
    """One kind of 就业困难人员, for one place and one span of days."""

    __tablename__ = "hardship_rule"
    __table_args__ = (Index("ix_hardship_rule_lookup", "region", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    region: Mapped[str] = mapped_column(String(6))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    code: Mapped[str] = mapped_column(String(30))
    label: Mapped[str] = mapped_column(String(80))
    test: Mapped[str] = mapped_column(String(30))
    """`age`, `tag` or `unemployed`."""
    sex: Mapped[str] = mapped_column(String(30), default="")
    least: Mapped[int | None] = mapped_column(Integer)
    """Years of age, or months without work."""
    most: Mapped[int | None] = mapped_column(Integer)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    registered: Mapped[bool] = mapped_column(Boolean, default=True)
    """Only who is registered as unemployed."""
    basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
