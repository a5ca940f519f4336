"""底数清、需求清、去向清 and the 毕业去向落实率: one condition each, which both the figure and the list behind it ask.

They speak of everybody of a year of graduation in the programme of graduates, whoever left it again too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, false, func, insert, literal, or_, select, true

from webapp.access import Actor, Grant, region_prefix
from webapp.casework.destinations.models import Check, CheckMember, Destination, PlacementFigure, PlacementMember, ToldBy, Word
from webapp.casework.models import Case, Client, Graduation, Standing, Willingness
from webapp.casework.queries import area
from webapp.db import new_key, session
from webapp.events import PlacementFigureKept
from webapp.labels import Labelled
from webapp.ledger import record
from webapp.reference import destinations as reference

GRADUATES = "graduates"
FORMULA = "placement-rate/1"
FORMULA_SAYS = (
    "毕业去向落实率 = 落实人数 ÷ 名单人数。名单人数：实名制名单里这一毕业年度的全部人员，按人计，一人只计一次，已退出的也计入。"
    "落实人数：当前去向的代码计入分子、有能证明它的材料、本人没有异议、没有未办结核查的人。见习和实习不是就业，不计入。"
)


class Clear(Labelled):
    BASE = "base", "底数清"
    NEEDS = "needs", "需求清"
    WENT = "went", "去向清"

    @property
    def rule(self) -> str:
        return _RULES[self]


_RULES = {
    Clear.BASE: "有手机号，有户籍地或常住地，分到街道，有毕业院校和专业，有负责的就业专员",
    Clear.NEEDS: "联系上过，本人已说明有没有就业意愿；有意愿又没有落实的，已有帮扶计划",
    Clear.WENT: "有当前去向，有能证明它的材料，经本人确认或部门比对，没有未办结的核查",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A county or a street, with how many are on the list and how many of them fulfil each rule."""

    region: str
    street: str | None
    """None: a county; empty: people of it whose street is not known."""
    people: int
    met: dict[Clear, int] = field(default_factory=dict)
    placed: int = 0


def on_list(grants: Iterable[Grant], cohort: int, *, region: str = "", street: str | None = None) -> ColumnElement[bool]:
    """The people of this area and year; narrowed to one place or street of it."""
    conditions = [area(grants), Case.programme == GRADUATES, Case.cohort == cohort]
    if region:
        conditions.append(Case.region.startswith(region_prefix(region)))
    if street is not None:
        conditions.append(Case.street == street)
    return and_(*conditions)


_CHECKED = (
    select(CheckMember.destination_id)
    .join(Check, Check.id == CheckMember.check_id)
    .where(Check.ruling.is_(None))
    .group_by(CheckMember.destination_id)
    .subquery("being_checked")
)
"""Destinations that somebody has still to look at."""
_SCHOOLED = (
    select(Graduation.client_id, Graduation.year).where(Graduation.major != "").group_by(Graduation.client_id, Graduation.year).subquery("schooled")
)


def _known(*columns: Any) -> Select[Any]:
    """With all that the conditions ask, one row a case: joins, because a question asked anew for each of 50,000 rows takes seconds."""
    current = and_(Destination.case_id == Case.id, Destination.superseded_on.is_(None))
    return (
        select(*columns)
        .select_from(Case)
        .join(Client, Client.id == Case.client_id)
        .outerjoin(Destination, current)
        .outerjoin(_CHECKED, _CHECKED.c.destination_id == Destination.id)
        .outerjoin(_SCHOOLED, and_(_SCHOOLED.c.client_id == Case.client_id, _SCHOOLED.c.year == Case.cohort))
    )


def _proven(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Destination.is_proven.is_(True), _CHECKED.c.destination_id.is_(None), *conditions)


def met(rule: Clear) -> ColumnElement[bool]:
    """The condition of a rule, for `people` and `groups`."""
    if rule is Clear.BASE:
        place = or_(Client.household_region.is_not(None), Client.living_region.is_not(None))
        known = and_(Client.phone_sealed.is_not(None), place, _SCHOOLED.c.client_id.is_not(None))
        return and_(Case.street != "", Case.caseworker_id.is_not(None), known)
    if rule is Clear.NEEDS:
        settled = or_(Case.willingness != Willingness.WILLING, Case.has_plan, Case.standing.in_((Standing.EMPLOYED, Standing.STUDYING)))
        return and_(Case.contacted_on.is_not(None), Case.willingness != Willingness.UNKNOWN, settled)
    return _proven(or_(Destination.word == Word.CONFIRMED, Destination.told_by == ToldBy.DEPARTMENT))


def is_placed() -> ColumnElement[bool]:
    """Counts in the numerator of the 毕业去向落实率."""
    return _proven(Destination.counts.is_(True), Destination.word != Word.DISPUTED)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 or 0: what is not known is not fulfilled."""
    return cast(case((condition, 1), else_=0), Integer)


def groups(scope: ColumnElement[bool], *, by_street: bool) -> list[Group]:
    """The figures of every county, or of every street, inside the scope."""
    place = [Case.region, Case.street] if by_street else [Case.region]
    flags = [_flag(met(rule)).label(rule.value) for rule in Clear]
    people = _known(*place, *flags, _flag(is_placed()).label("placed")).where(scope).subquery()
    keys = [people.c[column.key] for column in place]
    sums = [func.sum(people.c[name]) for name in (*(rule.value for rule in Clear), "placed")]
    counted = select(*keys, func.count(), *sums).group_by(*keys).order_by(*keys)
    found = []
    for row in session().execute(counted):
        told, (count, *values) = row[: len(keys)], row[len(keys) :]
        *clear, placed = (int(value) for value in values)
        found.append(Group(str(told[0]), str(told[1]) if by_street else None, int(count), dict(zip(Clear, clear, strict=True)), placed))
    return found


def total(parts: Iterable[Group]) -> Group:
    rows = list(parts)
    return Group(
        "", None, sum(row.people for row in rows), {rule: sum(row.met[rule] for row in rows) for rule in Clear}, sum(row.placed for row in rows)
    )


def people(scope: ColumnElement[bool], condition: ColumnElement[bool] | None, *, holds: bool = True) -> Select[Case]:
    """The rows behind a figure: of the scope those that fulfil the condition, or those that do not."""
    wanted = select(Case) if condition is None else _known(Case).where(_flag(condition) == int(holds))
    wanted = wanted.where(scope)
    return wanted.order_by(Case.region, Case.street, Case.seq)


def cohorts(grants: Iterable[Grant]) -> Sequence[int]:
    """The latest first."""
    wanted = select(Case.cohort).where(area(grants), Case.programme == GRADUATES, Case.cohort.is_not(None)).distinct()
    return sorted((int(year) for year in session().scalars(wanted) if year is not None), reverse=True)


def keep(grants: Sequence[Grant], region: str, cohort: int, *, by: Actor, on: date) -> PlacementFigure:
    """The rate of this place as it is now, with its people, so that it can be opened when the rows have moved on."""
    year = reference.table_year(cohort)
    figure = PlacementFigure(
        id=new_key(), region=region, programme=GRADUATES, cohort=cohort, on=on, formula=FORMULA, table_year=year, numerator=0, denominator=0,
        codes=[row.code for row in reference.codes_of(year) if row.numerator], by_id=by.person_id,
    )  # fmt: skip
    session().add(figure)
    session().flush()
    reach = [grant for grant in grants if grant.covers(region)]
    inside = and_(on_list(reach, cohort), Case.region.startswith(region_prefix(region))) if reach else literal(value=False)
    members = _known(literal(figure.id, PlacementFigure.id.type), Case.id, case((is_placed(), true()), else_=false())).where(inside)
    session().execute(insert(PlacementMember).from_select(["figure_id", "case_id", "counted"], members))
    counted = select(func.count(), func.coalesce(func.sum(_flag(PlacementMember.counted.is_(True))), 0)).where(PlacementMember.figure_id == figure.id)
    figure.denominator, figure.numerator = (int(value) for value in session().execute(counted).one())
    record(PlacementFigureKept(str(figure.id)), by=by)
    return figure


def people_of(figure_id: UUID, grants: Iterable[Grant], *, counted: bool | None) -> Select[Case]:
    """Who a kept figure counted, as far as they lie in the reader's area today."""
    keys = select(PlacementMember.case_id).where(PlacementMember.figure_id == figure_id)
    if counted is not None:
        keys = keys.where(PlacementMember.counted.is_(counted))
    return select(Case).where(Case.id.in_(keys), area(grants)).order_by(Case.region, Case.street, Case.seq)
