"""What the desk can be asked for: a shelf (whose turn is it?), facets beside it, and an exact word to find one person by.

Counters and rows are made of the same conditions over one table, so a counter of 50,000 cases is one pass over the index of their county.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from webapp.accounts.identity import BadIdentity, normalise_id_number, normalise_phone
from webapp.casework import queries
from webapp.casework.models import Case, Client, Graduation, Stage, Standing, Tag, TagKind, Waiting, Willingness
from webapp.db import session
from webapp.labels import Labelled
from webapp.reference import queries as reference


class Shelf(Labelled):
    ALL = "all", "全部在办"
    UNASSIGNED = "unassigned", "未分派"
    NEW = "new", "新分来的"
    NOT_CONTACTED = "not_contacted", "还没联系上"
    TODAY = "today", "今天要办"
    LATE = "late", "过了约定日期"
    OVERDUE = "overdue", "服务逾期"
    FOR_US = "for_us", "等我们"
    FOR_THEM = "for_them", "等对方"
    QUIET = "quiet", "久未跟进"
    RED = "red", "困难未落实"
    LEFT = "left", "已退出"


class Order(Labelled):
    NEXT = "next", "约定日期"
    OVERDUE = "overdue", "逾期最久"
    NEWEST = "newest", "最近纳入"
    QUIET = "quiet", "最久没跟进"


@dataclass(frozen=True, slots=True)
class Filters:
    """`scope` is the area or the own cases, made by the view from the visitor's grants; the rest is what a person chose."""

    scope: ColumnElement[bool]
    programme: str
    shelf: Shelf = Shelf.ALL
    order: Order = Order.NEXT
    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Facet -> value; an unknown facet or value finds nothing rather than everything."""

    def rows(self, on: date) -> Select[Any]:
        wanted = select(Case).where(self.scope, Case.programme == self.programme, of_shelf(self.shelf, on), self._facets(), self._said())
        return wanted.order_by(*_ORDERS[self.order])

    def counts(self, on: date) -> dict[Shelf, int]:
        """Every shelf under the facets that are chosen, whatever is typed beside them."""
        counted = [func.count().filter(of_shelf(shelf, on)) for shelf in Shelf]
        row = session().execute(select(*counted).where(self.scope, Case.programme == self.programme, self._facets())).one()
        return dict(zip(Shelf, map(int, row), strict=True))

    def keys(self, on: date, most: int) -> Sequence[UUID]:
        """Of what a bulk action is done to when all rows are chosen."""
        return session().scalars(self.rows(on).with_only_columns(Case.id).limit(most)).all()

    def _facets(self) -> ColumnElement[bool]:
        return and_(true(), *(_facet(name, value) for name, value in self.chosen.items()))

    def _said(self) -> ColumnElement[bool]:
        """An ID number, a phone, the number of a case, or a whole name; a part of a name finds nobody, by design."""
        if not self.text:
            return true()
        if self.text.isascii() and self.text.isdigit() and len(self.text) <= 6:
            return Case.seq == int(self.text)
        return Case.client_id.in_(select(Client.id).where(or_(*_identities(self.text))))


def _identities(text: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Client.name_index == queries.name_index(text)]
    with suppress(BadIdentity):  # it is a name or a phone then
        wanted.append(Client.id_number_index == queries.id_number_index(normalise_id_number(text)))
    with suppress(BadIdentity):
        wanted.append(Client.phone_index == queries.phone_index(normalise_phone(text)))
    return wanted


def quiet_before(on: date) -> date:
    """What was last acted on before this day is quiet."""
    return on - timedelta(days=reference.whole("case_quiet_days", on=on))


def of_shelf(shelf: Shelf, on: date) -> ColumnElement[bool]:
    if shelf is Shelf.LEFT:
        return Case.stage == Stage.CLOSED
    return and_(Case.stage == Stage.OPEN, _of_open(shelf, on))


def _of_open(shelf: Shelf, on: date) -> ColumnElement[bool]:
    match shelf:
        case Shelf.UNASSIGNED:
            return Case.caseworker_id.is_(None)
        case Shelf.NEW:
            return and_(Case.caseworker_id.is_not(None), Case.opened_at.is_(None))
        case Shelf.NOT_CONTACTED:
            return Case.contacted_on.is_(None)
        case Shelf.TODAY:
            return Case.next_on == on
        case Shelf.LATE:
            return Case.next_on < on
        case Shelf.OVERDUE:
            return Case.overdue_since <= on
        case Shelf.FOR_US:
            return Case.waiting == Waiting.FOR_US
        case Shelf.FOR_THEM:
            return Case.waiting == Waiting.FOR_THEM
        case Shelf.QUIET:
            return func.coalesce(Case.acted_on, Case.entered_on) < quiet_before(on)
        case Shelf.RED:
            return red()
        case _:
            return true()


def red() -> ColumnElement[bool]:
    """专人专账: somebody with a claim to more help who lacks a named caseworker, a plan or a next date."""
    return and_(Case.is_hardship.is_(True), or_(Case.caseworker_id.is_(None), Case.has_plan.is_(False), Case.next_on.is_(None)))


_ORDERS: Mapping[Order, tuple[Any, ...]] = {
    Order.NEXT: (Case.next_on.nulls_last(), Case.seq),
    Order.OVERDUE: (Case.overdue_since.nulls_last(), Case.seq),
    Order.NEWEST: (Case.entered_on.desc(), Case.seq.desc()),
    Order.QUIET: (func.coalesce(Case.acted_on, Case.entered_on), Case.seq),
}


# facets

FACETS: Mapping[str, str] = {
    "cohort": "毕业年度",
    "street": "街道（乡镇）",
    "willingness": "就业意愿",
    "standing": "就业状况",
    "caseworker": "就业专员",
    "tag": "困难类别",
    "education": "学历",
    "school": "学校",
    "major": "专业",
}
NOBODY = "none"
"""The value of a facet for rows that have none."""


def _facet(name: str, value: str) -> ColumnElement[bool]:
    match name:
        case "cohort":
            return Case.cohort == int(value) if value.isascii() and value.isdigit() else false()
        case "street":
            return Case.street == ("" if value == NOBODY else value)
        case "willingness":
            return _member(Case.willingness, Willingness, value)
        case "standing":
            return _member(Case.standing, Standing, value)
        case "caseworker":
            return _held_by(value)
        case "tag":
            return _tagged(value)
        case "education":
            return _graduated(Graduation.education == int(value)) if value.isascii() and value.isdigit() else false()
        case "school":
            return _graduated(Graduation.school == value)
        case "major":
            return _graduated(Graduation.major == value)
        case _:
            return false()


def _member(column: Any, kind: type[Labelled], value: str) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = column == value
    return wanted if value in {member.value for member in kind} else false()


def _held_by(value: str) -> ColumnElement[bool]:
    if value == NOBODY:
        return Case.caseworker_id.is_(None)
    try:
        return Case.caseworker_id == UUID(value)
    except ValueError:
        return false()


def _tagged(value: str) -> ColumnElement[bool]:
    if value not in {kind.value for kind in TagKind}:
        return false()
    return Case.id.in_(select(Tag.case_id).where(Tag.kind == value, Tag.until.is_(None)))


def _graduated(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Case.client_id.in_(select(Graduation.client_id).where(condition))


def facet_counts(filters: Filters, name: str, on: date, most: int = 40) -> Sequence[tuple[str, int]]:
    """(value, cases) of one facet on the shelf that is open, the most first; other facets hold, its own choice does not narrow it."""
    others = {key: value for key, value in filters.chosen.items() if key != name}
    within = (filters.scope, Case.programme == filters.programme, of_shelf(filters.shelf, on), *(_facet(key, value) for key, value in others.items()))
    column = _COLUMNS[name]
    counted = select(column, func.count(func.distinct(Case.id))).select_from(Case)
    if name in {"education", "school", "major"}:
        counted = counted.join(Graduation, Graduation.client_id == Case.client_id)
    elif name == "tag":
        counted = counted.join(Tag, and_(Tag.case_id == Case.id, Tag.until.is_(None)))
    rows = session().execute(counted.where(*within).group_by(column).order_by(func.count(func.distinct(Case.id)).desc(), column).limit(most)).all()
    return [(_written(value), int(count)) for value, count in rows]


_COLUMNS: Mapping[str, Any] = {
    "cohort": Case.cohort,
    "street": Case.street,
    "willingness": Case.willingness,
    "standing": Case.standing,
    "caseworker": Case.caseworker_id,
    "tag": Tag.kind,
    "education": Graduation.education,
    "school": Graduation.school,
    "major": Graduation.major,
}


def _written(value: Any) -> str:
    if value is None or value == "":
        return NOBODY
    return value.value if isinstance(value, Labelled) else str(value)
