"""Questions about services, referrals and plans. A case is found in its scope by the base; what hangs on it is found through it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from webapp.access import Grant
from webapp.accounts.models import Person
from webapp.casework import queries as cases
from webapp.casework.models import Assignment, Case, Client, Stage
from webapp.casework.serving.models import (
    Answer,
    CaseItem,
    CaseNeed,
    Entered,
    Plan,
    PlanStep,
    Proof,
    Referral,
    ServiceRecord,
    Unemployment,
)
from webapp.db import session, today
from webapp.demand.models import Care
from webapp.employers.models import Employer
from webapp.postings.applying.models import LIVE, Application
from webapp.postings.models import Posting
from webapp.reference import serving


def records_of(case: Case) -> Sequence[ServiceRecord]:
    """All of them, also the superseded; the latest day first."""
    wanted = select(ServiceRecord).where(ServiceRecord.case_id == case.id)
    return session().scalars(wanted.order_by(ServiceRecord.on.desc(), ServiceRecord.id.desc())).all()


def record_kept_by(key: UUID, person_id: UUID, grants: Sequence[Grant], *, for_change: bool = False) -> tuple[ServiceRecord, Case] | None:
    """A record of a case this person may write in, with the case; locked inside a transaction that changes it."""
    record = session().get(ServiceRecord, key)
    case = cases.kept_by(record.case_id, person_id, grants, for_change=for_change) if record is not None else None
    return None if record is None or case is None else (record, case)


def successors_of(records: Iterable[ServiceRecord]) -> Mapping[UUID, ServiceRecord]:
    """By the key of a superseded record the one that holds in its place."""
    return {record.corrects_id: record for record in records if record.corrects_id is not None}


def items_of(case: Case) -> Sequence[CaseItem]:
    """In the order of the standard."""
    standard = serving.service_standards().of(case.programme, case.region, today())
    order = {row.item: place for place, row in enumerate(standard.items)} if standard else {}
    rows = session().scalars(select(CaseItem).where(CaseItem.case_id == case.id)).all()
    return sorted(rows, key=lambda row: (order.get(row.item, len(order)), row.item))


def within(grants: Iterable[Grant]) -> ColumnElement[bool]:
    """Records of cases in the area of these grants."""
    return ServiceRecord.case_id.in_(select(Case.id).where(cases.area(grants)))


def logged(grants: Sequence[Grant], start: date, end: date, *, entered: Collection[Entered] = (), kind: str = "") -> Select[ServiceRecord]:
    """What holds and was done from `start` to `end` in the area, the latest first."""
    wanted = select(ServiceRecord).where(within(grants), ServiceRecord.superseded_at.is_(None), ServiceRecord.on.between(start, end))
    if entered:
        wanted = wanted.where(ServiceRecord.entered.in_(entered))
    if kind:
        wanted = wanted.where(ServiceRecord.type == kind)
    return wanted.order_by(ServiceRecord.on.desc(), ServiceRecord.id.desc())


def entered_counts(grants: Sequence[Grant], start: date, end: date) -> dict[tuple[str, Entered], int]:
    """By kind and way of entry, over the same rows as `logged`."""
    rows = logged(grants, start, end).order_by(None).subquery()
    counted = select(rows.c.type, rows.c.entered, func.count()).group_by(rows.c.type, rows.c.entered)
    return {(kind, entered): int(count) for kind, entered, count in session().execute(counted)}


def served(grants: Sequence[Grant], programme: str, times: int | None = None) -> Select[Case]:
    """Open cases of whom the standard asks something, by how often they were served: 0, 1, 2, 3 (and more); None: all."""
    wanted = select(Case).where(cases.area(grants), Case.programme == programme, Case.stage == Stage.OPEN, Case.items_due > 0)
    if times is not None:
        wanted = wanted.where(Case.services >= times if times >= MOST_TOLD else Case.services == times)
    return wanted.order_by(Case.region, Case.seq)


MOST_TOLD = 3
"""0, 1, 2, 3 and more: the distribution the office is asked for."""


def served_counts(grants: Sequence[Grant], programme: str) -> dict[int, int]:
    rows = served(grants, programme).order_by(None).subquery()
    told = dict.fromkeys(range(MOST_TOLD + 1), 0)
    for times, count in session().execute(select(rows.c.services, func.count()).group_by(rows.c.services)):
        told[min(times, MOST_TOLD)] += count
    return told


def cases_by_id(keys: Iterable[UUID]) -> dict[UUID, Case]:
    return {case.id: case for case in session().scalars(select(Case).where(Case.id.in_(set(keys))))}


def clients_by_id(keys: Iterable[UUID]) -> dict[UUID, Client]:
    return {client.id: client for client in session().scalars(select(Client).where(Client.id.in_(set(keys))))}


def people_by_id(keys: Iterable[UUID | None]) -> dict[UUID, Person]:
    wanted = {key for key in keys if key is not None}
    return {person.id: person for person in session().scalars(select(Person).where(Person.id.in_(wanted)))} if wanted else {}


# plans


def plan_of(case: Case) -> Plan | None:
    return session().scalar(select(Plan).where(Plan.case_id == case.id, Plan.superseded_at.is_(None)))


def plans_of(case: Case) -> Sequence[Plan]:
    """The latest first."""
    return session().scalars(select(Plan).where(Plan.case_id == case.id).order_by(Plan.number.desc())).all()


def steps_of_plan(plan: Plan) -> Sequence[PlanStep]:
    return session().scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.position)).all()


# referrals


def referrals_of(case: Case) -> Sequence[Referral]:
    return session().scalars(select(Referral).where(Referral.case_id == case.id).order_by(Referral.id.desc())).all()


def referral_kept_by(key: UUID, person_id: UUID, grants: Sequence[Grant], *, for_change: bool = False) -> tuple[Referral, Case] | None:
    referral = session().get(Referral, key)
    case = cases.kept_by(referral.case_id, person_id, grants, for_change=for_change) if referral is not None else None
    return None if referral is None or case is None else (referral, case)


def referral_to(key: UUID, person_id: UUID, *, for_change: bool = False) -> tuple[Referral, Case] | None:
    """One that was made to this account's own person."""
    wanted = select(Referral, Case).join(Case, Case.id == Referral.case_id).join(Client, Client.id == Case.client_id)
    wanted = wanted.where(Referral.id == key, Client.person_id == person_id)
    row = session().execute(wanted.with_for_update(of=Case) if for_change else wanted).one_or_none()
    return None if row is None else (row[0], row[1])


def referrals_to(person_id: UUID) -> Sequence[Referral]:
    """To the person behind an account, the latest first."""
    own = select(Case.id).join(Client, Client.id == Case.client_id).where(Client.person_id == person_id)
    return session().scalars(select(Referral).where(Referral.case_id.in_(own)).order_by(Referral.id.desc())).all()


def waiting_referrals(before: date) -> Select[Referral]:
    """Without an answer since before that day."""
    return select(Referral).where(Referral.answer == Answer.WAITING, Referral.on < before).order_by(Referral.id)


def postings_by_id(keys: Iterable[UUID | None]) -> dict[UUID, Posting]:
    wanted = {key for key in keys if key is not None}
    return {row.id: row for row in session().scalars(select(Posting).where(Posting.id.in_(wanted)))} if wanted else {}


# what else is known of a person


def needs_of(case: Case) -> Sequence[CaseNeed]:
    return session().scalars(select(CaseNeed).where(CaseNeed.case_id == case.id, CaseNeed.until.is_(None)).order_by(CaseNeed.id)).all()


def unemployment_of(client_id: UUID) -> Unemployment | None:
    """The span without work that has not ended."""
    return session().scalar(select(Unemployment).where(Unemployment.client_id == client_id, Unemployment.until.is_(None)))


def proofs_of(case: Case) -> Sequence[Proof]:
    return session().scalars(select(Proof).where(Proof.case_id == case.id).order_by(Proof.id)).all()


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody else who helps: as what, whose name, where, since when, and when something was last done."""

    role: str
    name: str
    region: str
    since: date | None
    acted_on: date | None


def helpers_of(case: Case) -> list[Helper]:
    """Other cases of the same client with who holds them, and the officers of employers with whom an application goes on.

    For whoever found the case in its own scope. Of another county's case no more than this is told.
    """
    return [*_other_cases(case), *_officers(case)]


def _other_cases(case: Case) -> list[Helper]:
    wanted = (
        select(Case, Person, Assignment.since)
        .outerjoin(Person, Person.id == Case.caseworker_id)
        .outerjoin(Assignment, (Assignment.case_id == Case.id) & Assignment.until.is_(None))
        .where(Case.client_id == case.client_id, Case.id != case.id, Case.stage == Stage.OPEN)
    )
    labels = {code: row.label for code, row in serving.programmes().items()}
    return [
        Helper(labels.get(other.programme, other.programme), (worker.name or "") if worker else "还没有专员", other.region, since, other.acted_on)
        for other, worker, since in session().execute(wanted)
    ]


def _officers(case: Case) -> list[Helper]:
    person_id = cases.client_of(case).person_id
    if person_id is None:
        return []
    wanted = (
        select(Person, Employer.name, Employer.region, Care.since)
        .join(Care, Care.officer_id == Person.id)
        .join(Employer, Employer.id == Care.employer_id)
        .join(Posting, Posting.employer_id == Employer.id)
        .join(Application, Application.posting_id == Posting.id)
        .where(Application.person_id == person_id, Application.state.in_(LIVE), Care.until.is_(None))
    )
    found = {(officer.id, employer): (officer, region, since) for officer, employer, region, since in session().execute(wanted)}
    return [
        Helper(f"企业服务专员（{employer}）", officer.name or "", region or "", since, None)
        for (_, employer), (officer, region, since) in found.items()
    ]
