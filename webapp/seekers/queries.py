from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select

from webapp.db import session
from webapp.seekers.filing import ANYWHERE, analysis_mark
from webapp.seekers.models import SavedSearch, SeekerProfile


def profile_of(person_id: UUID) -> SeekerProfile | None:
    return session().get(SeekerProfile, person_id)


def saved_searches_of(person_id: UUID) -> list[SavedSearch]:
    """The owner's searches, the newest first."""
    owned = select(SavedSearch).where(SavedSearch.person_id == person_id, SavedSearch.removed_at.is_(None))
    return list(session().scalars(owned.order_by(SavedSearch.id.desc())))


def saved_search_of(person_id: UUID, key: UUID) -> SavedSearch | None:
    """One search, if it is this person's and was not removed, locked for the change it is asked for: call it inside a transaction."""
    owned = select(SavedSearch).where(SavedSearch.id == key, SavedSearch.person_id == person_id, SavedSearch.removed_at.is_(None))
    return session().scalar(owned.with_for_update())


def count_of(person_id: UUID) -> int:
    owned = select(func.count()).where(SavedSearch.person_id == person_id, SavedSearch.removed_at.is_(None))
    return session().scalar(owned) or 0


class Filed(NamedTuple):
    """What a posting is tested against: without the row's other columns, because there may be thousands."""

    id: UUID
    person_id: UUID
    criteria: Mapping[str, Any]


def filed_under(words: Collection[str], regions: Collection[str]) -> list[Filed]:
    """Everybody's searches with keywords that a posting with these words in these areas could meet; for matching only."""
    nearby = or_(SavedSearch.region.is_(None), SavedSearch.region.in_(regions))
    columns = (SavedSearch.id, SavedSearch.person_id, SavedSearch.criteria)
    wanted = select(*columns).where(SavedSearch.word.in_([*words, ANYWHERE]), nearby, SavedSearch.removed_at.is_(None))
    return [Filed(*row) for row in session().execute(wanted)]


def filed_otherwise() -> list[SavedSearch]:
    """Everybody's searches whose word was cut by another version of the analysis; none but after a release that changed it.

    Two ranges instead of an inequality: an index can answer those.
    """
    mark = analysis_mark()
    otherwise = or_(SavedSearch.filed_by < mark, SavedSearch.filed_by > mark)
    return list(session().scalars(select(SavedSearch).where(otherwise, SavedSearch.removed_at.is_(None))))
