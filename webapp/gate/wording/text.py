"""A publication's words as one plain text in which patterns look, and the way back to what the person typed.

Patterns see what a reader sees: full width as half width, capitals as small letters, one kind of dash, no blanks beside a Han sign, no
signs without a width, `&lt;` as `<`. What is numbered (`②18岁`) keeps its number, or the age would be 218. Most texts hold nothing, so
the way back is worked out only where something was found.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property

_DASHES = dict.fromkeys("~～〜—–‐‑‒―﹣－−", "-")
_TRADITIONAL = dict(
    zip(
        "歲齡體優戶齊徵條蓋應與個間處證薪壓費險業險萬還滿團經驗歡聯繫電話號碼機無論對從",
        "岁龄体优户齐征条盖应与个间处证薪压费险业险万还满团经验欢联系电话号码机无论对从",
        strict=True,
    )
)
_ENTITY = re.compile(r"&(lt|gt|amp|nbsp|quot);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "nbsp": " ", "quot": '"'}
_BLANKS = re.compile(r"[ \t]+")
_LAST_LATIN = "\x7f"
_NUMBERED = range(0x2460, 0x2500)
_MARKED = range(0x2776, 0x2794)


class _Signs(dict[int, str]):
    """What a sign is read as, worked out when it first occurs."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = read = _read_as(sign)
        return read


def _read_as(sign: str) -> str:
    if sign in _DASHES:
        return "-"
    if sign in _TRADITIONAL:
        return _TRADITIONAL[sign]
    if ord(sign) in _NUMBERED or ord(sign) in _MARKED:
        return sign
    if unicodedata.category(sign) in {"Cf", "Cc", "Cs"} and sign not in "\n\t":
        return ""
    return unicodedata.normalize("NFKC", sign).lower()


_SIGNS = _Signs()


def plain(raw: str) -> str:
    """The text as patterns see it."""
    text = _ENTITY.sub(lambda found: _ENTITIES[found[1]], raw) if "&" in raw else raw
    return _BLANKS.sub(_kept, text.translate(_SIGNS))


def _kept(blanks: re.Match[str]) -> str:
    return "" if _is_beside_han(blanks) else blanks[0]


def _is_beside_han(blanks: re.Match[str]) -> bool:
    """Blanks part Latin words and figures; beside any other sign they say nothing."""
    text, start, end = blanks.string, blanks.start(), blanks.end()
    return text[start - 1 : start] > _LAST_LATIN or text[end : end + 1] > _LAST_LATIN


def origins(raw: str) -> list[tuple[int, int]]:
    """For each sign of `plain(raw)` where it begins and ends in `raw`."""
    signs: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(raw):
        entity = _ENTITY.match(raw, at)
        read, end = (_ENTITIES[entity[1]], entity.end()) if entity else (raw[at], at + 1)
        for sign in read.translate(_SIGNS):
            signs.append(sign)
            spans.append((at, end))
        at = end
    blanks = {at for found in _BLANKS.finditer("".join(signs)) if _is_beside_han(found) for at in range(*found.span())}
    return [span for at, span in enumerate(spans) if at not in blanks]


class Text:
    """The fields of one publication as one plain text, each on lines of its own."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        read = {field: plain(raw) for field, raw in parts.items() if raw}
        pieces = [piece for piece in read.values() if piece]
        self.fields = tuple(field for field, piece in read.items() if piece)
        self.plain = "\n".join(pieces)
        self._parts = parts
        self._starts = _starts(len(piece) for piece in pieces)

    def place(self, start: int, end: int) -> tuple[str, int, int, str]:
        """(field, start, end, words) as the person typed them; what would run on into the next field ends with its own."""
        number = bisect_right(self._starts, start) - 1
        field = self.fields[number]
        spans = self._origins[field]
        first = min(start - self._starts[number], len(spans) - 1)
        last = min(max(end - self._starts[number], first + 1), len(spans)) - 1
        begin, stop = spans[first][0], spans[last][1]
        return field, begin, stop, self._parts[field][begin:stop]

    @cached_property
    def _origins(self) -> dict[str, list[tuple[int, int]]]:
        return {field: origins(self._parts[field]) for field in self.fields}


def _starts(lengths: Iterable[int]) -> list[int]:
    starts, at = [], 0
    for length in lengths:
        starts.append(at)
        at += length + 1
    return starts
