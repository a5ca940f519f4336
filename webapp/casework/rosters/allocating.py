"""Who gets whom: a proposal by street and load, which a lead confirms, and its carrying out for thousands at once.

The rule, as the page tells it: all are to hold about the same number, and nobody more than a parameter. The largest street goes first. It
goes to whoever already holds most people of it, as far as they have room; what is left goes to whoever holds least. People whose street is
not known are dealt last. The same people and the same caseworkers make the same proposal.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from operator import attrgetter
from uuid import UUID

from sqlalchemy import insert, select, update

from webapp.access import Actor, Grant
from webapp.casework.models import Assignment, Case, CaseStep, StepKind
from webapp.casework.rosters import queries
from webapp.casework.rosters.queries import Worker
from webapp.casework.rosters.refusals import NothingToAssign, ProposalChanged
from webapp.db import new_key, now, session
from webapp.events import CasesHandedOver
from webapp.ledger import record

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """So many people of a street for a caseworker."""

    street: str
    worker: Worker
    count: int


@dataclass(frozen=True, slots=True)
class Proposal:
    shares: tuple[Share, ...]
    left: int
    """For whom nobody has room."""

    def added(self, worker: Worker) -> int:
        return sum(share.count for share in self.shares if share.worker.person.id == worker.person.id)

    @property
    def digest(self) -> str:
        """What a page showed: confirming another one is refused."""
        said = "|".join(f"{share.street}:{share.worker.person.id}:{share.count}" for share in self.shares)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def propose(streets: Mapping[str, int], workers: Sequence[Worker], *, most: int) -> Proposal:
    """`most`: people one caseworker may hold."""
    if not workers:
        return Proposal((), sum(streets.values()))
    held = {worker.person.id: worker.load for worker in workers}
    level = min(most, -(-(sum(held.values()) + sum(streets.values())) // len(workers)))
    shares: list[Share] = []
    for street, waiting in sorted(streets.items(), key=lambda item: (not item[0], -item[1], item[0])):
        while waiting:
            worker = _next(street, workers, held, level) or _next(street, workers, held, most)
            if worker is None:
                break
            limit = level if held[worker.person.id] < level else most
            count = min(waiting, limit - held[worker.person.id])
            shares.append(Share(street, worker, count))
            held[worker.person.id] += count
            waiting -= count
    return Proposal(tuple(shares), sum(streets.values()) - sum(share.count for share in shares))


def _next(street: str, workers: Sequence[Worker], held: Mapping[UUID, int], limit: int) -> Worker | None:
    """Whoever has room: most people of the street, then fewest in all, then the order they were registered."""
    able = [worker for worker in workers if held[worker.person.id] < limit]
    return min(able, key=lambda worker: (-worker.by_street.get(street, 0) if street else 0, held[worker.person.id]), default=None)


def assign_as_proposed(county: str, programme: str, digest: str, grants: Sequence[Grant], *, most: int, by: Actor, on: date) -> Mapping[UUID, int]:
    """Carries out the proposal a lead saw; answers how many each caseworker got. Raises NothingToAssign, ProposalChanged."""
    streets = queries.waiting_by_street(county, programme, grants)
    if not streets:
        raise NothingToAssign
    proposal = propose(streets, queries.workers_of(county), most=most)
    if proposal.digest != digest:
        raise ProposalChanged
    waiting = session().execute(queries.waiting(county, programme, grants).with_only_columns(Case.id, Case.street).with_for_update())
    keys = {street: iter([row.id for row in rows]) for street, rows in groupby(waiting, key=attrgetter("street"))}
    given: dict[UUID, list[UUID]] = {}
    for share in proposal.shares:
        taken = list(islice(keys.get(share.street, iter(())), share.count))
        if len(taken) != share.count:
            raise ProposalChanged
        given.setdefault(share.worker.person.id, []).extend(taken)
    for person_id, cases in given.items():
        assign_waiting(cases, person_id, by=by, on=on)
    return {person_id: len(cases) for person_id, cases in given.items()}


def assign_waiting(cases: Sequence[UUID], caseworker_id: UUID, *, by: Actor, on: date) -> int:
    """Cases that nobody holds go to one caseworker, by three statements a thousand; answers how many did. What somebody took meanwhile
    stays with them. The caller has made sure that the caseworker may hold cases of these counties."""
    count = sum(_assign(keys, caseworker_id, by=by, on=on) for keys in _in_parts(cases))
    if count:
        record(CasesHandedOver(str(caseworker_id), count), by=by)
    return count


def _assign(keys: Sequence[UUID], caseworker_id: UUID, *, by: Actor, on: date) -> int:
    free = select(Case.id).where(Case.id.in_(keys), Case.caseworker_id.is_(None))
    found = session().scalars(free.with_for_update()).all()
    if not found:
        return 0
    at, person_id = now(), by.person_id
    changed = {"caseworker_id": caseworker_id, "assigned_at": at, "opened_at": None, "acted_on": on, "version": Case.version + 1}
    session().execute(update(Case).where(Case.id.in_(found)).values(changed).execution_options(synchronize_session=False))
    session().execute(
        insert(Assignment),
        [{"id": new_key(), "case_id": key, "caseworker_id": caseworker_id, "since": on, "reason": "", "by_id": person_id, "at": at} for key in found],
    )
    to = {"to": str(caseworker_id)}
    session().execute(
        insert(CaseStep),
        [
            {
                "id": new_key(), "case_id": key, "kind": StepKind.ASSIGNED, "on": on, "at": at, "by_id": person_id, "role": by.role, "said": "",
                "data": to,
            }
            for key in found
        ],
    )  # fmt: skip
    return len(found)


def _in_parts(cases: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (cases[start : start + _AT_ONCE] for start in range(0, len(cases), _AT_ONCE))
