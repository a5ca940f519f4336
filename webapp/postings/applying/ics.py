"""One appointment as a file that any calendar takes (RFC 5545, RFC 5546).

No library: it is twenty lines, and what is hard about the format, escaping and folding by octets, is held by tests. Times are UTC, so no zone has to
be described. Published with METHOD:PUBLISH; a cancelled one with METHOD:CANCEL and a higher SEQUENCE, by which a calendar that took the file before
finds the same UID and strikes it out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_OCTETS = 75
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`alarm`: so long before the start the calendar rings; none where it was cancelled."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str
    organizer: str
    is_cancelled: bool = False
    alarm: timedelta | None = None


def calendar(event: Event) -> bytes:
    return "".join(fold(line) for line in _lines(event)).encode()


def _lines(event: Event) -> Iterable[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zhilu//Interview//ZH", "CALSCALE:GREGORIAN")
    yield f"METHOD:{'CANCEL' if event.is_cancelled else 'PUBLISH'}"
    yield from ("BEGIN:VEVENT", f"UID:{event.uid}", f"SEQUENCE:{event.sequence}")
    yield f"DTSTAMP:{instant(event.changed_at)}"
    yield f"LAST-MODIFIED:{instant(event.changed_at)}"
    yield f"DTSTART:{instant(event.starts_at)}"
    yield f"DTEND:{instant(event.ends_at)}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield f'ORGANIZER;CN="{_quoted(event.organizer)}":{event.url}'
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"LOCATION:{escaped(event.location)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    if event.alarm is not None and not event.is_cancelled:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(event.summary)}")
        yield from (f"TRIGGER:-PT{int(event.alarm.total_seconds()) // 60}M", "END:VALARM")
    yield from ("END:VEVENT", "END:VCALENDAR")


def instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """RFC 5545 §3.3.11: a backslash, a semicolon, a comma and the end of a line mean something in a calendar."""
    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _quoted(text: str) -> str:
    """A parameter in quotes may hold anything but quotes and control signs (§3.2)."""
    return " ".join(_UNSEEN.sub("", text.replace('"', "”")).split())


def fold(line: str) -> str:
    """§3.1: at most 75 octets a line, the rest on the next behind a space; never inside a character."""
    folded, used = "", 0
    for sign in line:
        octets = len(sign.encode())
        if used + octets > _OCTETS:
            folded, used = f"{folded}\r\n ", 1
        folded, used = folded + sign, used + octets
    return f"{folded}\r\n"
