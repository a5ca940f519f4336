from collections.abc import Mapping, Sequence
from uuid import UUID

from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.events import SavedSearchChanged, SavedSearchRemoved, SearchSaved, SeekerProfileChanged
from webapp.ledger import record
from webapp.reference.models import Education
from webapp.reference.queries import whole
from webapp.seekers import queries
from webapp.seekers.filing import analysis_mark
from webapp.seekers.models import SavedSearch, SeekerProfile


class TooManySearches(Exception):
    """The person keeps as many searches as the parameter `saved_searches_max` allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"最多保存 {limit} 条订阅，请先删除不再需要的")
        self.limit = limit


class NothingAsked(Exception):
    """A search without a keyword and without a place would be met by every posting of the country."""


def keep_profile(
    person_id: UUID,
    *,
    region: str | None,
    education: Education,
    experience_years: int | None,
    wanted: str,
    skills: Sequence[str],
    about: str,
    by: Actor,
) -> SeekerProfile:
    """Writes the whole profile; the first writing makes it."""
    profile = session().get(SeekerProfile, person_id, with_for_update=True)
    if profile is None:
        profile = SeekerProfile(person_id=person_id)
        session().add(profile)
    profile.region, profile.education, profile.experience_years = region, education.value, experience_years
    profile.wanted, profile.skills, profile.about, profile.updated_at = wanted, list(skills), about, now()
    record(SeekerProfileChanged(str(person_id)), by=by)
    return profile


def save_search(
    person_id: UUID, *, name: str, criteria: Mapping[str, object], word: str | None, region: str | None, by_email: bool, by: Actor
) -> SavedSearch:
    """Keeps a search of the search page (`criteria`: its parameters, in canonical form). The same search twice is one, with the newer choices.

    `word` (`filing_word`) and `region` are what the search asks for, as whoever understands its address has read it. Refuses NothingAsked
    and TooManySearches.
    """
    if word is None and region is None:
        raise NothingAsked
    saved = _same(person_id, criteria) or _new(person_id)
    saved.name, saved.criteria, saved.region, saved.by_email = name[:80], dict(criteria), region, by_email
    saved.word, saved.filed_by = word, analysis_mark()
    record(SearchSaved(str(saved.id)), by=by)
    return saved


def file_anew(saved: SavedSearch, word: str | None) -> None:
    """After a change of the text analysis or the vocabulary. Nothing a person did: it is not told to the ledger."""
    if saved.filed_by != analysis_mark():
        saved.word, saved.filed_by = word, analysis_mark()


def choose_email(saved: SavedSearch, *, by_email: bool, by: Actor) -> None:
    if saved.by_email != by_email:
        saved.by_email = by_email
        record(SavedSearchChanged(str(saved.id)), by=by)


def remove_search(saved: SavedSearch, *, by: Actor) -> None:
    """Ends it: no posting is matched with it any more. The row stays, because matches refer to it."""
    saved.removed_at = now()
    record(SavedSearchRemoved(str(saved.id)), by=by)


def _same(person_id: UUID, criteria: Mapping[str, object]) -> SavedSearch | None:
    return next((saved for saved in queries.saved_searches_of(person_id) if saved.criteria == dict(criteria)), None)


def _new(person_id: UUID) -> SavedSearch:
    limit = whole("saved_searches_max")
    if queries.count_of(person_id) >= limit:
        raise TooManySearches(limit)
    saved = SavedSearch(id=new_key(), person_id=person_id)
    session().add(saved)
    return saved
