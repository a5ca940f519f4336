"""Carries out the deliveries of one queue, one after the other, as the kind of each handler demands.

An inside effect is claimed, made and closed in one transaction: a worker killed at any point leaves nothing behind, and the delivery can be
claimed again at once. An outside call is claimed alone, so that a kill leaves at most one message in doubt.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError

from webapp import ledger
from webapp.config import Settings
from webapp.db import session, transaction
from webapp.ledger import Claim, LeaseLost, NotYet
from webapp.notices.channels import Outcome, Parcel, Report, dispatch, sender_for
from workers import logs
from workers.handlers import FIRST, HANDLERS, Inside, Long, Outside

LONG_LEASE = timedelta(seconds=60)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sending:
    """An outside call that was prepared and leased, and is now to be made."""

    claim: Claim
    handler: Outside
    parcel: Parcel


def carry_one(queue: str, settings: Settings) -> bool:
    """Takes the next due delivery of `queue`; False when there is none."""
    with transaction():
        claim = _next(queue)
        if claim is None:
            return False
        later = _begin(claim)
    if isinstance(later, _Sending):
        _send(later, settings)
    elif isinstance(later, Long):
        _work(claim, later)
    return True


def _next(queue: str) -> Claim | None:
    for listener in (*FIRST.get(queue, ()), None):
        claims = ledger.claim(queue, limit=1, listener=listener)
        if claims:
            return claims[0]
    return None


def _begin(claim: Claim) -> _Sending | Long | None:
    """What may be done inside the claiming transaction is done and closed; what may not is handed back for later."""
    handler = HANDLERS.get(claim.listener)
    if isinstance(handler, Long):
        return handler
    try:
        with session().begin_nested():
            if isinstance(handler, Inside):
                handler.act(claim.event)
            elif isinstance(handler, Outside):
                parcel = handler.prepare(claim.event, claim.doubtful)
                if parcel is not None:
                    return _Sending(claim, handler, parcel)
            else:
                raise LookupError(claim.listener)  # noqa: TRY004, TRY301 - an unknown listener fails as any other handler does
    except (OperationalError, InterfaceError):  # the database is away or locked: not this delivery's fault, and nothing was written
        raise
    except Exception as error:
        failed(claim, error)
        return None
    ledger.finish(claim)
    return None


def _send(sending: _Sending, settings: Settings) -> None:
    try:
        report = dispatch(sending.parcel, settings)
    except Exception as error:
        keyed = sender_for(sending.parcel.channel, settings).keyed
        report = Report(Outcome.NOT_SENT if keyed else Outcome.IN_DOUBT, logs.told(error))
    with transaction():
        if _close(sending.claim, report):
            sending.handler.settle(sending.claim.event, report)


def _close(claim: Claim, report: Report) -> bool:
    if report.outcome is not Outcome.SENT:
        log.warning("%s delivery=%s outcome=%s reason=%s", claim.listener, claim.id, report.outcome.name, report.reason)
    if report.outcome is Outcome.IN_DOUBT:
        return ledger.finish_unknown(claim, report.reason)
    if report.outcome is Outcome.NOT_SENT:
        return ledger.fail(claim, report.reason)
    return ledger.finish(claim)


def _work(claim: Claim, handler: Long) -> None:
    renew = renewer(claim)
    try:
        renew()
        handler.run(claim.event, renew)
    except LeaseLost:
        log.warning("%s delivery=%s lease lost", claim.listener, claim.id)
        return
    except NotYet as later:
        with transaction():
            ledger.give_back(claim, after=later.after)
        return
    except Exception as error:
        with transaction():
            failed(claim, error)
        return
    with transaction():
        ledger.finish(claim)


def renewer(claim: Claim, lease: timedelta = LONG_LEASE) -> Callable[[], None]:
    """Keeps the lease of long work; call it between its parts, with no transaction open. Raises LeaseLost."""

    def renew() -> None:
        with transaction():
            kept = ledger.renew(claim, lease)
        if not kept:
            raise LeaseLost

    return renew


def failed(claim: Claim, error: Exception) -> None:
    """Backs off inside the open transaction; the operator sees the kind and the place of the failure, never a value."""
    reason = logs.told(error)
    log.error("%s delivery=%s attempt=%d failed: %s", claim.listener, claim.id, claim.attempts, reason)
    ledger.fail(claim, reason)
