"""Text as portals send it, made plain. Nothing is added; what is removed is listed here."""

import html
import re

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d?);")
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LINE_TAGS = "br|p|div|li|ul|ol|tr|table|h[1-6]|section|article|dl|dt|dd|hr|blockquote|pre"
_OTHER_TAGS = "a|abbr|b|big|body|button|center|code|em|font|form|head|html|i|iframe|img|input|ins|label|link|meta|o:p|s|script|small|span|strike"
_MORE_TAGS = "strong|style|sub|sup|tbody|td|tfoot|th|thead|title|u|video|svg|path"
_LINE_TAG = re.compile(rf"</?(?:{_LINE_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_OTHER_TAGS}|{_MORE_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
"""Names of HTML only: `<5年` and `List<String>` are text."""
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ue000-\uf8ff]"
)
"""Control characters, marks of direction and of no width, and signs of a portal's own font. The joiner inside emoji (U+200D) stays."""
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_EDGES = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """Several lines of text, without remnants of HTML."""
    if "&" in text:
        text = _ENTITY.sub(_unescaped, _ENTITY.sub(_unescaped, text))  # twice: `&amp;nbsp;` was escaped twice
    if "<" in text:
        text = _TAG.sub("", _LINE_TAG.sub("\n", _HIDDEN.sub("", text)))
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    return _GAPS.sub("\n\n", _EDGES.sub("\n", _SPACES.sub(" ", text))).strip()


def line(text: str, limit: int | None = None) -> str:
    """The same on one line, cut at `limit` characters."""
    one = " ".join(plain(text).split())
    return one if limit is None else one[:limit].rstrip()


_LISTED = re.compile(r"[,，、;；|｜\n\t]")
_QUOTED_LIST = re.compile(r"^\s*\[(.*)\]\s*$", re.DOTALL)


def listed(text: str, *, entries: int, length: int) -> list[str]:
    """The entries of a list in one cell, once each, in order. Only where nothing else parts them do spaces."""
    inner = _QUOTED_LIST.sub(r"\1", plain(text))
    parts = _LISTED.split(inner) if _LISTED.search(inner) else inner.split()
    words = (" ".join(part.split()).strip("'\"[] ")[:length] for part in parts)
    return list(dict.fromkeys(word for word in words if word))[:entries]


def _unescaped(match: re.Match[str]) -> str:
    return html.unescape(match[0])
