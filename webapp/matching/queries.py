from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.db import session
from webapp.matching.models import Match
from webapp.seekers.models import SavedSearch


def matched_searches(posting_id: UUID) -> set[UUID]:
    """The saved searches this posting was matched with before."""
    return set(session().scalars(select(Match.saved_search_id).where(Match.posting_id == posting_id)))


def untold(posting_id: UUID) -> list[tuple[Match, SavedSearch, Person]]:
    """The matches nobody was told of yet, of people who may still sign in, with searches that are still kept."""
    wanted = (
        select(Match, SavedSearch, Person)
        .join(SavedSearch, SavedSearch.id == Match.saved_search_id)
        .join(Person, Person.id == Match.person_id)
        .where(Match.posting_id == posting_id, Match.notified_at.is_(None))
        .where(SavedSearch.removed_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Match.person_id, Match.id)
    )
    return [(match, saved, person) for match, saved, person in session().execute(wanted)]


def areas_of(region: str | None) -> Iterable[str]:
    """The codes a search may name to cover this place: the county, its city, its province."""
    return () if not region else dict.fromkeys((region, f"{region[:4]}00", f"{region[:2]}0000"))
