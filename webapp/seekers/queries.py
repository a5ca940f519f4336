from collections.abc import Collection
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


def filed_under(words: Collection[str], regions: Collection[str]) -> list[SavedSearch]:
    """Everybody's searches with keywords that a posting with these words in these areas could meet; for matching only."""
    could_meet = or_(SavedSearch.word.in_(words), SavedSearch.word == ANYWHERE, SavedSearch.filed_by != analysis_mark())
    nearby = or_(SavedSearch.region.is_(None), SavedSearch.region.in_(regions))
    wanted = select(SavedSearch).where(could_meet, SavedSearch.word.is_not(None), nearby, SavedSearch.removed_at.is_(None))
    return list(session().scalars(wanted.order_by(SavedSearch.id)))
