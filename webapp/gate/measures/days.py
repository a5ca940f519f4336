"""Days that cannot be: a validity that is over or too long, a deadline in the text that has passed (DATES)."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from webapp.gate.measures.asked import Asked, Met
from webapp.gate.subject import Profile

_DEADLINE = re.compile(r"(?:截止|截至|报名|有效期|招聘结束|面试)(?:时间|日期|到|至|:|为|是|期)*(20\d\d)[年.\-/](\d{1,2})[月.\-/](\d{1,2})")


def find(asked: Asked) -> Iterator[Met]:
    through, most = asked.subject.values.get("valid_through"), asked.figure("posting_valid_days_max")
    if isinstance(through, date):
        if through < asked.on:
            yield Met("DATES.past", "valid_through", figure=f"有效期 {through} 已经过去")
        elif most is not None and asked.subject.profile is Profile.DIRECT and through > asked.on + timedelta(days=int(most)):
            last = asked.on + timedelta(days=int(most))
            yield Met("DATES.long", "valid_through", figure=f"有效期最长 {int(most)} 天，最晚可以填 {last}")
    if asked.subject.profile is not Profile.FORWARDED:  # what a source forwards may be old, and its page says from when it is
        yield from _passed(asked)


def _passed(asked: Asked) -> Iterator[Met]:
    for found in _DEADLINE.finditer(asked.text.plain):
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            yield Met("DATES.text", place=found.span(), figure=f"“{found[0]}”不是日历上的日子")
            return
        if day < asked.on:
            yield Met("DATES.text", place=found.span(), figure=f"“{found[0]}”已经过去")
            return
