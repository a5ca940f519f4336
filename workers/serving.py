"""Who listens to the facts of services for people looked after by name; `handlers` takes these tables over into its own."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from webapp import events
from webapp.access import Actor
from webapp.casework.serving import changes, counting, following, programmes, referring, willing
from webapp.db import today, transaction
from webapp.events import Event
from webapp.ledger import Listener

Renew = Callable[[], None]
_BATCH = "batch"
_FOLLOW_APPLICATION = Listener("follow_application", _BATCH)
_COUNT_CASE = Listener("count_case", _BATCH)
_LOOK_AT_STANDARD = Listener("look_at_standard", _BATCH)
_COUNT_BY_STANDARD = Listener("count_by_standard", _BATCH)
_EVALUATE_PROGRAMME = Listener("evaluate_programme", _BATCH)
_FOLLOW_TABLE = Listener("follow_table", _BATCH)

LISTENERS: dict[type[Event], tuple[Listener, ...]] = {
    events.ApplicationSent: (_FOLLOW_APPLICATION,),
    events.ApplicationAnswered: (_FOLLOW_APPLICATION,),  # the operation itself tells the other side
    events.ApplicationHired: (_FOLLOW_APPLICATION,),
    events.ApplicationWithdrawn: (_FOLLOW_APPLICATION,),
    events.InterviewArranged: (_FOLLOW_APPLICATION,),
    events.CaseEntered: (_COUNT_CASE,),
    events.CaseReturned: (_COUNT_CASE,),
    events.StandardChangeAsked: (_LOOK_AT_STANDARD,),
    events.StandardChanged: (_COUNT_BY_STANDARD,),
    events.ProgrammeRunAsked: (_EVALUATE_PROGRAMME,),
    events.ReferenceImported: (_FOLLOW_TABLE,),
}

SILENT: frozenset[type[Event]] = frozenset(
    {
        events.AskAgainDue,
        events.PlanMade,
        events.PlanStepDone,
        events.PostingsReferred,  # the operation itself tells who has an account
        events.ProgrammeEvaluated,
        events.ProgrammeMoveDecided,
        events.ReferralAnswered,
        events.ServiceCorrected,
        events.ServiceLogged,
        events.ServicesShown,
        events.StandardChangeDropped,
        events.StandardCounted,
        events.UnemploymentNoted,
        events.WillingnessTold,
    }
)


def _follow_application(event: Any) -> None:
    match event:
        case events.ApplicationSent():
            following.follow_sent(UUID(event.application_id))
        case events.ApplicationAnswered():
            following.follow_answered(UUID(event.application_id), event.state)
        case events.ApplicationHired():
            following.follow_hired(UUID(event.application_id))
        case events.ApplicationWithdrawn():
            following.follow_withdrawn(UUID(event.application_id))
        case events.InterviewArranged():
            following.follow_interview(UUID(event.interview_id))


def _count_case(event: events.CaseEntered | events.CaseReturned) -> None:
    counting.count_case(UUID(event.case_id), on=today())


def _look_at_standard(event: events.StandardChangeAsked, renew: Renew) -> None:
    changes.look(UUID(event.change_id), renew)


def _count_by_standard(event: events.StandardChanged, renew: Renew) -> None:
    changes.carry_out(UUID(event.change_id), renew, on=today())


def _evaluate_programme(event: events.ProgrammeRunAsked, renew: Renew) -> None:
    programmes.evaluate(UUID(event.run_id), renew)


def _follow_table(event: events.ReferenceImported) -> None:
    changes.follow_import(event.kind, by=Actor.SYSTEM)


INSIDE: Mapping[str, Callable[[Any], object]] = {
    _FOLLOW_APPLICATION.name: _follow_application,
    _COUNT_CASE.name: _count_case,
    _FOLLOW_TABLE.name: _follow_table,
}
RUNS: Mapping[str, Callable[[Any, Renew], object]] = {
    _LOOK_AT_STANDARD.name: _look_at_standard,
    _COUNT_BY_STANDARD.name: _count_by_standard,
    _EVALUATE_PROGRAMME.name: _evaluate_programme,
}


# every day


def count_services(renew: Renew) -> None:
    """What is due and overdue today; standards whose day has come are begun first, and list whom they change."""
    on = today()
    with transaction():
        changes.begin_due(on=on)
    counting.count_all(renew, on=on)


def ask_again(renew: Renew) -> None:
    """Brings back whoever is to be asked again, and closes referrals that nobody answered."""
    for some in (willing.ask_again, referring.let_lapse):
        while True:
            with transaction():
                touched = some(on=today())
            if not touched:
                break
            renew()


def evaluate_programmes(renew: Renew) -> None:
    with transaction():
        programmes.ask_all(by=Actor.SYSTEM, on=today())
