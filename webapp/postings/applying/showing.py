"""An application in the words of a screen, and what of a person may stand there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from webapp.accounts.models import Person
from webapp.postings.applying.models import Application, ApplicationState
from webapp.sealing import mask_name


@dataclass(frozen=True, slots=True)
class Applicant:
    """What an employer may see of who applied, as far as the seeker consents and the application stands."""

    name: str
    phone: str


def applicants(applications: Iterable[Application], people: Mapping[UUID, Person]) -> dict[UUID, Applicant]:
    """By application. Name and phone in full only for one that stands, was opened (and so is on the ledger) and shares them."""
    seen = {}
    for application in applications:
        person = people[application.person_id]
        may_see = application.shares_phone and application.seen_at is not None and application.state is ApplicationState.SENT
        name = person.name or "未填姓名"
        seen[application.id] = Applicant(name, person.phone or "") if may_see else Applicant(mask_name(name) if person.name else name, "")
    return seen
