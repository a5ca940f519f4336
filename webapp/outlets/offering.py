"""Which words are owed to an outlet, and making them: the only place where a dispatch is born.

Whoever makes one holds the outlet's row until commit. So numbers are committed in their order, and whoever asks for everything after a
number misses nothing (with ids given out freely a lower one may be committed later). What is owed is always found by comparing the postings
as they are with what was told last; an event only says where to look, and one that was lost is made up for by the next comparison.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import insert, select, update

from webapp.db import new_key, now, session
from webapp.outlets import items, queries, schema
from webapp.outlets.models import NEXT, Dispatch, DispatchKind, DispatchState, Outlet, Way
from webapp.postings.models import Posting

AT_ONCE = 500
ON_OUR_PAGE = "本平台页面已更新"
_REPLACED = tuple(state for state, following in NEXT.items() if DispatchState.SUPERSEDED in following and state is not DispatchState.SENDING)
"""What is under way is left to whoever sends it."""


def bring_up_to_date(outlet: Outlet, keys: Collection[UUID] | None = None) -> int:
    """Makes what is owed to the (locked) outlet, of these postings or of all: at most AT_ONCE removals and as many publications.

    Answers how many; fewer than AT_ONCE of either says that nothing is left.
    """
    gone = session().scalars(queries.overdue(outlet, keys).limit(AT_ONCE)).all()
    tell(outlet, DispatchKind.REMOVE, gone)
    fresh = session().scalars(queries.untold(outlet, keys).order_by(Posting.seq).limit(AT_ONCE)).all()
    tell(outlet, DispatchKind.PUBLISH, fresh)
    return len(gone) + len(fresh)


def follow_posting(posting_id: UUID) -> int:
    """After something happened to one posting: tells every outlet that it concerns; answers how many."""
    told = 0
    for outlet in queries.every_outlet():
        if _owes(outlet, [posting_id]):
            told += bring_up_to_date(queries.locked(outlet.id), [posting_id])
    return told


def _owes(outlet: Outlet, keys: Collection[UUID]) -> bool:
    """A look without the lock: most outlets have nothing to do with most postings."""
    return any(
        session().scalar(owed.with_only_columns(Posting.id).limit(1)) for owed in (queries.overdue(outlet, keys), queries.untold(outlet, keys))
    )


def tell(outlet: Outlet, kind: DispatchKind, postings: Sequence[Posting], run_id: UUID | None = None) -> None:
    """A new word about each of these postings, in their order; the former ones hold no longer."""
    if not postings:
        return
    runs = _replace(outlet, [posting.id for posting in postings])
    first = outlet.last_number + 1
    outlet.last_number += len(postings)
    at = now()
    rows = []
    for number, posting in enumerate(postings, first):
        row = {"id": new_key(), "outlet_id": outlet.id, "number": number, "posting_id": posting.id, "posting_version": posting.version}
        row |= {"kind": kind, "run_id": run_id or (runs.get(posting.id) if kind is DispatchKind.PUBLISH else None)}
        row |= {"available_at": at, "created_at": at}
        rows.append(row | _beginning(outlet, kind, posting))
    session().flush()
    session().execute(insert(Dispatch), rows)


def _replace(outlet: Outlet, keys: Collection[UUID]) -> dict[UUID, UUID]:
    """Puts the words away that were the latest about these postings. Answers the run of each that was published by a plan and had not
    left yet: what takes its place is that run's."""
    latest = (Dispatch.outlet_id == outlet.id, Dispatch.posting_id.in_(keys), Dispatch.is_latest)
    waiting = select(Dispatch.posting_id, Dispatch.run_id).where(*latest, Dispatch.sent_at.is_(None))
    runs = {posting_id: run_id for posting_id, run_id in session().execute(waiting) if run_id}
    quietly = {"synchronize_session": False}
    put_away = {"state": DispatchState.SUPERSEDED, "settled_at": now()}
    session().execute(update(Dispatch).where(*latest, Dispatch.state.in_(_REPLACED)).values(put_away).execution_options(**quietly))
    session().execute(update(Dispatch).where(*latest).values(is_latest=False).execution_options(**quietly))
    return runs


def _beginning(outlet: Outlet, kind: DispatchKind, posting: Posting) -> dict[str, object]:
    """A page of ours shows it from this transaction on; what does not fit the schema waits for a person and never leaves."""
    at = now()
    blank: dict[str, object] = {"state": DispatchState.DUE, "sent_at": None, "settled_at": None, "receipt": "", "last_error": ""}
    wrong = fault(posting.id, posting.version) if kind is DispatchKind.PUBLISH else ""
    if wrong:
        return blank | {"state": DispatchState.PARKED, "settled_at": at, "last_error": wrong}
    if outlet.way is Way.SHOW:
        return blank | {"state": DispatchState.RECEIPTED, "sent_at": at, "settled_at": at, "receipt": ON_OUR_PAGE}
    return blank


@lru_cache(maxsize=100_000)  # ~20 MB after a large import; half of an outlet after it would ask again what the first one asked
def fault(posting_id: UUID, version: int) -> str:
    """What keeps this version of the posting from leaving the house: asked once, for however many outlets."""
    return schema.fault(items.item(session().get_one(Posting, posting_id), 1))
