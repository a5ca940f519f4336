"""Facts about postings, and where forwarded ones come from."""

from dataclasses import dataclass

from webapp.events.event import Event

# postings


@dataclass(frozen=True, slots=True)
class PostingDrafted(Event):
    """It is a draft: written anew, taken back before review, or opened again for changes."""

    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingSubmitted(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingApproved(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingReturned(Event):
    """The reviewer sent it back to draft with a reason."""

    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingChangeProposed(Event):
    """Its employer writes, or wrote, what an open posting is to say instead."""

    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingChangeSubmitted(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingChangeReturned(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingChangeDropped(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingChanged(Event):
    """An open posting says something else from now on: its change was approved, or its validity was prolonged."""

    posting_id: str


@dataclass(frozen=True, slots=True)
class ReviewPhraseAdded(Event):
    phrase_id: str
    region: str


@dataclass(frozen=True, slots=True)
class ReviewPhraseRemoved(Event):
    phrase_id: str
    region: str


@dataclass(frozen=True, slots=True)
class PostingClosed(Event):
    """Paused, filled, expired, withdrawn or taken down: `state` says which."""

    posting_id: str
    state: str


@dataclass(frozen=True, slots=True)
class PostingReopened(Event):
    posting_id: str


@dataclass(frozen=True, slots=True)
class PostingsExpired(Event):
    """Postings whose validity ended before `on` (ISO date), at most 1,000 as one fact; their `closed_at` is `at` (ISO instant)."""

    on: str
    at: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchIgnored(Event):
    """Staff took a word that many searched off the report of what was not found, for their area."""

    word: str
    region: str


@dataclass(frozen=True, slots=True)
class SearchRestored(Event):
    word: str
    region: str


@dataclass(frozen=True, slots=True)
class PostingOutcomeTold(Event):
    """What its employer says came of it."""

    posting_id: str
    hired: int
    hired_here: int


@dataclass(frozen=True, slots=True)
class PostingTemplateSaved(Event):
    template_id: str


@dataclass(frozen=True, slots=True)
class PostingTemplateRemoved(Event):
    template_id: str


# sources


@dataclass(frozen=True, slots=True)
class SourceOpened(Event):
    """A source's standing decision: what it forwards is opened without a reviewer, from this fact on."""

    source_id: str


@dataclass(frozen=True, slots=True)
class BatchImported(Event):
    """The rows a batch added or changed, as one fact; their postings carry `batch_id`."""

    batch_id: str
    taken: int
    refused: int
