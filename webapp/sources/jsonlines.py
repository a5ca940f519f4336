"""JSON Lines: one object a line. A line that is none, or holds what no column may, is a broken row and takes no other with it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from webapp.sources.described import KEYS
from webapp.sources.reading import FIELD_AT_MOST, LINE_AT_MOST, NotReadable, Record, unpacked


class JsonLines:
    """An open file. Its header is that of every row: a key that a row does not write is empty."""

    def __init__(self, raw: BinaryIO, size: int) -> None:
        self.header = list(KEYS)
        self._raw = raw
        self.size = size
        self._lines = unpacked(raw)
        start = self._lines.peek(64) if hasattr(self._lines, "peek") else b""
        if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b""}:
            raise NotReadable("这不像 JSON Lines：每一行应当是一个 JSON 对象，以 { 开头。整个文件是数组的，请改成一行一个对象")

    @property
    def done(self) -> int:
        return self._raw.tell()

    def require(self, *columns: str) -> None:
        """Each row says for itself what it holds."""

    def records(self) -> Iterator[Record]:
        number = 0
        while line := self._line(number):
            number += 1
            if not line.strip(b"\xef\xbb\xbf \t\r\n"):
                continue
            yield _record(number, line)
            while len(line) >= LINE_AT_MOST and not line.endswith(b"\n"):
                line = self._line(number)  # the rest of a line that was too long

    def _line(self, number: int) -> bytes:
        try:
            return self._lines.readline(LINE_AT_MOST)
        except (OSError, EOFError) as trouble:
            raise NotReadable(f"文件在第 {number + 1} 行之后无法读取，可能没有传完整。请重新发送") from trouble


def _record(number: int, line: bytes) -> Record:
    key = ""
    with suppress(ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        said = json.loads(line.decode("utf-8-sig"))
        fields = {key: _told(said.get(key)) for key in KEYS} if isinstance(said, dict) else {}
        if fields and all(value is not None for value in fields.values()):
            known = {key: value or "" for key, value in fields.items()}
            return Record(number, known, list(known.values()))
        key = fields.get("id") or ""
    return Record(number, None, [line.decode("utf-8", errors="backslashreplace").rstrip("\r\n")], key)


def _told(value: object) -> str | None:
    """A column's text; None for what no column may be."""
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, str):
        return value if len(value) <= FIELD_AT_MOST and _is_text(value) else None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _told("|".join(value))
    return None


def _is_text(value: str) -> bool:
    r"""Not half a character: JSON may write `\ud800` alone, which nothing behind this can encode."""
    return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)
