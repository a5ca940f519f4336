"""A file of rows, read as a stream: gzip or not, UTF-8 (with or without a mark) or GB18030, one broken row never taking its neighbours along.

A quote that is never closed makes a CSV reader swallow everything up to the next one. So the lines a record was read from are kept: when
the record is broken only its first line is refused, and the lines behind it are read again. Quotes are read strictly, because a lenient
reader would put two rows into one without a sign of it.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO, cast

from webapp.cells import unguarded
from webapp.sources.described import key_of

_SAMPLE = 1 << 20
LINE_AT_MOST = 1 << 20
FIELD_AT_MOST = 1 << 18
"""Characters; a longer field is a quote that was never closed."""
_UNDECODED = range(0xDC80, 0xDD00)


class NotReadable(Exception):
    """The file as a whole cannot be imported. The text says why, in Chinese, and what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file: `line` is where it begins (1 is the header), `fields` is None where it is broken, `text` what stood there.

    `key`: the id of a broken row that still says it.
    """

    line: int
    fields: dict[str, str] | None
    text: list[str]
    key: str = ""


class RowFile:
    """An open file after its header. `done` and `size` are bytes of the file on the disk, for a progress line."""

    def __init__(self, raw: BinaryIO, size: int) -> None:
        self._raw = raw
        self.size = size
        plain = unpacked(raw)
        self.encoding = encoding_of(_peek(plain))
        self._text = io.TextIOWrapper(plain, encoding=self.encoding, errors="surrogateescape", newline="")
        self._lines = _Lines(self._text)
        self.header = self._read_header()

    @property
    def done(self) -> int:
        return self._raw.tell()

    def require(self, *columns: str) -> None:
        require(self.header, *columns)

    def records(self) -> Iterator[Record]:
        width = len(self.header)
        while True:
            line = self._lines.number + 1
            fields = self._next()
            if fields is None and not self._lines.taken:
                return
            if fields == []:
                continue
            if fields is None or len(fields) != width or _is_undecoded(fields):
                yield Record(line, None, self._give_back())
            else:
                told = [unguarded(field) for field in fields]
                yield Record(line, dict(zip(self.header, told, strict=True)), told)

    def _read_header(self) -> list[str]:
        return known_columns(self._next() or [])

    def _next(self) -> list[str] | None:
        """The next record's fields; None where it is broken or the file has ended (then no line was taken)."""
        self._lines.begin()
        try:
            return next(csv.reader(self._lines, strict=True), None)
        except csv.Error:
            return None
        except (OSError, EOFError, zlib.error) as trouble:
            raise NotReadable(f"文件在第 {self._lines.number + 1} 行之后无法读取，可能没有传完整。请重新获取文件") from trouble

    def _give_back(self) -> list[str]:
        """Only the first line of a broken record is lost; what it swallowed is read again."""
        first, *rest = self._lines.taken
        self._lines.give_back(rest)
        return [first.rstrip("\r\n")]


class _Lines:
    """Lines of the file, which can be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        csv.field_size_limit(FIELD_AT_MOST)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(LINE_AT_MOST)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.number += 1
        return line

    def begin(self) -> None:
        self.taken = []

    def give_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


class Rows(Protocol):
    """What an import reads, whatever the file is: `done` and `size` are bytes of the file, for a progress line."""

    header: list[str]
    size: int

    @property
    def done(self) -> int: ...
    def require(self, *columns: str) -> None:
        """Raises NotReadable where the file cannot hold these columns."""

    def records(self) -> Iterator[Record]: ...


def require(header: Sequence[str], *columns: str) -> None:
    missing = [column for column in columns if column not in header]
    if missing and len(missing) == len(columns):
        raise NotReadable(f"这不像一个岗位的 CSV 文件：第一行应当是用逗号隔开的列名，至少有 {'、'.join(columns)}，实际是：{header[0][:60]}")
    if missing:
        seen = "、".join(header)[:200]
        raise NotReadable(f"文件缺少这些列：{'、'.join(missing)}。文件第一行的列名是：{seen}。请补齐列名后再导入")


def known_columns(names: Iterable[str]) -> list[str]:
    """The columns of a file's first line, by their keys."""
    columns = [key_of(name.strip().strip("\ufeff")) for name in names]
    if not any(columns):
        raise NotReadable("文件是空的，或者第一行不是列名")
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise NotReadable(f"列名重复：{'、'.join(sorted(twice))}。每个列名只能出现一次")
    return columns


@contextmanager
def open_rows(path: Path) -> Iterator[RowFile]:
    """Raises NotReadable for what is no CSV at all; the message names what it seems to be."""
    with opened(path) as raw:
        yield RowFile(raw, path.stat().st_size)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Raises NotReadable where there is nothing to open."""
    try:
        with path.open("rb") as raw:
            yield raw
    except FileNotFoundError:
        raise NotReadable(f"没有这个文件：{path}") from None
    except IsADirectoryError:
        raise NotReadable(f"这是一个文件夹，不是文件：{path}") from None
    except PermissionError:
        raise NotReadable(f"没有读取这个文件的权限：{path}") from None


def unpacked(raw: BinaryIO) -> BinaryIO:
    start = raw.read(4)
    raw.seek(0)
    if start[:2] == b"\x1f\x8b":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if start == b"PK\x03\x04":
        raise NotReadable("这是 Excel 工作簿（或压缩包），不是 CSV。请在 Excel 里“另存为”，类型选“CSV UTF-8（逗号分隔）”")
    return raw


def _peek(plain: BinaryIO) -> bytes:
    """Enough of the text to tell its encoding: the first part that holds more than ASCII, at most 16 MB in."""
    sample = b""
    try:
        for _ in range(16):
            sample = plain.read(_SAMPLE)
            if len(sample) < _SAMPLE or not sample.isascii():
                break
        plain.seek(0)
    except (OSError, EOFError, zlib.error) as trouble:
        raise NotReadable("压缩文件已经损坏，无法解开。请重新获取文件") from trouble
    return sample


def encoding_of(sample: bytes) -> str:
    """UTF-8 (with or without a mark) or GB18030. Raises NotReadable for what is no text."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or sample.count(0) * 100 > len(sample):
        raise NotReadable("这不是 CSV 文本文件（内容是二进制或 UTF-16）。请另存为“CSV UTF-8（逗号分隔）”再导入")
    counts = {encoding: _undecodable(sample, encoding) for encoding in ("utf-8-sig", "gb18030")}
    best = min(counts, key=lambda encoding: counts[encoding])
    if counts[best] * 10 > len(sample):
        raise NotReadable("这不是 CSV 文本文件：内容既不是 UTF-8 也不是 GB18030 编码的文字")
    return best


def _undecodable(sample: bytes, encoding: str) -> int:
    """Signs that this encoding cannot read; a character cut by the end of the sample counts as one."""
    return sum(ord(sign) in _UNDECODED for sign in sample.decode(encoding, errors="surrogateescape"))


def _is_undecoded(fields: list[str]) -> bool:
    return any(not field.isascii() and any(ord(sign) in _UNDECODED for sign in field) for field in fields)
