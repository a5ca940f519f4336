"""The calendar's file, read back as RFC 5545 says: lines unfolded, text unescaped."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.postings.applying import ics
from webapp.postings.applying.ics import Event

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MOMENT = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


def event(**changes) -> Event:
    values = {
        "uid": "interview-1@zhilu",
        "sequence": 0,
        "changed_at": MOMENT - timedelta(days=1),
        "starts_at": MOMENT,
        "ends_at": MOMENT + timedelta(hours=1),
        "summary": "面试：电焊工（济南甲乙机械有限公司）",
        "location": "工业南路 88 号",
        "description": "联系人和说明见网页",
        "url": "https://zhilu.example/applications/1",
        "organizer": "济南甲乙机械有限公司",
        "alarm": timedelta(hours=2),
    }
    return Event(**values | changes)


def unfolded(file: bytes) -> list[str]:
    return re.sub("\r\n[ \t]", "", file.decode()).removesuffix("\r\n").split("\r\n")


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def values(file: bytes) -> dict[str, str]:
    """The first value of each name; those of the alarm come later."""
    found: dict[str, str] = {}
    for line in unfolded(file):
        name, _, value = line.partition(":")
        found.setdefault(name.partition(";")[0], value)
    return found


@example(summary="面" * 90, location="a" + "面" * 90, description="ab" + "面" * 90 + "😀" * 40, organizer="面" * 90)
@given(summary=TEXTS, location=TEXTS, description=TEXTS, organizer=TEXTS)
def test_whatever_is_written_comes_back_and_no_line_is_longer_than_75_octets(summary, location, description, organizer):
    file = ics.calendar(event(summary=summary, location=location, description=description, organizer=organizer))
    assert file.endswith(b"\r\n")
    lines = file.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()  # no character was cut in two
    read = values(file)
    for name, given_text in (("SUMMARY", summary), ("LOCATION", location), ("DESCRIPTION", description)):
        plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", given_text.replace("\r\n", "\n").replace("\r", "\n"))
        assert unescaped(read[name]) == plain
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded(file)]
    assert all(re.fullmatch(r"[A-Z][A-Z-]*", name) for name in names), "nothing that was written makes a line of its own"
    assert names.count("BEGIN") == names.count("END") == 3


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_folded_line_unfolds_to_itself(text):
    assert re.sub("\r\n ", "", ics.fold(text)) == f"{text}\r\n"


def test_the_times_are_utc_and_the_fields_that_every_calendar_wants_are_there():
    read = values(ics.calendar(event(sequence=2)))
    assert (read["DTSTART"], read["DTEND"], read["DTSTAMP"]) == ("20261127T013000Z", "20261127T023000Z", "20261126T013000Z")
    assert (read["VERSION"], read["UID"], read["SEQUENCE"], read["STATUS"], read["METHOD"]) == (
        "2.0",
        "interview-1@zhilu",
        "2",
        "CONFIRMED",
        "PUBLISH",
    )
    assert read["PRODID"]
    assert read["TRIGGER"] == "-PT120M"


def test_a_cancelled_one_strikes_out_what_a_calendar_took_before_and_rings_no_more():
    file = ics.calendar(event(sequence=3, is_cancelled=True))
    read = values(file)
    assert (read["METHOD"], read["STATUS"], read["SEQUENCE"]) == ("CANCEL", "CANCELLED", "3")
    assert b"VALARM" not in file


@pytest.mark.parametrize(("text", "written"), [("a,b;c\\d", "a\\,b\\;c\\\\d"), ("一\r\n二\r三", "一\\n二\\n三"), ("\x00\x07无", "无")])
def test_what_means_something_in_a_calendar_is_escaped(text, written):
    assert ics.escaped(text) == written
