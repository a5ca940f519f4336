"""Where two sources say different things about what seems one job: who says what is listed, and a person decides once, with a reason.

Compared are pay, place and headcount, for one purpose: that a seeker reads about a job what is true of it. Two postings of one source do
not contradict one another: a source knows its own jobs apart.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.events import ConflictSettled, ConflictsFound
from webapp.ledger import record
from webapp.postings.models import Posting
from webapp.sources.likeness import Offer, alike, same_pay
from webapp.sources.models import ConflictDecision, PostingConflict

PURPOSE = "posting_accuracy"
"""What postings are compared for, as the ledger keeps it (个人信息保护法 does not touch them: no person's data is compared)."""
FIELDS = {"pay": "劳动报酬", "place": "工作地点", "headcount": "招聘人数"}
_ASKED_AT_ONCE = 500


class Row(NamedTuple):
    """What of an open posting is compared. `order`: how it would lead a card, its rank and its number."""

    offer: Offer
    order: tuple[int, int]
    card_id: UUID | None
    headcount: int | None


class Refusal(Exception):
    """What may not be decided; `says` tells the person why."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class NoReason(Refusal):
    says = "请写明理由：向谁核实过、依据是什么"


class AlreadySettled(Refusal):
    says = "这条不一致已经有人处理过，下面是处理结果"


class DirectLeads(Refusal):
    says = "用人单位自己发布的岗位不能收到转载岗位后面。请选另一项，或请用人单位修改"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people decided: posting -> the one before it on one card, and pairs that are different jobs."""

    behind: dict[UUID, UUID] = field(default_factory=dict)
    apart: frozenset[frozenset[UUID]] = frozenset()

    def are_apart(self, one: UUID, other: UUID) -> bool:
        return frozenset((one, other)) in self.apart


def verdicts(keys: Collection[UUID]) -> Verdicts:
    """Of these postings among themselves."""
    wanted, found = list(keys), list[PostingConflict]()
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        some = wanted[start : start + _ASKED_AT_ONCE]
        decided = select(PostingConflict).where(PostingConflict.decision.is_not(None), PostingConflict.first_id.in_(some))
        found += [row for row in session().scalars(decided) if row.second_id in keys]
    behind = {row.second_id: row.first_id for row in found if row.decision is ConflictDecision.FIRST}
    behind |= {row.first_id: row.second_id for row in found if row.decision is ConflictDecision.SECOND}
    apart = frozenset(frozenset((row.first_id, row.second_id)) for row in found if row.decision is ConflictDecision.APART)
    return Verdicts(behind, apart)


def note(pairs: Iterable[tuple[Row, Row]], *, by: Actor) -> int:
    """Writes down what these pairs contradict one another in and nobody has written down yet; answers how many are new."""
    told = {_key(one, other): fields for one, other in pairs if (fields := differing(one, other))}
    if not told:
        return 0
    firsts = [first for first, _ in told]
    kept = select(PostingConflict).where(PostingConflict.first_id.in_(firsts))
    known = {(row.first_id, row.second_id): row for row in session().scalars(kept)}
    for pair, row in known.items():
        if row.decision is None and pair in told and row.fields != told[pair]:
            row.fields = told[pair]
    fresh = [(pair, fields) for pair, fields in told.items() if pair not in known]
    for (first, second), fields in fresh:
        session().add(PostingConflict(id=new_key(), first_id=first, second_id=second, fields=fields, found_at=now()))
    if fresh:
        record(ConflictsFound(PURPOSE, len(fresh)), by=by)
    return len(fresh)


def _key(one: Row, other: Row) -> tuple[UUID, UUID]:
    first, second = sorted((one, other), key=lambda row: row.order[1])
    return first.offer.id, second.offer.id


def differing(one: Row, other: Row) -> list[str]:
    """What two sources say differently of one job; empty where it is no such pair."""
    a, b = one.offer, other.offer
    if a.node == b.node or not alike(a, b):
        return []
    said = {
        "pay": not same_pay(a, b),
        "place": a.region != b.region and not a.region.endswith("00") and not b.region.endswith("00"),
        "headcount": one.headcount is not None and other.headcount is not None and one.headcount != other.headcount,
    }
    return [name for name, differs in said.items() if differs]


def settle(conflict: PostingConflict, decision: ConflictDecision, reason: str, *, by: Actor) -> tuple[UUID, UUID]:
    """Decides which source is right, or that both are other jobs; answers the two postings, whose cards are then given anew.

    Raises NoReason, AlreadySettled, DirectLeads.
    """
    if not reason.strip():
        raise NoReason
    if conflict.decision is not None:
        raise AlreadySettled
    hidden = {ConflictDecision.FIRST: conflict.second_id, ConflictDecision.SECOND: conflict.first_id}.get(decision)
    if hidden is not None and not session().get_one(Posting, hidden).is_forwarded:
        raise DirectLeads
    conflict.decision, conflict.reason = decision, reason.strip()
    conflict.decided_by, conflict.decided_at = by.person_id, now()
    record(ConflictSettled(str(conflict.id), decision.value, PURPOSE), by=by)
    return conflict.first_id, conflict.second_id


def part(one: Posting, other: Posting, reason: str, *, by: Actor) -> tuple[UUID, UUID]:
    """A person sees that two on one card are different jobs: from now on each has its own. Raises NoReason."""
    if not reason.strip():
        raise NoReason
    first, second = sorted((one, other), key=lambda posting: posting.seq)
    wanted = select(PostingConflict).where(PostingConflict.first_id == first.id, PostingConflict.second_id == second.id)
    conflict = session().scalar(wanted.with_for_update())
    if conflict is None:
        conflict = PostingConflict(id=new_key(), first_id=first.id, second_id=second.id, fields=[], found_at=now())
        session().add(conflict)
    conflict.decision = None
    return settle(conflict, ConflictDecision.APART, reason, by=by)


def about(key: UUID) -> list[PostingConflict]:
    """Everything that was found or decided about a posting."""
    wanted = select(PostingConflict).where(or_(PostingConflict.first_id == key, PostingConflict.second_id == key))
    return list(session().scalars(wanted.order_by(PostingConflict.id)))
