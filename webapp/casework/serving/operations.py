"""A service is written down, corrected, or struck out. Nothing is overwritten: what was a mistake is superseded and stays readable."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from webapp import files
from webapp.access import Actor
from webapp.casework import operations as cases
from webapp.casework.models import Case, StepKind
from webapp.casework.refusals import (
    BeforeEntry,
    NoOperator,
    NoReason,
    NothingSaid,
    NotKnown,
    NotYet,
    Superseded,
    TooLongAgo,
    WithoutPosting,
)
from webapp.casework.serving import counting
from webapp.casework.serving.models import Entered, ServiceRecord
from webapp.db import new_key, now, session, today
from webapp.events import ServiceCorrected, ServiceLogged
from webapp.files import FileKind, Stored
from webapp.ledger import record
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.reference.service_models import Counting


@dataclass(frozen=True, slots=True)
class ServiceValues:
    """What is said of one service."""

    type: str
    on: date
    channel: str
    content: str
    posting_id: UUID | None = None
    subject: str = ""
    """The words that name a posting which is not on this platform."""


def subject_of(values: ServiceValues) -> str:
    """What tells one offered posting from another: its key here, else a digest of its words, blanks and width aside."""
    if values.posting_id is not None:
        return str(values.posting_id)
    plain = "".join(unicodedata.normalize("NFKC", values.subject).lower().split())
    return hashlib.sha256(plain.encode()).hexdigest() if plain else ""


def log_service(
    case: Case, values: ServiceValues, *, evidence: Stored | None = None, entered: Entered | None = None, by: Actor, on: date
) -> ServiceRecord:
    """One service of one kind. `on`: today; `entered`: where it is not what was typed now.

    Raises Left, NoOperator, NotKnown, NothingSaid, NotYet, TooLongAgo, BeforeEntry and WithoutPosting. That its way cannot count for its
    kind is no refusal: it was done, and is shown with the reason why it does not count.
    """
    cases.require_open(case)
    _require_sound(case, values, on)
    row = _write(case, values, evidence=evidence, entered=entered or _entered(values.on, case.region, on), by=by)
    cases.step(case, StepKind.SERVICE, _said(values), by=by, on=values.on, about=row.id, data={"type": values.type, "channel": values.channel})
    _touch(case, values)
    counting.count(case, on=on)
    record(ServiceLogged(str(row.id), str(case.id), values.type), by=by)
    return row


def correct_service(
    row: ServiceRecord, case: Case, values: ServiceValues, *, reason: str, evidence: Stored | None = None, by: Actor, on: date
) -> ServiceRecord:
    """Another record holds in its place; a paper that was there goes on to it. Raises NoReason, Superseded, and what `log_service` does."""
    if not reason.strip():
        raise NoReason
    _supersede(row, reason, by=by)
    _require_sound(case, values, on)
    following = _write(case, values, evidence=evidence, entered=row.entered, by=by, corrects=row)
    cases.step(case, StepKind.SERVICE, f"更正：{_said(values)}", by=by, on=values.on, about=following.id, note=reason, data={"corrects": str(row.id)})
    counting.count(case, on=on)
    record(ServiceCorrected(str(row.id), str(case.id), str(following.id)), by=by)
    return following


def strike_service(row: ServiceRecord, case: Case, *, reason: str, by: Actor, on: date) -> None:
    """It never was: nothing holds in its place. Raises NoReason, Superseded."""
    if not reason.strip():
        raise NoReason
    _supersede(row, reason, by=by)
    label = serving.service_types()[row.type].label if row.type in serving.service_types() else row.type
    cases.step(case, StepKind.UNDONE, f"作废：{label}", by=by, on=on, about=row.id, note=reason)
    counting.count(case, on=on)
    record(ServiceCorrected(str(row.id), str(case.id), ""), by=by)


def _require_sound(case: Case, values: ServiceValues, on: date) -> None:
    kind = serving.service_types().get(values.type)
    if kind is None or values.channel not in serving.service_channels():
        raise NotKnown
    if not values.content.strip():
        raise NothingSaid
    if values.on > on:
        raise NotYet
    if values.on < on - timedelta(days=reference.whole("service_back_days_max", region=case.region, on=on)):
        raise TooLongAgo
    if values.on < case.since:
        raise BeforeEntry
    if kind.counts is Counting.SUBJECT and not subject_of(values):
        raise WithoutPosting


def _entered(done_on: date, region: str, on: date) -> Entered:
    late = on - done_on > timedelta(days=reference.whole("service_late_days", region=region, on=on))
    return Entered.LATE if late else Entered.WEB


def _write(
    case: Case, values: ServiceValues, *, evidence: Stored | None, entered: Entered, by: Actor, corrects: ServiceRecord | None = None
) -> ServiceRecord:
    if by.person_id is None:
        raise NoOperator
    row = ServiceRecord(
        id=new_key(),
        case_id=case.id,
        type=values.type,
        on=values.on,
        channel=values.channel,
        subject=subject_of(values),
        posting_id=values.posting_id,
        by_id=by.person_id,
        role=by.role,
        entered=entered,
        corrects_id=corrects.id if corrects else None,
        evidence_id=corrects.evidence_id if corrects else None,
    )
    said = values.content.strip()
    row.content = f"{values.subject.strip()}\n{said}" if values.subject.strip() else said
    if evidence is not None:
        row.evidence_id = files.keep(evidence, FileKind.EVIDENCE, case.id, by_id=by.person_id).id
    session().add(row)
    return row


def _supersede(row: ServiceRecord, reason: str, *, by: Actor) -> None:
    if not row.holds:
        raise Superseded
    row.superseded_at, row.superseded_by, row.reason = now(), by.person_id, reason.strip()
    session().flush()


def _said(values: ServiceValues) -> str:
    return f"{serving.service_types()[values.type].label}（{serving.service_channels()[values.channel].label}）"


def _touch(case: Case, values: ServiceValues) -> None:
    """Who was spoken with was contacted."""
    if serving.service_channels()[values.channel].speaks and (case.contacted_on is None or values.on > case.contacted_on):
        case.contacted_on, case.tries = values.on, 0


def spoke(case: Case, *, on: date) -> None:
    """For the rooms above: somebody spoke with the person, so a monthly item may be fulfilled."""
    case.contacted_on = max(on, case.contacted_on or on)
    case.tries = 0
    counting.count(case, on=today())
