"""Questions about applications; each says whose rows it answers. What is outside the scope does not exist."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, func, select

from webapp.accounts.models import Person
from webapp.db import session
from webapp.postings.applying.models import Application
from webapp.postings.models import Posting
from webapp.postings.queries import LONG


def application_counts(postings: Iterable[Posting]) -> dict[UUID, int]:
    """Posting -> applications that were not withdrawn."""
    keys = [posting.id for posting in postings]
    counted = select(Application.posting_id, func.count()).where(Application.posting_id.in_(keys), Application.withdrawn_at.is_(None))
    return dict(session().execute(counted.group_by(Application.posting_id)).all())


def applications_to(posting: Posting) -> Select[Application]:
    """Of a posting the caller has already found in its own scope; the latest first."""
    return select(Application).where(Application.posting_id == posting.id).order_by(Application.sent_at.desc(), Application.id.desc())


def application_to(posting: Posting, key: UUID, *, for_change: bool = False) -> Application | None:
    wanted = select(Application).where(Application.id == key, Application.posting_id == posting.id)
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def people(applications: Iterable[Application]) -> dict[UUID, Person]:
    keys = {application.person_id for application in applications}
    return {person.id: person for person in session().scalars(select(Person).where(Person.id.in_(keys)))}


def applications_of(person_id: UUID) -> Select[Application]:
    """A seeker's own, the latest first."""
    return select(Application).where(Application.person_id == person_id).order_by(Application.sent_at.desc(), Application.id.desc())


def postings_of(applications: Iterable[Application]) -> dict[UUID, Posting]:
    keys = {application.posting_id for application in applications}
    return {posting.id: posting for posting in session().scalars(select(Posting).where(Posting.id.in_(keys)).options(*LONG))}


def application_by(person_id: UUID, posting_id: UUID) -> Application | None:
    return session().scalar(select(Application).where(Application.person_id == person_id, Application.posting_id == posting_id))


def own_application(key: UUID, person_id: UUID, *, for_change: bool = False) -> Application | None:
    wanted = select(Application).where(Application.id == key, Application.person_id == person_id)
    return session().scalar(wanted.with_for_update() if for_change else wanted)
