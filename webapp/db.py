"""The database session: one ambient reading session per request or job, and `transaction()`, the only commit.

A reading session never writes (a flush in it raises). A write transaction is one from its first statement: on SQLite a deferred
transaction that turns into a writer loses updates under contention, an immediate one does not. Opening a transaction ends the
reading session of the same context, so nothing decided on stale rows can be written, and everything read afterwards is fresh.
"""

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    ForeignKeyConstraint,
    MetaData,
    Table,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Session, UOWTransaction

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
_SQLITE_BUSY_SECONDS = 5


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        # A code is stored as its value in a plain column: a new member needs no migration, an unknown value raises on reading.
        enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=30, values_callable=lambda kind: [member.value for member in kind]),
    }
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@event.listens_for(ForeignKeyConstraint, "after_parent_attach")
def _check_at_commit(constraint: ForeignKeyConstraint, table: Table) -> None:
    """Foreign keys are checked at commit: without `relationship()` SQLAlchemy writes the new rows of a flush in any order.

    Keys are made in Python, so a row and what refers to it can be added together and no operation has to flush in between.
    """
    if table.metadata is Base.metadata:
        constraint.deferrable, constraint.initially = True, "DEFERRED"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. SQLite gives datetimes back without a zone; a naive value is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Yuan(TypeDecorator[Decimal]):
    """Money to the fen, stored as whole fen: SQLite has no decimals, and a float of 0.06 yuan is another sum.

    A sum finer than a fen is refused on the way in, never rounded.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        fen = Decimal(value).scaleb(2)
        if fen != int(fen):
            raise ValueError("a sum finer than a fen")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


def new_key() -> UUID:
    """A UUIDv7: made in Python, so that an operation knows the key of what it adds without a flush, and rows stay in order of time."""
    return uuid_utils.compat.uuid7()


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The day on the wall calendar of the service, not of the server."""
    return datetime.now(LOCAL_ZONE).date()


class NestedTransaction(Exception):
    """A transaction was opened while another of the same context is alive: the inner one could not keep its promise."""


class WroteWhileReading(Exception):
    """Something was changed outside `transaction()`."""


class _ReadingSession(Session):
    pass


@event.listens_for(_ReadingSession, "before_flush")
def _refuse_flush(session: Session, context: UOWTransaction, instances: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise WroteWhileReading("changes belong inside `with transaction():`")


_engine: Engine | None = None
_reading: ContextVar[Session | None] = ContextVar("reading", default=None)
_writing: ContextVar[Session | None] = ContextVar("writing", default=None)


def connect(url: str, **options: Any) -> Engine:
    """Opens the process's database; called once, by whoever starts the process (after a fork, never before)."""
    global _engine
    _engine = make_engine(url, **options)
    return _engine


def make_engine(url: str, **options: Any) -> Engine:
    if url.startswith("sqlite"):
        options.setdefault("connect_args", {"timeout": _SQLITE_BUSY_SECONDS})
    else:
        options.setdefault("pool_pre_ping", True)
    options.setdefault("hide_parameters", True)  # an error's text ends up in a log, where the values of a statement may not be
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is sent by _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def engine() -> Engine:
    if _engine is None:
        raise RuntimeError("the database is not open: call webapp.db.connect first")
    return _engine


def is_sqlite() -> bool:
    return engine().dialect.name == "sqlite"


def session() -> Session:
    """The session of this context: the open transaction's, else the reading one, made on first use."""
    writing = _writing.get()
    if writing is not None:
        return writing
    reading = _reading.get()
    if reading is None:
        readonly = engine().execution_options(postgresql_readonly=True)
        reading = _ReadingSession(readonly, expire_on_commit=False, autoflush=False)
        _reading.set(reading)
    return reading


def end_reading() -> None:
    """Gives the reading session's connection back; safe to call when there is none."""
    reading = _reading.get()
    if reading is not None:
        _reading.set(None)
        reading.close()


@contextmanager
def reading() -> Iterator[Session]:
    """A short read of its own (a job, a poller, the loading of who is asking)."""
    try:
        yield session()
    finally:
        if _writing.get() is None:
            end_reading()


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is written together or not at all. No call to the outside is made in here."""
    if _writing.get() is not None:
        raise NestedTransaction("a transaction is already open in this context")
    end_reading()
    writing = Session(engine().execution_options(writes=True), expire_on_commit=False)
    token = _writing.set(writing)
    try:
        writing.connection()
        yield writing
        writing.commit()
    except BaseException:
        writing.rollback()
        raise
    finally:
        _writing.reset(token)
        writing.close()


def in_transaction() -> bool:
    return _writing.get() is not None


def take_numbers(sequence: str, table: str, column: str, count: int = 1) -> list[int]:
    """Hands out `count` ascending numbers inside the open transaction.

    PostgreSQL: the sequence (a number may be lost on rollback, never given twice). SQLite has none: max + 1, safe because the write
    transaction is exclusive from its first statement.
    """
    writing = session()
    if is_sqlite():
        writing.flush()  # rows added in this transaction hold numbers too
        last = cast("int", writing.scalar(text(f"SELECT coalesce(max({column}), 0) FROM {table}")))  # noqa: S608 - names from code
        return list(range(last + 1, last + 1 + count))
    drawn = text(f"SELECT nextval('{sequence}') FROM generate_series(1, :count)")  # noqa: S608 - names from code
    return sorted(writing.scalars(drawn, {"count": count}))
