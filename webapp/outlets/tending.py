"""What a worker does for the outlets: keeps the words up to date, sends what is due, and reads what came back.

Everything here opens its own short transactions and may be done again without harm: what is owed is compared anew, what is sent carries its
key. Each outlet has its share of the time, so that one that answers slowly keeps the others waiting for a minute at most.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from webapp.db import now, reading, transaction
from webapp.events import BatchImported, CardsChanged, PostingsExpired, PostingsWithdrawn
from webapp.ledger import entries_about
from webapp.outlets import offering, planning, publishing, queries, roads, sending
from webapp.outlets.models import Outlet, Way
from webapp.outlets.replies import NotAReply
from webapp.outlets.sending import Answer, Consignment, Outcome

SHARE_SECONDS = 60.0
SETTLED_WITHIN = timedelta(seconds=10)
"""A fact bears the time at which it was written down; so long after it its transaction has ended, and a comparison sees it."""
Mass = BatchImported | CardsChanged | PostingsExpired | PostingsWithdrawn
Renew = Callable[[], None]
"""Keeps the lease of the work; called between its parts, with no transaction open."""
log = logging.getLogger(__name__)


def serve(renew: Renew) -> None:
    """One cycle of every outlet that is due."""
    with reading():
        keys = queries.to_serve(now())
    for key in keys:
        renew()
        if _is_due(key):
            catch_up(key, renew)
            _collect(key)
        _send(key, renew)


def catch_up_all(event: Mass, renew: Renew) -> None:
    """After something happened to many postings at once. An outlet that was compared since has heard of it: of a hundred batches that came
    together the first comparison tells."""
    with reading():
        since = _told_at(event) + SETTLED_WITHIN
        keys = [outlet.id for outlet in queries.every_outlet() if outlet.checked_at is None or outlet.checked_at <= since]
    for key in keys:
        catch_up(key, renew)


def _told_at(event: Mass) -> datetime:
    if isinstance(event, BatchImported):
        return max(entry.at for entry in entries_about(event.batch_id) if entry.event == BatchImported.__name__)
    return datetime.fromisoformat(event.at)


def catch_up(outlet_id: UUID, renew: Renew) -> int:
    """Until the outlet is owed nothing: what an event that was lost should have told is told here. Answers how many words were made."""
    made = 0
    while True:
        with transaction():
            outlet, began = queries.locked(outlet_id), now()
            some = offering.bring_up_to_date(outlet)
            if some < offering.AT_ONCE:
                outlet.checked_at = began
        made += some
        if some < offering.AT_ONCE:
            return made
        renew()


def publish_due(renew: Renew) -> None:
    """Carries out every publication whose time has come."""
    with reading():
        keys = planning.due_publications(now())
    for key in keys:
        renew()
        with transaction():
            publishing.carry_out(key, now())


def _is_due(outlet_id: UUID) -> bool:
    with reading() as session:
        outlet = session.get_one(Outlet, outlet_id)
        return outlet.checked_at is None or outlet.checked_at <= now() - queries.cycle()


def _send(outlet_id: UUID, renew: Renew) -> None:
    """Shipment after shipment, until nothing is due, one did not get through, or the outlet's share of the time is over."""
    until = time.monotonic() + SHARE_SECONDS
    while time.monotonic() < until:
        with transaction():
            consignment = sending.prepare(outlet_id)
        if consignment is None:
            return
        answer = _carried(consignment)
        with transaction():
            sending.settle(consignment, answer)
        if answer.outcome not in {Outcome.ANSWERED, Outcome.LAID}:
            log.warning("outlet=%s shipment=%s outcome=%s", consignment.slug, consignment.shipment_id, answer.outcome.name)
            return
        renew()


def _carried(consignment: Consignment) -> Answer:
    """A road that breaks is one outlet's trouble and keeps no other waiting."""
    try:
        return roads.carry(consignment)
    except Exception as error:
        log.exception("outlet=%s shipment=%s", consignment.slug, consignment.shipment_id)
        return Answer(Outcome.IN_DOUBT, reason=f"发送出错：{type(error).__name__}")


def _collect(outlet_id: UUID) -> None:
    """What the outlet said by itself since: by the cursor it showed, or in its receipt files."""
    with transaction():
        outlet = queries.locked(outlet_id)
        way, slug = outlet.way, outlet.slug
        if way is Way.PULL:
            sending.take_cursor(outlet)
    if way is Way.DROP:
        for path in roads.receipt_files(slug):
            try:
                reply = roads.read_receipts(path)
            except NotAReply:
                log.warning("outlet=%s receipt file not understood", slug)
                roads.put_away(path, understood=False)
                continue
            with transaction():
                sending.take_words(queries.locked(outlet_id), reply)
            roads.put_away(path, understood=True)
