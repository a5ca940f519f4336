from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Person
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.postings.models import Posting
from webapp.sealing import Sealed

PRIORITY = 50
"""Of a node nobody ranked; 1 leads a card of duplicates before 99."""


class NodeKind(Labelled):
    PROVINCE = "province", "省级平台"
    GIG_PLATFORM = "gig_platform", "灵活用工平台"
    AGENCY = "agency", "人力资源服务机构"
    MARKET = "market", "人力资源市场、零工市场"
    PARK = "park", "产业园区、开发区"
    TRAINING = "training", "培训机构、院校"
    MONITORING = "monitoring", "失业动态监测、用工调度系统"
    OTHER = "other", "其他"


class BatchMode(Labelled):
    SNAPSHOT = "snapshot", "全量"
    """All that the source offers now: what it no longer holds is withdrawn."""
    DELTA = "delta", "增量"
    """What is new or changed, and removals by name."""


class RowFormat(Labelled):
    JSONL = "jsonl", "JSON Lines"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel 工作簿"


class Source(Base):
    """A node of the 1+1+N matrix: where forwarded postings come from."""

    __tablename__ = "source"
    __table_args__ = (Index("ix_source_region", "region"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    opens: Mapped[bool] = mapped_column(default=True)
    """The standing decision: its rows open without a reviewer. Who decided it is on the ledger (SourceOpened, SourceChanged)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[NodeKind] = mapped_column(default=NodeKind.OTHER)
    region: Mapped[str] = mapped_column(String(6), default="")
    """Whose node it is: staff of an area that covers it see it."""
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    priority: Mapped[int] = mapped_column(Integer, default=PRIORITY)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_for: Mapped[str] = mapped_column(String(200), default="")

    pull_url: Mapped[str] = mapped_column(String(300), default="")
    pull_token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pull_minutes: Mapped[int | None] = mapped_column(Integer)
    """None: nothing is fetched from the address by itself."""
    pull_mode: Mapped[BatchMode] = mapped_column(default=BatchMode.SNAPSHOT)
    pull_asked: Mapped[bool] = mapped_column(default=False)
    """Somebody wants it fetched with the next round."""
    pulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pull_trouble: Mapped[str] = mapped_column(String(200), default="")
    """Why the last fetch failed; empty: it did not."""
    watches_folder: Mapped[bool] = mapped_column(default=False)
    """Files laid into its folder of the inbox are taken."""
    busy_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A worker carries out its batches, one after the other; behind this instant it is dead."""

    contact = Sealed("contact_sealed")
    pull_token = Sealed("pull_token_sealed")

    @property
    def is_active(self) -> bool:
        return self.suspended_at is None

    @property
    def next_pull(self) -> datetime | None:
        """When the address is due to be fetched; None: never by itself."""
        if not self.pull_url or not self.is_active:
            return None
        if self.pull_asked or not self.pull_minutes:
            return self.created_at if self.pull_asked else None
        return self.pulled_at + timedelta(minutes=self.pull_minutes) if self.pulled_at else self.created_at


class NodeKey(Base):
    """A key a node proves itself with: shown once, kept as a keyed hash."""

    __tablename__ = "node_key"
    __table_args__ = (Index("ix_node_key_source", "source_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Source.id))
    label: Mapped[str] = mapped_column(String(40), default="")
    prefix: Mapped[str] = mapped_column(String(12))
    """How the key begins: enough to tell keys apart, too little to use."""
    secret_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefusalReason(Labelled):
    """Why a row was refused: a closed list."""

    NO_TITLE = "no_title", "缺岗位名称"
    NO_EMPLOYER = "no_employer", "缺用人单位名称"
    NO_PLACE = "no_place", "缺工作地点：没有已知地市的六位行政区划代码"
    BROKEN_ROW = "broken_row", "行损坏：列数与表头不符或内容无法读取"
    REPEATED_ID = "repeated_id", "编号在本文件中重复"


class BatchState(Labelled):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "导入中"
    DONE = "done", "已完成"
    FAILED = "failed", "已中断"
    HELD = "held", "待放行"
    """A snapshot that lacks too much: what it holds was taken, what it lacks is not withdrawn before a person said so."""
    DISCARDED = "discarded", "未放行"


class BatchOrigin(Labelled):
    COMMAND = "command", "命令行"
    PUSH = "push", "接口推送"
    PULL = "pull", "定时拉取"
    FOLDER = "folder", "投递文件夹"
    UPLOAD = "upload", "网页上传"
    CLEARING = "clearing", "整体撤下"


class Batch(Base):
    """One delivery of rows, and its receipt."""

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_source", "source_id"),
        Index("ix_batch_key", "source_id", "idempotency_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey(Source.id))
    """None: the file names several sources in its own column."""
    file_name: Mapped[str] = mapped_column(String(200))
    as_of: Mapped[date] = mapped_column(Date)
    state: Mapped[BatchState] = mapped_column(default=BatchState.RUNNING)
    mode: Mapped[BatchMode] = mapped_column(default=BatchMode.DELTA)
    origin: Mapped[BatchOrigin] = mapped_column(default=BatchOrigin.COMMAND)
    format: Mapped[RowFormat] = mapped_column(default=RowFormat.CSV)
    idempotency_key: Mapped[str | None] = mapped_column(String(80))
    body_digest: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the file as it came: the same key with another body is a mistake of the node."""
    rows: Mapped[int] = mapped_column(Integer, default=0)
    position: Mapped[int] = mapped_column(Integer, default=0)
    """Accepted rows already written: where a run that was killed goes on."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """How often it was begun since it last came further."""
    withdraws: Mapped[bool] = mapped_column(default=False)
    """What this snapshot lacks passed the guard and is being withdrawn: a run that goes on asks no second time."""
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    adopted: Mapped[int] = mapped_column(Integer, default=0)
    removed: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    """Open postings that a held snapshot no longer holds."""
    refused: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Refusal reason -> count of rows."""
    trouble: Mapped[str] = mapped_column(String(300), default="")
    """Why it was interrupted or is held."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def refused_rows(self) -> int:
        return sum(self.refused.values())

    @property
    def is_ended(self) -> bool:
        return self.state not in {BatchState.WAITING, BatchState.RUNNING}


class PostingSketch(Base):
    """Says of which text a posting's bands are; where it says something else they are made anew."""

    __tablename__ = "posting_sketch"

    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), primary_key=True)
    digest: Mapped[str] = mapped_column(String(40))


class PostingBand(Base):
    """One MinHash band of an open posting: who shares one may be the same job."""

    __tablename__ = "posting_band"
    __table_args__ = (Index("ix_posting_band_posting", "posting_id"),)

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), primary_key=True)


class ConflictDecision(Labelled):
    FIRST = "first", "以甲方为准"
    SECOND = "second", "以乙方为准"
    APART = "apart", "是两个不同的岗位"


class PostingConflict(Base):
    """Two nodes say different things about what seems one job: pay, place or headcount. A person decides once, with a reason."""

    __tablename__ = "posting_conflict"
    __table_args__ = (UniqueConstraint("first_id", "second_id"), Index("ix_posting_conflict_second", "second_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    first_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    """甲: of the two the posting that came here first."""
    second_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What differs: pay, place, headcount. Empty: a person took two apart that said the same."""
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decision: Mapped[ConflictDecision | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
