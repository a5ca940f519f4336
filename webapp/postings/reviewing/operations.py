"""The queue of the reviewers: handed in, held, decided or taken back. The caller has locked the posting, so two at once follow each other."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor, Grant
from webapp.db import new_key, now, session, transaction
from webapp.events import ReviewPhraseAdded, ReviewPhraseRemoved
from webapp.ledger import record
from webapp.postings import queries as postings
from webapp.postings.models import Posting, PostingState, ReviewDecision
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import queries
from webapp.postings.reviewing.models import LIVE, ChangeState, PostingChange, ReviewItem, ReviewPhrase
from webapp.reference import queries as reference

TRIES = 20
"""So many colleagues may be quicker before somebody is told that nothing waits."""


class HeldByAnother(Refusal):
    says: ClassVar[str] = "另一位审核员正在审这一件。请先审别的，或等锁定时间过后再看"


class NothingWaits(Refusal):
    says: ClassVar[str] = "这一件刚刚已经有了决定，不用再审"


def hand_in(posting: Posting, *, change: PostingChange | None = None, risks: Sequence[str] = (), remark: str = "") -> ReviewItem:
    """The posting, or a change of it, waits from now on."""
    item = ReviewItem(
        id=new_key(),
        posting_id=posting.id,
        change_id=change.id if change else None,
        submitted_at=now(),
        risk=len(risks),
        risks=list(risks),
        remark=remark,
    )
    session().add(item)
    return item


def take(posting: Posting, *, by: Actor) -> ReviewItem:
    """The reviewer holds it for the minutes of the parameter; taking it again prolongs. Raises HeldByAnother, NothingWaits."""
    if posting.state is not PostingState.IN_REVIEW and waiting_item(posting) is None:
        raise NothingWaits
    item = _item(posting)
    if item.is_held_by_another(by.person_id):
        raise HeldByAnother
    item.holder_id = by.person_id
    item.held_until = now() + timedelta(minutes=reference.whole("review_lease_minutes"))
    return item


def take_next(grants: Sequence[Grant], *, by: Actor) -> UUID | None:
    """The first that nobody else holds, held from now on; None: nothing waits. Opens its own transactions, so call it outside of one.

    Of two who ask at the same moment the second finds the first one's held, or decided already, and gets the one after it.
    """
    assert by.person_id is not None
    for _ in range(TRIES):
        with transaction():
            following = queries.next_free(grants, by.person_id)
            if following is None:
                return None
            posting = postings.reviewable(following.id, grants, for_change=True)
            try:
                if posting is not None:
                    take(posting, by=by)
                    return posting.id
            except Refusal:
                continue
    return None


def release(posting: Posting, *, by: Actor) -> None:
    """Somebody else may take it at once."""
    item = waiting_item(posting)
    if item is not None and item.holder_id == by.person_id:
        item.holder_id = item.held_until = None


def require_free(posting: Posting, *, by: Actor) -> None:
    """Raises HeldByAnother."""
    item = waiting_item(posting)
    if item is not None and item.is_held_by_another(by.person_id):
        raise HeldByAnother


def settle(posting: Posting, decision: ReviewDecision | None, *, by: Actor) -> UUID:
    """It waits no longer; without a decision its employer took it back. Answers the item's key."""
    item = _item(posting)
    item.closed_at, item.decision = now(), decision
    item.decided_by = by.person_id if decision is not None else None
    item.holder_id = item.held_until = None
    return item.id


def take_back(posting: Posting, *, by: Actor) -> None:
    """Its employer withdraws what waits, if anything does."""
    if waiting_item(posting) is not None:
        settle(posting, None, by=by)


def drop_change(posting: Posting, *, by: Actor) -> PostingChange | None:
    """What was proposed for this posting is given up; None where nothing was."""
    change = live_change(posting)
    if change is None:
        return None
    if change.state is ChangeState.IN_REVIEW:
        take_back(posting, by=by)
    change.state = ChangeState.DROPPED
    return change


def waiting_item(posting: Posting) -> ReviewItem | None:
    wanted = select(ReviewItem).where(ReviewItem.posting_id == posting.id, ReviewItem.closed_at.is_(None))
    return session().scalar(wanted.order_by(ReviewItem.id.desc()).limit(1))


def remark_on(posting: Posting) -> str:
    """What the employer said to the reviewer when it handed in what waits."""
    item = waiting_item(posting)
    return item.remark if item is not None else ""


def live_change(posting: Posting) -> PostingChange | None:
    return session().scalar(select(PostingChange).where(PostingChange.posting_id == posting.id, PostingChange.state.in_(LIVE)))


def add_phrase(region: str, field: str, text: str, *, by: Actor) -> ReviewPhrase:
    phrase = ReviewPhrase(id=new_key(), region=region, field=field, text=text.strip(), by_id=by.person_id, at=now())
    session().add(phrase)
    record(ReviewPhraseAdded(str(phrase.id), region), by=by)
    return phrase


def remove_phrase(phrase: ReviewPhrase, *, by: Actor) -> None:
    session().delete(phrase)
    record(ReviewPhraseRemoved(str(phrase.id), phrase.region), by=by)


def _item(posting: Posting) -> ReviewItem:
    """The waiting one; of a forwarded row, which nobody handed in, it is made now."""
    item = waiting_item(posting)
    if item is None:
        item = hand_in(posting)
        item.submitted_at = posting.submitted_at or posting.created_at
        session().flush()
    return item
