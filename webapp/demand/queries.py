"""Questions about employers, visits and needs. Every one says its scope: an officer's own employers, or the area of a person's grants.

Own means: responsible today, and the employer lies where the officer's role reaches. An officer whose role was taken away owns nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp.access import PERMISSIONS, Grant, Level, Permission
from webapp.accounts import queries as people
from webapp.accounts.models import Person, RoleGrant
from webapp.db import session
from webapp.demand.models import LIVE, Care, KeyMark, Need, NeedBatch, NeedPosting, NeedStep, Visit
from webapp.employers.models import Employer
from webapp.postings.applying.models import Hire, HireState
from webapp.postings.applying.queries import application_counts
from webapp.postings.models import Posting, PostingState
from webapp.reach import reached

LEADING = frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY})
PUBLISHING = frozenset({Level.PROVINCE, Level.CITY})
UNDER_WAY = frozenset({PostingState.DRAFT, PostingState.IN_REVIEW, PostingState.OPEN, PostingState.PAUSED})
"""A posting that still leads, or may lead, to people."""
HOLDING = UNDER_WAY | {PostingState.FILLED}
"""What keeps a need 已生成岗位: a filled one waits for the officer to close the need."""


# scopes


def leading(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The grants of a county or wider: who holds one says who is responsible for whom."""
    return tuple(grant for grant in grants if grant.level in LEADING)


def publishing(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    return tuple(grant for grant in grants if grant.level in PUBLISHING)


def area(grants: Iterable[Grant]) -> ColumnElement[bool]:
    """Employers inside the reach of these grants."""
    return reached(Employer.region, grants)


def own(officer_id: UUID, grants: Iterable[Grant]) -> ColumnElement[bool]:
    """Employers this officer is responsible for, inside the reach of the own grants."""
    responsible = select(Care.employer_id).where(Care.officer_id == officer_id, Care.until.is_(None))
    return and_(Employer.id.in_(responsible), area(grants))


def holds(until: InstrumentedAttribute[date | None], on: date) -> ColumnElement[bool]:
    """`until` is the first day on which it does not hold any more."""
    return or_(until.is_(None), until > on)


# officers


def _reaches() -> ColumnElement[bool]:
    """A role's region covers the employer's: pairs of digits, 00 is all."""
    length = case((RoleGrant.region.like("%0000"), 2), (RoleGrant.region.like("%00"), 4), else_=6)
    return func.substr(Employer.region, 1, length) == func.substr(RoleGrant.region, 1, length)


def is_active_officer(person: Person, region: str) -> bool:
    """May keep needs in this region today, and is not disabled."""
    grants = [grant for grant in people.grants_of(person.id) if Permission.NEED_KEEP in PERMISSIONS[grant.role]]
    return person.disabled_at is None and any(grant.covers(region) for grant in grants)


def officers_within(grants: Iterable[Grant]) -> Sequence[Person]:
    """Active officers whose own region lies in the reach of these grants, in the order they were registered."""
    held = select(RoleGrant.person_id).where(people.gives(Permission.NEED_KEEP), reached(RoleGrant.region, grants))
    wanted = select(Person).where(Person.id.in_(held), Person.disabled_at.is_(None))
    return session().scalars(wanted.order_by(Person.created_at, Person.id)).all()


def places_of_officers(grants: Iterable[Grant]) -> dict[UUID, list[str]]:
    """Active officer -> the regions of the role, as far as they lie in the reach of these grants."""
    held = select(RoleGrant.person_id, RoleGrant.region).where(people.gives(Permission.NEED_KEEP))
    found: dict[UUID, list[str]] = {}
    for person_id, region in session().execute(held.where(reached(RoleGrant.region, grants)).order_by(RoleGrant.id)):
        found.setdefault(person_id, []).append(str(region))
    return found


def officers_gone(grants: Iterable[Grant]) -> Sequence[Person]:
    """Who still stands as responsible in the area and may not work there any more: their employers wait to be handed over."""
    wanted = select(Care.officer_id).join(Employer, Employer.id == Care.employer_id).where(Care.until.is_(None), area(grants), ~_is_tended())
    return session().scalars(select(Person).where(Person.id.in_(wanted)).order_by(Person.created_at, Person.id)).all()


def officer_within(key: UUID | None, grants: Iterable[Grant]) -> Person | None:
    return next((person for person in officers_within(grants) if person.id == key), None)


def open_care(employer_id: UUID) -> Care | None:
    return session().scalar(select(Care).where(Care.employer_id == employer_id, Care.until.is_(None)))


def cares_of(employer: Employer) -> Sequence[Care]:
    """Who was responsible for an employer the caller has found in its own scope, the latest first."""
    return session().scalars(select(Care).where(Care.employer_id == employer.id).order_by(Care.since.desc(), Care.id.desc())).all()


def cares_to_hand_over(officer_id: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Sequence[Care]:
    """Everything this officer is responsible for in the reach of a lead's grants; locked when it is to be changed."""
    inside = select(Employer.id).where(area(grants))
    wanted = select(Care).where(Care.officer_id == officer_id, Care.until.is_(None), Care.employer_id.in_(inside)).order_by(Care.id)
    return session().scalars(wanted.with_for_update() if for_change else wanted).all()


def own_cares(officer_id: UUID, grants: Iterable[Grant]) -> Sequence[Care]:
    """Everything this officer looks after, locked: it is asked for to be written down."""
    mine = select(Employer.id).where(own(officer_id, grants))
    wanted = select(Care).where(Care.until.is_(None), Care.employer_id.in_(mine)).order_by(Care.id)
    return session().scalars(wanted.with_for_update()).all()


def _is_tended() -> ColumnElement[bool]:
    """Somebody is responsible who may work there today."""
    return exists().where(
        Care.employer_id == Employer.id,
        Care.until.is_(None),
        RoleGrant.person_id == Care.officer_id,
        people.gives(Permission.NEED_KEEP),
        _reaches(),
        Person.id == Care.officer_id,
        Person.disabled_at.is_(None),
    )


def untended(grants: Iterable[Grant], on: date) -> Select[Employer]:
    """The red list: key employers, employers with live needs and those somebody once had, without an officer who may work there."""
    marked = exists().where(KeyMark.employer_id == Employer.id, holds(KeyMark.until, on))
    needing = exists().where(Need.employer_id == Employer.id, Need.state.in_(LIVE), Need.superseded_on.is_(None))
    cared = exists().where(Care.employer_id == Employer.id, Care.until.is_(None))
    return select(Employer).where(area(grants), or_(marked, needing, cared), ~_is_tended()).order_by(Employer.region, Employer.id)


class Load(NamedTuple):
    """What one officer has to look after."""

    employers: int
    late: int
    """Employers whose next contact is past."""


def loads(grants: Iterable[Grant], on: date) -> dict[UUID, Load]:
    """Officer -> what they look after in the area."""
    counted = select(Care.officer_id, func.count(), func.count().filter(Care.next_on < on)).join(Employer, Employer.id == Care.employer_id)
    rows = session().execute(counted.where(Care.until.is_(None), area(grants)).group_by(Care.officer_id))
    return {officer: Load(int(employers), int(late)) for officer, employers, late in rows}


# employers


def own_employer(key: UUID, officer_id: UUID, grants: Iterable[Grant]) -> Employer | None:
    return session().scalar(select(Employer).where(Employer.id == key, own(officer_id, grants)))


def employer_in_area(key: UUID, grants: Iterable[Grant]) -> Employer | None:
    return session().scalar(select(Employer).where(Employer.id == key, area(grants)))


def employers_by_id(keys: Iterable[UUID]) -> dict[UUID, Employer]:
    return {employer.id: employer for employer in session().scalars(select(Employer).where(Employer.id.in_(list(keys))))}


def employers_named(text: str, grants: Iterable[Grant], limit: int = 20) -> Sequence[Employer]:
    """By a part of the name or by the whole code, inside the area; none for an empty text."""
    if not text:
        return ()
    meant = or_(Employer.name.contains(text, autoescape=True), Employer.uscc == text.upper())
    return session().scalars(select(Employer).where(area(grants), meant).order_by(Employer.name, Employer.id).limit(limit)).all()


def marks_of(employers: Iterable[UUID], on: date) -> dict[UUID, list[KeyMark]]:
    """Employer -> why it is a 重点企业 on that day."""
    wanted = select(KeyMark).where(KeyMark.employer_id.in_(list(employers)), holds(KeyMark.until, on), KeyMark.since <= on)
    found: dict[UUID, list[KeyMark]] = {}
    for mark in session().scalars(wanted.order_by(KeyMark.since, KeyMark.id)):
        found.setdefault(mark.employer_id, []).append(mark)
    return found


def mark_of(key: UUID, employer: Employer, on: date) -> KeyMark | None:
    wanted = select(KeyMark).where(KeyMark.id == key, KeyMark.employer_id == employer.id, holds(KeyMark.until, on))
    return session().scalar(wanted.with_for_update())


def visits_of(employer: Employer) -> Sequence[Visit]:
    """Of an employer in the caller's scope, the latest first; what was corrected is left out."""
    corrected = select(Visit.corrects_id).where(Visit.corrects_id.is_not(None))
    wanted = select(Visit).where(Visit.employer_id == employer.id, Visit.id.not_in(corrected))
    return session().scalars(wanted.order_by(Visit.on.desc(), Visit.at.desc(), Visit.id.desc())).all()


def own_visit(key: UUID, officer_id: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Visit | None:
    """A visit this officer made to an employer still theirs; locked when it is to be corrected."""
    still = select(Employer.id).where(own(officer_id, grants))
    wanted = select(Visit).where(Visit.id == key, Visit.officer_id == officer_id, Visit.employer_id.in_(still))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def is_corrected(visit: Visit) -> bool:
    return bool(session().scalar(select(exists().where(Visit.corrects_id == visit.id))))


# needs


def own_need(key: UUID, officer_id: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Need | None:
    """A need of an employer this officer is responsible for; locked when it is to be changed."""
    wanted = select(Need).join(Employer, Employer.id == Need.employer_id).where(Need.id == key, own(officer_id, grants))
    return session().scalar(wanted.with_for_update(of=Need) if for_change else wanted)


def need_in_area(key: UUID, grants: Iterable[Grant]) -> Need | None:
    return session().scalar(select(Need).join(Employer, Employer.id == Need.employer_id).where(Need.id == key, area(grants)))


def live_needs_of(employer: Employer) -> Sequence[Need]:
    """Of an employer in the caller's scope, what is due first first."""
    wanted = select(Need).where(Need.employer_id == employer.id, Need.state.in_(LIVE), Need.superseded_on.is_(None))
    return session().scalars(wanted.order_by(Need.by_on.nulls_last(), Need.opened_on, Need.id)).all()


def announced_by(grants: Iterable[Grant]) -> Select[Need]:
    """Every need of the employers these grants name, the latest first: what their own people may see."""
    keys = [grant.employer_id for grant in grants if grant.employer_id is not None]
    return select(Need).where(Need.employer_id.in_(keys), Need.superseded_on.is_(None)).order_by(Need.opened_on.desc(), Need.id.desc())


def announced(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Need | None:
    wanted = announced_by(grants).where(Need.id == key)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def chains_of(need_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Each of these needs, and every one that stood in its place before -> the need that stands now."""
    stands_for = {key: key for key in need_ids}
    wanted = list(stands_for)
    while wanted:
        earlier = select(Need.id, Need.supersedes_id).where(Need.id.in_(wanted), Need.supersedes_id.is_not(None))
        found = {before: stands_for[key] for key, before in session().execute(earlier) if before is not None}
        stands_for |= found
        wanted = list(found)
    return stands_for


def steps_of(need: Need) -> Sequence[NeedStep]:
    """Everything that happened to a need, and to those it took the place of, the latest first."""
    wanted = select(NeedStep).where(NeedStep.need_id.in_(chains_of([need.id])))
    return session().scalars(wanted.order_by(NeedStep.at.desc(), NeedStep.id.desc())).all()


def successor_of(need: Need) -> UUID | None:
    return session().scalar(select(Need.id).where(Need.supersedes_id == need.id))


class Linked(NamedTuple):
    posting: Posting
    applications: int


def postings_of(needs: Iterable[Need]) -> Mapping[UUID, list[Linked]]:
    """Need -> its postings with how many people applied and did not withdraw, the latest first."""
    wanted = select(NeedPosting.need_id, Posting).join(Posting, Posting.id == NeedPosting.posting_id)
    rows = session().execute(wanted.where(NeedPosting.need_id.in_([need.id for need in needs])).order_by(Posting.seq.desc())).all()
    counts = application_counts(posting for _, posting in rows)
    found: dict[UUID, list[Linked]] = {}
    for need_id, posting in rows:
        found.setdefault(need_id, []).append(Linked(posting, counts.get(posting.id, 0)))
    return found


def states_of_postings(need: Need) -> Sequence[PostingState]:
    return (
        session().scalars(select(Posting.state).join(NeedPosting, NeedPosting.posting_id == Posting.id).where(NeedPosting.need_id == need.id)).all()
    )


def need_of_posting(posting_id: UUID) -> Need | None:
    """Locked: whoever asks follows what happened to the posting."""
    wanted = select(Need).join(NeedPosting, NeedPosting.need_id == Need.id).where(NeedPosting.posting_id == posting_id)
    return session().scalar(wanted.with_for_update(of=Need))


def posting_of_hire(key: UUID) -> UUID:
    """For a worker that was told of it."""
    return session().get_one(Hire, key).posting_id


def hired_here(need: Need) -> int:
    """How many were hired for its postings on this platform, without those who never came."""
    counted = select(func.count()).select_from(Hire).join(NeedPosting, NeedPosting.posting_id == Hire.posting_id)
    return session().scalar(counted.where(NeedPosting.need_id == need.id, Hire.state != HireState.NEVER_CAME)) or 0


def linkable(need: Need) -> Sequence[Posting]:
    """Postings of the employer that were handed in, are under way and answer no need yet."""
    taken = exists().where(NeedPosting.posting_id == Posting.id)
    states = UNDER_WAY - {PostingState.DRAFT}
    wanted = select(Posting).where(Posting.employer_id == need.employer_id, Posting.state.in_(states), ~taken)
    return session().scalars(wanted.order_by(Posting.seq.desc())).all()


def officers_of(employers: Iterable[UUID]) -> dict[UUID, str]:
    """Employer -> the name of who is responsible, for employers the caller has found in its own scope."""
    wanted = select(Care.employer_id, Care.officer_id).where(Care.employer_id.in_(list(employers)), Care.until.is_(None))
    held = dict(session().execute(wanted).all())
    names = names_of(held.values())
    return {employer: names[officer] for employer, officer in held.items()}


# files


def batches_of(person_id: UUID) -> Select[NeedBatch]:
    """What somebody sent, the latest first."""
    return select(NeedBatch).where(NeedBatch.by_id == person_id).order_by(NeedBatch.at.desc(), NeedBatch.id.desc())


def batch_of(key: UUID, person_id: UUID) -> NeedBatch | None:
    return session().scalar(select(NeedBatch).where(NeedBatch.id == key, NeedBatch.by_id == person_id))


def names_of(people: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of colleagues, for pages of staff who see the row they stand on."""
    keys = {key for key in people if key is not None}
    found = session().scalars(select(Person).where(Person.id.in_(keys))) if keys else ()
    return {person.id: person.name or "未填写姓名" for person in found}
