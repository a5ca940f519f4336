"""A report of the public from its number to its outcome. It is never without an owner once somebody took it: whoever received it first owns it
until another has accepted it (首问负责)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from webapp import events
from webapp.access import Actor, Permission
from webapp.accounts import limits
from webapp.accounts.queries import Colleague, colleagues
from webapp.db import LOCAL_ZONE, new_key, now, session
from webapp.inspection import evidence, nearness, population, queries, telling
from webapp.inspection.models import UPHELD, Decision, Effect, Office, PublicReport, ReportKind, ReportState, Transfer
from webapp.inspection.operations.refusals import NoReason, Refusal, TooNear
from webapp.ledger import record
from webapp.postings import operations as postings
from webapp.postings import queries as posting_queries
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is mistaken on paper or on the phone: 0 and O, 1 and I."""
CODE_LENGTH = 8
_STANDS = {PostingState.TAKEN_DOWN: Effect.TAKEN_DOWN, PostingState.WITHDRAWN: Effect.STOPPED}
_LIMITS = (("report_per_origin_hour", timedelta(hours=1)), ("report_per_origin_day", timedelta(days=1)))


class AlreadyReceived(Refusal):
    """The same form came twice; `number` is that of the report it already is."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return f"这份举报已经收到，编号 {self.number}，不用再提交"


class HasOwner(Refusal):
    says = "这件举报已经有同事受理。要接手，请由现在的办理人转给您"


class NotYours(Refusal):
    says = "这件举报不在您手上，不能办理"


class AlreadyDecided(Refusal):
    says = "这件举报已经办结，没有再改动"


class WrongColleague(Refusal):
    says = "只能转给管辖当地、并且不用回避的同事"


class NoOffice(Refusal):
    says = "请选择转交给哪个部门，并写明单位名称和理由"


def receive(
    posting: Posting, kind: ReportKind, text: str, *, once: UUID, origin: bytes, by: Actor, at: datetime | None = None, **reporter: Any
) -> tuple[PublicReport, str]:
    """The report, and the code that is shown once. `reporter`: name, phone, by_sms, reporter_id, each where it was given.

    Raises AlreadyReceived, limits.TooMany.
    """
    limits.take_turns(origin, once.bytes[-8:])
    known = queries.report_once(once)
    if known is not None:
        raise AlreadyReceived(known.number)
    limits.keep_within(_LIMITS, PublicReport.received_at, PublicReport.origin_index == origin)
    report, code = _new_report(posting, kind, once=once, origin=origin, at=at or now())
    report.text = text.strip()
    for field, value in reporter.items():
        setattr(report, field, value)
    session().add(report)
    session().flush()
    telling.tell_handlers(report, posting)
    record(events.ReportReceived(str(report.id), str(posting.id), kind.value), by=by)
    return report, code


def _new_report(posting: Posting, kind: ReportKind, *, once: UUID, origin: bytes, at: datetime) -> tuple[PublicReport, str]:
    region, number = posting.region or reference.home_province(), _new_number(at)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
    said = evidence.of_posting(posting, posting_queries.employer_of(posting), at=at)
    report = PublicReport(
        id=new_key(),
        number=number,
        once=once,
        code_index=queries.code_index(number, code),
        origin_index=origin,
        kind=kind,
        posting_id=posting.id,
        region=region,
        employer_name=posting.employer_name,
        source=population.source_of(posting),
        evidence=said,
        evidence_digest=evidence.digest(said),
        state=ReportState.RECEIVED,
        received_at=at,
        due_at=at + timedelta(days=reference.whole("report_due_days", region=region)),
    )
    return report, code


def _new_number(at: datetime) -> str:
    """The day and six random digits: easy to say on the phone, and it does not tell how many there are."""
    while True:
        number = f"{at.astimezone(LOCAL_ZONE):%Y%m%d}{secrets.randbelow(10**6):06d}"
        if not queries.number_is_taken(number):
            return number


def take(report: PublicReport, *, by: Actor) -> None:
    """Whoever takes it owns it: one that nobody has, one that was offered to them, or one whose owner works here no more.

    Raises AlreadyDecided, HasOwner, TooNear.
    """
    if report.state is ReportState.DECIDED:
        raise AlreadyDecided
    _require_distance(report, by)
    if report.handler_id == by.person_id:
        return
    if report.handler_id is not None and report.offered_id != by.person_id and _still_here(report, report.handler_id):
        raise HasOwner
    report.state, report.handler_id, report.offered_id = ReportState.IN_HAND, by.person_id, None
    report.taken_at = report.taken_at or now()
    record(events.ReportTaken(str(report.id)), by=by)


def _still_here(report: PublicReport, person_id: UUID) -> bool:
    return any(one.id == person_id and one.covers(report.region) for one in colleagues(Permission.REPORT_HANDLE, report.region))


def takers(report: PublicReport) -> list[Colleague]:
    """The colleagues to whom its owner may offer it."""
    people = [one for one in colleagues(Permission.REPORT_HANDLE, report.region) if one.covers(report.region)]
    near = nearness.near([_posting(report)], [one.id for one in people])
    return [one for one in people if one.id != report.handler_id and (report.posting_id, one.id) not in near]


def offer(report: PublicReport, person_id: UUID, *, by: Actor) -> None:
    """Asks a colleague; the owner stays its owner until they take it. Raises NotYours, AlreadyDecided, WrongColleague."""
    _require_owner(report, by)
    if person_id not in {one.id for one in takers(report)}:
        raise WrongColleague
    report.offered_id = person_id
    telling.tell_offered(report, person_id)
    record(events.ReportOffered(str(report.id), str(person_id)), by=by)


def decide(
    reports: Sequence[PublicReport],
    decision: Decision,
    outcome: str,
    *,
    note: str = "",
    office: Office | None = None,
    office_name: str = "",
    sign: str = "",
    by: Actor,
) -> None:
    """Ends these reports of one posting alike: the first one is its owner's, others that nobody has become theirs.

    `outcome` is what reporters are told besides the decision; where it is upheld the employer is told it too. Raises NotYours, AlreadyDecided,
    NoReason, NoOffice, TooNear.
    """
    first, *others = reports
    _require_decidable(first, by)
    if not outcome.strip():
        raise NoReason
    effect = _take_effect(first.posting_id, decision, outcome.strip(), by=by)
    for report in others:
        take(report, by=by)
    for report in reports:
        if decision is Decision.TRANSFER:
            transfer(report, office, office_name, outcome, sign=sign, by=by)
        _decide(report, decision, effect, outcome.strip(), note.strip(), by=by)


def _decide(report: PublicReport, decision: Decision, effect: Effect, outcome: str, note: str, *, by: Actor) -> None:
    report.state, report.decision, report.effect, report.decided_at = ReportState.DECIDED, decision, effect, now()
    report.outcome, report.note, report.offered_id = outcome, note or None, None
    telling.tell_reporter(report, by=by)
    record(events.ReportDecided(str(report.id), str(report.posting_id), decision.value), by=by)


def _take_effect(posting_id: UUID, decision: Decision, reason: str, *, by: Actor) -> Effect:
    """Whatever became of the posting meanwhile, the decision holds for it; answers how it stands then, which the reporter is told."""
    posting = posting_queries.locked(posting_id)
    if posting is None or decision not in UPHELD:
        return Effect.NONE
    try:
        if decision is Decision.TAKE_DOWN:
            postings.take_down(posting, reason, by=by)
        else:
            postings.stop(posting, reason, by=by)
    except postings.OwnPosting as near:  # of another posting of the same card
        raise TooNear from near
    except postings.IllegalMove:  # a draft, or what is down already: nothing of it is shown
        pass
    return _STANDS.get(posting.state, Effect.ALREADY_CLOSED)


def transfer(report: PublicReport, office: Office | None, office_name: str, reason: str, *, sign: str = "", by: Actor) -> Transfer:
    """Writes down that it was handed to an office; also after the decision. Raises NotYours, TooNear, NoOffice."""
    _require_mine(report, by)
    _require_distance(report, by)
    if office is None or not office_name.strip() or not reason.strip():
        raise NoOffice
    row = Transfer(
        id=new_key(),
        report_id=report.id,
        office=office,
        office_name=office_name.strip(),
        sign=sign.strip(),
        reason=reason.strip(),
        by_id=by.person_id,
        at=now(),
    )
    session().add(row)
    record(events.ReportTransferred(str(report.id), office.value), by=by)
    return row


def show_reporter(report: PublicReport, *, by: Actor) -> None:
    """Whoever sees name and phone in full is on the ledger before they see them. Raises NotYours, TooNear."""
    _require_mine(report, by)
    _require_distance(report, by)
    record(events.ReporterShown(str(report.id)), by=by)


def make_pack(report: PublicReport, *, by: Actor) -> None:
    """The same before everything of it is laid out for printing. Raises NotYours, TooNear."""
    _require_mine(report, by)
    _require_distance(report, by)
    record(events.ReportPackMade(str(report.id)), by=by)


def _require_mine(report: PublicReport, by: Actor) -> None:
    if report.handler_id is None or report.handler_id != by.person_id:
        raise NotYours


def _require_owner(report: PublicReport, by: Actor) -> None:
    if report.state is ReportState.DECIDED:
        raise AlreadyDecided
    _require_mine(report, by)


def _require_decidable(report: PublicReport, by: Actor) -> None:
    _require_owner(report, by)
    _require_distance(report, by)


def _require_distance(report: PublicReport, by: Actor) -> None:
    if by.person_id is None or nearness.is_too_near(_posting(report), by.person_id):
        raise TooNear


def _posting(report: PublicReport) -> Posting:
    return session().get_one(Posting, report.posting_id)
