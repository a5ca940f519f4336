"""How often something may be tried, counted in SQL inside the write transaction that counts the try itself.

Whoever counts holds a turn on what is counted until commit, so of a thousand parallel tries no more than the limit pass. Every limit is a
dated parameter: where one is missing the try is refused (`reference.whole` raises), never waved through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from webapp import sealing
from webapp.accounts.models import EmailConfirmation, FailedAttempt, LoginCode
from webapp.db import is_sqlite, new_key, now, session, today
from webapp.reference import queries as reference

_CODES_PER_PHONE = (
    ("code_per_phone_minute", timedelta(minutes=1)),
    ("code_per_phone_hour", timedelta(hours=1)),
    ("code_per_phone_day", timedelta(days=1)),
)
_CODES_PER_ORIGIN = (("code_per_origin_hour", timedelta(hours=1)),)
_CONFIRMATIONS = (("email_confirms_per_day", timedelta(days=1)),)


class TooMany(Exception):
    """The limit is reached; `minutes` says how long to wait, at least 1."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.minutes = max(1, -(-int((until - now()).total_seconds()) // 60))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted try at one account name."""

    account: bytes
    opened_at: datetime


def origin_index(address: str) -> bytes:
    """Where a request comes from, as a blind index: an IPv4 address, or the /64 that one subscriber holds."""
    try:
        ip = ip_address(address)
    except ValueError:
        return sealing.blind("origin", "unknown")
    return sealing.blind("origin", str(ip if ip.version == 4 else ip_network((ip, 64), strict=False).network_address))


def take_turns(*names: bytes) -> None:
    """Whoever names the same thing waits until this transaction ends. SQLite's write transaction is alone already."""
    if is_sqlite():
        return
    for number in sorted({int.from_bytes(name[:8], "big", signed=True) for name in names}):
        session().execute(select(func.pg_advisory_xact_lock(number)))


def count_code(phone: bytes, origin: bytes) -> None:
    """Raises TooMany where this phone or this origin has had its codes; the caller adds the code in the same transaction."""
    take_turns(phone, origin)
    keep_within(_CODES_PER_PHONE, LoginCode.created_at, LoginCode.phone_index == phone)
    keep_within(_CODES_PER_ORIGIN, LoginCode.created_at, LoginCode.origin_index == origin)


def count_confirmation(person_id: UUID, email: bytes) -> None:
    """Raises TooMany where this person or this mailbox has had its letters: a stranger's mailbox must not be filled from here."""
    take_turns(person_id.bytes[-8:], email)
    keep_within(_CONFIRMATIONS, EmailConfirmation.created_at, EmailConfirmation.person_id == person_id)
    keep_within(_CONFIRMATIONS, EmailConfirmation.created_at, EmailConfirmation.email_index == email)


def keep_within(spans: Iterable[tuple[str, timedelta]], at: InstrumentedAttribute[datetime], whose: ColumnElement[bool]) -> None:
    """Raises TooMany where, within one of the spans, as many of `whose` rows lie as its parameter allows. The caller holds the turn."""
    for key, span in spans:
        allowed = reference.whole(key, on=today())
        newest = list(session().scalars(select(at).where(whose).order_by(at.desc()).limit(max(allowed, 1))))
        if allowed < 1 or (len(newest) == allowed and newest[-1] > now() - span):
            raise TooMany(newest[-1] + span if newest else now() + span)


def open_attempt(account: bytes, origin: bytes) -> Attempt:
    """Counts a try as failed before its answer is known; `clear` takes it back. Raises TooMany while the name or the origin is locked."""
    take_turns(account, origin)
    _refuse_flood(origin)
    until = locked_until(account)
    if until is not None:
        raise TooMany(until)
    attempt = FailedAttempt(id=new_key(), account_index=account, origin_index=origin, at=now(), cleared=False)
    session().add(attempt)
    session().flush()
    return Attempt(account, attempt.at)


def _refuse_flood(origin: bytes) -> None:
    allowed = reference.whole("sign_in_origin_failures_hour", on=today())
    counted = select(FailedAttempt.at).where(FailedAttempt.origin_index == origin, FailedAttempt.cleared.is_(False))
    newest = list(session().scalars(counted.order_by(FailedAttempt.at.desc()).limit(max(allowed, 1))))
    hour = timedelta(hours=1)
    if allowed < 1 or (len(newest) == allowed and newest[-1] > now() - hour):
        raise TooMany(newest[-1] + hour if newest else now() + hour)


def locked_until(account: bytes) -> datetime | None:
    """When the lock on this name ends: it begins once the last N failures fall within the window."""
    allowed = reference.whole("sign_in_failures", on=today())
    window = timedelta(minutes=reference.whole("sign_in_window_minutes", on=today()))
    lock = timedelta(minutes=reference.whole("sign_in_lock_minutes", on=today()))
    counted = select(FailedAttempt.at).where(FailedAttempt.account_index == account, FailedAttempt.cleared.is_(False))
    newest = list(session().scalars(counted.order_by(FailedAttempt.at.desc()).limit(allowed)))
    if len(newest) < allowed or newest[0] - newest[-1] > window:
        return None
    until = newest[0] + lock
    return until if until > now() else None


def forgive(attempt: Attempt) -> None:
    """This try does not count; those before it still do, where being right once says nothing about them."""
    session().execute(
        update(FailedAttempt).where(FailedAttempt.account_index == attempt.account, FailedAttempt.at == attempt.opened_at).values(cleared=True)
    )


def clear(attempt: Attempt) -> None:
    """The try was right: it and what was counted before it no longer count. What others tried meanwhile still does."""
    session().execute(
        update(FailedAttempt).where(FailedAttempt.account_index == attempt.account, FailedAttempt.at <= attempt.opened_at).values(cleared=True)
    )
