"""How days and hours are said to people who look at a calendar on the wall."""

from datetime import datetime

from webapp.db import LOCAL_ZONE

_WEEKDAYS = "一二三四五六日"


def moment(instant: datetime) -> str:
    """`11月27日（周五）9:30`"""
    local = instant.astimezone(LOCAL_ZONE)
    return f"{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）{local.hour}:{local.minute:02d}"


def days_ago(instant: datetime, at: datetime) -> str:
    """`今天`, `昨天`, `5 天前`: by the calendar, not by hours."""
    days = (at.astimezone(LOCAL_ZONE).date() - instant.astimezone(LOCAL_ZONE).date()).days
    return "今天" if days <= 0 else "昨天" if days == 1 else f"{days} 天前"


ANSWERED_AT_ONCE = 60
"""So many applications are answered in one go: a transaction stays short, and their keys fit into an address."""


def how_many_at_once(waiting: int) -> str:
    return "一次就能全部答复，" if waiting <= ANSWERED_AT_ONCE else f"一次可以答复 {ANSWERED_AT_ONCE} 份，"
