"""Reasons to look closely at what was handed in. They order a reviewer's work and are shown to nobody else; none of them decides anything."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import exists, select

from webapp.db import now, session
from webapp.employers.models import Employer
from webapp.gate.findings import Finding
from webapp.postings.models import Posting
from webapp.postings.reviewing import queries
from webapp.postings.values import PostingValues
from webapp.reference import queries as reference


def risks_of(posting: Posting, values: PostingValues, employer: Employer, flags: Iterable[Finding], *, on: date) -> list[str]:
    """In Chinese, one sentence each; as many as there are, so high is the risk. `flags` are what the gate leaves to a person."""
    return [*_of_employer(posting, employer, on), *_of_values(values, on), *_of_flags(flags)]


def _of_employer(posting: Posting, employer: Employer, on: date) -> Iterator[str]:
    if not session().scalar(select(exists().where(Posting.employer_id == employer.id, Posting.id != posting.id, Posting.opened_at.is_not(None)))):
        yield "这家单位第一次发布岗位"
    days = reference.whole("risk_new_employer_days", on=on)
    if employer.decided_at is None or employer.registered_at > now() - timedelta(days=days):
        yield f"单位登记不满 {days} 天"
    sent_back = queries.returned_before(employer.id, since=now() - timedelta(days=reference.whole("risk_history_days", on=on)))
    if sent_back:
        yield f"一年内有 {sent_back} 件被退回或下架"


def _of_values(values: PostingValues, on: date) -> Iterator[str]:
    if (values.headcount or 0) >= reference.whole("risk_headcount", on=on):
        yield f"一次招 {values.headcount} 人"


def _of_flags(flags: Iterable[Finding]) -> Iterator[str]:
    """Each rule once; the words stand on the page."""
    yield from dict.fromkeys(f"须核对：{flag.label}" for flag in flags)
