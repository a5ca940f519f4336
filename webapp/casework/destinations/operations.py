"""What is said of where a person went: registered, superseded, taken back; and how the case follows it.

Whoever calls has read the case inside its scope and locked it.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from webapp import files, sealing
from webapp.access import Actor
from webapp.casework import operations as casework
from webapp.casework.destinations import checking, queries
from webapp.casework.destinations.models import Destination, ToldBy, Word
from webapp.casework.destinations.refusals import NoProof, NotByRule, Superseded, UnknownCode, UnknownEvidence
from webapp.casework.models import Case, Stage, Standing, StepKind, Waiting, Willingness
from webapp.db import new_key, session
from webapp.events import DestinationRegistered, DestinationShown, DestinationWithdrawn
from webapp.files import FileKind, Stored
from webapp.ledger import record
from webapp.reference import destinations as reference
from webapp.reference import queries as parameters
from webapp.reference.destination_models import DestinationGroup, Weight

PLACED = "placed"
"""The code of leaving because somebody found a place."""
_STANDINGS = {
    DestinationGroup.EMPLOYED: Standing.EMPLOYED,
    DestinationGroup.SELF_EMPLOYED: Standing.EMPLOYED,
    DestinationGroup.FLEXIBLE: Standing.EMPLOYED,
    DestinationGroup.ARMY: Standing.EMPLOYED,
    DestinationGroup.PROGRAMME: Standing.EMPLOYED,
    DestinationGroup.STUDY: Standing.STUDYING,
    DestinationGroup.ABROAD: Standing.STUDYING,
    DestinationGroup.WAITING: Standing.UNEMPLOYED,
    DestinationGroup.NOT_LOOKING: Standing.UNWILLING,
}
PLACES = frozenset(kind for kind, standing in _STANDINGS.items() if standing in {Standing.EMPLOYED, Standing.STUDYING})


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationValues:
    code: str
    evidence: str
    told_by: ToldBy
    unit: str = ""
    uscc: str = ""
    position: str = ""
    region: str = ""
    from_on: date | None = None


def standing_of(destination: Destination | None, willingness: Willingness) -> Standing:
    """The one rule by which a case stands in a register: its current destination, unless the person disputes it; else what the person
    said of looking for work."""
    if destination is not None and destination.word is not Word.DISPUTED:
        return _STANDINGS[destination.kind]
    return {Willingness.UNWILLING: Standing.UNWILLING, Willingness.WILLING: Standing.UNEMPLOYED}.get(willingness, Standing.UNKNOWN)


def register(
    case: Case,
    values: DestinationValues,
    *,
    stored: Stored | None = None,
    word: Word = Word.NOT_ASKED,
    has_left: bool = False,
    by: Actor,
    on: date,
) -> Destination:
    """A new destination, which supersedes the one there was. Raises Left (unless it may be of somebody who `has_left`), UnknownCode,
    UnknownEvidence, and NoProof where the paper may not be used (an internship or traineeship certificate)."""
    if not has_left:
        casework.require_open(case)
    year = reference.table_year(case.cohort)
    code = next((row for row in reference.codes_of(year) if row.code == values.code), None)
    if code is None:
        raise UnknownCode
    evidence = reference.evidence_kind(values.evidence)
    if evidence is None:
        raise UnknownEvidence
    if evidence.weight is Weight.REFUSED:
        raise NoProof(evidence.label, evidence.article)
    _supersede(case, on)
    row = Destination(
        id=new_key(), case_id=case.id, table_year=year, code=code.code, kind=code.kind, counts=code.numerator, evidence=evidence.code, on=on,
        is_proven=code.kind.value in evidence.proves, evidence_digest=stored.digest if stored else None, region=values.region,
        from_on=values.from_on, told_by=values.told_by, word=word, unit_index=unit_index(values.unit, values.uscc), by_id=by.person_id,
    )  # fmt: skip
    row.unit, row.uscc, row.position = values.unit or None, values.uscc or None, values.position or None
    session().add(row)
    if stored is not None:
        files.keep(stored, FileKind.DESTINATION, row.id, by_id=by.person_id)
    _follow(case, row)
    casework.step(case, StepKind.DESTINATION, f"登记去向：{code.label}", by=by, on=on, data={"code": code.code, "year": year}, about=row.id)
    record(DestinationRegistered(str(row.id), str(case.id), row.code, row.told_by.value), by=by)
    session().flush()
    checking.look_for_clusters(case, row, by=by, on=on)
    return row


def withdraw(case: Case, destination: Destination, *, reason: str, by: Actor, on: date) -> None:
    """It was not so: nothing is known again. What was said stays written. Raises Superseded."""
    require_current(destination)
    destination.superseded_on = on
    _follow(case, None)
    case.waiting = Waiting.FOR_US
    casework.step(case, StepKind.DESTINATION, "撤销去向登记", by=by, on=on, note=reason, data={"code": destination.code}, about=destination.id)
    record(DestinationWithdrawn(str(destination.id), str(case.id)), by=by)


def show(case: Case, destination: Destination, *, by: Actor, on: date) -> None:
    """Somebody is about to read the unit, the post or the paper: written down before it is shown."""
    casework.step(case, StepKind.SHOWN, "查看去向和证明材料", by=by, on=on, about=destination.id)
    record(DestinationShown(str(destination.id), str(case.id)), by=by)


def require_current(destination: Destination) -> None:
    if destination.superseded_on is not None:
        raise Superseded


def follow(case: Case) -> None:
    """After the person or an office said something of the destination there is."""
    _follow(case, queries.current_of(case.id))


def _follow(case: Case, destination: Destination | None) -> None:
    case.standing = standing_of(destination, case.willingness)


def _supersede(case: Case, on: date) -> None:
    before = queries.current_of(case.id)
    if before is not None:
        before.superseded_on = on
        session().flush()  # the unique index over what is current sees the end before the beginning


def unit_index(unit: str, uscc: str) -> bytes | None:
    """The same for the same unit: by its code, else by its name without spaces and brackets' width."""
    plain = "".join(unicodedata.normalize("NFKC", unit).split()).lower()
    return sealing.blind("unit", uscc or plain) if uscc or plain else None


# leaving


def leaving_gaps(case: Case, destination: Destination | None, *, on: date) -> list[str]:
    """What is missing before somebody may leave the programme as placed; empty: nothing. The rule, in the words of its page."""
    if destination is None or destination.kind not in PLACES:
        return ["要有就业、升学、入伍或出国的去向"]
    gaps = []
    if not destination.is_proven:
        gaps.append("要有能证明这个去向的材料")
    must_be_confirmed = parameters.whole("destination_leave_confirmed", region=case.region, on=on) == 1
    if must_be_confirmed and destination.word is not Word.CONFIRMED and destination.told_by is not ToldBy.DEPARTMENT:
        gaps.append("要由本人确认，或经部门比对")
    if queries.open_checks_of(destination.id):
        gaps.append("有一项核查还没有办结")
    return gaps


def leave_placed(case: Case, *, by: Actor, on: date) -> None:
    """Out of the programme by the rule alone. Raises Left, NotByRule."""
    casework.require_open(case)
    gaps = leaving_gaps(case, queries.current_of(case.id), on=on)
    if gaps:
        raise NotByRule(gaps)
    casework.leave(case, PLACED, by=by, on=on)


def reopen(case: Case, *, by: Actor, on: date) -> None:
    """Somebody who left says that it is not so: the office looks after them again."""
    if case.stage is Stage.CLOSED:
        casework.return_case(case, by=by, on=on)
