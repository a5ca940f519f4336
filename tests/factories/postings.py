"""Postings in each state, by the operations the house itself uses; a forwarded one as an import leaves it."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from typing import Any

from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer, owner_of
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import in_transaction, new_key, now, session, take_numbers, today, transaction
from webapp.employers.models import Employer
from webapp.postings import operations
from webapp.postings.applying import operations as applying
from webapp.postings.applying.models import Application
from webapp.postings.models import Posting, PostingState
from webapp.postings.values import PostingValues
from webapp.reference.models import EmploymentType, WageUnit

_WAYS: dict[PostingState, Any] = {
    PostingState.PAUSED: operations.pause,
    PostingState.FILLED: operations.fill,
    PostingState.WITHDRAWN: operations.withdraw,
}


def posting_values(**changes: Any) -> PostingValues:
    """A complete posting: nothing stops its submission."""
    values = {
        "title": "电焊工",
        "employment_type": EmploymentType.FULL_TIME,
        "headcount": 5,
        "duties": "焊接农机车架，两班倒，每班八小时。",
        "requirements": "有焊工证。",
        "education": 20,
        "experience_years": 1,
        "skills": ("氩弧焊", "二保焊"),
        "region": "370102",
        "address": "工业南路 88 号",
        "wage_unit": WageUnit.MONTH,
        "wage_low": 6000,
        "wage_high": 8000,
        "insurance": "入职当月缴纳五项社会保险。",
        "benefits": ("包住", "工作餐"),
        "protection": "发放面罩和防护手套。",
        "hazards": "电焊烟尘，配有排烟设备。",
        "valid_through": today() + timedelta(days=30),
    }
    return PostingValues(**values | changes)


def make_posting(
    *, employer: Employer | None = None, state: PostingState = PostingState.OPEN, reviewer: Person | None = None, **changes: Any
) -> Posting:
    """A posting of a verified employer, brought to `state` by its operations."""
    with _ensured():
        employer = employer or make_employer()
        owner = actor_of(owner_of(employer), Role.EMPLOYER_OWNER)
        posting = operations.draft(employer, posting_values(**changes), by=owner)
        if state is PostingState.DRAFT:
            return posting
        operations.submit(posting, by=owner, on=today())
        if state is not PostingState.IN_REVIEW:
            _decide(posting, state, owner, actor_of(reviewer or make_staff(Role.REVIEWER), Role.REVIEWER))
        session().flush()
    return posting


def _decide(posting: Posting, state: PostingState, owner: Actor, reviewer: Actor) -> None:
    operations.approve(posting, by=reviewer)
    if state is PostingState.TAKEN_DOWN:
        operations.take_down(posting, "内容不实。", by=reviewer)
    elif state is PostingState.EXPIRED:
        operations.move(posting, state)
        posting.valid_through, posting.closed_at = today() - timedelta(days=1), now()
    elif state in _WAYS:
        _WAYS[state](posting, by=owner)


def make_forwarded(**columns: Any) -> Posting:
    """An open row of another platform: no employer here, and most of what the law asks for unsaid."""
    values: dict[str, Any] = {
        "id": new_key(),
        "state": PostingState.OPEN,
        "source_id": new_key(),
        "source_key": "A-1",
        "source_title": "齐鲁人才网",
        "source_on": "2026-10",
        "title": "保洁员",
        "employer_name": "济南洁净物业有限公司",
        "region": "370102",
        "wage_text": "面议",
        "valid_from": today(),
        "valid_through": today() + timedelta(days=30),
        "opened_at": now(),
    }
    with _ensured():
        posting = Posting(**values | {"seq": take_numbers("posting_seq", "posting", "seq")[0]} | columns)
        session().add(posting)
    return posting


def make_application(posting: Posting, person: Person | None = None, *, message: str = "有三年经验。", shares_phone: bool = True) -> Application:
    with _ensured():
        who = person or make_person(name="孙求职")
        posting = session().get_one(Posting, posting.id)
        return applying.apply(posting, who.id, message=message, shares_phone=shares_phone, by=actor_of(who, Role.SEEKER))


def actor_of(person: Person, role: Role) -> Actor:
    return Actor(person.id, role.value, "web")


def days_from_now(days: int) -> date:
    return today() + timedelta(days=days)


def _ensured() -> AbstractContextManager[Any]:
    return nullcontext() if in_transaction() else transaction()
