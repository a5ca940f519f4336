"""What an outlet says about what it was given: the same small JSON in the answer to a call, in a receipt file, and in a call of theirs.

    {"receipt": "for everything"}
    {"receipts": [{"identifier": "...", "version": 7, "receipt": "..."}], "refused": [{"identifier": "...", "reason": "..."}]}

`version` may be left out. It was written elsewhere: whatever is longer than a column, or no text, is cut or left out, never believed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.outlets.models import REASON_SIGNS, RECEIPT_SIGNS

TAKEN = "已收到"
"""A receipt that says nothing more."""
NO_REASON = "对方没有说明原因"
WORDS_AT_MOST = 1000
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")


class NotAReply(ValueError):
    """It is no JSON object of this form."""


@dataclass(frozen=True, slots=True)
class Word:
    """About one posting: taken, with a receipt; or refused, with a reason."""

    posting_id: UUID
    number: int | None
    is_taken: bool
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`receipt` stands for whatever no word is about."""

    words: tuple[Word, ...] = ()
    receipt: str = ""

    def about(self, posting_id: UUID, number: int) -> Word | None:
        """The word about this item; a word about another version is about another item."""
        found = next((word for word in self.words if word.posting_id == posting_id and word.number in {None, number}), None)
        return found or (Word(posting_id, number, is_taken=True, text=self.receipt) if self.receipt else None)


def read(text: str | bytes) -> Reply:
    """Raises NotAReply."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as reason:
        raise NotAReply from reason
    if not isinstance(said, dict):
        raise NotAReply
    words = [*_words(said.get("receipts"), "receipt", is_taken=True), *_words(said.get("refused"), "reason", is_taken=False)]
    if len(words) > WORDS_AT_MOST:
        raise NotAReply
    return Reply(tuple(words), _plain(said.get("receipt"), RECEIPT_SIGNS))


def _words(said: Any, name: str, *, is_taken: bool) -> Iterator[Word]:
    if said is None:
        return
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise NotAReply
    most, otherwise = (RECEIPT_SIGNS, TAKEN) if is_taken else (REASON_SIGNS, NO_REASON)
    for one in said:
        posting_id, number = _key(one.get("identifier")), one.get("version")
        if posting_id is not None:
            whole = number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 1 << 62 else None
            yield Word(posting_id, whole, is_taken, _plain(one.get(name), most) or otherwise)


def _key(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _plain(text: Any, most: int) -> str:
    return _UNSEEN.sub(" ", str(text)).strip()[:most] if isinstance(text, str | int) else ""
