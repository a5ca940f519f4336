from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Date, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, Yuan, new_key, now
from webapp.employers.models import Employer
from webapp.labels import Labelled
from webapp.reference.models import Education, EmploymentType, WageUnit

SEARCH_TEXT_AT_MOST = 40
"""Signs of a searched text that is counted: a longer one is a story, not a search."""


class PostingState(Labelled):
    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "审核中"
    OPEN = "open", "招聘中"
    PAUSED = "paused", "已暂停"
    FILLED = "filled", "已招满"
    EXPIRED = "expired", "已过期"
    WITHDRAWN = "withdrawn", "已撤回"
    TAKEN_DOWN = "taken_down", "已下架"


_S = PostingState
NEXT: dict[PostingState, frozenset[PostingState]] = {
    _S.DRAFT: frozenset({_S.IN_REVIEW, _S.WITHDRAWN}),
    _S.IN_REVIEW: frozenset({_S.OPEN, _S.DRAFT, _S.WITHDRAWN}),
    _S.OPEN: frozenset({_S.PAUSED, _S.FILLED, _S.EXPIRED, _S.WITHDRAWN, _S.TAKEN_DOWN}),
    _S.PAUSED: frozenset({_S.OPEN, _S.FILLED, _S.EXPIRED, _S.WITHDRAWN, _S.TAKEN_DOWN}),
    _S.FILLED: frozenset({_S.OPEN, _S.EXPIRED, _S.WITHDRAWN, _S.TAKEN_DOWN}),
    _S.EXPIRED: frozenset({_S.DRAFT, _S.OPEN, _S.WITHDRAWN, _S.TAKEN_DOWN}),
    _S.WITHDRAWN: frozenset({_S.DRAFT, _S.TAKEN_DOWN}),
    _S.TAKEN_DOWN: frozenset(),
}
"""The one table of moves that people make. What a source moves by sending its own row again, or by withdrawing it, is said in `sources.writing`."""

SHOWN = frozenset({_S.OPEN, _S.EXPIRED, _S.FILLED, _S.PAUSED})
"""States whose page a visitor may still open: only OPEN answers 200, the others say so with 410."""


class Posting(Base):
    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("source_id", "source_key"),
        Index("ix_posting_state_region", "state", "region"),
        Index("ix_posting_employer", "employer_id", "state"),
        Index("ix_posting_state_through", "state", "valid_through"),
        Index("ix_posting_closed", "closed_at"),
        Index("ix_posting_card", "card_id"),
        Index("ix_posting_grouped", "grouped_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    """Given out when the row is first written; the unique last sort key of every result list (< 2^36)."""
    version: Mapped[int] = mapped_column(Integer)
    """Grows with every change: the external version of its index document."""
    state: Mapped[PostingState] = mapped_column(default=PostingState.DRAFT)
    employer_id: Mapped[UUID | None] = mapped_column(ForeignKey(Employer.id))
    employer_name: Mapped[str] = mapped_column(String(120), default="")
    employer_about: Mapped[str] = mapped_column(Text, default="")
    """单位基本情况 as it was handed in with this posting: what was not reviewed is not shown, whatever the employer writes since."""
    source_id: Mapped[UUID | None]
    """The source is a higher feature: a key, not a foreign key. None: the employer wrote it here (direct)."""
    source_key: Mapped[str | None] = mapped_column(String(80))
    source_title: Mapped[str] = mapped_column(String(60), default="")
    """What the card shows as 来源: the platform the row named."""
    source_on: Mapped[str] = mapped_column(String(10), default="")
    """来源日期 as the source gave it: a day, a month, a year or nothing."""
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    row_digest: Mapped[str | None] = mapped_column(String(40))
    """Digest of the forwarded row, so that a second import of the same file changes nothing."""
    source_url: Mapped[str] = mapped_column(String(500), default="")
    """Where the source shows it (https), or nothing."""
    card_id: Mapped[UUID | None]
    """The posting whose card shows this one too, because both are the same job; None: it has a card of its own (see `cards`)."""
    card_rank: Mapped[int] = mapped_column(Integer, default=0)
    """Who leads a card: the lowest rank, then the oldest. 0 is a direct posting; a forwarded one has its source's."""
    grouped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it last came forward or stood back; one instant for all that did as one fact, so that the index finds them again."""

    title: Mapped[str] = mapped_column(String(120), default="")
    occupation: Mapped[str | None] = mapped_column(String(12))
    industry: Mapped[str | None] = mapped_column(String(5))
    employment_type: Mapped[EmploymentType | None]
    headcount: Mapped[int | None] = mapped_column(Integer)
    duties: Mapped[str] = mapped_column(Text, default="")
    requirements: Mapped[str] = mapped_column(Text, default="")
    education: Mapped[int | None] = mapped_column(Integer)
    """An Education rank; None: not given (a forwarded row shows 来源未提供)."""
    experience_years: Mapped[int | None] = mapped_column(Integer)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)

    region: Mapped[str | None] = mapped_column(String(6))
    county_name: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)

    wage_text: Mapped[str] = mapped_column(String(80), default="")
    wage_unit: Mapped[WageUnit | None]
    wage_assumed: Mapped[bool] = mapped_column(default=False)
    """True: the text named no period and was read as a month; the page says so."""
    wage_low: Mapped[Decimal | None] = mapped_column(Yuan)
    wage_high: Mapped[Decimal | None] = mapped_column(Yuan)
    """Yuan per `wage_unit`, to the fen."""
    wage_months: Mapped[int | None] = mapped_column(Integer)
    month_low: Mapped[int | None] = mapped_column(Integer)
    month_high: Mapped[int | None] = mapped_column(Integer)
    """Whole yuan per month for filters and order (an estimate where the unit is another; the page says 约). Both None: 面议."""

    insurance: Mapped[str] = mapped_column(Text, default="")
    benefits: Mapped[list[str]] = mapped_column(JSON, default=list)
    protection: Mapped[str] = mapped_column(Text, default="")
    hazards: Mapped[str] = mapped_column(Text, default="")

    flags: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Of a forwarded row: codes of the gate's rules because of which a person sees it before it opens."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_through: Mapped[date | None] = mapped_column(Date)
    """The last day on which it may be shown as open."""
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    """When its employer last said that it is true: by handing it in, changing it, prolonging or confirming it."""
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it last ceased to be open; one instant for all that expire as one fact, so that the index finds them again."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it as an instance variable

    @property
    def education_level(self) -> Education | None:
        return None if self.education is None else Education.of(self.education)

    @property
    def is_forwarded(self) -> bool:
        return self.source_id is not None


class ReviewDecision(Labelled):
    APPROVED = "approved", "通过"
    RETURNED = "returned", "退回修改"
    TAKEN_DOWN = "taken_down", "下架"
    STOPPED = "stopped", "停止招聘"


class PostingReview(Base):
    """One decision of one reviewer on one posting, kept for ever."""

    __tablename__ = "posting_review"
    __table_args__ = (Index("ix_posting_review_posting", "posting_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    decision: Mapped[ReviewDecision]
    reason: Mapped[str] = mapped_column(String(500), default="")
    remarks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Form field -> what has to change there."""
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SearchTally(Base):
    """How often a text was searched on a day and how often too little was found: never who searched, nor at what time."""

    __tablename__ = "search_tally"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    text: Mapped[str] = mapped_column(String(SEARCH_TEXT_AT_MOST), primary_key=True)
    """What was looked for, without what was understood as a condition; see `discretion.storable`."""
    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    """The one place that was asked for; empty: none, or several."""
    searches: Mapped[int] = mapped_column(Integer)
    unmet: Mapped[int] = mapped_column(Integer)
    """No posting fitted what was asked."""
    widened: Mapped[int] = mapped_column(Integer)
    """Others were shown beside what fitted, or in its place."""
    empty: Mapped[int] = mapped_column(Integer)
    """And nothing near to it was found."""


class IgnoredSearch(Base):
    """Staff of an area said that a text is nothing to learn from: it leaves the reports of that area."""

    __tablename__ = "ignored_search"

    text: Mapped[str] = mapped_column(String(SEARCH_TEXT_AT_MOST), primary_key=True)
    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    by_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class IndexRunKind(Labelled):
    CHECK = "check", "核对"
    REBUILD = "rebuild", "重建"


class IndexRun(Base):
    """One comparison of the search index with the rows, or one rebuild of it, for the operator's page.

    A check counts what it found (and healed); a rebuild counts the postings it took, or says why it was refused.
    """

    __tablename__ = "index_run"
    __table_args__ = (Index("ix_index_run_kind_began_at", "kind", "began_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    kind: Mapped[IndexRunKind]
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(Float)
    postings: Mapped[int] = mapped_column(Integer, default=0)
    """Of a check: the rows that were compared; of a rebuild: the documents that were taken."""
    missing: Mapped[int] = mapped_column(Integer, default=0)
    stale: Mapped[int] = mapped_column(Integer, default=0)
    ghosts: Mapped[int] = mapped_column(Integer, default=0)
    ahead: Mapped[int] = mapped_column(Integer, default=0)
    waiting: Mapped[int] = mapped_column(Integer, default=0)
    """Differences whose delivery was still under way: no fault of the index."""
    examples: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    """By kind of difference the keys of the first postings that had it."""
    refused: Mapped[str] = mapped_column(String(300), default="")

    @property
    def differences(self) -> int:
        return self.missing + self.stale + self.ghosts + self.ahead
