"""When a publication is due, on the wall clock of the service (Asia/Shanghai has no summer time)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from webapp.db import LOCAL_ZONE

HOURS = (1, 2, 3, 4, 6, 8, 12)
"""Divisors of a day: the times of the day are then the same every day."""
_DAYS = ("一", "二", "三", "四", "五", "六", "日")
_WORK_DAYS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Timing:
    """At `at` on these weekdays (1 is Monday; none: every day), and with `every_hours` from there on around the clock."""

    at: time
    weekdays: tuple[int, ...] = ()
    every_hours: int = 0

    def last_due(self, moment: datetime) -> datetime:
        """The latest occasion that is not after `moment`."""
        day = moment.astimezone(LOCAL_ZONE).date()
        while True:
            due = [one for one in self._of(day) if one <= moment]
            if due:
                return due[-1]
            day -= timedelta(days=1)

    def next_due(self, moment: datetime) -> datetime:
        """The first occasion after `moment`."""
        return next(self._after(moment))

    def count(self, first: datetime, last: datetime) -> int:
        """Occasions from `first` to `last`, both included."""
        found = 0
        for due in self._after(first - timedelta(microseconds=1)):
            if due > last:
                return found
            found += 1
        return found

    def _after(self, moment: datetime) -> Iterator[datetime]:
        day = moment.astimezone(LOCAL_ZONE).date()
        while True:
            yield from (due for due in self._of(day) if due > moment)
            day += timedelta(days=1)

    def _of(self, day: date) -> list[datetime]:
        if self.weekdays and day.isoweekday() not in self.weekdays:
            return []
        return [datetime.combine(day, at, LOCAL_ZONE) for at in self.times]

    @property
    def times(self) -> list[time]:
        if not self.every_hours:
            return [self.at]
        return sorted(self.at.replace(hour=(self.at.hour + later) % 24) for later in range(0, 24, self.every_hours))

    @property
    def words(self) -> str:
        """`每周一、三 09:00`, `工作日 08:00 起每 4 小时`."""
        days = "每天"
        if self.weekdays == _WORK_DAYS:
            days = "周一到周五"
        elif self.weekdays:
            days = "每周" + "、".join(_DAYS[day - 1] for day in self.weekdays)
        return f"{days} {self.at:%H:%M}" + (f" 起每 {self.every_hours} 小时" if self.every_hours else "")
