"""One line for whoever was called: what came of it, what it changes, when again. And taking it back within seconds.

What a line changed stands in its step, column by column, so that taking it back puts exactly that back, and only while nobody else has
changed the case since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor
from webapp.casework import operations
from webapp.casework.destinations import operations as destinations
from webapp.casework.models import Case, CaseStep, Standing, StepKind, Waiting, Willingness
from webapp.casework.refusals import ChangedMeanwhile, NotYet, TooLate
from webapp.casework.serving import counting
from webapp.db import now, session, today
from webapp.events import CaseCallLogged, CaseCallUndone
from webapp.labels import Labelled
from webapp.ledger import record
from webapp.reference import queries as reference


class Outcome(Labelled):
    """In the order of the keys 1 to 8."""

    REACHED = "reached", "已联系上"
    NO_ANSWER = "no_answer", "没人接"
    WRONG_NUMBER = "wrong_number", "号码不对"
    REFUSES = "refuses", "暂不找工作"
    EMPLOYED = "employed", "说已就业"
    STUDYING = "studying", "说已升学"
    EXAM = "exam", "在备考"
    ARMY = "army", "应征入伍"


class Channel(Labelled):
    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"
    VISIT = "visit", "上门"
    OFFICE = "office", "来办事大厅"
    MESSAGE = "message", "短信"


SPOKE = frozenset(Outcome) - {Outcome.NO_ANSWER, Outcome.WRONG_NUMBER}
"""Somebody spoke with the person: a contact. The other two are tries."""
_KEPT = ("willingness", "ask_again_on", "standing", "waiting", "next_on", "next_what", "contacted_on", "tried_on", "tries", "acted_on")
_DAYS = frozenset({"ask_again_on", "next_on", "contacted_on", "tried_on", "acted_on"})
_CODES: Mapping[str, type[Labelled]] = {"willingness": Willingness, "standing": Standing, "waiting": Waiting}
_NEXT: Mapping[Outcome, tuple[Waiting, str]] = {
    Outcome.REACHED: (Waiting.NOBODY, "再次联系"),
    Outcome.NO_ANSWER: (Waiting.FOR_US, "再打一次"),
    Outcome.WRONG_NUMBER: (Waiting.FOR_US, "找到新的号码"),
    Outcome.REFUSES: (Waiting.NOBODY, "再问一次意愿"),
    Outcome.EMPLOYED: (Waiting.FOR_THEM, "登记去向，等本人确认"),
    Outcome.STUDYING: (Waiting.FOR_THEM, "登记去向，等本人确认"),
    Outcome.EXAM: (Waiting.NOBODY, "考试以后再联系"),
    Outcome.ARMY: (Waiting.FOR_THEM, "登记去向，等本人确认"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What a caseworker wrote down. `next_on` None: the day the parameter of the outcome gives."""

    outcome: Outcome
    on: date
    channel: Channel = Channel.PHONE
    next_on: date | None = None
    note: str = ""


def next_day(outcome: Outcome, on: date) -> date:
    """When to turn to the person again where nobody says otherwise: days of the parameter of this outcome."""
    return on + timedelta(days=reference.whole(f"case_next_days_{outcome.value}", on=on))


def log_call(case: Case, call: Call, *, seen: int | None = None, by: Actor, on: date) -> CaseStep:
    """Writes the line and what follows from it. `seen`: the version that was on the screen.

    Raises Left, NotYet, ChangedMeanwhile.
    """
    operations.require_open(case)
    if call.on > on:
        raise NotYet
    if seen is not None and seen != case.version:
        raise ChangedMeanwhile
    before = {name: _plain(getattr(case, name)) for name in _KEPT}
    _carry(case, call)
    counting.count(case, on=on)
    row = operations.step(case, StepKind.CONTACT, _said(case, call), by=by, on=call.on, note=call.note)
    after = {name: _plain(getattr(case, name)) for name in _KEPT}
    row.data = {
        "outcome": call.outcome.value,
        "channel": call.channel.value,
        "before": {name: before[name] for name in _KEPT if before[name] != after[name]},
    }
    record(CaseCallLogged(str(case.id), call.outcome.value), by=by)
    return row


def _carry(case: Case, call: Call) -> None:
    case.waiting, case.next_what = _NEXT[call.outcome]
    case.next_on = call.next_on or next_day(call.outcome, call.on)
    if call.outcome not in SPOKE:
        case.tried_on, case.tries = call.on, (case.tries or 0) + 1
        return
    case.contacted_on, case.tries = max(call.on, case.contacted_on or call.on), 0
    if call.outcome in {Outcome.REFUSES, Outcome.EXAM}:
        case.willingness, case.ask_again_on = Willingness.UNWILLING, case.next_on
    elif call.outcome is Outcome.REACHED and case.willingness is Willingness.UNKNOWN:
        case.willingness = Willingness.WILLING
    destinations.follow(case)


def _said(case: Case, call: Call) -> str:
    tries = f"（第 {case.tries} 次）" if call.outcome not in SPOKE else ""
    return f"{call.channel.label}：{call.outcome.label}{tries}；{case.next_on}{case.next_what}"


def _plain(value: Any) -> Any:
    if isinstance(value, Labelled):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def undoable(case_id: UUID, step_id: UUID, by_id: UUID) -> CaseStep | None:
    """The line, while its writer can still take it back."""
    row = session().scalar(select(CaseStep).where(CaseStep.case_id == case_id).order_by(CaseStep.id.desc()).limit(1))
    if row is None or (row.id, row.kind, row.by_id) != (step_id, StepKind.CONTACT, by_id):
        return None
    return row if now() - row.at <= timedelta(seconds=reference.whole("case_undo_seconds")) else None


def undo(case: Case, step_id: UUID, *, by: Actor) -> CaseStep:
    """Takes back the latest line of the case, by whoever wrote it, within the seconds of `case_undo_seconds`.

    Raises TooLate.
    """
    row = undoable(case.id, step_id, by.person_id) if by.person_id else None
    if row is None:
        raise TooLate
    for name, value in row.data["before"].items():
        setattr(case, name, _read(name, value))
    counting.count(case, on=today())
    taken = CaseStep(
        case_id=case.id, kind=StepKind.UNDONE, on=today(), by_id=by.person_id, role=by.role, said=f"撤销：{row.said}"[:300], about_id=row.id
    )
    session().add(taken)
    record(CaseCallUndone(str(case.id)), by=by)
    return taken


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    return next(member for member in _CODES[name] if member.value == value) if name in _CODES else value
