"""Hires and their registration, for staff of an area. A figure and its rows are one set of conditions; no row says who was hired."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from webapp.access import Grant
from webapp.db import session, today
from webapp.labels import Labelled
from webapp.postings.applying.models import Hire, HireState
from webapp.postings.models import Posting
from webapp.postings.queries import LONG, reach, within
from webapp.reference import queries as reference

COUNTIES_OF = 2
"""The most cities whose counties are listed on one page."""


class Due(Labelled):
    OVER = "over", "已过期没有登记"
    NEAR = "near", "还在期限内"
    REGISTERED = "registered", "已办就业登记"
    NEVER_CAME = "never_came", "没有到岗"


def is_due(due: Due) -> ColumnElement[bool]:
    over = and_(Hire.due_on.is_not(None), Hire.due_on < today())
    if due is Due.OVER:
        return and_(Hire.state == HireState.WAITING, over)
    if due is Due.NEAR:
        return and_(Hire.state == HireState.WAITING, or_(Hire.due_on.is_(None), Hire.due_on >= today()))
    return Hire.state == due.value


def rows_of(due: Due, region: str, grants: Iterable[Grant]) -> Select[Hire]:
    """What has been due longest comes first."""
    return _reached(region, grants).where(is_due(due)).order_by(Hire.due_on.is_(None), Hire.due_on, Hire.id)


def counts(region: str, grants: Iterable[Grant]) -> dict[Due, int]:
    columns = [func.sum(case((is_due(due), 1), else_=0)) for due in Due]
    row = session().execute(_reached(region, grants).with_only_columns(*columns)).one()
    return {due: int(count or 0) for due, count in zip(Due, row, strict=True)}


def by_place(region: str, grants: Iterable[Grant]) -> list[tuple[str, dict[Due, int]]]:
    """By the county of the work; where that would be a book, by city."""
    columns = [func.sum(case((is_due(due), 1), else_=0)) for due in Due]
    asked = _reached(region, grants).with_only_columns(Posting.region, *columns).group_by(Posting.region).order_by(Posting.region)
    found = [(str(code), dict(zip(Due, map(int, numbers), strict=True))) for code, *numbers in session().execute(asked)]
    cities = {code: reference.regions().place(code).city_code for code, _ in found}
    if len(set(cities.values())) <= COUNTIES_OF:
        return found
    summed = {city: dict.fromkeys(Due, 0) for city in cities.values()}
    for code, numbers in found:
        for due, count in numbers.items():
            summed[cities[code]][due] += count
    return list(summed.items())


def postings_of(hires: Iterable[Hire]) -> dict[UUID, Posting]:
    keys = {hired.posting_id for hired in hires}
    return {posting.id: posting for posting in session().scalars(select(Posting).where(Posting.id.in_(keys)).options(*LONG))}


def _reached(region: str, grants: Iterable[Grant]) -> Select[Hire]:
    wanted = select(Hire).join(Posting, Posting.id == Hire.posting_id).where(reach(grants))
    return wanted.where(within(region)) if region else wanted
