"""Questions about destinations. A case, a check or a destination handed in was found by the caller inside its own scope; what lists says its own."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select

from webapp.access import Grant
from webapp.accounts.queries import token_hash
from webapp.casework.destinations.models import Check, CheckKind, CheckMember, Destination, DestinationLink, PlacementFigure, Ruling
from webapp.casework.models import Case, Client
from webapp.casework.queries import reached
from webapp.db import session

_CURRENT = Destination.superseded_on.is_(None)


def current_of(case_id: UUID) -> Destination | None:
    return session().scalar(select(Destination).where(Destination.case_id == case_id, _CURRENT))


def history_of(case_id: UUID) -> Sequence[Destination]:
    """The latest first."""
    return session().scalars(select(Destination).where(Destination.case_id == case_id).order_by(Destination.id.desc())).all()


def current_by_case(keys: Iterable[UUID]) -> dict[UUID, Destination]:
    wanted = select(Destination).where(Destination.case_id.in_(list(keys)), _CURRENT)
    return {row.case_id: row for row in session().scalars(wanted)}


def clients_by_case(cases: Iterable[Case]) -> dict[UUID, Client]:
    """Case -> its client, for a list of cases the caller found in its own scope."""
    rows = list(cases)
    clients = {row.id: row for row in session().scalars(select(Client).where(Client.id.in_([case.client_id for case in rows])))}
    return {case.id: clients[case.client_id] for case in rows}


def cases_by_id(keys: Iterable[UUID]) -> dict[UUID, Case]:
    return {row.id: row for row in session().scalars(select(Case).where(Case.id.in_(list(keys))))}


# links


def link_by_token(token: str, *, for_change: bool = False) -> DestinationLink | None:
    """Whatever became of it; the caller looks whether it may still answer."""
    wanted = select(DestinationLink).where(DestinationLink.token_hash == token_hash(token))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def links_since(case_id: UUID, moment: datetime) -> int:
    wanted = select(func.count()).where(DestinationLink.case_id == case_id, DestinationLink.created_at > moment)
    return session().scalar(wanted) or 0


# checks


def checks_within(grants: Iterable[Grant], *, is_open: bool, kind: CheckKind | None = None) -> Select[Check]:
    ruled = Check.ruling.is_(None) if is_open else Check.ruling.is_not(None)
    wanted = select(Check).where(reached(Check.region, grants), ruled)
    if kind is not None:
        wanted = wanted.where(Check.kind == kind)
    return wanted.order_by(Check.found_on.desc(), Check.id.desc())


def check_counts(grants: Iterable[Grant]) -> dict[CheckKind, int]:
    """Open ones of the area, by kind."""
    counted = select(Check.kind, func.count()).where(reached(Check.region, grants), Check.ruling.is_(None)).group_by(Check.kind)
    found = {kind: int(count) for kind, count in session().execute(counted)}
    return {kind: found.get(kind, 0) for kind in CheckKind}


def check_within(key: UUID, grants: Iterable[Grant], *, for_change: bool = False) -> Check | None:
    wanted = select(Check).where(Check.id == key, reached(Check.region, grants))
    return session().scalar(wanted.with_for_update() if for_change else wanted)


def check_of_own(key: UUID, caseworker_id: UUID, grants: Sequence[Grant], *, for_change: bool = False) -> Check | None:
    """One of the area whose every person this caseworker holds: a dispute about an own case, say."""
    member = CheckMember.destination_id == Destination.id
    others = exists().where(
        CheckMember.check_id == Check.id, member, Destination.case_id == Case.id, Case.caseworker_id.is_distinct_from(caseworker_id)
    )
    wanted = select(Check).where(Check.id == key, reached(Check.region, grants), ~others)
    return session().scalar(wanted.with_for_update(of=Check) if for_change else wanted)


def open_check(kind: CheckKind, subject: bytes, region: str) -> Check | None:
    return session().scalar(select(Check).where(Check.kind == kind, Check.subject == subject, Check.region == region, Check.ruling.is_(None)))


def members_of(check_id: UUID) -> Sequence[CheckMember]:
    return session().scalars(select(CheckMember).where(CheckMember.check_id == check_id)).all()


def member_counts(keys: Iterable[UUID]) -> dict[UUID, int]:
    counted = select(CheckMember.check_id, func.count()).where(CheckMember.check_id.in_(list(keys))).group_by(CheckMember.check_id)
    return {key: int(count) for key, count in session().execute(counted)}


def destinations_of_check(check_id: UUID) -> Sequence[Destination]:
    keys = select(CheckMember.destination_id).where(CheckMember.check_id == check_id)
    return session().scalars(select(Destination).where(Destination.id.in_(keys)).order_by(Destination.id)).all()


def members_ruled(kind: CheckKind, subject: bytes, region: str) -> set[UUID]:
    """Who stood in a check of this subject that was found true."""
    ruled = select(Check.id).where(Check.kind == kind, Check.subject == subject, Check.region == region, Check.ruling == Ruling.TRUE)
    return set(session().scalars(select(CheckMember.destination_id).where(CheckMember.check_id.in_(ruled))))


def open_checks_of(destination_id: UUID) -> Sequence[Check]:
    keys = select(CheckMember.check_id).where(CheckMember.destination_id == destination_id)
    return session().scalars(select(Check).where(Check.id.in_(keys), Check.ruling.is_(None)).order_by(Check.id)).all()


def with_proof(digest: str, region: str) -> Sequence[Destination]:
    """Current ones of this county whose evidence is this file."""
    return _in_county(region, Destination.evidence_digest == digest)


def with_unit(index: bytes, region: str, *, since: date) -> Sequence[Destination]:
    """Current ones of this county at this unit, registered since that day."""
    return _in_county(region, Destination.unit_index == index, Destination.on >= since)


def _in_county(region: str, *conditions: ColumnElement[bool]) -> Sequence[Destination]:
    wanted = select(Destination).join(Case, Case.id == Destination.case_id).where(Case.region == region, _CURRENT, *conditions)
    return session().scalars(wanted.order_by(Destination.id)).all()


# figures that were kept


def figures_within(grants: Iterable[Grant]) -> Select[PlacementFigure]:
    return select(PlacementFigure).where(reached(PlacementFigure.region, grants)).order_by(PlacementFigure.at.desc(), PlacementFigure.id.desc())


def figure_within(key: UUID, grants: Iterable[Grant]) -> PlacementFigure | None:
    return session().scalar(select(PlacementFigure).where(PlacementFigure.id == key, reached(PlacementFigure.region, grants)))
