"""The queue of the reviewers: handed in, held, decided or taken back. The caller has locked the posting, so two at once follow each other."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from webapp.access import Actor
from webapp.db import new_key, now, session
from webapp.events import PostingChangeDropped, ReviewPhraseAdded, ReviewPhraseRemoved
from webapp.ledger import record
from webapp.postings.models import Posting, PostingState, ReviewDecision
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing.models import LIVE, ChangeState, PostingChange, ReviewItem, ReviewPhrase
from webapp.reference import queries as reference

TRIES = 20
"""So many colleagues may be quicker before somebody is told that nothing waits."""


class HeldByAnother(Refusal):
    says: ClassVar[str] = "另一位审核员正在审这一件。请先审别的，或等锁定时间过后再看"


class NothingWaits(Refusal):
    says: ClassVar[str] = "这个岗位现在没有要审的内容，可能别人刚刚审完，或者单位已经撤回"


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
    if waiting_item(posting) is None and posting.state is not PostingState.IN_REVIEW:
        raise NothingWaits
    item = _item(posting)
    if item.is_held_by_another(by.person_id):
        raise HeldByAnother
    item.holder_id = by.person_id
    item.held_until = now() + timedelta(minutes=reference.whole("review_lease_minutes"))
    return item


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


def settle(posting: Posting, decision: ReviewDecision, *, by: Actor) -> None:
    _end(_item(posting), decision, by=by)


def _end(item: ReviewItem, decision: ReviewDecision | None, *, by: Actor) -> None:
    """It waits no longer; without a decision its employer took it back."""
    item.closed_at, item.decision = now(), decision
    item.decided_by = by.person_id if decision is not None else None
    item.holder_id = item.held_until = None


def take_back(posting: Posting, change: PostingChange | None = None, *, by: Actor) -> None:
    """Its employer withdraws the posting, or the change of it, that waits; what else of it waits stays."""
    change_id = change.id if change is not None else None
    for item in _waiting_items(posting):
        if item.change_id == change_id:
            _end(item, None, by=by)


def take_back_all(keys: Sequence[UUID]) -> None:
    """A source no longer offers these: nobody has to decide about them any more."""
    waiting = update(ReviewItem).where(ReviewItem.posting_id.in_(keys), ReviewItem.closed_at.is_(None))
    session().execute(waiting.values(closed_at=now(), holder_id=None, held_until=None))


def drop_change(posting: Posting, *, by: Actor) -> PostingChange | None:
    """What was proposed for this posting is given up; None where nothing was."""
    change = live_change(posting)
    if change is None:
        return None
    take_back(posting, change, by=by)
    change.state = ChangeState.DROPPED
    record(PostingChangeDropped(str(posting.id)), by=by)
    return change


def with_changes(keys: Sequence[UUID]) -> Sequence[Posting]:
    """Those of these postings for which a change is proposed."""
    changed = select(PostingChange.posting_id).where(PostingChange.state.in_(LIVE), PostingChange.posting_id.in_(keys))
    return session().scalars(select(Posting).where(Posting.id.in_(changed)).order_by(Posting.id)).all()


def waiting_item(posting: Posting) -> ReviewItem | None:
    return next(iter(_waiting_items(posting)), None)


def _waiting_items(posting: Posting) -> Sequence[ReviewItem]:
    """The latest first; there is one at most, unless one of an earlier release was left over."""
    wanted = select(ReviewItem).where(ReviewItem.posting_id == posting.id, ReviewItem.closed_at.is_(None))
    return session().scalars(wanted.order_by(ReviewItem.id.desc())).all()


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
