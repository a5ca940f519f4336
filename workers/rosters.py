"""Who listens to the facts of rosters, and the long work behind them; `handlers` takes these tables over into its own."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from webapp import events
from webapp.casework.rosters import importing
from webapp.events import Event
from webapp.ledger import Listener

_READ_ROSTER = Listener("read_roster", "batch")
_TAKE_ROSTER = Listener("take_roster", "batch")

LISTENERS: dict[type[Event], tuple[Listener, ...]] = {
    events.RosterSent: (_READ_ROSTER,),
    events.RosterConfirmed: (_TAKE_ROSTER,),
}
SILENT: frozenset[type[Event]] = frozenset({events.RosterDropped, events.RosterRead, events.RosterTaken})


def _read(event: events.RosterSent, renew: Callable[[], None]) -> None:
    importing.read_roster(UUID(event.roster_id), renew)


def _take(event: events.RosterConfirmed, renew: Callable[[], None]) -> None:
    importing.take_roster(UUID(event.roster_id), renew)


RUNS: Mapping[str, Callable[[Any, Callable[[], None]], object]] = {_READ_ROSTER.name: _read, _TAKE_ROSTER.name: _take}
