"""What the gate has to say in the demo, by the operations themselves: a draft of the shown employer that still has to be mended, a posting it
handed in with its reason, and a row of a market that a person has to see first. All other texts of the demo pass without a word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import exists, select

from webapp.access import Actor
from webapp.db import session
from webapp.employers.models import Employer
from webapp.postings import gating, operations
from webapp.postings.models import Posting
from webapp.postings.reviewing.models import ReviewItem
from webapp.postings.reviewing.risks import risks_of
from webapp.postings.values import PostingValues, values_of
from webapp.reference.models import EmploymentType
from workers.demo import content
from workers.demo.calendar import Calendar
from workers.demo.employers import SHOWN_COUNTY, Settled
from workers.demo.offers import offer

TO_MEND, EXPLAINED, FORWARDED = "仓库收发员", "女浴室保洁员", "包装工（市场转来）"
TITLES = frozenset({TO_MEND, EXPLAINED, FORWARDED})
_DAYS = 45
_SAYS = {
    TO_MEND: ("warehouse", "限男性，40岁以下，本地户口优先；试用期三个月"),
    EXPLAINED: ("cleaner", "限女性；能适应浴室的潮湿环境"),
}
_WHY = "职工浴室的女部在营业时间里保洁，里面一直有人更衣洗浴，只能由女员工进去做；男部另有岗位。"


def hand_in(calendar: Calendar, settled: Iterable[Settled]) -> None:
    """Once: a load that was ended finds it done. Inside a transaction."""
    shown = next(one for one in settled if one.plan.is_shown)
    if session().scalar(select(exists().where(Posting.employer_id == shown.employer.id, Posting.title == TO_MEND))):
        return
    person, role = shown.authors[0]
    by = Actor(person.id, role.value, "web")
    employer = session().get_one(Employer, shown.employer.id)
    operations.draft(employer, _values(calendar, shown, TO_MEND), by=by)
    posting = operations.draft(employer, _values(calendar, shown, EXPLAINED), by=by)
    operations.submit(posting, by=by, on=calendar.today, remark=_WHY)


def weigh(calendar: Calendar) -> None:
    """What a reviewer should look at first among what waits, as handing in finds it. Inside a transaction."""
    for item in session().scalars(select(ReviewItem).where(ReviewItem.closed_at.is_(None))):
        posting = session().get_one(Posting, item.posting_id)
        employer = session().get_one(Employer, posting.employer_id)
        flags = gating.verdict(posting, employer, on=calendar.today).flags
        item.risks = risks_of(posting, values_of(posting), employer, flags, on=calendar.today)
        item.risk = len(item.risks)


def _values(calendar: Calendar, shown: Settled, title: str) -> PostingValues:
    trade, requirements = _SAYS[title]
    values = offer(f"judged:{title}", shown.plan, content.trades()[trade], valid_through=calendar.today + timedelta(days=_DAYS))
    return replace(values, title=title, requirements=requirements, employment_type=EmploymentType.FULL_TIME)


def forwarded_row(row: Mapping[str, str]) -> dict[str, str]:
    """A row as a market sends it, with words that the law forbids."""
    asked = "流水线装箱、贴标、码垛，每班八小时。\n只招男工，已婚已育优先。"
    return {**row, "title": FORWARDED, "region_code": SHOWN_COUNTY, "description": asked, "headcount": "20"}
