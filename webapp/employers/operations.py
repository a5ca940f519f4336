"""What is done to employers: registering, changing, verifying, and letting people act for them."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from webapp import files
from webapp.access import Actor, Role
from webapp.accounts import limits
from webapp.accounts import operations as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import Person, RoleGrant
from webapp.db import new_key, now, session, today
from webapp.employers import codes, queries
from webapp.employers.models import Employer, EmployerState, Membership
from webapp.events import (
    EmployerChanged,
    EmployerContactShown,
    EmployerEndorsed,
    EmployerPaperAdded,
    EmployerPaperShown,
    EmployerRefused,
    EmployerRegistered,
    EmployerVerified,
    MemberAdded,
    MemberRemoved,
)
from webapp.files import FileKind, Stored, StoredFile
from webapp.ledger import record
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.reference import queries as reference

IDENTITY = ("uscc", "name")
"""What was verified: a change of it is verified anew."""


class AlreadyRegistered(Exception):
    """The code belongs to an employer that is registered here."""


class NotPending(Exception):
    """Somebody decided meanwhile, or there is nothing to decide."""


class ChangedMeanwhile(Exception):
    """Its name or code is another than the reviewer was shown."""


class OwnEmployer(Exception):
    """A reviewer does not verify an employer they act for or once acted for."""


class SecondEyes(Exception):
    """Who endorsed it does not verify it as well; a command is nobody's eyes."""


class PapersUnseen(Exception):
    """No licence was uploaded, and the reviewer does not say that the original or the public register was seen (人力资源市场暂行条例 §26)."""


class ReasonMissing(Exception):
    """A refusal without a reason tells the employer nothing."""


class UnknownPerson(Exception):
    """No account has this phone."""


class LastOwner(Exception):
    """Somebody must be left who can manage the employer."""


def register_employer(owner_id: UUID, *, by: Actor, **values: Any) -> Employer:
    """A new employer waiting for its verification, with its first owner. `values`: uscc, name, region, address, industry, size, about,
    contact_name, contact_phone. Raises codes.IllegalCode, AlreadyRegistered."""
    uscc = codes.normalise(values["uscc"])
    _keep_code_free(uscc)
    employer = Employer(id=new_key(), uscc=uscc, state=EmployerState.PENDING, registered_at=now(), submitted_at=now())
    _fill(employer, {**values, "uscc": uscc})
    session().add(employer)
    session().flush()
    record(EmployerRegistered(str(employer.id)), by=by)
    _join(employer, session().get_one(Person, owner_id), owner=True, by=by)
    return employer


def _keep_code_free(uscc: str) -> None:
    limits.take_turns(uscc[-8:].encode())
    if queries.by_code(uscc) is not None:
        raise AlreadyRegistered


def _fill(employer: Employer, values: Mapping[str, Any]) -> None:
    for field, value in values.items():
        setattr(employer, field, value)


def change_employer(employer: Employer, values: Mapping[str, Any], *, by: Actor) -> None:
    """A change of code or name is verified anew; so is whatever a refused employer corrects. Raises codes.IllegalCode, AlreadyRegistered."""
    uscc = codes.normalise(values["uscc"])
    if uscc != employer.uscc:
        _keep_code_free(uscc)
    again = employer.state is EmployerState.REFUSED or any(getattr(employer, field) != {**values, "uscc": uscc}[field] for field in IDENTITY)
    _fill(employer, {**values, "uscc": uscc})
    if again:
        _forget_endorsement(employer)
    if again and employer.state is not EmployerState.PENDING:
        employer.state, employer.submitted_at = EmployerState.PENDING, now()
        employer.verify_again_on = None
    record(EmployerChanged(str(employer.id)), by=by)


def verify_employer(employer: Employer, *, by: Actor, on: date | None = None, seen: str | None = None, papers_seen: bool = True) -> None:
    """Finds it right. Where two reviewers are asked for, the first endorses and only another one verifies.

    Due again after the months that the parameter says (规范网络平台招聘类信息发布的通知). `seen` is the `identity` that was read: name or
    code changed since are not verified unread (ChangedMeanwhile). `papers_seen`: the original or the public register was seen, which has to
    be said where no licence was uploaded (PapersUnseen). Raises NotPending, OwnEmployer, SecondEyes.
    """
    _require_decidable(employer, by)
    if seen not in {None, employer.identity}:
        raise ChangedMeanwhile
    if not papers_seen and files.latest(employer.id, FileKind.LICENCE) is None:
        raise PapersUnseen
    if needs_two(employer, on=on) and by.person_id in {None, employer.endorsed_by}:
        raise SecondEyes
    if employer.endorsed_by is None and needs_two(employer, on=on):
        _endorse(employer, by)
        return
    _settle(employer, EmployerState.VERIFIED, "", by)
    employer.verify_again_on = months_after(on or today(), reference.whole("employer_reverify_months", on=on or today()))
    _tell_owners(employer, "单位核验通过", "现在可以发布岗位了。")
    record(EmployerVerified(str(employer.id)), by=by)


def needs_two(employer: Employer, *, on: date | None = None) -> bool:
    """Whether the place wants a second reviewer (四眼原则)."""
    return reference.whole("employer_verify_eyes", region=employer.region, on=on or today()) > 1


def _endorse(employer: Employer, by: Actor) -> None:
    employer.endorsed_by, employer.endorsed_at = by.person_id, now()
    record(EmployerEndorsed(str(employer.id)), by=by)


def _forget_endorsement(employer: Employer) -> None:
    employer.endorsed_by = employer.endorsed_at = None


def refuse_employer(employer: Employer, *, reason: str, by: Actor) -> None:
    """The employer sees the reason, corrects and is pending again. Raises ReasonMissing, NotPending, OwnEmployer."""
    if not reason.strip():
        raise ReasonMissing
    _require_decidable(employer, by)
    _settle(employer, EmployerState.REFUSED, reason.strip(), by)
    employer.verify_again_on = None
    _tell_owners(employer, "单位核验没有通过", f"原因：{employer.decision_reason}。改正后可以再提交。")
    record(EmployerRefused(str(employer.id)), by=by)


def _require_decidable(employer: Employer, by: Actor) -> None:
    session().refresh(employer, with_for_update=True)
    if not employer.awaits_decision:
        raise NotPending
    if by.person_id is not None and queries.ever_members([employer.id], [by.person_id]):
        raise OwnEmployer


def _settle(employer: Employer, state: EmployerState, reason: str, by: Actor) -> None:
    _forget_endorsement(employer)
    employer.state, employer.decision_reason = state, reason
    employer.decided_at, employer.decided_by = now(), by.person_id


def _tell_owners(employer: Employer, title: str, body: str) -> None:
    """One line for each who manages it; the key of the decision's instant, so that a second decision is told as well."""
    for membership, person in queries.members(employer.id):
        if membership.owner:
            tell(person.id, NoticeKind.EMPLOYER, f"{employer.id}:{employer.decided_at:%Y%m%d%H%M%S}", title=title, body=body, path="/employer")


def show_contact(employer: Employer, *, by: Actor) -> None:
    """Whoever sees a phone in full is on the ledger before they see it."""
    record(EmployerContactShown(str(employer.id)), by=by)


def add_paper(employer: Employer, stored: Stored, kind: FileKind, *, by: Actor) -> StoredFile:
    """A licence or a letter of authority; what it replaces is kept as long as the service's records are (网络招聘服务管理规定)."""
    earlier = files.latest(employer.id, kind)
    if earlier is not None:
        files.let_lapse(earlier, today() + timedelta(days=reference.whole("paper_kept_days")))
    row = files.keep(stored, kind, employer.id, by_id=by.person_id)
    record(EmployerPaperAdded(str(employer.id), kind.value), by=by)
    return row


def show_paper(employer: Employer, paper: StoredFile, *, by: Actor) -> None:
    """A reviewer looks at it: on the ledger before it is shown."""
    record(EmployerPaperShown(str(employer.id), paper.kind.value), by=by)


def remind_of_recheck(on: date, *, by: Actor) -> int:
    """Tells the owners whose verification ends soon that the service will look again, once per date; answers how many employers."""
    ends = on + timedelta(days=reference.whole("employer_reverify_notice_days", on=on))
    due = select(Employer).where(Employer.state == EmployerState.VERIFIED, Employer.verify_again_on.between(on, ends))
    told = 0
    for employer in session().scalars(due):
        owners = [person for membership, person in queries.members(employer.id) if membership.owner]
        subject = f"{employer.id}:again:{employer.verify_again_on}"
        body = "到期后不能提交新岗位。请核对单位信息和营业执照，有变化的请更新；工作人员会按时复核。"
        lines = [
            tell(one.id, NoticeKind.EMPLOYER, subject, title=f"单位核验 {employer.verify_again_on} 到期", body=body, path="/employer")
            for one in owners
        ]
        told += any(lines)
    return told


def months_after(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_member(employer: Employer, phone: str, *, by: Actor) -> Membership:
    """The registered person with this (normalised) phone may act for the employer. Raises UnknownPerson."""
    person = people.person_by_phone(phone)
    if person is None or person.disabled_at is not None:
        raise UnknownPerson
    return _join(employer, person, owner=False, by=by)


def _join(employer: Employer, person: Person, *, owner: bool, by: Actor) -> Membership:
    """Who left before comes back under the same row; who is in already stays as they are."""
    limits.take_turns(employer.id.bytes[-8:])
    kept = session().scalar(select(Membership).where(Membership.employer_id == employer.id, Membership.person_id == person.id))
    if kept is not None and kept.removed_at is None:
        return kept
    membership = kept or Membership(id=new_key(), employer_id=employer.id, person_id=person.id)
    membership.owner, membership.added_at, membership.removed_at = owner, now(), None
    session().add(membership)
    accounts.grant_role(person, Role.EMPLOYER_OWNER if owner else Role.EMPLOYER_MEMBER, employer_id=employer.id, by=by)
    record(MemberAdded(str(employer.id), str(person.id)), by=by)
    return membership


def make_owner(membership: Membership, *, by: Actor) -> None:
    """A member who may manage from now on; there may be several owners."""
    if membership.owner:
        return
    membership.owner = True
    _withdraw_roles(membership, by)
    accounts.grant_role(session().get_one(Person, membership.person_id), Role.EMPLOYER_OWNER, employer_id=membership.employer_id, by=by)


def remove_member(membership: Membership, *, by: Actor) -> None:
    """Holds with the person's next request. Raises LastOwner."""
    limits.take_turns(membership.employer_id.bytes[-8:])
    owners = select(func.count()).where(Membership.employer_id == membership.employer_id, Membership.owner, Membership.removed_at.is_(None))
    if membership.owner and session().scalar(owners) == 1:
        raise LastOwner
    membership.removed_at = now()
    _withdraw_roles(membership, by)
    record(MemberRemoved(str(membership.employer_id), str(membership.person_id)), by=by)


def _withdraw_roles(membership: Membership, by: Actor) -> None:
    held = select(RoleGrant).where(
        RoleGrant.person_id == membership.person_id, RoleGrant.employer_id == membership.employer_id, RoleGrant.revoked_at.is_(None)
    )
    for grant in session().scalars(held).all():
        accounts.revoke_role(grant, by=by)
