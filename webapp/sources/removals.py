"""What a snapshot no longer holds, and whether so much of it is gone that a person should look first."""

from collections.abc import Set as AbstractSet
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from webapp.db import session
from webapp.postings.models import Posting
from webapp.reference.queries import whole
from webapp.sources.writing import OFFERED


def lacking(source_id: UUID, held: AbstractSet[str]) -> list[str]:
    """The source's own ids of what is offered here and no longer there, in their order."""
    offered = select(Posting.source_key).where(Posting.source_id == source_id, Posting.state.in_(OFFERED))
    return sorted(key for key in session().scalars(offered) if key is not None and key not in held)


def is_suspicious(source_id: UUID, gone: int, *, on: date) -> bool:
    """A broken feed must not wipe everything: less than the parameter's share of what the source offered is left. A small source is believed."""
    offered = session().scalar(select(func.count()).where(Posting.source_id == source_id, Posting.state.in_(OFFERED))) or 0
    if offered < whole("snapshot_guard_from", on=on):
        return False
    return (offered - gone) * 100 < whole("snapshot_least_share", on=on) * offered
