"""The graduate's own word on a destination, from a link in a text message.

The message names nobody and nothing; opening the link changes nothing; a link answers once and then only shows what became of it.
"""

import secrets
from datetime import date, timedelta

from webapp.access import Actor, Role
from webapp.accounts.queries import token_hash
from webapp.casework import operations as casework
from webapp.casework import queries as cases
from webapp.casework.destinations import checking, operations, queries
from webapp.casework.destinations.models import Destination, DestinationLink, ToldBy, Word
from webapp.casework.destinations.operations import DestinationValues
from webapp.casework.destinations.refusals import AskedEnough, NoPhone, SpentLink
from webapp.casework.models import Case, StepKind, Waiting
from webapp.casework.refusals import NoReason
from webapp.db import new_key, now, session
from webapp.events import DestinationAsked, DestinationConfirmed, DestinationDisputed
from webapp.ledger import record
from webapp.notices.links import link
from webapp.notices.models import Channel, NoticeKind
from webapp.notices.operations import queue_message, tell
from webapp.reference import queries as reference

PATH = "/my-service/destination"
DISPUTED = "本人对去向有异议，请核实"


def ask_confirmation(case: Case, destination: Destination, *, by: Actor, on: date) -> DestinationLink:
    """Sends a link that works for some days. Raises Superseded, NoPhone, AskedEnough."""
    operations.require_current(destination)
    phone = cases.client_of(case).phone
    if not phone:
        raise NoPhone
    if queries.links_since(case.id, now() - timedelta(days=1)) >= reference.whole("destination_asks_per_day", region=case.region, on=on):
        raise AskedEnough
    token, days = secrets.token_urlsafe(24), reference.whole("destination_link_days", region=case.region, on=on)
    asked = DestinationLink(
        id=new_key(),
        case_id=case.id,
        destination_id=destination.id,
        token_hash=token_hash(token),
        expires_at=now() + timedelta(days=days),
        by_id=by.person_id,
    )
    session().add(asked)
    if destination.word is not Word.CONFIRMED:
        destination.word = Word.ASKED
    case.waiting = Waiting.FOR_THEM
    body = f"您的毕业去向登记请您本人核对：{link(f'{PATH}/{token}')} 。{days}天内有效。登记不影响考试、升学和以后就业，公共就业服务不收费。"
    queue_message(channel=Channel.SMS, dedupe_key=f"destination:{asked.id}", address=phone, title="请核对毕业去向登记", body=body, by=by)
    casework.step(case, StepKind.MESSAGE, "请本人核对去向", by=by, on=on, about=destination.id)
    record(DestinationAsked(str(destination.id), str(case.id)), by=by)
    return asked


def confirm(asked: DestinationLink, *, on: date) -> Destination:
    """It is so. Pressing twice is the same as once. Raises SpentLink."""
    case, row = _to_answer(asked)
    if row.word is Word.CONFIRMED:
        return row
    _answered(asked, row, Word.CONFIRMED)
    case.waiting = Waiting.NOBODY
    operations.follow(case)
    by = by_graduate(case)
    casework.step(case, StepKind.DESTINATION, "本人确认去向", by=by, on=on, data={"code": row.code}, about=row.id)
    record(DestinationConfirmed(str(row.id), str(case.id)), by=by)
    return row


def dispute(asked: DestinationLink, reason: str, *, on: date) -> Destination:
    """It is not so: the case no longer counts by it, and its caseworker has a task today. Raises SpentLink, NoReason."""
    case, row = _to_answer(asked)
    if not reason.strip():
        raise NoReason
    by = by_graduate(case)
    operations.reopen(case, by=by, on=on)
    _answered(asked, row, Word.DISPUTED)
    row.dispute = reason.strip()
    operations.follow(case)
    case.waiting, case.next_on, case.next_what = Waiting.FOR_US, on, DISPUTED
    check = checking.open_dispute(case, row, by=by, on=on)
    casework.step(case, StepKind.DESTINATION, "本人对去向有异议", by=by, on=on, note=reason, data={"code": row.code}, about=row.id)
    record(DestinationDisputed(str(row.id), str(case.id)), by=by)
    if case.caseworker_id is not None:
        path = f"/casework/destinations/checks/{check.id}"
        tell(case.caseworker_id, NoticeKind.CASE, f"dispute:{row.id}", title=f"编号 {case.number}：{DISPUTED}", path=path)
    return row


def correct(asked: DestinationLink, values: DestinationValues, *, on: date) -> Destination:
    """How it really is, in the graduate's own words: a destination of its own, confirmed by who said it, that waits for proof where a job
    needs one. Raises SpentLink and what `register` raises."""
    case, row = _to_answer(asked)
    by = by_graduate(case)
    operations.reopen(case, by=by, on=on)
    _answered(asked, row, row.word)
    made = operations.register(case, values, word=Word.CONFIRMED, by=by, on=on)
    made.word_at = now()
    case.waiting, case.next_on, case.next_what = Waiting.FOR_US, on, "本人更正了去向，请核对"
    record(DestinationConfirmed(str(made.id), str(case.id)), by=by)
    return made


def own_values(code: str, *, unit: str, from_on: date | None) -> DestinationValues:
    """What a person says of themselves."""
    return DestinationValues(code=code, evidence="told", told_by=ToldBy.GRADUATE, unit=unit, from_on=from_on)


def by_graduate(case: Case) -> Actor:
    return Actor(cases.client_of(case).person_id, Role.SEEKER.value, "web")


def _to_answer(asked: DestinationLink) -> tuple[Case, Destination]:
    """Case and destination, locked. Raises SpentLink."""
    case = session().get_one(Case, asked.case_id, with_for_update=True)
    row = session().get_one(Destination, asked.destination_id, with_for_update=True)
    is_same_word = row.word is Word.CONFIRMED and row.superseded_on is None
    if asked.expires_at <= now() or row.superseded_on is not None or (asked.used_at is not None and not is_same_word):
        raise SpentLink
    return case, row


def _answered(asked: DestinationLink, row: Destination, word: Word) -> None:
    asked.used_at = row.word_at = now()
    row.word = word
