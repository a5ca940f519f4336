"""Facts about tables of postings that employers upload."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class PostingTableUploaded(Event):
    """It was checked row by row; nothing is published yet."""

    upload_id: str
    employer_id: str
    rows: int


@dataclass(frozen=True, slots=True)
class PostingTableConfirmed(Event):
    """Its postings are to be made: `aim` says whether as drafts or for review."""

    upload_id: str
    aim: str


@dataclass(frozen=True, slots=True)
class PostingTableCarriedOut(Event):
    upload_id: str
    submitted: int
    drafted: int
    refused: int
