"""One posting that opened against the searches people saved, and the telling.

Only searches with a keyword are matched: one that names a place alone is met by a thousand postings a day, and a notice for each would be
read by nobody (their owner sees the count on the page instead).
"""

import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert

from search.analysis import default_analysis
from search.compiling import matching
from search.query import BadQuery
from search.tree import Node
from webapp.access import Actor
from webapp.accounts.models import Person
from webapp.db import new_key, now, session, today
from webapp.events import MatchesFound
from webapp.ledger import record
from webapp.matching import letters
from webapp.matching.meeting import IndexedPosting
from webapp.matching.models import Match
from webapp.matching.queries import areas_of, matched_searches, untold
from webapp.notices.models import Channel, NoticeKind
from webapp.notices.operations import queue_message, tell
from webapp.postings.criteria import Criteria, criteria_to_query, read
from webapp.postings.indexing import document
from webapp.postings.models import Posting, PostingState
from webapp.seekers.filing import filing_word
from webapp.seekers.models import SavedSearch
from webapp.seekers.operations import file_anew
from webapp.seekers.queries import Filed, filed_otherwise, filed_under

_FILED_ANEW_AT_ONCE = 1000


def match_posting(posting_id: UUID, *, by: Actor) -> int:
    """Writes a match for every saved search the posting meets and was not matched with before; answers how many are new.

    The test is the search page's own: same parameters, same query tree, same tokens. A posting that is not open (any more) matches nothing.
    """
    posting = session().get(Posting, posting_id)
    if posting is None or posting.state is not PostingState.OPEN:
        return 0
    known = matched_searches(posting_id)
    met = [saved for saved in _searches_met(posting) if saved.id not in known]
    if met:
        at = now()
        rows = [
            {"id": new_key(), "posting_id": posting_id, "saved_search_id": saved.id, "person_id": saved.person_id, "found_at": at} for saved in met
        ]
        session().execute(insert(Match), rows)
        record(MatchesFound(str(posting_id), len(met)), by=by)
    return len(met)


class Filing(NamedTuple):
    """Under which word and place a search is kept; None: any."""

    word: str | None
    region: str | None


def filed(criteria: Criteria) -> Filing:
    """One place, whether it was chosen or written; of several none, for a posting looks up its own."""
    regions = criteria.query.regions
    return Filing(filing_word(criteria.query.wishes), regions[0] if len(regions) == 1 else None)


def notify_seekers(posting_id: UUID, *, by: Actor) -> int:
    """Tells everybody whose searches the posting met: one inbox notice and at most one e-mail per person; answers how many people.

    A posting that closed meanwhile is not announced: the link would lead to nothing.
    """
    posting = session().get(Posting, posting_id)
    if posting is None or posting.state is not PostingState.OPEN:
        return 0
    told = 0
    for _, found in groupby(untold(posting_id), key=lambda row: row[2].id):
        rows = list(found)
        _tell_one(posting, rows[0][2], [saved for _, saved, _ in rows], by=by)
        for match, _, _ in rows:
            match.notified_at = now()
        told += 1
    return told


def _searches_met(posting: Posting) -> Iterator[Filed]:
    """Many people ask for the same: each distinct search is tested once."""
    indexed, on = IndexedPosting(document(posting), default_analysis()), today()
    decided: dict[str, bool] = {}
    for saved in _candidates(indexed, posting.region):
        asked = json.dumps(saved.criteria, sort_keys=True)
        if asked not in decided:
            tree = _tree(asked, on)
            decided[asked] = tree is not None and indexed.meets(tree)
        if decided[asked]:
            yield saved


def _candidates(indexed: IndexedPosting, region: str | None) -> list[Filed]:
    """Those filed under its words, and all that an older analysis filed: a thousand of these are filed anew on the way."""
    found = {saved.id: saved for saved in filed_under(indexed.words, list(areas_of(region)))}
    for number, saved in enumerate(filed_otherwise()):
        if number < _FILED_ANEW_AT_ONCE:
            file_anew(saved, filed(read(saved.criteria)).word)
        if filed(read(saved.criteria)).word is not None:
            found[saved.id] = Filed(saved.id, saved.person_id, saved.criteria)
    return list(found.values())


@lru_cache(maxsize=20_000)  # ~30 MB
def _tree(criteria: str, on: date) -> Node | None:
    """What the search page would ask the engine today; None where it would refuse to."""
    try:
        return matching(criteria_to_query(json.loads(criteria), on=on), default_analysis())
    except BadQuery:
        return None


def _tell_one(posting: Posting, person: Person, searches: list[SavedSearch], *, by: Actor) -> None:
    subject = f"posting:{posting.id}"
    path = letters.path_of(posting)
    tell(person.id, NoticeKind.MATCH, subject, title=letters.title_of(posting), body=letters.notice_of(posting, searches), path=path)
    if person.email and person.email_confirmed_at and any(saved.by_email for saved in searches):
        queue_message(
            channel=Channel.EMAIL,
            dedupe_key=f"match:{posting.id}:{person.id}",
            person_id=person.id,
            address=person.email,
            title=letters.title_of(posting),
            body=letters.mail_of(posting, searches),
            leave_path=letters.SAVED_SEARCHES,
            by=by,
        )
