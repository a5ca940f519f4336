"""What the pages of the desk show of the cases they list: people, what they graduated from, groups, who holds them; one question each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select

from webapp.accounts.models import Person
from webapp.casework import queries
from webapp.casework.desk.models import SavedFilter
from webapp.casework.models import Case, Client, Graduation, Stage, Tag, TagKind
from webapp.db import session
from webapp.sealing import mask_name, mask_phone


class Row(NamedTuple):
    """A line of a list. Whoever holds the case, or leads its area, reads the name and calls the number; others know them by half."""

    name: str
    phone: str
    graduation: Graduation | None
    tags: tuple[TagKind, ...]
    caseworker: str


def rows_of(cases: Sequence[Case], *, reader: UUID, leads: bool) -> Mapping[UUID, Row]:
    clients = _by_id(cases)
    graduations, tags, names = _graduations(clients), _tags(cases), names_of(case.caseworker_id for case in cases)
    told = {}
    for case in cases:
        client, is_own = clients[case.client_id], leads or case.caseworker_id == reader
        name, phone = client.name or "", client.phone or ""
        told[case.id] = Row(
            name if is_own else mask_name(name),
            mask_phone(phone) if phone else "",
            graduations.get(client.id),
            tuple(tags.get(case.id, ())) if is_own else (),
            names.get(case.caseworker_id, "") if case.caseworker_id else "",
        )
    return told


def _by_id(cases: Sequence[Case]) -> dict[UUID, Client]:
    wanted = select(Client).where(Client.id.in_({case.client_id for case in cases}))
    return {client.id: client for client in session().scalars(wanted)}


def _graduations(clients: Iterable[UUID]) -> dict[UUID, Graduation]:
    """The latest of each."""
    wanted = select(Graduation).where(Graduation.client_id.in_(list(clients))).order_by(Graduation.year)
    return {row.client_id: row for row in session().scalars(wanted)}


def _tags(cases: Sequence[Case]) -> dict[UUID, list[TagKind]]:
    told: dict[UUID, list[TagKind]] = {}
    wanted = select(Tag.case_id, Tag.kind).where(Tag.case_id.in_([case.id for case in cases]), Tag.until.is_(None)).order_by(Tag.id)
    for key, kind in session().execute(wanted):
        told.setdefault(key, []).append(kind)
    return told


def names_of(people: Iterable[UUID | None]) -> dict[UUID, str]:
    keys = {key for key in people if key}
    return {person.id: person.name or "" for person in session().scalars(select(Person).where(Person.id.in_(keys)))} if keys else {}


def loads(caseworkers: Iterable[Person], programme: str) -> dict[UUID, int]:
    """Open cases each of them holds."""
    keys = [person.id for person in caseworkers]
    counted = select(Case.caseworker_id, func.count()).where(Case.caseworker_id.in_(keys), Case.stage == Stage.OPEN, Case.programme == programme)
    held = {key: int(count) for key, count in session().execute(counted.group_by(Case.caseworker_id)) if key is not None}
    return {key: held.get(key, 0) for key in keys}


def agenda(caseworker_id: UUID, first: date, last: date) -> Sequence[Case]:
    """The own cases with a date in these days, in order."""
    wanted = select(Case).where(Case.caseworker_id == caseworker_id, Case.stage == Stage.OPEN, and_(Case.next_on >= first, Case.next_on <= last))
    return session().scalars(wanted.order_by(Case.next_on, Case.seq)).all()


def saved_filters(person_id: UUID) -> Sequence[SavedFilter]:
    return session().scalars(select(SavedFilter).where(SavedFilter.person_id == person_id).order_by(SavedFilter.id)).all()


def own_filter(key: UUID, person_id: UUID) -> SavedFilter | None:
    return session().scalar(select(SavedFilter).where(SavedFilter.id == key, SavedFilter.person_id == person_id))


def open_cases(keys: Sequence[UUID], scope: queries.Scope, *, for_change: bool = False) -> Sequence[Case]:
    """Those of the keys that lie in the scope and are looked after; the others are silently not theirs."""
    wanted = select(Case).where(Case.id.in_(keys), scope, Case.stage == Stage.OPEN).order_by(Case.id)
    return session().scalars(wanted.with_for_update() if for_change else wanted).all()
