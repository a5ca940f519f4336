"""What the workers do for people looked after by name, through real deliveries: twice is once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person
from tests.factories.applying import make_application_in
from tests.factories.casework import make_case, make_caseworker, stored
from tests.factories.postings import make_posting
from tests.factories.serving import refer, steps
from tests.workers.support import states
from webapp.access import Actor
from webapp.casework.models import Case, Client, Willingness
from webapp.casework.serving import programmes, willing
from webapp.casework.serving.models import Answer, ProgrammeRun, Referral, RunState
from webapp.config import Settings
from webapp.db import session, today, transaction
from webapp.ledger import DeliveryState
from webapp.postings.applying.models import ApplicationState
from workers import serving
from workers.carrying import carry_one
from workers.handlers import BATCH


def carry(settings: Settings) -> None:
    """Everything the batch queue owes."""
    while carry_one(BATCH, settings):
        pass


def no_lease() -> None:
    """Nobody else could take the work over."""


def test_a_case_that_is_entered_is_counted_by_the_next_worker(house: Settings) -> None:
    case = make_case()
    assert stored(case.id).items_due == 0
    carry(house)
    assert (stored(case.id).items_due, set(states("count_case"))) == (3, {DeliveryState.DONE})


def test_what_an_employer_answers_is_told_once_in_the_timeline(house: Settings) -> None:
    case, posting, person = make_case(), make_posting(title="会计"), make_person()
    with transaction():
        session().get_one(Client, case.client_id).person_id = person.id
    refer([case], [posting], make_caseworker())
    make_application_in(ApplicationState.HIRED, posting=posting, person=person)
    carry(house)
    carry(house)
    said = steps(case)
    assert [said.count(f"{what}：会计") for what in ("应聘岗位", "单位登记录用")] == [1, 1]
    with transaction():
        assert session().scalar(select(Referral.answer)) is Answer.ACCEPTED


@pytest.mark.usefixtures("house")
def test_every_day_counts_what_became_overdue() -> None:
    case = make_case(on=today() - timedelta(days=200))
    serving.count_services(no_lease)
    assert stored(case.id).overdue_since == today() - timedelta(days=109)


@pytest.mark.usefixtures("house")
def test_every_day_brings_back_who_is_to_be_asked_again() -> None:
    case = make_case()
    with transaction():
        row = session().get_one(Case, case.id)
        willing.tell_willingness(row, Willingness.UNWILLING, by=Actor.SYSTEM, on=today() - timedelta(days=90))
    serving.ask_again(no_lease)
    assert stored(case.id).next_on == today()


def test_every_day_evaluates_the_programmes_that_have_rules(house: Settings) -> None:
    serving.evaluate_programmes(no_lease)
    carry(house)
    with transaction():
        runs = {run.programme: run.state for run in session().scalars(select(ProgrammeRun))}
        assert runs == {"long_unemployed_youth": RunState.DONE, "hardship": RunState.DONE}
        assert programmes.ask("hardship", by=Actor.SYSTEM, on=today()).state is RunState.WAITING
