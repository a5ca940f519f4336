"""What the shown employer did with its published postings, by the operations themselves: a template to begin with, what came of the filled one,
and a change that waits for a reviewer; and how often they were read.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import exists, select

from webapp.access import Actor
from webapp.db import session
from webapp.postings import changing
from webapp.postings.life import operations
from webapp.postings.life.models import PostingTemplate, PostingView
from webapp.postings.models import Posting, PostingState
from webapp.postings.values import values_of
from workers.demo.calendar import Calendar, dice
from workers.demo.employers import Settled


def go_on(calendar: Calendar, settled: Iterable[Settled]) -> None:
    """Once: a load that was ended finds it done. Inside a transaction."""
    shown = next(one for one in settled if one.plan.is_shown)
    if session().scalar(select(exists().where(PostingTemplate.employer_id == shown.employer.id))):
        return
    person, role = shown.authors[0]
    by = Actor(person.id, role.value, "web")
    wanted = select(Posting).where(Posting.employer_id == shown.employer.id).order_by(Posting.seq)
    is_open = list(session().scalars(wanted.where(Posting.state == PostingState.OPEN)))
    first, last, filled = is_open[0], is_open[-1], next(iter(session().scalars(wanted.where(Posting.state == PostingState.FILLED))))
    operations.save_template(first, first.title, by=by)
    operations.answer_outcome(filled, hired=filled.headcount or 1, hired_here=1, by=by)
    _change(last, calendar, by)
    for row in (*is_open, filled):
        _were_read(row, calendar)


def _change(posting: Posting, calendar: Calendar, by: Actor) -> None:
    now = values_of(posting)
    change = changing.propose(posting, replace(now, headcount=(now.headcount or 0) + 3, benefits=(*now.benefits, "高温补贴")), by=by)
    session().flush()
    changing.submit(posting, change, by=by, on=calendar.today)


def _were_read(posting: Posting, calendar: Calendar) -> None:
    """A day at a time, from its first to yesterday."""
    chance, on = dice(f"read:{posting.id}"), posting.valid_from or calendar.today
    while on < calendar.today:
        session().add(PostingView(posting_id=posting.id, day=on, views=chance.randint(4, 23)))
        on += timedelta(days=1)
