"""岗位推荐: postings are shown to people, who say yes or no.

The employer learns nothing: neither that somebody was referred, nor by whom, nor why. Whether it counts as a service is a rule of the
tables: by what way it was told, or (`referral_answered`) because the person answered.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from webapp.access import Actor
from webapp.casework import operations as cases
from webapp.casework.models import Case, Client, Stage, StepKind, Waiting
from webapp.casework.refusals import ClosedPosting, Left, NoAnswerYet, NoOperator, NothingNew, NotKnown
from webapp.casework.serving import counting, queries
from webapp.casework.serving.models import Answer, DeclineReason, Entered, Referral, ServiceRecord
from webapp.db import new_key, session
from webapp.events import PostingsReferred, ReferralAnswered
from webapp.ledger import record
from webapp.notices.models import NoticeKind
from webapp.notices.operations import tell
from webapp.postings import queries as postings
from webapp.postings.models import Posting
from webapp.reference import queries as reference
from webapp.reference import serving

REFERRAL = "referral"
PLATFORM = "platform"
ANSWERED = "referral_answered"
_TITLE = 60


def refer(people: Sequence[Case], offered: Sequence[Posting], *, channel: str, by: Actor, on: date) -> int:
    """Ties every one of these people to every posting they were not referred to before; answers how many pairs are new.

    All or nothing: raises Left, NoOperator, NotKnown, ClosedPosting, and NothingNew where there is no new pair. `people` are locked.
    """
    if by.person_id is None:
        raise NoOperator
    if channel not in serving.service_channels():
        raise NotKnown
    if any(case.stage is not Stage.OPEN for case in people):
        raise Left
    if not all(postings.is_open(posting) for posting in offered):
        raise ClosedPosting
    held = _held(people, offered)
    pairs = [(case, posting) for case in people for posting in offered if (case.id, posting.id) not in held]
    if not pairs:
        raise NothingNew
    _tie(pairs, channel, by=by, on=on)
    _tell_people([case for case, _ in pairs])
    _count(list({case.id: case for case, _ in pairs}.values()), on)
    record(PostingsReferred(str(pairs[0][0].id), len(pairs)), by=by)
    return len(pairs)


def _count(people: Sequence[Case], on: date) -> None:
    if len(people) == 1:
        counting.count(people[0], on=on)
        return
    keys, rules = [case.id for case in people], counting.Rules(on)
    for start in range(0, len(keys), counting.AT_ONCE):
        counting.count_many(keys[start : start + counting.AT_ONCE], rules)


def _held(people: Sequence[Case], offered: Sequence[Posting]) -> set[tuple[UUID, UUID]]:
    wanted = select(Referral.case_id, Referral.posting_id).where(
        Referral.case_id.in_([case.id for case in people]), Referral.posting_id.in_([posting.id for posting in offered])
    )
    return {(case_id, posting_id) for case_id, posting_id in session().execute(wanted)}


def _tie(pairs: Iterable[tuple[Case, Posting]], channel: str, *, by: Actor, on: date) -> None:
    counts = REFERRAL in serving.service_channels()[channel].serves
    assert by.person_id is not None, "refer asks for somebody"
    for case, posting in pairs:
        row = Referral(id=new_key(), case_id=case.id, posting_id=posting.id, on=on, channel=channel, by_id=by.person_id, role=by.role)
        session().add(row)
        if counts:
            _serve(row, posting, channel, Entered.WEB, on)
        case.waiting = Waiting.FOR_THEM
        cases.step(case, StepKind.REFERRAL, f"推荐岗位：{posting.title[:_TITLE]}", by=by, on=on, about=row.id, data={"channel": channel})


def _serve(referral: Referral, posting: Posting, channel: str, entered: Entered, on: date) -> None:
    """The service record of a referral: by whoever referred, once for each posting."""
    row = ServiceRecord(
        id=new_key(),
        case_id=referral.case_id,
        type=REFERRAL,
        on=on,
        channel=channel,
        subject=str(posting.id),
        posting_id=posting.id,
        by_id=referral.by_id,
        role=referral.role,
        entered=entered,
    )
    row.content = f"{posting.employer_name} {posting.title}".strip()
    session().add(row)


def _tell_people(people: Iterable[Case]) -> None:
    """A line in the inbox of who has an account; nothing of the person in it."""
    wanted = select(Client.person_id).join(Case, Case.client_id == Client.id)
    told = {case.id for case in people}
    for person_id in session().scalars(wanted.where(Case.id.in_(told))):
        if person_id is None:
            continue
        tell(
            person_id,
            NoticeKind.CASE,
            f"referred:{new_key()}",
            title="就业专员给您推荐了岗位",
            body="去不去由您决定，不去也不影响以后的服务。请看过后点“愿意去”或“不去”。",
            path="/my-service/referrals",
        )


def answer(referral: Referral, case: Case, said: Answer, reason: DeclineReason | None = None, *, by: Actor, on: date) -> None:
    """What the person says; said again, the later word holds. Raises NoAnswerYet without an answer, or a no without its reason."""
    if said is Answer.WAITING or (said is Answer.DECLINED and reason is None):
        raise NoAnswerYet
    referral.answer, referral.reason, referral.answered_on = said, reason if said is Answer.DECLINED else None, on
    posting = session().get_one(Posting, referral.posting_id)
    told = f"{said.label}：{posting.title}" + (f"（{reason.label}）" if referral.reason and reason else "")
    cases.step(case, StepKind.REFERRAL, told, by=by, on=on, about=referral.id, data={"answer": said.value})
    if said is not Answer.NO_ANSWER:
        case.waiting = Waiting.FOR_US
        _count_answer(referral, posting, on)
    counting.count(case, on=on)
    record(ReferralAnswered(str(referral.id), str(case.id), said.value), by=by)


def _count_answer(referral: Referral, posting: Posting, on: date) -> None:
    """Told by a way that counts for nothing, it counts from the answer on, where the table says so."""
    kind = serving.service_types().get(REFERRAL)
    if kind is None or ANSWERED not in kind.facts:
        return
    held = select(ServiceRecord.id).where(
        ServiceRecord.case_id == referral.case_id, ServiceRecord.posting_id == posting.id, ServiceRecord.superseded_at.is_(None)
    )
    if session().scalar(held.limit(1)) is None:
        _serve(referral, posting, PLATFORM, Entered.DERIVED, on)


def let_lapse(*, on: date) -> int:
    """Whoever did not answer for `referral_quiet_days` gave no answer: it is our turn again. Answers how many; a part of them at once."""
    before = on - timedelta(days=reference.whole("referral_quiet_days", on=on))
    rows = session().scalars(queries.waiting_referrals(before).limit(200)).all()
    held = queries.cases_by_id([row.case_id for row in rows])
    for row in rows:
        row.answer = Answer.NO_ANSWER
        case = held[row.case_id]
        case.waiting = Waiting.FOR_US if case.stage is Stage.OPEN else case.waiting
        cases.step(case, StepKind.REFERRAL, "推荐的岗位没有回音", by=Actor.SYSTEM, on=on, about=row.id)
    return len(rows)
