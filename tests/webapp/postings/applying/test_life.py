"""The life of an application against a table written by hand, in any order of any side's verbs, one life after the other in one database.

2,000 lives where services are required (the build server), fewer at a desk.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.factories.accounts import make_person
from tests.factories.applying import SEEKER, appointment, employer_of
from tests.factories.postings import make_posting
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import now, session, today, transaction
from webapp.postings.applying import hires, interviews, operations, queries, showing
from webapp.postings.applying.models import REFUSALS, Application, ApplicationState, InterviewState, Reason
from webapp.postings.models import Posting
from webapp.postings.refusals import Refusal

_S = ApplicationState
LIVES = 600 if os.environ.get("ZHILU_REQUIRE_SERVICES") == "1" else 300
FINAL = {_S.HIRED, _S.REFUSED, _S.DECLINED, _S.LAPSED}
ALIVE = {_S.SENT, _S.SEEN, _S.CONTACTED, _S.INTERVIEW, _S.OFFER}
ALLOWED = {
    "open": ALIVE,
    "contact": {_S.SENT, _S.SEEN},
    "invite": {_S.SENT, _S.SEEN, _S.CONTACTED, _S.INTERVIEW},
    "offer": {_S.SENT, _S.SEEN, _S.CONTACTED, _S.INTERVIEW},
    "hire": ALIVE,
    "refuse": ALIVE,
    "decline": {_S.OFFER},
    "withdraw": ALIVE,
    "lapse": ALIVE,
    "consent": ALIVE,
    "apply": {_S.WITHDRAWN},
}
"""Verb -> the states in which it is not refused."""


class _Undone(Exception):
    """Ends a life without leaving a trace."""


class Life(RuleBasedStateMachine):
    posting: Posting
    seeker: Person

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction())
        self.row = session().get_one(Posting, self.posting.id)
        self.by = employer_of(self.row)
        self.application = operations.apply(self.row, self.seeker.id, message="有证。", shares_phone=False, by=SEEKER)
        self.last = self.application.state

    @initialize(shares=st.booleans())
    def begin(self, shares: bool) -> None:
        if shares:
            operations.consent(self.application, given=True, by=SEEKER)

    def teardown(self) -> None:
        self.stack.__exit__(_Undone, _Undone(), None)

    def attempt(self, verb: str, act) -> None:
        before = self.application.state
        try:
            act()
        except Refusal:
            assert before not in ALLOWED[verb], f"{verb} was refused in {before}"
            assert self.application.state is before, "a refusal changes nothing"
        else:
            assert before in ALLOWED[verb], f"{verb} was not refused in {before}"

    @rule()
    def opens(self) -> None:
        self.attempt("open", lambda: operations.open_(self.application, by=self.by))

    @rule()
    def contacts(self) -> None:
        self.attempt("contact", lambda: operations.contact(self.application, by=self.by))

    @rule(days=st.integers(1, 29))
    def invites(self, days: int) -> None:
        self.attempt("invite", lambda: interviews.arrange(self.application, appointment(starts_at=now() + timedelta(days=days)), by=self.by))

    @rule()
    def offers(self) -> None:
        self.attempt("offer", lambda: operations.offer(self.application, by=self.by))

    @rule()
    def hires(self) -> None:
        self.attempt("hire", lambda: hires.hire(self.application, self.row, on=today(), by=self.by))

    @rule(reason=st.sampled_from(REFUSALS))
    def refuses(self, reason: Reason) -> None:
        self.attempt("refuse", lambda: operations.refuse(self.application, reason, by=self.by))

    @rule()
    def declines(self) -> None:
        self.attempt("decline", lambda: operations.decline(self.application, by=SEEKER))

    @rule()
    def withdraws(self) -> None:
        self.attempt("withdraw", lambda: operations.withdraw(self.application, by=SEEKER))

    @rule(given=st.booleans())
    def consents(self, given: bool) -> None:
        self.attempt("consent", lambda: operations.consent(self.application, given=given, by=SEEKER))

    @precondition(lambda self: self.application.state not in ALIVE)
    @rule()
    def applies_again(self) -> None:
        self.attempt("apply", lambda: operations.apply(self.row, self.seeker.id, message="再试。", shares_phone=False, by=SEEKER))

    @rule(verb=st.sampled_from(("confirm", "ask", "cancel")))
    def speaks_of_the_interview(self, verb: str) -> None:
        known = queries.interview_of(self.application)
        stands = self.application.state is _S.INTERVIEW and known is not None and known.stands
        act = {
            "confirm": lambda: interviews.confirm(self.application, by=SEEKER),
            "ask": lambda: interviews.ask_other_time(self.application, "周六", by=SEEKER),
            "cancel": lambda: interviews.cancel(self.application, by=self.by),
        }[verb]
        try:
            act()
        except Refusal:
            assert not stands
        else:
            assert stands

    @precondition(lambda self: self.application.state in ALIVE)
    @rule()
    def the_clock_ends_it(self) -> None:
        self.attempt("lapse", lambda: operations.lapse(self.application, Reason.NO_ANSWER, by=Actor.SYSTEM))

    @invariant()
    def no_way_leads_out_of_an_end(self) -> None:
        assert self.last not in FINAL or self.application.state is self.last
        self.last = self.application.state

    @invariant()
    def the_history_is_whole(self) -> None:
        steps = queries.steps_of(self.application)
        assert [step.before for step in steps] == [None, *(step.after for step in steps[:-1])]
        assert steps[-1].after is self.application.state

    @invariant()
    def the_employer_sees_what_it_may(self) -> None:
        seen = showing.applicant(self.application, self.seeker)
        open_ = self.application.state in ALIVE | {_S.HIRED} and self.application.seen_at is not None
        assert bool(seen.phone) == (open_ and self.application.shares_phone)
        assert (seen.name == self.seeker.name) == (open_ and self.application.shares_phone)
        assert bool(seen.message) == open_

    @invariant()
    def what_ended_leaves_no_appointment_and_a_hire_only_where_one_was_made(self) -> None:
        known = queries.interview_of(self.application)
        if self.application.state not in ALIVE:
            assert known is None or known.state is InterviewState.CANCELLED
        assert (queries.hire_of(self.application) is not None) == (self.application.state is _S.HIRED)


@pytest.fixture
def life(database: None) -> Iterator[type[Life]]:
    Life.posting = make_posting()
    Life.seeker = make_person(name="孙求职", phone="13700001111")
    yield Life
    with transaction():
        assert session().query(Application).count() == 0, "a life leaves no trace for the next"


@pytest.mark.timeout(600)
def test_no_order_of_verbs_leads_anywhere_it_may_not(life: type[Life]) -> None:
    every = settings(max_examples=LIVES, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    run_state_machine_as_test(life, settings=every)
