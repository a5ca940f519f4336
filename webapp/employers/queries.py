"""Questions about employers. Every one says its scope: the employers a member's grants name, or the regions a reviewer's grants reach."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from webapp import files
from webapp.access import Grant
from webapp.accounts.models import Person
from webapp.db import session, today
from webapp.employers.models import Employer, EmployerState, Membership
from webapp.files import FileKind, StoredFile
from webapp.reach import reached


def of_member(person_id: UUID) -> Sequence[Employer]:
    """The employers this person acts for now, the one joined first first."""
    return (
        session()
        .scalars(
            select(Employer)
            .join(Membership, Membership.employer_id == Employer.id)
            .where(Membership.person_id == person_id, Membership.removed_at.is_(None))
            .order_by(Membership.added_at, Employer.id)
        )
        .all()
    )


def within(employer_id: UUID, grants: Iterable[Grant]) -> Employer | None:
    """This employer if one of the grants names it."""
    if employer_id not in {grant.employer_id for grant in grants}:
        return None
    return session().get(Employer, employer_id)


def by_code(uscc: str) -> Employer | None:
    return session().scalar(select(Employer).where(Employer.uscc == uscc))


def members(employer_id: UUID) -> Sequence[tuple[Membership, Person]]:
    asked = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.employer_id == employer_id, Membership.removed_at.is_(None))
        .order_by(Membership.owner.desc(), Membership.added_at, Membership.id)
    )
    return [(membership, person) for membership, person in session().execute(asked)]


def membership_of(employer_id: UUID, person_id: UUID) -> Membership | None:
    return session().scalar(
        select(Membership).where(Membership.employer_id == employer_id, Membership.person_id == person_id, Membership.removed_at.is_(None))
    )


def ever_members(employers: Iterable[UUID], people: Iterable[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """(employer, person): who of these people belongs or once belonged to which of these employers."""
    wanted = select(Membership.employer_id, Membership.person_id)
    rows = session().execute(wanted.where(Membership.employer_id.in_(list(employers)), Membership.person_id.in_(list(people))))
    return frozenset((employer, person) for employer, person in rows)


def papers(employer_id: UUID) -> dict[FileKind, StoredFile]:
    """The newest of each kind, of an employer the caller has found in its own scope."""
    kept = {kind: files.latest(employer_id, kind) for kind in (FileKind.LICENCE, FileKind.AUTHORITY)}
    return {kind: row for kind, row in kept.items() if row is not None}


def paper(employer_id: UUID, key: UUID) -> StoredFile | None:
    """One file of an employer the caller has found in its own scope."""
    return session().scalar(select(StoredFile).where(StoredFile.id == key, StoredFile.owner_id == employer_id))


def of_region(grants: Iterable[Grant], state: EmployerState) -> Select[Employer]:
    """The employers in one state inside a reviewer's reach; those waiting longest first, the decided ones newest first.

    With those that wait stand those whose verification has run out (`Employer.awaits_decision`): nobody else would call them up.
    """
    if state is EmployerState.PENDING:
        lapsed = and_(Employer.state == EmployerState.VERIFIED, Employer.verify_again_on < today())
        return (
            select(Employer)
            .where(or_(Employer.state == state, lapsed), reached(Employer.region, grants))
            .order_by(Employer.submitted_at, Employer.id)
        )
    return select(Employer).where(Employer.state == state, reached(Employer.region, grants)).order_by(Employer.decided_at.desc(), Employer.id)


def in_scope(employer_id: UUID, grants: Iterable[Grant]) -> Employer | None:
    """This employer if it lies inside a reviewer's reach."""
    return session().scalar(select(Employer).where(Employer.id == employer_id, reached(Employer.region, grants)))
