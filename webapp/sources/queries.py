from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select

from webapp.db import session
from webapp.events import BatchImported
from webapp.ledger import Delivery, DeliveryState, Entry
from webapp.sources.models import Batch


class Carrying(NamedTuple):
    """How far a batch's delivery to one listener is; `trouble` is the last failure, empty when there was none."""

    state: DeliveryState
    trouble: str


def latest_batches() -> Select[Batch]:
    """Every batch of every source, the latest first."""
    return select(Batch).order_by(Batch.id.desc())


def carrying_of(batch_id: UUID) -> list[Carrying]:
    """Whether what the batch brought has reached its listeners (the search index)."""
    wanted = (
        select(Delivery.state, Delivery.last_error)
        .join(Entry, Entry.id == Delivery.entry_id)
        .where(Entry.subject == str(batch_id), Entry.event == BatchImported.__name__, Delivery.queue == "index")
    )
    return [Carrying(state, trouble or "") for state, trouble in session().execute(wanted)]
