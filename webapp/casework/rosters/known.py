"""What is known of the people a list names, read for a whole block of rows at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from webapp.accounts.models import Person
from webapp.casework.models import Case, Client, Graduation, Origin, Tag, TagKind
from webapp.casework.queries import id_number_index
from webapp.db import session


@dataclass(slots=True)
class Known:
    """One person as the house knows it; an empty one: nobody knows the number yet."""

    client: Client | None = None
    case: Case | None = None
    graduations: list[Graduation] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    tags: set[TagKind] = field(default_factory=set)
    person_id: UUID | None = None
    """The account that proved the same number."""


def known_by_number(id_numbers: Iterable[str], programme: str, *, on: date, for_change: bool = False) -> dict[str, Known]:
    """Of every number asked for. Cases are locked inside a transaction that changes them."""
    indexes = {id_number_index(number): number for number in id_numbers}
    found = {number: Known() for number in indexes.values()}
    by_client: dict[UUID, Known] = {}
    for client in session().scalars(select(Client).where(Client.id_number_index.in_(indexes))):
        known = found[indexes[client.id_number_index]]
        known.client = client
        by_client[client.id] = known
    for index, person_id in session().execute(select(Person.id_number_index, Person.id).where(Person.id_number_index.in_(indexes))):
        if index is not None:
            found[indexes[index]].person_id = person_id
    if by_client:
        _add_cases(by_client, programme, on=on, for_change=for_change)
    return found


def _add_cases(by_client: dict[UUID, Known], programme: str, *, on: date, for_change: bool) -> None:
    wanted = select(Case).where(Case.client_id.in_(by_client), Case.programme == programme)
    by_case: dict[UUID, Known] = {}
    for case in session().scalars(wanted.with_for_update() if for_change else wanted):
        by_client[case.client_id].case = case
        by_case[case.id] = by_client[case.client_id]
    for row in session().scalars(select(Graduation).where(Graduation.client_id.in_(by_client)).order_by(Graduation.id)):
        by_client[row.client_id].graduations.append(row)
    if not by_case:
        return
    for origin in session().scalars(select(Origin).where(Origin.case_id.in_(by_case))):
        by_case[origin.case_id].origins.append(origin)
    for tag in _tags(list(by_case), on):
        by_case[tag.case_id].tags.add(tag.kind)


def _tags(cases: Sequence[UUID], on: date) -> Sequence[Tag]:
    return session().scalars(select(Tag).where(Tag.case_id.in_(cases), or_(Tag.until.is_(None), Tag.until > on))).all()
