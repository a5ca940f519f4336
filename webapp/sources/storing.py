"""Files of batches on the disk of the house: laid down whole or not at all, named by the batch, looked into before anybody parses them.

They hold public postings only. The web process lays a file down and a batch worker reads it, so both have the same folder (`ZHILU_SHARED`).
"""

import hashlib
import os
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from webapp.db import new_key
from webapp.reference.queries import whole
from webapp.sources.models import RowFormat
from webapp.sources.reading import NotReadable

UNPACKED_AT_MOST = 512 * 1024 * 1024
_PIECE = 1 << 18
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


class TooLarge(NotReadable):
    def __init__(self, most: int) -> None:
        super().__init__(f"文件太大，一次最多 {most // 1024 // 1024} MB。请压缩（gzip）后再发送，或分成几个增量批次")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that no batch has yet; `digest` is the SHA-256 of what came."""

    path: Path
    digest: str
    size: int
    format: RowFormat


@dataclass(slots=True)
class _Place:
    var: Path | None = None


_place = _Place()


def settle(var: Path) -> None:
    """Where this process keeps files."""
    _place.var = var


def var() -> Path:
    if _place.var is None:
        raise RuntimeError("no place for files: call webapp.sources.storing.settle first")
    return _place.var


def path_of(batch_id: UUID) -> Path:
    return var() / "batches" / str(batch_id)


def refusals_of(batch_id: UUID) -> Path:
    return var() / "imports" / str(batch_id) / "rejects.csv"


def inbox_of(source_id: UUID) -> Path:
    """Where a node that delivers by folder lays its files."""
    return var() / "inbox" / str(source_id)


def lay_down(read: Callable[[int], bytes], *, most: int) -> Stored:
    """Everything `read` gives, at most so many bytes. Raises NotReadable (TooLarge) and leaves nothing behind."""
    path = path_of(new_key()).with_suffix(".laid")
    partial = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with partial.open("wb") as file:
            digest, size = _copy(read, file, most)
        form = format_of(partial)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return Stored(path, digest, size, form)


def give_to(batch_id: UUID, stored: Stored) -> None:
    """From now on it is the file of this batch. A batch gets its key when its file is whole, so that keys are in the order of arrival."""
    stored.path.rename(path_of(batch_id))


def _copy(read: Callable[[int], bytes], file: BinaryIO, most: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := read(_PIECE):
        size += len(piece)
        if size > most:
            raise TooLarge(most)
        digest.update(piece)
        file.write(piece)
    if not size:
        raise NotReadable("没有内容：请求正文或文件是空的")
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest(), size


def format_of(path: Path) -> RowFormat:
    """By what the file is, whatever it was called: a workbook, JSON Lines, or CSV; the latter two also packed with gzip."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_ZIP):
        return RowFormat.XLSX
    if start.startswith(_GZIP):
        start = _unpacked_start(path)
    return RowFormat.JSONL if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else RowFormat.CSV


def _unpacked_start(path: Path) -> bytes:
    """Unpacks the whole file once, to count: a small file may hold a large one."""
    unpacking: Any = zlib.decompressobj(wbits=31)
    start, size = b"", 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                while piece:
                    plain = unpacking.decompress(piece, _PIECE)
                    size += len(plain)
                    if size > UNPACKED_AT_MOST:
                        raise NotReadable(f"压缩文件解开后超过 {UNPACKED_AT_MOST // 1024 // 1024} MB，不能接收。请分成几个批次")
                    start = start or plain[:512]
                    piece = unpacking.unconsumed_tail
                    if unpacking.eof:  # several packed parts, one behind the other
                        piece, unpacking = unpacking.unused_data, zlib.decompressobj(wbits=31)
    except zlib.error as trouble:
        raise NotReadable("压缩文件已经损坏，无法解开。请重新发送") from trouble
    return start


def forget_old() -> int:
    """Removes files of batches past their days (`batch_file_kept_days`), with what was refused of them; answers how many. The receipts stay."""
    gone, before = 0, time.time() - whole("batch_file_kept_days") * 24 * 3600
    for path in (*var().glob("batches/*"), *var().glob("imports/*/rejects.csv")):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def forget(stored: Stored) -> None:
    stored.path.unlink(missing_ok=True)
