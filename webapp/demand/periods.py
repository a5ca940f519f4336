"""The periods a catalogue is made for: `2026Q1` and `2026-03`."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from webapp.db import LOCAL_ZONE

_QUARTER, _MONTH = re.compile(r"(20\d{2})Q([1-4])"), re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    code: str
    label: str
    start: date
    end: date
    """The last day."""

    @classmethod
    def of(cls, code: str) -> "Period | None":
        """The period this code names; None where it names none."""
        if found := _QUARTER.fullmatch(code):
            year, quarter = int(found[1]), int(found[2])
            return cls(code, f"{year} 年第 {quarter} 季度", date(year, 3 * quarter - 2, 1), _last(year, 3 * quarter))
        if found := _MONTH.fullmatch(code):
            year, month = int(found[1]), int(found[2])
            return cls(code, f"{year} 年 {month} 月", date(year, month, 1), _last(year, month))
        return None

    @property
    def before(self) -> "Period":
        """The one of the same kind before this."""
        return around(self.start - timedelta(days=1), quarter="Q" in self.code)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.start, time(), LOCAL_ZONE)

    @property
    def ends(self) -> datetime:
        """The first instant that does not belong to it."""
        return datetime.combine(self.end + timedelta(days=1), time(), LOCAL_ZONE)


def around(day: date, *, quarter: bool) -> Period:
    """The quarter or the month the day lies in."""
    found = Period.of(f"{day.year}Q{(day.month + 2) // 3}" if quarter else f"{day.year}-{day.month:02d}")
    assert found is not None, "every day of this century lies in a period"
    return found


def offered(day: date) -> list[Period]:
    """What a catalogue may be asked for: the running quarter and month, and the three of each before."""
    found = []
    for quarter in (True, False):
        period = around(day, quarter=quarter)
        for _ in range(4):
            found.append(period)
            period = period.before
    return found


def _last(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
