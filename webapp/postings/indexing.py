"""A row as the search engine is told of it. Whoever is not open, or stands behind another's card, is a tombstone.

Nothing of a person is ever in a document.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from search.documents import PostingDocument, tombstone
from webapp.db import LOCAL_ZONE, reading, session
from webapp.postings import cards, traits
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference

AT_ONCE = 1000
log = logging.getLogger(__name__)


def document(posting: Posting) -> PostingDocument:
    """What this version of the row says to the index. A lowest education nobody stated counts as none asked for, as in every search."""
    if posting.state is not PostingState.OPEN or posting.card_id is not None:
        return tombstone(str(posting.id), posting.seq, posting.version)
    said = traits.read(posting)
    return PostingDocument(
        key=str(posting.id),
        seq=posting.seq,
        version=posting.version,
        title=posting.title,
        employer=posting.employer_name,
        body="\n".join(text for text in (posting.duties, posting.requirements, posting.address, posting.insurance) if text),
        skills=tuple(posting.skills),
        benefits=tuple(posting.benefits),
        wording=_wording(posting),
        region=posting.region or "",
        occupation=posting.occupation,
        industry=posting.industry,
        employment_type=posting.employment_type.value if posting.employment_type else "",
        shift=said.shift.value if said.shift else "",
        benefit_codes=said.benefits,
        education=posting.education or 0,
        experience_years=posting.experience_years or 0,
        wage_low=posting.month_low,
        wage_high=posting.month_high,
        posted_on=posted_on(posting),
        valid_through=posting.valid_through or date.max,
        source=posting.source_title,
        lon=posting.lon,
        lat=posting.lat,
    )


def posted_on(posting: Posting) -> date:
    """The day it opened here: what 发布或收录时间 means on the page, in the filter and in the order."""
    return posting.valid_from or posting.created_at.astimezone(LOCAL_ZONE).date()


def documents(keys: Iterable[UUID]) -> list[PostingDocument]:
    """Reads the rows as they are now; a row that is gone has no document."""
    wanted = list(keys)
    found: list[PostingDocument] = []
    for start in range(0, len(wanted), AT_ONCE):
        chunk = wanted[start : start + AT_ONCE]
        found += [document(row) for row in session().scalars(select(Posting).where(Posting.id.in_(chunk)))]
    return found


def stream(*conditions: ColumnElement[bool]) -> Iterator[PostingDocument]:
    """All documents of the rows that fulfil the conditions, in order of `seq`, a short read per 1,000."""
    last = -1
    while True:
        with reading():
            wanted = select(Posting).where(Posting.seq > last, *conditions).order_by(Posting.seq).limit(AT_ONCE)
            rows = list(session().scalars(wanted))
            made = list(_possible(rows))
        yield from made
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].seq


def _possible(rows: Iterable[Posting]) -> Iterator[PostingDocument]:
    """A row no document can be made of is left out and said in the log: it must not keep all others out of the index."""
    for row in rows:
        try:
            yield document(row)
        except (ValueError, LookupError) as reason:
            log.error("no document can be made posting=%s: %s", row.id, type(reason).__name__)  # noqa: TRY400 - a traceback would quote the row


def of_batch(batch_id: UUID) -> Iterator[PostingDocument]:
    """The documents of one import."""
    return stream(Posting.batch_id == batch_id)


def every_open() -> Iterator[PostingDocument]:
    """What a rebuilt index holds. The state is hidden from the planner: by its index SQLite would sort all open rows for each thousand."""
    return stream(func.coalesce(Posting.state, PostingState.OPEN) == PostingState.OPEN, cards.leads())


def _wording(posting: Posting) -> tuple[str, ...]:
    """Names and synonyms of its occupation: words that find it without standing on the page."""
    occupation = reference.occupation(posting.occupation) if posting.occupation else None
    return () if occupation is None else (occupation.name, *occupation.synonyms)
