"""A list is sent, confirmed or dropped; a person is entered. The jobs that read and import a list stand in `importing`."""

from dataclasses import dataclass
from datetime import date, timedelta

from webapp import files
from webapp.access import Actor
from webapp.casework.models import Case, OriginKind
from webapp.casework.rosters import entering
from webapp.casework.rosters.entering import List, differences
from webapp.casework.rosters.known import known_by_number
from webapp.casework.rosters.models import NEXT, RosterFile, RosterState
from webapp.casework.rosters.refusals import NotInThatState
from webapp.casework.rosters.values import Outcome, Told
from webapp.db import new_key, now, session
from webapp.events import RosterConfirmed, RosterDropped, RosterSent
from webapp.files import FileKind, Stored
from webapp.ledger import record
from webapp.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a person's being entered. The case is None where whoever entered cannot see it."""

    outcome: Outcome
    case: Case | None


def enter(told: Told, of: List, *, by: Actor) -> Entered:
    """One person comes under care, by a form or by the own word; twice the same changes nothing. Locks the case that is there.

    Raises RowRefused: no place or none of the area, and an ID number that is known under another name. Who has no grants to be held to
    (`of.grants` None: the person itself) is entered wherever the rule says.
    """
    known = known_by_number([told.id_number], of.programme, on=of.on, for_change=True)[told.id_number]
    found = differences(told, known, of)
    if not found.is_same:
        entering.apply(told, known, found, of, by=by)
    case = known.case
    return Entered(found.outcome, case if case is not None and of.reaches(case.region) else None)


@dataclass(frozen=True, slots=True)
class Sending:
    """What whoever uploads a list says of it."""

    kind: OriginKind
    programme: str
    source: str = ""
    year: int | None = None


def send(stored: Stored, sending: Sending, *, regions: list[str], by: Actor) -> RosterFile:
    """Keeps a list that was laid down, for the batch queue to read. `regions`: where whoever sends it leads."""
    assert by.person_id is not None, "a list has a sender"
    row = RosterFile(
        id=new_key(),
        kind=sending.kind,
        source=sending.source[:80],
        programme=sending.programme,
        year=sending.year,
        state=RosterState.WAITING,
        regions=regions,
        by_id=by.person_id,
        foreseen={},
        counted={},
        columns=[],
    )
    session().add(row)
    files.keep(stored, FileKind.ROSTER, row.id, by_id=by.person_id, through=now().date() + timedelta(days=reference.whole("roster_file_kept_days")))
    record(RosterSent(str(row.id)), by=by)
    return row


def confirm(row: RosterFile, *, by: Actor) -> None:
    """The good rows are to be imported. The caller has locked the row. Raises NotInThatState."""
    _move(row, RosterState.CONFIRMED)
    record(RosterConfirmed(str(row.id)), by=by)


def drop(row: RosterFile, *, by: Actor, on: date) -> None:
    """Nothing of it is imported, and the file goes. Raises NotInThatState."""
    _move(row, RosterState.DROPPED)
    row.finished_at = now()
    for kind in (FileKind.ROSTER, FileKind.ROSTER_REFUSED):
        content = files.latest(row.id, kind)
        if content is not None:
            files.let_lapse(content, on)
    record(RosterDropped(str(row.id)), by=by)


def _move(row: RosterFile, to: RosterState) -> None:
    if to not in NEXT[row.state]:
        raise NotInThatState
    row.state = to
