"""Stored files: licences, letters of authority, sheets that go back to who sent them.

A file is checked by what it is, never by what it calls itself; sealed (AES-256-GCM, bound to its row) before it touches the disk; and found
only through the feature that owns it, which knows who may see it. The row is written in the caller's transaction, the content before it: a
content without a row is swept away, a row without a content cannot be. Hosts share the folder (`ZHILU_SHARED`).
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from sqlalchemy import Date, Index, Integer, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp import archives, sealing
from webapp.db import Base, UtcDateTime, new_key, now, session, today
from webapp.labels import Labelled
from webapp.sealing import Sealed

BYTES_AT_MOST = 8 * 1024 * 1024
ORPHAN_AFTER = timedelta(days=1)
_PARTIAL = ".partial"
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_directory: Path | None = None


class FileKind(Labelled):
    LICENCE = "licence", "营业执照"
    AUTHORITY = "authority", "委托证明"
    SHEET = "sheet", "退回的表格"
    POSTINGS = "postings", "批量岗位表"
    EVIDENCE = "evidence", "服务凭证"
    DESTINATION = "destination", "去向证明"
    ROSTER = "roster", "名册"
    ROSTER_REFUSED = "roster_refused", "名册中没有收下的行"


class FileType(Labelled):
    """What may be stored."""

    PDF = "pdf", "PDF"
    JPEG = "jpeg", "JPEG 图片"
    PNG = "png", "PNG 图片"
    XLSX = "xlsx", "Excel 表格"
    XLS = "xls", "旧版 Excel 表格（.xls）"
    CSV = "csv", "CSV 文件"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileType.PDF: "application/pdf",
    FileType.JPEG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileType.XLS: "application/vnd.ms-excel",
    FileType.CSV: "text/csv",
}

DOCUMENTS = (FileType.PDF, FileType.JPEG, FileType.PNG)
TABLES = (FileType.XLSX, FileType.CSV)
SHEETS = (FileType.XLSX, FileType.XLS, FileType.CSV)
_BEGINS = (
    (b"%PDF-", FileType.PDF),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType.XLS),
)
_ARCHIVE = b"PK\x03\x04"


class NotAccepted(ValueError):
    """The file is not taken; the text says in Chinese why and what to do."""


class Gone(LookupError):
    """The row says that there is a file, and the folder has none: an operator has to look."""


class StoredFile(Base):
    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_owner", "owner_id", "kind"), Index("ix_stored_file_keep_through", "keep_through"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    kind: Mapped[FileKind]
    owner_id: Mapped[UUID]
    """The row of the feature it belongs to: an employer, a batch. A key, not a foreign key: features are above this floor."""
    type: Mapped[FileType]
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(Integer)
    """Bytes, before sealing."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content: what was decided about can be shown to be what is stored."""
    by_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    keep_through: Mapped[date | None] = mapped_column(Date)
    """The last day of keeping; None: as long as its owner needs it."""

    name = Sealed("name_sealed")
    """As it was called by who sent it: such names hold names of people."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A content on the disk that no row names yet."""

    id: UUID
    name: str
    type: FileType
    size: int
    digest: str


def settle(directory: Path) -> None:
    """Where the files of this process lie; called once, by whoever starts it."""
    global _directory
    _directory = directory


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a content may be, packed and unpacked."""

    most: int = BYTES_AT_MOST
    unpacked: int = archives.UNPACKED_AT_MOST


_USUAL = Limits()


def accept(content: bytes, types: Iterable[FileType], limits: Limits = _USUAL) -> FileType:
    """What the content is. Raises NotAccepted."""
    wanted = tuple(types)
    if not content:
        raise NotAccepted("文件是空的，请重新选择。")
    if len(content) > limits.most:
        mending = "请分成几份再上传。" if FileType.CSV in wanted else "请拍小一点，或压缩后再上传。"
        raise NotAccepted(f"文件太大，最多 {limits.most // 1024 // 1024} MB。{mending}")
    kind = _recognised(content, limits)
    if kind is None and FileType.CSV in wanted and not content.startswith(_ARCHIVE) and _is_text(content):
        kind = FileType.CSV
    if kind is None or kind not in wanted:
        raise NotAccepted(f"文件不能识别，请上传 {'、'.join(one.label for one in wanted)}。")
    return kind


def lay_down(content: bytes, name: str, types: Iterable[FileType], limits: Limits = _USUAL) -> Stored:
    """Seals the content into the folder, before any transaction. Raises NotAccepted."""
    kind = accept(content, types, limits)
    key = new_key()
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(_PARTIAL)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealing.seal_bytes(content, cell=_cell(key)))
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    return Stored(key, name[-120:], kind, len(content), hashlib.sha256(content).hexdigest())


def keep(stored: Stored, kind: FileKind, owner_id: UUID, *, by_id: UUID | None, through: date | None = None) -> StoredFile:
    """The row of a content that was laid down, in the caller's transaction."""
    row = StoredFile(
        id=stored.id,
        kind=kind,
        owner_id=owner_id,
        type=stored.type,
        size=stored.size,
        digest=stored.digest,
        by_id=by_id,
        at=now(),
        keep_through=through,
    )
    row.name = stored.name
    session().add(row)
    return row


def latest(owner_id: UUID, kind: FileKind) -> StoredFile | None:
    """The newest of this kind; the caller has found the owner in its own scope."""
    wanted = select(StoredFile).where(StoredFile.owner_id == owner_id, StoredFile.kind == kind)
    return session().scalar(wanted.order_by(StoredFile.at.desc(), StoredFile.id.desc()).limit(1))


def read(row: StoredFile) -> bytes:
    """Raises Gone where the folder has lost it, sealing.NotOpened where it was tampered with."""
    try:
        sealed = _path(row.id).read_bytes()
    except FileNotFoundError as reason:
        raise Gone(str(row.id)) from reason
    return sealing.unseal_bytes(sealed, cell=_cell(row.id))


def let_lapse(row: StoredFile, through: date) -> None:
    """It was replaced, or is not needed any more: kept up to and including that day."""
    row.keep_through = through


def lapsed() -> list[StoredFile]:
    return list(session().scalars(select(StoredFile).where(StoredFile.keep_through < today()).limit(1000)))


def remove(keys: Iterable[UUID]) -> None:
    """Takes contents off the disk; their rows were deleted, and that was committed."""
    for key in keys:
        _path(key).unlink(missing_ok=True)


def orphans() -> list[UUID]:
    """Contents whose row was never written: a process died in between. Young ones may still get theirs."""
    keys = [key for path in _old() if (key := _key_of(path)) is not None]
    known: set[UUID] = set()
    for start in range(0, len(keys), 500):
        known |= set(session().scalars(select(StoredFile.id).where(StoredFile.id.in_(keys[start : start + 500]))))
    return [key for key in keys if key not in known]


def sweep_partials() -> int:
    """Takes away what a process that died left half written; answers how many. Whatever else lies there is not ours to delete."""
    partials = [path for path in _old() if path.suffix == _PARTIAL and _key_of(path.with_suffix("")) is not None]
    for path in partials:
        path.unlink(missing_ok=True)
    return len(partials)


def _old() -> list[Path]:
    before = (now() - ORPHAN_AFTER).timestamp()
    return [path for path in _folder().glob("*/*") if path.stat().st_mtime < before] if _folder().is_dir() else []


def _key_of(path: Path) -> UUID | None:
    """Of the content that lies there; None for a stray file."""
    try:
        key = UUID(path.name)
    except ValueError:
        return None
    return key if path == _path(key) else None


def _recognised(content: bytes, limits: Limits) -> FileType | None:
    for begin, kind in _BEGINS:
        if content.startswith(begin):
            return kind
    return FileType.XLSX if content.startswith(_ARCHIVE) and _is_workbook(content, limits) else None


def _is_text(content: bytes) -> bool:
    """Text has no mark at its beginning: it is what holds no sign that text has not, in an encoding that spreadsheets write."""
    if _NO_TEXT.search(content):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_workbook(content: bytes, limits: Limits) -> bool:
    """Raises NotAccepted for one that nobody should open."""
    try:
        names = {part.filename for part in archives.parts_of(zipfile.ZipFile(BytesIO(content)), unpacked=limits.unpacked)}
    except zipfile.BadZipFile:
        return False
    except archives.NotAccepted as reason:
        raise NotAccepted(f"{reason}。") from reason
    return {"[Content_Types].xml", "xl/workbook.xml"} <= names


def _folder() -> Path:
    if _directory is None:
        raise RuntimeError("no folder for files: call webapp.files.settle first")
    return _directory


def _path(key: UUID) -> Path:
    """UUIDv7 begins with its time: the last digits spread the files over 256 folders."""
    return _folder() / key.hex[-2:] / f"{key}"


def _cell(key: UUID) -> str:
    return f"stored_file:{key}:content"
