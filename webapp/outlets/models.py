import re
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.outlets.selection import Selection
from webapp.outlets.timing import Timing
from webapp.postings.models import Posting
from webapp.sealing import Sealed

SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
RECEIPT_SIGNS = 80
REASON_SIGNS = 300


class OutletKind(Labelled):
    PROVINCE = "province", "省级公共招聘平台"
    GIG = "gig", "零工服务平台"
    PARTNER = "partner", "合作机构"
    PAGE = "page", "机构网页"
    SCREEN = "screen", "公示屏、微信群"


class Way(Labelled):
    PUSH = "push", "推送到对方的接口"
    PULL = "pull", "对方凭密钥来取"
    DROP = "drop", "放进交换文件夹"
    SHOW = "show", "本平台的公开页面"


class Format(Labelled):
    JSONL = "jsonl", "JSON（一行一个岗位）"
    CSV = "csv", "CSV 表格"


class Rhythm(Labelled):
    CONTINUOUS = "continuous", "随时：岗位一开放就发布"
    PLANNED = "planned", "定时：只按发布计划发布"


class OutletState(Labelled):
    ACTIVE = "active", "使用中"
    SUSPENDED = "suspended", "已暂停"


class Outlet(Base):
    """Its row is the lock under which its dispatches are numbered: numbers are committed in their order, so a cursor misses none."""

    __tablename__ = "outlet"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    """The name in addresses and of its folder; never changed."""
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[OutletKind]
    region: Mapped[str] = mapped_column(String(6), index=True)
    """Whose it is: staff of this area see it, and postings of this area only go there."""
    way: Mapped[Way]
    format: Mapped[Format] = mapped_column(default=Format.JSONL)
    rhythm: Mapped[Rhythm] = mapped_column(default=Rhythm.CONTINUOUS)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """A `Selection` as it is kept."""
    address: Mapped[str] = mapped_column(String(300), default="")
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What we show them when we push."""
    key_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Blind index of what they show us; the key itself is kept nowhere."""
    state: Mapped[OutletState] = mapped_column(default=OutletState.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    last_number: Mapped[int] = mapped_column(BigInteger, default=0)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its dispatches were last compared with the postings."""
    failures: Mapped[int] = mapped_column(Integer, default=0)
    """Calls in a row that failed."""
    wait_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(REASON_SIGNS), default="")
    pulled_number: Mapped[int] = mapped_column(BigInteger, default=0)
    """They showed a cursor of this number: everything up to it has arrived."""
    pulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    secret = Sealed("secret_sealed")

    @property
    def selection(self) -> Selection:
        return Selection.of(self.wanted)

    @property
    def is_active(self) -> bool:
        return self.state is OutletState.ACTIVE

    @property
    def is_sent_to(self) -> bool:
        """We go there; of the others one is asked for by its owner and one is a page of ours."""
        return self.way in {Way.PUSH, Way.DROP}


class PublicationState(Labelled):
    ACTIVE = "active", "执行中"
    STOPPED = "stopped", "已停止"


class Publication(Base):
    """定时定点常态化发布: at these times the newest postings that fit go to these outlets."""

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_due", "state", "next_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    title: Mapped[str] = mapped_column(String(60))
    region: Mapped[str] = mapped_column(String(6), index=True)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at_most: Mapped[int] = mapped_column(Integer)
    at_minute: Mapped[int] = mapped_column(Integer)
    """Minutes after midnight of the wall clock here."""
    weekdays: Mapped[list[int]] = mapped_column(JSON, default=list)
    """1 is Monday; none: every day."""
    every_hours: Mapped[int] = mapped_column(Integer, default=0)
    """0: once a day."""
    state: Mapped[PublicationState] = mapped_column(default=PublicationState.ACTIVE)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def selection(self) -> Selection:
        return Selection.of(self.wanted)

    @property
    def timing(self) -> Timing:
        return Timing(time(*divmod(self.at_minute, 60)), tuple(self.weekdays), self.every_hours)


class PublicationOutlet(Base):
    __tablename__ = "publication_outlet"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey(Publication.id), primary_key=True)
    outlet_id: Mapped[UUID] = mapped_column(ForeignKey(Outlet.id), primary_key=True, index=True)


class Run(Base):
    """One publication to one outlet: when it was planned and when it was made. What became of it its dispatches tell."""

    __tablename__ = "publication_run"
    __table_args__ = (UniqueConstraint("publication_id", "outlet_id", "planned_at"), Index("ix_publication_run_outlet", "outlet_id", "began_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    publication_id: Mapped[UUID] = mapped_column(ForeignKey(Publication.id))
    outlet_id: Mapped[UUID] = mapped_column(ForeignKey(Outlet.id))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    missed: Mapped[int] = mapped_column(Integer, default=0)
    """Occasions before this one that nobody was there to carry out: they are made up for by this one run."""
    planned: Mapped[int] = mapped_column(Integer)
    """Postings that were chosen."""
    note: Mapped[str] = mapped_column(String(60), default="")
    """Why nothing was chosen, where that is not for want of postings."""


class ShipmentState(Labelled):
    UNDER_WAY = "under_way", "正在送"
    DONE = "done", "已送到"
    FAILED = "failed", "没送成"
    UNKNOWN = "unknown", "结果不明"


class Shipment(Base):
    """One call, or one file: its key tells the receiver that a second one is the same. At most one of an outlet is under way."""

    __tablename__ = "shipment"
    __table_args__ = (Index("ix_shipment_outlet", "outlet_id", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    outlet_id: Mapped[UUID] = mapped_column(ForeignKey(Outlet.id))
    state: Mapped[ShipmentState] = mapped_column(default=ShipmentState.UNDER_WAY)
    items: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[UUID | None]
    """Whoever holds it may say how the call ended."""
    error: Mapped[str] = mapped_column(String(REASON_SIGNS), default="")


class DispatchKind(Labelled):
    PUBLISH = "publish", "发布"
    REMOVE = "remove", "撤下"


class DispatchState(Labelled):
    DUE = "due", "待送出"
    SENDING = "sending", "正在送"
    SENT = "sent", "已送到，等回执"
    RECEIPTED = "receipted", "已回执"
    FAILED = "failed", "没送成，会自动重试"
    UNKNOWN = "unknown", "结果不明，会自动重试"
    REFUSED = "refused", "对方拒收"
    PARKED = "parked", "多次不成，已搁置"
    GIVEN_UP = "given_up", "已放弃"
    SUPERSEDED = "superseded", "已被更新的取代"


_D = DispatchState
NEXT: dict[DispatchState, frozenset[DispatchState]] = {
    _D.DUE: frozenset({_D.SENDING, _D.RECEIPTED, _D.REFUSED, _D.SUPERSEDED}),
    _D.SENDING: frozenset({_D.SENT, _D.RECEIPTED, _D.FAILED, _D.UNKNOWN, _D.REFUSED, _D.PARKED, _D.SUPERSEDED}),
    _D.SENT: frozenset({_D.RECEIPTED, _D.REFUSED}),
    _D.FAILED: frozenset({_D.SENDING, _D.RECEIPTED, _D.REFUSED, _D.SUPERSEDED}),
    _D.UNKNOWN: frozenset({_D.SENDING, _D.RECEIPTED, _D.REFUSED, _D.SUPERSEDED}),
    _D.REFUSED: frozenset({_D.GIVEN_UP, _D.SUPERSEDED}),
    _D.PARKED: frozenset({_D.RECEIPTED, _D.REFUSED, _D.GIVEN_UP, _D.SUPERSEDED}),
    _D.RECEIPTED: frozenset(),
    _D.GIVEN_UP: frozenset(),
    _D.SUPERSEDED: frozenset(),
}
"""A receipt may come late, also for what was thought lost. Trying again is a new dispatch with a new number."""
RETRIED = frozenset({_D.DUE, _D.FAILED, _D.UNKNOWN})
"""What a worker takes up by itself."""
TROUBLED = frozenset({_D.REFUSED, _D.PARKED})
"""What waits for a person."""
OFFERED = frozenset(_D) - {_D.REFUSED, _D.PARKED, _D.GIVEN_UP, _D.SUPERSEDED}
"""What whoever comes to fetch is given."""


class Dispatch(Base):
    """One word about one posting to one outlet. `is_latest`: no later word about this posting was made for this outlet."""

    __tablename__ = "dispatch"
    __table_args__ = (
        UniqueConstraint("outlet_id", "number"),
        Index(
            "uq_dispatch_latest",
            "outlet_id",
            "posting_id",
            unique=True,
            sqlite_where=text("is_latest"),
            postgresql_where=text("is_latest"),
        ),
        Index("ix_dispatch_outlet_id_state", "outlet_id", "state"),
        Index("ix_dispatch_posting_id", "posting_id"),
        Index("ix_dispatch_shipment_id", "shipment_id"),
        Index("ix_dispatch_run_id", "run_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    outlet_id: Mapped[UUID] = mapped_column(ForeignKey(Outlet.id))
    number: Mapped[int] = mapped_column(BigInteger)
    """The version of the item that leaves: of two items about one posting the one with the higher number holds."""
    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    posting_version: Mapped[int] = mapped_column(Integer)
    """Which version of the row it tells; under one number nothing else is ever told."""
    kind: Mapped[DispatchKind]
    state: Mapped[DispatchState] = mapped_column(default=DispatchState.DUE)
    is_latest: Mapped[bool] = mapped_column(default=True)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey(Run.id))
    shipment_id: Mapped[UUID | None] = mapped_column(ForeignKey(Shipment.id))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receipt: Mapped[str] = mapped_column(String(RECEIPT_SIGNS), default="")
    last_error: Mapped[str] = mapped_column(String(REASON_SIGNS), default="")
    given_up_by: Mapped[UUID | None]
    given_up_reason: Mapped[str] = mapped_column(String(200), default="")
