"""Whatever happens in whatever order, to postings, to the outlet and to the worker: in the end both say the same, and no word moved back."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from tests.factories.employers import make_employer, owner_of
from tests.factories.outlets import make_outlet
from tests.factories.postings import actor_of, make_posting
from tests.factories.reference import set_parameter
from tests.webapp.outlets.support import words
from webapp.access import Actor, Role
from webapp.db import new_key, now, reading, session, transaction
from webapp.outlets import models, operations, queries, roads, sending, tending
from webapp.outlets.models import NEXT, RETRIED, Dispatch, DispatchKind, DispatchState, Outlet, Shipment
from webapp.outlets.replies import Reply, Word
from webapp.outlets.sending import Answer, Consignment, Outcome
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState

MANNERS = st.sampled_from(["take", "take", "half", "refuse", "not taken", "in doubt", "kept and in doubt", "laid"])


@dataclass
class Theirs:
    """The outlet's side: what it holds, under which keys it was given what."""

    manner: str = "take"
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    contents: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def carry(self, consignment: Consignment) -> Answer:
        self.bodies[consignment.shipment_id].add(hashlib.sha256(consignment.body).hexdigest())
        for item in consignment.items:
            self.contents[item["identifier"], item["version"]].add(repr(item))
        if self.manner in {"not taken", "in doubt"}:
            return Answer(Outcome.NOT_TAKEN if self.manner == "not taken" else Outcome.IN_DOUBT, reason=self.manner)
        taken = [item for place, item in enumerate(consignment.items) if self.manner != "half" or place % 2 == 0]
        refused = taken[1::2] if self.manner == "refuse" else []
        for item in consignment.items:
            if item not in refused and item["version"] >= self.held.get(item["identifier"], {"version": 0})["version"]:
                self.held[item["identifier"]] = item
        if self.manner == "kept and in doubt":
            return Answer(Outcome.IN_DOUBT, reason=self.manner)
        if self.manner == "laid":
            return Answer(Outcome.LAID)
        return Answer(Outcome.ANSWERED, Reply(tuple(self._word(item, refused) for item in taken)))

    def _word(self, item: dict[str, Any], refused: list[Any]) -> Word:
        return Word(UUID(item["identifier"]), item["version"], is_taken=item not in refused, text="R" if item not in refused else "no")

    @property
    def on_show(self) -> set[str]:
        return {key for key, item in self.held.items() if not item.get("removed")}


def reachable(state: DispatchState) -> set[DispatchState]:
    found, waiting = {state}, [state]
    while waiting:
        for following in NEXT[waiting.pop()] - found:
            found.add(following)
            waiting.append(following)
    return found


REACHABLE = {state: reachable(state) for state in DispatchState}


class Life(RuleBasedStateMachine):
    keys: list[UUID]
    by: Actor

    def __init__(self) -> None:
        super().__init__()
        self.outlet: Outlet = make_outlet(f"life-{new_key().hex[-12:]}", region="370000", way=models.Way.PUSH, address="https://jobs.example.com/")
        self.theirs = Theirs()
        self.before: dict[UUID, DispatchState] = {}
        with transaction():
            for posting in session().scalars(select(Posting).where(Posting.id.in_(self.keys))):
                posting.state, posting.title = PostingState.OPEN, "电焊工"
        roads.carry = self.theirs.carry

    @rule(place=st.integers(0, 2))
    def something_happens_to_a_posting(self, place: int) -> None:
        with transaction():
            posting = session().get_one(Posting, self.keys[place])
            if posting.state is PostingState.OPEN:
                postings.pause(posting, by=self.by)
            else:
                postings.reopen(posting, by=self.by)

    @rule(place=st.integers(0, 2))
    def a_posting_says_something_else(self, place: int) -> None:
        with transaction():
            posting = session().get_one(Posting, self.keys[place])
            posting.title = "电焊工" if posting.title != "电焊工" else "氩弧焊工"

    @rule(manner=MANNERS, later=st.booleans())
    def a_cycle(self, manner: str, *, later: bool) -> None:
        self.a_comparison()
        self.a_sending(manner, later=later)

    @rule()
    def a_comparison(self) -> None:
        tending.catch_up(self.outlet.id, lambda: None)

    @rule(manner=MANNERS, later=st.booleans())
    def a_sending(self, manner: str, *, later: bool) -> None:
        """Also before anything was compared. `later`: whatever waited or was leased waits no more."""
        if later:
            self._wait()
        self.theirs.manner = manner
        tending._send(self.outlet.id, lambda: None)

    @rule(manner=MANNERS)
    def a_worker_dies_between_call_and_receipt(self, manner: str) -> None:
        self.theirs.manner = manner
        with transaction():
            consignment = sending.prepare(self.outlet.id)
        if consignment is not None:
            self.theirs.carry(consignment)

    def _wait(self) -> None:
        past, mine = now() - timedelta(days=1), self.outlet.id
        with transaction():
            session().execute(update(Dispatch).where(Dispatch.outlet_id == mine, Dispatch.available_at > past).values(available_at=past))
            session().execute(update(Shipment).where(Shipment.outlet_id == mine, Shipment.lease_until.is_not(None)).values(lease_until=past))
            session().execute(update(Outlet).where(Outlet.id == mine).values(wait_until=None))

    @rule()
    def staff_try_everything_again(self) -> None:
        with transaction():
            outlet = queries.locked(self.outlet.id)
            operations.retry_all(queries.troubled_of(outlet, 100), by=Actor.SYSTEM)

    @rule()
    def it_is_suspended_or_resumed(self) -> None:
        with transaction():
            outlet = queries.locked(self.outlet.id)
            (operations.suspend if outlet.is_active else operations.resume)(outlet, by=Actor.SYSTEM)

    @rule()
    def receipts_come_by_themselves(self) -> None:
        held = [Word(UUID(key), item["version"], is_taken=True, text="later") for key, item in self.theirs.held.items()]
        with transaction():
            sending.take_words(queries.locked(self.outlet.id), Reply(tuple(held)))

    @invariant()
    def what_was_said_is_never_said_otherwise(self) -> None:
        assert all(len(bodies) == 1 for bodies in self.theirs.bodies.values()), "two bodies under one key"
        assert all(len(contents) == 1 for contents in self.theirs.contents.values()), "two contents under one version"

    @invariant()
    def no_word_moves_back_and_one_holds_for_each_posting(self) -> None:
        told = words(self.outlet)
        states = {word.id: word.state for word in told}
        assert set(self.before) <= set(states), "a word is never forgotten"
        assert all(states[key] in REACHABLE[state] for key, state in self.before.items())
        self.before = states
        latest = [word.posting_id for word in told if word.is_latest]
        assert len(latest) == len(set(latest))
        assert not [word for word in told if not word.is_latest and word.state in RETRIED], "what was replaced is sent no more"

    def teardown(self) -> None:
        """Everybody is well again: within two cycles both sides say the same."""
        self.theirs.manner = "take"
        with transaction():
            operations.resume(queries.locked(self.outlet.id), by=Actor.SYSTEM)
        for _ in range(2):
            self.staff_try_everything_again()
            self.a_cycle("take", later=True)
        self.receipts_come_by_themselves()
        with reading():
            open_now = {str(key) for key in self.keys if session().get_one(Posting, key).state is PostingState.OPEN}
        told = words(self.outlet)
        assert self.theirs.on_show == open_now
        assert {word.state for word in told if word.is_latest} <= {DispatchState.RECEIPTED}
        assert {str(word.posting_id) for word in told if word.is_latest and word.kind is DispatchKind.PUBLISH} == open_now


@pytest.fixture
def machine(database: None, monkeypatch: pytest.MonkeyPatch) -> type[Life]:
    monkeypatch.setattr(roads, "carry", roads.carry)
    set_parameter("outlet_tries", "3")
    employer = make_employer()
    Life.keys = [make_posting(employer=employer, title=title).id for title in ("电焊工", "保洁员", "叉车工")]
    Life.by = actor_of(owner_of(employer), Role.EMPLOYER_OWNER)
    return Life


def test_both_sides_say_the_same_in_the_end(machine: type[Life]) -> None:
    unshrunk = (Phase.explicit, Phase.reuse, Phase.generate)  # a shorter way there takes minutes to find, and the steps are few
    limits = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), phases=unshrunk)
    run_state_machine_as_test(machine, settings=limits)
