"""How an employer answers: the same figures for itself and, where they rest on enough, for whoever thinks of applying.

Counted are the applications of the last `application_figures_days`, the latest AT_MOST of them, without those so fresh that an answer is not
overdue yet (`application_overdue_days`) and those taken back before one. What was never answered stays in the sum: the half that waited longest is
not left out, so nobody looks quick by answering a few.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import or_, select

from webapp.db import now, session
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.models import Posting
from webapp.reference import queries as reference

AT_MOST = 200
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answering:
    """`days`: within so many days half of all were answered; None where less than half were."""

    sent: int
    answered: int
    days: int | None

    @property
    def share(self) -> int:
        """Per cent, rounded down: 100 means all."""
        return self.answered * 100 // self.sent if self.sent else 0


def answering_of(employer_ids: Iterable[UUID]) -> Answering:
    since = now() - timedelta(days=reference.whole("application_figures_days"))
    until = now() - timedelta(days=reference.whole("application_overdue_days"))
    asked = (
        select(Application.sent_at, Application.answered_at)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Posting.employer_id.in_(list(employer_ids)), Application.sent_at > since, Application.sent_at <= until)
        .where(or_(Application.state != ApplicationState.WITHDRAWN, Application.answered_at.is_not(None)))
        .order_by(Application.sent_at.desc())
        .limit(AT_MOST)
    )
    return reckoned([None if answered is None else answered - sent for sent, answered in session().execute(asked)])


def reckoned(waits: Sequence[timedelta | None]) -> Answering:
    """`waits`: of each application the time until its answer, None where there was none."""
    known = sorted(wait for wait in waits if wait is not None)
    half = ceil(len(waits) / 2)
    days = max(1, ceil(known[half - 1] / _DAY)) if waits and len(known) >= half else None
    return Answering(len(waits), len(known), days)


def told(employer_id: UUID | None) -> int | None:
    """What a public page may say, "usually within so many days"; None where too few applications would speak for it."""
    if employer_id is None:
        return None
    found = answering_of([employer_id])
    return found.days if found.sent >= reference.whole("application_figures_least") else None
