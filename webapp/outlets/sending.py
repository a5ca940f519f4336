"""What is sent to an outlet, in two short transactions around a call that is made with none open.

`prepare` takes up to AT_MOST items as one shipment and leases it; `settle` writes down what became of each. A worker that dies in between
leaves a shipment under way whose lease ends: its items are then of unknown fate and go again, the same ones under the same key, so that a
receiver who has them says so. An item is told at most in one version per number, and an older number never after a newer one that was taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import update

from webapp.db import new_key, now, session
from webapp.ledger import BACKOFF
from webapp.outlets import items, offering, queries
from webapp.outlets.models import (
    NEXT,
    Dispatch,
    DispatchKind,
    DispatchState,
    Format,
    Outlet,
    Shipment,
    ShipmentState,
    Way,
)
from webapp.outlets.replies import Reply, Word
from webapp.outlets.schema import Item
from webapp.postings.models import Posting
from webapp.reference import queries as reference

AT_MOST = 200
LEASE = timedelta(seconds=60)
"""Longer than a call may take (`roads.TALK_SECONDS`)."""
DIED = "发送中断，没有得到答复"
UNANSWERED = "对方没有给这一条的回执"
_D = DispatchState


class IllegalMove(Exception):
    def __init__(self, state: DispatchState, wanted: DispatchState) -> None:
        super().__init__(f"{state.value} -> {wanted.value}")


class Outcome(Enum):
    ANSWERED = "answered"
    """They have it, and say of each item what they did with it."""
    LAID = "laid"
    """It lies where they will find it; their receipts come later."""
    NOT_TAKEN = "not taken"
    """Certainly not; it may be tried again."""
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason` is for the operator: the step and the number of the reply, no personal data. `wait`: what they asked us to wait."""

    outcome: Outcome
    reply: Reply = Reply()  # noqa: RUF009 - frozen
    reason: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Consignment:
    """A shipment with all that a road needs, read beforehand so that no transaction is open during the call."""

    shipment_id: UUID
    token: UUID
    outlet_id: UUID
    slug: str
    way: Way
    format: Format
    address: str
    secret: str
    made_at: datetime
    items: tuple[Item, ...]

    @property
    def body(self) -> bytes:
        return items.written(self.format, self.items).encode()


def prepare(outlet_id: UUID) -> Consignment | None:
    """Leases what is to be sent next; None when there is nothing, or when somebody else is sending there."""
    at = now()
    outlet = queries.locked(outlet_id)
    if not outlet.is_sent_to or (outlet.wait_until is not None and outlet.wait_until > at):
        return None
    left = queries.open_shipment(outlet.id)
    if left is not None and left.lease_until is not None and left.lease_until > at:
        return None
    if left is not None:
        _bury(left, at)
    chosen = _chosen(outlet)
    return _leased(outlet, chosen, at) if chosen else None


def _chosen(outlet: Outlet) -> Sequence[Dispatch]:
    """What says of its posting what is so now: a word about something that changed meanwhile is replaced before it leaves."""
    while chosen := queries.next_to_send(outlet, now(), AT_MOST):
        if not offering.bring_up_to_date(outlet, [dispatch.posting_id for dispatch in chosen]):
            return chosen
    return ()


def _leased(outlet: Outlet, chosen: Sequence[Dispatch], at: datetime) -> Consignment:
    shipment = _shipment(outlet, chosen)
    shipment.state, shipment.finished_at, shipment.error = ShipmentState.UNDER_WAY, None, ""
    shipment.attempts += 1
    token = shipment.lease_token = new_key()
    shipment.lease_until = at + LEASE
    for dispatch in chosen:
        move(dispatch, _D.SENDING)
        dispatch.shipment_id = shipment.id
        dispatch.attempts += 1
    return Consignment(
        shipment_id=shipment.id,
        token=token,
        outlet_id=outlet.id,
        slug=outlet.slug,
        way=outlet.way,
        format=outlet.format,
        address=outlet.address,
        secret=outlet.secret or "",
        made_at=shipment.made_at,
        items=tuple(_told(chosen)),
    )


def _shipment(outlet: Outlet, chosen: Sequence[Dispatch]) -> Shipment:
    """The one these items were in before, if it is whole: under one key nothing else is ever sent."""
    key = chosen[0].shipment_id
    known = session().get(Shipment, key) if key is not None else None
    if known is not None and known.items == len(chosen):
        return known
    made = Shipment(id=new_key(), outlet_id=outlet.id, items=len(chosen), attempts=0, made_at=now())
    session().add(made)
    return made


def _told(chosen: Iterable[Dispatch]) -> Iterable[Item]:
    postings = queries.postings_by_key({dispatch.posting_id for dispatch in chosen if dispatch.kind is DispatchKind.PUBLISH})
    for dispatch in chosen:
        yield as_item(dispatch, postings)


def as_item(dispatch: Dispatch, postings: Mapping[UUID, Posting]) -> Item:
    if dispatch.kind is DispatchKind.REMOVE:
        return items.tombstone(dispatch.posting_id, dispatch.number)
    return items.item(postings[dispatch.posting_id], dispatch.number)


def _bury(shipment: Shipment, at: datetime) -> None:
    """Of a worker that died."""
    shipment.state, shipment.finished_at, shipment.error = ShipmentState.UNKNOWN, at, DIED
    shipment.lease_until = shipment.lease_token = None
    for dispatch in queries.of_shipment(shipment.id):
        if dispatch.state is _D.SENDING:
            _not_through(dispatch, _D.UNKNOWN, DIED, at)
    session().flush()


def settle(consignment: Consignment, answer: Answer) -> bool:
    """Writes down how the call ended; False when the lease was lost: then only their receipts count."""
    outlet = queries.locked(consignment.outlet_id)
    shipment = session().get_one(Shipment, consignment.shipment_id, with_for_update=True, populate_existing=True)
    dispatched = {dispatch.id: dispatch for dispatch in queries.of_shipment(shipment.id)}
    is_ours = shipment.lease_token == consignment.token
    for dispatch in dispatched.values():
        word = answer.reply.about(dispatch.posting_id, dispatch.number) if answer.outcome is Outcome.ANSWERED else None
        if word is not None:
            hear(dispatch, word)
        elif is_ours and dispatch.state is _D.SENDING:
            _end(dispatch, answer, outlet.failures)
    if is_ours:
        _close(outlet, shipment, answer)
    return is_ours


def hear(dispatch: Dispatch, word: Word) -> bool:
    """What they say of one item; False where that was known, or changes nothing any more."""
    wanted = _D.RECEIPTED if word.is_taken else _D.REFUSED
    if wanted not in NEXT[dispatch.state]:
        return False
    move(dispatch, wanted)
    dispatch.sent_at = dispatch.sent_at or now()
    dispatch.settled_at = now()
    if word.is_taken:
        dispatch.receipt, dispatch.last_error = word.text, ""
    else:
        dispatch.last_error = word.text
    return True


def _end(dispatch: Dispatch, answer: Answer, failures: int) -> None:
    if answer.outcome is Outcome.LAID:
        move(dispatch, _D.SENT)
        dispatch.sent_at, dispatch.last_error = now(), ""
        return
    again = now() + (answer.wait or _pause(max(failures + 1, dispatch.attempts)))
    if answer.outcome is Outcome.ANSWERED:
        dispatch.sent_at = dispatch.sent_at or now()
        _not_through(dispatch, _D.UNKNOWN, answer.reason or UNANSWERED, again)
    else:
        _not_through(dispatch, _D.UNKNOWN if answer.outcome is Outcome.IN_DOUBT else _D.FAILED, answer.reason, again)


def _not_through(dispatch: Dispatch, state: DispatchState, reason: str, again: datetime) -> None:
    """Due again, or put on the list of what failed; a word that was replaced meanwhile is done with."""
    dispatch.last_error = reason
    if not dispatch.is_latest:
        state = _D.SUPERSEDED
    elif dispatch.attempts >= reference.whole("outlet_tries"):
        state = _D.PARKED
    move(dispatch, state)
    dispatch.available_at = again
    if state in {_D.SUPERSEDED, _D.PARKED}:
        dispatch.settled_at = now()


def _close(outlet: Outlet, shipment: Shipment, answer: Answer) -> None:
    shipment.lease_until = shipment.lease_token = None
    shipment.finished_at, shipment.error = now(), answer.reason
    if answer.outcome in {Outcome.ANSWERED, Outcome.LAID}:
        shipment.state = ShipmentState.DONE
        outlet.failures, outlet.wait_until, outlet.last_success_at, outlet.last_error = 0, None, now(), ""
        return
    shipment.state = ShipmentState.UNKNOWN if answer.outcome is Outcome.IN_DOUBT else ShipmentState.FAILED
    outlet.failures += 1
    outlet.wait_until = now() + (answer.wait or _pause(outlet.failures))
    outlet.last_failure_at, outlet.last_error = now(), answer.reason


def _pause(times: int) -> timedelta:
    return BACKOFF[min(max(times, 1), len(BACKOFF)) - 1]


def move(dispatch: Dispatch, state: DispatchState) -> None:
    """The only change of state of one dispatch. Raises IllegalMove for what the table does not allow."""
    if state not in NEXT[dispatch.state]:
        raise IllegalMove(dispatch.state, state)
    dispatch.state = state


def take_words(outlet: Outlet, reply: Reply) -> tuple[int, list[UUID]]:
    """What an outlet says by itself, later than our call: how many items it was about, and the keys of postings it never had from us."""
    heard, strange = 0, []
    for word in reply.words:
        dispatch = queries.answered(outlet.id, word.posting_id, word.number)
        if dispatch is None:
            strange.append(word.posting_id)
        else:
            hear(dispatch, word)
            heard += 1
    return heard, strange


def take_cursor(outlet: Outlet) -> int:
    """They showed a cursor: everything up to it is with them. Answers how many words that settles."""
    ours = (Dispatch.outlet_id == outlet.id, Dispatch.state == _D.DUE, Dispatch.number <= outlet.pulled_number)
    taken = {"state": _D.RECEIPTED, "sent_at": outlet.pulled_at, "settled_at": now(), "receipt": f"已取走（至第 {outlet.pulled_number} 号）"}
    settled = session().execute(update(Dispatch).where(*ours).values(taken).execution_options(synchronize_session=False))
    return int(settled.rowcount)  # type: ignore[attr-defined]  # Result is typed without rowcount; an UPDATE always has it
