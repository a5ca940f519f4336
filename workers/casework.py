"""Who listens to the facts of casework, and the long work behind them; `handlers` takes these tables over into its own."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from webapp import events
from webapp.casework.destinations import comparing
from webapp.db import today
from webapp.events import Event
from webapp.ledger import Listener

Renew = Callable[[], None]
_READ_COMPARISON = Listener("read_comparison", "batch")

LISTENERS: dict[type[Event], tuple[Listener, ...]] = {events.ComparisonSent: (_READ_COMPARISON,)}

SILENT: frozenset[type[Event]] = frozenset(
    {
        events.CaseAssigned,
        events.CaseLeft,
        events.CaseTagged,
        events.CaseUntagged,
        events.CasesHandedOver,
        events.ComparisonDone,
        events.ComparisonForgotten,
        events.ConflictsDecided,
        events.DestinationAsked,  # the message is a fact of its own
        events.DestinationCheckOpened,
        events.DestinationCheckRuled,
        events.DestinationConfirmed,
        events.DestinationDisputed,  # the operation itself tells the caseworker
        events.DestinationRegistered,
        events.DestinationShown,
        events.DestinationWithdrawn,
        events.PlacementFigureKept,
        events.TraineeAllowancePaid,
        events.TraineePostClosed,
        events.TraineePostFiled,
        events.TraineePostOpened,
        events.TraineeshipBegun,
        events.TraineeshipEnded,
    }
)


def _read_comparison(event: events.ComparisonSent, renew: Renew) -> None:
    comparing.carry_out(UUID(event.comparison_id), renew, on=today())


RUNS: Mapping[str, Callable[[Any, Renew], None]] = {_READ_COMPARISON.name: _read_comparison}
