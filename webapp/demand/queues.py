"""The queues of the ledger: each is a counter and the filter that opens its rows, both made of one condition."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from webapp.db import session
from webapp.demand import queries
from webapp.demand.models import ENDS, LIVE, Care, KeyMark, Need, NeedPosting, Urgency
from webapp.employers.models import Employer
from webapp.labels import Labelled
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference


class NeedQueue(Labelled):
    ALL = "all", "全部在办"
    UNTOUCHED = "untouched", "逾期未核实"
    CLOSING = "closing", "可以关闭"
    WITHOUT = "without", "还没有岗位"
    URGENT = "urgent", "急需"
    SOON = "soon", "临近到岗"
    ENDED = "ended", "已关闭"


class ContactQueue(Labelled):
    ALL = "all", "我的单位"
    LATE = "late", "联系逾期"
    TODAY = "today", "今天联系"
    NEVER = "never", "还没联系过"
    KEY = "key", "重点企业"


@dataclass(frozen=True, slots=True)
class NeedFilter:
    """`scope` is made by `queries.own` or `queries.area`; the rest is what a person chose."""

    scope: ColumnElement[bool]
    queue: NeedQueue = NeedQueue.ALL
    text: str = ""

    def rows(self, on: date) -> Select[Need]:
        wanted = select(Need).join(Employer, Employer.id == Need.employer_id).where(self.scope, _need(self.queue, on), self._said())
        if self.queue is NeedQueue.ENDED:
            return wanted.order_by(Need.closed_on.desc(), Need.id.desc())
        return wanted.order_by(Need.by_on.nulls_last(), Need.touched_on, Need.id)

    def counts(self, on: date) -> dict[NeedQueue, int]:
        """Every queue of the scope, whatever is typed beside it."""
        counted = [func.count().filter(_need(queue, on)) for queue in NeedQueue]
        row = session().execute(select(*counted).select_from(Need).join(Employer, Employer.id == Need.employer_id).where(self.scope)).one()
        return dict(zip(NeedQueue, map(int, row), strict=True))

    def _said(self) -> ColumnElement[bool]:
        """The employer's name, the title, or the name of an occupation holds the text."""
        if not self.text:
            return true()
        codes = [row.code for row in reference.occupations().holding(self.text)]
        return or_(
            Employer.name.contains(self.text, autoescape=True),
            Need.title.contains(self.text, autoescape=True),
            Need.occupation.in_(codes),
        )


def untouched_before(on: date) -> date:
    """What was last touched on this day or earlier is overdue."""
    return on - timedelta(days=reference.whole("need_untouched_days", on=on))


def soon_until(on: date) -> date:
    return on + timedelta(days=reference.whole("need_soon_days", on=on))


def is_late(need: Need, on: date) -> bool:
    return need.is_live and need.touched_on <= untouched_before(on)


def _need(queue: NeedQueue, on: date) -> ColumnElement[bool]:
    if queue is NeedQueue.ENDED:
        return and_(Need.state.in_(ENDS), Need.superseded_on.is_(None))
    return and_(Need.state.in_(LIVE), Need.superseded_on.is_(None), _of_live(queue, on))


def _of_live(queue: NeedQueue, on: date) -> ColumnElement[bool]:
    match queue:
        case NeedQueue.UNTOUCHED:
            return Need.touched_on <= untouched_before(on)
        case NeedQueue.CLOSING:
            return or_(_has_posting(frozenset({PostingState.FILLED})), Need.hired >= Need.headcount)
        case NeedQueue.WITHOUT:
            return ~_has_posting(queries.HOLDING)
        case NeedQueue.URGENT:
            return Need.urgency == Urgency.URGENT
        case NeedQueue.SOON:
            return Need.by_on <= soon_until(on)
        case _:
            return true()


def _has_posting(states: frozenset[PostingState]) -> ColumnElement[bool]:
    return exists().where(NeedPosting.need_id == Need.id, Posting.id == NeedPosting.posting_id, Posting.state.in_(states))


def closing(needs: Iterable[Need]) -> frozenset[UUID]:
    """Those of them that a filled posting, or everybody hired, proposes to close."""
    keys = [need.id for need in needs if need.is_live]
    wanted = select(Need.id).where(Need.id.in_(keys), _of_live(NeedQueue.CLOSING, date.min))
    return frozenset(session().scalars(wanted))


# contacts


def contacts(scope: ColumnElement[bool], queue: ContactQueue, on: date, text: str = "") -> Select[Care]:
    """What one officer is responsible for, whose contact is due first first; key employers before others of the same day."""
    wanted = select(Care).join(Employer, Employer.id == Care.employer_id).where(scope, Care.until.is_(None), _contact(queue, on))
    if text:
        wanted = wanted.where(Employer.name.contains(text, autoescape=True))
    return wanted.order_by(Care.next_on.nulls_first(), _is_key(on).desc(), Employer.name, Care.id)


def contact_counts(scope: ColumnElement[bool], on: date) -> dict[ContactQueue, int]:
    counted = [func.count().filter(_contact(queue, on)) for queue in ContactQueue]
    row = (
        session().execute(select(*counted).select_from(Care).join(Employer, Employer.id == Care.employer_id).where(scope, Care.until.is_(None))).one()
    )
    return dict(zip(ContactQueue, map(int, row), strict=True))


def _contact(queue: ContactQueue, on: date) -> ColumnElement[bool]:
    match queue:
        case ContactQueue.LATE:
            return Care.next_on < on
        case ContactQueue.TODAY:
            return Care.next_on == on
        case ContactQueue.NEVER:
            return Care.contacted_on.is_(None)
        case ContactQueue.KEY:
            return _is_key(on)
        case _:
            return true()


def _is_key(on: date) -> ColumnElement[bool]:
    return exists().where(KeyMark.employer_id == Care.employer_id, KeyMark.since <= on, queries.holds(KeyMark.until, on))


def live_counts(employers: Iterable[UUID], on: date) -> dict[UUID, tuple[int, int]]:
    """Employer -> its live needs, and those of them that nobody touched for too long."""
    late = func.count().filter(Need.touched_on <= untouched_before(on))
    counted = select(Need.employer_id, func.count(), late).where(
        Need.employer_id.in_(list(employers)), Need.state.in_(LIVE), Need.superseded_on.is_(None)
    )
    return {key: (int(live), int(old)) for key, live, old in session().execute(counted.group_by(Need.employer_id))}
