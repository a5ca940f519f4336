"""Prolonging and confirming, the reminders of the calendar, templates, and what came of it. The caller has locked the posting."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from webapp import events
from webapp.access import Actor
from webapp.db import LOCAL_ZONE, new_key, now, session, today, transaction
from webapp.employers.models import Employer
from webapp.ledger import record
from webapp.notices.models import Notice, NoticeKind
from webapp.notices.operations import tell
from webapp.postings import gating, operations
from webapp.postings.applying.models import Application, ApplicationState
from webapp.postings.life.models import PostingOutcome, PostingTemplate
from webapp.postings.models import Posting, PostingState
from webapp.postings.operations import IllegalMove, Incomplete
from webapp.postings.refusals import Refusal
from webapp.postings.reviewing import operations as reviewing
from webapp.postings.telling import concerned
from webapp.postings.values import PostingValues, as_json, from_json, values_of
from webapp.reference import queries as reference

AT_ONCE = 200
_S = PostingState
LASTS = (_S.OPEN, _S.PAUSED)
ENDED = frozenset({_S.FILLED, _S.EXPIRED, _S.WITHDRAWN})
Renew = Callable[[], None]


class NameTaken(Refusal):
    says: ClassVar[str] = "已经有同名的模板。请换一个名称，或先删除原来的模板"


class NotOver(Refusal):
    says: ClassVar[str] = "岗位结束以后再填招聘结果"


class MoreThanAll(Refusal):
    says: ClassVar[str] = "通过本平台招到的人数不能多于招到的总人数"


def prolong(posting: Posting, until: date, *, by: Actor) -> None:
    """Nothing but its last day changes, so nobody reviews it again; a change that is proposed meanwhile must not take that day back.

    Raises IllegalMove, NotVerified, Incomplete for a day that may not be.
    """
    if posting.state not in LASTS or posting.is_forwarded:
        raise IllegalMove(posting.state, posting.state)
    operations.require_verified(posting, today())
    wrong = [one for one in gating.impossible(replace(values_of(posting), valid_through=until), on=today()) if one.field == "valid_through"]
    if wrong:
        raise Incomplete(wrong)
    posting.valid_through = until
    change = reviewing.live_change(posting)
    if change is not None:
        change.content = as_json(replace(from_json(change.content), valid_through=until))
    _confirm(posting, by=by)


def confirm(posting: Posting, *, by: Actor) -> None:
    """Its employer says that people are still wanted and that all of it is still true. Raises IllegalMove."""
    if posting.state not in LASTS or posting.is_forwarded:
        raise IllegalMove(posting.state, posting.state)
    _confirm(posting, by=by)


def _confirm(posting: Posting, *, by: Actor) -> None:
    posting.confirmed_on = today()
    record(events.PostingChanged(str(posting.id)), by=by)


def remind(on: date, renew: Renew) -> int:
    """One line to whoever a posting concerns: some days before it ends, the day before, and when it has ended; answers how many were told.

    A night that was missed is made up for: whoever was told of a mark is not told again (the notice is unique).
    """
    first, last = (on + timedelta(days=reference.whole(key, on=on)) for key in ("posting_remind_first_days", "posting_remind_last_days"))
    told = 0
    for mark, after, until in (("first", last, first), ("last", on - timedelta(days=1), last)):
        ends = (Posting.valid_through > after) & (Posting.valid_through <= until)
        told += _each(Posting.state.in_(LASTS) & ends, renew, partial(_tell_of_end, mark=mark, on=on))
    return told + _each(_wants_an_outcome(on), renew, _ask_what_came_of_it)


def _wants_an_outcome(on: date) -> ColumnElement[bool]:
    """It expired or was filled some days ago at most, and its employer has not said what came of it."""
    since = on - timedelta(days=reference.whole("posting_outcome_ask_days", on=on))
    expired = (Posting.state == _S.EXPIRED) & (Posting.valid_through < on) & (Posting.valid_through >= since)
    filled = (Posting.state == _S.FILLED) & (Posting.closed_at >= datetime.combine(since, time(), LOCAL_ZONE))
    return (expired | filled) & Posting.id.not_in(select(PostingOutcome.posting_id))


def close_stale(on: date, renew: Renew, *, by: Actor) -> int:
    """Asks whether a posting that nobody confirmed for so long is still true, and ends it when nobody answers; answers how many it ended."""
    after = timedelta(days=reference.whole("posting_stale_days", on=on))
    grace = timedelta(days=reference.whole("posting_stale_grace_days", on=on))
    since = func.coalesce(Posting.confirmed_on, Posting.valid_from)
    return _each(Posting.state.in_(LASTS) & (since <= on - after), renew, partial(_ask_or_end, on - grace, by))


def close_when_flooded(posting_id: UUID, *, by: Actor) -> bool:
    """Pauses a posting with more unanswered applications than anybody reads, by the parameters; answers whether it did."""
    posting = session().get(Posting, posting_id, with_for_update=True)
    if posting is None or posting.state is not _S.OPEN:
        return False
    waiting = select(func.count()).where(Application.posting_id == posting.id, Application.state.in_((ApplicationState.SENT, ApplicationState.SEEN)))
    most = max(reference.whole("posting_flood_least"), reference.whole("posting_flood_per_head") * (posting.headcount or 1))
    if (session().scalar(waiting) or 0) < most:
        return False
    operations.pause(posting, by=by)
    _tell(
        posting,
        f"flood:{posting.version}",
        f"岗位“{posting.title}”收到 {most} 份应聘，已暂停接收",
        "请先答复已经应聘的人，答复以后可以恢复招聘；招够了请标为已招满。",
    )
    return True


def answer_outcome(posting: Posting, *, hired: int, hired_here: int, by: Actor) -> PostingOutcome:
    """Raises NotOver, MoreThanAll."""
    if posting.state not in ENDED:
        raise NotOver
    if hired_here > hired:
        raise MoreThanAll
    kept = session().get(PostingOutcome, posting.id)
    outcome = kept or PostingOutcome(posting_id=posting.id)
    outcome.hired, outcome.hired_here, outcome.by_id, outcome.at = hired, hired_here, by.person_id, now()
    session().add(outcome)
    record(events.PostingOutcomeTold(str(posting.id), hired, hired_here), by=by)
    return outcome


def save_template(posting: Posting, name: str, *, by: Actor) -> PostingTemplate:
    """Raises NameTaken."""
    taken = select(PostingTemplate.id).where(PostingTemplate.employer_id == posting.employer_id, PostingTemplate.name == name)
    if session().scalar(taken) is not None:
        raise NameTaken
    content = as_json(replace(values_of(posting), valid_through=None))
    assert posting.employer_id is not None
    template = PostingTemplate(id=new_key(), employer_id=posting.employer_id, name=name, content=content, by_id=by.person_id, at=now())
    session().add(template)
    record(events.PostingTemplateSaved(str(template.id)), by=by)
    return template


def remove_template(template: PostingTemplate, *, by: Actor) -> None:
    session().delete(template)
    record(events.PostingTemplateRemoved(str(template.id)), by=by)


def draft_from(template: PostingTemplate, employer: Employer, *, by: Actor) -> Posting:
    values: PostingValues = from_json(template.content)
    return operations.draft(employer, values, by=by)


def _each(which: ColumnElement[bool], renew: Renew, act: Callable[[Posting], bool]) -> int:
    """Does it to every direct posting that matches, some at a time, each time in a transaction of its own; answers for how many it did anything."""
    done, last = 0, 0
    while True:
        with transaction():
            rows = _some(which, last)
            for row in rows:
                done += act(row)
                last = row.seq
        renew()
        if len(rows) < AT_ONCE:
            return done


def _some(which: ColumnElement[bool], after: int) -> list[Posting]:
    wanted = select(Posting).where(Posting.source_id.is_(None), Posting.seq > after, which).order_by(Posting.seq).limit(AT_ONCE)
    return list(session().scalars(wanted.with_for_update(skip_locked=True)))


def _tell_of_end(posting: Posting, *, mark: str, on: date) -> bool:
    assert posting.valid_through is not None, "it was chosen by its last day"
    days = (posting.valid_through - on).days
    when = {0: "今天到期", 1: "明天到期"}.get(days, f"{days} 天后到期")
    body = "还要招的请延长有效期；招够了请标为已招满，求职者就不会白跑。"
    return _tell(posting, f"end:{posting.valid_through}:{mark}", f"岗位“{posting.title}”{when}", body)


def _ask_what_came_of_it(posting: Posting) -> bool:
    said, mark = ("已招满", f"filled:{posting.opened_at}") if posting.state is _S.FILLED else ("已到期", f"over:{posting.valid_through}")
    return _tell(posting, mark, f"岗位“{posting.title}”{said}，招到人了吗？", "请告诉我们招到几个人，也可以重新发布。")


def _ask_or_end(asked_until: date, by: Actor, posting: Posting) -> bool:
    """Nothing ends unasked, however long the question was forgotten; where nobody is left to be asked, it ends. Answers whether it ended."""
    mark = f"stale:{posting.confirmed_on or posting.valid_from}"
    asked = session().scalar(select(func.min(Notice.created_at)).where(Notice.subject == f"{posting.id}:{mark}"))
    if asked is None and _ask_whether_true(posting, mark):
        return False
    if asked is not None and asked.astimezone(LOCAL_ZONE).date() > asked_until:
        return False
    return _end_stale(posting, by)


def _ask_whether_true(posting: Posting, mark: str) -> bool:
    return _tell(posting, mark, f"岗位“{posting.title}”还在招吗？", "这个岗位很久没有更新。请确认还在招，或者停止招聘；没有答复的会自动结束。")


def _end_stale(posting: Posting, by: Actor) -> bool:
    operations.lapse(posting, by=by)
    _tell(posting, f"lapsed:{today()}", f"岗位“{posting.title}”很久没有确认，已自动结束", "还要招的，请改好后重新提交审核。")
    return True


def _tell(posting: Posting, subject: str, title: str, body: str) -> bool:
    """Whether anybody was told who had not been."""
    path = f"/employer/postings/{posting.id}/life"
    told = [tell(person_id, NoticeKind.POSTING, f"{posting.id}:{subject}", title=title, body=body, path=path) for person_id in concerned(posting)]
    return any(notice is not None for notice in told)
